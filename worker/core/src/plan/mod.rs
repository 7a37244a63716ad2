//! The next step, as a pure function of what is known.
//!
//! Level-triggered about knowledge: whatever was lost is found by looking. Edge-triggered about the merchant's
//! order: a milestone is told once, and never against an order reading older than the last call.

mod decisions;
mod endings;
mod looks;
mod meeting;
mod milestones;
mod money;
pub mod start;
mod step;
mod telling;

pub use endings::next_cancel;
pub(super) use milestones::told_by_way_of;
pub use step::{Circumstances, Fresh, Step, Transfer};

use step::Wake;

use crate::state::State;

pub fn plan(state: &State, c: Circumstances<'_>) -> Step {
    let mut wake = Wake { now: c.now, next: None };
    // Of an order that is not ours to keep nothing follows but the looks that tell whether it is.
    if !state.is_worth_keeping() {
        return meeting::due(state, c, &mut wake).unwrap_or(Step::Rest(wake.next));
    }
    let step = looks::due(state, c, &mut wake)
        .or_else(|| milestones::due(state, c, &mut wake))
        .or_else(|| meeting::lapse(state, c, &mut wake))
        .or_else(|| decisions::due(state, c, &mut wake))
        .or_else(|| money::due_capture(state, c, &mut wake))
        .or_else(|| money::due_refund(state, c, &mut wake))
        .or_else(|| endings::due_cancel(state, &mut wake));
    step.unwrap_or(Step::Rest(wake.next))
}
