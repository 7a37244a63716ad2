//! The next step, as a pure function of what is known.
//!
//! Level-triggered about knowledge: whatever was lost is found by looking. Edge-triggered about the merchant's
//! order: a milestone is told once, and never against an order reading older than the last call.

use super::call::OrderSeen;
use super::deed::{Action, CANCEL_TRIES, Deed, DeedState, MilestoneKind, OrderUpdate};
use super::delays::Delays;
use super::ids::PaymentId;
use super::notes;
use super::reading::{Moment, PaymentReading, PaymentStatus, Register};
use super::settings::Mode;
use super::shop::Shop;
use super::state::{Attempt, Attention, Payment, Stage, Standing, State};
use super::table::{Cell, Column, Row, cell};
use super::terms::Terms;

/// What to do now.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    LookAtOrder,
    LookAtSession {
        attempt: u32,
    },
    LookAtPayment {
        payment: PaymentId,
    },
    /// Tell the order of a milestone.
    UpdateOrder {
        payment: PaymentId,
        milestone: MilestoneKind,
        update: OrderUpdate,
    },
    /// A milestone is reached, with or without an update that is already there.
    Conclude {
        payment: PaymentId,
        milestone: MilestoneKind,
        attention: Option<Attention>,
    },
    Cancel(Action),
    /// Nothing until then; None: nothing at all.
    Rest(Option<Moment>),
}

/// Everything a plan depends on beside the state.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub shop: &'a Shop,
    pub delays: Delays,
    pub now: Moment,
    /// The order as the very last call read it. Anything older does not license a PUT.
    pub fresh: Option<&'a OrderSeen>,
}

pub fn plan(state: &State, c: Circumstances<'_>) -> Step {
    let mut wake = Wake { now: c.now, next: None };
    let step = due_look(state, c, &mut wake)
        .or_else(|| due_milestone(state, c, &mut wake))
        .or_else(|| due_cancel(state, &mut wake));
    step.unwrap_or(Step::Rest(wake.next))
}

/// Collects the moments that are not yet due; the earliest is when to come back.
struct Wake {
    now: Moment,
    next: Option<Moment>,
}

impl Wake {
    fn is_due(&mut self, at: Moment) -> bool {
        if at <= self.now {
            return true;
        }
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
        false
    }

    fn is_due_opt(&mut self, at: Option<Moment>) -> bool {
        at.is_some_and(|at| self.is_due(at))
    }
}

// ---- looks -------------------------------------------------------------------------------------------------------

fn due_look(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    for attempt in state.attempts.iter().filter(|a| a.stage == Stage::Open) {
        if wake.is_due_opt(session_look(state, attempt, c.delays)) {
            return Some(Step::LookAtSession { attempt: attempt.n });
        }
    }
    for (id, payment) in state.payments.iter() {
        if wake.is_due_opt(payment_look(state, id, payment, c.delays)) {
            return Some(Step::LookAtPayment { payment: id.clone() });
        }
    }
    let order = look_at(&state.order, order_look(state, c.delays)).filter(|_| !state.attempts.is_empty());
    wake.is_due_opt(order).then_some(Step::LookAtOrder)
}

/// When to look next at something that is wanted, or else has a look planned; after failures, the ladder.
fn look_at<T>(register: &Register<T>, planned: Option<Moment>) -> Option<Moment> {
    let at = if register.is_wanted() { Some(0) } else { planned };
    at.map(|at| if register.failures > 0 { register.retry_at } else { at })
}

fn session_look(state: &State, attempt: &Attempt, delays: Delays) -> Option<Moment> {
    look_at(&attempt.register, unprompted(state, attempt, delays, attempt.register.at))
}

/// While anything can still be paid, the order is looked at as often as the session: a hook may have been lost.
fn order_look(state: &State, delays: Delays) -> Option<Moment> {
    state.attempts.iter().filter_map(|a| unprompted(state, a, delays, state.order.at)).min()
}

/// The next look at an attempt without any hint, after one at `looked`.
fn unprompted(state: &State, attempt: &Attempt, delays: Delays, looked: Moment) -> Option<Moment> {
    match state.standing(attempt) {
        Standing::Open => delays.open_session(attempt.created_at, attempt.expires_at, looked),
        Standing::Pending(id) | Standing::Authorized(id) => {
            state.payments.get(&id).and_then(|p| delays.pending(p.first_seen, looked))
        }
        Standing::Waiting(id) => {
            let since = state.payments.get(&id).map_or(attempt.created_at, |p| p.first_seen);
            delays.cash_code(since, deadline(state, &id), looked)
        }
        Standing::None | Standing::Captured(_) | Standing::Dead => None,
    }
}

/// A session shows one payment; the others of it that may still become something are looked at by themselves.
fn payment_look(state: &State, id: &PaymentId, payment: &Payment, delays: Delays) -> Option<Moment> {
    let attempt = state.attempt(payment.attempt)?;
    let shown = attempt.register.reading.as_ref().and_then(|s| s.payment.as_ref());
    let looked = payment.register.at;
    let planned = match payment.register.reading.as_ref().map(|r| &r.status) {
        _ if shown == Some(id) => None,
        Some(PaymentStatus::Pending | PaymentStatus::Other(_)) => delays.pending(payment.first_seen, looked),
        Some(PaymentStatus::Authorized) => delays.cash_code(payment.first_seen, deadline(state, id), looked),
        _ => None,
    };
    look_at(&payment.register, planned)
}

fn deadline(state: &State, id: &PaymentId) -> Option<Moment> {
    state.payments.get(id)?.register.reading.as_ref()?.deadline
}

// ---- milestones --------------------------------------------------------------------------------------------------

fn due_milestone(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    for (id, payment) in state.payments.iter() {
        let Some(reading) = &payment.register.reading else { continue };
        let Some(attempt) = state.attempt(payment.attempt) else { continue };
        for milestone in milestones(state, attempt, payment, reading) {
            if state.reached.contains_key(&(id.clone(), milestone)) {
                continue;
            }
            let deed = state.deed(&Action::UpdateOrder { payment: id.clone(), milestone });
            let not_before = deed.map_or(0, not_before).max(state.order.retry_at);
            if wake.is_due(not_before) {
                return Some(tell_order(c, id, milestone, attempt, reading, deed));
            }
        }
    }
    None
}

fn not_before(deed: &Deed) -> Moment {
    match deed.state {
        DeedState::Intended { not_before } => not_before,
        DeedState::Sent | DeedState::Done | DeedState::Refused { .. } => deed.retry_at,
    }
}

/// Every milestone that a payment's reading stands for, in the order in which the order should hear of them.
fn milestones(
    state: &State,
    attempt: &Attempt,
    payment: &Payment,
    reading: &PaymentReading,
) -> Vec<MilestoneKind> {
    let mut all = Vec::new();
    match reading.status {
        PaymentStatus::Authorized if payment.waits_for_shopper(attempt.terms.capture) => {
            // Only a code is worth a line in the notes; a wallet's short wait is not.
            if reading.waits_for_cash() {
                all.push(MilestoneKind::CodeIssued);
            }
        }
        PaymentStatus::Authorized => all.push(MilestoneKind::Authorized),
        PaymentStatus::Captured | PaymentStatus::Refunded => {
            let as_asked = is_as_asked(state, attempt, reading);
            all.push(if as_asked { MilestoneKind::Paid } else { MilestoneKind::Mismatch });
        }
        PaymentStatus::Pending
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::Other(_) => {}
    }
    if reading.refunds.iter().any(|r| r.chargeback) {
        all.push(MilestoneKind::Disputed);
    }
    if reading.refunds.iter().any(|r| !r.chargeback) || reading.status == PaymentStatus::Refunded {
        all.push(MilestoneKind::Refunded);
    }
    all
}

/// Amount and currency are what was asked. Where the payment is in another currency (FX), the session's amount
/// decides: it was made under our terms.
fn is_as_asked(state: &State, attempt: &Attempt, reading: &PaymentReading) -> bool {
    let asked = attempt.terms.amount;
    match reading.net {
        None => false,
        Some(net) if net.currency == asked.currency => net == asked,
        Some(_) => {
            let session = state.attempt(attempt.n).and_then(|a| a.register.reading.as_ref());
            session.and_then(|s| s.amount) == Some(asked)
        }
    }
}

fn tell_order(
    c: Circumstances<'_>,
    id: &PaymentId,
    kind: MilestoneKind,
    attempt: &Attempt,
    reading: &PaymentReading,
    sent: Option<&Deed>,
) -> Step {
    let Some(fresh) = c.fresh else { return Step::LookAtOrder };
    let order = &fresh.reading;
    let column = Column::of(order.status, order.deleted);
    // The order was edited since: what was paid is what was asked, but no longer what is due.
    let edited =
        kind == MilestoneKind::Paid && column == Column::Unpaid && order.due != Ok(attempt.terms.amount);
    let row = if edited { Row::CapturedOtherwise } else { row(kind) };
    let cell = cell(row, column, order.digital);
    let attention = cell.attention.then(|| attention(row));
    let conclude = |attention| Step::Conclude { payment: id.clone(), milestone: kind, attention };
    // Our line is there: an update whose answer was lost did take effect, and meant what it was decided to mean.
    if notes::holds(&fresh.staff_notes, kind, id) {
        return conclude(
            sent.and_then(|deed| deed.update.as_ref()).map_or(attention, |update| update.attention),
        );
    }
    if column == Column::Deleted {
        return conclude(attention);
    }
    let status = allowed_status(cell, &attempt.terms, c.shop);
    let due = order.due.ok().filter(|_| edited);
    let note = notes::line(kind, reading, &attempt.terms, due, c.shop.locale);
    match cell.note || status.is_some() {
        true => {
            let update = OrderUpdate { status, payment_provider_id: id.to_string(), note, attention };
            Step::UpdateOrder { payment: id.clone(), milestone: kind, update }
        }
        false => conclude(attention),
    }
}

fn row(kind: MilestoneKind) -> Row {
    match kind {
        MilestoneKind::CodeIssued => Row::Open,
        MilestoneKind::Authorized => Row::Authorized,
        MilestoneKind::Paid => Row::CapturedAsAsked,
        MilestoneKind::Mismatch => Row::CapturedOtherwise,
        MilestoneKind::Refunded => Row::Refunded,
        MilestoneKind::Disputed => Row::Disputed,
    }
}

fn attention(row: Row) -> Attention {
    match row {
        Row::CapturedAsAsked | Row::Open | Row::Authorized => Attention::PaidAfterEnd,
        Row::CapturedOtherwise => Attention::AmountMismatch,
        Row::Refunded => Attention::RefundedAtKomoju,
        Row::Disputed => Attention::Disputed,
    }
}

/// Test money moves no order, unless the merchant has allowed it for trying things out.
fn allowed_status(cell: Cell, terms: &Terms, shop: &Shop) -> Option<super::reading::OrderStatus> {
    let test_stays = terms.mode == Mode::Test && !shop.settings.test_moves_orders;
    cell.status.filter(|_| !test_stays)
}

// ---- cancels -----------------------------------------------------------------------------------------------------

/// What may no longer be paid, because the order has left the unpaid statuses, is ended at KOMOJU.
fn due_cancel(state: &State, wake: &mut Wake) -> Option<Step> {
    let order = state.order.reading.as_ref()?;
    let column = Column::of(order.status, order.deleted);
    for attempt in &state.attempts {
        let row = match state.standing(attempt) {
            // Paid, and yet another payment of the same session may still come: a wallet left open.
            Standing::Open | Standing::Pending(_) | Standing::Waiting(_) | Standing::Captured(_) => Row::Open,
            Standing::Authorized(_) => Row::Authorized,
            Standing::None | Standing::Dead => continue,
        };
        if !cell(row, column, order.digital).cancel {
            continue;
        }
        if let Some(action) = next_cancel(state, attempt) {
            let not_before = state.deed(&action).map_or(0, not_before);
            if wake.is_due(not_before) {
                return Some(Step::Cancel(action));
            }
        }
    }
    None
}

/// The next thing to end of an attempt that must not be paid: a live payment first, then the session itself. None
/// when nothing is left, or asking has been to no avail often enough.
pub fn next_cancel(state: &State, attempt: &Attempt) -> Option<Action> {
    let live = state.live_payment(attempt).map(|id| Action::CancelPayment { payment: id.clone() });
    let paid = matches!(state.standing(attempt), Standing::Captured(_));
    let session =
        (attempt.session_is_pending() && !paid).then_some(Action::CancelSession { attempt: attempt.n });
    let tired = |action: &Action| state.deed(action).is_some_and(|d| !d.is_open() && d.n >= CANCEL_TRIES);
    live.or(session).filter(|action| !tired(action))
}
