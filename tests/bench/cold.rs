//! The first request of an isolate that has just been made: a webhook for a store that neither worker knows.

use std::time::Instant;

use sandbox::harness::{Code, Options, Workerd, World};

use super::figures::{Bound, Figure, middle};
use super::load::{Message, status_of};

const STARTS: usize = 9;

pub async fn measure(world: &World) -> Vec<Figure> {
    let vars = world.vars();
    let ours = || Options { code: Code::Shipped, vars: vars.clone(), ..Options::default() };
    let peer = || Options { code: Code::Peer("tests/bench/peer.mjs"), ..Options::default() };
    let (mut first, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        first.push(first_request(ours()).await);
        beside.push(first_request(peer()).await);
    }
    vec![Figure {
        name: "first request of a cold isolate".to_owned(),
        ours: middle(first),
        beside: middle(beside),
        unit: "ms",
        bound: Bound::AtMost(2.0),
    }]
}

/// In ms.
async fn first_request(options: Options) -> f64 {
    let worker = Workerd::start(options);
    let message = Message::signed("/webhooks/komoju/nosuchstore", "wrong", "{}");
    let began = Instant::now();
    let status = status_of(worker.port(), &message).await;
    let took = began.elapsed();
    assert_eq!(status, 404);
    took.as_secs_f64() * 1_000.0
}
