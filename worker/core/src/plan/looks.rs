//! When to look at what: after every hint, once others of the same payment have had 400 ms to come in
//! ([`Delays::gathering`]), else by the table of delays. A lost webhook therefore only costs time.
//!
//! ```text
//! no webhook arrives at all:
//! open session         looked at after 2 min, 10 min, 1 h, 6 h, and 1 h after it expired
//! konbini code         daily, then 1 h, 24 h and 72 h after its deadline
//! paid                 1 h, 1 day, 3, 10 and 30 days after the order was told: a refund made at KOMOJU is found
//! a look failed        5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h later, then daily for 60 days
//! ```

use super::step::{PlanSurroundings, Step, Wake};
use crate::state::delays::Delays;
use crate::state::reading::PaymentStatus;
use crate::state::register::Register;
use crate::state::table::Column;
use crate::state::{Attempt, Payment, Stage, Standing, State};
use crate::time::Moment;
use crate::values::ids::PaymentId;

/// The next look. Sessions first: the reading of a session brings its current payment along.
pub(super) fn due(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    for attempt in state.attempts.iter().filter(|a| a.stage == Stage::Open) {
        if wake.is_due_opt(session_look(state, attempt, c.delays)) {
            return Some(Step::LookAtSession { attempt: attempt.n });
        }
        if wake.is_due_opt(listing_look(attempt, c.delays)) {
            return Some(Step::LookAtPayments { attempt: attempt.n });
        }
    }
    for (id, payment) in state.payments.iter() {
        if wake.is_due_opt(payment_look(state, id, payment, c.delays)) {
            return Some(Step::LookAtPayment { payment: id.clone() });
        }
        if wake.is_due_opt(payment.suspicion.as_ref().map(|s| s.retry_at)) {
            return Some(Step::LookAtEvent { payment: id.clone() });
        }
    }
    if wake
        .is_due_opt(look_at(&state.order, order_look(state, c.delays)).filter(|_| state.is_worth_keeping()))
    {
        return Some(Step::LookAtOrder);
    }
    let refunds =
        look_at(&state.order_refunds, refunds_look(state, c.delays)).filter(|_| state.is_worth_keeping());
    wake.is_due_opt(refunds).then_some(Step::LookAtOrderRefunds)
}

/// When to look next: at once if it is wanted, else as planned. After a failure the ladder decides, whatever is
/// wanted, and it goes on until there is an answer: the end of an outage must be noticed.
fn look_at<T>(register: &Register<T>, planned: Option<Moment>) -> Option<Moment> {
    match register.failures {
        0 if register.is_wanted() => Some(0),
        0 => planned,
        // A part could not be read. Ask again by the ladder, but do not skip the looks that are planned anyway.
        _ if register.partial => planned.into_iter().chain([register.retry_at]).min(),
        _ => Some(register.retry_at),
    }
}

fn session_look(state: &State, attempt: &Attempt, delays: Delays) -> Option<Moment> {
    look_at(&attempt.register, unprompted(state, attempt, delays, attempt.register.at))
}

/// An hour after the session expired, all payments that it ever held are listed: the session itself shows only one.
/// Not if no shopper was ever sent there.
fn listing_look(attempt: &Attempt, delays: Delays) -> Option<Moment> {
    let visited = attempt.left_at.is_some() && attempt.listing.seq == 0;
    look_at(&attempt.listing, visited.then(|| delays.after_expiry(attempt.expires_at)))
}

/// The order is looked at as often as the sessions, while something can still be paid and for a while after it was:
/// BigCommerce's hook may be lost.
fn order_look(state: &State, delays: Delays) -> Option<Moment> {
    state.attempts.iter().filter_map(|a| unprompted(state, a, delays, state.order.at)).min()
}

/// BigCommerce's refunds are read, once per reading of the order, if the order hints at a refund that we have not
/// seen (`refunded_amount` differs, or the status says refunded). Not every order says how much was refunded, so they
/// are also read as long as a paid order is looked at.
fn refunds_look(state: &State, delays: Delays) -> Option<Moment> {
    let order = state.order.reading.as_ref().filter(|order| !order.deleted)?;
    let known = state.booked_refunds();
    let says_so = order.refunded_minor > 0 && order.refunded_minor != known;
    let stands_so = known == 0 && order.column() == Column::Refunded;
    if (says_so || stands_so) && state.order.seq > state.order_refunds.seq {
        return Some(0);
    }
    let settled = |a: &Attempt| match state.standing(a) {
        Standing::Captured(id) => delays.settled(settled_since(state, &id), state.order_refunds.at),
        Standing::None
        | Standing::Open
        | Standing::Pending(_)
        | Standing::Waiting(_)
        | Standing::Authorized(_)
        | Standing::Dead => None,
    };
    state.attempts.iter().filter_map(settled).min()
}

/// The next look at an attempt without any hint, if the last was at `looked`.
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
        Standing::Captured(id) => delays.settled(settled_since(state, &id), looked),
        Standing::None | Standing::Dead => None,
    }
}

/// From when a paid order's looks are counted: when the order was told of the payment, else when we first saw it.
fn settled_since(state: &State, id: &PaymentId) -> Moment {
    let first_seen = || state.payments.get(id).map_or(0, |p| p.first_seen);
    state.told_of_money_at(id).unwrap_or_else(first_seen)
}

/// A session's reading brings one payment along. Its other payments that may still become something (an earlier
/// konbini code, say) are looked at by themselves.
fn payment_look(state: &State, id: &PaymentId, payment: &Payment, delays: Delays) -> Option<Moment> {
    let attempt = state.attempt(payment.attempt)?;
    let shown = attempt.register.reading.as_ref().and_then(|s| s.payment.as_ref());
    let looked = payment.register.at;
    let reading = payment.register.reading.as_ref();
    let transfer = state.awaits_a_transfer_since(id);
    let planned = match reading.map(|r| &r.status) {
        // KOMOJU's staff take days for a bank transfer: look daily until it shows.
        _ if transfer.is_some() => transfer.and_then(|since| delays.daily(since, looked)),
        _ if shown == Some(id) => None,
        Some(PaymentStatus::Pending | PaymentStatus::Other(_)) => delays.pending(payment.first_seen, looked),
        Some(PaymentStatus::Authorized) => delays.cash_code(payment.first_seen, deadline(state, id), looked),
        Some(PaymentStatus::Captured) => delays.settled(settled_since(state, id), looked),
        _ => None,
    };
    look_at(&payment.register, planned)
}

fn deadline(state: &State, id: &PaymentId) -> Option<Moment> {
    state.payments.get(id)?.register.reading.as_ref()?.deadline
}
