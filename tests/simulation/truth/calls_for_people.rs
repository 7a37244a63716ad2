//! Attention: wherever a person is needed, and nowhere else.

use domain::values::attention::Attention;

use super::refunds::{one_was_decided_in_vain, pair};
use super::verdict::Verdict;
use crate::bank::Payment;
use crate::schedule::{DAY, Refunds, Side};
use crate::store::By;
use crate::world::World;

pub fn are_just(world: &World) -> Verdict {
    let shown = world.attentions();
    are_for_something(world)?;
    for (needed, any_of) in needs(world) {
        let told = any_of.iter().any(|a| shown.contains(a)) || world.has_dismissed(any_of);
        if needed && !told {
            return Err(format!("nobody was called: {any_of:?}"));
        }
    }
    Ok(())
}

/// Nobody is called without a reason; of an order that was deleted, too.
pub fn are_for_something(world: &World) -> Verdict {
    match world.attentions().iter().find(|a| !is_called_for(world, **a)) {
        Some(needless) => Err(format!("called for nothing: {needless:?}")),
        None => Ok(()),
    }
}

impl World {
    /// The merchant is shown this, or has put it away.
    pub fn is_told(&self, of: Attention) -> bool {
        self.attentions().contains(&of) || self.has_dismissed(&[of])
    }

    pub fn has_dismissed(&self, any_of: &[Attention]) -> bool {
        self.dismissed.iter().any(|a| any_of.contains(a))
    }
}

fn is_charged_back(world: &World) -> bool {
    world.bank.payments.values().any(|p| p.refunds.iter().any(|r| r.chargeback))
}

fn is_marked(world: &World) -> bool {
    world.bank.payments.values().any(|p| p.fraud)
}

fn is_paid_twice(world: &World) -> bool {
    world.bank.captured().count() > 1
}

fn holds_money(world: &World) -> bool {
    world.bank.captured().any(|p| p.held() > 0)
}

/// When the first money came; never: the end of time.
fn first_money(world: &World) -> i64 {
    world.bank.ever_captured().filter_map(|p| p.captured_ms).min().unwrap_or(i64::MAX)
}

/// Whether a payment came in after the order had last been ended or refunded, and it is so still.
fn is_paid_after_end(world: &World) -> bool {
    let ended = matches!(world.store.status, 4 | 5 | 6 | 14);
    let since = world.store.last_move().map_or(i64::MAX, |m| m.at);
    ended && world.bank.captured().any(|p| p.held() > 0 && p.captured_ms.is_some_and(|at| at > since))
}

fn is_cancelled_while_paid(world: &World) -> bool {
    matches!(world.store.status, 5 | 6) && holds_money(world)
}

/// Exactly one payment, nothing refunded anywhere, and the order is due another amount than was paid.
fn is_paid_otherwise(world: &World) -> bool {
    let mut captured = world.bank.ever_captured();
    let (Some(only), None) = (captured.next(), captured.next()) else { return false };
    let untouched = only.refunds.is_empty() && world.store.refunds.is_empty() && only.amount == only.asked;
    untouched
        && matches!(world.store.status, 2 | 3 | 8..=12)
        && world.bank.sessions[&only.session].amount != world.store.due()
}

/// The order was moved because money was reserved, which is gone without our doing, and no other came.
fn has_lost_its_authorization(world: &World) -> bool {
    let told = |p: &Payment| world.store.notes.contains(&format!("(authorized, {})", p.id));
    let gone = |p: &Payment| matches!(p.status, "cancelled" | "expired" | "failed");
    let lost = world.bank.payments.values().any(|p| p.authorized_ms.is_some() && gone(p) && told(p));
    let refunded: i64 = world.store.refunds.iter().map(|r| r.ours + r.credit).sum();
    let paid = world.bank.ever_captured().next().is_some() || reserved(world).next().is_some();
    lost && !paid && matches!(world.store.status, 2 | 3 | 8..=13) && refunded < world.store.due()
}

/// The payments whose money is still reserved.
fn reserved(world: &World) -> impl Iterator<Item = &Payment> {
    world.bank.payments.values().filter(|p| p.status == "authorized" && p.authorized_ms.is_some())
}

/// KOMOJU's last word about a capture is no, and the money is still reserved.
fn has_a_refused_capture(world: &World) -> bool {
    reserved(world).any(|p| p.capture_refused)
}

/// BigCommerce refused to hear of what becomes of the money, and has not heard of it since, in whatever words: good news
/// may come together with bad.
fn money_could_not_be_told(world: &World) -> bool {
    let bad = ["(disputed, ", "(fraud, "];
    let good = ["(paid, ", "(mismatch, "];
    let told = |kind: &str, id: &str| {
        let mark = [kind, id].concat();
        world.store.told.iter().any(|(_, line)| line.contains(&mark))
    };
    let untold = |line: &String| {
        let of = |kind: &&str| line.find(*kind).map(|at| line[at + kind.len()..].to_owned());
        let is_untold = |kind: &&str| of(kind).is_some_and(|id| !told(kind, &id));
        let with_bad = |id: String| bad.iter().any(|kind| told(kind, &id));
        bad.iter().any(is_untold)
            || good.iter().any(|kind| is_untold(kind) && !of(kind).is_some_and(with_bad))
    };
    world.store.updates_refused.iter().any(untold)
}

/// Reserved money goes back by itself within three days.
fn lapses_soon(world: &World) -> bool {
    let warned = |p: &Payment| p.authorized_ms.is_some_and(|at| world.now >= at + 28 * DAY);
    matches!(world.store.status, 0..=3 | 7..=13) && reserved(world).any(warned)
}

/// What must be shown: each is a condition, and the attentions of which one will do.
fn needs(world: &World) -> Vec<(bool, &'static [Attention])> {
    let is_refunded = matches!(world.store.status, 4 | 14);
    vec![
        (is_paid_twice(world), &[Attention::PaidTwice]),
        (is_charged_back(world), &[Attention::Disputed]),
        (is_marked(world), &[Attention::FraudMarked]),
        (
            is_paid_after_end(world) || is_cancelled_while_paid(world),
            &[Attention::PaidAfterEnd, Attention::CancelledWhilePaid, Attention::AmountMismatch],
        ),
        (
            is_paid_otherwise(world),
            &[Attention::AmountMismatch, Attention::OrderEdited, Attention::PaidAfterEnd],
        ),
        (has_lost_its_authorization(world), &[Attention::AuthorizationLost]),
        (has_a_refused_capture(world), &[Attention::CaptureRefused]),
        (lapses_soon(world), &[Attention::CaptureDue]),
        (world.session_is_refused == Some(true), &[Attention::SessionRefused]),
        (money_could_not_be_told(world) && !is_refunded, &[Attention::OrderUpdateRefused]),
        // An order that stands refunded by the time of the next try need not be told: a person is.
        (money_could_not_be_told(world), &[Attention::OrderUpdateRefused, Attention::PaidAfterEnd]),
        (world.amount_is_disputed == Some(true), &[Attention::AmountDisputed]),
    ]
}

/// Whether there is a reason for this in what really happened.
fn is_called_for(world: &World, attention: Attention) -> bool {
    let (store, bank) = (&world.store, &world.bank);
    let unpaired = || pair(world).ok();
    let open = || {
        bank.ever_captured().next().is_some() && unpaired().is_some_and(|u| !u.unpaid_by_amount.is_empty())
    };
    let ever = |policy| world.policies().any(|of| of == policy);
    let asked = ever(Refunds::AtOnce) || ever(Refunds::Confirm) || world.decisions > 0;
    match attention {
        Attention::PaidAfterEnd => {
            let ended = store.was_in(&[4, 5, 6, 14], first_money(world));
            bank.ever_captured().next().is_some() && (ended || store.deleted || world.faults.hiccups > 1)
        }
        Attention::AmountMismatch | Attention::OrderEdited => {
            let garbled = world.faults.has_garbled(Side::Komoju);
            let otherwise = |p: &Payment| p.captured_ms.is_some() && p.amount != p.asked;
            // What cannot be read for long is told as another amount.
            garbled || store.edits > 0 || bank.payments.values().any(otherwise)
        }
        Attention::CancelledWhilePaid => is_cancelled_while_paid(world),
        // Of two payments, what is left of one may be more than what is left of the order.
        Attention::PaidTwice => {
            is_paid_twice(world) || bank.ever_captured().count() > 1 && holds_money(world)
        }
        Attention::Disputed => is_charged_back(world),
        Attention::FraudMarked => is_marked(world),
        Attention::RefundedAtKomoju => {
            let several = bank.ever_captured().count() > 1 && bank.ever_captured().any(|p| p.refunded() > 0);
            // Nobody can read the books of an order that was deleted: what was entered just before may be its twin or not.
            let in_doubt = store.deleted && !store.refunds.is_empty();
            // A chargeback that cannot be read for long is told as money that went back.
            let garbled = world.faults.has_garbled(Side::Komoju);
            several
                || in_doubt
                || garbled && is_charged_back(world)
                || unpaired().is_some_and(|u| !u.unentered_by_amount.is_empty())
        }
        Attention::RefundToConfirm => open() && ever(Refunds::Confirm),
        Attention::RefundNeedsBank => open() && asked && bank.ever_captured().any(|p| p.is_cash()),
        Attention::RefundTooLarge => open() && asked,
        Attention::RefundRefused => {
            let rejected = bank.payments.values().any(|p| p.requests.iter().any(|r| r.status == "rejected"));
            // While the store's own object or KOMOJU is silent for a day, a try ends without an answer.
            bank.refunds_refused > 0 || rejected || one_was_decided_in_vain(world)
        }
        Attention::CaptureRefused => bank.captures_refused > 0,
        Attention::CaptureDue => bank.payments.values().any(|p| p.status == "authorized"),
        Attention::AuthorizationLost => {
            let lost = |p: &Payment| {
                let gone = matches!(p.status, "expired" | "cancelled" | "failed");
                p.authorized_ms.is_some() && gone
            };
            bank.payments.values().any(lost) && store.moves.iter().any(|m| m.by != By::Platform)
        }
        Attention::CancelRefused => bank.cancels_ignored > 0,
        Attention::AmountDisputed => world.amount_is_disputed != Some(false),
        // Until a shopper is let through again.
        Attention::SessionRefused => world.faults.key_was_refused || world.session_is_refused != Some(false),
        Attention::OrderUpdateRefused => !store.updates_refused.is_empty(),
        // Orders and sessions of this world can all be paid, and its totals are known to contain store credit.
        Attention::NoMethods
        | Attention::SessionElsewhere
        | Attention::CurrencyUnsupported
        | Attention::AmountUndecided
        | Attention::AmountUnreadable => false,
        // In the end, whatever is answered here can be read.
        Attention::Garbled => false,
        // Nobody can read it any more.
        Attention::RefundUnreadable => store.deleted && world.faults.has_garbled(Side::BigCommerce),
        Attention::Unreachable | Attention::CaptureVanished | Attention::TransferToCheck => false,
    }
}
