//! Cash at the counter, an invoice: the merchant moves an unpaid order on by hand. What is open at KOMOJU ends, and the
//! order is never moved back.

use sandbox::bigcommerce::{BigCommerce, OrderSpec};
use sandbox::harness::{Shop, moves, notes, world};
use sandbox::komoju::{PaymentStatus, SessionStatus};

#[tokio::test]
async fn the_session_ends_and_the_shopper_is_told_that_nothing_is_to_be_paid() {
    let shop = Shop::open(world().await).await;
    let ways: [fn(&BigCommerce, &str, u64); 2] = [BigCommerce::ship, BigCommerce::complete];
    for leave in ways {
        let order = shop.order(&OrderSpec::total(1_200));
        let told = shop.arrive(&order).await;
        let session = shop.go(&told).await;
        leave(&shop.world.sandbox.bigcommerce, &shop.hash, order.order_id);
        shop.session_when(&session.id, SessionStatus::Cancelled).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), notes(&now).len()), (vec![], 0));
        let word = shop.status(&told.token()).await.word();
        assert!(["closed", "paid"].contains(&word.as_str()), "{word}");
    }
}

#[tokio::test]
async fn money_that_came_in_that_moment_is_noted_and_the_order_stays() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
    let payment = shop.pay_by_card(&session);
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.history_when(&order, "Paid").await;
    let now = shop.at_rest(&order).await;
    assert_eq!(now.status_id, 2, "shipped it stays: {:?}", now.statuses());
    assert!(now.staff_notes.contains("（入金済み、"), "{}", now.staff_notes);
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Captured);
}

#[tokio::test]
async fn a_cancelled_order_gets_one_note_that_its_code_has_ended() {
    let shop = Shop::open(world().await).await;
    for status in [5, 6] {
        let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
        let code = shop.take_code(&session);
        shop.history_when(&order, "A payment code was issued").await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status);
        shop.payment_when(&code, PaymentStatus::Cancelled).await;
        shop.when(&order, |o| o.staff_notes.contains("（終了、")).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, moves(&now), notes(&now).len()), (status, vec![], 2));
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}
