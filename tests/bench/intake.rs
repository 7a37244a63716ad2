//! Webhooks as they come in: KOMOJU's messages of payments, each new, while the looks that they cause are held back.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Gate, Side};
use sandbox::harness::{Shop, World};

use super::figures::{Bound, Figure, middle};
use super::target::{Peer, Target};

/// Payments that the messages are about, in turn.
const PAYMENTS: usize = 16;
const ROUNDS: usize = 7;
const BATCH: usize = 600;

/// Intake beside the bare worker's, and of a payment that has much behind it beside one that has little.
pub async fn measure(world: &World) -> Vec<Figure> {
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    shop.hooks(Mode::Lost);
    let mut orders = Vec::new();
    for _ in 0..=PAYMENTS + ROUNDS {
        let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
        orders.push((order.order_id, session.id));
    }
    let gate = Gate::default();
    let held = Fault::on(Side::Komoju, FaultKind::Held(gate.clone())).tenant(&shop.merchant.id);
    world.sandbox.faults().add(held.method(Method::GET).always());
    let alone = orders.pop().expect("one more than the others");
    let fresh = orders.split_off(PAYMENTS);
    let peer = Peer::start(&shop.hash);
    let mut ours = Target::of(&shop, orders.clone());
    let mut theirs = peer.target(&shop, orders);

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

    let mut long = Target::of(&shop, vec![alone.clone()]);
    long.takes(500, 8).await;
    let (mut young, mut old) = (Vec::new(), Vec::new());
    for one in fresh {
        let mut short = Target::of(&shop, vec![one]);
        short.takes(10, 1).await;
        young.push(short.takes(40, 1).await.middle());
        old.push(long.takes(40, 1).await.middle());
    }
    figures.push(Figure {
        name: "the same, of a payment with 500 messages behind it, beside one with 10".to_owned(),
        ours: middle(old),
        beside: middle(young),
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
