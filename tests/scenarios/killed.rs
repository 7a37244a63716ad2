//! workerd is killed at the worst moments and started again on the same storage: nothing is lost, nothing is done
//! twice.

use std::time::Duration;

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind::{self, LateAnswer, Latency};
use sandbox::harness::{Shop, World, moves, notes};
use sandbox::komoju::{PaymentStatus, Session};

const CARD: &str = "4111111111111111";
/// Longer than any of these tests lives.
const FOREVER: Duration = Duration::from_secs(300);

#[tokio::test]
async fn between_the_webhooks_receipt_and_the_look_at_the_order() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.order_fault(Method::GET, Latency(FOREVER), 1);
    pay(&shop, &session);
    shop.underway(Method::GET, "/v2/orders/").await;
    power_cut(&world);
    is_paid_once(&shop, &order, 1).await;
}

#[tokio::test]
async fn before_the_orders_update_takes_effect() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.order_fault(Method::PUT, Latency(FOREVER), 1);
    pay(&shop, &session);
    shop.underway(Method::PUT, "/v2/orders/").await;
    assert_eq!(moves(&shop.now(&order)), [0; 0]);
    power_cut(&world);
    is_paid_once(&shop, &order, 2).await;
}

#[tokio::test]
async fn between_the_orders_update_and_its_answer() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.order_fault(Method::PUT, LateAnswer(FOREVER), 1);
    pay(&shop, &session);
    shop.when_status(&order, 11).await;
    power_cut(&world);
    is_paid_once(&shop, &order, 1).await;
}

#[tokio::test]
async fn while_a_session_is_being_made() {
    for (fault, made) in [(Latency(FOREVER), 0), (LateAnswer(FOREVER), 1)] {
        let world = World::own().await;
        let shop = Shop::open(&world).await;
        let order = shop.order(&OrderSpec::total(2_500));
        cut_short(&shop, &order, "arrive", ("/sessions", fault), made).await;

        let session = shop.leave_for_komoju(&order).await;
        assert_eq!(shop.sessions().len(), made + 1);
        assert_eq!(session.external_order_num, Some(format!("BC-{}-2", order.order_id)));
        assert_eq!(shop.go(&shop.start(&order, "pay").await).await.id, session.id, "no other is ever shown");
        pay(&shop, &session);
        is_paid_once(&shop, &order, 1).await;
    }
}

#[tokio::test]
async fn while_a_code_is_being_cancelled_for_another_way() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let order = shop.order(&OrderSpec::total(2_500));
    let told = shop.arrive(&order).await;
    let first = shop.go(&told).await;
    let code = world.sandbox.komoju.pay_konbini(&first.id, "lawson").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    cut_short(&shop, &order, "restart", ("/cancel", LateAnswer(FOREVER)), 1).await;

    assert_eq!(world.sandbox.komoju.payment(&code).expect("it exists").status, PaymentStatus::Cancelled);
    let second = shop.go(&shop.start(&order, "restart").await).await;
    assert_eq!(shop.sessions().len(), 2);
    pay(&shop, &second);
    is_paid_once(&shop, &order, 2).await;
}

#[tokio::test]
async fn while_nobody_was_there_to_hear() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    world.worker.kill9();
    pay(&shop, &session);
    world.worker.restart();
    is_paid_once(&shop, &order, 1).await;
}

/// Kills the worker while a start waits for KOMOJU, once KOMOJU has done its part or is about to.
async fn cut_short(
    shop: &Shop<'_>,
    order: &PlacedOrder,
    intent: &str,
    (path, fault): (&str, FaultKind),
    sessions: usize,
) {
    shop.komoju_fault(Method::POST, path, fault, 1);
    tokio::select! {
        told = shop.start(order, intent) => panic!("the answer was held back: {told:?}"),
        () = shop.underway(Method::POST, path) => {}
    }
    sandbox::harness::eventually("KOMOJU to have done it", async || {
        (shop.sessions().len() == sessions).then_some(())
    })
    .await;
    power_cut(shop.world);
}

fn power_cut(world: &World) {
    world.worker.kill9();
    world.worker.restart();
}

fn pay(shop: &Shop<'_>, session: &Session) {
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
}

/// One change of status and one note of the payment, after no more than this many updates were sent.
async fn is_paid_once(shop: &Shop<'_>, order: &PlacedOrder, updates: usize) {
    shop.when_status(order, 11).await;
    shop.quiet(order).await;
    let now = shop.now(order);
    let paid = notes(&now).into_iter().filter(|note| note.contains("(paid, ")).count();
    assert_eq!((now.statuses(), paid), (vec![7, 11], 1), "{}", now.staff_notes);
    assert_eq!(shop.order_puts(order.order_id), updates);
}
