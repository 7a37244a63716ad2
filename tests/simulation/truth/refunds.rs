//! Refunded at KOMOJU is refunded in BigCommerce, and the other way round, each once: or somebody has been told.
//!
//! The two books are paired one to one, first by their markers and then, as people do, by amount; whatever is left over
//! needs its own word to the merchant. Where no word was needed, the totals agree as well.

use komoju_bigcommerce_worker::payment::attention::Attention;
use komoju_bigcommerce_worker::payment::deed::{MilestoneKind, Subject};
use komoju_bigcommerce_worker::payment::ids::RefundId;
use komoju_bigcommerce_worker::payment::refunds::{PayBack, pay_back};

use super::Verdict;
use crate::bank::{self, Payment};
use crate::driver::World;
use crate::schedule::Refunds;
use crate::store::{self, By};

/// What has no counterpart on the other side.
pub struct Unpaired<'a> {
    /// Made in BigCommerce, and neither paid back at KOMOJU nor settled otherwise.
    pub unpaid: Vec<&'a store::Refund>,
    /// Made at KOMOJU by hand or from our panel, and in no book of BigCommerce's.
    pub unentered: Vec<(&'a Payment, &'a bank::Refund)>,
    /// Made in BigCommerce, and paid back outside KOMOJU: somebody has said so.
    pub settled: Vec<&'a store::Refund>,
}

/// The words to the merchant about a refund that KOMOJU has not made.
const WAITS: [Attention; 4] = [
    Attention::RefundToConfirm,
    Attention::RefundNeedsBank,
    Attention::RefundTooLarge,
    Attention::RefundRefused,
];

pub fn agree(world: &World) -> Verdict {
    let unpaired = pair(world)?;
    for refund in &unpaired.unpaid {
        is_explained(world, refund)?;
    }
    for (payment, refund) in &unpaired.unentered {
        entered(world, payment, refund)?;
    }
    totals_agree(world, &unpaired)
}

/// A payment's minor units in the order's currency.
pub fn in_order(world: &World, payment: &Payment, minor: i64) -> i64 {
    let asked = world.bank.sessions[&payment.session].amount;
    (minor * asked + payment.asked / 2) / payment.asked.max(1)
}

/// All that went back of the payment before this, without the shopper's fee, which was never the order's.
fn before(payment: &Payment, refund: &bank::Refund) -> i64 {
    let earlier = payment.refunds.iter().take_while(|r| r.id != refund.id).filter(|r| !r.chargeback);
    earlier.map(|r| r.minor).sum::<i64>().min(payment.amount)
}

/// What a refund gave back of the order's money.
fn of_the_order(world: &World, payment: &Payment, refund: &bank::Refund) -> i64 {
    let before = before(payment, refund);
    let after = (before + refund.minor).min(payment.amount);
    in_order(world, payment, after) - in_order(world, payment, before)
}

/// Pairs the two books, each refund with one other at most. Errors: two that claim the same counterpart, or amounts that
/// do not agree.
pub fn pair(world: &World) -> Result<Unpaired<'_>, String> {
    let mut unentered: Vec<_> = world
        .bank
        .ever_captured()
        .flat_map(|p| p.refunds.iter().map(move |r| (p, r)))
        .filter(|(_, r)| !r.chargeback && !r.description.contains("duplicate-payment"))
        .collect();
    let (mut unpaid, mut settled) = (Vec::new(), Vec::new());
    for refund in world.store.refunds.iter().filter(|r| r.by == By::App) {
        let made = unentered.iter().position(|(_, r)| refund.recorded() == Some(&r.id));
        let Some(made) = made else { return Err(format!("entered, and never made: {}", refund.reason)) };
        let (payment, made) = unentered.remove(made);
        is_entered_as_it_was(world, payment, made, refund.ours)?;
    }
    for refund in world.store.refunds.iter().filter(|r| r.by == By::Merchant && r.ours > 0) {
        let marker = format!("(bc-refund:{})", refund.id);
        let made = unentered.extract_if(.., |(_, r)| r.description.contains(&marker));
        let made: Vec<_> = made.map(|(p, r)| (p, r.minor)).collect();
        let open = world.bank.payments.values().flat_map(|p| p.requests.iter().map(move |r| (p, r)));
        let asked_for = open.filter(|(_, r)| r.status == "pending" && r.description.contains(&marker));
        let all: Vec<_> = made.into_iter().chain(asked_for.map(|(p, r)| (p, r.minor))).collect();
        match all[..] {
            [] if world.settled_outside.contains(&refund.id) => settled.push(refund),
            [] => unpaid.push(refund),
            [(payment, minor)] => is_paid_back_as_asked(world, payment, minor, refund.ours)?,
            _ => return Err(format!("paid back more than once: refund {}", refund.id)),
        }
    }
    if let Some((_, stray)) = unentered.iter().find(|(_, r)| r.description.contains("(bc-refund:")) {
        return Err(format!("paid back for no refund: {}", stray.description));
    }
    pair_by_amount(world, &mut unpaid, &mut unentered);
    Ok(Unpaired { unpaid, unentered, settled })
}

/// A refund that the merchant made by hand on both sides is one refund.
fn pair_by_amount(
    world: &World,
    unpaid: &mut Vec<&store::Refund>,
    unentered: &mut Vec<(&Payment, &bank::Refund)>,
) {
    for tolerance in [0, 1] {
        unentered.retain(|(payment, refund)| {
            let by_hand = refund.description.is_empty();
            let minor = in_order(world, payment, refund.minor);
            let twin = unpaid.iter().position(|r| r.ours.abs_diff(minor) <= tolerance);
            twin.filter(|_| by_hand).map(|twin| unpaid.remove(twin)).is_none()
        });
    }
}

fn is_paid_back_as_asked(world: &World, payment: &Payment, minor: i64, ours: i64) -> Verdict {
    match in_order(world, payment, minor).abs_diff(ours) <= 1 {
        true => Ok(()),
        false => Err(format!("a refund of {ours} was paid back as {minor} {}", payment.currency)),
    }
}

/// Never as more than it was; nor as less, unless it gave back what was paid too much.
fn is_entered_as_it_was(world: &World, payment: &Payment, made: &bank::Refund, ours: i64) -> Verdict {
    let expected = of_the_order(world, payment, made);
    let may_be_less = world.bank.ever_captured().count() > 1;
    let agrees = ours <= expected + 1 && (may_be_less || ours >= expected - 1);
    match agrees {
        true => Ok(()),
        false => Err(format!("entered as another amount than it was: {ours} instead of {expected}")),
    }
}

/// What is still to be paid back is shown to the merchant: as a reason to look, and with what this one waits for.
fn is_explained(world: &World, refund: &store::Refund) -> Verdict {
    let wanted = world.setup.refunds != Refunds::Never && world.bank.ever_captured().next().is_some();
    let state = world.machine.state();
    let shown = state.order_refunds.reading.iter().flatten().find(|r| r.id == refund.id);
    let waits =
        shown.map(|shown| pay_back(state, &world.shop.settings, shown)).and_then(|waits| match waits {
            PayBack::NotConfirmed { .. } => Some(Attention::RefundToConfirm),
            PayBack::NeedsBank { .. } => Some(Attention::RefundNeedsBank),
            PayBack::TooLarge => Some(Attention::RefundTooLarge),
            PayBack::Refused { .. } => Some(Attention::RefundRefused),
            _ => None,
        });
    let told = waits.is_some_and(|waits| world.attentions().contains(&waits) || world.has_dismissed(&WAITS));
    match wanted && !told {
        true => Err(format!("never paid back, and nobody was told: refund {} of {}", refund.id, refund.ours)),
        false => Ok(()),
    }
}

fn is_paid_more_than_once(world: &World) -> bool {
    world.bank.ever_captured().count() > 1
}

/// Of several payments it is a matter of totals what the order has to do with a refund.
fn entered(world: &World, payment: &Payment, refund: &bank::Refund) -> Verdict {
    if of_the_order(world, payment, refund) == 0 || is_paid_more_than_once(world) {
        return Ok(());
    }
    match is_told_of(world, refund) {
        true => Ok(()),
        false => Err(format!("never entered, and nobody was told: {} of {}", refund.id, refund.minor)),
    }
}

/// BigCommerce enters nothing in an order that was cancelled: whoever did both by hand finds a line about it.
fn is_told_of(world: &World, refund: &bank::Refund) -> bool {
    // A late update of ours may have taken the line away again: BigCommerce knows no way to add one.
    let mark = format!("(refunded, refund#{})", refund.id);
    let noted = world.store.told.iter().any(|(_, line)| line.contains(&mark));
    let id = RefundId::parse(&refund.id).expect("an id");
    let reached = world.machine.state().reached.get(&(Subject::Refund(id), MilestoneKind::Refunded));
    let shown =
        reached.and_then(|reached| reached.attention).is_some_and(|a| world.attentions().contains(&a));
    noted || shown || world.has_dismissed(&[Attention::RefundedAtKomoju, Attention::OrderUpdateRefused])
}

/// What is still here is what the order's books say should be: no more without a word of money paid twice, no less without
/// a word of refunds that are in no book.
fn totals_agree(world: &World, unpaired: &Unpaired<'_>) -> Verdict {
    let charged_back = world.bank.payments.values().any(|p| p.refunds.iter().any(|r| r.chargeback));
    if charged_back || world.bank.ever_captured().next().is_none() {
        return Ok(());
    }
    let held: i64 = world.bank.captured().map(|p| in_order(world, p, p.held())).sum();
    // As if all that waits had been done, and what was settled otherwise had been paid back.
    let open = unpaired.unpaid.iter().chain(&unpaired.settled);
    let open: i64 = open.map(|r| r.ours).sum();
    let told = unpaired.unentered.iter().filter(|(_, refund)| is_told_of(world, refund));
    let told: i64 = told.map(|(p, r)| of_the_order(world, p, r)).sum();
    let promised = world.bank.payments.values().flat_map(|p| p.requests.iter().map(move |r| (p, r)));
    let promised = promised.filter(|(_, r)| r.status == "pending" && r.description.contains("(bc-refund:"));
    let promised: i64 = promised.map(|(p, r)| in_order(world, p, r.minor)).sum();
    let booked: i64 = world.store.refunds.iter().map(|r| r.ours).sum();
    // Any of several may be the one that the order counts with.
    let most = world.bank.ever_captured().map(|p| in_order(world, p, p.amount)).max().unwrap_or(0);
    let least = world.bank.ever_captured().map(|p| in_order(world, p, p.amount)).min().unwrap_or(0);
    let expected = |credit: i64, told: i64| (credit - booked + open + promised - told).max(0);
    // Of several payments, a refund may be the order's in part: nobody can tell from here in which.
    let surely_told = if is_paid_more_than_once(world) { 0 } else { told };
    let (most, least) = (expected(most, surely_told), expected(least, told));
    let rounding = world.bank.ever_captured().map(|p| p.refunds.len() as i64).sum::<i64>() + 1;
    if held > most + rounding && !world.is_told(Attention::PaidTwice) {
        return Err(format!("more is here than the books say, and nobody was told: {held} of {}", most));
    }
    if held < least - rounding && !world.is_told(Attention::RefundedAtKomoju) {
        return Err(format!("less is here than the books say, and nobody was told: {held} of {}", least));
    }
    Ok(())
}
