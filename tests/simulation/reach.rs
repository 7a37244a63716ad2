//! Whether the schedules get anywhere: an invariant about refunds proves nothing where nobody ever refunds.

use std::collections::BTreeMap;

use super::driver::World;
use super::store::By;
use super::stories::schedule;
use super::truth;

/// Enough for everything to happen.
const SCHEDULES: u64 = 1_500;

/// What must come about somewhere among them.
const EXPECTED: [&str; 34] = [
    "attention amount_disputed",
    "attention amount_mismatch",
    "attention authorization_lost",
    "attention cancelled_while_paid",
    "attention disputed",
    "attention fraud_marked",
    "attention order_edited",
    "attention paid_after_end",
    "attention paid_twice",
    "attention refund_needs_bank",
    "attention refund_refused",
    "attention refund_to_confirm",
    "attention refund_too_large",
    "attention refunded_at_komoju",
    "captured by us",
    "done authorized",
    "done code",
    "done disputed",
    "done ended",
    "done fraud",
    "done lapses_soon",
    "done mismatch",
    "done paid",
    "done refunded",
    "done restored",
    "done unpaid",
    "moved to 5",
    "moved to 6",
    "recorded",
    "refunded (bc-refund)",
    "refunded (duplicate-payment)",
    "refunded (panel-refund)",
    "request completed",
    "request rejected",
];

/// What came about in one of them.
fn outcomes(seed: u64) -> Vec<String> {
    let schedule = schedule(seed);
    let mut world = World::new(schedule.setup);
    for (act, fate) in &schedule.steps {
        world.step(*act, *fate);
    }
    drop(truth::in_the_end(&mut world, schedule.has_faults()));
    let mut all: Vec<_> = world.attentions().iter().map(|a| format!("attention {}", a.key())).collect();
    all.extend(world.machine.state().reached.keys().map(|(_, kind)| format!("done {}", kind.key())));
    // Happens as often as it must, and is therefore no milestone that is reached.
    all.extend(world.store.notes.contains("(restored, ").then(|| "done restored".to_owned()));
    all.extend(world.store.moves.iter().filter(|m| m.by == By::App).map(|m| format!("moved to {}", m.to)));
    all.extend(world.store.refunds.iter().filter(|r| r.by == By::App).map(|_| "recorded".to_owned()));
    all.extend((world.bank.captures > 0).then(|| "captured by us".to_owned()));
    for payment in world.bank.payments.values() {
        all.extend(payment.requests.iter().map(|r| format!("request {}", r.status)));
        all.extend(payment.refunds.iter().map(|r| format!("refunded {}", mark(&r.description))));
    }
    all.sort();
    all.dedup();
    all
}

/// Why it was made, without the number.
fn mark(description: &str) -> String {
    let word = description.split(' ').next_back().unwrap_or_default();
    word.chars().filter(|c| !c.is_ascii_digit() && *c != ':').collect()
}

#[test]
fn the_schedules_get_everywhere() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for outcome in (0..SCHEDULES).flat_map(outcomes) {
        *counts.entry(outcome).or_default() += 1;
    }
    let missing: Vec<_> = EXPECTED.iter().filter(|e| !counts.contains_key(**e)).collect();
    assert!(missing.is_empty(), "no schedule of {SCHEDULES} gets to {missing:?}");
}
