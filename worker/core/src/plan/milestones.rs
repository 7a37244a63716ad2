//! What the order is told: each thing once per payment, against the order as it was read just before.
//!
//! The worst is told first. A webhook may be lost, so one reading can show good and bad news together, and the order
//! must never hear "paid, ship it" on the way to "disputed": at the first good status a download goes out and a
//! warehouse prints its slip.
//!
//! ```text
//! one look shows: captured ¥3,000 as asked, and a chargeback of ¥3,000
//!   PUT 13 Disputed, note, attention "disputed"      told
//!   milestone Paid                                   reached by way of it, without a PUT: never 11
//! ```
//!
//! What counts as *as asked*, for an attempt that asked ¥3,000:
//!
//! ```text
//! captured ¥3,220 with a fee of ¥220     net ¥3,000             Paid
//! captured ¥2,400 by our own capture     we asked for ¥2,400    Paid
//! captured ¥2,900 by somebody else       another amount         Mismatch
//! captured ₩28,200, session of ¥3,000    KOMOJU's conversion    Paid
//! captured ₩14,100 of ₩28,200            less than reserved     Mismatch
//! refunded ¥3,000 before we heard        no money is left       12, note: do not ship
//! ```

use super::step::{PlanSurroundings, Step, Wake};
use super::telling::{News, tell_once};
use crate::state::deed::{Action, DeedState, MilestoneKind, Subject};
use crate::state::delays::Delays;
use crate::state::hint::Moved;
use crate::state::reading::{OrderReading, PaymentReading, PaymentStatus};
use crate::state::settings::Mode;
use crate::state::table::{Column, Row, cell};
use crate::state::{Attempt, Payment, Standing, State};
use crate::values::attention::Attention;
use crate::values::ids::PaymentId;

/// The next thing that the order has not heard: bad news, then a status of the merchant's that our PUT overwrote, then
/// other news of payments, then codes and sessions that were ended because of the order.
///
/// While bad news has not got through, nothing better is told of payments; what stands beside it is then told along with
/// it ([`told_along_with`]).
pub(super) fn due(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    let (bad, other): (Vec<_>, Vec<_>) =
        of_payments(state, c, wake).into_iter().partition(|news| badness(news.kind) < NOTHING_BAD);
    let step = match bad.into_iter().min_by_key(|news| badness(news.kind)) {
        Some(worst) => {
            if state.head.replaced.is_some() {
                wake.ask_for(&Action::UpdateOrder {
                    subject: Subject::Order,
                    milestone: MilestoneKind::Restored,
                });
            }
            tell_once(state, c, wake, worst)
        }
        None => restored(state, c, wake)
            .or_else(|| other.into_iter().find_map(|news| tell_once(state, c, wake, news))),
    };
    if step.is_some() {
        return step;
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
    None
}

/// What the order has not yet heard of its payments.
fn of_payments<'a>(state: &'a State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Vec<News<'a>> {
    let mut all = Vec::new();
    for (id, payment) in state.payments.iter() {
        let Some(reading) = &payment.register.reading else { continue };
        let Some(attempt) = state.attempt(payment.attempt) else { continue };
        let unsure = payment.is_partly_unread() && payment.register.may_be_garbled_for_a_moment(c.delays);
        for (kind, row) in milestones(state, c, wake, attempt, id, payment, reading) {
            // What could not be read once is read again a moment later, so good news waits for that. News that speaks
            // against the money does not wait.
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
    all
}

/// The badness of all news that does not speak against shipping.
const NOTHING_BAD: u8 = 2;

/// The order in which news is told: below [`NOTHING_BAD`], it speaks against shipping.
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

/// The milestones that the order hears of together with a chargeback or a fraud mark, each with what a person must
/// look at because of it. The line about the bad news names amount and payment, so they need none of their own.
pub(crate) fn told_along_with(
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

/// Every milestone that a payment's reading stands for, in the order in which the merchant's order should hear of
/// them.
fn milestones(
    state: &State,
    c: PlanSurroundings<'_>,
    wake: &mut Wake,
    attempt: &Attempt,
    id: &PaymentId,
    payment: &Payment,
    reading: &PaymentReading,
) -> Vec<(MilestoneKind, Row)> {
    let mut all = Vec::new();
    // A webhook claims a fraud mark. We check that at KOMOJU before we say "paid", but not for longer than KOMOJU can
    // be hoped to answer.
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
            // Nobody need take money for an order that is ended or refunded. The merchant may move it on again.
            let to_be_taken =
                state.order.reading.as_ref().is_none_or(|order| {
                    cell(Row::LapsesSoon, order.column(), order.digital).attention.is_some()
                });
            if wake.is_due(c.delays.authorization_warning(payment.first_seen)) && to_be_taken {
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

/// What a payment's reading says of money: taken, reserved, or neither.
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
                true if payment.voluntary_refunds().next().is_some() => Row::PartRefundedFirst,
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

/// True if KOMOJU finally refused to capture. A capture that was never answered is tried anew instead.
fn is_capture_refused(state: &State, id: &PaymentId) -> bool {
    let deed = state.deed(&Action::Capture { payment: id.clone() });
    deed.is_some_and(|d| {
        matches!(d.state, DeedState::Refused { .. }) && !d.went_unanswered() && !d.was_settled()
    })
}

/// True if amount and currency are what was asked. If KOMOJU converted the currency, the session's amount decides,
/// for the session was made under our terms. If we ourselves captured less, that counts as asked.
fn is_as_asked(state: &State, attempt: &Attempt, id: &PaymentId, reading: &PaymentReading) -> bool {
    let asked = attempt.terms.amount;
    let by_us = state.deed(&Action::Capture { payment: id.clone() }).and_then(|deed| deed.minor);
    // Some of it went back, and we cannot read how: it may be a chargeback.
    if !reading.unread.is_empty() && reading.refunded_minor > 0 {
        return false;
    }
    match reading.net {
        None => false,
        Some(net) if by_us == Some(net.minor) => true,
        Some(net) if net.currency == asked.currency => net == asked,
        // Less than was once reserved: the merchant captured a part at KOMOJU.
        Some(net) if state.payments.get(id).is_some_and(|p| net.minor < p.most) => false,
        Some(_) => {
            let session = attempt.register.reading.as_ref();
            // Only with manual capture can less have been taken than was asked. If nobody can tell how much the whole
            // was, a person must.
            session.and_then(|s| s.amount) == Some(asked) && !state.is_of_unknown_worth(id)
        }
    }
}

/// Restores the status that the merchant had set and our PUT overwrote, unless somebody has moved the order since, or it
/// has heard news that would have moved it from the merchant's status as well.
fn restored(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    let moved = state.head.replaced?;
    let news = News { status: Some(moved.from), ..News::of_order(MilestoneKind::Restored, Row::Open) };
    let is_elsewhere = |order: &OrderReading| order.status != moved.to || order.deleted;
    if c.fresh.order.as_ref().is_some_and(|fresh| is_elsewhere(&fresh.reading))
        || has_heard_what_moves(state, moved, c)
    {
        let (subject, milestone) = (Subject::Order, MilestoneKind::Restored);
        return Some(Step::Conclude { subject, milestone, attention: None });
    }
    tell_once(state, c, wake, news)
}

/// True if the order has heard something of a payment, since our PUT overwrote the merchant's status, that moves an order
/// out of that status too. What it heard before, the merchant knew.
fn has_heard_what_moves(state: &State, replaced: Moved, c: PlanSurroundings<'_>) -> bool {
    let row = |kind| match kind {
        MilestoneKind::Disputed => Some(Row::Disputed),
        MilestoneKind::Fraud => Some(Row::Fraud),
        MilestoneKind::CaptureRefused => Some(Row::CaptureRefused),
        MilestoneKind::CodeIssued
        | MilestoneKind::Authorized
        | MilestoneKind::Paid
        | MilestoneKind::Mismatch
        | MilestoneKind::Refunded
        | MilestoneKind::LapsesSoon
        | MilestoneKind::Ended
        | MilestoneKind::Unpaid
        | MilestoneKind::Restored => None,
    };
    let may_move = |subject: &Subject| {
        let Subject::Payment(id) = subject else { return false };
        let attempt = state.payments.get(id).and_then(|payment| state.attempt(payment.attempt));
        attempt.is_some_and(|it| it.terms.mode != Mode::Test || c.shop.settings.test_moves_orders)
    };
    let moves = |row| cell(row, Column::of(replaced.from, false), false).status.is_some();
    state.reached.iter().any(|((subject, kind), reached)| {
        let since = reached.at >= replaced.at - Delays::CLOCKS_DIFFER;
        since && row(*kind).is_some_and(moves) && may_move(subject)
    })
}
