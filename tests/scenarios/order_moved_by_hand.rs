//! The merchant moves an order by hand while it can still be paid: what is open at KOMOJU is ended, and the order is
//! never moved back.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, eventually, moves, world};
use sandbox::komoju::{PaymentStatus, SessionStatus};

const MOVED: [u8; 12] = [2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14];

#[tokio::test]
async fn an_open_session_is_cancelled() {
    let (some, others) = MOVED.split_at(6);
    tokio::join!(sessions_end(some), sessions_end(others));
}

/// In a shop of its own: shops bound how many starts they take in a minute.
async fn sessions_end(moved: &[u8]) {
    let shop = Shop::open(world().await).await;
    for &status in moved {
        let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status);
        session_ends(&shop, &session.id).await;
        shop.quiet(&order).await;
        assert_eq!((shop.now(&order).status_id, moves(&shop.now(&order))), (status, vec![]));
    }
}

#[tokio::test]
async fn a_live_code_is_cancelled() {
    let (some, others) = MOVED.split_at(6);
    tokio::join!(codes_end(some), codes_end(others));
}

async fn codes_end(moved: &[u8]) {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    for &status in moved {
        let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
        let code = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
        shop.when(&order, |o| !o.staff_notes.is_empty()).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status);
        let ended = async || {
            let now = komoju.payment(&code).expect("it exists").status;
            (now == PaymentStatus::Cancelled).then_some(())
        };
        eventually(format!("the code of an order at {status} to end"), ended).await;
        shop.quiet(&order).await;
        assert_eq!((shop.now(&order).status_id, moves(&shop.now(&order))), (status, vec![]));
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_deleted_orders_session_is_cancelled() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
    shop.world.sandbox.bigcommerce.delete_order(&shop.hash, order.order_id);
    session_ends(&shop, &session.id).await;
}

#[tokio::test]
async fn a_move_that_no_hook_told_of_is_found_by_looking() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
    shop.move_unheard(&order, 5);
    session_ends(&shop, &session.id).await;
    assert_eq!(shop.start(&order, "pay").await.word(), "closed");
    assert_eq!(moves(&shop.now(&order)), [0; 0]);
}

#[tokio::test]
async fn hooks_said_three_times_cancel_once() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
    shop.hooks(Mode::Times(3));
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 5);
    session_ends(&shop, &session.id).await;
    shop.quiet(&order).await;
    assert_eq!(shop.requests(&axum::http::Method::POST, "/cancel").len(), 1);
}

async fn session_ends(shop: &Shop<'_>, session: &str) {
    let ended = async || {
        let now = shop.world.sandbox.komoju.session(session).expect("it exists").status;
        (now == SessionStatus::Cancelled).then_some(())
    };
    eventually("the session to be cancelled at KOMOJU", ended).await;
}
