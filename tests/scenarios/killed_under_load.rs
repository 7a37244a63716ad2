//! workerd is killed at random moments under a load of payments, and started again on the same storage each time. At
//! the end every payment is right: paid, captured, refunded and ended once, and nobody is bothered without a reason.
//!
//! `KILLS=100` asks for more than the usual ten; `SEED=…` repeats the moments of a run. What each kill hits is the
//! machine's to choose: a seed repeats the plan, not the weather.

use std::collections::hash_map::RandomState;
use std::env;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use reqwest::{Client, Method};
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::Side;
use sandbox::harness::{Shop, World, booked, eventually_within, moves, notes};
use sandbox::komoju::{PaymentStatus, Session};
use serde_json::{Value, json};

/// However often a story is cut short, it ends within this.
const PATIENCE: Duration = Duration::from_secs(180);
/// The longest that workerd lives.
const LONGEST_LIFE_MS: u64 = 2_000;
/// Shoppers do not wait for a dead server.
const SHOPPERS_PATIENCE: Duration = Duration::from_secs(10);

/// What happens to an order after it was paid, or instead of it.
#[derive(Clone, Copy, Debug)]
enum Story {
    Card,
    Code,
    RefundedInBigCommerce,
    RefundedAtKomoju,
    CapturedOnShipping,
    CancelledWhileReserved,
}

const AT_ONCE: [Story; 4] = [Story::RefundedInBigCommerce, Story::Card, Story::RefundedAtKomoju, Story::Code];
const IN_TWO_STEPS: [Story; 2] = [Story::CapturedOnShipping, Story::CancelledWhileReserved];

impl Story {
    /// Where it ends: the order's status, the payment's, and what went back on both sides.
    fn end(self) -> (u8, PaymentStatus, Vec<i64>) {
        match self {
            Self::Card | Self::Code => (11, PaymentStatus::Captured, vec![]),
            Self::RefundedInBigCommerce | Self::RefundedAtKomoju => (14, PaymentStatus::Captured, vec![300]),
            Self::CapturedOnShipping => (2, PaymentStatus::Captured, vec![]),
            Self::CancelledWhileReserved => (5, PaymentStatus::Cancelled, vec![]),
        }
    }
}

struct Told {
    story: Story,
    order: PlacedOrder,
    payment: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, order {}, payment {}", self.story, self.order.order_id, self.payment)
    }
}

#[test]
fn every_payment_ends_right() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let kills = number("KILLS").unwrap_or(10);
    println!("SEED={seed} KILLS={kills}");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let world = runtime.block_on(World::own());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let shops = runtime.block_on(open_shops(&world));
        let (done, killed) = mpsc::channel::<()>();
        let (world, over) = (&world, &over);
        scope.spawn(move || kill(world, seed, kills, &killed, over));
        runtime.block_on(async {
            let [(a, a_stories), (b, b_stories), (c, c_stories)] = &shops;
            let told =
                tokio::join!(tell(a, a_stories, over), tell(b, b_stories, over), tell(c, c_stories, over));
            for (shop, told) in [(a, told.0), (b, told.1), (c, told.2)] {
                println!("{} payments at {}", told.len(), shop.hash);
                for one in &told {
                    ends(shop, one).await;
                }
                let delivery = world.sandbox.delivery();
                delivery.settled(&shop.merchant.id, Side::Komoju).await;
                delivery.settled(&shop.hash, Side::BigCommerce).await;
                told.iter().for_each(|one| was_done_once(shop, one));
            }
        });
        drop(done);
    });
}

/// Two that take money at once and refund it, one that takes it in two steps.
async fn open_shops(world: &World) -> [(Shop<'_>, &'static [Story]); 3] {
    let [a, b, c] = [Shop::open(world).await, Shop::open(world).await, Shop::open(world).await];
    for (shop, capture) in [(&a, "auto"), (&b, "auto"), (&c, "manual")] {
        shop.set(&[("refunds", "at_once"), ("capture", capture)]).await;
    }
    [(a, &AT_ONCE), (b, &AT_ONCE), (c, &IN_TWO_STEPS)]
}

/// Kills at moments that only the seed decides. Ends early where nobody waits for it any more.
fn kill(world: &World, seed: u64, kills: u64, stop: &mpsc::Receiver<()>, over: &AtomicBool) {
    let mut random = Random(seed);
    for _ in 0..kills {
        let life = Duration::from_millis(random.below(LONGEST_LIFE_MS));
        if stop.recv_timeout(life) == Err(mpsc::RecvTimeoutError::Disconnected) {
            break;
        }
        world.worker.kill9();
        world.worker.restart();
    }
    over.store(true, Ordering::Relaxed);
}

/// One story after the other, as long as there are kills to come, and each at least once.
async fn tell(shop: &Shop<'_>, stories: &[Story], over: &AtomicBool) -> Vec<Told> {
    let mut told = Vec::new();
    for &story in stories.iter().cycle() {
        if over.load(Ordering::Relaxed) && told.len() >= stories.len() {
            break;
        }
        told.push(live(shop, story).await);
    }
    told
}

/// A story up to the last thing that anybody but the worker does in it.
async fn live(shop: &Shop<'_>, story: Story) -> Told {
    let (komoju, bigcommerce) = (&shop.world.sandbox.komoju, &shop.world.sandbox.bigcommerce);
    let (order, session) = begin(shop).await;
    let id = order.order_id;
    let payment = match story {
        Story::Code => {
            let code = shop.take_code(&session);
            komoju.capture(&code).expect("the code is live");
            code
        }
        _ => shop.pay_by_card(&session),
    };
    order_is(shop, &order, 11).await;
    match story {
        Story::Card | Story::Code => {}
        Story::RefundedInBigCommerce => {
            shop.refund_order(&order, 300);
        }
        Story::RefundedAtKomoju => komoju.refund(&payment, Some(300)).expect("KOMOJU takes the refund"),
        Story::CapturedOnShipping => bigcommerce.ship(&shop.hash, id),
        Story::CancelledWhileReserved => bigcommerce.cancel(&shop.hash, id),
    }
    Told { story, order, payment }
}

/// The worker is asked to look at it once more, and comes to the end by itself.
async fn ends(shop: &Shop<'_>, told: &Told) {
    shop.save(&format!("payments/{}", told.order.order_id), &[]).await;
    let (status, paid, refunds) = told.story.end();
    let ended = async || {
        let (now, money) = (shop.now(&told.order), shop.payment(&told.payment));
        let right = (now.status_id, money.status) == (status, paid)
            && booked(&now) == refunds
            && shop.paid_back(&told.payment) == refunds
            && shop.attention(&told.order).await.is_empty();
        right.then_some(())
    };
    eventually_within(PATIENCE, told.to_string(), ended).await;
}

/// Now that nothing is under way any more: nothing was done twice on the way there.
fn was_done_once(shop: &Shop<'_>, told: &Told) {
    let Told { order, payment, .. } = told;
    let (status, _, refunds) = told.story.end();
    let now = shop.now(order);
    assert_eq!((now.status_id, moves(&now)), (status, vec![11]), "{told}");
    assert_eq!((booked(&now), shop.paid_back(payment)), (refunds.clone(), refunds), "{told}");
    let mark =
        |line: &str| line.rsplit_once('（').map(|(_, mark)| mark.to_owned()).expect("it ends in a mark");
    let marks: Vec<_> = notes(&now).into_iter().map(mark).collect();
    let told_once = marks.iter().enumerate().all(|(at, mark)| !marks[..at].contains(mark));
    assert!(told_once && !marks.is_empty(), "{told}: {}", now.staff_notes);
    let posts = shop.requests(&Method::POST, &format!("/payments/{payment}/"));
    let mut keys: Vec<_> = posts.into_iter().filter_map(|post| post.idempotency_key).collect();
    keys.dedup();
    assert!(keys.len() <= 1, "{told}: one deed, one key: {keys:?}");
}

// ---- shoppers ----------------------------------------------------------------------------------------------------

/// A shopper who presses again until a payment page opens.
async fn begin(shop: &Shop<'_>) -> (PlacedOrder, Session) {
    let order = shop.order(&OrderSpec::total(1_000));
    let mut body = shop.arrival(&order);
    body["intent"] = json!("pay");
    let client = shop.world.client();
    let session = eventually_within(PATIENCE, "a payment page", async || {
        let url = format!("{}/api/payments", shop.world.app_url());
        let told: Value = post(&client, &url, &body).await?;
        let go = client.get(told["redirect_url"].as_str()?).timeout(SHOPPERS_PATIENCE).send().await.ok()?;
        let to = go.headers().get("location")?.to_str().ok()?.rsplit('/').next()?.to_owned();
        shop.world.sandbox.komoju.session(&to).ok()
    });
    let session = session.await;
    (order, session)
}

async fn post(client: &Client, url: &str, body: &Value) -> Option<Value> {
    let request = client.post(url).header("content-type", "text/plain").timeout(SHOPPERS_PATIENCE);
    let text = request.body(body.to_string()).send().await.ok()?.text().await.ok()?;
    serde_json::from_str(&text).ok()
}

async fn order_is(shop: &Shop<'_>, order: &PlacedOrder, status: u8) {
    let so = async || (shop.now(order).status_id == status).then_some(());
    eventually_within(PATIENCE, format!("order {} to be {status}", order.order_id), so).await;
}

/// splitmix64
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
