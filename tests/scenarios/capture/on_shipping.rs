//! The order is shipped or completed: what was reserved is taken.

use sandbox::bigcommerce::{BigCommerce, OrderSpec};
use sandbox::delivery::Mode;
use sandbox::harness::{moves, notes, words};
use sandbox::komoju::PaymentStatus;

use super::{authorized, two_step};

#[tokio::test]
async fn shipped_or_completed_it_is_captured_and_stays_where_it_is() {
    let shop = two_step(&[]).await;
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    let ways: [fn(&BigCommerce, &str, u64); 2] = [BigCommerce::ship, BigCommerce::complete];
    for (leave, status) in ways.into_iter().zip([2, 10]) {
        let (order, payment) = authorized(&shop, 5_000).await;
        leave(bigcommerce, &shop.hash, order.order_id);
        assert_eq!(shop.payment_when(&payment, PaymentStatus::Captured).await.amount, 5_000);
        shop.history_when(&order, "Paid").await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, moves(&now)), (status, vec![11]));
        assert!(notes(&now).iter().any(|note| note.contains("（入金済み、")), "{}", now.staff_notes);
        assert_eq!(shop.requests(&reqwest::Method::POST, &format!("{payment}/capture")).len(), 1);
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn partly_shipped_or_moved_elsewhere_it_waits() {
    let shop = two_step(&[]).await;
    for status in [3, 8, 9, 12] {
        let (order, payment) = authorized(&shop, 5_000).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status);
        shop.at_rest(&order).await;
        assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized, "of an order at {status}");
    }
}

#[tokio::test]
async fn where_the_merchant_captures_by_hand_shipping_takes_nothing() {
    let shop = two_step(&[("capture_on_shipping", "")]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.at_rest(&order).await;
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized);
}

#[tokio::test]
async fn an_order_that_came_to_less_meanwhile_takes_no_more_than_that() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.edit_total(&shop.hash, order.order_id, 3_500);
    bigcommerce.ship(&shop.hash, order.order_id);
    assert_eq!(shop.payment_when(&payment, PaymentStatus::Captured).await.amount, 3_500);
    shop.history_when(&order, "Paid").await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_shipment_that_no_hook_told_of_is_found_by_looking() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.hooks(Mode::Lost);
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.payment_when(&payment, PaymentStatus::Captured).await;
}

#[tokio::test]
async fn hooks_said_three_times_capture_once() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.hooks(Mode::Times(3));
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.payment_when(&payment, PaymentStatus::Captured).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.requests(&reqwest::Method::POST, "/capture").len(), 1);
}

/// It may have been paid at the counter: what is reserved afterwards is taken only when somebody says so.
#[tokio::test]
async fn shipped_before_the_money_was_reserved_it_is_not_captured_by_itself() {
    let shop = two_step(&[]).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000)).await;
    shop.move_unheard(&order, 2);
    let payment = shop.pay_by_card(&session);
    shop.when(&order, |o| o.staff_notes.contains(&format!("（仮売上、{payment}）"))).await;
    assert_eq!(shop.at_rest(&order).await.status_id, 2);
    shop.payment_when(&payment, PaymentStatus::Authorized).await;
}

/// What it grew by is not reserved: whoever ships it should know.
#[tokio::test]
async fn an_order_that_grew_while_its_money_is_reserved_shows_the_difference() {
    let shop = two_step(&[]).await;
    let (order, _) = authorized(&shop, 5_000).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 8_000);
    shop.quiet(&order).await;
    shop.attention_when(&order, words::ORDER_EDITED).await;
    let page = shop.page_of(&order).await;
    assert!(page.contains("Authorized: <b>¥5,000</b>") && page.contains("<b>¥8,000</b>"), "{page}");
}

/// Where goods left and nothing of ours takes the money, a person must.
#[tokio::test]
async fn goods_that_leave_on_money_that_nobody_captures_are_shown() {
    let shop = two_step(&[("capture_on_shipping", "")]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.quiet(&order).await;
    shop.attention_when(&order, words::CAPTURE_DUE).await;
    shop.decide(&order, "capture", &[("payment", &payment), ("amount", "5000")]).await;
    shop.payment_when(&payment, PaymentStatus::Captured).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}
