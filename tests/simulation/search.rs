//! Tries many schedules, and makes of the first that goes wrong a test that can be kept.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once};

use super::mutation::Mutation;
use super::schedule::{Act, EPOCH, Fate, Schedule, Setup};
use super::shrink::{paste, shrink};
use super::stories::schedule;
use super::truth;
use super::world::World;

/// In a usual run; a million by `SIMULATION_SCHEDULES=1000000`.
const SCHEDULES: u64 = 10_000;

/// A mistake that so many do not notice is not noticed.
const MISTAKES: u64 = 10_000;

/// What went wrong.
pub type Violation = String;

/// From the first step to long after the last, with everything checked on the way.
pub fn run(schedule: &Schedule, mutation: Option<Mutation>) -> Result<(), Violation> {
    quietly(|| play(schedule, mutation))
}

/// A panic, in the machine or in a model of the world, is a violation like any other.
fn quietly(play: impl FnOnce() -> Result<(), Violation>) -> Result<(), Violation> {
    use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
    thread_local!(static IS_EXPECTED: Cell<bool> = const { Cell::new(false) });
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_EXPECTED.get() {
                usual(panic)
            }
        }));
    });
    IS_EXPECTED.set(true);
    let played = catch_unwind(AssertUnwindSafe(play));
    IS_EXPECTED.set(false);
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("a panic ({})", text.unwrap_or_default()))
    })
}

fn play(schedule: &Schedule, mutation: Option<Mutation>) -> Result<(), Violation> {
    let mut world = World::new(schedule.setup);
    world.mutation = mutation;
    for (act, fate) in &schedule.steps {
        world.step(*act, *fate);
        truth::always(&world)?;
    }
    truth::in_the_end(&mut world, schedule.has_faults())
}

/// As a found bug is kept: what [`paste`] prints.
#[track_caller]
pub fn ends_right(setup: Setup, steps: &[(Act, Fate)]) {
    let schedule = Schedule { setup, steps: steps.to_vec() };
    if let Err(violation) = run(&schedule, None) {
        panic!("{violation}");
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not {text:?}")))
}

/// Tries every seed, spread over all processors. `found` is told of each that goes wrong, and says whether to go on.
fn try_all(seeds: Range<u64>, mutation: Option<Mutation>, found: impl Fn(u64, Violation) -> bool + Sync) {
    let (next, stop) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            if let Err(violation) = run(&schedule(seed), mutation)
                && !found(seed, violation)
            {
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
}

/// What kind of violation it is: without the numbers and ids of the case.
fn kind(violation: &str) -> String {
    let text = violation.split(':').next().unwrap_or_default();
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// The first seed of each kind of violation, and how many there were.
fn survey(seeds: Range<u64>) -> BTreeMap<String, (u64, u64)> {
    let kinds = Mutex::new(BTreeMap::new());
    try_all(seeds, None, |seed, violation| {
        let mut kinds = kinds.lock().expect("no thread panics with it");
        let (first, count) = kinds.entry(kind(&violation)).or_insert((seed, 0));
        *first = seed.min(*first);
        *count += 1;
        true
    });
    kinds.into_inner().expect("no thread panicked with it")
}

/// The moves of the order and what the machine noted, line by line, for whoever wants to see how it came to this.
fn told(schedule: &Schedule) -> String {
    let mut world = World::new(schedule.setup);
    // What goes wrong is known; this only plays it once more.
    let _violation = quietly(|| {
        schedule.steps.iter().for_each(|(act, fate)| world.step(*act, *fate));
        truth::in_the_end(&mut world, schedule.has_faults())
    });
    let moves = world
        .store
        .moves
        .iter()
        .map(|m| (m.at, format!("{} {:?} → {}, seen {}", m.from, m.by, m.to, m.seen.status)));
    let noted = world.machine.state().timeline.iter().map(|entry| (entry.at, format!("{:?}", entry.event)));
    let mut lines: Vec<_> = moves.chain(noted).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.iter().map(|(at, line)| format!("{:>12} {line}\n", at - EPOCH)).collect()
}

fn report(seed: u64, count: u64) -> String {
    let failing = schedule(seed);
    let Err(first) = run(&failing, None) else { return format!("seed {seed} does not fail again") };
    let alike = |tried: &Schedule| run(tried, None).is_err_and(|violation| kind(&violation) == kind(&first));
    let small = shrink(&failing, alike);
    let violation = run(&small, None).expect_err("it was made smaller only as long as it failed");
    let (test, told) = (paste(&small), told(&small));
    format!("{violation}\n(SIMULATION_SEED={seed}, of {count} alike). As a test:\n\n{test}\n\n{told}")
}

#[test]
fn whatever_happens_the_order_and_the_money_end_up_agreeing() {
    let seeds = match number("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let first = number("SIMULATION_FIRST").unwrap_or(0);
            first..first + number("SIMULATION_SCHEDULES").unwrap_or(SCHEDULES)
        }
    };
    let found = survey(seeds);
    let reports: Vec<_> = found.values().map(|(seed, count)| report(*seed, *count)).collect();
    assert!(reports.is_empty(), "{}", reports.join("\n"));
}

/// Of a schedule with many steps that goes wrong, those that matter are left, in a form that can be pasted.
#[test]
fn what_goes_wrong_is_made_small_and_spelled_out() {
    use super::schedule::{Act::*, Fate::*, Refunds, Trouble as T};
    let setup = Setup { refunds: Refunds::AtOnce, total: 11_000, store_credit: 100, ..Setup::default() };
    let acts = [
        OpensPage,
        PageAsks,
        IsDeclined,
        PaysByCard,
        ComesBack,
        Waits(2_000),
        TroubleWithDeed(0, T::StillRuns),
        RefundsOrder(33),
        AsksForLook,
        Waits(6_000),
        RefundsAtKomoju(10),
    ];
    let failing = Schedule { setup, steps: acts.map(|act| (act, Twice)).to_vec() };
    let mutation = Some(Mutation::SendsNoIdempotencyKey);
    let first = run(&failing, mutation).expect_err("it goes wrong");
    let fails = |tried: &Schedule| run(tried, mutation).is_err_and(|v| kind(&v) == kind(&first));
    let small = shrink(&failing, fails);
    assert!(fails(&small) && run(&small, None).is_ok());
    let refund = [(TroubleWithDeed(0, T::StillRuns), Arrives), (RefundsOrder(33), Arrives)];
    assert!(small.steps.len() <= 6 && refund.iter().all(|step| small.steps.contains(step)), "{small:?}");
    let text = paste(&small);
    for part in ["ends_right(", "refunds: Refunds::AtOnce, ..Setup::default()", "(OpensPage, Arrives),"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(text.contains("(TroubleWithDeed(0, Trouble::StillRuns), Arrives),"), "{text}");
    assert!(!text.contains("total") && !text.contains("store_credit"), "{text}");
}

#[test]
fn a_panic_is_a_violation_like_any_other() {
    let violation = quietly(|| panic!("of {}", "the machine"));
    assert_eq!(violation, Err("a panic (of the machine)".to_owned()));
}

#[test]
fn a_seed_is_the_same_schedule_and_ends_the_same_way_every_time() {
    for seed in 0..20 {
        assert_eq!(schedule(seed), schedule(seed));
        assert_eq!(run(&schedule(seed), None), run(&schedule(seed), None));
    }
}

/// Each mistake that others made is noticed, and soon.
#[test]
fn the_mistakes_of_others_are_noticed() {
    for mutation in Mutation::ALL {
        let first = Mutex::new(None);
        try_all(0..MISTAKES, Some(mutation), |seed, violation| {
            // What goes wrong without the mistake, too, proves nothing.
            let ours = !mutation.is_noticed_by(&violation) || run(&schedule(seed), None).is_err();
            if !ours {
                let mut first = first.lock().expect("no thread panics with it");
                *first = first.take().into_iter().chain([(seed, violation)]).min();
            }
            ours
        });
        match first.into_inner().expect("no thread panicked with it") {
            Some((seed, violation)) => println!("{mutation:?} is noticed by schedule {seed}: {violation}"),
            None => panic!("{mutation:?} is not noticed by {MISTAKES} schedules"),
        }
    }
}
