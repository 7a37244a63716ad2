//! Each move that the app makes, judged by what it had been told when it made it: founded on money, for the amount that is
//! due, and never against what only the merchant may leave.

use domain::state::delays::Delays;
use domain::state::hint::FRAUD_MARKED;

use super::refunds::in_order;
use super::verdict::Verdict;
use crate::bank::{Event, Known, Payment, Refund};
use crate::store::{By, Move, is_final};
use crate::world::World;

/// Judges the moves since the last time.
pub fn at_once(world: &mut World) {
    for i in world.judged..world.store.moves.len() {
        let made = &world.store.moves[i];
        if made.by == By::App
            && !restores(world, i)
            && let Err(violation) = judge(world, made)
        {
            world.violations.push(violation);
        }
    }
    world.judged = world.store.moves.len();
}

/// Whether the app puts back what its own last move had replaced unawares. A chargeback or a fraud mark that came since, and
/// that the app knew of, stands against that.
fn restores(world: &World, i: usize) -> bool {
    let moves = &world.store.moves;
    let replaced = moves[..i].iter().rev().find(|m| m.by == By::App && m.from == moves[i].to);
    let replaced_at = replaced.map_or(i64::MIN, |m| m.at);
    let came_since = |payment: &Payment| {
        let known = payment.known();
        let marked = |event: &Event| {
            event.payment == payment.id && event.kind == FRAUD_MARKED && event.at > replaced_at
        };
        let back = |refund: &Refund| refund.chargeback && refund.at > replaced_at;
        known.fraud && world.bank.events.iter().any(marked)
            || known.told.is_some_and(|told| told.charged_back) && payment.refunds.iter().any(back)
    };
    if moves[i].late.is_none() && world.bank.payments.values().any(came_since) {
        return false;
    }
    moves[..i].iter().rev().find(|m| m.by == By::App).is_some_and(|m| m.from == moves[i].to)
        || looks_like_ours(world, i)
}

/// Whether a move of the merchant's looks like the app's last one, of a moment before, whose word has not come yet.
fn looks_like_ours(world: &World, i: usize) -> bool {
    let moves = &world.store.moves;
    let Some(last) = moves[..i].iter().rposition(|m| m.by == By::App) else { return false };
    let ours = &moves[last];
    let unheard = !world.post.told_of_own_move.contains(&(ours.from, ours.to));
    let alike = |theirs: &Move| {
        let looks = (theirs.from, theirs.to) == (moves[i].to, ours.to);
        theirs.by == By::Merchant && looks && theirs.at - ours.at <= Delays::UNDER_WAY
    };
    unheard && moves[i].seen.status == ours.to && moves[last + 1..i].iter().any(alike)
}

fn judge(world: &World, made: &Move) -> Verdict {
    let payment = world.bank.payments.get(&made.about);
    let (seen, to) = (made.seen.status, made.to);
    if is_final(seen) && to != seen && !is_excused(made, payment) {
        return Err(format!("the app moved the order from {seen} to {to}"));
    }
    if made.from == 13 && to != 13 {
        return Err(format!("a dispute was replaced by {to}"));
    }
    if matches!(to, 5 | 6) && world.bank.is_live() && made.late.is_none() {
        return Err("given up though it can still be paid".to_owned());
    }
    if matches!(to, 5 | 6) && world.was_before_us() && world.bank.sessions.is_empty() {
        return Err("ended though it was placed before the app was there".to_owned());
    }
    if matches!(to, 5 | 6) {
        return Ok(());
    }
    let Some(payment) = payment.filter(|p| p.captured_ms.or(p.authorized_ms).is_some()) else {
        return Err(format!("marked as paid though nothing was: {seen} to {to}"));
    };
    if matches!(seen, 0 | 1 | 7)
        && let Some(allowed) = deserved(world, made, payment)
        && !allowed.contains(&to)
    {
        return Err(format!("told of a better status than the money deserves: {to} instead of {allowed:?}"));
    }
    if matches!(seen, 0 | 1 | 7) && !matches!(to, 12 | 13) && !covers(world, made, payment) {
        let told = amount_known(made, payment).unwrap_or_default();
        let (due, currency) = (made.seen.due, payment.currency);
        return Err(format!("moved on with another amount than is due: {to}, {told} {currency} for {due}"));
    }
    Ok(())
}

/// A chargeback or a fraud mark of this very payment moves every order; money that KOMOJU would not let us take, one that
/// has left.
fn is_excused(made: &Move, payment: Option<&Payment>) -> bool {
    let Some(payment) = payment else { return false };
    let refunded = matches!(made.seen.status, 4 | 14);
    match made.to {
        13 => payment.refunds.iter().any(|r| r.chargeback),
        12 => payment.fraud || (payment.capture_refused && !refunded),
        _ => false,
    }
}

/// What the app knew of the payment when it sent this. An update that takes effect late was decided on less than the app
/// has heard by then: KOMOJU may have captured a part meanwhile.
fn known(made: &Move, payment: &Payment) -> Known {
    made.late.unwrap_or_else(|| payment.known())
}

/// The amount that it knew. None: it was told of the payment, and never of an amount.
fn amount_known(made: &Move, payment: &Payment) -> Option<i64> {
    known(made, payment).told.map_or(Some(payment.amount), |told| told.amount)
}

/// What an order that has not heard of a payment may hear of it, by what the app knew: never "ship it" where that speaks
/// against it. None: anything.
fn deserved(world: &World, made: &Move, payment: &Payment) -> Option<&'static [u8]> {
    let known = known(made, payment);
    let told = known.told?;
    match (told.charged_back, known.fraud) {
        (true, true) => Some(&[12, 13]),
        (true, false) => Some(&[13]),
        (false, true) => Some(&[12]),
        (false, false) if told.amount.is_some_and(|amount| told.back >= amount) => Some(&[12]),
        (false, false) => (told.back > 0 && world.store.digital).then_some(&[12]),
    }
}

/// Whether what is known to be paid, or reserved, is what is due: all of it, what we ourselves took of it, or what is left
/// of it after refunds.
fn covers(world: &World, made: &Move, payment: &Payment) -> bool {
    let Some(told) = amount_known(made, payment) else { return false };
    let due = made.seen.due;
    let asked = world.bank.sessions[&payment.session].amount;
    let mut kept = told;
    let after_refunds = payment.refunds.iter().map(|refund| {
        kept -= refund.minor;
        in_order(world, payment, kept.max(0))
    });
    let by_us = payment.captured_by_us && asked == due;
    by_us || in_order(world, payment, told) == due || after_refunds.into_iter().any(|left| left == due)
}

/// The newest session asks for what was due when the order was last read.
pub fn session_is_for_what_is_due(world: &World) -> Option<String> {
    let (session, due) = (world.bank.sessions.values().next_back()?, world.store.seen.due);
    (session.amount != due).then(|| format!("a session asks for {} where {due} is due", session.amount))
}
