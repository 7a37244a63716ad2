//! The funnel: how many orders are placed with our payment methods, and how many of their shoppers start to pay by
//! themselves.
//!
//! It is the one sign that sees a blocked script, a renamed payment method, a content policy that forbids wasm and a
//! bad release alike: orders come in, and nobody starts to pay. It is counted from the ledger's rows, which arrive
//! after a start has been answered, so no shopper waits for it. Counts are kept by the hour in which the orders were
//! placed, for 30 days.
//!
//! When is nobody starting, rather than a few shoppers changing their minds? When it would happen by chance less than
//! once in 500 times:
//!
//! ```text
//! history                  a shopper does not start   silent orders until the alarm
//! new store (9 of 10)      1/10                        3    (1/10)^3 = 1/1000
//! 95 of 100 started        about 1/18                  3    (1/18)^2 = 1/336, (1/18)^3 = 1/6000
//! 50 of 100 started        about 1/2                   9
//! ```
//!
//! One start ends the alarm, and everything before that hour counts as history.
//!
//! The second half of this module watches the two sides' messages: a side is *silent* if a day has passed without any
//! message from it, although something happened that it should have told.

use super::object::StoreObject;
use super::records::{Installation, Records, integer};
use crate::context::now_ms;
use crate::objects::messages::desk::{Funnel, Hour};
use crate::objects::messages::health::Trouble;
use crate::objects::messages::ledger::LedgerRow;
use crate::objects::sql::{Row, row, rows};
use domain::time::{DAY_MS, HOUR_MS};
use domain::values::attention::Side;
use domain::values::name::Name;
use domain::views::condition::Condition;
use worker::Result;

/// For how many hours the counts are kept: 30 days.
const KEPT_HOURS: i64 = 30 * 24;
/// An order first listed this long after it was placed (in ms) says nothing about today's confirmation page: the
/// sweep found it, say, or the app was just installed.
const COUNTS_FOR_MS: i64 = DAY_MS;
/// A message may be this late (in ms) without anything being wrong.
const LATE_MS: i64 = HOUR_MS;

/// Orders in a row, none of which was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unstarted {
    /// How many.
    pub orders: u32,
    /// The hour in which the first of them was placed, in hours since the epoch.
    pub since_hour: i64,
}

/// The alarm is raised if so long a silence would happen by chance in fewer than one of this many cases.
const ONE_IN: u64 = 500;
/// What is assumed of every store before it has a history of its own: of ten orders, nine are started.
const ASSUMED: (u32, u32) = (9, 10);

/// The orders since the last hour in which one was started, if so many in a row would hardly be chance. None: there
/// is no reason for alarm. `hours`: newest first.
pub fn nobody_starts(hours: &[Hour]) -> Option<Unstarted> {
    let silent = hours.iter().take_while(|hour| hour.started == 0);
    let (orders, since_hour) = silent.fold((0, 0), |(orders, since), hour| match hour.placed {
        0 => (orders, since),
        placed => (orders + placed, hour.hour),
    });
    let before = hours.iter().skip_while(|hour| hour.started == 0);
    let (started, placed) = before.fold(ASSUMED, |(started, placed), hour| {
        (started + hour.started.min(hour.placed), placed + hour.placed)
    });
    let (missed, placed) = (u64::from(placed - started), u64::from(placed));
    // The chance that all these orders are among those that are never started, in parts of a million, rounded down.
    // None stands for 0.
    let chance = (0..orders).try_fold(1_000_000, |chance, _| {
        let next = chance * missed / placed;
        (next > 0).then_some(next)
    });
    (chance.unwrap_or(0) * ONE_IN < 1_000_000).then_some(Unstarted { orders, since_hour })
}

/// What is known of one side's messages. Moments in ms since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ear {
    /// When its last proved message came in.
    pub heard: Option<i64>,
    /// When the first thing happened, after `heard`, that the side should have told us. A value before `heard` is
    /// spent.
    pub missed: Option<i64>,
}

impl Ear {
    /// If the side is silent: since when. It is silent if nothing was heard for a day although something happened
    /// that should have been told by now. A store in which nothing happens is quiet, not silent. What an earlier
    /// installation heard or missed does not count.
    fn deaf_since(self, installed: i64, now: i64, day: i64, late: i64) -> Option<i64> {
        let last = self.heard.unwrap_or(installed).max(installed);
        let missed = self.missed.filter(|missed| *missed > last)?;
        let long_ago = now - last > day && now - missed > late;
        long_ago.then_some(last)
    }
}

/// The mark under which the last message of a side is kept.
fn heard(side: Side) -> &'static str {
    match side {
        Side::Komoju => "heard:komoju",
        Side::BigCommerce => "heard:bigcommerce",
    }
}

/// The mark under which the first missed message of a side is kept.
fn missed(side: Side) -> &'static str {
    match side {
        Side::Komoju => "missed:komoju",
        Side::BigCommerce => "missed:bigcommerce",
    }
}

/// How far a payment has come, as far as KOMOJU sends a webhook for the step. A rise means that a webhook should have
/// come.
fn progress(condition: &Name<Condition>) -> u8 {
    match condition.known() {
        Some(
            Condition::NotStarted
            | Condition::Unpaid
            | Condition::Expired
            | Condition::Confirming
            | Condition::Cancelled
            | Condition::SettledByHand
            | Condition::Deleted
            | Condition::Review
            | Condition::Closed,
        )
        | None => 0,
        Some(Condition::Waiting) => 1,
        Some(Condition::Reserved) => 2,
        Some(
            Condition::Paid
            | Condition::PartlyRefunded
            | Condition::Refunded
            | Condition::RefundWanted
            | Condition::Disputed
            | Condition::FraudMarked,
        ) => 3,
    }
}

impl LedgerRow {
    /// True if an attempt was made: only attempts have ids and numbers at KOMOJU.
    fn is_started(&self) -> bool {
        !self.refs.is_empty()
    }

    /// Hours since the epoch.
    fn placed_hour(&self) -> i64 {
        self.placed_at_ms / HOUR_MS
    }
}

impl Records {
    /// Counts what is new in a row, before the row itself is written. An older version counts nothing. `watches`:
    /// BigCommerce was asked to announce new orders, so a payment that we learn of here should have been announced.
    pub(super) fn count(&self, row: &LedgerRow, watches: bool, late_ms: i64, now_ms: i64) -> Result<()> {
        let query = "SELECT version, coalesce(json_array_length(row, '$.refs'), 0), json_extract(row, '$.phase') \
             FROM ledger WHERE order_id = ?";
        let known = rows(self.sql(), query, vec![integer(row.order.get())?])?.pop();
        let (started, phase) = match known {
            Some(mut known) => {
                let version: u64 = known.number()?;
                if row.version <= version {
                    return Ok(());
                }
                (known.number::<i64>()? > 0, known.text()?)
            }
            None => {
                self.count_new(row, now_ms)?;
                if watches {
                    self.happened(Side::BigCommerce, late_ms, now_ms)?;
                }
                (row.is_started(), String::new())
            }
        };
        if row.is_started() && !started {
            // Listed before as not started, so its shopper came late: by a payment link, or by visiting again.
            let update = "UPDATE funnel SET late = late + 1 WHERE hour = ? AND started + late < placed";
            self.sql().exec(update, vec![row.placed_hour().into()])?;
        }
        if progress(&row.phase) > progress(&Name::of(&phase)) {
            self.happened(Side::Komoju, late_ms, now_ms)?;
        }
        Ok(())
    }

    /// Counts an order that the ledger does not know, unless it was placed too long ago.
    fn count_new(&self, row: &LedgerRow, now_ms: i64) -> Result<()> {
        if now_ms - row.placed_at_ms > COUNTS_FOR_MS {
            return Ok(());
        }
        let upsert = "INSERT INTO funnel VALUES (?1, 1, ?2, 0) ON CONFLICT (hour) DO UPDATE SET \
             placed = placed + 1, started = started + excluded.started";
        self.sql().exec(upsert, vec![row.placed_hour().into(), i64::from(row.is_started()).into()])?;
        let delete = "DELETE FROM funnel WHERE hour < ?";
        self.sql().exec(delete, vec![(now_ms / HOUR_MS - KEPT_HOURS).into()])?;
        Ok(())
    }

    /// Something happened that this side should tell us. It is noted as missed, unless the side told us something a
    /// moment ago (that may have been it), or something missed is noted already.
    fn happened(&self, side: Side, late_ms: i64, now_ms: i64) -> Result<()> {
        let ear = self.ear(side)?;
        let just_heard = ear.heard.is_some_and(|heard| now_ms - heard <= late_ms);
        let waiting = ear.missed.is_some_and(|missed| ear.heard.is_none_or(|heard| missed > heard));
        if just_heard || waiting { Ok(()) } else { self.mark(missed(side), now_ms) }
    }

    /// Notes that a proved message of this side came in.
    pub(super) fn hear(&self, side: Side, now_ms: i64) -> Result<()> {
        self.mark(heard(side), now_ms)
    }

    /// What is known of this side's messages.
    pub(super) fn ear(&self, side: Side) -> Result<Ear> {
        Ok(Ear { heard: self.marked(heard(side))?, missed: self.marked(missed(side))? })
    }

    /// Every hour with orders in the last 30 days, newest first.
    fn hours(&self) -> Result<Vec<Hour>> {
        let hour = |mut row: Row| {
            let (hour, placed) = (row.number()?, row.number()?);
            Ok(Hour { hour, placed, started: row.number()?, late: row.number()? })
        };
        let query = "SELECT hour, placed, started, late FROM funnel ORDER BY hour DESC";
        rows(self.sql(), query, Vec::new())?.into_iter().map(hour).collect()
    }

    /// What the overview shows: the last day by the hour, and the sum of 30 days.
    pub(super) fn funnel(&self, now_ms: i64) -> Result<Funnel> {
        let sum = "SELECT coalesce(min(hour), 0), coalesce(sum(placed), 0), coalesce(sum(started), 0), \
             coalesce(sum(late), 0) FROM funnel";
        let mut sum = row(self.sql(), sum, Vec::new())?;
        let (hour, placed) = (sum.number()?, sum.number()?);
        let month = Hour { hour, placed, started: sum.number()?, late: sum.number()? };
        let mut hours = self.hours()?;
        hours.retain(|hour| hour.hour > now_ms / HOUR_MS - 24);
        Ok(Funnel { hours, month })
    }
}

impl StoreObject {
    /// A proved message of this side has come in.
    pub(super) fn heard(&self, side: Side) -> Result<()> {
        self.records.hear(side, now_ms())
    }

    /// Takes in a row from a payment's object: counts what is new, then writes it.
    pub(super) fn upsert(&self, row: &LedgerRow) -> Result<()> {
        let watches = self.records.installation()?.is_some_and(|i| i.watches_new_orders());
        self.records.count(row, watches, self.config()?.scaled_ms(LATE_MS), now_ms())?;
        self.records.upsert_payment(row)
    }

    /// What is wrong in how orders and messages come in, as of now.
    pub(super) fn flow_troubles(&self, installation: &Installation) -> Result<Vec<Trouble>> {
        let mut troubles = Vec::new();
        if let Some(Unstarted { orders, since_hour }) = nobody_starts(&self.records.hours()?) {
            troubles.push(Trouble::NobodyStarts { orders, since_ms: since_hour * HOUR_MS });
        }
        let (installed, config) = (installation.installed_at_s * 1_000, self.config()?);
        for side in [Side::Komoju, Side::BigCommerce] {
            let (day, late) = (config.scaled_ms(DAY_MS), config.scaled_ms(LATE_MS));
            let deaf = self.records.ear(side)?.deaf_since(installed, now_ms(), day, late);
            troubles.extend(deaf.map(|since_ms| Trouble::Silent { side, since_ms }));
        }
        Ok(troubles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64, placed: u32, started: u32) -> Hour {
        Hour { hour, placed, started, late: 0 }
    }

    /// A history in which so many of a hundred orders were started, then the newest hours.
    fn after(started: u32, newest: &[Hour]) -> Vec<Hour> {
        newest.iter().copied().chain([hour(10, 100, started)]).collect()
    }

    #[test]
    fn three_orders_without_a_start_call_a_person_where_nearly_all_are_started() {
        let since = |orders, since_hour| Some(Unstarted { orders, since_hour });
        assert_eq!(nobody_starts(&after(95, &[hour(31, 2, 0), hour(30, 1, 0)])), since(3, 30));
        assert_eq!(nobody_starts(&after(95, &[hour(31, 2, 0)])), None, "two may be chance");
        assert_eq!(nobody_starts(&[hour(31, 3, 0)]), since(3, 31), "a new store");
        assert_eq!(nobody_starts(&[]), None);
    }

    #[test]
    fn where_many_never_start_it_takes_more_of_them() {
        for (started, enough) in [(100, 2), (90, 3), (50, 10), (20, 22)] {
            let silent = |orders| nobody_starts(&after(started, &[hour(30, orders, 0)])).is_some();
            let least = (1..200).find(|orders| silent(*orders));
            assert!(least.is_some_and(|least| least.abs_diff(enough) <= 3), "{started}: {least:?}");
            assert!((1..200).skip_while(|n| !silent(*n)).all(silent), "{started}: more is not less");
        }
    }

    #[test]
    fn one_start_among_them_ends_the_alarm_and_what_came_before_counts_no_more() {
        let hours = after(95, &[hour(40, 2, 0), hour(39, 5, 1), hour(38, 50, 0)]);
        assert_eq!(nobody_starts(&hours), None);
    }

    /// A shopper who comes by a mailed link shows nothing of the script.
    #[test]
    fn starts_by_link_do_not_hide_that_nobody_starts_by_themselves() {
        let late = Hour { late: 3, ..hour(31, 4, 0) };
        assert!(nobody_starts(&after(95, &[late])).is_some());
    }

    #[test]
    fn a_side_is_silent_where_something_happened_and_nothing_was_heard_for_a_day() {
        let hours = |n: i64| n * HOUR_MS;
        let deaf = |heard: Option<i64>, missed: Option<i64>, now| {
            Ear { heard, missed }.deaf_since(hours(100), now, DAY_MS, LATE_MS)
        };
        assert_eq!(deaf(Some(hours(200)), Some(hours(201)), hours(225)), Some(hours(200)));
        assert_eq!(deaf(Some(hours(200)), Some(hours(201)), hours(223)), None, "not a day yet");
        assert_eq!(deaf(Some(hours(200)), None, hours(900)), None, "nothing happened");
        assert_eq!(deaf(Some(hours(200)), Some(hours(199)), hours(900)), None, "it was heard of");
        assert_eq!(deaf(Some(hours(200)), Some(hours(300)), hours(300) + 60_000), None, "it may come yet");
        assert_eq!(
            deaf(None, Some(hours(101)), hours(125)),
            Some(hours(100)),
            "never since the installation"
        );
        assert_eq!(deaf(Some(hours(50)), Some(hours(60)), hours(200)), None, "of an earlier installation");
    }

    #[test]
    fn komoju_tells_of_every_step_of_a_payment() {
        let steps = ["unpaid", "waiting", "paid"].map(|one| progress(&Name::of(one)));
        assert!(steps.is_sorted() && steps[0] < steps[1] && steps[1] < steps[2]);
        assert_eq!((progress(&Name::of("of_tomorrow")), progress(&Name::of("by_hand"))), (0, 0));
    }
}
