//! Pairs the refunds in BigCommerce's books with those at KOMOJU, and finds the ones that lack a counterpart.
//!
//! The merchant may refund on either side. BigCommerce only books it; the money goes back at KOMOJU. We make the
//! second entry on the other side, exactly once: taking one refund for two would pay the shopper twice, and taking
//! two for one would leave the shopper unpaid.
//!
//! Invariant: refunds pair one to one. The second entry carries a marker that names the first ([`Cause`] at
//! KOMOJU, [`RECORDED`](crate::state::reading::RECORDED) in BigCommerce), so a later look finds the pair
//! again, whatever answer was lost.
//!
//! # Who refunds where
//!
//! ```text
//! BigCommerce's books               KOMOJU                             how they pair
//! 12  ¥1,000  by the merchant   →   ref_a  ¥1,000, by us               ref_a's description has bc-refund:12
//! 13  ¥500, by us               ←   ref_b  ¥500, by the merchant       13's reason has komoju-refund:ref_b
//! 14  ¥700  by the merchant     =   ref_c  ¥700, by the merchant       twins: no marker, but the same amount
//! –                                 ref_d  ¥300, a chargeback          none: no merchant's refund
//! –                                 ref_e  ¥3,000 of a duplicate       none: the order keeps its money
//! ```
//!
//! *Twins* are the one pair without a marker: a merchant who enters ¥700 by hand on both sides means one refund. We
//! guess so only if nothing of ours got through for either, we say so on the panel's page, and the merchant can part
//! the two ([`Decision::PartPair`]).
//!
//! - [`pay_back`] says what becomes of a refund made in BigCommerce;
//! - [`unrecorded`] lists the refunds made at KOMOJU that are to be booked;
//! - [`books`] converts between the order's currency and the payment's; [`holdings`] says how much money is here;
//!   [`transfers`] follows refunds by bank transfer, which take days.

pub mod books;
pub mod holdings;
pub mod transfers;

use crate::state::decision::{Decision, StoredDecision};
use crate::state::deed::{Action, Deed, DeedState};
use crate::state::reading::{
    Cause, OrderRefund, PaymentStatus, RefundReading, RefundRequestReading, RequestStatus,
};
use crate::state::settings::{RefundPolicy, Settings};
use crate::state::{Payment, State};
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::Money;
use crate::values::payment_types;
use books::Books;

// ---- made in BigCommerce, to be paid back at KOMOJU -------------------------------------------------------------

/// What becomes of a refund made in BigCommerce. Each `minor` is in minor units of the payment's currency.
///
/// `TooLarge` means that no single payment holds enough for it, or that the merchant has
/// begun to pay it back in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayBack {
    /// Nothing more of it is to be paid.
    Settled(Settled),
    /// To be paid back now. `decided` is the `seq` of the merchant's decision behind it, 0 if the setting suffices.
    Due {
        payment: PaymentId,
        minor: i64,
        decided: u64,
    },
    /// The merchant has to confirm it first.
    NotConfirmed {
        payment: PaymentId,
        minor: i64,
    },
    /// A cash payment is refunded by bank transfer, and nobody has entered the shopper's account yet.
    NeedsBank {
        payment: PaymentId,
        minor: i64,
    },
    TooLarge,
    /// Something that may say where money went could not be read. We move nothing and offer nothing.
    Unknown,
    /// KOMOJU has a transfer under way that is not ours and has no amount, so nobody knows what is left.
    Unclear,
    /// A call about the payment that it would be taken from has no answer yet.
    Waits {
        payment: PaymentId,
    },
    /// KOMOJU refused it for good, in its words. A new decision of the merchant's tries again.
    Refused {
        payment: PaymentId,
        minor: i64,
        reason: String,
    },
}

/// Why nothing more of a refund is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// KOMOJU has paid it back.
    Done,
    /// It has a twin: the merchant made it by hand on both sides.
    ByHand,
    /// KOMOJU has our request to transfer it, and has not done so yet.
    Requested,
    /// KOMOJU accepted it, but no look has shown it yet.
    Sent,
    /// The merchant said that the shopper was paid back by other means.
    Outside,
    /// No payment of the order was ever captured at KOMOJU.
    NeverPaid,
    /// The setting says that we never refund, and no payment holds enough to offer it.
    Unwanted,
}

/// The refunds that the merchant made in BigCommerce, as far as they are about our payment method.
pub fn made_in_bigcommerce(state: &State) -> Vec<&OrderRefund> {
    let all = state.order_refunds.reading.as_deref().unwrap_or_default();
    all.iter().filter(|refund| refund.komoju.is_none() && refund.minor > 0).collect()
}

/// Decides what becomes of a refund made in BigCommerce. The first that applies counts:
///
/// 1. It is settled, whatever the setting says: paid back, requested, has a twin, settled outside, never paid.
/// 2. A try is open: it goes on with the amount it was begun with.
/// 3. Something about this order's money could not be read: [`PayBack::Unknown`].
/// 4. KOMOJU accepted it, and no look shows it yet: wait for that look.
/// 5. Somebody else's transfer makes the rest unknown: [`PayBack::Unclear`].
/// 6. No payment holds enough: [`PayBack::TooLarge`], or nothing at all if the setting is *never*.
/// 7. Another call about that payment has no answer: wait.
/// 8. KOMOJU refused the last try, and the merchant has not asked again since: [`PayBack::Refused`].
/// 9. It goes by bank transfer: the shopper's account is needed. To enter it is to confirm the refund.
/// 10. The setting, or the merchant's confirmation, says whether it is due now.
pub fn pay_back(state: &State, settings: &Settings, refund: &OrderRefund) -> PayBack {
    let cause = Cause::OrderRefund(refund.id);
    if let Some(settled) = settled(state, refund) {
        return PayBack::Settled(settled);
    }
    let tried = last_try(state, cause);
    let confirmed = state.armed(|d| d.is_to_pay_back(refund.id)).map_or(0, |stored| stored.seq);
    // A try under way keeps its amount and decision, because the same idempotency key must carry the same body.
    if let Some((payment, deed)) = tried.filter(|(_, deed)| deed.is_open()) {
        return PayBack::Due {
            payment: payment.clone(),
            minor: deed.minor.unwrap_or(0),
            decided: deed.decided,
        };
    }
    if state.is_partly_unread() {
        return PayBack::Unknown;
    }
    // KOMOJU accepted it, but its refund does not show yet, or has vanished. Another
    // refund now could be a second one.
    if tried.is_some_and(|(_, deed)| deed.state == DeedState::Done && !is_rejected(state, cause)) {
        return PayBack::Settled(Settled::Sent);
    }
    let policy = policy_for(settings, refund);
    let unwanted = policy == RefundPolicy::Never && confirmed == 0;
    if !unwanted && state.captured().any(|(id, _)| state.remaining(id).is_none()) {
        return PayBack::Unclear;
    }
    let whole = payment_to_take_from(state, refund).filter(|_| !is_paid_in_parts(state, refund.id));
    let Some((payment, minor)) = whole else {
        return if unwanted { PayBack::Settled(Settled::Unwanted) } else { PayBack::TooLarge };
    };
    if state.open_call(payment).is_some() {
        return PayBack::Waits { payment: payment.clone() };
    }
    if let Some((_, deed)) = tried.filter(|(_, deed)| deed.decided >= confirmed && !deed.went_unanswered()) {
        let reason = match &deed.state {
            DeedState::Refused { reason } => reason.clone(),
            DeedState::Intended { .. } | DeedState::Sent | DeedState::Done => {
                "KOMOJU has rejected the refund request".to_owned()
            }
        };
        return PayBack::Refused { payment: payment.clone(), minor, reason };
    }
    let by_transfer = is_by_transfer(state, payment);
    let payment = payment.clone();
    if by_transfer {
        return match unwanted {
            true => PayBack::NotConfirmed { payment, minor },
            false if bank_details(state, refund.id).is_none() => PayBack::NeedsBank { payment, minor },
            false => PayBack::Due { payment, minor, decided: confirmed },
        };
    }
    match policy == RefundPolicy::AtOnce || confirmed > 0 {
        true => PayBack::Due { payment, minor, decided: confirmed },
        false => PayBack::NotConfirmed { payment, minor },
    }
}

/// The refund policy that counts for this refund: the setting when we first saw it or the setting now, whichever
/// moves less money.
pub fn policy_for(settings: &Settings, refund: &OrderRefund) -> RefundPolicy {
    match (refund.policy.unwrap_or(settings.refunds), settings.refunds) {
        (RefundPolicy::Never, _) | (_, RefundPolicy::Never) => RefundPolicy::Never,
        (RefundPolicy::Confirm, _) | (_, RefundPolicy::Confirm) => RefundPolicy::Confirm,
        (RefundPolicy::AtOnce, RefundPolicy::AtOnce) => RefundPolicy::AtOnce,
    }
}

/// What settles a refund whatever the setting says. None: it is still to be paid back.
fn settled(state: &State, refund: &OrderRefund) -> Option<Settled> {
    let cause = Cause::OrderRefund(refund.id);
    if settled_outside(state, refund.id).is_some() {
        Some(Settled::Outside)
    } else if is_transferred_later(state, cause) {
        Some(Settled::Requested)
    } else if is_paid_back(state, cause) {
        Some(Settled::Done)
    } else if twin_of(state, refund).is_some() {
        Some(Settled::ByHand)
    } else if state.payments.values().all(|p| !p.was_captured()) {
        Some(Settled::NeverPaid)
    } else {
        None
    }
}

/// KOMOJU has our request to transfer it, and no refund shows yet that it did.
fn is_transferred_later(state: &State, cause: Cause) -> bool {
    let mut readings = state.payments.values().filter_map(|p| p.register.reading.as_ref());
    readings.any(|reading| {
        let over = [RequestStatus::Rejected, RequestStatus::Completed];
        let open = |r: &RefundRequestReading| r.cause == Some(cause) && !over.contains(&r.status);
        reading.refund_requests.iter().any(open) && reading.refunds.iter().all(|r| r.cause != Some(cause))
    })
}

/// True once the merchant has ordered a part of it by hand, because no payment held enough for all of it. From then
/// on we never pay it back as a whole.
fn is_paid_in_parts(state: &State, refund: u64) -> bool {
    last_decision(state, |d| matches!(d, Decision::Refund { towards, .. } if *towards == Some(refund))) > 0
}

/// True for payments made in cash, which KOMOJU refunds by bank transfer only.
pub fn goes_by_transfer(payment: &Payment) -> bool {
    let known = payment.register.reading.as_ref().and_then(|r| payment_types::payment_type(&r.payment_type));
    known.is_some_and(|known| known.refunds == payment_types::Refunds::ByTransfer)
}

/// The same as [`goes_by_transfer`], by the payment's id.
pub fn is_by_transfer(state: &State, payment: &PaymentId) -> bool {
    state.payments.get(payment).is_some_and(goes_by_transfer)
}

/// The shopper's bank account for this refund, sealed, and the `seq` of the decision that brought it. None: nobody
/// has entered it, or KOMOJU has it already and it was erased.
pub fn bank_details(state: &State, refund: u64) -> Option<(&crate::values::sealed::Sealed, u64)> {
    let open = state.decisions.iter().rev().filter(|stored| stored.ended.is_none());
    open.filter(|stored| stored.decided.decision.is_to_pay_back(refund)).find_map(|stored| {
        let sealed = stored.decided.decision.sealed()?;
        Some((sealed, stored.seq))
    })
}

/// A refund with this cause shows at KOMOJU, or an open or completed request for one.
fn is_paid_back(state: &State, cause: Cause) -> bool {
    state.payments.values().filter_map(|p| p.register.reading.as_ref()).any(|reading| {
        reading.refunds.iter().any(|r| r.cause == Some(cause))
            || reading
                .refund_requests
                .iter()
                .any(|r| r.cause == Some(cause) && r.status != RequestStatus::Rejected)
    })
}

/// KOMOJU's staff rejected a request with this cause.
fn is_rejected(state: &State, cause: Cause) -> bool {
    let readings = state.payments.values().filter_map(|p| p.register.reading.as_ref());
    readings
        .flat_map(|r| &r.refund_requests)
        .any(|r| r.cause == Some(cause) && r.status == RequestStatus::Rejected)
}

/// The last decision which says that this refund was paid back by other means.
pub fn settled_outside(state: &State, refund: u64) -> Option<&StoredDecision> {
    let said = |stored: &&StoredDecision| stored.decided.decision == Decision::SettleOutside { refund };
    state.decisions.iter().rev().find(said)
}

/// The `seq` of the newest decision of that kind; 0 if there is none.
pub fn last_decision(state: &State, is_it: impl Fn(&Decision) -> bool) -> u64 {
    state.decisions.iter().rev().find(|stored| is_it(&stored.decided.decision)).map_or(0, |stored| stored.seq)
}

/// The newest try at paying a refund back, and from which payment.
fn last_try(state: &State, cause: Cause) -> Option<(&PaymentId, &Deed)> {
    let of_it = state.deeds.iter().rev().filter(|deed| deed.action.cause() == Some(cause));
    of_it.into_iter().find_map(|deed| Some((deed.action.payment()?, deed)))
}

/// KOMOJU's last word about our try was no. If the merchant then refunds the same amount by hand at KOMOJU, they did
/// what we could not, and the two are twins.
fn came_to_nothing(state: &State, cause: Cause, deed: &Deed) -> bool {
    match deed.state {
        DeedState::Refused { .. } => true,
        DeedState::Done => is_rejected(state, cause),
        DeedState::Intended { .. } | DeedState::Sent => false,
    }
}

/// The payment to refund from, and the amount in its currency: the credited one, or else any that holds enough.
fn payment_to_take_from<'a>(state: &'a State, refund: &OrderRefund) -> Option<(&'a PaymentId, i64)> {
    let first = state.credited();
    let others = state.payments.iter().filter(|(id, _)| first.is_none_or(|(first, _)| first != *id));
    first.into_iter().chain(others).filter(|(_, p)| p.is(&PaymentStatus::Captured)).find_map(
        |(id, payment)| {
            let books = Books::of(state, payment);
            let minor = books.to_payment(refund.minor)?;
            (minor <= state.remaining(id)?).then_some((id, minor))
        },
    )
}

// ---- made at KOMOJU, to be entered in BigCommerce ----------------------------------------------------------------

/// A refund at KOMOJU that BigCommerce's books lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecorded {
    /// The payment that was refunded.
    pub payment: PaymentId,
    /// KOMOJU's id of the refund.
    pub refund: RefundId,
    /// What is to be booked, in the order's currency: the refund less the part that only returns a duplicate payment.
    pub amount: Money,
}

/// The refunds at KOMOJU that are to be booked in BigCommerce, in that order.
///
/// Only refunds of the credited payment are booked: the order counts with that one. And a refund that merely returns
/// a duplicate payment is not booked against the order, whichever of the payments the merchant refunded:
///
/// ```text
/// an order of ¥3,000 was paid twice: pay_1 ¥3,000 (credited) and pay_2 ¥3,000     surplus ¥3,000
/// the merchant refunds ¥1,000 of pay_2                                            surplus ¥2,000, nothing to book
/// the merchant refunds ¥3,000 of pay_1                 ¥2,000 of it are surplus;   to book: ¥1,000
/// ```
///
/// What remains is ¥2,000 of pay_2, and an order of which ¥1,000 were refunded: the two agree. A refund of pay_2 that
/// BigCommerce's books have, because it was made for a refund of the order, returns no duplicate.
pub fn unrecorded(state: &State) -> Vec<Unrecorded> {
    let Some((first, _)) = state.credited() else { return Vec::new() };
    // A part captured by hand in another currency, worth nobody knows how much to the
    // order: the merchant has to book it.
    if state.is_of_unknown_worth(first) {
        return Vec::new();
    }
    let mut surplus: i64 = 0;
    let others = state.payments.iter().filter(|(id, p)| *id != first && p.was_captured());
    for (_, payment) in others {
        surplus += state.credit(payment);
        let books = Books::of(state, payment);
        let returned: i64 = payment.voluntary_refunds().map(|r| r.minor).sum();
        let of_the_order =
            payment.voluntary_refunds().filter_map(|refund| in_the_books(state, &books, refund));
        surplus -= books.in_order(returned.min(payment.net())) - of_the_order.sum::<i64>();
    }
    let Some(payment) = state.payments.get(first) else { return Vec::new() };
    let Some(currency) = state.attempt(payment.attempt).map(|a| a.terms.amount.currency) else {
        return Vec::new();
    };
    let mut books = Books::of(state, payment);
    let mut found = Vec::new();
    let unpaired = |r: &&RefundReading| is_unpaired(state, r) && !state.may_be_a_transfer(first, r);
    for refund in payment.voluntary_refunds().filter(unpaired) {
        let minor = books.enter(refund.minor);
        let absorbed = minor.min(surplus.max(0));
        surplus -= absorbed;
        if minor > absorbed {
            let amount = Money::new(minor - absorbed, currency);
            found.push(Unrecorded { payment: first.clone(), refund: refund.id.clone(), amount });
        }
    }
    found
}

/// As how much BigCommerce's books have this refund, in the order's currency; as a part of another, what it comes to. None:
/// they do not have it.
fn in_the_books(state: &State, books: &Books, refund: &RefundReading) -> Option<i64> {
    let entries = state.order_refunds.reading.as_deref().unwrap_or_default();
    let of = |id: u64| entries.iter().find(|entry| entry.id == id).map(|entry| entry.minor);
    match refund.cause {
        Some(Cause::OrderRefund(id)) => of(id).or(Some(books.in_order(refund.minor))),
        Some(Cause::Twice) => None,
        Some(Cause::Merchant(seq)) if is_part_of_another(state, seq) => Some(books.in_order(refund.minor)),
        Some(Cause::Merchant(_)) | None => {
            let recorded = entries.iter().find(|entry| entry.komoju.as_ref() == Some(&refund.id));
            let twin =
                || twins(state).into_iter().find(|(_, twin)| *twin == refund.id).and_then(|(id, _)| of(id));
            recorded.map(|entry| entry.minor).or_else(twin)
        }
    }
}

/// True if BigCommerce's books lack this refund: we did not make it for an entry that they have
/// already, and no entry names it.
fn is_unpaired(state: &State, refund: &RefundReading) -> bool {
    let ours = match refund.cause {
        Some(Cause::OrderRefund(_) | Cause::Twice) => true,
        Some(Cause::Merchant(seq)) => is_part_of_another(state, seq),
        None => false,
    };
    !ours && !is_in_the_books(state, &refund.id)
}

/// True if the merchant ordered it in the panel as a part of a refund that BigCommerce's books have already.
fn is_part_of_another(state: &State, seq: u64) -> bool {
    let decided = state.decisions.iter().find(|stored| stored.seq == seq);
    decided.is_some_and(|d| matches!(d.decided.decision, Decision::Refund { towards: Some(_), .. }))
}

/// Whether BigCommerce's books have this refund of KOMOJU's, by a marker or as a twin.
pub fn is_in_the_books(state: &State, refund: &RefundId) -> bool {
    is_recorded(state, refund) || twins(state).iter().any(|(_, twin)| twin == refund)
}

/// Whether an entry in BigCommerce's books names this refund by its marker.
pub fn is_recorded(state: &State, refund: &RefundId) -> bool {
    state.order_refunds.reading.iter().flatten().any(|entry| entry.komoju.as_ref() == Some(refund))
}

/// The twin of a refund made in BigCommerce: the refund at KOMOJU that we take for the same, because the merchant
/// made both by hand and the amounts agree.
pub fn twin_of(state: &State, refund: &OrderRefund) -> Option<RefundId> {
    twins(state).into_iter().find(|(id, _)| *id == refund.id).map(|(_, twin)| twin)
}

/// The merchant has said that these two are not one.
fn are_two(state: &State, refund: u64, komoju: &RefundId) -> bool {
    state.decisions.iter().any(|stored| match &stored.decided.decision {
        Decision::PartPair { refund: of, komoju: id } => *of == refund && id == komoju,
        Decision::Capture { .. }
        | Decision::Refund { .. }
        | Decision::ConfirmRefund { .. }
        | Decision::SettleOutside { .. }
        | Decision::BankDetails { .. }
        | Decision::SettleUnanswered { .. }
        | Decision::MatchTransfer { .. }
        | Decision::Owed { .. }
        | Decision::Dismiss { .. } => false,
    })
}

/// The pairs of refunds that the merchant made by hand on both sides: the amounts agree, and nothing of ours got
/// through for either of them.
fn twins(state: &State) -> Vec<(u64, RefundId)> {
    let untouched = |refund: &&OrderRefund| {
        let cause = Cause::OrderRefund(refund.id);
        !is_paid_back(state, cause)
            && settled_outside(state, refund.id).is_none()
            && last_try(state, cause).is_none_or(|(_, deed)| came_to_nothing(state, cause, deed))
    };
    let mut open: Vec<&OrderRefund> = made_in_bigcommerce(state).into_iter().filter(untouched).collect();
    let mut all_books = Vec::new();
    let mut made = Vec::new();
    for (id, payment) in state.payments.iter() {
        let by_hand = |r: &&RefundReading| r.cause.is_none() && !state.may_be_a_transfer(id, r);
        for refund in payment.voluntary_refunds().filter(by_hand) {
            let entering = state.deed(&Action::RecordRefund { refund: refund.id.clone() });
            let recorded = entering.is_some_and(|d| d.is_open() || d.state == DeedState::Done)
                || is_recorded(state, &refund.id);
            if !recorded {
                made.push((all_books.len(), refund));
            }
        }
        all_books.push((Books::of(state, payment), state.is_in_another_currency(payment)));
    }
    let mut pairs = Vec::new();
    // First the pairs whose amounts agree when each refund is converted by itself. Then, for a payment in another
    // currency, the pairs that agree as the rest of what was paired before: a merchant who refunds ¥123,457 ($841.75)
    // in two halves rounds each half, so the second agrees only beside the first. A rest of about the same amount
    // must not take the place of an exact pair, so it comes second.
    for by_rest in [false, true] {
        made.retain(|(payment, refund)| {
            let (books, is_abroad) = &mut all_books[*payment];
            let is_same = |b: &OrderRefund| match by_rest {
                false => books.in_order(refund.minor) == b.minor,
                true => *is_abroad && books.comes_to(refund.minor, b.minor),
            };
            let Some(i) = open.iter().position(|b| is_same(b) && !are_two(state, b.id, &refund.id)) else {
                return true;
            };
            let entry = open.remove(i);
            books.pair(refund.minor, entry.minor);
            pairs.push((entry.id, refund.id.clone()));
            false
        });
    }
    pairs
}
