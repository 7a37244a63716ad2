//! workerd is killed at the worst moments and started again on the same storage: nothing is lost, nothing is done
//! twice.
//!
//! Each story is an order of its own in a shop of its own. Starting workerd takes long, so that all of them run up to
//! their worst moment, then share one power cut.

use std::time::Duration;

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind::{self, LateAnswer, Latency};
use sandbox::harness::{Shop, World, eventually, moves, notes};
use sandbox::komoju::{PaymentStatus, Session};
use serde_json::json;
use tokio::sync::Barrier;

const CARD: &str = "4111111111111111";
const STORIES: usize = 8;
/// Longer than any of these stories lives.
const FOREVER: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_power_cut_loses_nothing_and_does_nothing_twice() {
    let world = World::own().await;
    let cut = PowerCut { world: &world, barrier: Barrier::new(STORIES) };
    tokio::join!(
        between_the_webhooks_receipt_and_the_look_at_the_order(&cut),
        between_the_webhooks_receipt_and_the_look_at_komoju(&cut),
        before_the_orders_update_takes_effect(&cut),
        between_the_orders_update_and_its_answer(&cut),
        before_a_session_is_made(&cut),
        between_a_session_and_its_answer(&cut),
        while_a_code_is_being_cancelled_for_another_way(&cut),
        while_nobody_is_there_to_hear(&cut),
    );
}

async fn between_the_webhooks_receipt_and_the_look_at_the_order(cut: &PowerCut<'_>) {
    let shop = Shop::open(cut.world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.order_fault(Method::GET, Latency(FOREVER), 1);
    pay(&shop, &session);
    shop.underway(Method::GET, "/v2/orders/").await;
    cut.strikes().await;
    is_paid_once(&shop, &order, 1).await;
}

async fn between_the_webhooks_receipt_and_the_look_at_komoju(cut: &PowerCut<'_>) {
    let shop = Shop::open(cut.world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.komoju_fault(Method::GET, &session.id, Latency(FOREVER), 1);
    pay(&shop, &session);
    shop.underway(Method::GET, &session.id).await;
    cut.strikes().await;
    is_paid_once(&shop, &order, 1).await;
}

async fn before_the_orders_update_takes_effect(cut: &PowerCut<'_>) {
    let shop = Shop::open(cut.world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.order_fault(Method::PUT, Latency(FOREVER), 1);
    pay(&shop, &session);
    shop.underway(Method::PUT, "/v2/orders/").await;
    cut.strikes().await;
    is_paid_once(&shop, &order, 2).await;
}

async fn between_the_orders_update_and_its_answer(cut: &PowerCut<'_>) {
    let shop = Shop::open(cut.world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    shop.order_fault(Method::PUT, LateAnswer(FOREVER), 1);
    pay(&shop, &session);
    shop.when_status(&order, 11).await;
    cut.strikes().await;
    is_paid_once(&shop, &order, 1).await;
}

async fn before_a_session_is_made(cut: &PowerCut<'_>) {
    is_started_anew(cut, Latency(FOREVER), 0).await;
}

async fn between_a_session_and_its_answer(cut: &PowerCut<'_>) {
    is_started_anew(cut, LateAnswer(FOREVER), 1).await;
}

/// The power goes while the first start waits for KOMOJU, which has made so many sessions by then. Nobody was told of
/// them; the next start makes the one that the shopper sees.
async fn is_started_anew(cut: &PowerCut<'_>, fault: FaultKind, made: usize) {
    let shop = Shop::open(cut.world).await;
    let order = shop.order(&OrderSpec::total(2_500));
    shop.komoju_fault(Method::POST, "/sessions", fault, 1);
    is_cut_short(cut, &shop, &order, "arrive", async {
        shop.underway(Method::POST, "/sessions").await;
        eventually("KOMOJU's part", async || (shop.sessions().len() == made).then_some(())).await;
    })
    .await;

    let session = shop.leave_for_komoju(&order).await;
    assert_eq!(session.external_order_num, Some(format!("BC-{}-2", order.order_id)));
    assert_eq!(shop.go(&shop.start(&order, "pay").await).await.id, session.id, "no other is ever shown");
    assert_eq!(shop.sessions().len(), made + 1);
    pay(&shop, &session);
    is_paid_once(&shop, &order, 1).await;
}

async fn while_a_code_is_being_cancelled_for_another_way(cut: &PowerCut<'_>) {
    let shop = Shop::open(cut.world).await;
    let order = shop.order(&OrderSpec::total(2_500));
    let told = shop.arrive(&order).await;
    let first = shop.go(&told).await;
    let komoju = &cut.world.sandbox.komoju;
    let code = komoju.pay_konbini(&first.id, "lawson").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    shop.komoju_fault(Method::POST, "/cancel", LateAnswer(FOREVER), 1);
    is_cut_short(cut, &shop, &order, "restart", async {
        let status = || komoju.payment(&code).expect("it exists").status;
        eventually("the code to end", async || (status() == PaymentStatus::Cancelled).then_some(())).await;
    })
    .await;

    let second = shop.go(&shop.start(&order, "restart").await).await;
    assert_eq!(shop.sessions().len(), 2);
    pay(&shop, &second);
    is_paid_once(&shop, &order, 2).await;
}

async fn while_nobody_is_there_to_hear(cut: &PowerCut<'_>) {
    let shop = Shop::open(cut.world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_500)).await;
    cut.strikes_during(|| pay(&shop, &session)).await;
    is_paid_once(&shop, &order, 1).await;
}

/// One power cut for all stories.
struct PowerCut<'a> {
    world: &'a World,
    barrier: Barrier,
}

impl PowerCut<'_> {
    async fn strikes(&self) {
        self.strikes_during(|| ()).await;
    }

    /// Waits for the others, then cuts the power; `meanwhile` happens in the dark.
    async fn strikes_during(&self, meanwhile: impl FnOnce()) {
        if self.barrier.wait().await.is_leader() {
            self.world.worker.kill9();
        }
        self.barrier.wait().await;
        meanwhile();
        if self.barrier.wait().await.is_leader() {
            self.world.worker.restart();
        }
        self.barrier.wait().await;
    }
}

/// Posts a start that the power cut leaves unanswered, once the worst moment has come.
async fn is_cut_short(
    cut: &PowerCut<'_>,
    shop: &Shop<'_>,
    order: &PlacedOrder,
    intent: &str,
    worst_moment: impl Future<Output = ()>,
) {
    let mut body = shop.arrival(order);
    body["intent"] = json!(intent);
    let url = format!("{}/api/payments", cut.world.app_url());
    let start = cut.world.client().post(url).header("content-type", "text/plain").body(body.to_string());
    let (answer, ()) = tokio::join!(start.send(), async {
        worst_moment.await;
        cut.strikes().await;
    });
    assert!(answer.is_err(), "the power went first: {answer:?}");
}

fn pay(shop: &Shop<'_>, session: &Session) {
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
}

/// One change of status and one note of the payment, after exactly this many updates were sent.
async fn is_paid_once(shop: &Shop<'_>, order: &PlacedOrder, updates: usize) {
    shop.history_when(order, "Paid").await;
    shop.quiet(order).await;
    let now = shop.now(order);
    let paid = notes(&now).into_iter().filter(|note| note.contains("（入金済み、")).count();
    assert_eq!((moves(&now), paid), (vec![11], 1), "{}", now.staff_notes);
    assert_eq!(shop.order_puts(order.order_id), updates);
}
