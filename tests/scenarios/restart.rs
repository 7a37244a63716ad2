//! The shopper gives up a live code for another way to pay: first the code ends, then, and only then, comes another
//! session.

use std::time::Duration;

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind;
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
    shop.komoju_fault(Method::POST, "/cancel", FaultKind::Latency(Duration::from_secs(1)), 1);
    let paid_meanwhile = async {
        shop.underway(Method::POST, "/cancel").await;
        shop.world.sandbox.komoju.capture(&code).expect("the code is live");
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

/// An order whose konbini code is live, and known to be.
async fn waiting_for_cash(shop: &Shop<'_>) -> (PlacedOrder, String) {
    let order = shop.order(&OrderSpec::total(4_400));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let code = shop.world.sandbox.komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    (order, code)
}
