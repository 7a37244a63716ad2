//! KOMOJU breaks or falls silent: the shopper is told to try again and gets one payable session; what was paid is found.

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::faults::FaultKind::{CutAfter, CutBefore, Status};
use sandbox::harness::{Shop, eventually, world};

const CARD: &str = "4111111111111111";

#[tokio::test]
async fn a_session_without_an_answer_is_void_and_the_next_start_makes_another() {
    let shop = Shop::open(world().await).await;
    for (kind, made) in [(CutBefore, 0), (CutAfter, 1), (Status(500), 0)] {
        let before = shop.sessions().len();
        let order = shop.order(&OrderSpec::total(2_000));
        shop.komoju_fault(Method::POST, "/sessions", kind.clone(), 1);
        let told = shop.arrive(&order).await;
        told.is_problem(503, "komoju_unavailable");
        assert_eq!(told.json()["retry"], true);
        assert_eq!(shop.sessions().len(), before + made, "{kind:?}");

        let session = shop.leave_for_komoju(&order).await;
        assert_eq!(session.external_order_num, Some(format!("BC-{}-2", order.order_id)));
        let again = shop.go(&shop.start(&order, "pay").await).await;
        assert_eq!(again.id, session.id, "no other was ever shown");
        assert_eq!(shop.sessions().len(), before + made + 1);
        shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
        assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
    }
}

#[tokio::test]
async fn looking_goes_on_until_komoju_answers_again() {
    let shop = Shop::open(world().await).await;
    for kind in [Status(500), CutBefore, CutAfter, Status(503)] {
        let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
        shop.komoju_fault(Method::GET, &session.id, kind.clone(), 3);
        shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
        shop.when_status(&order, 11).await;
        // On a busy machine a look that was due by itself may have come before the fault.
        let looks = shop.requests(&Method::GET, &session.id);
        let since: Vec<_> = looks.iter().map(|l| l.status == 200 && !l.cut).skip_while(|got| *got).collect();
        assert!(!since.is_empty() && since.iter().take(3).all(|got| !got), "{kind:?}: {looks:?}");
        shop.quiet(&order).await;
        let read = async || {
            let looks = shop.requests(&Method::GET, &session.id);
            let mut since = looks.iter().map(|l| l.status == 200 && !l.cut).skip_while(|got| *got);
            since.any(|got| got).then_some(())
        };
        eventually("the session to be read again", read).await;
        assert_eq!(shop.now(&order).statuses(), [7, 11]);
    }
}

#[tokio::test]
async fn looking_goes_on_without_any_webhook_to_ask_for_it() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    shop.komoju_fault(Method::GET, &session.id, Status(500), 2);
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn a_key_that_komoju_no_longer_takes_is_shown_to_a_person() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(2_000));
    shop.world.sandbox.komoju.rotate_keys(&shop.merchant.id).expect("the merchant exists");
    let told = shop.arrive(&order).await;
    told.is_problem(409, "komoju_refused");
    assert_eq!(told.json()["retry"], false);
    assert_eq!(shop.attention(&order).await.len(), 1);
    assert_eq!((shop.sessions().len(), shop.order_puts(order.order_id)), (0, 0));
}
