//! `scripts/bench soak MINUTES`: payments of every kind, at seven tenths of what the machine can do, while workerd is
//! killed and started again. Nothing may be lost, nothing done twice, and memory must stay as it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sandbox::harness::{Shop, Story, World};
use tokio::runtime::Builder;

use super::figures::{Bound, Figure, middle};

/// Each tells one story after the other, in a store of its own.
const TELLERS: u32 = 24;
/// How long as many as can be are told, to know the machine's limit.
const LIMIT: Duration = Duration::from_secs(30);
const SHARE: f64 = 0.7;
/// A store is left for a new one after this many stories: the sandbox looks through all that a store has.
const IN_ONE_STORE: usize = 100;
/// After which parts of the time workerd is killed. What is left is one life, whose memory is watched.
const KILLS: [f64; 3] = [0.05, 0.15, 0.25];
/// Between two looks at the memory.
const WATCH: Duration = Duration::from_secs(2);

const AT_ONCE: [Story; 5] =
    [Story::RefundedInBigCommerce, Story::Card, Story::CodeRunsOut, Story::RefundedAtKomoju, Story::Code];
const IN_TWO_STEPS: [Story; 3] =
    [Story::CapturedOnShipping, Story::CancelledWhileReserved, Story::CodeRunsOut];

/// How many stories were told, and how many of them did not end right.
#[derive(Default)]
struct Tally {
    told: AtomicU32,
    wrong: AtomicU32,
    over: AtomicBool,
}

/// Runs for so long, and says what came of it. The machine's limit is measured first.
pub fn measure(world: &World, lasts: Duration) -> Vec<Figure> {
    let limit = during(world, Duration::ZERO, LIMIT, || pass(LIMIT)).0;
    let limit_rate = f64::from(limit.told.into_inner()) / LIMIT.as_secs_f64();
    eprintln!("  limit: {limit_rate:.1} payments a second");
    let every = Duration::from_secs_f64(f64::from(TELLERS) / (SHARE * limit_rate));
    let mut memory = Vec::new();
    let (tally, took) = during(world, every, lasts, || memory = watch(world, lasts));
    let (told, wrong) = (f64::from(tally.told.into_inner()), f64::from(tally.wrong.into_inner()));
    let quarter = (memory.len() / 4).max(1);
    let last = memory.split_off(memory.len().saturating_sub(quarter));
    memory.truncate(quarter);
    vec![
        Figure {
            name: format!(
                "soak of {} min: payments a second, beside the machine's limit",
                lasts.as_secs() / 60
            ),
            ours: told / took.as_secs_f64(),
            beside: limit_rate,
            unit: "/s",
            bound: Bound::AtLeast(0.6),
        },
        Figure {
            name: "payments that ended right, of all".to_owned(),
            ours: told - wrong,
            beside: told,
            unit: "",
            bound: Bound::AtLeast(1.0),
        },
        Figure {
            name: "memory of workerd in the last quarter of its life, beside the first".to_owned(),
            ours: middle(last) / 1_024.0,
            beside: middle(memory) / 1_024.0,
            unit: "MB",
            bound: Bound::AtMost(1.25),
        },
    ]
}

/// Stories are told while `meanwhile` runs, one by each teller `every` so long; returns when the last has ended.
fn during(world: &World, every: Duration, lasts: Duration, meanwhile: impl FnOnce()) -> (Tally, Duration) {
    let (tally, began) = (Tally::default(), Instant::now());
    thread::scope(|scope| {
        for n in 0..TELLERS {
            let tally = &tally;
            scope.spawn(move || tell(world, tally, every, every / TELLERS * n, n));
        }
        meanwhile();
        tally.over.store(true, Ordering::Relaxed);
    });
    // The last stories end after the time is over, and none begins then.
    (tally, began.elapsed().min(lasts))
}

/// One teller: a new store every hundred stories, and a story `every` so long.
fn tell(world: &World, tally: &Tally, every: Duration, first: Duration, n: u32) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (stories, capture): (&[Story], _) =
        if n % 4 == 3 { (&IN_TWO_STEPS, "manual") } else { (&AT_ONCE, "auto") };
    let mut due = Instant::now() + first;
    while !tally.over.load(Ordering::Relaxed) {
        // A kill may come while a store is set up; then another one is.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                let shop = Shop::open(world).await;
                shop.set(&[("refunds", "at_once"), ("capture", capture)]).await;
                shop
            })
        }));
        let Ok(shop) = opened else { continue };
        let mut told = Vec::new();
        for story in stories.iter().cycle().take(IN_ONE_STORE) {
            if tally.over.load(Ordering::Relaxed) {
                break;
            }
            runtime.block_on(async { tokio::time::sleep_until(due.into()).await });
            due = (due + every).max(Instant::now() - every);
            tally.told.fetch_add(1, Ordering::Relaxed);
            match catch_unwind(AssertUnwindSafe(|| runtime.block_on(story.live(&shop)))) {
                Ok(one) => told.push(one),
                Err(_) => {
                    tally.wrong.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        for one in told {
            let ended = catch_unwind(AssertUnwindSafe(|| {
                runtime.block_on(one.ends(&shop));
                one.was_done_once(&shop);
            }));
            if ended.is_err() {
                tally.wrong.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Kills workerd now and then, and notes its memory, in kB, since the last time.
fn watch(world: &World, lasts: Duration) -> Vec<f64> {
    let began = Instant::now();
    let mut kills = KILLS.map(|part| lasts.mul_f64(part)).into_iter().peekable();
    let mut memory = Vec::new();
    while began.elapsed() < lasts {
        pass(WATCH);
        if kills.next_if(|at| began.elapsed() >= *at).is_some() {
            world.worker.kill9();
            world.worker.restart();
            memory.clear();
        }
        memory.push(f64::from(world.worker.resident_kb()));
    }
    memory
}

#[allow(clippy::disallowed_methods, reason = "a soak lasts so long; nothing is waited for")]
fn pass(time: Duration) {
    thread::sleep(time);
}
