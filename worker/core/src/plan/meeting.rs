//! Orders whose shopper never reached us, and what becomes of orders that nobody pays.
//!
//! An order that waits for payment with our label, although its shopper never came, is listed for the merchant as
//! *not started*. An unpaid order moves to *Cancelled* or *Declined* after a grace, if the merchant set that; only
//! once nothing of it can be paid any more, and only an order that is ours to end.
//!
//! ```text
//! Mon 10:00   the order is placed, a session is made
//! Tue 10:00   the session expires
//! Tue 11:00   everything that it ever held is listed: nothing was paid
//! Wed 10:00   with a grace of 24 h: PUT 5 Cancelled, note
//! ```

use super::step::{PlanSurroundings, Step, Wake};
use super::telling::{News, tell_once};
use crate::state::deed::MilestoneKind;
use crate::state::reading::Unreadable;
use crate::state::settings::Mode;
use crate::state::shop::Ownership;
use crate::state::table::{Column, Row};
use crate::state::{Payment, Stage, Standing, State};
use crate::time::{HOUR_MS, Moment};
use crate::values::order_status::OrderStatus;

/// What to do about an announced order: look at it, then keep it if it is ours and unpaid. Any other leaves no trace.
pub(super) fn due(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    if !state.head.to_meet || state.is_worth_keeping() {
        return None;
    }
    let Some(order) = &c.fresh.order else {
        return wake.is_due(state.order.retry_at).then_some(Step::LookAtOrder);
    };
    let unpaid = order.reading.column() == Column::Unpaid;
    // An amount that cannot be charged (half a yen, an unknown currency) is due, too: a person must hear of it.
    let something_due = order.reading.due.map_or(true, |due| due.minor > 0);
    let undecided = order.reading.due == Err(Unreadable::Undecided);
    let ours = match (c.shop.ownership(order.reading.channel, &order.reading.label), c.fresh.provider) {
        (Ownership::Unknown, Some(provider)) => {
            provider.map_or(Ownership::NotOurs, |p| c.shop.ownership_of(p))
        }
        (by_label, _) => by_label,
    };
    Some(match ours {
        _ if order.reading.placed_at < c.shop.installed_at => Step::Meet { keep: false },
        _ if !unpaid || !something_due || order.reading.status == OrderStatus::INCOMPLETE => {
            Step::Meet { keep: false }
        }
        Ownership::Unknown => Step::LookAtProvider,
        Ownership::Ours(_) if undecided && c.fresh.provider.is_none() => Step::LookAtProvider,
        Ownership::Ours(_) => Step::Meet { keep: true },
        Ownership::NotOurs => Step::Meet { keep: false },
    })
}

/// Moves an order that nobody paid to the status that the merchant wants for such orders. None where the merchant
/// leaves them.
pub(super) fn lapse(state: &State, c: PlanSurroundings<'_>, wake: &mut Wake) -> Option<Step> {
    let status = c.shop.settings.unpaid.status()?;
    let order = state.order.reading.as_ref()?;
    // We refuse to charge it until the merchant has said what is due. That is not the shopper's failing.
    let held = order.due == Err(Unreadable::Undecided);
    // An order placed before the app was installed, whose shopper never came to us, is not ours to end. Nor is one if
    // nobody knows when the app was installed.
    let before_us = c.shop.installed_at == 0 || order.placed_at < c.shop.installed_at;
    let foreign = before_us && state.attempts.iter().all(|attempt| attempt.session.is_none());
    if held || foreign || order.column() != Column::Unpaid || !nothing_can_be_paid(state, c) {
        return None;
    }
    let grace = c.delays.grace(Moment::from(c.shop.settings.unpaid_grace_hours) * HOUR_MS);
    if !wake.is_due(last_chance(state, order.placed_at) + grace) {
        return None;
    }
    let news = News { status: Some(status), ..News::of_order(MilestoneKind::Unpaid, Row::Dead) };
    tell_once(state, c, wake, news)
}

/// True if every session is dead, every payment that any of them took was looked at, and none is or was paid. Test
/// money alone moves no order, unless the merchant allowed that.
fn nothing_can_be_paid(state: &State, c: PlanSurroundings<'_>) -> bool {
    let dead = |a| matches!(state.standing(a), Standing::Dead | Standing::None);
    let listed = |a: &crate::state::Attempt| a.left_at.is_none() || a.listing.seq > 0;
    let open = state.attempts.iter().filter(|a| a.stage == Stage::Open);
    let only_test = !state.attempts.is_empty() && state.attempts.iter().all(|a| a.terms.mode == Mode::Test);
    state.attempts.iter().all(dead)
        && open.clone().all(listed)
        && state.payments.values().all(|p| !p.captured && !p.register.is_wanted())
        && open.clone().all(|a| !a.register.is_wanted())
        && (!only_test || c.shop.settings.test_moves_orders)
}

/// When the last thing that could be paid ended: the latest expiry of a session or deadline of a code. A payment can
/// end before its deadline (a refused card, a cancelled code); then the reading that showed it counts.
fn last_chance(state: &State, placed_at: Moment) -> Moment {
    let sessions = state.attempts.iter().map(|a| a.expires_at.max(a.created_at));
    let ended = |p: &Payment| Some(p.register.reading.as_ref()?.deadline?.min(p.register.at));
    let codes = state.payments.values().filter_map(ended);
    sessions.chain(codes).max().unwrap_or(0).max(placed_at)
}
