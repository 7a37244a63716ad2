//! What must not be paid any more is ended at KOMOJU. Otherwise a shopper could pay a konbini code days after the
//! merchant cancelled the order.
//!
//! ```text
//! the merchant cancels an order (7 → 5) whose shopper holds the code p1
//!   POST payments/p1/cancel       the code first
//!   POST sessions/s1/cancel       then the session, so that no other way to pay is left
//!   KOMOJU refuses three times    attention "cancel refused": a person must look
//! ```

use super::step::{Step, Wake, not_before};
use crate::state::deed::{Action, Deed};
use crate::state::reading::PaymentStatus;
use crate::state::table::{Row, cell};
use crate::state::{Attempt, Standing, State};
use crate::values::ids::PaymentId;

/// The next cancel that is due because the order has left the unpaid statuses. Of each attempt, live payments first,
/// then the session.
pub(super) fn due_cancel(state: &State, wake: &mut Wake) -> Option<Step> {
    if let Some(over) = state.deeds.iter().find_map(|deed| cancel_that_is_over(state, deed)) {
        return Some(over);
    }
    let order = state.order.reading.as_ref()?;
    let column = order.column();
    for attempt in &state.attempts {
        let (row, kept) = match state.standing(attempt) {
            // The session is paid, but another payment of it may still come: a wallet window left open.
            Standing::Open | Standing::Pending(_) | Standing::Waiting(_) | Standing::Captured(_) => {
                (Row::Open, None)
            }
            // Money is reserved, but the order was paid by another payment meanwhile: it must not be taken as well.
            Standing::Authorized(id) if state.is_paid_by_another(&id) => (Row::Open, None),
            Standing::Authorized(id) => (Row::Authorized, Some(id)),
            Standing::None | Standing::Dead => continue,
        };
        // The table may spare the reserved money and still end a code or wallet beside it.
        let (spared, beside) = (cell(row, column, order.digital), cell(Row::Open, column, order.digital));
        let action = match spared.cancel {
            true => next_cancel(state, attempt),
            false if beside.cancel && kept.is_some() => cancel_beside(state, attempt, kept.as_ref()),
            false => None,
        };
        if let Some(action) = action {
            wake.ask_for(&action);
            let not_before = state.deed(&action).map_or(0, not_before);
            if wake.is_due(not_before) {
                return Some(Step::Cancel { action, because_of_order: spared.cancel && spared.note });
            }
        }
    }
    None
}

/// A cancel is under way, and its target has ended meanwhile, by whatever hand: nothing is left to do.
fn cancel_that_is_over(state: &State, deed: &Deed) -> Option<Step> {
    let live = match &deed.action {
        Action::CancelSession { attempt } => state.attempt(*attempt)?.session_is_pending(),
        Action::CancelPayment { payment } => {
            let payment = state.payments.get(payment)?;
            let over = [PaymentStatus::Cancelled, PaymentStatus::Expired, PaymentStatus::Failed];
            !over.iter().chain([&PaymentStatus::Captured, &PaymentStatus::Refunded]).any(|s| payment.is(s))
        }
        Action::UpdateOrder { .. }
        | Action::Capture { .. }
        | Action::RefundPayment { .. }
        | Action::RequestRefund { .. }
        | Action::RecordRefund { .. } => return None,
    };
    (deed.is_open() && !live).then(|| Step::Found(deed.action.clone()))
}

/// A live payment of the attempt other than the one that is kept.
fn cancel_beside(state: &State, attempt: &Attempt, kept: Option<&PaymentId>) -> Option<Action> {
    let live = state.payments_of(attempt.n).filter(|(id, payment)| {
        kept != Some(*id) && (payment.is(&PaymentStatus::Pending) || payment.is(&PaymentStatus::Authorized))
    });
    let actions = live.map(|(id, _)| Action::CancelPayment { payment: id.clone() });
    actions.into_iter().find(|action| !is_tired(state, action))
}

/// True if this cancel was refused, or went unanswered, so often that a person must look.
fn is_tired(state: &State, action: &Action) -> bool {
    state.deed(action).is_some_and(Deed::was_in_vain)
}

/// The next thing to end of an attempt that must not be paid: a live payment first, then the session itself. None
/// when nothing is left, or when we have asked in vain often enough.
pub fn next_cancel(state: &State, attempt: &Attempt) -> Option<Action> {
    let live = state.live_payment(attempt).map(|id| Action::CancelPayment { payment: id.clone() });
    let paid = matches!(state.standing(attempt), Standing::Captured(_));
    let session =
        (attempt.session_is_pending() && !paid).then_some(Action::CancelSession { attempt: attempt.n });
    live.or(session).filter(|action| !is_tired(state, action))
}
