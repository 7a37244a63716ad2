//! What may no longer be paid is ended at KOMOJU.

use super::{Step, Wake, not_before};
use crate::payment::deed::{Action, CANCEL_TRIES};
use crate::payment::state::{Attempt, Standing, State};
use crate::payment::table::{Column, Row, cell};

/// What may no longer be paid, because the order has left the unpaid statuses, is ended at KOMOJU.
pub(super) fn due_cancel(state: &State, wake: &mut Wake) -> Option<Step> {
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
                return Some(Step::Cancel {
                    action,
                    because_of_order: cell(row, column, order.digital).note,
                });
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
