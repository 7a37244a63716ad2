//! How a call to KOMOJU is written, and what its refusals mean. <https://doc.komoju.com/docs/errors>
//!
//! ```text
//! no answer, 5xx, 408, 425, an HTML page      Indeterminate   it may have taken effect: look
//! 409                                         Later, busy     another send of the same key still runs: wait
//! 429                                         Later           asked too much: wait as long as it says
//! 401, 403, 404                               the key, a permission, or the object is missing
//! other 4xx, and 502 with a card's code       Refused         final: this try is over
//! ```

use crate::http::{HttpRequest, Outcome, TIMEOUT_MS};
use crate::json::{self, text};
use crate::secret::Secret;
use crate::state::failure::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The API version that every call names.
const VERSION: &str = "2025-01-28";
/// The plug-in that every call names itself as.
const VIA: &str = "bigcommerce";
/// The header that bears a POST's idempotency key.
pub const IDEMPOTENCY: &str = "x-komoju-idempotency";

/// What a call to a KOMOJU account needs.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// KOMOJU_API_URL, without a trailing slash.
    pub base: &'a str,
    pub secret_key: &'a Secret,
}

impl Access<'_> {
    /// A GET. `path` without a leading slash: `sessions/{id}`.
    pub fn get(&self, path: &str) -> HttpRequest {
        self.call("GET", path, None, None)
    }

    /// A POST. `key` is its idempotency key (at most 100 ASCII characters): sent again with the same key and body,
    /// KOMOJU answers as before and does nothing anew.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> HttpRequest {
        self.call("POST", path, Some(key), Some(body.to_string()))
    }

    fn call(&self, method: &'static str, path: &str, key: Option<&str>, body: Option<String>) -> HttpRequest {
        let user = [self.secret_key.expose(), ":"].concat();
        let basic = ["Basic ", &STANDARD.encode(user)].concat();
        let mut headers = vec![
            ("authorization".to_owned(), basic),
            ("accept".to_owned(), "application/json".to_owned()),
            ("x-komoju-api-version".to_owned(), VERSION.to_owned()),
            ("komoju-via".to_owned(), VIA.to_owned()),
        ];
        if let Some(key) = key {
            headers.push((IDEMPOTENCY.to_owned(), key.to_owned()));
        }
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        HttpRequest { method, url: [self.base, "/", path].concat(), headers, body, timeout_ms: TIMEOUT_MS }
    }
}

/// Sets a field, unless there is nothing to say.
pub fn put(object: &mut Value, field: &str, value: &str) {
    if !value.is_empty() {
        object[field] = value.into();
    }
}

/// The JSON of a 2xx answer. Errors: no answer, a refusal, or not JSON.
pub fn read(outcome: &Outcome) -> Result<Value, Failure> {
    json::parse(success(outcome)?).map_err(|_| Failure::Unreadable("the answer is not JSON".to_owned()))
}

/// The text of a 2xx answer, which may be empty. Errors: no answer, or a refusal.
pub fn success(outcome: &Outcome) -> Result<&str, Failure> {
    match outcome {
        Outcome::NoAnswer(why) => Err(Failure::Indeterminate(why.clone())),
        Outcome::Answer { status: 200..=299, body, .. } => Ok(body),
        Outcome::Answer { status, headers, body } => Err(refusal(*status, headers.retry_after_ms, body)),
    }
}

/// The rows of one page of a list. Errors: not a list.
pub fn rows(page: &Value) -> Result<&[Value], Failure> {
    let rows = page.get("data").and_then(Value::as_array).map(Vec::as_slice);
    rows.ok_or_else(|| Failure::Unreadable("the answer is not a list".to_owned()))
}

/// KOMOJU refuses cards and prepaid codes with 502, like a broken gateway. These codes tell the final refusals apart.
const FINAL_502: [&str; 12] = [
    "card_declined",
    "card_expired",
    "insufficient_funds",
    "exceeds_limit",
    "bad_verification_value",
    "invalid_number",
    "used_number",
    "invalid_password",
    "invalid_account",
    "restricted_account",
    "invalid_user_key",
    "other_invalid",
];

/// What a status other than 2xx means, and what KOMOJU says about it.
fn refusal(status: u16, after_ms: Option<u64>, body: &str) -> Failure {
    let is_page = body.trim_start().starts_with('<');
    let body: Value = json::parse(body).unwrap_or_default();
    let error = body.get("error").unwrap_or(&Value::Null);
    let (code, param, message) = (text(error, "code"), text(error, "param"), text(error, "message"));
    let message = message.chars().take(300).collect();
    match status {
        // An HTML page comes from a firewall or a proxy: KOMOJU's API itself has said nothing.
        400..=407 | 410..=422 | 424 | 426..=428 | 430..=499 if is_page => {
            Failure::Indeterminate(["HTTP ", &status.to_string(), ", a page"].concat())
        }
        401 => Failure::Unauthorized,
        403 => Failure::Forbidden,
        404 => Failure::NotFound,
        409 => Failure::busy(after_ms),
        429 => Failure::later(after_ms),
        // A gateway gave up on the request: this is no word of KOMOJU's own.
        408 | 425 => Failure::Indeterminate(["HTTP ", &status.to_string()].concat()),
        502 if FINAL_502.contains(&code.as_str()) => Failure::Refused { status, code, param, message },
        400..=499 => Failure::Refused { status, code, param, message },
        _ => Failure::Indeterminate(["HTTP ", &status.to_string()].concat()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn answer(status: u16, body: &str) -> Outcome {
        Outcome::Answer { status, headers: Default::default(), body: body.to_owned() }
    }

    #[test]
    fn every_call_names_its_version_and_its_sender() {
        let key = Secret::new("sk_test_x1");
        let request =
            Access { base: "https://k.example/v1", secret_key: &key }.post("sessions", "k-1", &Value::Null);
        let has = |name: &str, value: &str| request.headers.contains(&(name.to_owned(), value.to_owned()));
        assert_eq!((request.method, request.url.as_str()), ("POST", "https://k.example/v1/sessions"));
        assert!(has("authorization", "Basic c2tfdGVzdF94MTo="));
        assert!(has("x-komoju-api-version", "2025-01-28") && has("komoju-via", "bigcommerce"));
        assert!(has("x-komoju-idempotency", "k-1"));
    }

    #[test]
    fn a_firewalls_page_is_an_outage_and_no_word_of_komoju() {
        for status in [400, 401, 403, 404, 422] {
            let outcome = answer(status, "<html><h1>Blocked</h1></html>");
            assert!(matches!(read(&outcome), Err(Failure::Indeterminate(_))), "{status}");
        }
        assert_eq!(read(&answer(401, "")), Err(Failure::Unauthorized));
    }

    #[test]
    fn a_502_is_a_refusal_only_with_a_card_code() {
        let fail = |status, code: &str| {
            let body = serde_json::json!({ "error": { "code": code, "message": "m", "param": null } });
            read(&answer(status, &body.to_string())).expect_err("not a success")
        };
        assert!(matches!(fail(502, "insufficient_funds"), Failure::Refused { .. }));
        assert!(matches!(fail(502, "bad_gateway"), Failure::Indeterminate(_)));
        assert!(matches!(fail(500, "internal_server_error"), Failure::Indeterminate(_)));
        assert!(matches!(fail(422, "not_cancellable"), Failure::Refused { .. }));
        assert_eq!(fail(409, ""), Failure::busy(None));
        assert_eq!(fail(404, "not_found"), Failure::NotFound);
        assert!(matches!(read(&answer(200, "<html>")), Err(Failure::Unreadable(_))));
    }
}
