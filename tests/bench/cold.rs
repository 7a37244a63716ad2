//! The first request of an isolate that has just been made: a message of a payment that its object knows.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, World, eventually};

use super::figures::{Bound, Figure, middle};
use super::target::{Peer, Target};

const STARTS: usize = 11;

pub async fn measure(world: &World) -> Vec<Figure> {
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    shop.hooks(Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    let orders = vec![(order.order_id, session.id)];
    let peer = Peer::start(&shop.hash);
    let (mut ours, mut theirs) = (Target::of(&shop, orders.clone()), peer.target(&shop, orders));
    let looks = || shop.requests(&Method::GET, "/sessions/").len();
    // Its object is there already, as ours is.
    theirs.takes(1, 1).await;
    let (mut first, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        world.worker.restart();
        let seen = looks();
        first.push(ours.takes(1, 1).await.middle());
        // Else the alarm that stands would ring as soon as the next life begins.
        eventually("the look that it causes", async || (looks() > seen).then_some(())).await;
        shop.quiet(&order).await;
        peer.worker.restart();
        beside.push(theirs.takes(1, 1).await.middle());
    }
    vec![Figure {
        name: "first request of a cold isolate: a webhook".to_owned(),
        ours: middle(first),
        beside: middle(beside),
        unit: "ms",
        bound: Bound::AtMost(2.0),
    }]
}
