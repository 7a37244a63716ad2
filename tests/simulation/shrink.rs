//! Makes a failing schedule small: first fewer steps, then simpler ones, as long as something still goes wrong.

use super::schedule::{Act, Fate, Refunds, Schedule, Setup};

/// The smallest schedule found that still fails. `fails` decides; it is asked a few thousand times at most.
pub fn shrink(schedule: &Schedule, fails: impl Fn(&Schedule) -> bool) -> Schedule {
    let mut best = schedule.clone();
    loop {
        let before = best.clone();
        fewer_steps(&mut best, &fails);
        simpler(&mut best, &fails);
        if best == before {
            return best;
        }
    }
}

/// Delta debugging: leaves out ever smaller pieces.
fn fewer_steps(best: &mut Schedule, fails: &impl Fn(&Schedule) -> bool) {
    let mut size = best.steps.len().max(1);
    loop {
        let mut from = 0;
        while from < best.steps.len() {
            let mut tried = best.clone();
            tried.steps.drain(from..(from + size).min(best.steps.len()));
            match fails(&tried) {
                true => *best = tried,
                false => from += size,
            }
        }
        if size == 1 {
            return;
        }
        size = (size / 2).max(1);
    }
}

/// Each value by itself: the simplest first.
fn simpler(best: &mut Schedule, fails: &impl Fn(&Schedule) -> bool) {
    for simplify in SIMPLER {
        let mut tried = best.clone();
        simplify(&mut tried.setup, Setup::default());
        try_instead(best, tried, fails);
    }
    for i in 0..best.steps.len() {
        let (act, fate) = best.steps[i];
        let fates = (fate != Fate::Arrives).then_some((act, Fate::Arrives));
        let acts = simpler_acts(act).into_iter().map(|act| (act, fate));
        for step in fates.into_iter().chain(acts) {
            let mut tried = best.clone();
            tried.steps[i] = step;
            if try_instead(best, tried, fails) {
                break;
            }
        }
    }
}

fn try_instead(best: &mut Schedule, tried: Schedule, fails: &impl Fn(&Schedule) -> bool) -> bool {
    let better = tried != *best && fails(&tried);
    if better {
        *best = tried;
    }
    better
}

/// One setting after the other as it is by default.
const SIMPLER: [fn(&mut Setup, Setup); 16] = [
    |s, usual| *s = usual,
    |s, usual| s.manual = usual.manual,
    |s, usual| s.authorized_status = usual.authorized_status,
    |s, usual| s.capture_on_shipping = usual.capture_on_shipping,
    |s, usual| s.unpaid = usual.unpaid,
    |s, usual| s.grace_hours = usual.grace_hours,
    |s, usual| s.refunds = usual.refunds,
    |s, _| s.refunds = Refunds::AtOnce,
    |s, usual| s.refund_second = usual.refund_second,
    |s, usual| s.digital = usual.digital,
    |s, usual| s.cents = usual.cents,
    |s, _| s.store_credit = 0,
    |s, usual| s.total = usual.total,
    |s, usual| s.fee = usual.fee,
    |s, usual| s.silent_transfers = usual.silent_transfers,
    |s, usual| s.installed_later = usual.installed_later,
];

fn simpler_acts(act: Act) -> Vec<Act> {
    use Act::*;
    match act {
        Waits(minutes) => {
            [1, 60, 1_440, minutes / 2].into_iter().filter(|m| *m > 0 && *m < minutes).map(Waits).collect()
        }
        Trouble(after, what) => (0..after).map(|n| Trouble(n, what)).collect(),
        TroubleWithDeed(after, what) => (0..after).map(|n| TroubleWithDeed(n, what)).collect(),
        Crash(after) => (0..after).map(Crash).collect(),
        Outage(side, what, minutes) => vec![Outage(side, what, 1), Outage(side, what, minutes / 2)],
        Before(after, act) => {
            let sooner = (0..after).map(|n| Before(n, act));
            std::iter::once(*act).chain(sooner).collect()
        }
        RefundsOrder(part) if part != 100 => vec![RefundsOrder(100)],
        RefundsToCredit(part) if part != 100 => vec![RefundsToCredit(100)],
        RefundsAtKomoju(part) if part != 100 => vec![RefundsAtKomoju(100)],
        CapturesAtKomoju(part) if part != 100 => vec![CapturesAtKomoju(100)],
        RefundsInPanel(part) if part != 100 => vec![RefundsInPanel(100)],
        CapturesInPanel(part) if part != 100 => vec![CapturesInPanel(100)],
        PaysAbroad | PaysByUnknownType | PaysByNoType => vec![PaysByCard],
        RefundsOnSecondPage(part) if part != 100 => vec![RefundsOnSecondPage(100)],
        TakesTransferCode => vec![TakesCode],
        _ => Vec::new(),
    }
}

/// As it can be pasted into a test.
pub fn paste(schedule: &Schedule) -> String {
    let usual = Setup::default();
    let mut changed = String::new();
    let mut set = |name: &str, value: String, is_usual: bool| {
        if !is_usual {
            changed.push_str(&format!("{name}: {value}, "));
        }
    };
    let s = schedule.setup;
    set("manual", s.manual.to_string(), s.manual == usual.manual);
    set("authorized_status", s.authorized_status.to_string(), s.authorized_status == usual.authorized_status);
    set("capture_on_shipping", s.capture_on_shipping.to_string(), s.capture_on_shipping);
    set("unpaid", format!("Unpaid::{:?}", s.unpaid), s.unpaid == usual.unpaid);
    set("grace_hours", s.grace_hours.to_string(), s.grace_hours == usual.grace_hours);
    set("refunds", format!("Refunds::{:?}", s.refunds), s.refunds == usual.refunds);
    set("refund_second", s.refund_second.to_string(), s.refund_second == usual.refund_second);
    set("digital", s.digital.to_string(), s.digital == usual.digital);
    set("cents", s.cents.to_string(), s.cents == usual.cents);
    set("total", s.total.to_string(), s.total == usual.total);
    set("store_credit", s.store_credit.to_string(), s.store_credit == usual.store_credit);
    set("fee", s.fee.to_string(), s.fee == usual.fee);
    set("silent_transfers", s.silent_transfers.to_string(), s.silent_transfers == usual.silent_transfers);
    set("installed_later", s.installed_later.to_string(), s.installed_later == usual.installed_later);
    let steps: String =
        schedule.steps.iter().map(|(act, fate)| format!("    {},\n", spell(*act, *fate))).collect();
    format!("ends_right(\n    Setup {{ {changed}..Setup::default() }},\n    &[\n{steps}    ],\n);")
}

fn spell(act: Act, fate: Fate) -> String {
    let act = match act {
        Act::Trouble(after, what) => format!("Act::Trouble({after}, Trouble::{what:?})"),
        Act::TroubleWithDeed(after, what) => format!("TroubleWithDeed({after}, Trouble::{what:?})"),
        Act::Outage(side, what, minutes) => {
            format!("Act::Outage(Side::{side:?}, Outage::{what:?}, {minutes})")
        }
        Act::Before(after, act) => format!("Before({after}, &{})", spelled(*act)),
        act => spelled(act),
    };
    format!("({act}, {fate:?})")
}

/// With the names that a test has to use.
fn spelled(act: Act) -> String {
    match act {
        Act::SetsRefunds(policy) => format!("SetsRefunds(Refunds::{policy:?})"),
        Act::SetsUnpaid(unpaid) => format!("SetsUnpaid(Unpaid::{unpaid:?})"),
        Act::ListsAre(lists) => format!("ListsAre(Lists::{lists:?})"),
        act => format!("{act:?}"),
    }
}
