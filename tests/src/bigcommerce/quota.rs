//! The request quota of one store: so many requests per window, shared by whoever calls.

use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub struct Quota {
    limit: u32,
    window: Duration,
    used: u32,
    started: Instant,
}

/// What the rate-limit headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub window_ms: u64,
    pub reset_ms: u64,
    pub quota: u32,
    pub left: u32,
    /// This request was one too many.
    pub exceeded: bool,
}

impl Quota {
    #[must_use]
    pub fn new(limit: u32, window: Duration) -> Self {
        Self { limit, window, used: 0, started: Instant::now() }
    }

    /// Counts one request at `now`.
    pub fn count(&mut self, now: Instant) -> Standing {
        if now.duration_since(self.started) >= self.window {
            self.started = now;
            self.used = 0;
        }
        let exceeded = self.used >= self.limit;
        self.used = self.used.saturating_add(1);
        let reset = self.window.saturating_sub(now.duration_since(self.started));
        Standing {
            window_ms: millis(self.window),
            reset_ms: millis(reset),
            quota: self.limit,
            left: self.limit.saturating_sub(self.used),
            exceeded,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_refills_at_its_end() {
        let start = Instant::now();
        let mut quota = Quota::new(2, Duration::from_secs(30));
        assert_eq!(quota.count(start).left, 1);
        assert!(!quota.count(start).exceeded);
        let third = quota.count(start + Duration::from_secs(10));
        assert!(third.exceeded);
        assert!(third.reset_ms <= 20_001);
        assert!(!quota.count(start + Duration::from_secs(31)).exceeded);
    }
}
