//! How fast background work may call BigCommerce. All apps of a store share one quota, and a waiting shopper must
//! never find it used up. So a start asks nobody, and everything else gives way while little is left, the least
//! urgent first. <https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits>
//!
//! With a quota of 150 calls in 30 s, a slot is granted while more than this is left:
//!
//! ```text
//! money   12
//! notes   25
//! ahead   37   (and at most 37 reads ahead in a window, whatever is left)
//! sweep   50
//! ```

use crate::objects::messages::store::Importance;
use domain::http::RateLimit;
use std::cell::Cell;

/// What BigCommerce's latest answers said about the quota. Memory only: a window lasts half a minute.
#[derive(Debug, Default)]
pub struct Pace {
    seen: Cell<Option<Seen>>,
    /// Reads ahead granted in the present window: since when (ms since the epoch), and how many.
    ahead: Cell<(i64, u32)>,
}

/// The smallest quota of any BigCommerce plan, and its window in ms; used until BigCommerce has told us better.
const LEAST_QUOTA: u32 = 150;
const WINDOW_MS: i64 = 30_000;
/// Reading ahead takes at most one part in this many of the quota.
const AHEAD_SHARE: u32 = 4;

/// What is known of the present window: the quota, the calls left, and its end in ms since the epoch.
#[derive(Debug, Clone, Copy)]
struct Seen {
    quota: u32,
    left: u32,
    until_ms: i64,
}

impl Importance {
    /// How many calls must be left over for what is more important.
    fn kept_free(self, quota: u32) -> u32 {
        match self {
            Self::Money => quota / 12,
            Self::Note => quota / 6,
            Self::Ahead => quota / 4,
            Self::Sweep => quota / 3,
        }
    }
}

impl Pace {
    /// Takes in what an answer said. Answers may overtake each other, so within a window the lowest number of calls
    /// left counts.
    pub fn saw(&self, rate: RateLimit, now_ms: i64) {
        let until_ms = now_ms.saturating_add(i64::try_from(rate.reset_ms).unwrap_or(i64::MAX));
        let left = self.known(now_ms).map_or(rate.left, |seen| seen.left.min(rate.left));
        self.seen.set(Some(Seen { quota: rate.quota, left, until_ms }));
    }

    /// Takes a slot for reading an order ahead. Nobody waits for one: the start can read the order itself.
    pub fn take_ahead(&self, now_ms: i64) -> bool {
        let quota = self.known(now_ms).map_or(LEAST_QUOTA, |seen| seen.quota);
        let (since, count) = match self.ahead.get() {
            (since, count) if now_ms - since < WINDOW_MS => (since, count),
            _ => (now_ms, 0),
        };
        let may = count < quota / AHEAD_SHARE && self.take(Importance::Ahead, now_ms).is_none();
        self.ahead.set((since, count + u32::from(may)));
        may
    }

    /// True if nobody has said of late that the quota runs low: then every slot would be granted.
    pub fn is_free(&self, now_ms: i64) -> bool {
        self.known(now_ms).is_none()
    }

    /// Takes a slot for one call. None: go ahead. Some: wait this many ms, then ask again.
    pub fn take(&self, importance: Importance, now_ms: i64) -> Option<u64> {
        let seen = self.known(now_ms)?;
        if seen.left > importance.kept_free(seen.quota) {
            self.seen.set(Some(Seen { left: seen.left - 1, ..seen }));
            return None;
        }
        u64::try_from(seen.until_ms - now_ms).ok()
    }

    /// What the latest answers said, while their window lasts.
    fn known(&self, now_ms: i64) -> Option<Seen> {
        self.seen.get().filter(|seen| now_ms < seen.until_ms)
    }
}

/// The moment at which a wait is over, that was told at `now_ms`.
pub fn later(wait_ms: Option<u64>, now_ms: i64) -> i64 {
    now_ms.saturating_add(wait_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saw(left: u32) -> Pace {
        let pace = Pace::default();
        pace.saw(RateLimit { quota: 150, left, window_ms: 30_000, reset_ms: 8_000 }, 1_000);
        pace
    }

    #[test]
    fn nobody_waits_for_what_is_not_known() {
        assert_eq!(Pace::default().take(Importance::Sweep, 0), None);
        assert_eq!(saw(0).take(Importance::Sweep, 9_000), None, "the window is over");
        assert!(Pace::default().is_free(0) && saw(0).is_free(9_000));
        assert!(!saw(149).is_free(8_999), "what is told of is counted");
    }

    #[test]
    fn the_least_important_gives_way_first() {
        let wait = |left| {
            [Importance::Money, Importance::Note, Importance::Sweep]
                .map(|importance| saw(left).take(importance, 3_000))
        };
        assert_eq!(wait(51), [None, None, None]);
        assert_eq!(wait(50), [None, None, Some(6_000)]);
        assert_eq!(wait(25), [None, Some(6_000), Some(6_000)]);
        assert_eq!(wait(12), [Some(6_000); 3]);
    }

    #[test]
    fn reading_ahead_gives_way_after_notes_and_before_sweeps() {
        let ahead = |left| saw(left).take_ahead(3_000);
        assert_eq!((ahead(38), ahead(37)), (true, false));
    }

    #[test]
    fn reading_ahead_takes_a_share_of_the_quota_and_drops_the_rest() {
        let pace = Pace::default();
        let read = |from: i64| (from..from + 100).filter(|now| pace.take_ahead(*now)).count();
        assert_eq!(read(1_000_000), 37);
        assert_eq!(read(1_029_000), 0, "within the same window");
        assert_eq!(read(1_031_000), 37);
    }

    #[test]
    fn every_slot_is_counted_until_an_answer_tells_better() {
        let pace = saw(52);
        assert_eq!([0; 3].map(|_| pace.take(Importance::Sweep, 1_000)), [None, None, Some(8_000)]);
        let overtaken = RateLimit { quota: 150, left: 140, window_ms: 30_000, reset_ms: 8_500 };
        pace.saw(overtaken, 1_100);
        assert!(pace.take(Importance::Sweep, 1_200).is_some(), "an older answer gives nothing back");
        pace.saw(overtaken, 9_700);
        assert_eq!(pace.take(Importance::Sweep, 9_800), None, "a new window does");
    }
}
