//! How fast the background may call BigCommerce. All apps of a store share one quota, and a shopper who waits must
//! never find it used up: starts ask nobody, and everything else gives way while little is left, the least urgent
//! first. <https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits>

use crate::objects::messages::store::Importance;
use domain::http::RateLimit;
use std::cell::Cell;

/// What the newest answers told. Kept in memory only: a window lasts half a minute.
#[derive(Debug, Default)]
pub struct Pace {
    seen: Cell<Option<Seen>>,
    /// Orders read ahead since then.
    ahead: Cell<(i64, u32)>,
}

/// The least quota that any plan has, and its window: until BigCommerce has told better.
const LEAST_QUOTA: u32 = 150;
const WINDOW_MS: i64 = 30_000;
/// Of the quota, reading ahead takes at most this part, whatever else is going on.
const AHEAD_SHARE: u32 = 4;

#[derive(Debug, Clone, Copy)]
struct Seen {
    quota: u32,
    left: u32,
    until_ms: i64,
}

impl Importance {
    /// Of the quota, the part that is left to what is more important.
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
    /// Answers may overtake each other: within a window, the least that was left counts.
    pub fn saw(&self, rate: RateLimit, now_ms: i64) {
        let until_ms = now_ms.saturating_add(i64::try_from(rate.reset_ms).unwrap_or(i64::MAX));
        let left = self.known(now_ms).map_or(rate.left, |seen| seen.left.min(rate.left));
        self.seen.set(Some(Seen { quota: rate.quota, left, until_ms }));
    }

    /// Takes a slot for reading an order ahead. That is never waited for: a start can do it as well.
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

    /// Takes a slot for one call; or says how many milliseconds to wait before asking again.
    pub fn take(&self, importance: Importance, now_ms: i64) -> Option<u64> {
        let seen = self.known(now_ms)?;
        if seen.left > importance.kept_free(seen.quota) {
            self.seen.set(Some(Seen { left: seen.left - 1, ..seen }));
            return None;
        }
        u64::try_from(seen.until_ms - now_ms).ok()
    }

    fn known(&self, now_ms: i64) -> Option<Seen> {
        self.seen.get().filter(|seen| now_ms < seen.until_ms)
    }
}

/// When a wait is over that was asked for at `now_ms`.
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
