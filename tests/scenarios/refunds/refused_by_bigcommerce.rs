//! BigCommerce does not take a refund that was made at KOMOJU: a person enters it.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, booked, words, world};

#[tokio::test]
async fn refused_for_good_it_is_shown_to_a_person_and_not_sent_again() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    refuse(&shop, "payment_actions/refunds");
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.attention_when(&order, words::REFUND_UNRECORDED).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now), shop.booking_posts(&order).len()), (11, vec![], 1));
}

#[tokio::test]
async fn without_a_quote_nothing_is_sent() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    refuse(&shop, "refund_quotes");
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.attention_when(&order, words::REFUND_UNRECORDED).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.booking_posts(&order).len(), 0);
}

#[tokio::test]
async fn an_order_that_was_refunded_by_hand_for_more_has_no_room_left() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "never")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.refund_order(&order, 3_000);
    shop.at_rest(&order).await;
    shop.world.sandbox.komoju.refund(&payment, Some(1_000)).expect("KOMOJU takes the refund");
    shop.attention_when(&order, words::REFUND_UNRECORDED).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now)), (4, vec![3_000]));
}

#[tokio::test]
async fn a_cancelled_order_gets_a_note_of_it() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    let now = shop.when(&order, |o| o.staff_notes.contains("（返金、")).await;
    assert_eq!(now.status_id, 5);
    shop.at_rest(&order).await;
    assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await), (0, vec![]));
}

#[tokio::test]
async fn busy_with_another_refund_it_is_asked_again() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let fault = Fault::on(Side::BigCommerce, FaultKind::RateLimited { retry_after_ms: 500 });
    let fault = fault.tenant(&shop.hash).method(Method::POST).path("payment_actions/refunds");
    shop.world.sandbox.faults().add(fault);
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.when(&order, |o| !o.refunds.is_empty()).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![900], 2));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

fn refuse(shop: &Shop<'_>, path: &str) {
    let fault = Fault::on(Side::BigCommerce, FaultKind::Status(422)).tenant(&shop.hash);
    shop.world.sandbox.faults().add(fault.method(Method::POST).path(path).always());
}
