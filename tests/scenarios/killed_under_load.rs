//! workerd is killed at random moments under a load of payments, and started again on the same storage each time. At
//! the end every payment is right: paid, captured, refunded and ended once, and nobody is bothered without a reason.
//!
//! `KILLS=100` asks for more than the usual ten; `SEED=…` repeats the moments of a run. What each kill hits is the
//! machine's to choose: a seed repeats the plan, not the weather.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sandbox::faults::Side;
use sandbox::harness::{Shop, Story, Told, World};

/// The longest that workerd lives.
const LONGEST_LIFE_MS: u64 = 2_000;

const AT_ONCE: [Story; 4] = [Story::RefundedInBigCommerce, Story::Card, Story::RefundedAtKomoju, Story::Code];
const IN_TWO_STEPS: [Story; 2] = [Story::CapturedOnShipping, Story::CancelledWhileReserved];

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
                    one.is_looked_at(shop).await;
                    one.ends(shop).await;
                }
                let delivery = world.sandbox.delivery();
                delivery.settled(&shop.merchant.id, Side::Komoju).await;
                delivery.settled(&shop.hash, Side::BigCommerce).await;
                for one in &told {
                    one.was_done_once(shop);
                    one.has_one_key(shop);
                }
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
        told.push(story.live(shop).await);
    }
    told
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
