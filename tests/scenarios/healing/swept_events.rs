//! KOMOJU's webhooks are lost, and nobody looks: its own list of events tells the same.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::Mode;
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, calm_world, eventually, world};
use sandbox::komoju::MerchantSpec;

use super::check_now;

const DECLINED: &str = "4123111111111000";

#[tokio::test]
async fn a_payment_whose_webhooks_were_all_lost_is_found() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting(&shop).await;
    shop.webhooks(Mode::Lost);
    shop.world.sandbox.komoju.capture(&code).expect("the code is live");
    check_now(&shop).await;
    shop.when_status(&order, 11).await;
}

#[tokio::test]
async fn however_many_events_lie_between_the_lost_one_is_found() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting(&shop).await;
    let (_, busy) = shop.begin(&OrderSpec::total(900)).await;
    shop.webhooks(Mode::Lost);
    let komoju = &shop.world.sandbox.komoju;
    komoju.capture(&code).expect("the code is live");
    for _ in 0..110 {
        komoju.pay_card(&busy.id, DECLINED).expect("the session is open");
    }
    check_now(&shop).await;
    shop.when_status(&order, 11).await;
    let pages = shop.requests(&Method::GET, "/events?");
    assert!(pages.iter().any(|seen| seen.path.contains("page=2&")), "{pages:?}");
}

#[tokio::test]
async fn a_list_that_cannot_be_had_is_asked_for_again() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting(&shop).await;
    shop.webhooks(Mode::Lost);
    shop.world.sandbox.komoju.capture(&code).expect("the code is live");
    shop.komoju_fault(Method::GET, "/events?", FaultKind::Status(502), 2);
    shop.komoju_fault(Method::GET, "/events?", FaultKind::RateLimited { retry_after_ms: 1_000 }, 1);
    check_now(&shop).await;
    shop.when_status(&order, 11).await;
}

#[tokio::test]
async fn a_payment_on_an_account_that_was_replaced_is_found_too() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting(&shop).await;
    let other = shop.world.sandbox.komoju.create_merchant(MerchantSpec::default());
    shop.save("keys", &[("secret_key", &other.secret_key_live)]).await;
    shop.webhooks(Mode::Lost);
    shop.world.sandbox.komoju.capture(&code).expect("the code is live");
    check_now(&shop).await;
    shop.when_status(&order, 11).await;
}

#[tokio::test]
async fn another_shops_events_on_the_same_account_are_nothing_of_ours() {
    let (theirs, ours) = (Shop::open(calm_world().await).await, Shop::open(calm_world().await).await);
    ours.save("keys", &[("secret_key", &theirs.merchant.secret_key_live)]).await;
    let (order, _) = waiting(&ours).await;
    let (same_number, _) = theirs.paid_by_card(&OrderSpec::total(1_200)).await;
    assert_eq!(same_number.order_id, order.order_id);
    let (looks, before) = (ours.calls_about(order.order_id).len(), events_read(&theirs));
    check_now(&ours).await;
    eventually("the events to be read", async || (events_read(&theirs) > before).then_some(())).await;
    ours.quiet(&order).await;
    assert_eq!(ours.calls_about(order.order_id).len(), looks + 1);
}

#[tokio::test]
async fn what_a_webhook_has_told_already_is_nothing_new() {
    let shop = Shop::open(calm_world().await).await;
    let (order, _) = waiting(&shop).await;
    let (looks, before) = (shop.calls_about(order.order_id).len(), events_read(&shop));
    check_now(&shop).await;
    eventually("the events to be read", async || (events_read(&shop) > before).then_some(())).await;
    shop.quiet(&order).await;
    // The one look that `quiet` itself asks for.
    assert_eq!(shop.calls_about(order.order_id).len(), looks + 1);
}

/// How often a list of events has been answered.
fn events_read(shop: &Shop<'_>) -> usize {
    shop.requests(&Method::GET, "/events?").iter().filter(|seen| seen.status == 200).count()
}

/// An order whose code waits for cash, known as such: the next look by itself is a day off.
async fn waiting(shop: &Shop<'_>) -> (PlacedOrder, String) {
    let (order, session) = shop.begin(&OrderSpec::total(2_600)).await;
    let code = shop.take_code(&session);
    shop.quiet(&order).await;
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    shop.at_rest(&order).await;
    (order, code)
}
