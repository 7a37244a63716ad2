//! Webhooks as they come in: KOMOJU's messages of payments, each new, while the looks that they cause are held back.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Gate, Side};
use sandbox::harness::{Code, Options, Shop, Workerd, World};
use serde_json::json;

use super::figures::{Bound, Figure, middle};
use super::load::{Message, Taken, send};

/// Payments that the messages are about, in turn.
const PAYMENTS: usize = 16;
const ROUNDS: usize = 7;
const BATCH: usize = 600;
const SECRET: &str = "the peer's secret";

/// Someone to send messages to, and about whom.
struct Target {
    port: u16,
    store: String,
    secret: String,
    /// Orders, and the sessions in which they are paid: a message of a session that we do not know is dropped.
    orders: Vec<(u64, String)>,
    sent: usize,
}

impl Target {
    /// Messages that were never sent before.
    fn fresh(&mut self, count: usize) -> Vec<Message> {
        let path = format!("/webhooks/komoju/{}", self.store);
        let message = |n: usize| {
            let (order, session) = &self.orders[n % self.orders.len()];
            let body = json!({
                "id": format!("event-{n}"), "type": "payment.updated", "resource": "event", "data": {
                    "id": format!("payment-{order}"), "resource": "payment", "status": "authorized", "amount": 4_980,
                    "tax": 0, "customer": null, "payment_deadline": "2031-01-01T14:59:59Z", "currency": "JPY",
                    "payment_details": { "type": "konbini", "store": "lawson", "email": "hanako@example.com" },
                    "session": session,
                    "metadata": { "bc_store": self.store, "bc_order": order.to_string() } } });
            Message::signed(&path, &self.secret, &body.to_string())
        };
        let messages = (self.sent..self.sent + count).map(message).collect();
        self.sent += count;
        messages
    }

    async fn takes(&mut self, count: usize, at_once: usize) -> Taken {
        let messages = self.fresh(count);
        send(self.port, messages, at_once, Duration::ZERO).await
    }
}

/// Intake beside the bare worker's, and of a payment that has much behind it beside one that has little.
pub async fn measure(world: &World) -> Vec<Figure> {
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    shop.hooks(Mode::Lost);
    let mut orders = Vec::new();
    for _ in 0..=PAYMENTS {
        let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
        orders.push((order.order_id, session.id));
    }
    let gate = Gate::default();
    let held = Fault::on(Side::Komoju, FaultKind::Held(gate.clone())).tenant(&shop.merchant.id);
    world.sandbox.faults().add(held.method(Method::GET).always());
    let alone = orders.pop().expect("one more than the others");
    let of = |orders: &[(u64, String)], sent| Target {
        port: world.worker.port(),
        store: shop.hash.clone(),
        secret: shop.webhook_secret.clone(),
        orders: orders.to_vec(),
        sent,
    };
    let mut ours = of(&orders, 0);
    let peer = peer(&shop.hash);
    let mut theirs = Target { port: peer.port(), secret: SECRET.to_owned(), ..of(&orders, 0) };

    let mut figures = Vec::new();
    for at_once in [1, 32] {
        let (mut rates, mut peers) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let count = if at_once == 1 { BATCH / 4 } else { BATCH };
            let (a, b) = (ours.takes(count, at_once).await, theirs.takes(count, at_once).await);
            eprintln!(
                "  {at_once} at once: {:.0}/s, p50 {:.1} ms beside {:.0}/s, p50 {:.1} ms",
                a.per_second(),
                a.middle(),
                b.per_second(),
                b.middle()
            );
            rates.push(a.per_second());
            peers.push(b.per_second());
        }
        figures.push(Figure {
            name: format!("webhook, new, its look held back, {at_once} at a time"),
            ours: middle(rates),
            beside: middle(peers),
            unit: "/s",
            bound: Bound::AtLeast(0.95),
        });
    }

    let mut long = of(std::slice::from_ref(&alone), 1_000_000);
    long.takes(10, 1).await;
    let young = long.takes(100, 1).await.middle();
    long.takes(400, 8).await;
    let old = long.takes(100, 1).await.middle();
    figures.push(Figure {
        name: "the same, of a payment with 500 messages behind it, beside one with 10".to_owned(),
        ours: old,
        beside: young,
        unit: "ms",
        bound: Bound::AtMost(1.15),
    });
    // What was measured was kept, and no look got through.
    let page = shop.panel(&format!("payments/{}", alone.0)).await;
    assert!(page.matches("payment.updated").count() >= 190, "the history is that of the messages");
    assert_eq!(shop.requests(&Method::GET, "/sessions/").iter().filter(|look| look.status == 200).count(), 0);
    gate.open();
    figures
}

fn peer(store: &str) -> Workerd {
    let secret = json!({ "secret": SECRET }).to_string();
    let kv = BTreeMap::from([(format!("peer:{store}"), secret)]);
    Workerd::start(Options { code: Code::Peer("tests/bench/peer.mjs"), kv, ..Options::default() })
}
