//! Hooks: who is told, what, and how it is signed.
//!
//! The body is thin (an id, never an amount) and signed by the Standard Webhooks scheme with the app's client secret
//! as key: <https://www.standardwebhooks.com/>. The message id is the same for every post of one message; whether the
//! timestamp, and with it the signature, is of the post or of the first post is a setting of the store: [`Signing`].

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use time::OffsetDateTime;

use super::store::Signing;
use super::{BigCommerce, random};
use crate::delivery::{Outgoing, Signer};
use crate::faults::Side;

impl BigCommerce {
    /// Tells every active hook of `scope`, or of a wildcard above it.
    pub(super) fn emit(&self, hash: &str, scope: &str, data: &Value) {
        let told = self.read(hash, |store| {
            let hooks = store.hooks.iter().filter(|hook| hook.is_active && covers(&hook.scope, scope));
            let hooks = hooks.map(|hook| (hook.destination.clone(), hook.headers.clone()));
            (store.id, store.settings.signing, hooks.collect::<Vec<_>>())
        });
        let Some((store_id, signing, hooks)) = told else { return };
        let body = payload(hash, store_id, scope, data);
        for (url, headers) in hooks {
            self.env.delivery.enqueue(Outgoing {
                tenant: hash.into(),
                side: Side::BigCommerce,
                url,
                event: scope.into(),
                make: signer(&self.env.app.client_secret, signing, &headers),
                body: body.clone(),
            });
        }
    }
}

fn covers(registered: &str, scope: &str) -> bool {
    registered == scope
        || registered
            .strip_suffix('*')
            .is_some_and(|prefix| prefix.ends_with('/') && scope.starts_with(prefix))
}

fn payload(hash: &str, store_id: u64, scope: &str, data: &Value) -> Vec<u8> {
    let mut body = json!({
        "scope": scope,
        "store_id": store_id.to_string(),
        "data": data,
        "created_at": OffsetDateTime::now_utc().unix_timestamp(),
        "producer": format!("stores/{hash}"),
    });
    body["hash"] = hex::encode(Sha1::digest(body.to_string())).into();
    body.to_string().into_bytes()
}

fn signer(secret: &str, signing: Signing, own: &BTreeMap<String, String>) -> Signer {
    let own: HeaderMap = own.iter().filter_map(|(name, value)| header(name, value)).collect();
    let id = format!("msg_{}", random::hex(12));
    let first = OffsetDateTime::now_utc();
    let secret = match signing {
        Signing::OtherKey => random::hex(16),
        Signing::EachPost | Signing::FirstPost | Signing::Aged(_) | Signing::Never => secret.to_owned(),
    };
    Arc::new(move |body| {
        let mut headers = own.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let left = match signing {
            Signing::Never => return headers,
            Signing::FirstPost => first,
            Signing::Aged(age) => OffsetDateTime::now_utc() - age,
            Signing::EachPost | Signing::OtherKey => OffsetDateTime::now_utc(),
        };
        let timestamp = left.unix_timestamp().to_string();
        let signature = format!("v1,{}", sign(secret.as_bytes(), &id, &timestamp, body));
        let signed =
            [("webhook-id", &id), ("webhook-timestamp", &timestamp), ("webhook-signature", &signature)];
        headers.extend(signed.into_iter().filter_map(|(name, value)| header(name, value)));
        headers
    })
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
}

/// Standard Webhooks: base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
fn sign(secret: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_cover_what_is_below_them() {
        assert!(covers("store/order/*", "store/order/statusUpdated"));
        assert!(covers("store/order/statusUpdated", "store/order/statusUpdated"));
        assert!(!covers("store/order/statusUpdated", "store/order/updated"));
        assert!(!covers("store/order*", "store/orders"));
    }

    /// The vector of the Standard Webhooks specification, with its key as raw bytes.
    #[test]
    fn the_signature_is_the_standards() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("fixed");
        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
