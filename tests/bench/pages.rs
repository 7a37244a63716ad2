//! What is asked all day: the shopper's page asks how things stand, the shopper comes back from KOMOJU, the merchant looks
//! at the list.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, World};

use super::figures::{Bound, Figure, middle};
use super::load::{Line, Message};
use super::target::Peer;

/// As often as one address may be asked within a minute, and is looked for each time.
const TIMES: usize = 18;
/// A page of the list.
const LISTED: usize = 30;

pub async fn measure(world: &World) -> Vec<Figure> {
    let shop = Shop::open(world).await;
    shop.hooks(Mode::Lost);
    let order = shop.order(&OrderSpec::total(4_980));
    let token = shop.arrive(&order).await.token();
    let session = shop.sessions().pop().expect("the start has made a session");
    let back = session.back().expect("every session of ours has a way back");
    let panel = shop.open_panel().await;
    for _ in 1..LISTED {
        shop.begin(&OrderSpec::total(4_980)).await;
    }
    let peer = Peer::like_ours(&shop, order.order_id);
    let mut theirs = Line::to(peer.worker.port()).await;
    assert_eq!(theirs.ask(&peer.request("POST", "start", Some(order.order_id))).await.status, 200);
    for row in 0..LISTED {
        let listed = peer.request_with("GET", "panel", None, &format!("&row={row}"));
        assert_eq!(theirs.ask(&listed).await.status, 200);
    }
    let path = |address: &str| address.strip_prefix(&world.app_url()).expect("it is ours").to_owned();
    let mut both = Both { ours: Line::to(world.worker.port()).await, theirs };
    let asked = Some(order.order_id);
    vec![
        both.ask(
            "the shopper's page asks how things stand",
            &Message::get(&format!("/api/payments/{token}?locale=ja")),
            &peer.request("GET", "poll", asked),
            200,
        )
        .await,
        both.ask(
            "the way back from KOMOJU, with a look at the session",
            &Message::get(&path(&back)),
            &peer.request("GET", "back", asked),
            303,
        )
        .await,
        both.ask(
            "the merchant's list of payments, thirty of them",
            &Message::get(&format!("/panel/payments?t={panel}")),
            &peer.request("GET", "panel", None),
            200,
        )
        .await,
    ]
}

/// A connection to each.
struct Both {
    ours: Line,
    theirs: Line,
}

impl Both {
    async fn ask(&mut self, name: &str, ours: &Message, theirs: &Message, status: u16) -> Figure {
        let (mut times, mut peers) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            for (line, message, times) in
                [(&mut self.ours, ours, &mut times), (&mut self.theirs, theirs, &mut peers)]
            {
                let told = line.ask(message).await;
                assert_eq!(told.status, status, "{}", told.text);
                times.push(told.took.as_secs_f64() * 1_000.0);
            }
        }
        Figure {
            name: name.to_owned(),
            ours: middle(times),
            beside: middle(peers),
            unit: "ms",
            bound: Bound::AtMost(2.0),
        }
    }
}
