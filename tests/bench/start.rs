//! A shopper's start, with as much delay put into both sides as there is between them and the edge: what is left once
//! that is taken off is our own time.

use std::time::{Duration, Instant, SystemTime};

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, World, eventually};

use super::figures::{Bound, Figure, middle};
use super::load::{Line, Message};
use super::target::Peer;

const BIGCOMMERCE: Duration = Duration::from_millis(150);
const KOMOJU: Duration = Duration::from_millis(250);
const STARTS: usize = 25;

/// When shoppers reach the confirmation page after their order was placed, in ms: as they were measured, from a desktop to
/// a phone.
const ARRIVALS: [u64; 12] = [350, 450, 550, 650, 750, 900, 1_100, 1_300, 1_500, 1_750, 2_000, 2_600];

pub async fn measure(world: &World) -> Vec<Figure> {
    let shop = Shop::open(world).await;
    shop.hooks(Mode::Lost);
    let (first, _) = shop.begin(&OrderSpec::total(4_980)).await;
    let peer = Peer::like_ours(&shop, first.order_id);
    for (side, tenant, delay) in
        [(Side::BigCommerce, &shop.hash, BIGCOMMERCE), (Side::Komoju, &shop.merchant.id, KOMOJU)]
    {
        world.sandbox.faults().add(Fault::on(side, FaultKind::Latency(delay)).tenant(tenant).always());
    }
    let mut figures = vec![
        own_time(&shop, &peer, "start, both calls in sequence", false).await,
        own_time(&shop, &peer, "start, its order read ahead", true).await,
    ];
    for late in [0, 1, 5] {
        figures.push(served_ahead(&shop, Duration::from_secs(late)).await);
    }
    figures
}

/// As the script posts it.
pub fn start(shop: &Shop<'_>, order: &PlacedOrder) -> Message {
    let kind = [("content-type", "text/plain;charset=UTF-8")];
    Message::new("POST", "/api/payments", &kind, &shop.arrival(order).to_string())
}

async fn own_time(shop: &Shop<'_>, peer: &Peer, name: &str, ahead: bool) -> Figure {
    let mut ours = Line::to(shop.world.worker.port()).await;
    let mut theirs = Line::to(peer.worker.port()).await;
    let delays = if ahead { KOMOJU } else { BIGCOMMERCE + KOMOJU };
    let own = |took: Duration| took.saturating_sub(delays).as_secs_f64() * 1_000.0;
    let (mut own_times, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        // Our worker is not told of the order that the other one serves.
        shop.hooks(Mode::Lost);
        let other = shop.order(&OrderSpec::total(4_980)).order_id;
        if ahead {
            shop.hooks(Mode::Normal);
        }
        let order = shop.order(&OrderSpec::total(4_980));
        if ahead {
            eventually("the order to be read ahead", async || is_read(shop, &order).then_some(())).await;
            assert_eq!(theirs.ask(&peer.request("POST", "ahead", Some(other))).await.status, 200);
        }
        let told = ours.ask(&start(shop, &order)).await;
        assert!(told.text.contains("redirect_url"), "{}", told.text);
        assert_eq!(reads(shop, &order), 1, "each order is read once");
        own_times.push(own(told.took));
        let told = theirs.ask(&peer.request("POST", "start", Some(other))).await;
        assert!(told.text.contains("redirect_url"), "{}", told.text);
        peers.push(own(told.took));
    }
    Figure {
        name: format!("{name}: own time"),
        ours: middle(own_times),
        beside: middle(peers),
        unit: "ms",
        bound: Bound::AtMost(2.0),
    }
}

fn reads(shop: &Shop<'_>, order: &PlacedOrder) -> usize {
    shop.requests(&Method::GET, &format!("/v2/orders/{}", order.order_id)).len()
}

/// Whether BigCommerce has answered.
fn is_read(shop: &Shop<'_>, order: &PlacedOrder) -> bool {
    let seen = shop.requests(&Method::GET, &format!("/v2/orders/{}", order.order_id));
    seen.iter().any(|call| call.status == 200)
}

/// How many starts in a hundred found their order read, or being read, because BigCommerce had announced it so late.
async fn served_ahead(shop: &Shop<'_>, late: Duration) -> Figure {
    shop.hooks(if late.is_zero() { Mode::Normal } else { Mode::Delayed(late) });
    let visit = async |after: u64| {
        let order = shop.order(&OrderSpec::total(4_980));
        tokio::time::sleep_until((Instant::now() + Duration::from_millis(after)).into()).await;
        let (came, mut line) = (SystemTime::now(), Line::to(shop.world.worker.port()).await);
        let told = line.ask(&start(shop, &order)).await;
        assert!(told.text.contains("redirect_url"), "{}", told.text);
        let seen = shop.requests(&Method::GET, &format!("/v2/orders/{}", order.order_id));
        seen.iter().any(|call| call.at < came)
    };
    let mut served = 0_u8;
    for after in ARRIVALS {
        served += u8::from(visit(after).await);
    }
    #[allow(clippy::cast_precision_loss, reason = "a dozen")]
    let all = ARRIVALS.len() as f64;
    Figure {
        name: format!("starts whose order was read ahead, its hook {} s late", late.as_secs()),
        ours: f64::from(served) / all * 100.0,
        beside: 100.0,
        unit: "%",
        bound: Bound::Free,
    }
}
