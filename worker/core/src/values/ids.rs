//! The ids of remote objects, one type each, so that a session id cannot be passed where a payment id belongs.
//!
//! Invariant: an id is checked once, where it enters. From then on it is known to be short, printable and harmless in
//! a URL path, a log line or an SQL key.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that should have been an id is none. Holds what kind of id it should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId(pub &'static str);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid {}", self.0)
    }
}

impl std::error::Error for InvalidId {}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Errors: the text is empty, too long, or has a character that such an id never has.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let allowed: fn(u8) -> bool = $allowed;
                match !text.is_empty() && text.len() <= $max && text.bytes().all(allowed) {
                    true => Ok(Self(text.to_owned())),
                    false => Err(InvalidId($what)),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// BigCommerce's id of a store: the `abc123` of `stores/abc123`.
    StoreHash, "store hash", 32, |b| b.is_ascii_lowercase() || b.is_ascii_digit()
);
text_id!(
    /// A KOMOJU session.
    SessionId, "session id", 40, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
);
text_id!(
    /// A KOMOJU payment; one session may hold several.
    PaymentId, "payment id", 40, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
);
text_id!(
    /// A refund made at KOMOJU.
    RefundId, "refund id", 40, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
);
text_id!(
    /// The own id of a message or click (KOMOJU's event id, BigCommerce's webhook-id, …). By
    /// it we recognise a repeated one.
    HintId, "hint id", 128, |b| b.is_ascii_graphic()
);
text_id!(
    /// A KOMOJU account: a fingerprint of its secret key, never the key itself.
    AccountId, "account id", 32, |b| b.is_ascii_hexdigit()
);

/// A BigCommerce order number, unique within its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct OrderId(u64);

impl OrderId {
    /// Errors: the number is 0, or not below 2^53. JavaScript, through which SQL values
    /// pass, carries no more exactly.
    pub fn new(number: u64) -> Result<Self, InvalidId> {
        match (1..(1 << 53)).contains(&number) {
            true => Ok(Self(number)),
            false => Err(InvalidId("order id")),
        }
    }

    /// Errors: the text is no number, or none that [`Self::new`] accepts.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let number = text.parse().map_err(|_| InvalidId("order id"))?;
        Self::new(number)
    }

    pub fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for OrderId {
    type Error = InvalidId;

    fn try_from(number: u64) -> Result<Self, InvalidId> {
        Self::new(number)
    }
}

impl From<OrderId> for u64 {
    fn from(id: OrderId) -> Self {
        id.0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The UUID of the cart that became the order.
///
/// Nobody can guess it and the shopper's browser knows it, so it proves that whoever asks is the shopper. It is
/// therefore a secret: Debug does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct CartId(String);

impl CartId {
    /// Errors: the text is not a UUID of 8-4-4-4-12 hexadecimal digits. Capitals are accepted.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let groups: Vec<&str> = text.split('-').collect();
        let shape = groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12]);
        match shape && groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_hexdigit())) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(InvalidId("cart id")),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CartId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_id_is_a_uuid_and_nothing_else() {
        assert!(CartId::parse("7C0D3a5e-1111-4222-8333-94445555aaaa").is_ok());
        for bad in
            ["", "null", "7c0d3a5e111142228333944455556666", "7c0d3a5e-1111-4222-8333-94445555aaag", "----"]
        {
            assert!(CartId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_refuse_what_could_change_a_url() {
        for bad in ["", "a/b", "a b", "../x", "é", "a?b"] {
            assert!(SessionId::parse(bad).is_err(), "{bad}");
            assert!(StoreHash::parse(bad).is_err(), "{bad}");
        }
        assert!(
            OrderId::parse("0").is_err()
                && OrderId::parse("-1").is_err()
                && OrderId::parse("9007199254740992").is_err()
        );
    }
}
