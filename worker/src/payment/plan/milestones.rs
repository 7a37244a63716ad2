//! What the order is told: each thing once, against the order as it has just been read.

use super::{Circumstances, Fresh, Step, Wake, not_before};
use crate::payment::attention::Attention;
use crate::payment::call::OrderSeen;
use crate::payment::deed::{Action, DeedState, MilestoneKind, OrderUpdate, Subject};
use crate::payment::delays::Delays;
use crate::payment::ids::PaymentId;
use crate::payment::money::Money;
use crate::payment::notes;
use crate::payment::order_status::OrderStatus;
use crate::payment::reading::{PaymentReading, PaymentStatus};
use crate::payment::settings::Mode;
use crate::payment::state::{Attempt, Payment, Standing, State};
use crate::payment::table::{Cell, Column, Row, cell};
use crate::payment::terms::Terms;

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

pub(super) fn due(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    if let Some(step) = restored(state, c, wake) {
        return Some(step);
    }
    if let Some(step) = of_payments(state, c, wake) {
        return Some(step);
    }
    for attempt in state.attempts.iter().filter(|a| a.ended_by_order && state.standing(a) == Standing::Dead) {
        let news = News {
            subject: Subject::Attempt(attempt.n),
            kind: MilestoneKind::Ended,
            row: Row::Open,
            payment: None,
            status: None,
        };
        if let Some(step) = tell_once(state, c, wake, news) {
            return Some(step);
        }
    }
    super::meeting::lapse(state, c, wake)
}

/// What the order is told of its payments: the worst first. While that has not got through, nothing better is told; what
/// stands beside it then is told by way of it ([`told_by_way_of`]).
fn of_payments(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    let mut all = Vec::new();
    for (id, payment) in state.payments.iter() {
        let Some(reading) = &payment.register.reading else { continue };
        let Some(attempt) = state.attempt(payment.attempt) else { continue };
        let unsure = payment.is_partly_unread() && payment.register.may_be_garbled_for_a_moment(c.delays);
        for (kind, row) in milestones(state, c, wake, attempt, id, payment, reading) {
            // What is garbled once is read a moment later. What speaks against the money does not wait for that.
            if unsure && badness(kind) >= NOTHING_BAD {
                continue;
            }
            let authorized = (row == Row::Authorized).then_some(c.shop.settings.authorized_status);
            let subject = Subject::Payment(id.clone());
            let payment = Some((reading, &attempt.terms));
            all.push(News { subject, kind, row, payment, status: authorized });
        }
    }
    all.retain(|news| !state.reached.contains_key(&(news.subject.clone(), news.kind)));
    all.sort_by_key(|news| badness(news.kind));
    for news in all {
        let is_bad = badness(news.kind) < NOTHING_BAD;
        let step = tell_once(state, c, wake, news);
        if step.is_some() || is_bad {
            return step;
        }
    }
    None
}

const NOTHING_BAD: u8 = 2;

/// The order in which news is told; what is not below [`NOTHING_BAD`] speaks against no shipping.
fn badness(kind: MilestoneKind) -> u8 {
    match kind {
        MilestoneKind::Disputed => 0,
        MilestoneKind::Fraud => 1,
        MilestoneKind::CodeIssued
        | MilestoneKind::Authorized
        | MilestoneKind::Paid
        | MilestoneKind::Mismatch
        | MilestoneKind::Refunded
        | MilestoneKind::CaptureRefused
        | MilestoneKind::LapsesSoon
        | MilestoneKind::Ended
        | MilestoneKind::Unpaid
        | MilestoneKind::Restored => NOTHING_BAD,
    }
}

/// Milestones that the order hears of by way of a chargeback or a fraud mark, and what a person must look at because of
/// each: all that stands when the bad news is told, which names amount and payment itself.
pub(in crate::payment) fn told_by_way_of(
    state: &State,
    id: &PaymentId,
    bad: MilestoneKind,
) -> Vec<(MilestoneKind, Option<Attention>)> {
    let known = state.payments.get(id).and_then(|payment| {
        let reading = payment.register.reading.as_ref()?;
        Some((payment, reading, state.attempt(payment.attempt)?))
    });
    let Some((payment, reading, attempt)) = known.filter(|_| badness(bad) < NOTHING_BAD) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    if let Some((kind, row)) = of_money(state, attempt, id, payment, reading) {
        let otherwise = matches!(row, Row::CapturedOtherwise | Row::AuthorizedOtherwise);
        all.push((kind, otherwise.then_some(Attention::AmountMismatch)));
    }
    if bad == MilestoneKind::Disputed && payment.fraud {
        all.push((MilestoneKind::Fraud, Some(Attention::FraudMarked)));
    }
    all.retain(|(kind, _)| !state.reached.contains_key(&(Subject::Payment(id.clone()), *kind)));
    all
}

/// A chargeback, or a fraud mark, that the order knows of: of that payment it hears no "ship it" any more.
fn is_overshadowed(state: &State, news: &News<'_>, order: OrderStatus) -> bool {
    let known = |bad| state.reached.contains_key(&(news.subject.clone(), bad));
    match news.kind {
        MilestoneKind::Fraud => known(MilestoneKind::Disputed) && order == OrderStatus::DISPUTED,
        MilestoneKind::CodeIssued
        | MilestoneKind::Authorized
        | MilestoneKind::Paid
        | MilestoneKind::Mismatch => known(MilestoneKind::Disputed) || known(MilestoneKind::Fraud),
        MilestoneKind::Refunded
        | MilestoneKind::Disputed
        | MilestoneKind::CaptureRefused
        | MilestoneKind::LapsesSoon
        | MilestoneKind::Ended
        | MilestoneKind::Unpaid
        | MilestoneKind::Restored => false,
    }
}

fn tell_once(state: &State, c: Circumstances<'_>, wake: &mut Wake, news: News<'_>) -> Option<Step> {
    if state.reached.contains_key(&(news.subject.clone(), news.kind)) {
        return None;
    }
    let action = Action::UpdateOrder { subject: news.subject.clone(), milestone: news.kind };
    let at = state.deed(&action).map_or(0, not_before).max(state.order.retry_at);
    wake.is_due(at.max(state.update_in_doubt_until(c.delays))).then(|| tell(state, c, news))
}

/// Every milestone that a payment's reading stands for, in the order in which the order should hear of them.
fn milestones(
    state: &State,
    c: Circumstances<'_>,
    wake: &mut Wake,
    attempt: &Attempt,
    id: &PaymentId,
    payment: &Payment,
    reading: &PaymentReading,
) -> Vec<(MilestoneKind, Row)> {
    let mut all = Vec::new();
    // Whether a message about a fraud mark is true is looked up first, for as long as KOMOJU can be hoped to answer.
    let in_doubt = payment.suspicion.as_ref().is_some_and(|s| !Delays::is_persistent(s.failures));
    all.extend(of_money(state, attempt, id, payment, reading).filter(|_| !in_doubt));
    match reading.status {
        PaymentStatus::Authorized if payment.waits_for_shopper(attempt.terms.capture) => {
            // Only a code is worth a line in the notes; a wallet's short wait is not.
            if reading.waits_for_cash() {
                all.push((MilestoneKind::CodeIssued, Row::Open));
            }
        }
        PaymentStatus::Authorized => {
            if is_capture_refused(state, id) {
                all.push((MilestoneKind::CaptureRefused, Row::CaptureRefused));
            }
            if wake.is_due(c.delays.authorization_warning(payment.first_seen)) {
                all.push((MilestoneKind::LapsesSoon, Row::LapsesSoon));
            }
        }
        PaymentStatus::Captured
        | PaymentStatus::Refunded
        | PaymentStatus::Pending
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::Other(_) => {}
    }
    if reading.refunds.iter().any(|r| r.chargeback) {
        all.push((MilestoneKind::Disputed, Row::Disputed));
    }
    if payment.fraud {
        all.push((MilestoneKind::Fraud, Row::Fraud));
    }
    all
}

/// What a payment's reading says of money: taken, or reserved.
fn of_money(
    state: &State,
    attempt: &Attempt,
    id: &PaymentId,
    payment: &Payment,
    reading: &PaymentReading,
) -> Option<(MilestoneKind, Row)> {
    let as_asked = is_as_asked(state, attempt, id, reading);
    match reading.status {
        PaymentStatus::Authorized if payment.waits_for_shopper(attempt.terms.capture) => None,
        PaymentStatus::Authorized if !as_asked => Some((MilestoneKind::Authorized, Row::AuthorizedOtherwise)),
        PaymentStatus::Authorized => Some((MilestoneKind::Authorized, Row::Authorized)),
        PaymentStatus::Captured | PaymentStatus::Refunded => {
            let kind = if as_asked { MilestoneKind::Paid } else { MilestoneKind::Mismatch };
            let row = match as_asked {
                _ if reading.went_back_whole() => Row::RefundedFirst,
                true if payment.refunds_by_hand().next().is_some() => Row::PartRefundedFirst,
                true => Row::CapturedAsAsked,
                false => Row::CapturedOtherwise,
            };
            Some((kind, row))
        }
        PaymentStatus::Pending
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::Other(_) => None,
    }
}

/// A final no; one that was never answered is tried anew instead.
fn is_capture_refused(state: &State, id: &PaymentId) -> bool {
    let deed = state.deed(&Action::Capture { payment: id.clone() });
    deed.is_some_and(|d| {
        matches!(d.state, DeedState::Refused { .. }) && !d.went_unanswered() && !d.was_settled()
    })
}

/// Amount and currency are what was asked. Where the payment is in another currency (FX), the session's amount
/// decides: it was made under our terms. What we ourselves captured less of counts as asked.
fn is_as_asked(state: &State, attempt: &Attempt, id: &PaymentId, reading: &PaymentReading) -> bool {
    let asked = attempt.terms.amount;
    let by_us = state.deed(&Action::Capture { payment: id.clone() }).and_then(|deed| deed.minor);
    // Some of it went back, and how cannot be read: it may be a chargeback.
    if !reading.unread.is_empty() && reading.refunded_minor > 0 {
        return false;
    }
    match reading.net {
        None => false,
        Some(net) if by_us == Some(net.minor) => true,
        Some(net) if net.currency == asked.currency => net == asked,
        // A part captured by hand: less than was once authorized.
        Some(net) if state.payments.get(id).is_some_and(|p| net.minor < p.most) => false,
        Some(_) => {
            let session = attempt.register.reading.as_ref();
            // Only where capture is by hand can less have been taken than was asked. If nobody can tell, a person has to.
            session.and_then(|s| s.amount) == Some(asked) && !state.is_of_unknown_worth(id)
        }
    }
}

/// Our update replaced what the merchant had set between our look and our update: that stands again, unless somebody
/// has moved the order since.
fn restored(state: &State, c: Circumstances<'_>, wake: &mut Wake) -> Option<Step> {
    let moved = state.head.replaced?;
    let news = News { status: Some(moved.from), ..News::of_order(MilestoneKind::Restored, Row::Open) };
    if let Some(fresh) = &c.fresh.order {
        let still_ours = fresh.reading.status == moved.to && !fresh.reading.deleted;
        if !still_ours {
            let (subject, milestone) = (Subject::Order, MilestoneKind::Restored);
            return Some(Step::Conclude { subject, milestone, attention: None });
        }
    }
    tell_once(state, c, wake, news)
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
