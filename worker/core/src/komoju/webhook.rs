//! KOMOJU's webhooks: first the signature over the raw body, then the envelope, then only what a hint needs.
//! <https://doc.komoju.com/docs/webhooks>
//!
//! Nothing in a webhook is believed. It routes to an order and causes a look there, so a forged or replayed one could
//! only cost a call.

use super::session::{META_ORDER, META_STORE};
use crate::hash::is_mac;
use crate::json::text;
use crate::secret::Secret;
use crate::state::hint::{About, FRAUD_MARKED, Hint};
use crate::values::ids::{HintId, OrderId, PaymentId, SessionId, StoreHash};
use serde_json::Value;

/// The webhook events that the merchant must tick at KOMOJU: whatever can change what we know of a payment.
pub const EVENTS: [&str; 10] = [
    "payment.authorized",
    "payment.captured",
    "payment.updated",
    "payment.expired",
    "payment.cancelled",
    "payment.failed",
    "payment.refund.created",
    "payment.refunded",
    FRAUD_MARKED,
    "refund_request.updated",
];

/// True if `signature` (hexadecimal HMAC-SHA256 of the raw body, in small letters or capitals) was made with one of
/// `secrets`: several are valid while the merchant rotates them. An empty secret signs nothing, so a store without
/// one refuses everything.
pub fn is_signed(secrets: &[Secret], body: &[u8], signature: &str) -> bool {
    let Ok(signature) = hex::decode(signature) else { return false };
    let made_with = |secret: &Secret| is_mac(secret.expose().as_bytes(), &[body], &signature);
    secrets.iter().any(|secret| !secret.expose().is_empty() && made_with(secret))
}

/// True if the text can be a signature at all, by whatever secret.
pub fn is_signature(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What a notification is about. Everything in it only routes; nothing of it is believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub id: HintId,
    /// The event's type: `payment.captured`.
    pub event: String,
    pub payment: Option<PaymentId>,
    pub session: Option<SessionId>,
    /// The attempt's order number at KOMOJU, if the notification has one. Looked up in the ledger, never taken apart.
    pub external_order_num: Option<String>,
    /// The store and order from our own metadata, if it has any. An account's webhooks carry other shops' payments
    /// too, which have none.
    pub store: Option<StoreHash>,
    pub order: Option<OrderId>,
}

impl Notice {
    /// The hint that this becomes. It bears the event's own id, so that the same event is one hint, however often and
    /// by whatever way it arrives.
    pub fn hint(self) -> Hint {
        let about = About::Komoju { session: self.session, payment: self.payment, event: self.event };
        Hint { id: self.id, about }
    }
}

/// False for events that say nothing about a payment: a ping, settlements, customers, subscriptions, whatever may
/// come.
pub fn is_about_a_payment(event: &str) -> bool {
    event.starts_with("payment.") || event.starts_with("refund_request.")
}

/// A webhook's body. None: not an event.
pub fn parse(body: &str) -> Option<Notice> {
    notice(&crate::json::parse(body).ok()?)
}

/// An event, as a webhook brings it or as KOMOJU's list of events shows it. None: without an id or a type. The type
/// is looked at before the data, which has another shape for other types.
pub fn notice(event: &Value) -> Option<Notice> {
    let id = HintId::parse(&text(event, "id")).ok()?;
    let kind = text(event, "type");
    if kind.is_empty() {
        return None;
    }
    let nothing = Value::Null;
    let data = event.get("data").filter(|_| is_about_a_payment(&kind)).unwrap_or(&nothing);
    let metadata = data.get("metadata").unwrap_or(&nothing);
    let payment = if text(data, "resource") == "payment" { text(data, "id") } else { text(data, "payment") };
    Some(Notice {
        id,
        event: kind,
        payment: PaymentId::parse(&payment).ok(),
        session: SessionId::parse(&text(data, "session")).ok(),
        external_order_num: Some(text(data, "external_order_num")).filter(|n| !n.is_empty()),
        store: StoreHash::parse(&text(metadata, META_STORE)).ok(),
        order: OrderId::parse(&text(metadata, META_ORDER)).ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hmac_parts;

    fn secrets(list: &[&str]) -> Vec<Secret> {
        list.iter().map(|s| Secret::new(*s)).collect()
    }

    #[test]
    fn only_one_of_our_secrets_signs() {
        // Computed independently, with openssl dgst -sha256 -hmac.
        let signature = "ff5ec499245215a6c60227168f66d37e32889dcf1535a477d25c0e392a64fcb8";
        let body = br#"{"hello":"komoju"}"#;
        assert!(is_signed(&secrets(&["rotated-in", "s3cret"]), body, signature));
        assert!(!is_signed(&secrets(&["other"]), body, signature));
        assert!(!is_signed(&secrets(&["s3cret"]), b"{}", signature));
        assert!(!is_signed(&secrets(&["s3cret"]), body, &signature[..40]));
        assert!(!is_signed(&secrets(&["s3cret"]), body, ""));
    }

    #[test]
    fn a_signature_in_capitals_is_the_same_signature() {
        let (secret, body) = (secrets(&["s3cret"]), br#"{"hello":"komoju"}"#);
        let signature = "ff5ec499245215a6c60227168f66d37e32889dcf1535a477d25c0e392a64fcb8";
        for spelled in [signature.to_uppercase(), signature.replace('f', "F")] {
            assert!(is_signature(&spelled) && is_signed(&secret, body, &spelled), "{spelled}");
        }
        // The long s and the Kelvin sign are no letters of a signature.
        assert!(!is_signature(&signature.replacen('5', "\u{17f}", 1)));
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        let body = b"{}";
        let with_empty = hex::encode(hmac_parts(b"", &[body]));
        assert!(!is_signed(&secrets(&[""]), body, &with_empty));
        assert!(!is_signed(&[], body, &with_empty));
    }

    #[test]
    fn a_ping_and_other_shapes_are_events_about_nothing() {
        for body in [
            r#"{"id":"e1","type":"ping","data":{}}"#,
            r#"{"id":"e2","type":"settlement.created","data":[1]}"#,
            r#"{"id":"e3","type":"brand.new","data":null}"#,
        ] {
            let notice = parse(body).expect("an event");
            assert_eq!((notice.payment, notice.order), (None, None), "{body}");
        }
        for bad in ["", "[]", "{}", r#"{"id":"","type":"ping"}"#, r#"{"id":"e"}"#] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_payment_event_names_its_payment_session_and_order() {
        let body = r#"{"id":"e9","type":"payment.captured","data":{"id":"p1","resource":"payment","session":"s1",
            "external_order_num":"BC-5-1","metadata":{"bc_store":"st0re","bc_order":"5"}}}"#;
        let notice = parse(body).expect("an event");
        assert_eq!(notice.payment.as_ref().map(|p| p.as_str()), Some("p1"));
        assert_eq!(notice.order.map(OrderId::get), Some(5));
        assert_eq!(notice.external_order_num.as_deref(), Some("BC-5-1"));
    }
}
