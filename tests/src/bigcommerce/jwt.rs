//! The signed payload that opens the app: a JSON Web Token, HS256 with the client secret, valid for a day.
//!
//! It can be made wrong in every way an attacker would, so that tests can see it refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use time::OffsetDateTime;

use super::random;
use crate::env::App;

/// What the token's header claims, and how it is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    #[default]
    Hs256,
    /// `alg: none`, with an empty signature.
    None,
    /// Says RS256, but is signed like HS256: the classic confusion of keys.
    Rs256,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::None => "none",
            Self::Rs256 => "RS256",
        }
    }
}

/// How a signed payload departs from a good one. `SignedPayload::default()` does not.
#[derive(Clone, Debug, Default)]
pub struct SignedPayload {
    claims: Vec<(String, Option<Value>)>,
    algorithm: Algorithm,
    secret: Option<String>,
}

impl SignedPayload {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.push((name.into(), Some(value.into())));
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.claims.push((name.into(), None));
        self
    }

    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Signs with another key.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.secret = Some(secret.into());
        self
    }

    pub(super) fn sign(&self, app: &App, hash: &str, user: &Value, owner: &Value) -> String {
        let header = json!({ "alg": self.algorithm.name(), "typ": "JWT" });
        let signed = format!("{}.{}", part(&header), part(&self.payload(app, hash, user, owner)));
        let secret = self.secret.as_deref().unwrap_or(&app.client_secret);
        let signature = match self.algorithm {
            Algorithm::None => String::new(),
            Algorithm::Hs256 | Algorithm::Rs256 => mac(secret.as_bytes(), signed.as_bytes()),
        };
        format!("{signed}.{signature}")
    }

    fn payload(&self, app: &App, hash: &str, user: &Value, owner: &Value) -> Value {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let mut payload = json!({
            "aud": app.client_id,
            "iss": "bc",
            "iat": now,
            "nbf": now - 5,
            "exp": now - 5 + 86_400,
            "jti": random::uuid(),
            "sub": format!("stores/{hash}"),
            "user": user,
            "owner": owner,
            "url": "/",
            "channel_id": null,
        });
        if let Some(payload) = payload.as_object_mut() {
            for (name, value) in &self.claims {
                match value {
                    Some(value) => drop(payload.insert(name.clone(), value.clone())),
                    None => drop(payload.shift_remove(name)),
                }
            }
        }
        payload
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn mac(secret: &[u8], text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(text);
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload_of(token: &str) -> Value {
        let part = token.split('.').nth(1).expect("three parts");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    }

    #[test]
    fn claims_can_be_changed_and_left_out() {
        let app = App::new("http://app.localhost:1");
        let token = SignedPayload::new().claim("aud", "somebody").without("exp").sign(
            &app,
            "abc",
            &json!({}),
            &json!({}),
        );
        let payload = payload_of(&token);
        assert_eq!(payload["aud"], "somebody");
        assert_eq!(payload["sub"], "stores/abc");
        assert!(payload.get("exp").is_none());
    }

    #[test]
    fn unsigned_tokens_end_in_nothing() {
        let app = App::new("http://app.localhost:1");
        let token = SignedPayload::new().algorithm(Algorithm::None).sign(&app, "abc", &json!({}), &json!({}));
        assert!(token.ends_with('.'));
    }
}
