//! One session per order as long as it still asks for the right thing; then another, under another number.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, world};
use sandbox::komoju::{Session, SessionStatus};
use serde_json::json;

#[tokio::test]
async fn an_unchanged_order_keeps_its_session() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    for intent in ["pay", "arrive", "pay"] {
        assert_eq!(shop.go(&shop.start(&order, intent).await).await.id, session.id);
    }
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn starts_at_the_same_time_share_one_session() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(3_300));
    let start = || shop.leave_for_komoju(&order);
    let (a, b, c, d) = tokio::join!(start(), start(), start(), start());
    assert!([&b, &c, &d].iter().all(|other| other.id == a.id));
    assert_eq!(shop.requests(&Method::POST, "/sessions").len(), 1);
}

#[tokio::test]
async fn a_changed_order_gets_another_after_the_old_one_was_cancelled() {
    let shop = Shop::open(world().await).await;
    let (order, old) = shop.begin(&OrderSpec::total(3_300)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 2_900);
    let new = shop.go(&shop.start(&order, "pay").await).await;
    assert_eq!(new.amount, 2_900);
    assert_eq!(status_of(&shop, &old), SessionStatus::Cancelled);
    let posts: Vec<_> = shop.requests(&Method::POST, "/sessions").into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        posts,
        ["/sessions".to_owned(), format!("/sessions/{}/cancel", old.id), "/sessions".to_owned()]
    );
    are_numbered(&order, &[&old, &new]);
}

#[tokio::test]
async fn an_expired_session_gives_way_to_another() {
    let shop = Shop::open(world().await).await;
    let (order, old) = shop.begin(&OrderSpec::total(3_300)).await;
    shop.world.sandbox.komoju.expire_session(&old.id).expect("it exists");
    shop.quiet(&order).await;
    let new = shop.go(&shop.start(&order, "pay").await).await;
    assert_ne!(new.id, old.id);
    are_numbered(&order, &[&old, &new]);
    shop.world.sandbox.komoju.pay_card(&new.id, "4111111111111111").expect("the session is open");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn a_session_cancelled_at_komoju_gives_way_to_another() {
    let shop = Shop::open(world().await).await;
    let (order, old) = shop.begin(&OrderSpec::total(3_300)).await;
    shop.world.sandbox.komoju.cancel_session(&old.id).expect("it is open");
    shop.quiet(&order).await;
    let new = shop.go(&shop.start(&order, "pay").await).await;
    are_numbered(&order, &[&old, &new]);
}

#[tokio::test]
async fn a_number_that_the_merchant_has_used_elsewhere_is_passed_over() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(3_300));
    use_number(&shop, &format!("BC-{}-1", order.order_id)).await;
    let session = shop.leave_for_komoju(&order).await;
    assert_eq!(session.external_order_num, Some(format!("BC-{}-2", order.order_id)));
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn a_paid_order_is_shown_as_paid_and_never_charged_again() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.when_status(&order, 11).await;
    for intent in ["arrive", "pay", "restart"] {
        assert_eq!(shop.start(&order, intent).await.word(), "paid");
    }
    assert_eq!(shop.sessions().len(), 1);
}

fn status_of(shop: &Shop<'_>, session: &Session) -> SessionStatus {
    shop.world.sandbox.komoju.session(&session.id).expect("it exists").status
}

/// `{prefix}{order}-{attempt}`, counting up.
fn are_numbered(order: &PlacedOrder, sessions: &[&Session]) {
    for (session, n) in sessions.iter().zip(1..) {
        assert_eq!(session.external_order_num, Some(format!("BC-{}-{n}", order.order_id)));
    }
}

/// Another shop of the same merchant takes the number.
async fn use_number(shop: &Shop<'_>, number: &str) {
    let body = json!({ "amount": 100, "currency": "JPY", "payment_data": { "external_order_num": number } });
    let url = format!("{}/sessions", shop.world.sandbox.places().komoju_api());
    let request = shop.world.client().post(url).basic_auth(&shop.merchant.secret_key_live, Some(""));
    let request = request.header("x-komoju-api-version", "2025-01-28").json(&body);
    let answer = request.send().await.expect("KOMOJU answers");
    assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
}
