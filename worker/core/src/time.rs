//! Dates as BigCommerce and KOMOJU write them, read into milliseconds since the epoch, and back for people in Japan.
//!
//! Whatever the text is, reading it ends in a moment of the years 1 to 9999 or in None. A stranger may write anything
//! into a date: no overflow, and no cut through the middle of a character.

pub const MINUTE_MS: i64 = 60_000;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Milliseconds since the Unix epoch. Always handed in, never asked for.
pub type Moment = i64;

/// Ms since the epoch of `2023-02-17T11:57:05Z` or `2022-11-30T11:57:07.000+09:00` (RFC 3339). None: anything else.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = clock.rfind(['Z', 'z', '+', '-'])?;
    let (clock, zone) = clock.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut date = date.splitn(3, '-');
    let days = days_since_epoch(number(date.next()?)?, number(date.next()?)?, number(date.next()?)?)?;
    let millis = milliseconds(fraction)?;
    Some(days * DAY_MS + clock_seconds(clock)? * 1_000 + millis - zone_offset(zone)?)
}

/// Ms since the epoch of `Tue, 05 Mar 2019 21:40:11 +0000` (RFC 2822, as BigCommerce's v2 writes it), or with `GMT`
/// as in HTTP headers. None: anything else.
pub fn parse_rfc2822(text: &str) -> Option<i64> {
    let text = text.split_once(", ").map_or(text, |(_, rest)| rest);
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let [day, month, year, clock, zone] = parts[..] else { return None };
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|m| *m == month)?;
    let days = days_since_epoch(number(year)?, i64::try_from(month).ok()? + 1, number(day)?)?;
    let offset = if zone == "GMT" { 0 } else { zone_offset(zone)? };
    Some(days * DAY_MS + clock_seconds(clock)? * 1_000 - offset)
}

/// Japan's clock is nine hours ahead of UTC, all year.
const JST: i64 = 9 * HOUR_MS;
/// Ten thousand years in ms. Every moment that can be read lies within as much before and after 1970.
const FAR: i64 = 3_652_500 * DAY_MS;

/// The ms of a fraction of a second, of whatever length; what is finer is cut off.
fn milliseconds(fraction: &str) -> Option<i64> {
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |b| i64::from(b - b'0'));
    Some(digit(0) * 100 + digit(1) * 10 + digit(2))
}

/// Up to nine digits, and nothing else.
fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The seconds of `21:40:11` since midnight; 60 is allowed for a leap second.
fn clock_seconds(clock: &str) -> Option<i64> {
    let mut parts = clock.splitn(3, ':').map(number);
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    (hours < 24 && minutes < 60 && seconds <= 60).then_some((hours * 60 + minutes) * 60 + seconds)
}

/// The ms of `Z`, `+09:00` or `-0530`.
fn zone_offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 {
        return None;
    }
    let (hours, minutes) = (number(digits.get(..2)?)?, number(digits.get(2..)?)?);
    Some(sign * (hours * 60 + minutes) * 60_000)
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, *chrono-compatible low-level date
/// algorithms*). None: a month or day that does not exist, or outside the years 1 to 9999.
pub fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// A moment on Japan's clock, for people: deadlines of codes are in Japan's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JapanTime {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    /// 0 is Sunday.
    pub weekday: usize,
}

/// This moment on Japan's clock.
pub fn in_japan(ms: i64) -> JapanTime {
    // No side writes moments so far away, but nothing may panic over one.
    let local = ms.clamp(-FAR, FAR) + JST;
    let (days, rest) = (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let weekday = usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0);
    JapanTime { year, month, day, hour: rest / 3_600_000, minute: rest / 60_000 % 60, weekday }
}

/// The beginning of this minute in RFC 3339 and in UTC, as the filters of both sides take it. A side that ignored an
/// offset would still read the right moment.
pub fn minute_in_utc(ms: i64) -> String {
    let at = in_japan(ms.saturating_sub(JST));
    let (date, clock) = ((at.year, at.month, at.day), (at.hour, at.minute));
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:00Z", date.0, date.1, date.2, clock.0, clock.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_dates_are_read() {
        assert_eq!(parse_rfc3339("2026-11-25T14:59:59Z"), Some(1_795_618_799_000));
        assert_eq!(parse_rfc3339("2026-11-25T23:59:59.000+09:00"), Some(1_795_618_799_000));
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00.5Z"), Some(500));
        assert_eq!(parse_rfc2822("Wed, 25 Nov 2026 14:59:59 +0000"), Some(1_795_618_799_000));
        assert_eq!(parse_rfc2822("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        for bad in [
            "",
            "2026-11-25",
            "2026-13-25T00:00:00Z",
            "2026-11-25T25:00:00Z",
            "2026-11-25T00:00:00",
            "日本日本日本日本日本",
        ] {
            assert_eq!(parse_rfc3339(bad), None, "{bad}");
            assert_eq!(parse_rfc2822(bad), None, "{bad}");
        }
    }

    #[test]
    fn fractions_of_any_length_and_kind_are_read_or_refused_and_never_cut_through_a_character() {
        let read = |fraction: &str| parse_rfc3339(&format!("1970-01-01T00:00:00.{fraction}Z"));
        assert_eq!(["5", "05", "0059", "123456789", ""].map(read), [500, 50, 5, 123, 0].map(Some));
        for odd in ["12\u{e9}", "\u{e9}", "\u{65e5}\u{672c}", "1\u{1f600}", "5 ", "-5", "1.5"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn years_beyond_every_calendar_are_refused_and_not_added_up() {
        for year in ["0", "10000", "99999", "999999999", "9999999999", "-1"] {
            assert_eq!(parse_rfc2822(&format!("01 Jan {year} 00:00:00 GMT")), None, "{year}");
        }
        assert_eq!(parse_rfc2822("31 Dec 9999 23:59:59 GMT"), Some(253_402_300_799_000));
        assert_eq!(days_since_epoch(i64::MAX, 1, 1), None);
        for far in [i64::MIN, i64::MAX] {
            let shown = minute_in_utc(far);
            assert!(!shown.is_empty(), "{shown}");
        }
    }

    /// Random texts of the characters that dates are made of and some others, and real dates with a few characters
    /// replaced; the seed is fixed.
    #[test]
    fn no_text_makes_the_reading_of_a_date_panic() {
        let alphabet: Vec<char> = "0123456789-+:.TtZz ,GMTJanDec\u{e9}\u{65e5}\u{1f600}\0".chars().collect();
        let models = ["2026-11-25T23:59:59.000+09:00", "Wed, 25 Nov 2026 14:59:59 +0000"];
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % below as u64).unwrap_or(0)
        };
        for round in 0..100_000 {
            let mut text: Vec<char> = match round % 3 {
                0 => Vec::new(),
                n => models[n - 1].chars().collect(),
            };
            for _ in 0..=next(6) {
                let at = next(text.len() + 1);
                let with = alphabet[next(alphabet.len())];
                match at < text.len() && next(2) == 0 {
                    true => text[at] = with,
                    false => text.insert(at, with),
                }
            }
            let text: String = text.into_iter().collect();
            for at in [parse_rfc3339(&text), parse_rfc2822(&text)].into_iter().flatten() {
                assert!((-FAR..=FAR).contains(&at), "{text} is read as {at}");
                assert!(!minute_in_utc(at).is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn a_minute_is_written_as_it_is_read() {
        let at = 1_795_618_799_000;
        assert_eq!(minute_in_utc(at), "2026-11-25T14:59:00Z");
        for at in [0, at, at + 9 * 3_600_000, 1_709_164_800_000] {
            assert_eq!(parse_rfc3339(&minute_in_utc(at)), Some(at - at % 60_000));
        }
    }

    #[test]
    fn deadlines_are_shown_on_japans_clock() {
        let deadline = in_japan(1_795_618_799_000);
        assert_eq!((deadline.year, deadline.month, deadline.day), (2026, 11, 25));
        assert_eq!((deadline.hour, deadline.minute, deadline.weekday), (23, 59, 3));
        let leap = in_japan(1_709_164_800_000);
        assert_eq!((leap.year, leap.month, leap.day, leap.hour), (2024, 2, 29, 9));
    }
}
