//! A quiet store beside a noisy one: each has objects of its own, and one worker serves both.

use std::time::Duration;

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, World};

use super::figures::{Bound, Figure, middle};
use super::load::{Line, send};
use super::start::start;
use super::target::Target;

const ROUNDS: usize = 6;
const STARTS: usize = 8;
/// What the noisy store is sent.
const PER_SECOND: u32 = 20;
/// Between two starts of the quiet one.
const BETWEEN: Duration = Duration::from_millis(250);
const PAYMENTS: usize = 16;

pub async fn measure(world: &World) -> Vec<Figure> {
    let (quiet, noisy) = (Shop::open(world).await, Shop::open(world).await);
    for shop in [&quiet, &noisy] {
        shop.hooks(Mode::Lost);
        shop.webhooks(Mode::Lost);
    }
    let mut orders = Vec::new();
    for _ in 0..PAYMENTS {
        let (order, session) = noisy.begin(&OrderSpec::total(4_980)).await;
        orders.push((order.order_id, session.id));
    }
    let mut noise = Target::of(&noisy, orders);
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.extend(starts(&quiet).await);
        let seconds = STARTS * usize::try_from(BETWEEN.as_millis()).expect("a pause") / 1_000;
        let messages = noise.fresh(seconds * usize::try_from(PER_SECOND).expect("a rate"));
        let pause = Duration::from_secs(1) / PER_SECOND;
        let (times, taken) = tokio::join!(starts(&quiet), send(world.worker.port(), messages, 4, pause));
        eprintln!("  {} messages at {:.0} a second", taken.each.len(), taken.per_second());
        beside.extend(times);
    }
    vec![Figure {
        name: format!("start at a store, while another is sent {PER_SECOND} messages a second, beside alone"),
        ours: middle(beside),
        beside: middle(alone),
        unit: "ms",
        bound: Bound::AtMost(1.5),
    }]
}

/// How long each took, in ms.
async fn starts(shop: &Shop<'_>) -> Vec<f64> {
    let mut line = Line::to(shop.world.worker.port()).await;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let order = shop.order(&OrderSpec::total(4_980));
        let told = line.ask(&start(shop, &order)).await;
        assert!(told.text.contains("redirect_url"), "{}", told.text);
        times.push(told.took.as_secs_f64() * 1_000.0);
        tokio::time::sleep(BETWEEN).await;
    }
    times
}
