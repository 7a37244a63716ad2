//! BigCommerce's protocol, pure: requests are built, answers parsed, signatures checked. No clock, no network.
//!
//! Here: how a call to a store's management API is written, and what its answers mean.
//! <https://developer.bigcommerce.com/docs/start/about/status-codes>
//!
//! ```text
//! no answer, 3xx, 5xx, an HTML page   Indeterminate   it may have taken effect: look
//! 408, 409, 423, 425                  Later, busy     something is in the way, and passes
//! 429                                 Later           the store's quota is used up
//! 401, 403, 404                       the token, a scope, or the object is missing
//! other 4xx                           Refused         final, in BigCommerce's words
//! ```
//!
//! What a stranger must know about BigCommerce: it has no idempotency keys and no compare-and-set, so we read before
//! we write and look before we repeat. Amounts are decimals, written as text or as numbers. v2 answers an empty list
//! with 204 and no body; v3 wraps everything into `{"data":…}`.

pub mod channels;
pub mod hooks;
pub mod oauth;
pub mod order;
pub mod refunds;
pub mod scripts;
pub mod signed_payload;
pub mod store;
pub mod waiting;

use crate::http::{HttpRequest, Outcome};
use crate::json;
use crate::secret::Secret;
use crate::state::failure::Failure;
use crate::values::ids::StoreHash;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// One store's management API.
#[derive(Debug, Clone, Copy)]
pub struct Api<'a> {
    /// The variable BIGCOMMERCE_API_URL, without a trailing slash.
    pub base: &'a str,
    pub store: &'a StoreHash,
    pub token: &'a Secret,
    /// How long an answer may take.
    pub timeout_ms: u32,
}

impl Api<'_> {
    /// A request. `path` starts with its version: `/v2/store`. `body` is JSON.
    pub fn request(&self, method: &'static str, path: &str, body: Option<String>) -> HttpRequest {
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![text("x-auth-token", self.token.expose()), text("accept", "application/json")];
        if body.is_some() {
            headers.push(text("content-type", "application/json"));
        }
        let url = [self.base, "/stores/", self.store.as_str(), path].concat();
        HttpRequest { method, url, headers, body, timeout_ms: self.timeout_ms }
    }

    /// A GET.
    pub fn get(&self, path: &str) -> HttpRequest {
        self.request("GET", path, None)
    }
}

/// The envelope of a v3 answer.
#[derive(Debug, Deserialize)]
pub struct Data<T> {
    pub data: T,
}

/// Why an element of a list is none: it lacks what identifies it.
#[derive(Debug)]
pub struct NotOne;

impl fmt::Display for NotOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("without its id")
    }
}

/// The body of a 2xx answer; empty where v2 answers an empty list (204). Errors: no answer, or a refusal.
pub fn success(outcome: &Outcome) -> Result<&str, Failure> {
    match outcome {
        Outcome::NoAnswer(why) => Err(Failure::Indeterminate(why.clone())),
        Outcome::Answer { status: 200..=299, body, .. } => Ok(body.trim()),
        Outcome::Answer { status, headers, body } => Err(refusal(*status, headers.retry_after_ms, body)),
    }
}

/// The parsed body of a 2xx answer; None if it is empty. Errors: no answer, a refusal, or not of this shape.
pub fn read<T: DeserializeOwned>(outcome: &Outcome) -> Result<Option<T>, Failure> {
    let unreadable =
        |e: json::Unreadable| Failure::Unreadable(["unreadable answer: ", &e.to_string()].concat());
    match success(outcome)? {
        "" => Ok(None),
        body => json::read(body).map(Some).map_err(unreadable),
    }
}

/// What a status other than 2xx means.
fn refusal(status: u16, after_ms: Option<u64>, body: &str) -> Failure {
    let is_page = body.trim_start().starts_with('<');
    match status {
        // An HTML page comes from a firewall or a proxy: BigCommerce's API itself has said nothing.
        400..=407 | 410..=422 | 424 | 426..=428 | 430..=499 if is_page => {
            Failure::Indeterminate(["HTTP ", &status.to_string(), ", a page"].concat())
        }
        401 => Failure::Unauthorized,
        403 => Failure::Forbidden,
        404 => Failure::NotFound,
        // Timed out, held by another request, or too early: all of these pass.
        408 | 409 | 423 | 425 => Failure::busy(after_ms),
        429 => Failure::later(after_ms),
        300..=399 | 500.. => Failure::Indeterminate(["HTTP ", &status.to_string()].concat()),
        _ => Failure::Refused { status, code: String::new(), param: String::new(), message: message(body) },
    }
}

/// BigCommerce's own words, at most 300 characters. v2 answers `[{"message"}]`, v3 `{"title","errors":{field:
/// words}}`, and refunds wrap the latter into `{"data":[…]}`.
fn message(body: &str) -> String {
    let value: Value = json::parse(body).unwrap_or_default();
    let first = value.get(0).or_else(|| value.pointer("/data/0")).unwrap_or(&value);
    let words = |name: &str| first.get(name).and_then(Value::as_str).map(str::to_owned);
    let fields = first.get("errors").and_then(Value::as_object).into_iter().flatten();
    let fields = fields.map(|(field, why)| [field, ": ", why.as_str().unwrap_or("")].concat());
    let all: Vec<String> = words("message")
        .or_else(|| words("title"))
        .into_iter()
        .chain(fields)
        .chain(words("detail"))
        .collect();
    all.join("; ").chars().take(300).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::http::ResponseHeaders;

    pub(crate) fn answer(status: u16, body: &str) -> Outcome {
        Outcome::Answer { status, headers: ResponseHeaders::default(), body: body.to_owned() }
    }

    #[test]
    fn a_call_is_addressed_and_authorised() {
        let (store, token) = (StoreHash::parse("q7w8e9").expect("a hash"), Secret::new("t0ken"));
        let api = Api { base: "https://api.example", store: &store, token: &token, timeout_ms: 1 };
        let request = api.request("PUT", "/v3/hooks/5", Some(r#"{"is_active":true}"#.to_owned()));
        assert_eq!(request.url, "https://api.example/stores/q7w8e9/v3/hooks/5");
        assert!(request.headers.contains(&("x-auth-token".to_owned(), "t0ken".to_owned())));
        assert_eq!(request.body.as_deref(), Some(r#"{"is_active":true}"#));
    }

    #[test]
    fn an_empty_list_is_no_error() {
        assert_eq!(read::<Vec<u8>>(&answer(204, "")), Ok(None));
        assert_eq!(read::<Vec<u8>>(&answer(200, "[1]")), Ok(Some(vec![1])));
    }

    #[test]
    fn failures_are_grouped_by_what_can_be_done() {
        let fail = |status| read::<()>(&answer(status, "{}")).expect_err("not a success");
        assert_eq!(fail(401), Failure::Unauthorized);
        assert_eq!(fail(403), Failure::Forbidden);
        assert_eq!(fail(404), Failure::NotFound);
        for passing in [408, 409, 423, 425] {
            assert_eq!(fail(passing), Failure::busy(None), "{passing}");
        }
        assert_eq!(fail(429), Failure::later(None));
        assert!(
            matches!(fail(500), Failure::Indeterminate(_)) && matches!(fail(302), Failure::Indeterminate(_))
        );
        assert!(matches!(read::<()>(&answer(200, "<html>")), Err(Failure::Unreadable(_))));
        assert!(matches!(read::<()>(&Outcome::NoAnswer("cut".into())), Err(Failure::Indeterminate(_))));
    }

    #[test]
    fn a_firewalls_page_is_an_outage_and_no_word_of_bigcommerce() {
        for status in [400, 401, 403, 404, 406, 410, 451] {
            let outcome = answer(status, "\n<!DOCTYPE html><title>Access denied</title>");
            assert!(matches!(read::<()>(&outcome), Err(Failure::Indeterminate(_))), "{status}");
        }
        let busy = answer(429, "<html>slow down</html>");
        assert_eq!(read::<()>(&busy), Err(Failure::later(None)));
        assert_eq!(read::<()>(&answer(403, "")), Err(Failure::Forbidden));
        assert_eq!(read::<()>(&answer(403, r#"{"title":"Forbidden"}"#)), Err(Failure::Forbidden));
    }

    #[test]
    fn refusals_keep_the_words_of_both_api_versions() {
        let words = |body| match read::<()>(&answer(422, body)) {
            Err(Failure::Refused { message, .. }) => message,
            other => panic!("{other:?}"),
        };
        assert_eq!(words(r#"[{"status":400,"message":"No such field."}]"#), "No such field.");
        assert_eq!(words(r#"{"title":"Invalid","errors":{"src":"too long"}}"#), "Invalid; src: too long");
        assert_eq!(words(r#"{"data":[{"status":422,"title":"No credit."}]}"#), "No credit.");
        assert_eq!(words("nonsense"), "");
    }
}
