//! Every delay that the core knows, in one table: how long to wait after a failure, and
//! when to look without being told.
//!
//! A scale divides most of them, so that a local run shows in minutes what takes days. What stays as it is: limits
//! that KOMOJU or the shopper's browser sets, such as the life of an idempotency key.
//!
//! # Backoff
//!
//! ```text
//! failures in a row   1     2      3     4      5      6     7     8      9 … 68   69
//! next try after      5 s   30 s   2 m   10 m   30 m   2 h   5 h   10 h   1 day    never by itself
//!                                                                         └ from here the merchant is told
//! ```
//!
//! # Looks that nothing prompted
//!
//! Every message can be lost, so we also look by the clock:
//!
//! ```text
//! an open session         2 m, 10 m, 1 h, 6 h after its start, and 1 h after its expiry
//! a code for cash         daily, and 1 h, 1 day, 3 days after its deadline
//! a wallet, 3-D Secure,   2 m, 10 m, 1 h, 6 h after it was first seen, then daily for 60 days
//! an authorization
//! a paid order            1 h, 1, 3, 10, 30 days after the order was told: a lost refund, or a move by hand
//! ```

use crate::time::{DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE, Moment};
use crate::values::phase::Phase;

const SECOND: i64 = 1_000;

/// The ladder: how long to wait after the n-th failure in a row. Past the last rung the merchant is told, and we try
/// daily for [`DAYS`] days.
const LADDER: [i64; 8] =
    [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

/// When to look at an open session without any hint, counted from its start.
const OPEN_SESSION: [i64; 4] = [2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR];

/// When to look at a code for cash after its deadline. A shop may report a payment late.
const AFTER_DEADLINE: [i64; 3] = [HOUR, DAY, 3 * DAY];

/// When to look at a paid order without any hint, counted from when it was told of the money. It finds a refund or a
/// move by hand whose webhook was lost.
const SETTLED: [i64; 5] = [HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY];

/// An authorization lives for 30 days. This long into it we warn the merchant.
const AUTHORIZATION_WARNING: i64 = 27 * DAY;

/// For how many days we go on looking or trying daily.
const DAYS: i64 = 60;

/// The shopper's page asks no more often than this, whatever the scale.
const FASTEST_POLL: i64 = SECOND / 2;

/// Longer than any payment lives: a hundred years.
const NEVER: i64 = 36_500 * DAY;

/// The table, divided by a scale. Durations are in ms, moments in ms since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// 1 in production.
    scale: i64,
}

impl Default for Delays {
    fn default() -> Self {
        Self { scale: 1 }
    }
}

impl Delays {
    /// For local runs: 60 makes an hour a minute.
    pub fn scaled(scale: u32) -> Self {
        Self { scale: i64::from(scale.max(1)) }
    }

    fn of(self, ms: i64) -> i64 {
        (ms / self.scale).max(1)
    }

    /// How long to wait after so many failures in a row; see the module's table.
    pub fn retry(self, failures: u32) -> i64 {
        let rung = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
        match LADDER.get(rung) {
            Some(step) => self.of(*step),
            None if rung - LADDER.len() < usize::try_from(DAYS).unwrap_or(0) => self.of(DAY),
            None => NEVER,
        }
    }

    /// How long to wait after our own StoreObject was silent so often in a row. It is ours and will answer again, so
    /// this never ends: the wait stays at the sixth rung (2 h).
    pub fn come_again(self, unfinished: u32) -> i64 {
        const LONGEST: u32 = 6;
        self.retry(unfinished.min(LONGEST))
    }

    /// How long we wait for an unreadable part to become readable before we tell anybody: three looks, and a little.
    pub fn garbled_for_a_moment(self) -> i64 {
        self.of(3 * MINUTE)
    }

    /// How long a look waits for more messages after the first: KOMOJU sends several of one payment together. `watched`:
    /// a shopper's page has just asked how the payment stands, so the wait is too short to notice.
    pub fn gathering(self, watched: bool) -> i64 {
        self.of(if watched { 50 } else { 400 })
    }

    /// How long ago a shopper's page may have asked and still counts as open: it asks every 15 s at the latest.
    pub fn is_watched(self) -> i64 {
        self.of(30 * SECOND)
    }

    /// For how long every look at an order must answer 404 before we call it deleted. On the ladder that is the fifth
    /// look in a row; fewer may be a hiccup of BigCommerce's.
    pub fn missed_for_good(self) -> i64 {
        self.of(10 * MINUTE)
    }

    /// How long to wait before the next session after so many in a row that KOMOJU did not make. The second try comes
    /// at once, then the ladder. A shopper is waiting, so no step is longer than 2 minutes.
    pub fn next_session(self, in_vain: usize) -> i64 {
        match u32::try_from(in_vain).unwrap_or(u32::MAX) {
            0 | 1 => 0,
            more => self.retry((more - 1).min(3)),
        }
    }

    /// Whether so many failures are past the last rung, after about 18 hours: the merchant should know.
    pub fn is_persistent(failures: u32) -> bool {
        usize::try_from(failures).unwrap_or(usize::MAX) > LADDER.len()
    }

    /// The next unprompted look at an open session, after the last one at `looked`. None: no more.
    pub fn open_session(self, created: Moment, expires: Moment, looked: Moment) -> Option<Moment> {
        let steps = OPEN_SESSION.into_iter().map(|after| created + self.of(after));
        steps.chain([expires + self.of(HOUR)]).find(|at| *at > looked)
    }

    /// The next unprompted look at a code that waits for cash since `since`: daily, and three times after its
    /// deadline. None: no more.
    pub fn cash_code(self, since: Moment, deadline: Option<Moment>, looked: Moment) -> Option<Moment> {
        let daily = self.daily(since, looked);
        let Some(deadline) = deadline else { return daily };
        let after = AFTER_DEADLINE.into_iter().map(|ms| deadline + self.of(ms)).find(|at| *at > looked)?;
        Some(daily.map_or(after, |daily| daily.min(after)))
    }

    /// The next unprompted look at a payment under way elsewhere (wallet, 3-D Secure), or at an authorization: first
    /// like an open session, then daily. None: no more.
    pub fn pending(self, since: Moment, looked: Moment) -> Option<Moment> {
        let step = OPEN_SESSION.into_iter().map(|after| since + self.of(after)).find(|at| *at > looked);
        step.or_else(|| self.daily(since, looked))
    }

    /// The next unprompted look at what was paid at `since`. None: no more.
    pub fn settled(self, since: Moment, looked: Moment) -> Option<Moment> {
        SETTLED.into_iter().map(|after| since + self.of(after)).find(|at| *at > looked)
    }

    /// When to list all payments that a session ever held: it can take no more by then.
    pub fn after_expiry(self, expires: Moment) -> Moment {
        expires + self.of(HOUR)
    }

    /// When to warn the merchant that an authorization first seen at `since` lapses soon.
    pub fn authorization_warning(self, since: Moment) -> Moment {
        since + self.of(AUTHORIZATION_WARNING)
    }

    /// A grace that the merchant has set, in ms.
    pub fn grace(self, ms: i64) -> i64 {
        self.of(ms)
    }

    /// How long a payment is kept after its last event.
    pub fn keeping(self, days: u32) -> i64 {
        self.of(i64::from(days) * DAY)
    }

    /// A day after the last look at `looked`, for 60 days from `since`. None: no more.
    pub fn daily(self, since: Moment, looked: Moment) -> Option<Moment> {
        (looked - since < self.of(DAYS * DAY)).then(|| looked + self.of(DAY))
    }

    /// The shortest time between two looks that the polling of a shopper's page may cause.
    pub fn between_polls(self) -> i64 {
        self.of(10 * SECOND)
    }

    /// When the shopper's page should ask again, in ms. An unpaid order may be paid in another browser, and a code at
    /// any till. None: it is over, so the page need not ask.
    pub fn poll(self, phase: Phase) -> Option<u32> {
        let after = match phase {
            Phase::Confirming => 2 * SECOND,
            Phase::Unpaid => 5 * SECOND,
            Phase::Waiting => 15 * SECOND,
            Phase::Paid | Phase::Review | Phase::Closed => return None,
        };
        u32::try_from(self.of(after).max(FASTEST_POLL)).ok()
    }

    /// A shopper who presses the button is sent to the open session only if it lives this much longer. Not scaled:
    /// KOMOJU ends the session by its own clock.
    pub fn reuse_margin(self) -> i64 {
        30 * MINUTE
    }

    /// The same for a shopper who follows a link. It is shorter, because a link (a GET) never cancels the session
    /// that is open, so there is no other to send them to.
    pub fn visit_margin(self) -> i64 {
        2 * MINUTE
    }

    /// How young a reading of a session must be for a start to rely on it.
    pub fn reading_is_fresh(self) -> i64 {
        self.of(MINUTE)
    }

    /// How young a reading of the order must be for a start to rely on it, if it was read ahead because BigCommerce
    /// had announced the order.
    pub fn read_ahead_is_fresh(self) -> i64 {
        self.of(10 * SECOND)
    }

    /// The period over which the starts of one order are counted, for its limit.
    pub fn start_limit(self) -> i64 {
        self.of(MINUTE)
    }

    /// The period over which the sessions made for one order are counted, for its limit.
    pub fn session_limit(self) -> i64 {
        self.of(HOUR)
    }

    /// The period over which wrong guesses at what opens an order are counted, for their limits.
    pub fn guess_limit(self) -> i64 {
        self.of(HOUR)
    }

    /// How long after the order was placed a page visit may still leave for KOMOJU by
    /// itself. Later it shows a button.
    pub fn arrival(self) -> i64 {
        HOUR
    }

    /// How long a page visit may repeat a start whose answer was lost, and still leave for KOMOJU by itself.
    pub const SAME_VISIT: i64 = 30 * SECOND;

    /// How far a remote clock and ours may be apart.
    pub const CLOCKS_DIFFER: i64 = 10 * SECOND;

    /// How long after it was sent a call may still take effect: the longest we wait for its answer, and the
    /// difference of the clocks.
    pub const UNDER_WAY: i64 = 40 * SECOND;

    /// [`Self::UNDER_WAY`], scaled.
    pub fn under_way(self) -> i64 {
        self.of(Self::UNDER_WAY)
    }

    /// The alarm that is set before work begins, in case a crash ends the work.
    pub fn guard(self) -> i64 {
        self.of(5 * MINUTE)
    }

    /// Whether a key first used at `first_sent` still protects from a second effect. KOMOJU keeps it for 24 h; we
    /// stop at 20 h, and from then on only look.
    pub fn idempotency_holds(self, first_sent: Moment, now: Moment) -> bool {
        now < Self::unanswered_until(first_sent)
    }

    /// Until when an unanswered call that was first sent at `first_sent` is sent again under the same key.
    pub fn unanswered_until(first_sent: Moment) -> Moment {
        first_sent + 20 * HOUR
    }

    /// When a decision that could not be begun is withdrawn. Later, nobody expects it to do anything any more.
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
