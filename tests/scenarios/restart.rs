//! The shopper gives up a live code for another way to pay: first the code ends, then, and only then, comes another
//! session.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::{FaultKind, Gate};
use sandbox::harness::{Shop, world};
use sandbox::komoju::{PaymentStatus, SessionStatus};

#[tokio::test]
async fn a_live_code_is_cancelled_before_another_session_is_made() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting_for_cash(&shop).await;
    let session = shop.go(&shop.start(&order, "restart").await).await;
    assert_eq!(shop.world.sandbox.komoju.payment(&code).expect("it exists").status, PaymentStatus::Cancelled);
    let posts: Vec<_> = shop.requests(&Method::POST, "").into_iter().map(|seen| seen.path).collect();
    let made_again = posts.iter().rposition(|path| path == "/sessions").expect("another was made");
    let ended = posts.iter().position(|path| *path == format!("/payments/{code}/cancel"));
    assert!(ended.expect("it was cancelled") < made_again, "{posts:?}");

    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn an_open_session_is_cancelled_likewise() {
    let shop = Shop::open(world().await).await;
    let (order, old) = shop.begin(&OrderSpec::total(4_400)).await;
    let new = shop.go(&shop.start(&order, "restart").await).await;
    assert_ne!(new.id, old.id);
    let open: Vec<_> = shop.sessions().into_iter().filter(|s| s.status == SessionStatus::Pending).collect();
    assert_eq!(open.iter().map(|s| &s.id).collect::<Vec<_>>(), [&new.id]);
}

#[tokio::test]
async fn a_code_that_was_paid_just_then_is_shown_as_paid() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting_for_cash(&shop).await;
    let gate = Gate::default();
    shop.komoju_fault(Method::POST, "/cancel", FaultKind::Held(gate.clone()), 1);
    let paid_meanwhile = async {
        shop.underway(Method::POST, "/cancel").await;
        shop.world.sandbox.komoju.capture(&code).expect("the code is live");
        gate.open();
    };
    let (told, ()) = tokio::join!(shop.start(&order, "restart"), paid_meanwhile);
    assert_eq!(told.word(), "paid");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn where_komoju_does_not_answer_nothing_new_is_made_until_it_does() {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    for kind in [FaultKind::CutBefore, FaultKind::CutAfter, FaultKind::Status(500)] {
        let (order, code) = waiting_for_cash(&shop).await;
        let before = shop.sessions().len();
        shop.komoju_fault(Method::POST, "/cancel", kind.clone(), 1);
        shop.start(&order, "restart").await.is_problem(503, "komoju_unavailable");
        assert_eq!(shop.sessions().len(), before, "{kind:?}");

        shop.go(&shop.start(&order, "restart").await).await;
        assert_eq!(komoju.payment(&code).expect("it exists").status, PaymentStatus::Cancelled, "{kind:?}");
        assert_eq!(shop.sessions().len(), before + 1, "{kind:?}");
        let cancels = shop.requests(&Method::POST, &format!("/payments/{code}/cancel"));
        let keys: Vec<_> = cancels.into_iter().map(|cancel| cancel.idempotency_key).collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "one try, one key: {keys:?}");
    }
}

#[tokio::test]
async fn what_komoju_says_it_does_not_know_is_looked_at_and_ended_before_anything_new_is_made() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting_for_cash(&shop).await;
    is_unknown_once(&shop, &order, &code).await;
    assert_eq!(shop.payment(&code).status, PaymentStatus::Cancelled);

    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(4_400)).await;
    is_unknown_once(&shop, &order, &session.id).await;
    shop.session_when(&session.id, SessionStatus::Cancelled).await;
}

#[tokio::test]
async fn what_komoju_never_knows_when_it_is_to_end_is_not_replaced_and_still_pays_the_order() {
    let shop = Shop::open(world().await).await;
    let (order, code) = waiting_for_cash(&shop).await;
    shop.komoju_fault(Method::POST, "/cancel", FaultKind::Status(404), u32::MAX);
    for _ in 0..2 {
        shop.start(&order, "restart").await.is_problem(503, "komoju_unavailable");
    }
    shop.world.sandbox.komoju.capture(&code).expect("the code is live");
    shop.when_status(&order, 11).await;
    shop.history_when(&order, "Paid").await;
    shop.quiet(&order).await;
    assert_eq!((shop.now(&order).statuses(), shop.sessions().len()), (vec![7, 11], 1));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

/// KOMOJU answers 404 where it is to end `id`, once. In its only store's only payment nothing else goes on.
async fn is_unknown_once(shop: &Shop<'_>, order: &PlacedOrder, id: &str) {
    shop.komoju_fault(Method::POST, &format!("{id}/cancel"), FaultKind::Status(404), 1);
    let new = shop.go(&shop.start(order, "restart").await).await;
    let asked = shop.world.sandbox.faults().requests(&shop.merchant.id).into_iter();
    let about = |path: &str| path.starts_with("/sessions") || path.starts_with("/payments/");
    let asked: Vec<_> =
        asked.filter(|seen| about(&seen.path)).map(|seen| (seen.method, seen.path, seen.status)).collect();
    let unknown = asked.iter().position(|(_, path, status)| path.ends_with("/cancel") && *status == 404);
    let after = &asked[unknown.expect("it was to be ended") + 1..];
    let looks = after.iter().take_while(|(method, ..)| *method == Method::GET).count();
    assert!(looks > 0, "it is looked at: {asked:?}");
    let posts: Vec<_> = after.iter().filter(|(method, ..)| *method == Method::POST).collect();
    assert!(posts[0].1.ends_with(&format!("{id}/cancel")) && posts[0].2 == 200, "{asked:?}");
    assert!(posts.len() == 2 && posts[1].1 == "/sessions", "{asked:?}");
    let open: Vec<_> = shop.sessions().into_iter().filter(|s| s.status == SessionStatus::Pending).collect();
    assert_eq!(open.iter().map(|s| &s.id).collect::<Vec<_>>(), [&new.id]);
    shop.pay_by_card(&new);
    assert_eq!(shop.when_status(order, 11).await.statuses(), [7, 11]);
}

/// An order whose konbini code is live, and known to be.
async fn waiting_for_cash(shop: &Shop<'_>) -> (PlacedOrder, String) {
    let order = shop.order(&OrderSpec::total(4_400));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let code = shop.world.sandbox.komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    (order, code)
}
