//! The `signed_payload_jwt` that BigCommerce opens, uninstalls and de-authorises the app with: a JSON Web Token,
//! signed by HS256 with the app's client secret. It stays valid for a day, so it is exchanged for a short-lived token
//! of ours at once, and never logged. <https://developer.bigcommerce.com/docs/integrations/apps/guide/callbacks>
//!
//! Checked in this order: the length, the form, the algorithm, the signature, and only then what it says (app,
//! issuer, times, store). Nothing unsigned is looked at beyond its `alg`.

use crate::hash::is_mac;
use crate::json::{read, unsigned};
use crate::secret::Secret;
use crate::values::ids::StoreHash;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How far BigCommerce's clock and ours may differ, in seconds.
const LEEWAY_S: i64 = 120;
/// Longer than any that BigCommerce makes. Longer text is refused before anything is computed.
const MAX_LENGTH: usize = 8 * 1024;

/// A payload that BigCommerce has signed, for this app, valid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPayload {
    pub store: StoreHash,
    /// Seconds since the epoch, by BigCommerce's clock.
    pub issued_at_s: i64,
    pub user_id: u64,
    /// What colleagues know them by; empty if BigCommerce does not say it.
    pub user_email: String,
    /// BCP 47 (`ja-JP`); empty if BigCommerce does not say it.
    pub user_locale: String,
    /// The store's owner; 0 if BigCommerce does not say it.
    pub owner_id: u64,
}

/// Why a payload was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadError {
    Malformed,
    /// Signed with anything but HS256, `none` above all.
    Algorithm,
    Signature,
    /// Made for another app.
    Audience,
    Issuer,
    Expired,
    NotYet,
    /// `sub` names no store.
    Subject,
}

impl PayloadError {
    /// The reason in words, for the log and for whoever debugs an installation.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "it is not a signed payload",
            Self::Algorithm => "it is not signed with HS256",
            Self::Signature => "its signature is not BigCommerce's",
            Self::Audience => "it was made for another app",
            Self::Issuer => "it was not issued by BigCommerce",
            Self::Expired => "it has expired",
            Self::NotYet => "it is not valid yet",
            Self::Subject => "it names no store",
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    sub: String,
    user: User,
    /// Nothing depends on it, so it may be anything.
    owner: Value,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    email: Option<String>,
    locale: Option<String>,
}

/// The payload, if it is BigCommerce's, for this app and valid at `now_s` (seconds since the epoch). Whether the
/// store has this app, and since when, the store's own object must say.
pub fn verify(
    jwt: &str,
    client_id: &str,
    secret: &Secret,
    now_s: i64,
) -> Result<SignedPayload, PayloadError> {
    let claims = authentic_claims(jwt, secret)?;
    check(claims.aud == client_id, PayloadError::Audience)?;
    check(claims.iss == "bc", PayloadError::Issuer)?;
    check(now_s < claims.exp.saturating_add(LEEWAY_S), PayloadError::Expired)?;
    check(now_s >= claims.nbf.max(claims.iat).saturating_sub(LEEWAY_S), PayloadError::NotYet)?;
    let store = claims.sub.strip_prefix("stores/").and_then(|hash| StoreHash::parse(hash).ok());
    Ok(SignedPayload {
        store: store.ok_or(PayloadError::Subject)?,
        issued_at_s: claims.iat,
        user_id: claims.user.id,
        user_email: claims.user.email.unwrap_or_default(),
        user_locale: claims.user.locale.unwrap_or_default(),
        owner_id: unsigned(&claims.owner, "id").unwrap_or(0),
    })
}

/// What the token says, once its signature has proved to be BigCommerce's.
fn authentic_claims(jwt: &str, secret: &Secret) -> Result<Claims, PayloadError> {
    check(jwt.len() <= MAX_LENGTH, PayloadError::Malformed)?;
    let (signed, signature) = jwt.rsplit_once('.').ok_or(PayloadError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(PayloadError::Malformed)?;
    let header: Header = json(header)?;
    check(header.alg == "HS256", PayloadError::Algorithm)?;
    let signature = B64.decode(signature).map_err(|_| PayloadError::Signature)?;
    let is_signed = is_mac(secret.expose().as_bytes(), &[signed.as_bytes()], &signature);
    check(is_signed, PayloadError::Signature)?;
    json(claims)
}

/// One part of the token, read from base64url JSON.
fn json<T: DeserializeOwned>(part: &str) -> Result<T, PayloadError> {
    let bytes = B64.decode(part).map_err(|_| PayloadError::Malformed)?;
    read(&String::from_utf8_lossy(&bytes)).map_err(|_| PayloadError::Malformed)
}

fn check(holds: bool, otherwise: PayloadError) -> Result<(), PayloadError> {
    if holds { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hmac_parts;
    use serde_json::json;

    const NOW: i64 = 1_770_000_000;

    fn secret() -> Secret {
        Secret::new("the-apps-client-secret")
    }

    fn claims() -> Value {
        json!({
            "aud": "our-client-id", "iss": "bc", "iat": NOW, "nbf": NOW - 5, "exp": NOW + 86_400, "jti": "1f0c",
            "sub": "stores/q7w8e9", "user": { "id": 31, "email": "kana@shop.example", "locale": "ja-JP" },
            "owner": { "id": 7, "email": "owner@shop.example" }, "url": "/", "channel_id": null,
        })
    }

    fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
        let text = [&B64.encode(header.to_string()), ".", &B64.encode(claims.to_string())].concat();
        [&text, ".", &B64.encode(hmac_parts(key, &[text.as_bytes()]))].concat()
    }

    fn good_header() -> Value {
        json!({ "alg": "HS256", "typ": "JWT" })
    }

    fn judge(claims: &Value) -> Result<SignedPayload, PayloadError> {
        verify(&signed(&good_header(), claims, secret().expose().as_bytes()), "our-client-id", &secret(), NOW)
    }

    fn with(name: &str, value: Value) -> Result<SignedPayload, PayloadError> {
        let mut claims = claims();
        claims[name] = value;
        judge(&claims)
    }

    #[test]
    fn a_good_payload_names_store_and_user() {
        let payload = judge(&claims()).expect("it is good");
        assert_eq!(payload.store.as_str(), "q7w8e9");
        assert_eq!((payload.user_id, payload.owner_id, payload.issued_at_s), (31, 7, NOW));
        assert_eq!(
            (payload.user_locale.as_str(), payload.user_email.as_str()),
            ("ja-JP", "kana@shop.example")
        );
    }

    #[test]
    fn every_algorithm_but_hs256_is_refused() {
        for alg in ["none", "None", "RS256", "HS384", "hs256", ""] {
            let jwt = signed(&json!({ "alg": alg }), &claims(), secret().expose().as_bytes());
            assert_eq!(verify(&jwt, "our-client-id", &secret(), NOW), Err(PayloadError::Algorithm), "{alg}");
        }
        let unsigned =
            [&B64.encode(r#"{"alg":"none"}"#), ".", &B64.encode(claims().to_string()), "."].concat();
        assert_eq!(verify(&unsigned, "our-client-id", &secret(), NOW), Err(PayloadError::Algorithm));
    }

    #[test]
    fn a_foreign_empty_or_truncated_signature_is_refused() {
        let refused = Err(PayloadError::Signature);
        let foreign = signed(&good_header(), &claims(), b"another-secret");
        assert_eq!(verify(&foreign, "our-client-id", &secret(), NOW), refused);
        let empty_key = signed(&good_header(), &claims(), b"");
        assert_eq!(verify(&empty_key, "our-client-id", &secret(), NOW), refused);
        let good = signed(&good_header(), &claims(), secret().expose().as_bytes());
        let bare = [good.rsplit_once('.').expect("three parts").0, "."].concat();
        assert_eq!(verify(&bare, "our-client-id", &secret(), NOW), refused);
        assert_eq!(verify(&good[..good.len() - 4], "our-client-id", &secret(), NOW), refused);
    }

    #[test]
    fn changed_claims_do_not_keep_the_signature() {
        let good = signed(&good_header(), &claims(), secret().expose().as_bytes());
        let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
        let mut other = claims();
        other["sub"] = json!("stores/victim");
        parts[1] = B64.encode(other.to_string());
        assert_eq!(verify(&parts.join("."), "our-client-id", &secret(), NOW), Err(PayloadError::Signature));
    }

    #[test]
    fn audience_issuer_and_subject_must_be_right() {
        assert_eq!(with("aud", json!("another-app")), Err(PayloadError::Audience));
        assert_eq!(with("iss", json!("bc2")), Err(PayloadError::Issuer));
        for sub in ["q7w8e9", "stores/", "stores/../x", "stores/a/b", "Stores/q7w8e9"] {
            assert_eq!(with("sub", json!(sub)), Err(PayloadError::Subject), "{sub}");
        }
    }

    #[test]
    fn times_count_with_two_minutes_of_leeway() {
        assert!(with("exp", json!(NOW - 119)).is_ok());
        assert_eq!(with("exp", json!(NOW - 120)), Err(PayloadError::Expired));
        assert!(with("nbf", json!(NOW + 120)).is_ok());
        assert_eq!(with("nbf", json!(NOW + 121)), Err(PayloadError::NotYet));
        assert_eq!(with("iat", json!(NOW + 121)), Err(PayloadError::NotYet));
        assert_eq!(with("exp", json!(i64::MIN)), Err(PayloadError::Expired));
    }

    #[test]
    fn missing_and_malformed_parts_are_refused() {
        for name in ["aud", "iss", "iat", "nbf", "exp", "sub", "user"] {
            assert_eq!(with(name, Value::Null), Err(PayloadError::Malformed), "{name}");
        }
        for nobody in [Value::Null, json!("kana"), json!({})] {
            assert_eq!(with("owner", nobody).map(|payload| payload.owner_id), Ok(0));
        }
        let huge = "a".repeat(MAX_LENGTH + 1);
        for text in ["", ".", "..", "a.b.c", "e30.e30.e30", &huge] {
            assert!(verify(text, "our-client-id", &secret(), NOW).is_err(), "{text}");
        }
    }
}
