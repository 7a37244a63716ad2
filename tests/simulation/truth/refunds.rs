//! Refunded at KOMOJU is refunded in BigCommerce, and the other way round, each once: or somebody has been told.

use komoju_bigcommerce_worker::payment::attention::Attention;

use super::Verdict;
use crate::bank::{self, Payment};
use crate::driver::World;
use crate::schedule::Refunds;
use crate::store::{self, By};

pub fn agree(world: &World) -> Verdict {
    for refund in world.store.refunds.iter().filter(|r| r.by == By::Merchant && r.ours > 0) {
        paid_back(world, refund)?;
    }
    for payment in world.bank.ever_captured() {
        for refund in payment.refunds.iter().filter(|r| !r.chargeback) {
            entered(world, payment, refund)?;
        }
    }
    nothing_too_much(world)
}

/// The refund at KOMOJU, or the request for one, that a refund in BigCommerce caused.
pub fn counterpart<'a>(world: &'a World, refund: &store::Refund) -> Option<(&'a Payment, i64)> {
    let marker = format!("(bc-refund:{})", refund.id);
    world.bank.payments.values().find_map(|p| {
        let refunds = p.refunds.iter().map(|r| (&r.description, r.minor));
        let requests =
            p.requests.iter().filter(|r| r.status != "rejected").map(|r| (&r.description, r.minor));
        refunds.chain(requests).find(|(d, _)| d.contains(&marker)).map(|(_, minor)| (p, minor))
    })
}

/// A refund that the merchant made by hand on both sides is one refund.
fn is_by_hand_on_both(world: &World, ours: i64) -> bool {
    let mut all = world.bank.payments.values().flat_map(|p| p.refunds.iter().map(move |r| (p, r)));
    all.any(|(p, r)| {
        !r.chargeback && r.description.is_empty() && in_order(world, p, r.minor).abs_diff(ours) <= 1
    })
}

/// A payment's minor units in the order's currency.
pub fn in_order(world: &World, payment: &Payment, minor: i64) -> i64 {
    let asked = world.bank.sessions[&payment.session].amount;
    (minor * asked + payment.asked / 2) / payment.asked.max(1)
}

/// Whether a refund in BigCommerce is still without its counterpart, and nobody has said that it may be.
pub fn is_open(world: &World, refund: &store::Refund) -> bool {
    let captured = world.bank.ever_captured().next().is_some();
    captured
        && refund.by == By::Merchant
        && refund.ours > 0
        && counterpart(world, refund).is_none()
        && !world.settled_outside.contains(&refund.id)
}

fn paid_back(world: &World, refund: &store::Refund) -> Verdict {
    if let Some((payment, minor)) = counterpart(world, refund) {
        let expected = in_order(world, payment, minor);
        return match expected.abs_diff(refund.ours) <= 1 {
            true => Ok(()),
            false => {
                Err(format!("a refund of {} was paid back as {minor} {}", refund.ours, payment.currency))
            }
        };
    }
    let waits = [
        Attention::RefundToConfirm,
        Attention::RefundNeedsBank,
        Attention::RefundTooLarge,
        Attention::RefundRefused,
    ];
    let told = world.attentions().iter().any(|a| waits.contains(a)) || world.has_dismissed(&waits);
    let wanted = world.setup.refunds != Refunds::Never;
    match is_open(world, refund) && wanted && !told && !is_by_hand_on_both(world, refund.ours) {
        true => Err(format!("never paid back, and nobody was told: refund {} of {}", refund.id, refund.ours)),
        false => Ok(()),
    }
}

/// Whether a refund at KOMOJU was made for a reason of ours that needs no entry in BigCommerce.
fn is_ours(refund: &bank::Refund) -> bool {
    refund.description.contains("(bc-refund:") || refund.description.contains("duplicate-payment")
}

/// Whether money was paid more than once: what is given back of that is none of the order's.
fn is_paid_more_than_once(world: &World) -> bool {
    world.bank.ever_captured().count() > 1
}

pub fn is_entered(world: &World, payment: &Payment, refund: &bank::Refund) -> bool {
    let minor = in_order(world, payment, refund.minor);
    let twin = |r: &store::Refund| r.by == By::Merchant && r.ours.abs_diff(minor) <= 1;
    world.store.refunds.iter().any(|r| r.recorded() == Some(&refund.id) || twin(r))
}

fn entered(world: &World, payment: &Payment, refund: &bank::Refund) -> Verdict {
    if is_ours(refund) || is_entered(world, payment, refund) || is_paid_more_than_once(world) {
        return Ok(());
    }
    // The shopper's fee was never the order's.
    let before: i64 = payment.refunds.iter().take_while(|r| r.id != refund.id).map(|r| r.minor).sum();
    // BigCommerce enters nothing in an order that was cancelled: whoever did both by hand finds a line about it.
    let noted = world.store.notes.contains(&format!("(refunded, refund#{})", refund.id));
    let told = noted || world.attentions().contains(&Attention::RefundedAtKomoju);
    // Of another currency's last units nothing may be left.
    let nothing = in_order(world, payment, before + refund.minor) == in_order(world, payment, before);
    match before >= payment.amount
        || nothing
        || in_order(world, payment, refund.minor) == 0
        || told
        || world.has_dismissed(&[Attention::RefundedAtKomoju])
    {
        true => Ok(()),
        false => Err(format!("never entered, and nobody was told: {} of {}", refund.id, refund.minor)),
    }
}

/// What the app entered is what was refunded, and never more than was paid.
fn nothing_too_much(world: &World) -> Verdict {
    for entry in world.store.refunds.iter().filter(|r| r.by == By::App) {
        let made = world.bank.payments.values().find_map(|p| {
            let refund = p.refunds.iter().find(|r| entry.recorded() == Some(&r.id))?;
            Some(in_order(world, p, refund.minor))
        });
        match made {
            None => return Err(format!("entered, and never made: {}", entry.reason)),
            Some(minor) if entry.ours > minor + 1 => {
                return Err(format!("entered as more than it was: {} instead of {minor}", entry.ours));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
