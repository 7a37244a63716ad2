//! The order is cancelled, refunded or deleted while its money is only reserved: it is let go.

use reqwest::Method;
use sandbox::harness::moves;
use sandbox::komoju::PaymentStatus;

use super::{authorized, two_step};

#[tokio::test]
async fn a_cancelled_or_declined_order_lets_the_money_go_with_a_note() {
    let shop = two_step(&[]).await;
    for status in [5, 6] {
        let (order, payment) = authorized(&shop, 5_000).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status);
        shop.payment_when(&payment, PaymentStatus::Cancelled).await;
        shop.when(&order, |o| o.staff_notes.contains("（終了、")).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, moves(&now)), (status, vec![11]));
        assert_eq!(shop.requests(&Method::POST, &format!("{payment}/cancel")).len(), 1);
        assert_eq!(shop.requests(&Method::POST, "/capture").len(), 0);
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_refunded_or_deleted_order_lets_it_go_too() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 4);
    shop.payment_when(&payment, PaymentStatus::Cancelled).await;

    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.bigcommerce.delete_order(&shop.hash, order.order_id);
    shop.payment_when(&payment, PaymentStatus::Cancelled).await;
}

#[tokio::test]
async fn cancelled_before_it_was_reserved_it_is_let_go_as_soon_as_it_is() {
    let shop = two_step(&[]).await;
    let (order, session) = shop.begin(&sandbox::bigcommerce::OrderSpec::total(5_000)).await;
    shop.move_unheard(&order, 5);
    let payment = shop.pay_by_card(&session);
    shop.payment_when(&payment, PaymentStatus::Cancelled).await;
    assert_eq!(moves(&shop.at_rest(&order).await), [0; 0]);
}
