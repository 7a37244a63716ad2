//! Captures and refunds. One refund at a time, and each sent anew only after a look has shown that it did not take
//! effect.

use super::step::{Circumstances, Step, Transfer, Wake, not_before};
use super::telling::{News, tell};
use crate::refunds::books::share;
use crate::refunds::{self, PayBack, Unrecorded};
use crate::state::call::RefundPart;
use crate::state::decision::Decision;
use crate::state::deed::{Action, Deed, DeedState, MilestoneKind, Subject, UNANSWERED};
use crate::state::reading::{Cause, PaymentStatus};
use crate::state::settings::{Mode, Provider};
use crate::state::table::{Column, Row, cell};
use crate::state::{Attempt, Standing, State};
use crate::values::attention::Attention;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::Money;

// ---- captures ----------------------------------------------------------------------------------------------------

/// Reserved money is taken when the goods leave, or when the merchant says so.
pub(super) fn due_capture(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
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

/// A capture under way whose payment is no longer there to be captured: it took effect, or never will.
fn capture_that_is_over(state: &State, deed: &Deed) -> Option<Step> {
    let Action::Capture { payment } = &deed.action else { return None };
    let over = deed.is_open() && !state.payments.get(payment)?.is(&PaymentStatus::Authorized);
    let action = deed.action.clone();
    over.then(|| match took_effect(state, &action) {
        true => Step::Found(action),
        false => Step::GiveUp { action, reason: "no longer authorized".to_owned() },
    })
}

fn capture(
    state: &State,
    c: Circumstances<'_>,
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
    // What was paid otherwise meanwhile is not taken a second time, unless somebody says so.
    // Nor what somebody wanted to take otherwise, nor anything for an order that costs nothing any more.
    let costs_nothing = order.due.is_ok_and(|due| due.minor <= 0);
    let by_itself =
        leaves && untried && !costs_nothing && state.holds_nothing() && !state.was_decided_about(&id);
    // What cannot be read may be the money of another payment.
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

/// Where the order came to less since, only that is taken.
fn less_than_authorized(state: &State, attempt: &Attempt, id: &PaymentId, due: Option<Money>) -> Option<i64> {
    let asked = attempt.terms.amount;
    let due = due.filter(|due| due.currency == asked.currency && due.minor < asked.minor && due.minor > 0)?;
    let payment = state.payments.get(id)?;
    Some(share(due.minor, payment.most, asked.minor))
}

// ---- refunds -----------------------------------------------------------------------------------------------------

pub(super) fn due_refund(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    if let Some(open) = state.deeds.iter().find(|d| d.action.is_refund() && d.is_open()) {
        return resume(state, c, wake, open);
    }
    // What either side has may have changed: first the looks that are wanted, or else a refund would be made twice.
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

/// Refunds that are to be made at KOMOJU.
fn due_at_komoju(state: &State, c: Circumstances<'_>) -> Option<Transfer> {
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

fn asked_for_in_the_panel(state: &State) -> Option<Transfer> {
    state.decisions.iter().filter(|stored| stored.ended.is_none()).find_map(|stored| {
        let Decision::Refund { payment, minor, sealed, .. } = &stored.decided.decision else { return None };
        let cause = Cause::Merchant(stored.seq);
        // What cannot be done as it was decided is not done in part: the decision ends.
        let minor = minor.unwrap_or(state.refundable(payment));
        let begun = state.deeds.iter().any(|deed| deed.action.cause() == Some(cause));
        (!begun && (1..=state.refundable(payment)).contains(&minor))
            .then(|| transfer(state, payment.clone(), cause, minor, stored.seq, sealed.clone()))
    })
}

/// Where the merchant wants it, of two paid attempts the later is given back: whole, or not at all. Where the order needs
/// a part of it, because it comes to more than the first has paid, a person decides.
fn paid_twice(state: &State, c: Circumstances<'_>) -> Option<Transfer> {
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

/// Refunds made at KOMOJU that BigCommerce's books lack.
fn due_in_books(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    let order = state.order.reading.as_ref()?;
    let column = order.column();
    for found in refunds::unrecorded(state) {
        let (subject, milestone) = (Subject::Refund(found.refund.clone()), MilestoneKind::Refunded);
        if state.reached.contains_key(&(subject.clone(), milestone)) {
            continue;
        }
        let attempt = state.payments.get(&found.payment).and_then(|p| state.attempt(p.attempt))?;
        if cell(Row::Refunded, column, order.digital).record {
            // Test money that moved nothing has nothing to be refunded in the books either.
            let untouched = attempt.terms.mode == Mode::Test && column == Column::Unpaid;
            if untouched {
                return Some(Step::Conclude { subject, milestone, attention: None });
            }
            return record(state, c, wake, &found);
        }
        let reading = state.payments.get(&found.payment).and_then(|p| p.register.reading.as_ref())?;
        let payment = Some((reading, &attempt.terms));
        let news = News { subject, kind: milestone, row: Row::Refunded, payment, status: None };
        let ready_at = state.order.retry_at.max(state.update_in_doubt_until(c.delays));
        return wake.is_due(ready_at).then(|| tell(state, c, news));
    }
    None
}

/// The list first, then the quote, then the refund: each of them just before the next.
fn record(state: &State, c: Circumstances<'_>, wake: &mut Wake, found: &Unrecorded) -> Option<Step> {
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

/// The way of booking that is one part, on an offline method, for exactly the amount.
fn offline_method(options: &[Vec<RefundPart>], amount: Money) -> Option<Provider> {
    options.iter().find_map(|option| match option.as_slice() {
        [RefundPart { provider, decimal }] => {
            provider.filter(|_| Money::parse(decimal, amount.currency) == Ok(amount))
        }
        _ => None,
    })
}

// ---- what is under way -------------------------------------------------------------------------------------------

/// Goes on with a deed that was begun. One that left without an answer is looked for before it is sent again: with the
/// same key while KOMOJU keeps that, and afterwards as a new try.
fn resume(state: &State, c: Circumstances<'_>, wake: &mut Wake, deed: &Deed) -> Option<Step> {
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
    if deed.is_indeterminate() {
        let payment = action.payment()?;
        let register = &state.payments.get(payment)?.register;
        // Before another key is used, a look as late as an answer could have been: no look proves what is still under way.
        let over = !c.delays.idempotency_holds(deed.first_sent, c.now);
        if register.seq <= deed.seq || (over && register.at < deed.retry_at) {
            return wake.is_due(register.retry_at).then(|| Step::LookAtPayment { payment: payment.clone() });
        }
        if over {
            return Some(Step::GiveUp { action, reason: UNANSWERED.to_owned() });
        }
    }
    Some(Step::Transfer(Transfer {
        action,
        minor: deed.minor,
        decided: deed.decided,
        bank: deed.bank.clone(),
    }))
}

fn resume_record(state: &State, c: Circumstances<'_>, wake: &mut Wake, refund: &RefundId) -> Option<Step> {
    let action = Action::RecordRefund { refund: refund.clone() };
    if refunds::is_recorded(state, refund) {
        return Some(Step::Found(action));
    }
    let found = refunds::unrecorded(state).into_iter().find(|found| found.refund == *refund);
    match found {
        Some(found) => record(state, c, wake, &found),
        // What it was to record has found its counterpart otherwise.
        None => Some(Step::GiveUp { action, reason: "no longer due".to_owned() }),
    }
}

fn took_effect(state: &State, action: &Action) -> bool {
    let reading = action.payment().and_then(|id| state.payments.get(id)?.register.reading.as_ref());
    let Some(reading) = reading else { return false };
    match action {
        Action::Capture { .. } => matches!(reading.status, PaymentStatus::Captured | PaymentStatus::Refunded),
        Action::RefundPayment { cause, .. } => reading.refunds.iter().any(|r| r.cause == Some(*cause)),
        // Its own request, and no earlier try's.
        Action::RequestRefund { .. } => {
            state.deed(action).is_some_and(|deed| deed.request.is_some() || deed.refund.is_some())
        }
        Action::UpdateOrder { .. }
        | Action::CancelSession { .. }
        | Action::CancelPayment { .. }
        | Action::RecordRefund { .. } => false,
    }
}
