//! Refunded at KOMOJU is refunded in BigCommerce, and the other way round, each once: or somebody has been told.
//!
//! The two books are paired one to one, first by their markers and then, as people do, by amount; whatever is left over
//! needs its own word to the merchant. Where no word was needed, the totals agree as well.

use domain::state::deed::{MilestoneKind, Subject};
use domain::values::attention::Attention;
use domain::values::ids::RefundId;

use super::verdict::Verdict;
use crate::bank::{self, Payment};
use crate::schedule::Refunds;
use crate::store::{self, By};
use crate::world::World;

/// What has no counterpart on the other side.
pub struct Unpaired<'a> {
    /// Made in BigCommerce, and neither paid back at KOMOJU nor settled otherwise.
    pub unpaid: Vec<&'a store::Refund>,
    /// Made at KOMOJU by hand or from our panel, and in no book of BigCommerce's.
    pub unentered: Vec<(&'a Payment, &'a bank::Refund)>,
    /// Both for whoever allows nothing for rounding: of these a person may be told, and need not be.
    pub unpaid_by_amount: Vec<&'a store::Refund>,
    pub unentered_by_amount: Vec<(&'a Payment, &'a bank::Refund)>,
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
    were_asked_for(world)?;
    let unpaired = pair(world)?;
    for refund in &unpaired.unpaid {
        is_explained(world, refund)?;
    }
    for (payment, refund) in &unpaired.unentered {
        entered(world, payment, refund)?;
    }
    totals_agree(world, &unpaired)
}

/// The decision in the panel that money went back for, by its number.
fn decided(because: &str) -> Option<u64> {
    let named = because.split_once("panel-refund:")?.1;
    named.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Somebody decided a refund in the panel, and KOMOJU has never made it.
pub fn one_was_decided_in_vain(world: &World) -> bool {
    let made = |seq: u64| {
        let mut because = world.bank.payments.values().flat_map(|payment| {
            let requests = payment.requests.iter().map(|r| r.because.as_str());
            requests.chain(payment.refunds.iter().map(|r| r.because.as_str()))
        });
        because.any(|because| decided(because) == Some(seq))
    };
    world.pressed.iter().any(|(seq, _)| !made(*seq))
}

/// What somebody decided in the panel moves only what was there when their page was opened: not what another has moved
/// since, or promised.
pub fn each_is_upon_what_was_shown(world: &World) -> Verdict {
    let decided = |because: &str| {
        let seq = decided(because)?;
        world.pressed.iter().find(|(of, _)| *of == seq)
    };
    for payment in world.bank.payments.values() {
        let requests = payment.requests.iter().map(|r| (r.because.as_str(), r.left_before));
        let refunds = payment.refunds.iter().map(|r| (r.because.as_str(), r.left_before));
        // A transfer moves what it was asked for, however much later.
        let refunds = refunds.filter(|(because, _)| payment.requests.iter().all(|r| r.because != *because));
        for (because, left) in requests.chain(refunds) {
            if let Some((seq, page)) = decided(because).filter(|(_, page)| page.free != left) {
                let shown = page.free;
                return Err(format!("moved what another had moved: decision {seq}, {left} left of {shown}"));
            }
        }
    }
    Ok(())
}

/// What went back by itself was wanted so by a setting, at some time since; everything else by a person.
fn were_asked_for(world: &World) -> Verdict {
    let all = world.bank.payments.values().flat_map(|p| &p.refunds);
    for refund in all {
        if refund.because.contains("duplicate-payment") && !world.second_was_to_go_back {
            return Err(format!("a second payment went back unasked: {}", refund.id));
        }
        let answered = |r: &&store::Refund| refund.because.contains(&format!("(bc-refund:{})", r.id));
        let Some(answered) = world.store.refunds.iter().find(answered) else { continue };
        let at_once = world.policies_since(answered).any(|policy| policy == Refunds::AtOnce);
        if !at_once && !world.confirmed.contains(&answered.id) {
            return Err(format!("paid back unasked: refund {}", answered.id));
        }
    }
    Ok(())
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
        .filter(|(_, r)| !r.chargeback && !r.because.contains("duplicate-payment"))
        .collect();
    let (mut unpaid, mut settled) = (Vec::new(), Vec::new());
    for refund in world.store.refunds.iter().filter(|r| r.by == By::App) {
        let made = unentered.iter().position(|(_, r)| refund.recorded() == Some(&r.id));
        let Some(made) = made else { return Err(format!("entered, and never made: {}", refund.reason)) };
        let (payment, made) = unentered.remove(made);
        if made.because.contains("(bc-refund:") {
            return Err(format!("entered once more, though BigCommerce has it: {}", made.because));
        }
        is_entered_as_it_was(world, payment, made, refund.ours)?;
    }
    for refund in world.store.refunds.iter().filter(|r| r.by == By::Merchant && r.ours > 0) {
        let marker = format!("(bc-refund:{})", refund.id);
        let made = unentered.extract_if(.., |(_, r)| r.because.contains(&marker));
        let made: Vec<_> = made.map(|(p, r)| (p, r.minor)).collect();
        let open = world.bank.payments.values().flat_map(|p| p.requests.iter().map(move |r| (p, r)));
        let asked_for = open.filter(|(_, r)| r.status == "pending" && r.because.contains(&marker));
        let all: Vec<_> = made.into_iter().chain(asked_for.map(|(p, r)| (p, r.minor))).collect();
        match all[..] {
            [] if world.settled_outside.contains(&refund.id) => settled.push(refund),
            [] => unpaid.push(refund),
            [(payment, minor)] => is_paid_back_as_asked(world, payment, minor, refund.ours)?,
            _ => return Err(format!("paid back more than once: refund {}", refund.id)),
        }
    }
    if let Some((_, stray)) = unentered.iter().find(|(_, r)| r.because.contains("(bc-refund:")) {
        return Err(format!("paid back for no refund: {}", stray.because));
    }
    pair_by_amount(world, &mut unpaid, &mut unentered, 0);
    let (unpaid_by_amount, unentered_by_amount) = (unpaid.clone(), unentered.clone());
    pair_by_amount(world, &mut unpaid, &mut unentered, 1);
    Ok(Unpaired { unpaid, unentered, unpaid_by_amount, unentered_by_amount, settled })
}

/// A refund that the merchant made by hand on both sides is one refund: of the same amount, or, where it was made in
/// another currency, of what rounding makes of it.
fn pair_by_amount<'a>(
    world: &World,
    unpaid: &mut Vec<&'a store::Refund>,
    unentered: &mut Vec<(&'a Payment, &'a bank::Refund)>,
    rounding: u64,
) {
    unentered.retain(|(payment, refund)| {
        let by_hand = refund.because.is_empty();
        let minor = in_order(world, payment, refund.minor);
        let abroad = payment.currency != world.bank.sessions[&payment.session].currency;
        let twin = |r: &&store::Refund| r.ours.abs_diff(minor) <= if abroad { rounding } else { 0 };
        let twin = unpaid.iter().position(twin);
        twin.filter(|_| by_hand).map(|twin| unpaid.remove(twin)).is_none()
    });
}

fn is_paid_back_as_asked(world: &World, payment: &Payment, minor: i64, ours: i64) -> Verdict {
    match in_order(world, payment, minor).abs_diff(ours) <= 1 {
        true => Ok(()),
        false => Err(format!("a refund of {ours} was paid back as {minor} {}", payment.currency)),
    }
}

/// Never as more than it was, nor as less. Where the order was paid twice, a refund may have given back what was paid too
/// much, wholly or in part; if it turns out that another one did, the next entry makes up for it. Then all entries of
/// the payment together are what counts.
fn is_entered_as_it_was(world: &World, payment: &Payment, made: &bank::Refund, ours: i64) -> Verdict {
    let expected = of_the_order(world, payment, made);
    if world.bank.ever_captured().count() == 1 {
        return match ours.abs_diff(expected) <= 1 {
            true => Ok(()),
            false => Err(format!("entered as another amount than it was: {ours} instead of {expected}")),
        };
    }
    let of_it = |entry: &store::Refund| {
        let made = payment.refunds.iter().find(|r| entry.by == By::App && entry.recorded() == Some(&r.id))?;
        Some((made.minor, entry.ours))
    };
    let (mut back, mut entered) = (0, 0);
    for (made, ours) in world.store.refunds.iter().filter_map(of_it) {
        (back, entered) = (back + made, entered + ours);
        let most = in_order(world, payment, back.min(payment.amount));
        if entered > most + 1 {
            return Err(format!("entered as more than it was: {entered} instead of {most}"));
        }
    }
    Ok(())
}

/// What is still to be paid back is shown to the merchant: as a reason to look, and with what this one waits for.
fn is_explained(world: &World, refund: &store::Refund) -> Verdict {
    let wanted = world.policies_since(refund).all(|policy| policy != Refunds::Never)
        && world.bank.ever_captured().next().is_some();
    let waits_for = reasons_to_wait(world, refund);
    let told = world.attentions().iter().any(|a| waits_for.contains(a)) || world.has_dismissed(&WAITS);
    match wanted && !told {
        true => Err(format!("never paid back, and nobody was told: refund {} of {}", refund.id, refund.ours)),
        false => Ok(()),
    }
}

/// What can keep this one waiting: nothing here that holds enough, cash, a setting, or KOMOJU's own no.
fn reasons_to_wait(world: &World, refund: &store::Refund) -> Vec<Attention> {
    let marker = format!("(bc-refund:{})", refund.id);
    let payers = |enough: fn(&World, &Payment, i64) -> bool| {
        world.bank.captured().filter(move |p| enough(world, p, refund.ours)).collect::<Vec<_>>()
    };
    let (certain, possible) = (payers(holds_surely), payers(may_hold));
    let rejected =
        |p: &Payment| p.requests.iter().any(|r| r.because.contains(&marker) && r.status == "rejected");
    let refused = world.bank.refused.iter().any(|why| why.contains(&marker));
    let confirm = world.policies_since(refund).any(|policy| policy == Refunds::Confirm);
    let reasons = [
        (certain.is_empty(), Attention::RefundTooLarge),
        (possible.iter().any(|p| p.is_cash()), Attention::RefundNeedsBank),
        (possible.iter().any(|p| !p.is_cash()) && confirm, Attention::RefundToConfirm),
        (refused || world.bank.payments.values().any(rejected), Attention::RefundRefused),
    ];
    reasons.into_iter().filter_map(|(holds, attention)| holds.then_some(attention)).collect()
}

/// What is here of a payment and promised to nobody, in the order's currency.
fn free(world: &World, payment: &Payment) -> i64 {
    let promised: i64 = payment.requests.iter().filter(|r| r.status == "pending").map(|r| r.minor).sum();
    in_order(world, payment, (payment.held() - promised).max(0))
}

/// What rounding from one currency to the other may make of the refunds of a payment.
fn rounding(payment: &Payment) -> i64 {
    1 + i64::try_from(payment.refunds.len()).unwrap_or(0)
}

fn holds_surely(world: &World, payment: &Payment, ours: i64) -> bool {
    free(world, payment) - rounding(payment) >= ours
}

/// The shopper's fee may be part of what is paid back.
fn may_hold(world: &World, payment: &Payment, ours: i64) -> bool {
    free(world, payment) + payment.fee + rounding(payment) >= ours
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
    let promised = promised.filter(|(_, r)| r.status == "pending" && r.because.contains("(bc-refund:"));
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
