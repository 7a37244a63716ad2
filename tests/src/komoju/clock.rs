//! Times as KOMOJU writes them, and the days that deadlines count.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset, time};
use time::{Duration, OffsetDateTime, UtcOffset};

const PAYMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const SESSION: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+09:00");
const PEOPLE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]");
const JAPAN: UtcOffset = offset!(+9);

#[must_use]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// `2026-03-04T05:06:07Z`: payments, refunds and events.
#[must_use]
pub fn utc(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(&PAYMENT).expect("a fixed format")
}

/// `2026-03-04T14:06:07.089+09:00`: sessions.
#[must_use]
pub fn japanese(at: OffsetDateTime) -> String {
    at.to_offset(JAPAN).format(&SESSION).expect("a fixed format")
}

/// `2026-03-04 14:06`, in Japan: pages.
#[must_use]
pub fn for_people(at: OffsetDateTime) -> String {
    at.to_offset(JAPAN).format(&PEOPLE).expect("a fixed format")
}

/// A query's `start_time` or `end_time`: RFC 3339, or a date (midnight in UTC).
#[must_use]
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    // A `+` that was not percent-encoded arrives as a space.
    let text = text.replace(' ', "+");
    let dated = format!("{text}T00:00:00Z");
    OffsetDateTime::parse(&text, &Rfc3339).or_else(|_| OffsetDateTime::parse(&dated, &Rfc3339)).ok()
}

/// The last second, in Japan, of the day that is `days` after the day of `from`.
#[must_use]
pub fn deadline(from: OffsetDateTime, days: i64) -> OffsetDateTime {
    (from.to_offset(JAPAN) + Duration::days(days)).replace_time(time!(23:59:59))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn deadlines_end_with_the_day_in_japan() {
        // Already the 5th in Japan.
        let made = datetime!(2026-03-04 16:00:00 UTC);
        assert_eq!(utc(deadline(made, 3)), "2026-03-08T14:59:59Z");
    }

    #[test]
    fn sessions_and_payments_write_times_differently() {
        let at = datetime!(2026-03-04 05:06:07.089 UTC);
        assert_eq!(utc(at), "2026-03-04T05:06:07Z");
        assert_eq!(japanese(at), "2026-03-04T14:06:07.089+09:00");
    }

    #[test]
    fn queries_may_give_a_time_or_a_day() {
        assert_eq!(parse("2026-03-04"), Some(datetime!(2026-03-04 0:00 UTC)));
        assert_eq!(parse("2026-03-04T09:00:00 09:00"), Some(datetime!(2026-03-04 0:00 UTC)));
        assert_eq!(parse("yesterday"), None);
    }
}
