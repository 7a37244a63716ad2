//! Waiting for a condition.

use std::panic::Location;
use std::time::{Duration, Instant};

/// How long a condition may take before the test fails: generous, because nobody waits for it when all is well, and a
/// machine may have much else to do.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Between the first two looks; the only pause in all tests.
const PAUSE: Duration = Duration::from_millis(25);

/// The pause grows with the wait, a tenth of it, up to this: a look costs the worker a request, and what takes a minute
/// is not worth two thousand.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Asks `probe` until it answers something; fails the test after [`PATIENCE`], naming `what` was waited for.
#[track_caller]
pub fn eventually<T>(
    what: impl Into<String>,
    probe: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    eventually_within(PATIENCE, what, probe)
}

/// [`eventually`] with a deadline of one's own.
#[track_caller]
pub fn eventually_within<T>(
    deadline: Duration,
    what: impl Into<String>,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let caller = Location::caller();
    let what = what.into();
    async move {
        let start = Instant::now();
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            assert!(start.elapsed() < deadline, "{caller}: waited {deadline:?} in vain for {what}");
            tokio::time::sleep((start.elapsed() / 10).clamp(PAUSE, LONGEST_PAUSE)).await;
        }
    }
}
