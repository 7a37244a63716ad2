//! Two books about one money: which refunds of BigCommerce and of KOMOJU are the same, and which lack a counterpart.
//!
//! They pair one to one, by a marker that whoever makes the second writes into it. Beside that, one pair is seen without
//! a marker: a merchant who entered a refund by hand on both sides meant one refund, unless ours got through.
//! A chargeback is nobody's refund and never pairs.

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

/// What must become of a refund made in BigCommerce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayBack {
    /// Nothing more of it is to be paid.
    Settled(Settled),
    /// To be paid back now, in minor units of the payment's currency. `decided`: the decision it rests on.
    Due {
        payment: PaymentId,
        minor: i64,
        decided: u64,
    },
    /// Only once somebody says so.
    NotConfirmed {
        payment: PaymentId,
        minor: i64,
    },
    NeedsBank {
        payment: PaymentId,
        minor: i64,
    },
    TooLarge,
    /// Something that may say where money went could not be read: nothing is moved, and nothing offered.
    Unknown,
    /// KOMOJU has a transfer under way that is none of ours: what it takes, and so what is left, cannot be known.
    Unclear,
    /// A call about the payment it would be taken from has no answer yet.
    Waits {
        payment: PaymentId,
    },
    /// KOMOJU said no, in its words.
    Refused {
        payment: PaymentId,
        minor: i64,
        reason: String,
    },
}

/// Why nothing more is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// KOMOJU has paid it back.
    Done,
    /// It was made by hand on both sides: two refunds of one amount were taken for one.
    ByHand,
    /// KOMOJU was asked to transfer it, and has not yet.
    Requested,
    /// KOMOJU took it; its next look shows it.
    Sent,
    /// A person said that it was paid back by other means.
    Outside,
    /// The order was never paid by KOMOJU.
    NeverPaid,
    /// KOMOJU is to pay nothing back by itself, and could not pay all of this.
    Unwanted,
}

/// Refunds that the merchant made in BigCommerce and that are about money of ours.
pub fn made_in_bigcommerce(state: &State) -> Vec<&OrderRefund> {
    let all = state.order_refunds.reading.as_deref().unwrap_or_default();
    all.iter().filter(|refund| refund.komoju.is_none() && refund.minor > 0).collect()
}

pub fn pay_back(state: &State, settings: &Settings, refund: &OrderRefund) -> PayBack {
    let cause = Cause::OrderRefund(refund.id);
    if let Some(settled) = settled(state, refund) {
        return PayBack::Settled(settled);
    }
    let tried = last_try(state, cause);
    let confirmed = state.armed(|d| d.is_to_pay_back(refund.id)).map_or(0, |stored| stored.seq);
    // A try under way keeps what it was begun with: the same key must carry the same body.
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
    // KOMOJU took it, and nothing of it is to be seen yet, or any more: looked at again before anything else.
    if tried.is_some_and(|(_, deed)| deed.state == DeedState::Done && !is_rejected(state, cause)) {
        return PayBack::Settled(Settled::Sent);
    }
    let policy = policy_for(settings, refund);
    let unwanted = policy == RefundPolicy::Never && confirmed == 0;
    if !unwanted && state.captured().any(|(id, _)| state.left(id).is_none()) {
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

/// What is to be done about a refund: as was wanted when it was first seen, or as is wanted now, whichever moves less.
pub fn policy_for(settings: &Settings, refund: &OrderRefund) -> RefundPolicy {
    match (refund.policy.unwrap_or(settings.refunds), settings.refunds) {
        (RefundPolicy::Never, _) | (_, RefundPolicy::Never) => RefundPolicy::Never,
        (RefundPolicy::Confirm, _) | (_, RefundPolicy::Confirm) => RefundPolicy::Confirm,
        (RefundPolicy::AtOnce, RefundPolicy::AtOnce) => RefundPolicy::AtOnce,
    }
}

/// What settles a refund whatever the setting.
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

/// KOMOJU was asked to transfer it, and nothing shows yet that it did.
fn is_transferred_later(state: &State, cause: Cause) -> bool {
    let mut readings = state.payments.values().filter_map(|p| p.register.reading.as_ref());
    readings.any(|reading| {
        let over = [RequestStatus::Rejected, RequestStatus::Completed];
        let open = |r: &RefundRequestReading| r.cause == Some(cause) && !over.contains(&r.status);
        reading.refund_requests.iter().any(open) && reading.refunds.iter().all(|r| r.cause != Some(cause))
    })
}

/// KOMOJU holds too little for all of it, so a person pays it back piece by piece: never again as a whole.
fn is_paid_in_parts(state: &State, refund: u64) -> bool {
    last_decision(state, |d| matches!(d, Decision::Refund { towards, .. } if *towards == Some(refund))) > 0
}

/// KOMOJU pays cash back by bank transfer only.
pub fn goes_by_transfer(payment: &Payment) -> bool {
    let known = payment.register.reading.as_ref().and_then(|r| payment_types::payment_type(&r.method));
    known.is_some_and(|known| known.refunds == payment_types::Refunds::ByTransfer)
}

pub fn is_by_transfer(state: &State, payment: &PaymentId) -> bool {
    state.payments.get(payment).is_some_and(goes_by_transfer)
}

/// Where the shopper is to be paid, sealed, unless KOMOJU has been told already.
pub fn bank_details(state: &State, refund: u64) -> Option<(&crate::values::sealed::Sealed, u64)> {
    let open = state.decisions.iter().rev().filter(|stored| stored.ended.is_none());
    open.filter(|stored| stored.decided.decision.is_to_pay_back(refund)).find_map(|stored| {
        let sealed = stored.decided.decision.sealed()?;
        Some((sealed, stored.seq))
    })
}

fn is_paid_back(state: &State, cause: Cause) -> bool {
    state.payments.values().filter_map(|p| p.register.reading.as_ref()).any(|reading| {
        reading.refunds.iter().any(|r| r.cause == Some(cause))
            || reading
                .refund_requests
                .iter()
                .any(|r| r.cause == Some(cause) && r.status != RequestStatus::Rejected)
    })
}

fn is_rejected(state: &State, cause: Cause) -> bool {
    let readings = state.payments.values().filter_map(|p| p.register.reading.as_ref());
    readings
        .flat_map(|r| &r.refund_requests)
        .any(|r| r.cause == Some(cause) && r.status == RequestStatus::Rejected)
}

/// Who said, last, that a refund was paid back by other means.
pub fn settled_outside(state: &State, refund: u64) -> Option<&StoredDecision> {
    let said = |stored: &&StoredDecision| stored.decided.decision == Decision::SettleOutside { refund };
    state.decisions.iter().rev().find(said)
}

/// The `seq` of the newest decision of that kind; 0 where there is none.
pub fn last_decision(state: &State, is_it: impl Fn(&Decision) -> bool) -> u64 {
    state.decisions.iter().rev().find(|stored| is_it(&stored.decided.decision)).map_or(0, |stored| stored.seq)
}

/// The newest try at paying a refund back, and from which payment.
fn last_try(state: &State, cause: Cause) -> Option<(&PaymentId, &Deed)> {
    let of_it = state.deeds.iter().rev().filter(|deed| deed.action.cause() == Some(cause));
    of_it.into_iter().find_map(|deed| Some((deed.action.payment()?, deed)))
}

/// KOMOJU's last word about a try is no: whoever then pays it back by hand does what was asked.
fn came_to_nothing(state: &State, cause: Cause, deed: &Deed) -> bool {
    match deed.state {
        DeedState::Refused { .. } => true,
        DeedState::Done => is_rejected(state, cause),
        DeedState::Intended { .. } | DeedState::Sent => false,
    }
}

/// The credited payment, or else any that holds enough, and how much of it.
fn payment_to_take_from<'a>(state: &'a State, refund: &OrderRefund) -> Option<(&'a PaymentId, i64)> {
    let first = state.credited();
    let others = state.payments.iter().filter(|(id, _)| first.is_none_or(|(first, _)| first != *id));
    first.into_iter().chain(others).filter(|(_, p)| p.is(&PaymentStatus::Captured)).find_map(
        |(id, payment)| {
            let books = Books::of(state, payment);
            let minor = books.to_payment(refund.minor)?;
            (minor <= state.left(id)?).then_some((id, minor))
        },
    )
}

// ---- made at KOMOJU, to be entered in BigCommerce ----------------------------------------------------------------

/// A refund at KOMOJU that BigCommerce's books lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecorded {
    pub payment: PaymentId,
    pub refund: RefundId,
    /// In the order's currency, without what was paid too much.
    pub amount: Money,
}

/// In the order in which they are to be entered. What only gives back money that was paid twice is none of the order's.
pub fn unrecorded(state: &State) -> Vec<Unrecorded> {
    let Some((first, _)) = state.credited() else { return Vec::new() };
    // What it comes to in the order's currency is for a person to say.
    if state.is_of_unknown_worth(first) {
        return Vec::new();
    }
    let mut surplus: i64 = 0;
    let others = state.payments.iter().filter(|(id, p)| *id != first && p.was_captured());
    for (_, payment) in others {
        surplus += state.credit(payment);
        let returned: i64 = payment.refunds_by_hand().map(|r| r.minor).sum();
        surplus -= Books::of(state, payment).in_order(returned.min(payment.net()));
    }
    let Some(payment) = state.payments.get(first) else { return Vec::new() };
    let Some(currency) = state.attempt(payment.attempt).map(|a| a.terms.amount.currency) else {
        return Vec::new();
    };
    let mut books = Books::of(state, payment);
    let mut found = Vec::new();
    let unpaired = |r: &&RefundReading| is_unpaired(state, r) && !state.may_be_a_transfer(first, r);
    for refund in payment.refunds_by_hand().filter(unpaired) {
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

fn is_unpaired(state: &State, refund: &RefundReading) -> bool {
    let ours = match refund.cause {
        Some(Cause::OrderRefund(_) | Cause::Twice) => true,
        Some(Cause::Merchant(seq)) => is_part_of_another(state, seq),
        None => false,
    };
    !ours && !is_in_the_books(state, &refund.id)
}

/// What was decided in the panel as a part of a refund that BigCommerce's books have already.
fn is_part_of_another(state: &State, seq: u64) -> bool {
    let decided = state.decisions.iter().find(|stored| stored.seq == seq);
    decided.is_some_and(|d| matches!(d.decided.decision, Decision::Refund { towards: Some(_), .. }))
}

/// Whether BigCommerce's books have a refund that was made at KOMOJU, whoever entered it.
pub fn is_in_the_books(state: &State, refund: &RefundId) -> bool {
    is_recorded(state, refund) || twins(state).iter().any(|(_, twin)| twin == refund)
}

/// Whether an entry in the books names it.
pub fn is_recorded(state: &State, refund: &RefundId) -> bool {
    state.order_refunds.reading.iter().flatten().any(|entry| entry.komoju.as_ref() == Some(refund))
}

/// The refund at KOMOJU that is taken for this one, because both were made by hand and are of one amount.
pub fn twin_of(state: &State, refund: &OrderRefund) -> Option<RefundId> {
    twins(state).into_iter().find(|(id, _)| *id == refund.id).map(|(_, twin)| twin)
}

/// Somebody has said that these are two.
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

/// Refunds that were made by hand on both sides: of the same amount, and nothing of ours has come of either.
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
        for refund in payment.refunds_by_hand().filter(by_hand) {
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
    // Pairs of exactly the same amount first. What is left of a payment in another currency is compared as the rest of
    // what was paired before it, for each half of an odd sum is rounded by itself; a rest of about as much must not take
    // the place of an exact pair.
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
