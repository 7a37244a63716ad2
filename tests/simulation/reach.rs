//! Whether the schedules get anywhere: an invariant about refunds proves nothing where nobody ever refunds.

use std::collections::BTreeMap;

use super::store::By;
use super::stories::schedule;
use super::truth;
use super::world::World;

/// Enough for everything to happen.
const SCHEDULES: u64 = 2_500;

/// What must come about somewhere among them.
const EXPECTED: [&str; 95] = [
    "attention amount_disputed",
    "attention amount_mismatch",
    "attention authorization_lost",
    "attention cancel_refused",
    "attention cancelled_while_paid",
    "attention capture_due",
    "attention capture_refused",
    "attention disputed",
    "attention fraud_marked",
    "attention order_edited",
    "attention order_update_refused",
    "attention paid_after_end",
    "attention paid_twice",
    "attention refund_needs_bank",
    "attention refund_refused",
    "attention refund_to_confirm",
    "attention refund_too_large",
    "attention refund_unreadable",
    "attention refunded_at_komoju",
    "attention session_refused",
    "attention unreachable",
    "an order from before us is left",
    "Broken at BigCommerce",
    "Broken at Komoju",
    "Broken from BigCommerce",
    "Broken from Komoju",
    "BrokenAfter at BigCommerce",
    "BrokenAfter at Komoju",
    "CrashAfter at BigCommerce",
    "CrashAfter at Komoju",
    "CrashBefore at BigCommerce",
    "CrashBefore at Komoju",
    "CutAfter at BigCommerce",
    "CutAfter at Komoju",
    "CutBefore at BigCommerce",
    "CutBefore at Komoju",
    "copy failed",
    "copy overruled",
    "copy stale",
    "decision upon an old page",
    "Forbidden from BigCommerce",
    "Forbidden from Komoju",
    "Hiccup at BigCommerce",
    "OfEverybody from Komoju",
    "owner silent",
    "PartlyUnreadable from BigCommerce",
    "PartlyUnreadable from Komoju",
    "Repeated from BigCommerce",
    "Repeated from Komoju",
    "Silent from BigCommerce",
    "Silent from Komoju",
    "StillRuns at BigCommerce",
    "StillRuns at Komoju",
    "TooMany at BigCommerce",
    "TooMany at Komoju",
    "TooMany from BigCommerce",
    "TooMany from Komoju",
    "Unauthorized from BigCommerce",
    "Unauthorized from Komoju",
    "between: ApprovesWallet",
    "between: CancelsAtKomoju",
    "between: CapturesAtKomoju",
    "between: ChargesBack",
    "between: ConfirmsRefund",
    "between: Deletes",
    "between: Edits",
    "between: MarksFraud",
    "between: Moves",
    "between: PaysByCard",
    "between: PaysCode",
    "between: RefundsAtKomoju",
    "between: RefundsOrder",
    "between: RefundsToCredit",
    "crash",
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
    "paid by a type that nobody knows",
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
    world.shown = Some(Default::default());
    for (act, fate) in &schedule.steps {
        world.step(*act, *fate);
    }
    drop(truth::in_the_end(&mut world, schedule.has_faults()));
    let shown = world.shown.take().unwrap_or_default();
    let mut all: Vec<_> = shown.into_iter().map(|key| format!("attention {key}")).collect();
    all.extend(world.faults.struck.iter().cloned());
    all.extend(world.machine.state().reached.keys().map(|(_, kind)| format!("done {}", kind.key())));
    // Happens as often as it must, and is therefore no milestone that is reached.
    all.extend(world.store.notes.contains("(restored, ").then(|| "done restored".to_owned()));
    all.extend(world.store.moves.iter().filter(|m| m.by == By::App).map(|m| format!("moved to {}", m.to)));
    all.extend(world.store.refunds.iter().filter(|r| r.by == By::App).map(|_| "recorded".to_owned()));
    all.extend((world.bank.captures > 0).then(|| "captured by us".to_owned()));
    let left = world.was_before_us() && !world.store.deleted && world.store.history() == [7];
    all.extend(left.then(|| "an order from before us is left".to_owned()));
    for payment in world.bank.payments.values() {
        let unknown = payment.captured_ms.is_some() && matches!(payment.kind, "seaweed_pay" | "");
        all.extend(unknown.then(|| "paid by a type that nobody knows".to_owned()));
        all.extend(payment.requests.iter().map(|r| format!("request {}", r.status)));
        all.extend(payment.refunds.iter().map(|r| format!("refunded {}", mark(&r.because))));
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
