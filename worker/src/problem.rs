//! HTTP errors as RFC 9457 problem details. A problem is for whoever made the request. What the merchant must look at
//! is called *attention*, and is kept with the payment.

use domain::json;
use serde::Serialize;
use worker::{Response, ResponseBuilder};

/// The content type of a problem (RFC 9457 §3).
pub const CONTENT_TYPE: &str = "application/problem+json";

/// A problem's `type` is this followed by its code: a path on whichever host the app is deployed to (RFC 9457
/// §3.1.1).
const TYPES: &str = "/problems/";

/// One refused request. [`Problem::body`] is how it is sent:
///
/// ```text
/// {"type":"/problems/busy","title":"One of the two sides is asked too much","status":503,"detail":"…",
///  "code":"busy","message":"The payment page cannot be opened just now. …","retry":true,"poll_ms":3000}
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    /// Stable, for programs, such as `order_not_found`.
    pub code: &'static str,
    /// In English; the same for every problem with this code.
    pub title: &'static str,
    /// What happened this time, in English, for whoever reads a log. No secrets, no personal data.
    pub detail: String,
    /// A sentence in the shopper's language, which may be shown. None: there is none.
    pub message: Option<String>,
    /// True if the same request may succeed later.
    pub retry: bool,
    /// After how many seconds. None: it does not say.
    pub retry_after_s: Option<u32>,
    /// The origin of the page that may read it. None: no page on another origin may.
    pub readable_by: Option<String>,
}

impl Problem {
    /// The code of a deployment whose configuration is incomplete or malformed.
    pub const MISCONFIGURED: &str = "misconfigured";

    /// A problem that the same request would meet again, without a sentence for the shopper.
    pub fn new(status: u16, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            message: None,
            retry: false,
            retry_after_s: None,
            readable_by: None,
        }
    }

    /// Adds the sentence for the shopper.
    pub fn say(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    /// Says that the request may be repeated, after this many seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry: true, retry_after_s: Some(seconds), ..self }
    }

    /// Lets a page on this origin read it. Empty: no page asked.
    pub fn readable_by(self, origin: &str) -> Self {
        Self { readable_by: Some(origin.to_owned()).filter(|origin| !origin.is_empty()), ..self }
    }

    pub fn not_found() -> Self {
        Self::new(404, "not_found", "Nothing here", "No such page.")
    }

    pub fn method_not_allowed() -> Self {
        Self::new(405, "method_not_allowed", "Method not allowed", "This address does not take that method.")
    }

    /// Nothing can be said now. This refuses nothing: the answer may be yes in half a minute.
    pub fn try_again() -> Self {
        Self::new(503, "try_again", "Try again", "The store's data cannot be had just now.").retry_after(30)
    }

    /// What an error means for whoever made the request. The error itself is in the log, under the request's id.
    pub fn of(error: &worker::Error, request_id: &str) -> Self {
        match error {
            worker::Error::RateLimitExceeded(_) => Self::try_again(),
            _ => Self::internal(request_id),
        }
    }

    /// A fault of ours. What it was is in the log, under the request's id.
    pub fn internal(request_id: &str) -> Self {
        let detail = ["Something failed on our side. Request ", request_id, "."].concat();
        Self::new(500, "internal", "Internal error", detail).retry_after(10)
    }

    /// The JSON of RFC 9457.
    pub fn body(&self) -> String {
        json::write(&Body {
            kind: &[TYPES, self.code].concat(),
            title: self.title,
            status: self.status,
            detail: &self.detail,
            code: self.code,
            message: self.message.as_deref(),
            retry: self.retry,
            poll_ms: self.retry_after_s.map(|seconds| seconds.saturating_mul(1_000)),
        })
    }

    /// The problem as an HTTP answer, which nobody may cache.
    pub fn response(&self) -> worker::Result<Response> {
        let mut builder = ResponseBuilder::new()
            .with_status(self.status)
            .with_header("content-type", CONTENT_TYPE)?
            .with_header("cache-control", "no-store")?;
        if let Some(seconds) = self.retry_after_s {
            builder = builder.with_header("retry-after", &seconds.to_string())?;
        }
        if let Some(origin) = &self.readable_by {
            builder =
                builder.with_header("vary", "origin")?.with_header("access-control-allow-origin", origin)?;
        }
        Ok(builder.fixed(self.body().into_bytes()))
    }
}

/// The JSON of RFC 9457, with our own members.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    retry: bool,
    /// The wait in ms. Repeats the `retry-after` header, which pages on other origins may not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    poll_ms: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_the_standard_and_the_script_need() {
        let problem =
            Problem::new(429, "slow_down", "Too many requests", "Quota used up.").retry_after(3).say("後で");
        let body: serde_json::Value = serde_json::from_str(&problem.body()).expect("it is JSON");
        assert_eq!(body["status"], 429);
        assert_eq!(body["code"], "slow_down");
        assert_eq!(body["message"], "後で");
        assert_eq!(body["retry"], true);
        assert_eq!(body["poll_ms"], 3_000);
        assert!(body["type"].as_str().is_some_and(|t| t.ends_with("/problems/slow_down")));
    }

    #[test]
    fn what_cannot_be_told_is_asked_again() {
        let problem = Problem::try_again();
        assert_eq!((problem.status, problem.code, problem.retry), (503, "try_again", true));
        assert_eq!(problem.retry_after_s, Some(30));
    }

    #[test]
    fn an_overloaded_object_is_no_fault_but_asks_for_patience() {
        let overloaded = worker::Error::RateLimitExceeded("overloaded".to_owned());
        assert_eq!(Problem::of(&overloaded, "r1"), Problem::try_again());
        let broken = worker::Error::RustError("overloaded".to_owned());
        assert_eq!(Problem::of(&broken, "r1").status, 500);
    }
}
