//! What the worker answered, and what a test expects of any answer.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::asking::{Answered, ask};

/// What the worker answered, read whole.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    /// The answer to a request; fails the test, and says why, when there is none.
    pub async fn of(request: RequestBuilder) -> Self {
        match ask(request).await {
            Ok(Answered { status, headers, body, .. }) => Self { status, headers, body },
            Err(broken) => panic!("no answer: {broken}"),
        }
    }

    /// A header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("JSON ({error}): {self:?}"))
    }

    /// A text of the body's JSON.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.body)).to_owned()
    }

    /// Fails the test unless this is the problem `code`, rightly dressed (RFC 9457).
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["type"], format!("/problems/{code}"), "{problem}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        assert_eq!(self.header("cache-control"), "no-store");
    }

    /// The same for people who came by navigation: a page that says it. The code, for whoever is asked for help, stands
    /// on a merchant's page, and in a header of a shopper's.
    #[track_caller]
    pub fn is_problem_page(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "text/html; charset=utf-8"),
            "{self:?}"
        );
        let shown = self.body.contains(&format!("<p class=\"code\">{code}</p>"));
        assert!(shown != (self.header("x-problem") == code), "{self:?}");
        assert!(shown || !self.body.contains(code), "shoppers are not told codes: {}", self.body);
    }
}
