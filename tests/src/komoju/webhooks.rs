//! Webhooks: who hears of an event, and the signature that proves it is ours.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use serde_json::{Value, json};
use sha2::Sha256;

use super::model::{Endpoint, Event, Merchant};
use super::{clock, random, render};
use crate::delivery::{Delivery, Outgoing};
use crate::faults::Side;

/// Every event that a webhook of the sandbox can be subscribed to. A ping comes unasked.
pub const EVENTS: [&str; 10] = [
    "payment.authorized",
    "payment.captured",
    "payment.updated",
    "payment.expired",
    "payment.cancelled",
    "payment.failed",
    "payment.refund.created",
    "payment.refunded",
    "payment.marked.as.fraud",
    "refund_request.updated",
];

/// `X-Komoju-Signature`: lower-case hex of HMAC-SHA256 over the raw body.
#[must_use]
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// Tells every webhook that has ticked the event.
pub(super) fn tell(delivery: &Delivery, merchant: &Merchant, event: &Event) {
    let body = render::event(event);
    for endpoint in &merchant.endpoints {
        if endpoint.events.contains(&event.kind) {
            post(delivery, merchant, endpoint, &event.kind, &body);
        }
    }
}

/// What a webhook hears when it has just been made.
pub(super) fn ping(delivery: &Delivery, merchant: &Merchant, endpoint: &Endpoint) {
    let body = json!({
        "id": random::id(),
        "type": "ping",
        "resource": "event",
        "data": {},
        "created_at": clock::utc(clock::now()),
        "reason": null,
    });
    post(delivery, merchant, endpoint, "ping", &body);
}

/// Signs and posts any body, ticked or not.
pub(super) fn post(delivery: &Delivery, merchant: &Merchant, endpoint: &Endpoint, kind: &str, body: &Value) {
    let (secret, event) = (endpoint.secret.clone(), kind.to_owned());
    delivery.enqueue(Outgoing {
        tenant: merchant.id.clone(),
        side: Side::Komoju,
        url: endpoint.url.clone(),
        event: kind.into(),
        make: Arc::new(move |body| headers(&secret, &event, body)),
        body: body.to_string().into_bytes(),
    });
}

/// `X-Komoju-ID` names the delivery, not the event: it is another one every time.
fn headers(secret: &str, event: &str, body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static("Komoju-Webhook"));
    let named = [
        ("x-komoju-id", random::id()),
        ("x-komoju-event", event.to_owned()),
        ("x-komoju-signature", sign(secret, body)),
    ];
    for (name, value) in named {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_lower_case_hex_of_the_raw_body() {
        // Computed with OpenSSL: printf '%s' '{"id":"e1"}' | openssl dgst -sha256 -hmac 'konbini secret'
        let expected = "46ff7fc1761fd283a72084e908de8636a0b60116e6dfce71cb57987054394382";
        assert_eq!(sign("konbini secret", br#"{"id":"e1"}"#), expected);
    }
}
