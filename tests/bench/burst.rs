//! Messages that come together: how many looks they cause at KOMOJU.

use std::time::{Duration, Instant};

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, World, eventually};

use super::figures::{Bound, Figure};
use super::load::send;
use super::target::Target;

/// A hundred messages of one payment over ten connections, then five of each of 200.
pub async fn measure(world: &World) -> Vec<Figure> {
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    shop.hooks(Mode::Lost);
    let mut many = Vec::new();
    for _ in 0..=200 {
        many.push(begun(&shop).await);
    }
    let one = many.split_off(200);
    vec![
        Figure {
            name: "looks for 100 messages of one payment within a second".to_owned(),
            ours: looks(&shop, &one, 100, 10, Duration::from_millis(9)).await,
            beside: 1.0,
            unit: "",
            bound: Bound::AtMost(3.0),
        },
        Figure {
            name: "looks for 1000 messages of 200 payments, beside payments".to_owned(),
            ours: looks(&shop, &many, 5, 8, Duration::ZERO).await,
            beside: 200.0,
            unit: "",
            bound: Bound::AtMost(1.2),
        },
    ]
}

/// An order whose shopper stands before KOMOJU's page, once it was their turn: many come at once here.
async fn begun(shop: &Shop<'_>) -> (u64, String) {
    let order = shop.order(&OrderSpec::total(4_980));
    let told = eventually("the shopper's turn", async || {
        let told = shop.arrive(&order).await;
        (told.word() == "redirect").then_some(told)
    });
    let session = shop.go(&told.await).await;
    (order.order_id, session.id)
}

/// Sends so many messages of each order, spread by a pause between any two, and counts the looks, until there has been
/// none for a second.
#[allow(clippy::cast_precision_loss, reason = "some hundred looks")]
async fn looks(
    shop: &Shop<'_>,
    orders: &[(u64, String)],
    each: usize,
    at_once: usize,
    pause: Duration,
) -> f64 {
    let seen = || shop.requests(&Method::GET, "/sessions/").len();
    let before = seen();
    // One order after the other, so that its messages come together.
    let of_each = orders.iter().flat_map(|order| vec![order.clone(); each]).collect();
    let messages = Target::of(shop, of_each).fresh(orders.len() * each);
    let taken = send(shop.world.worker.port(), messages, at_once, pause).await;
    eprintln!("  {} messages in {:.1} s", taken.each.len(), taken.all.as_secs_f64());
    let mut last = (seen(), Instant::now());
    eventually("looks to have ended", async || {
        let now = seen();
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() > Duration::from_secs(1)).then_some(())
    })
    .await;
    assert!(seen() >= before + orders.len(), "each order was looked at");
    (seen() - before) as f64
}
