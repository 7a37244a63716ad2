//! How the order is told of a milestone: against what was read of it just before, and never twice.
//!
//! BigCommerce has neither idempotency keys nor compare-and-set. So each line in the staff notes holds a mark
//! (payment id and milestone). An unanswered PUT is recognised by that mark, and is never repeated unseen.
//!
//! ```text
//! PUT 11, note "[KOMOJU] Paid ¥3,000 … (paid, p1)"   no answer
//! GET                                                the mark is there: it took effect, conclude
//!                                                    or it is not there: decide anew against this reading, and PUT
//! ```

use super::step::{Fresh, PlanSurroundings, Step, Wake, not_before};
use crate::state::State;
use crate::state::call::OrderSeen;
use crate::state::deed::{Action, MilestoneKind, OrderUpdate, Subject};
use crate::state::reading::PaymentReading;
use crate::state::settings::Mode;
use crate::state::table::{Cell, Column, Row, cell};
use crate::state::terms::Terms;
use crate::values::money::Money;
use crate::values::order_status::OrderStatus;
use crate::views::notes;

/// Something that the order is to be told: a milestone of one subject, and the row of the table that says what to do.
#[derive(Clone)]
pub(super) struct News<'a> {
    pub subject: Subject,
    pub kind: MilestoneKind,
    pub row: Row,
    /// The payment that it is about, with the terms that it was asked for under. None where it is about no payment.
    pub payment: Option<(&'a PaymentReading, &'a Terms)>,
    /// The status to use where the table leaves it to a setting (authorized, unpaid), or the merchant's own that is
    /// restored.
    pub status: Option<OrderStatus>,
}

impl News<'_> {
    /// News about the order itself.
    pub fn of_order(kind: MilestoneKind, row: Row) -> Self {
        Self { subject: Subject::Order, kind, row, payment: None, status: None }
    }
}

/// Tells the order, unless it was told already. Waits by the ladder after a failure, and while an earlier PUT may still
/// take effect. It is the only way to tell the order anything.
pub(super) fn tell_once(
    state: &State,
    c: PlanSurroundings<'_>,
    wake: &mut Wake,
    news: News<'_>,
) -> Option<Step> {
    if state.reached.contains_key(&(news.subject.clone(), news.kind)) {
        return None;
    }
    let action = Action::UpdateOrder { subject: news.subject.clone(), milestone: news.kind };
    wake.ask_for(&action);
    let at = state.deed(&action).map_or(0, not_before).max(state.order.retry_at);
    wake.is_due(at.max(state.update_in_doubt_until(c.delays))).then(|| tell(state, c, news))
}

/// True if the order must keep its status, because it knows something worse than this news. Note and attention stay
/// as the table says.
///
/// Of a payment that was charged back or marked as fraud, the order hears no "ship it" any more. An order that we
/// moved to *Disputed* is moved on by a person only, also when the dispute is about another of its payments:
///
/// ```text
/// p1 is charged back        13 Disputed
/// p2 is marked as fraud     note and attention, and the order stays 13, not 12
/// ```
fn must_keep_status(state: &State, news: &News<'_>, order: OrderStatus) -> bool {
    let known = |bad| state.reached.contains_key(&(news.subject.clone(), bad));
    let is_disputed = order == OrderStatus::DISPUTED
        && state.reached.iter().any(|((_, kind), _)| *kind == MilestoneKind::Disputed);
    match news.kind {
        MilestoneKind::CodeIssued
        | MilestoneKind::Authorized
        | MilestoneKind::Paid
        | MilestoneKind::Mismatch => {
            is_disputed || known(MilestoneKind::Disputed) || known(MilestoneKind::Fraud)
        }
        MilestoneKind::Fraud
        | MilestoneKind::Refunded
        | MilestoneKind::CaptureRefused
        | MilestoneKind::LapsesSoon
        | MilestoneKind::Ended
        | MilestoneKind::Unpaid => is_disputed,
        // A status that our own PUT had overwritten comes back, whatever it was.
        MilestoneKind::Disputed | MilestoneKind::Restored => false,
    }
}

/// The step that tells the order: a look if it was not just read, the PUT, or the conclusion that there is nothing to
/// tell.
fn tell(state: &State, c: PlanSurroundings<'_>, news: News<'_>) -> Step {
    let Fresh { order: Some(fresh), .. } = c.fresh else { return Step::LookAtOrder };
    let order = &fresh.reading;
    let column = order.column();
    let edited = is_edited(state, &news, column, fresh);
    let row = match (edited, news.row == Row::Authorized) {
        (true, true) => Row::AuthorizedOtherwise,
        (true, false) => Row::CapturedOtherwise,
        (false, _) => news.row,
    };
    let cell = cell(row, column, order.digital);
    let attention = cell.attention;
    let (subject, milestone) = (news.subject.clone(), news.kind);
    let conclude = |attention| Step::Conclude { subject: subject.clone(), milestone, attention };
    // Our line is there: an earlier PUT, whose answer was lost, took effect. It keeps the meaning that it was decided
    // with. A restored status has no line to go by, for it may happen more than once; the order's status shows
    // whether it is restored.
    if milestone != MilestoneKind::Restored && notes::holds(&fresh.staff_notes, milestone, &subject) {
        let sent = state.deed(&Action::UpdateOrder { subject: subject.clone(), milestone });
        return conclude(
            sent.and_then(|deed| deed.update.as_ref()).map_or(attention, |update| update.attention),
        );
    }
    if column == Column::Deleted {
        return conclude(attention);
    }
    let news = News { status: news.status.filter(|_| row == news.row), ..news };
    let keeps_status = must_keep_status(state, &news, order.status);
    let status = status(&news, cell, c).filter(|status| *status != order.status && !keeps_status);
    let told_anyway = matches!(milestone, MilestoneKind::Ended | MilestoneKind::Restored);
    if !cell.note && !told_anyway && status.is_none() {
        return conclude(attention);
    }
    let edited = edited.then_some(order.due.ok()).flatten();
    let update = OrderUpdate {
        status,
        payment_provider_id: news.payment.map(|(reading, _)| reading.id.to_string()),
        over: Some(order.status),
        note: note(&news, edited, c),
        attention,
    };
    Step::UpdateOrder { subject, milestone, update }
}

/// True if the merchant edited the order after the session was made: the payment is what was asked, but no longer
/// what is due.
fn is_edited(state: &State, news: &News<'_>, column: Column, fresh: &OrderSeen) -> bool {
    let payment = news.payment.and_then(|(reading, _)| state.payments.get(&reading.id));
    let covered = payment.is_some_and(|p| fresh.reading.due.is_ok_and(|due| state.covers(p, due)));
    // A payment that was refunded whole covers nothing, but that is no edit.
    let heard = matches!(news.row, Row::CapturedAsAsked | Row::PartRefundedFirst | Row::Authorized);
    heard && column == Column::Unpaid && !covered
}

/// The line for the staff notes. `due`: what is due now, if the order was edited since.
fn note(news: &News<'_>, due: Option<Money>, c: PlanSurroundings<'_>) -> String {
    match news.payment {
        Some((reading, terms)) => notes::line(news.kind, &news.subject, reading, terms, due, c.shop.locale),
        None => notes::short(news.kind, &news.subject, c.shop.locale),
    }
}

/// The table's status, or the one that a setting puts in its place. Test money moves no order, unless the merchant
/// allowed that for trying things out.
fn status(news: &News<'_>, cell: Cell, c: PlanSurroundings<'_>) -> Option<OrderStatus> {
    let test = news.payment.is_some_and(|(_, terms)| terms.mode == Mode::Test);
    let wanted = match news.kind {
        MilestoneKind::Unpaid => news.status.filter(|_| cell.lapse),
        MilestoneKind::Restored => news.status,
        MilestoneKind::CodeIssued
        | MilestoneKind::Authorized
        | MilestoneKind::Paid
        | MilestoneKind::Mismatch
        | MilestoneKind::Refunded
        | MilestoneKind::Disputed
        | MilestoneKind::Fraud
        | MilestoneKind::CaptureRefused
        | MilestoneKind::LapsesSoon
        | MilestoneKind::Ended => cell.status.map(|status| news.status.unwrap_or(status)),
    };
    wanted.filter(|_| !test || c.shop.settings.test_moves_orders)
}
