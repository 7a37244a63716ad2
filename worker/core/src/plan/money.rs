//! Captures and refunds: the steps that move money.
//!
//! Invariant: one refund at a time, and none is sent again before a look has shown that it took no effect. Nothing
//! moves by itself while anything that the money depends on is still to be looked at, or cannot be read.
//!
//! A refund made in BigCommerce is paid back at KOMOJU; one made at KOMOJU is booked in BigCommerce. Each carries a
//! mark that names its counterpart, so neither is taken for a new one:
//!
//! ```text
//! the merchant refunds ¥1,000 in BigCommerce         refund 7, no mark
//!   look at order, refunds and payment               KOMOJU holds ¥3,000
//!   POST refund ¥1,000 to KOMOJU                     description "… (bc-refund:7)", key …-refund-bc-refund:7-1
//!   KOMOJU shows r1 ¥1,000 with that mark            the pair is complete
//! the merchant refunds ¥500 in KOMOJU's dashboard    r2, no mark
//!   list, quote, then POST refund to BigCommerce     reason "… (komoju-refund:r2)"
//! ```
//!
//! If the answer to a POST is lost, we look before we send:
//!
//! ```text
//! 10:00          POST refund ¥1,000, no answer       the deed is indeterminate
//! at once        look: r1 with our mark              it took effect: done
//!          else  look: no such refund                10:00:05 send again, same key and body: KOMOJU pays once
//! 06:00 next day still no answer, still no refund    KOMOJU may soon forget the key: this try is over. A new one
//!                                                    has another number and key; if the merchant had decided this
//!                                                    refund, only a new decision begins it
//! ```
//!
//! A refund that the merchant decided in the panel is not sent again once somebody else has moved money of that payment:
//! they may have made that very refund by hand, because ours did not come through.
//!
//! ```text
//! 10:00          a page shows ¥5,000 held; "refund ¥500"; POST refund, 429
//! 10:01          the merchant's colleague refunds ¥500 in KOMOJU's dashboard
//! 10:02          look: no refund of ours, ¥4,500 held    overtaken: nothing is sent
//! ```
//!
//! What the order needs decides what may go back: see `paid_twice` below, and [`crate::refunds`] for the rest.

use super::step::{PlanSurroundings, Step, Transfer, Wake, not_before};
use super::telling::{News, tell_once};
use crate::refunds::books::share;
use crate::refunds::{self, PayBack, Unrecorded};
use crate::state::call::RefundPart;
use crate::state::decision::Decision;
use crate::state::deed::{Action, Deed, DeedState, MilestoneKind, Subject, UNANSWERED, UNASKED};
use crate::state::reading::{Cause, PaymentReading, PaymentStatus};
use crate::state::settings::{Mode, Provider};
use crate::state::table::{Column, Row, cell};
use crate::state::{Attempt, Standing, State};
use crate::values::attention::Attention;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::Money;

// ---- captures ----------------------------------------------------------------------------------------------------

/// The next capture, if one is due: reserved money is taken when the goods leave, or when the merchant says so.
pub(super) fn due_capture(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    if let Some(over) = state.deeds.iter().find_map(|deed| capture_that_is_over(state, deed)) {
        return Some(over);
    }
    state.attempts.iter().find_map(|attempt| match state.standing(attempt) {
        Standing::Authorized(id) => capture(state, c, wake, attempt, id),
        Standing::None
        | Standing::Open
        | Standing::Pending(_)
        | Standing::Waiting(_)
        | Standing::Captured(_)
        | Standing::Dead => None,
    })
}

/// A capture is under way whose payment is not authorized any more: it took effect, or never will.
fn capture_that_is_over(state: &State, deed: &Deed) -> Option<Step> {
    let Action::Capture { payment } = &deed.action else { return None };
    let over = deed.is_open() && !state.payments.get(payment)?.is(&PaymentStatus::Authorized);
    let action = deed.action.clone();
    over.then(|| match took_effect(state, &action) {
        true => Step::Found(action),
        false => Step::GiveUp { action, reason: "no longer authorized".to_owned() },
    })
}

/// The capture of one reserved payment.
///
/// By hand: the merchant's decision, with its amount. By itself only if all of this holds: the setting says "capture
/// on shipping", the goods have left, the money was reserved for this order while it was unpaid, the merchant decided
/// nothing else about it, no capture was answered yet, the order still costs something, no other payment of it holds
/// money, and everything could be read.
fn capture(
    state: &State,
    c: PlanSurroundings<'_>,
    wake: &mut Wake,
    attempt: &Attempt,
    id: PaymentId,
) -> Option<Step> {
    let order = state.order.reading.as_ref().filter(|_| !state.order.is_wanted())?;
    let column = order.column();
    if !matches!(column, Column::Unpaid | Column::MovedOn) {
        return None;
    }
    let action = Action::Capture { payment: id.clone() };
    let deed = state.deed(&action);
    if let Some(open) = deed.filter(|d| d.is_open()) {
        return resume(state, c, wake, open);
    }
    let is_it = |d: &Decision| matches!(d, Decision::Capture { payment, .. } if *payment == id);
    let decided = state.armed(is_it).map_or(0, |stored| stored.seq);
    let by_hand = decided > 0;
    let leaves =
        c.shop.settings.capture_on_shipping && state.was_reserved_for_it(&id) && order.status.has_left();
    let untried = deed.is_none_or(Deed::went_unanswered);
    // The order may have been paid another way meanwhile, or the merchant may have decided another amount, or edited
    // the order down to nothing. Then only a person may say that the money is taken.
    let costs_nothing = order.due.is_ok_and(|due| due.minor <= 0);
    let by_itself =
        leaves && untried && !costs_nothing && state.holds_nothing() && !state.was_decided_about(&id);
    // What cannot be read may be another payment of the same order.
    let by_itself = by_itself && !state.is_partly_unread();
    if !by_hand && !by_itself {
        return None;
    }
    let minor = match by_hand {
        true => amount_of_decision(state, decided),
        false => less_than_authorized(state, attempt, &id, order.due.ok()),
    };
    Some(Step::Transfer(Transfer { action, minor, decided, bank: None }))
}

/// The amount that a decision named, in minor units of the payment's currency. None: all of it.
fn amount_of_decision(state: &State, seq: u64) -> Option<i64> {
    let stored = state.decisions.iter().find(|stored| stored.seq == seq)?;
    match &stored.decided.decision {
        Decision::Capture { minor, .. } | Decision::Refund { minor, .. } => *minor,
        Decision::ConfirmRefund { .. }
        | Decision::SettleOutside { .. }
        | Decision::BankDetails { .. }
        | Decision::SettleUnanswered { .. }
        | Decision::MatchTransfer { .. }
        | Decision::PartPair { .. }
        | Decision::Owed { .. }
        | Decision::Dismiss { .. } => None,
    }
}

/// If the order was edited down since, only what it costs now is taken. Asked ¥3,000 and reserved ₩28,200, with
/// ¥2,400 due now, takes ₩22,560. None: all of it.
fn less_than_authorized(state: &State, attempt: &Attempt, id: &PaymentId, due: Option<Money>) -> Option<i64> {
    let asked = attempt.terms.amount;
    let due = due.filter(|due| due.currency == asked.currency && due.minor < asked.minor && due.minor > 0)?;
    let payment = state.payments.get(id)?;
    Some(share(due.minor, payment.most, asked.minor))
}

// ---- refunds -----------------------------------------------------------------------------------------------------

/// The next step of a refund: go on with the one that is open, else pay back at KOMOJU, else enter one in
/// BigCommerce.
pub(super) fn due_refund(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    if let Some(open) = state.deeds.iter().find(|d| d.action.is_refund() && d.is_open()) {
        return resume(state, c, wake, open);
    }
    // Either side may have changed. If we refunded before the looks that are wanted, the merchant's own refund at
    // KOMOJU could be made a second time.
    if state.order.is_wanted()
        || state.order_refunds.is_wanted()
        || state.payments.values().any(|p| p.register.is_wanted() && !p.is_spent())
    {
        return None;
    }
    if state.is_partly_unread() {
        return None;
    }
    due_at_komoju(state, c).map(Step::Transfer).or_else(|| due_in_books(state, c, wake))
}

/// The next refund to make at KOMOJU: one made in BigCommerce, else one decided in the panel, else a duplicate
/// payment.
fn due_at_komoju(state: &State, c: PlanSurroundings<'_>) -> Option<Transfer> {
    for refund in refunds::made_in_bigcommerce(state) {
        if let PayBack::Due { payment, minor, decided } = refunds::pay_back(state, &c.shop.settings, refund) {
            let cause = Cause::OrderRefund(refund.id);
            let bank = refunds::is_by_transfer(state, &payment)
                .then(|| refunds::bank_details(state, refund.id).map(|(sealed, _)| sealed.clone()))
                .flatten();
            return Some(transfer(state, payment, cause, minor, decided, bank));
        }
    }
    asked_for_in_the_panel(state).or_else(|| paid_twice(state, c))
}

/// A refund of this payment. A cash payment is paid back by bank transfer, for which KOMOJU takes a request.
fn transfer(
    state: &State,
    payment: PaymentId,
    cause: Cause,
    minor: i64,
    decided: u64,
    bank: Option<crate::values::sealed::Sealed>,
) -> Transfer {
    let action = match refunds::is_by_transfer(state, &payment) {
        true => Action::RequestRefund { payment, cause },
        false => Action::RefundPayment { payment, cause },
    };
    Transfer { action, minor: Some(minor), decided, bank }
}

/// A refund that the merchant decided in the panel and that has not begun.
fn asked_for_in_the_panel(state: &State) -> Option<Transfer> {
    state.decisions.iter().filter(|stored| stored.ended.is_none()).find_map(|stored| {
        let Decision::Refund { payment, minor, sealed, .. } = &stored.decided.decision else { return None };
        let cause = Cause::Merchant(stored.seq);
        // What cannot be refunded exactly as decided is not refunded in part: the decision ends as overtaken.
        let minor = minor.unwrap_or(state.refundable(payment));
        let begun = state.deeds.iter().any(|deed| deed.action.cause() == Some(cause));
        (!begun && (1..=state.refundable(payment)).contains(&minor))
            .then(|| transfer(state, payment.clone(), cause, minor, stored.seq, sealed.clone()))
    })
}

/// Pays back a duplicate payment, if the merchant set that: the whole of it or nothing. If the order needs a part of
/// it, a person decides.
///
/// ```text
/// p1 ¥3,000 paid, order ¥3,000, then p2 ¥3,000   p2 goes back
/// p1 ¥3,000 paid, order edited to ¥5,000, p2     the order needs ¥2,000 of p2: attention "paid twice"
/// ```
fn paid_twice(state: &State, c: PlanSurroundings<'_>) -> Option<Transfer> {
    let seen = state.is_dismissed(Attention::PaidTwice);
    if !c.shop.settings.refund_second || seen || !state.holds_too_much() {
        return None;
    }
    let (first, _) = state.credited()?;
    let second = state.captured().find(|(id, payment)| {
        let action = Action::RefundPayment { payment: (*id).clone(), cause: Cause::Twice };
        let untried = state.deed(&action).is_none_or(Deed::went_unanswered);
        *id != first
            && payment.back_if_second != Some(false)
            && !refunds::goes_by_transfer(payment)
            && untried
            && state.is_all_surplus(payment)
    });
    let (id, _) = second?;
    let minor = Some(state.refundable(id)).filter(|minor| *minor > 0)?;
    Some(transfer(state, id.clone(), Cause::Twice, minor, 0, None))
}

/// The next step for a refund made at KOMOJU that BigCommerce's books lack. Where the table books nothing (the order
/// was cancelled or deleted), the order is told of it instead.
fn due_in_books(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    let order = state.order.reading.as_ref()?;
    let column = order.column();
    for found in refunds::unrecorded(state) {
        let (subject, milestone) = (Subject::Refund(found.refund.clone()), MilestoneKind::Refunded);
        if state.reached.contains_key(&(subject.clone(), milestone)) {
            continue;
        }
        let attempt = state.payments.get(&found.payment).and_then(|p| state.attempt(p.attempt))?;
        if cell(Row::Refunded, column, order.digital).record {
            // Test money that moved no order: its books have nothing to refund.
            let untouched = attempt.terms.mode == Mode::Test && column == Column::Unpaid;
            if untouched {
                return Some(Step::Conclude { subject, milestone, attention: None });
            }
            return record(state, c, wake, &found);
        }
        let reading = state.payments.get(&found.payment).and_then(|p| p.register.reading.as_ref())?;
        let payment = Some((reading, &attempt.terms));
        let news = News { subject, kind: milestone, row: Row::Refunded, payment, status: None };
        return tell_once(state, c, wake, news);
    }
    None
}

/// Enters a refund in BigCommerce: first read the list (it may be there already), then ask for a quote, then POST.
/// Each is done just before the next.
fn record(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake, found: &Unrecorded) -> Option<Step> {
    if state.may_be_booked_already() {
        return None;
    }
    let action = Action::RecordRefund { refund: found.refund.clone() };
    let deed = state.deed(&action);
    if let Some(DeedState::Refused { .. }) = deed.map(|d| &d.state) {
        let (subject, milestone) = (Subject::Refund(found.refund.clone()), MilestoneKind::Refunded);
        return Some(Step::Conclude { subject, milestone, attention: Some(Attention::RefundedAtKomoju) });
    }
    let ready_at = deed.map_or(0, not_before).max(state.order_refunds.retry_at);
    if !wake.is_due(ready_at.max(state.update_in_doubt_until(c.delays))) {
        return None;
    }
    if !c.fresh.refunds {
        return Some(Step::LookAtOrderRefunds);
    }
    Some(match &c.fresh.quote {
        None => Step::QuoteRefund { refund: found.refund.clone(), amount: found.amount },
        Some(options) => match offline_method(options, found.amount) {
            Some(provider) => {
                Step::RecordRefund { refund: found.refund.clone(), amount: found.amount, provider }
            }
            None => Step::GiveUp { action, reason: "BigCommerce offers no offline method for it".to_owned() },
        },
    })
}

/// The offline method that BigCommerce would book exactly this amount on, in one part. None: it offers no such way,
/// so a person must enter it.
fn offline_method(options: &[Vec<RefundPart>], amount: Money) -> Option<Provider> {
    options.iter().find_map(|option| match option.as_slice() {
        [RefundPart { provider, decimal }] => {
            provider.filter(|_| Money::parse(decimal, amount.currency) == Ok(amount))
        }
        _ => None,
    })
}

// ---- what is under way -------------------------------------------------------------------------------------------

/// Goes on with a deed that was begun. One that left without an answer is looked for before it is sent again: with
/// the same key for 20 hours, as a new try after that.
fn resume(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake, deed: &Deed) -> Option<Step> {
    let action = deed.action.clone();
    if let Action::RecordRefund { refund } = &action {
        return resume_record(state, c, wake, refund);
    }
    if took_effect(state, &action) {
        return Some(Step::Found(action));
    }
    if !wake.is_due(not_before(deed)) {
        return None;
    }
    let overtaken = is_overtaken(state, deed);
    if deed.is_indeterminate() {
        let payment = action.payment()?;
        let register = &state.payments.get(payment)?.register;
        // Before another key is used, the look must be as late as an answer could have been. An earlier look proves
        // nothing about what was still under way.
        let over = !c.delays.idempotency_holds(deed.first_sent, c.now);
        if register.seq <= deed.seq || (over && register.at < deed.retry_at) {
            return wake.is_due(register.retry_at).then(|| Step::LookAtPayment { payment: payment.clone() });
        }
        if over {
            return Some(Step::GiveUp { action, reason: UNANSWERED.to_owned() });
        }
        // Nor is it left alone before a look that no call under way can come after.
        let ended = deed.retry_at + c.delays.under_way();
        if overtaken && register.at < ended {
            let at = ended.max(register.retry_at);
            return wake.is_due(at).then(|| Step::LookAtPayment { payment: payment.clone() });
        }
    }
    if overtaken {
        return Some(Step::GiveUp { action, reason: UNASKED.to_owned() });
    }
    Some(Step::Transfer(Transfer {
        action,
        minor: deed.minor,
        decided: deed.decided,
        bank: deed.bank.clone(),
    }))
}

/// True if money of the payment was moved, by anybody else, since the page was made on which the merchant decided this
/// refund. While nobody can tell, it is not; nor can anybody of a transfer, whose own request may be shown without our mark.
fn is_overtaken(state: &State, deed: &Deed) -> bool {
    let Action::RefundPayment { payment: id, cause: Cause::Merchant(seq) } = &deed.action else {
        return false;
    };
    let whole = |reading: &PaymentReading| reading.unread.is_empty();
    if !state.payments.get(id).and_then(|p| p.register.reading.as_ref()).is_some_and(whole) {
        return false;
    }
    let decision = state.decisions.iter().find(|stored| stored.seq == *seq);
    let shown = decision.and_then(|stored| stored.decided.upon.as_ref()?.held(id));
    shown.zip(state.remaining(id)).is_some_and(|(shown, left)| left != shown)
}

/// Goes on with entering a refund in BigCommerce, which knows no idempotency keys.
fn resume_record(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake, refund: &RefundId) -> Option<Step> {
    let action = Action::RecordRefund { refund: refund.clone() };
    if refunds::is_recorded(state, refund) {
        return Some(Step::Found(action));
    }
    // Nobody can read those books any more, nor enter anything in them. A person is told of the refund instead.
    if state.column() == Some(Column::Deleted) {
        return Some(Step::GiveUp { action, reason: "the order was deleted".to_owned() });
    }
    let found = refunds::unrecorded(state).into_iter().find(|found| found.refund == *refund);
    match found {
        Some(found) => record(state, c, wake, &found),
        // Its counterpart was found otherwise: the merchant entered it, say.
        None => Some(Step::GiveUp { action, reason: "no longer due".to_owned() }),
    }
}

/// True if a reading shows that the action took effect.
fn took_effect(state: &State, action: &Action) -> bool {
    let reading = action.payment().and_then(|id| state.payments.get(id)?.register.reading.as_ref());
    let Some(reading) = reading else { return false };
    match action {
        Action::Capture { .. } => matches!(reading.status, PaymentStatus::Captured | PaymentStatus::Refunded),
        Action::RefundPayment { cause, .. } => reading.refunds.iter().any(|r| r.cause == Some(*cause)),
        // Only this try's own request or refund counts; an earlier try's request was rejected.
        Action::RequestRefund { .. } => {
            state.deed(action).is_some_and(|deed| deed.request.is_some() || deed.refund.is_some())
        }
        Action::UpdateOrder { .. }
        | Action::CancelSession { .. }
        | Action::CancelPayment { .. }
        | Action::RecordRefund { .. } => false,
    }
}
