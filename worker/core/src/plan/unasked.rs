//! Changes that were begun, went unanswered, and are not asked for any more. Each is over: nobody would send it again,
//! so without this it stayed open for good. Its failures said "KOMOJU does not answer" to the merchant, though KOMOJU
//! answered every call since, and its payment was never forgotten.
//!
//! ```text
//! Mon 10:00   the merchant cancels the order (11 → 5): POST payments/p1/cancel    401, the key is not accepted
//! Tue 10:00   nine tries by the ladder, no answer                                 attention "unreachable"
//! Tue 11:00   the merchant wants to deliver after all (5 → 11), the key is        the cancel is over, and with it
//!             accepted again                                                      the attention
//! ```
//!
//! Every update of the order goes out by `tell_once` and every cancel of the plan by `due_cancel`; both note what they
//! ask for. Refunds and captures are no such changes: what may have moved money is always followed to its end.

use super::step::{PlanSurroundings, Step, Wake};
use crate::state::State;
use crate::state::deed::{Action, Deed, UNASKED};
use crate::state::delays::Delays;
use crate::time::Moment;

/// The next change that is over for this reason. Call it last: what no part has asked for by then, none asks for.
pub(super) fn due(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    let open = state.deeds.iter().filter(|deed| deed.is_open());
    open.into_iter().find_map(|deed| {
        let at = may_work_until(deed, c.delays).filter(|_| !wake.is_asked_for(&deed.action))?;
        let action = deed.action.clone();
        wake.is_due(at).then(|| Step::GiveUp { action, reason: UNASKED.to_owned() })
    })
}

/// Until when a change that was sent may take effect, or is sent again under its key if somebody asks for it: the
/// shopper who presses the button once more, say. None: it moves money, and ends in its own way.
fn may_work_until(deed: &Deed, delays: Delays) -> Option<Moment> {
    match &deed.action {
        Action::UpdateOrder { .. } => Some(deed.first_sent + delays.under_way()),
        Action::CancelSession { .. } | Action::CancelPayment { .. } => {
            Some(Delays::unanswered_until(deed.first_sent))
        }
        Action::Capture { .. }
        | Action::RefundPayment { .. }
        | Action::RequestRefund { .. }
        | Action::RecordRefund { .. } => None,
    }
}
