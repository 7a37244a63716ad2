//! The next step of an order's payment, as a pure function of what is known: hints, readings, deeds, settings, the
//! time.
//!
//! Two rules give it its shape. It is level-triggered about *knowledge*: it never asks "which message came?" but
//! "what do we not know yet?", so whatever was lost is found by looking. It is edge-triggered about *the merchant's
//! order*: a milestone (paid, refunded, disputed, …) is told once per payment, and from then on the status belongs to
//! the merchant. We never fight a human.
//!
//! The parts are asked in this order, and the first that has something due wins:
//!
//! ```text
//! looks       something is wanted, or the table of delays says so      GET
//! milestones  the order has not heard of something yet                 GET, then PUT to BigCommerce
//! lapse       nobody paid, nothing can be paid, the grace is over      GET, then PUT to BigCommerce
//! decisions   a decision of the merchant is over                       nothing leaves
//! captures    reserved money is to be taken                            POST to KOMOJU
//! refunds     money is to go back, or a refund is to be booked         POST to KOMOJU, or to BigCommerce
//! endings     a code or session must not be paid any more              POST to KOMOJU
//! unasked     a change was begun that none of these asks for any more  nothing leaves
//! ```
//!
//! Looks come first, so nothing is told or moved on knowledge that we already doubt. An example: the shopper pays
//! ¥3,000 by konbini, and the merchant cancels the order in the same minute.
//!
//! ```text
//! KOMOJU: captured       look at the session      captured ¥3,000, as asked
//!                        look at the order        5 Cancelled: someone moved it meanwhile
//!                        table row "captured as asked", column "ended":
//!                        PUT 12 with a note, attention "paid after end"
//!                        nothing more: what becomes of the money, the merchant decides
//! ```

mod decisions;
mod endings;
mod looks;
mod meeting;
mod milestones;
mod money;
pub mod start;
mod step;
mod telling;
mod unasked;

pub use endings::next_cancel;
pub(super) use milestones::told_along_with;
pub use step::{Fresh, PlanSurroundings, Step, Transfer};

use crate::state::State;
use step::Wake;

/// The next step. [`Step::Rest`] with the earliest moment at which something falls due, if nothing is due now. Every
/// part reports such moments by `wake`, also when another part wins.
pub fn plan(state: &State, c: PlanSurroundings<'_>) -> Step {
    let mut wake = Wake::at(c.now);
    // An order that is not ours to keep gets one thing only: the look that tells whether it is.
    if !state.is_worth_keeping() {
        return meeting::due(state, c, &mut wake).unwrap_or(Step::Rest(wake.next));
    }
    let step = looks::due(state, c, &mut wake)
        .or_else(|| milestones::due(state, c, &mut wake))
        .or_else(|| meeting::lapse(state, c, &mut wake))
        .or_else(|| decisions::due(state, c, &mut wake))
        .or_else(|| money::due_capture(state, c, &mut wake))
        .or_else(|| money::due_refund(state, c, &mut wake))
        .or_else(|| endings::due_cancel(state, &mut wake))
        .or_else(|| unasked::due(state, c, &mut wake));
    step.unwrap_or(Step::Rest(wake.next))
}
