//! `X-KOMOJU-IDEMPOTENCY`: a POST that comes again is answered again, not done again.
//!
//! A key belongs to one request (path and body) of one account for 24 hours. The first request *claims* it; until that
//! one is answered every retry meets 409, afterwards every retry gets the first answer, whatever it was. The claim and
//! the look happen under one lock, so two requests can never both be first.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::StatusCode;
use time::{Duration, OffsetDateTime};

use super::error::ApiError;
use super::model::Livemode;

const KEPT: Duration = Duration::hours(24);
const LONGEST: usize = 100;

/// Whose key it is, and the key.
pub type Scope = (String, Livemode, String);

/// The answer to a first request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: StatusCode,
    pub body: Bytes,
}

#[derive(Debug)]
struct Claim {
    request: Vec<u8>,
    at: OffsetDateTime,
    answer: Option<Answered>,
}

#[derive(Debug, Default)]
pub struct Idempotency {
    claims: HashMap<Scope, Claim>,
}

/// A key as the API accepts it: not empty, at most 100 ASCII characters.
pub fn check(key: &[u8]) -> Result<String, ApiError> {
    match std::str::from_utf8(key) {
        Ok(key) if key.is_ascii() && !key.trim().is_empty() && key.len() <= LONGEST => Ok(key.into()),
        _ => Err(ApiError::bad_request("X-KOMOJU-IDEMPOTENCY must be 1 to 100 ASCII characters.")),
    }
}

impl Idempotency {
    /// Claims the key for this request, or says how the request is answered instead.
    pub fn claim(
        &mut self,
        scope: &Scope,
        request: Vec<u8>,
        now: OffsetDateTime,
    ) -> Result<Option<Answered>, ApiError> {
        self.claims.retain(|_, claim| now - claim.at < KEPT);
        match self.claims.get(scope) {
            None => {
                self.claims.insert(scope.clone(), Claim { request, at: now, answer: None });
                Ok(None)
            }
            Some(claim) if claim.request != request => {
                Err(ApiError::unprocessable("This idempotency key was used with another request."))
            }
            Some(Claim { answer: None, .. }) => Err(ApiError::in_flight()),
            Some(Claim { answer: Some(answer), .. }) => Ok(Some(answer.clone())),
        }
    }

    /// A day passes for the keys of one account.
    pub fn forget(&mut self, merchant: &str) {
        self.claims.retain(|(owner, ..), claim| owner != merchant || claim.answer.is_none());
    }

    /// Keeps the answer of the request that holds the claim.
    pub fn answered(&mut self, scope: &Scope, answer: Answered) {
        if let Some(claim) = self.claims.get_mut(scope) {
            claim.answer = Some(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-03-04 12:00 UTC);

    fn scope() -> Scope {
        ("m".into(), Livemode::Test, "key".into())
    }

    fn answer(body: &'static str) -> Answered {
        Answered { status: StatusCode::OK, body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn a_retry_meets_409_until_the_first_is_answered_and_then_the_first_answer() {
        let mut keys = Idempotency::default();
        assert_eq!(keys.claim(&scope(), b"a".to_vec(), NOON), Ok(None));
        assert_eq!(
            keys.claim(&scope(), b"a".to_vec(), NOON).map_err(|error| error.status),
            Err(StatusCode::CONFLICT)
        );
        keys.answered(&scope(), answer("first"));
        assert_eq!(keys.claim(&scope(), b"a".to_vec(), NOON), Ok(Some(answer("first"))));
    }

    #[test]
    fn another_body_under_the_same_key_is_refused() {
        let mut keys = Idempotency::default();
        assert_eq!(keys.claim(&scope(), b"a".to_vec(), NOON), Ok(None));
        let refused = keys.claim(&scope(), b"b".to_vec(), NOON).map_err(|error| error.status);
        assert_eq!(refused, Err(StatusCode::UNPROCESSABLE_ENTITY));
    }

    #[test]
    fn keys_are_forgotten_after_a_day() {
        let mut keys = Idempotency::default();
        assert_eq!(keys.claim(&scope(), b"a".to_vec(), NOON), Ok(None));
        keys.answered(&scope(), answer("first"));
        let next_day = NOON + Duration::hours(24);
        assert_eq!(keys.claim(&scope(), b"b".to_vec(), next_day), Ok(None));
    }

    #[test]
    fn accounts_and_modes_do_not_share_keys() {
        let mut keys = Idempotency::default();
        let live = ("m".into(), Livemode::Live, "key".into());
        assert_eq!(keys.claim(&scope(), b"a".to_vec(), NOON), Ok(None));
        assert_eq!(keys.claim(&live, b"b".to_vec(), NOON), Ok(None));
    }

    #[test]
    fn keys_are_short_ascii() {
        assert!(check(b"bc-118-1").is_ok());
        assert!(check(b"").is_err());
        assert!(check("鍵".as_bytes()).is_err());
        assert!(check(&[b'a'; 101]).is_err());
    }
}
