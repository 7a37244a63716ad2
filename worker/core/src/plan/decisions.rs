//! Every decision of the merchant ends: done, refused, withdrawn or overtaken. None may wait for a day on which it
//! would do something that nobody has in mind any more.
//!
//! ```text
//! 10:00  the merchant clicks "refund ¥3,000"; KOMOJU cannot be looked at: an outage
//! 16:00  6 hours on, nothing could be begun                              → withdrawn
//! or
//! 10:20  KOMOJU answers again, and shows a refund of ¥3,000 made there by hand:
//!        the page had shown ¥3,000 held, now ¥0 are held                 → overtaken
//! ```

use super::step::{PlanSurroundings, Step, Wake};
use crate::refunds::{self, PayBack};
use crate::state::decision::{Decision, Ending, StoredDecision};
use crate::state::deed::{Action, Deed, DeedState};
use crate::state::delays::Delays;
use crate::state::reading::Cause;
use crate::state::table::Column;
use crate::state::{Standing, State};
use crate::values::ids::PaymentId;

/// The next decision that is over.
pub(super) fn due(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    let open = state.decisions.iter().filter(|stored| stored.ended.is_none());
    open.into_iter().find_map(|stored| {
        let how = ending(state, c, wake, stored)?;
        Some(Step::EndDecision { seq: stored.seq, how })
    })
}

/// How a decision has ended. None: it is under way, or it is its turn now.
fn ending(
    state: &State,
    c: PlanSurroundings<'_>,
    wake: &mut Wake,
    stored: &StoredDecision,
) -> Option<Ending> {
    let begun = match &stored.decided.decision {
        Decision::Dismiss { .. }
        | Decision::SettleOutside { .. }
        | Decision::SettleUnanswered { .. }
        | Decision::MatchTransfer { .. }
        | Decision::PartPair { .. }
        | Decision::Owed { .. } => return Some(Ending::Done),
        Decision::Capture { payment, .. } => begun(state, |deed| {
            deed.decided == stored.seq && deed.action == Action::Capture { payment: payment.clone() }
        }),
        Decision::Refund { .. } => {
            begun(state, |deed| deed.action.cause() == Some(Cause::Merchant(stored.seq)))
        }
        Decision::ConfirmRefund { refund } | Decision::BankDetails { refund, .. } => begun(state, |deed| {
            deed.decided == stored.seq && deed.action.cause() == Some(Cause::OrderRefund(*refund))
        }),
    };
    if let Some(deed) = begun {
        return match &deed.state {
            DeedState::Intended { .. } | DeedState::Sent => None,
            DeedState::Done => Some(Ending::Done),
            DeedState::Refused { .. } if deed.was_settled() => Some(Ending::Withdrawn),
            DeedState::Refused { .. } if deed.went_unasked() => Some(Ending::Overtaken),
            DeedState::Refused { .. } => Some(Ending::Refused),
        };
    }
    if is_unseen(state) {
        return wake.is_due(Delays::decision_ends(stored.at)).then_some(Ending::Withdrawn);
    }
    let same = stored.decided.upon.as_ref().is_none_or(|upon| upon.holdings() == state.upon().holdings());
    let possible = same && is_possible(state, c, stored);
    (!possible).then_some(Ending::Overtaken)
}

/// The newest try at carrying out a decision.
fn begun(state: &State, is_it: impl Fn(&Deed) -> bool) -> Option<&Deed> {
    state.deeds.iter().rev().find(|deed| is_it(deed))
}

/// True while nothing may be begun: something that the money depends on must be looked at first, or another refund is
/// under way.
fn is_unseen(state: &State) -> bool {
    state.is_partly_unread()
        || state.order.is_wanted()
        || state.order_refunds.is_wanted()
        || state.payments.values().any(|payment| payment.register.is_wanted() && !payment.is_spent())
        || state.deeds.iter().any(|deed| deed.is_open() && deed.action.is_refund())
}

/// True if the decision can be carried out now, exactly as it was made. What is possible only in part is not done at
/// all.
fn is_possible(state: &State, c: PlanSurroundings<'_>, stored: &StoredDecision) -> bool {
    match &stored.decided.decision {
        Decision::Capture { payment, minor } => {
            let may_be_taken = matches!(state.column(), Some(Column::Unpaid | Column::MovedOn));
            may_be_taken
                && is_authorized(state, payment)
                && minor.is_none_or(|minor| (1..=net(state, payment)).contains(&minor))
        }
        Decision::Refund { payment, minor, sealed, .. } => {
            let most = state.refundable(payment);
            let by_transfer = refunds::is_by_transfer(state, payment);
            most > 0
                && minor.is_none_or(|minor| (1..=most).contains(&minor))
                && (!by_transfer || sealed.as_ref().is_some_and(|blob| !blob.0.is_empty()))
        }
        Decision::ConfirmRefund { refund } | Decision::BankDetails { refund, .. } => {
            let newest =
                state.armed(|d| d.is_to_pay_back(*refund)).is_some_and(|newest| newest.seq == stored.seq);
            let made = refunds::made_in_bigcommerce(state).into_iter().find(|one| one.id == *refund);
            let due = |one| matches!(refunds::pay_back(state, &c.shop.settings, one), PayBack::Due { .. });
            newest && made.is_some_and(due)
        }
        Decision::Dismiss { .. }
        | Decision::SettleOutside { .. }
        | Decision::SettleUnanswered { .. }
        | Decision::MatchTransfer { .. }
        | Decision::PartPair { .. }
        | Decision::Owed { .. } => true,
    }
}

/// True if the money of this payment is reserved.
fn is_authorized(state: &State, payment: &PaymentId) -> bool {
    let attempt = state.payments.get(payment).and_then(|held| state.attempt(held.attempt));
    attempt.is_some_and(|attempt| state.standing(attempt) == Standing::Authorized(payment.clone()))
}

/// What of a payment is the order's, in minor units of the payment's currency; 0 if unknown.
fn net(state: &State, payment: &PaymentId) -> i64 {
    state.payments.get(payment).map_or(0, |held| held.net())
}
