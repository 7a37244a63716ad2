//! Every delay there is, in one table. `scale` divides them for local runs.

use crate::time::Moment;
use crate::values::phase::Phase;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// After the n-th failure in a row, how long until the next try. Past the last rung it is shown to the merchant and
/// tried daily.
const LADDER: [i64; 8] =
    [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

/// When an open session is looked at without any hint, counted from its start.
const OPEN_SESSION: [i64; 4] = [2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR];

/// When a cash code is looked at around its deadline.
const AFTER_DEADLINE: [i64; 3] = [HOUR, DAY, 3 * DAY];

/// When a paid order is looked at without any hint, counted from when it was told: a refund or a move by hand whose
/// message was lost is found.
const SETTLED: [i64; 5] = [HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY];

/// An authorization lives for 30 days; this long into it, the merchant is told.
const AUTHORIZATION_WARNING: i64 = 27 * DAY;

/// How long something is looked at or tried daily before it is left to rest for good.
const DAYS: i64 = 60;

/// No page asks more often, however much faster time runs.
const FASTEST_POLL: i64 = SECOND / 2;

/// Later than any payment lives.
const NEVER: i64 = 36_500 * DAY;

/// The table, divided by the local time scale (1 in production).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    scale: i64,
}

impl Default for Delays {
    fn default() -> Self {
        Self { scale: 1 }
    }
}

impl Delays {
    pub fn scaled(scale: u32) -> Self {
        Self { scale: i64::from(scale.max(1)) }
    }

    fn of(self, ms: i64) -> i64 {
        (ms / self.scale).max(1)
    }

    /// How long to wait after `failures` failures in a row.
    pub fn retry(self, failures: u32) -> i64 {
        let rung = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
        match LADDER.get(rung) {
            Some(step) => self.of(*step),
            None if rung - LADDER.len() < usize::try_from(DAYS).unwrap_or(0) => self.of(DAY),
            None => NEVER,
        }
    }

    /// How long to wait for our own store's object after it was silent so often: it will answer again, so this has no end.
    pub fn come_again(self, unfinished: u32) -> i64 {
        const LONGEST: u32 = 6;
        self.retry(unfinished.min(LONGEST))
    }

    /// How long what could not be read is waited for before anybody hears of what it may be: three looks, and a little.
    pub fn garbled_for_a_moment(self) -> i64 {
        self.of(3 * MINUTE)
    }

    /// For how long every look must have missed an order before it counts as deleted. The looks go by the ladder, so this
    /// is the fifth in a row.
    pub fn missed_for_good(self) -> i64 {
        self.of(10 * MINUTE)
    }

    /// How long to wait after `in_vain` sessions in a row that KOMOJU did not make: the ladder from its foot, once at
    /// once. A shopper stands there, so the steps do not get longer than minutes.
    pub fn next_session(self, in_vain: usize) -> i64 {
        match u32::try_from(in_vain).unwrap_or(u32::MAX) {
            0 | 1 => 0,
            more => self.retry((more - 1).min(3)),
        }
    }

    /// Whether the ladder has been climbed to its end, so that a person should know.
    pub fn is_persistent(failures: u32) -> bool {
        usize::try_from(failures).unwrap_or(usize::MAX) > LADDER.len()
    }

    /// The next unprompted look at an open session that was last looked at at `looked`.
    pub fn open_session(self, created: Moment, expires: Moment, looked: Moment) -> Option<Moment> {
        let steps = OPEN_SESSION.into_iter().map(|after| created + self.of(after));
        steps.chain([expires + self.of(HOUR)]).find(|at| *at > looked)
    }

    /// The next unprompted look at a code that waits for cash since `since`: daily, then three times around its
    /// deadline.
    pub fn cash_code(self, since: Moment, deadline: Option<Moment>, looked: Moment) -> Option<Moment> {
        let daily = self.daily(since, looked);
        let Some(deadline) = deadline else { return daily };
        let after = AFTER_DEADLINE.into_iter().map(|ms| deadline + self.of(ms)).find(|at| *at > looked)?;
        Some(daily.map_or(after, |daily| daily.min(after)))
    }

    /// A payment under way elsewhere (wallet, 3-D Secure), or an authorization: looked at like an open session, then
    /// daily.
    pub fn pending(self, since: Moment, looked: Moment) -> Option<Moment> {
        let step = OPEN_SESSION.into_iter().map(|after| since + self.of(after)).find(|at| *at > looked);
        step.or_else(|| self.daily(since, looked))
    }

    /// The next unprompted look at what was paid at `since`.
    pub fn settled(self, since: Moment, looked: Moment) -> Option<Moment> {
        SETTLED.into_iter().map(|after| since + self.of(after)).find(|at| *at > looked)
    }

    /// When all that a session ever took is looked at.
    pub fn after_expiry(self, expires: Moment) -> Moment {
        expires + self.of(HOUR)
    }

    pub fn authorization_warning(self, since: Moment) -> Moment {
        since + self.of(AUTHORIZATION_WARNING)
    }

    /// A grace that the merchant has set.
    pub fn grace(self, ms: i64) -> i64 {
        self.of(ms)
    }

    /// How long a payment is kept after its last event.
    pub fn keeping(self, days: u32) -> i64 {
        self.of(i64::from(days) * DAY)
    }

    pub fn daily(self, since: Moment, looked: Moment) -> Option<Moment> {
        (looked - since < self.of(DAYS * DAY)).then(|| looked + self.of(DAY))
    }

    /// The shortest time between two looks that a shopper's status calls may cause.
    pub fn between_polls(self) -> i64 {
        self.of(10 * SECOND)
    }

    /// When the shopper's page asks again, in milliseconds. An unpaid order may be paid in another browser, a code at any
    /// till; what is over stays over.
    pub fn poll(self, phase: Phase) -> Option<u32> {
        let after = match phase {
            Phase::Confirming => 2 * SECOND,
            Phase::Unpaid => 5 * SECOND,
            Phase::Waiting => 15 * SECOND,
            Phase::Paid | Phase::Review | Phase::Closed => return None,
        };
        u32::try_from(self.of(after).max(FASTEST_POLL)).ok()
    }

    /// A session with less life than this is not worth sending a shopper to.
    pub fn reuse_margin(self) -> i64 {
        30 * MINUTE
    }

    /// The same for somebody who follows a link, which ends nothing and makes no other session while one is open.
    pub fn visit_margin(self) -> i64 {
        2 * MINUTE
    }

    /// How fresh a look must be for a start to rely on it without another.
    pub fn reading_is_fresh(self) -> i64 {
        self.of(MINUTE)
    }

    /// How fresh a reading of the order must be for a start to rely on it: it was read ahead, because BigCommerce had
    /// announced the order.
    pub fn read_ahead_is_fresh(self) -> i64 {
        self.of(10 * SECOND)
    }

    /// The time over which the starts of one order are counted.
    pub fn start_limit(self) -> i64 {
        self.of(MINUTE)
    }

    /// The time over which the sessions made for one order are counted.
    pub fn session_limit(self) -> i64 {
        self.of(HOUR)
    }

    /// How long after the order a page visit still counts as "just placed", so that it may redirect by itself.
    pub fn arrival(self) -> i64 {
        HOUR
    }

    /// How long a page visit may repeat a start whose answer was lost, and still leave by itself.
    pub const SAME_VISIT: i64 = 30 * SECOND;

    /// How far BigCommerce's clock and ours may be apart.
    pub const CLOCKS_DIFFER: i64 = 10 * SECOND;

    /// How long after it left an update may take effect: the longest we wait for its answer, and the clocks.
    pub const UNDER_WAY: i64 = 40 * SECOND;

    pub fn under_way(self) -> i64 {
        self.of(Self::UNDER_WAY)
    }

    /// The alarm set before work begins, in case the work never ends.
    pub fn guard(self) -> i64 {
        self.of(5 * MINUTE)
    }

    /// KOMOJU keeps an idempotency key for 24 h; beyond this, only looking is safe.
    pub fn idempotency_holds(self, first_sent: Moment, now: Moment) -> bool {
        now < Self::unanswered_until(first_sent)
    }

    /// How long what was sent first at `first_sent` is sent again while it has no answer.
    pub fn unanswered_until(first_sent: Moment) -> Moment {
        first_sent + 20 * HOUR
    }

    /// When a decision of which nothing could be begun is withdrawn: nobody expects anything of it later.
    pub fn decision_ends(at: Moment) -> Moment {
        at + 6 * HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_session_is_looked_at_five_times_and_then_rests() {
        let (created, expires) = (1_000, 1_000 + DAY);
        let mut looked = created;
        let mut looks = Vec::new();
        while let Some(at) = Delays::default().open_session(created, expires, looked) {
            looks.push(at - created);
            looked = at;
        }
        assert_eq!(looks, [2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 25 * HOUR]);
    }

    #[test]
    fn a_cash_code_is_looked_at_daily_and_after_its_deadline() {
        let deadline = 10 * DAY;
        let look = |looked| Delays::default().cash_code(0, Some(deadline), looked);
        assert_eq!(look(2 * DAY), Some(3 * DAY));
        assert_eq!(look(deadline - HOUR), Some(deadline + HOUR));
        assert_eq!(look(deadline + 4 * DAY), None);
    }

    #[test]
    fn a_page_that_waits_asks_again_and_sooner_where_time_runs_faster() {
        let poll = |scale| {
            let delays = Delays::scaled(scale);
            [Phase::Confirming, Phase::Unpaid, Phase::Waiting, Phase::Paid].map(|phase| delays.poll(phase))
        };
        assert_eq!(poll(1), [Some(2_000), Some(5_000), Some(15_000), None]);
        assert_eq!(poll(20), [Some(500), Some(500), Some(750), None]);
        assert_eq!(poll(86_400)[2], Some(500));
    }

    #[test]
    fn the_ladder_ends_in_a_daily_try() {
        let delays = Delays::default();
        assert_eq!((delays.retry(1), delays.retry(8), delays.retry(9)), (5 * SECOND, 10 * HOUR, DAY));
        assert_eq!((delays.retry(68), delays.retry(69)), (DAY, NEVER), "and that ends after sixty days");
        assert!(!Delays::is_persistent(8) && Delays::is_persistent(9));
        assert_eq!(Delays::scaled(60).retry(3), 2 * SECOND);
    }
}
