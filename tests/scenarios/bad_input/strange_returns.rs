//! A return is a hint. It names a session, and only one of the order's own is looked at; nothing is believed.

use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, calm_world};
use sandbox::komoju::Session;

#[tokio::test]
async fn somebody_elses_paid_session_pays_nothing() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    let (other, paid) = shop.begin(&OrderSpec::total(4_980)).await;
    world.sandbox.komoju.pay_card(&paid.id, "4111111111111111").expect("the session takes cards");

    for id in [paid.id.as_str(), "nosuchsession", "", "..%2F..%2Fpayments", "%00"] {
        let reply = world.get(&return_path(&session, id)).await;
        assert_eq!(reply.status, 303, "{id}: {reply:?}");
        assert!(reply.header("location").starts_with(&format!("{}/status/", world.app_url())), "{reply:?}");
    }
    // The other order's own return is believed no more than this one, but it makes the worker look.
    world.get(&return_path(&paid, &paid.id)).await;
    shop.paid_order(other.order_id).await;
    assert_eq!(shop.now(&order).status_id, status::AWAITING_PAYMENT);
    assert_eq!(shop.order_puts(order.order_id), 0);
    let asked = shop.requests(&reqwest::Method::GET, "nosuchsession");
    assert_eq!(asked.len(), 0, "a session that is not ours is not asked for");
}

#[tokio::test]
async fn a_return_before_anything_was_paid_marks_nothing_paid() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    world.get(&return_path(&session, &session.id)).await;
    let told = shop.start(&order, "arrive").await;
    assert_eq!(told.text("state"), "unpaid", "back without paying: shown, and not sent away again");
    assert_eq!(shop.now(&order).status_id, status::AWAITING_PAYMENT);
    assert_eq!(shop.order_puts(order.order_id), 0);
}

/// The session's way back, naming `id` instead of the session.
fn return_path(session: &Session, id: &str) -> String {
    let url = session.return_url.as_deref().expect("every session of ours has a way back");
    let token = url.rsplit('/').next().expect("a token");
    format!("/return/{token}?session_id={id}")
}
