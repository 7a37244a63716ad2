//! Setting an object's alarm. Each object has exactly one.

use crate::context::now_ms;
use worker::js_sys::Date;
use worker::wasm_bindgen::JsValue;
use worker::{Result, ScheduledTime, Storage};

/// An alarm set from inside the alarm handler for the present moment or an earlier one can be lost
/// (<https://github.com/cloudflare/workerd/issues/6866>). So every alarm is at least this many ms ahead.
const SOON_MS: i64 = 25;

/// Sets an object's alarm to a moment (ms since the epoch), or to a little after now if that moment has come. Nothing
/// is awaited before the alarm is set, so it commits together with the rows written just before.
pub async fn wake_at(storage: &Storage, at_ms: i64) -> Result<()> {
    let at = JsValue::from_f64(milliseconds(alarm_time(at_ms, now_ms())));
    storage.set_alarm(ScheduledTime::new(Date::new(&at))).await
}

/// The moment for which the alarm is really set.
fn alarm_time(at_ms: i64, now_ms: i64) -> i64 {
    at_ms.max(now_ms.saturating_add(SOON_MS))
}

/// JavaScript's dates count in doubles; every moment of the next 200,000 years is exact in one.
#[allow(clippy::cast_precision_loss, reason = "milliseconds of dates stay far below 2^53")]
fn milliseconds(at: i64) -> f64 {
    at as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_always_a_little_ahead_and_never_in_the_past() {
        let now = 1_795_305_600_000;
        for at in [i64::MIN, 0, now - 1, now, now + SOON_MS - 1] {
            assert_eq!(alarm_time(at, now), now + SOON_MS, "{at}");
        }
        assert_eq!(alarm_time(now + 60_000, now), now + 60_000);
    }
}
