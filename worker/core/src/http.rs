//! A call out and what comes of it, as plain data: the protocols build the one and read the other, and the platform's
//! `fetch` lies in between.
//!
//! An [`Outcome`] is an answer or none. "None" says nothing about whether the other side acted: after a mutation it
//! means *not known*, never *failed*.

use crate::time::parse_rfc2822;
use serde::{Deserialize, Serialize};

/// The time, in ms, for a call that a shopper is waiting for.
pub const START_TIMEOUT_MS: u32 = 8_000;
/// The time, in ms, for any other call.
pub const TIMEOUT_MS: u32 = 30_000;

/// A call to make.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// GET, POST, PUT, PATCH or DELETE.
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
    pub timeout_ms: u32,
}

/// Prints only method and path: headers and queries carry tokens, bodies carry people.
impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.url.split('?').next().unwrap_or(""))
    }
}

/// What BigCommerce says about the store's quota, which all its apps share: `left` of `quota` calls may be made
/// within the window of `window_ms`, which ends in `reset_ms`.
/// <https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    pub quota: u32,
    pub left: u32,
    pub window_ms: u64,
    pub reset_ms: u64,
}

impl RateLimit {
    /// True if a third or less is left: whoever can wait, should.
    pub fn is_low(self) -> bool {
        self.left <= self.quota / 3
    }
}

/// What we read of an answer's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResponseHeaders {
    /// The longest wait, in ms, that any of the answer's headers asks for. None: none asks.
    pub retry_after_ms: Option<u64>,
    pub rate: Option<RateLimit>,
    /// The other side's clock, in ms since the epoch.
    pub date_ms: Option<i64>,
}

/// An answer, or none.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    Answer {
        status: u16,
        headers: ResponseHeaders,
        body: String,
    },
    /// The connection was refused or cut, the time was up, or the body could not be read: why, in words without
    /// secrets.
    NoAnswer(String),
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answer { status, body, .. } => write!(f, "Answer({status}, {} bytes)", body.len()),
            Self::NoAnswer(why) => write!(f, "NoAnswer({why})"),
        }
    }
}

/// What an answer's headers say. `get` finds one by its name in small letters.
pub fn headers_of(get: impl Fn(&str) -> Option<String>) -> ResponseHeaders {
    let number = |name: &str| get(name).and_then(|v| v.trim().parse::<u64>().ok());
    let seconds = |name: &str| number(name).map(|s| s.saturating_mul(1000));
    let small = |name: &str| number(name).and_then(|n| u32::try_from(n).ok());
    let rate =
        small("x-rate-limit-requests-quota").zip(small("x-rate-limit-requests-left")).map(|(quota, left)| {
            let ms = |name: &str, default| number(name).unwrap_or(default);
            let window_ms = ms("x-rate-limit-time-window-ms", 30_000);
            RateLimit { quota, left, window_ms, reset_ms: ms("x-rate-limit-time-reset-ms", window_ms) }
        });
    let waits =
        [seconds("retry-after"), seconds("x-retry-after"), rate.filter(|r| r.left == 0).map(|r| r.reset_ms)];
    ResponseHeaders {
        retry_after_ms: waits.into_iter().flatten().max(),
        rate,
        date_ms: get("date").and_then(|text| parse_rfc2822(&text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_headers(list: &[(&str, &str)]) -> ResponseHeaders {
        headers_of(|name| list.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_longest_wait_counts() {
        let headers = read_headers(&[
            ("x-rate-limit-requests-quota", "150"),
            ("x-rate-limit-requests-left", "0"),
            ("x-rate-limit-time-reset-ms", "4000"),
            ("x-retry-after", "9"),
        ]);
        assert_eq!(headers.retry_after_ms, Some(9_000));
        let rate = headers.rate.expect("quota and left were sent");
        assert_eq!((rate.quota, rate.left, rate.window_ms, rate.reset_ms), (150, 0, 30_000, 4_000));
    }

    #[test]
    fn a_quota_that_is_not_used_up_asks_for_no_wait() {
        let headers =
            read_headers(&[("x-rate-limit-requests-quota", "150"), ("x-rate-limit-requests-left", "9")]);
        assert_eq!(headers.retry_after_ms, None);
        assert_eq!(read_headers(&[("retry-after", "soon")]), ResponseHeaders::default());
    }

    #[test]
    fn debug_prints_neither_header_nor_body_nor_query() {
        let request = HttpRequest {
            method: "GET",
            url: "https://api.example/x?t=secret".to_owned(),
            headers: vec![("x-auth-token".to_owned(), "secret".to_owned())],
            body: Some("secret".to_owned()),
            timeout_ms: TIMEOUT_MS,
        };
        let outcome =
            Outcome::Answer { status: 200, headers: ResponseHeaders::default(), body: "secret".to_owned() };
        assert_eq!(format!("{request:?} {outcome:?}"), "GET https://api.example/x Answer(200, 6 bytes)");
    }
}
