//! How the order is told: against what has just been read of it, and never twice.

use super::step::{Circumstances, Fresh, Step, Wake, not_before};

use crate::state::call::OrderSeen;
use crate::state::deed::{Action, MilestoneKind, OrderUpdate, Subject};

use crate::state::State;
use crate::state::reading::PaymentReading;
use crate::state::settings::Mode;
use crate::state::table::{Cell, Column, Row, cell};
use crate::state::terms::Terms;
use crate::values::money::Money;
use crate::values::order_status::OrderStatus;
use crate::views::notes;

/// Something the order is to be told.
#[derive(Clone)]
pub(super) struct News<'a> {
    pub subject: Subject,
    pub kind: MilestoneKind,
    pub row: Row,
    /// The payment it is about, with the terms it was asked for under.
    pub payment: Option<(&'a PaymentReading, &'a Terms)>,
    /// A status that the table leaves to a setting.
    pub status: Option<OrderStatus>,
}

impl News<'_> {
    pub fn of_order(kind: MilestoneKind, row: Row) -> Self {
        Self { subject: Subject::Order, kind, row, payment: None, status: None }
    }
}

pub(super) fn tell_once(
    state: &State,
    c: Circumstances<'_>,
    wake: &mut Wake,
    news: News<'_>,
) -> Option<Step> {
    if state.reached.contains_key(&(news.subject.clone(), news.kind)) {
        return None;
    }
    let action = Action::UpdateOrder { subject: news.subject.clone(), milestone: news.kind };
    let at = state.deed(&action).map_or(0, not_before).max(state.order.retry_at);
    wake.is_due(at.max(state.update_in_doubt_until(c.delays))).then(|| tell(state, c, news))
}

/// Whether an order that is told of this keeps its status because it knows something worse. Of a payment that was charged
/// back or marked as fraud it hears no "ship it". An order that stands *Disputed* by our word is moved on by a person and
/// nobody else, also where the dispute is about another of its payments.
fn is_overshadowed(state: &State, news: &News<'_>, order: OrderStatus) -> bool {
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
        // What our own update had replaced comes back, whatever it was.
        MilestoneKind::Disputed | MilestoneKind::Restored => false,
    }
}

/// The step that tells the order, or finds that it need not be told.
pub(super) fn tell(state: &State, c: Circumstances<'_>, news: News<'_>) -> Step {
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
    // Our line is there: an update whose answer was lost did take effect, and meant what it was decided to mean.
    // An overtaking has no line of its own: it may happen more than once, and its status shows whether it is undone.
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
    let overshadowed = is_overshadowed(state, &news, order.status);
    let status = status(&news, cell, c).filter(|status| *status != order.status && !overshadowed);
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

/// The order was edited since: what was paid, or reserved, is what was asked, but no longer what is due.
fn is_edited(state: &State, news: &News<'_>, column: Column, fresh: &OrderSeen) -> bool {
    let payment = news.payment.and_then(|(reading, _)| state.payments.get(&reading.id));
    let covered = payment.is_some_and(|p| fresh.reading.due.is_ok_and(|due| state.covers(p, due)));
    // What went back whole is not due any more, whatever the order comes to.
    let heard = matches!(news.row, Row::CapturedAsAsked | Row::PartRefundedFirst | Row::Authorized);
    heard && column == Column::Unpaid && !covered
}

fn note(news: &News<'_>, due: Option<Money>, c: Circumstances<'_>) -> String {
    match news.payment {
        Some((reading, terms)) => notes::line(news.kind, &news.subject, reading, terms, due, c.shop.locale),
        None => notes::short(news.kind, &news.subject, c.shop.locale),
    }
}

/// The table's status, or the one that a setting puts in its place. Test money moves no order, unless the merchant has
/// allowed it for trying things out.
fn status(news: &News<'_>, cell: Cell, c: Circumstances<'_>) -> Option<OrderStatus> {
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
