//! Our own addresses about one payment. Each holds a token that is bound to a purpose, a store, an order and an
//! attempt.
//!
//! To see is not to pay, and to pay is not to act. A *status* token shows how a payment stands, and may be passed on.
//! A *pay* token goes on to KOMOJU as well; the browser gets it that has shown the order's e-mail address and a number.
//! What cancels something needs an *act* token, which only the browser gets that has proved to be the shopper's. A
//! token made from another one expires with it, so using a token does not prolong it:
//!
//! ```text
//! day 0   start (cart id proved)   go and return tokens, valid to day 95
//! day 3   /return/…                status token, made from it: valid to day 95
//! day 90  /status/…                the page's own tokens: still valid to day 95
//! ```

use crate::config::Config;
use crate::crypto::{Purpose, TokenError, Tokens};
use domain::state::delays::Delays;
use domain::values::ids::{OrderId, StoreHash};
use serde::{Deserialize, Serialize};

/// How long a token lives, in days: a code can be paid for up to 60, and at least 30 more follow, so that nobody comes
/// back to a dead address.
pub const LIFE_DAYS: i64 = 95;
const LIFE_S: i64 = LIFE_DAYS * 86_400;

/// What a token is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub struct LinkSubject {
    pub store: StoreHash,
    pub order: OrderId,
    /// The attempt's number. 0: there is no attempt yet.
    pub attempt: u32,
    /// KOMOJU's page; only in tokens for `/go/…`.
    pub url: Option<String>,
    /// When the token expires, in seconds since the epoch. The token carries it outside this part.
    pub expires_s: i64,
}

/// A subject as it is written: a list, because field names would make the addresses longer.
type Listed = (StoreHash, OrderId, u32, Option<String>);

impl From<Listed> for LinkSubject {
    fn from((store, order, attempt, url): Listed) -> Self {
        Self { store, order, attempt, url, expires_s: 0 }
    }
}

impl From<LinkSubject> for Listed {
    fn from(subject: LinkSubject) -> Self {
        (subject.store, subject.order, subject.attempt, subject.url)
    }
}

/// Makes the addresses about one order, all with the same expiry.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a> {
    config: &'a Config,
    store: &'a StoreHash,
    order: OrderId,
    expires_s: i64,
}

impl<'a> Links<'a> {
    /// For somebody who has just proved to be the shopper, or for the merchant: a fresh expiry.
    pub fn new(config: &'a Config, store: &'a StoreHash, order: OrderId, now_ms: i64) -> Self {
        Self { config, store, order, expires_s: now_ms.div_euclid(1_000) + LIFE_S }
    }

    /// For somebody who came with a token: everything made now expires with that one.
    pub fn renewed(config: &'a Config, subject: &'a LinkSubject) -> Self {
        Self { config, store: &subject.store, order: subject.order, expires_s: subject.expires_s }
    }

    pub fn store(&self) -> &'a StoreHash {
        self.store
    }

    pub fn order(&self) -> OrderId {
        self.order
    }

    /// The worker's delays, by which a page asks again.
    pub fn delays(&self) -> Delays {
        Delays::scaled(self.config.time_scale)
    }

    /// A token that lets a browser ask how the payment stands.
    pub fn status_token(&self, attempt: u32) -> String {
        self.token(Purpose::Status, attempt, None)
    }

    /// A token that lets a browser act for the shopper, or only pay: for one of these two purposes.
    pub fn browsers_token(&self, purpose: Purpose, attempt: u32) -> String {
        self.token(purpose, attempt, None)
    }

    /// Our own status page.
    pub fn status(&self, attempt: u32) -> String {
        self.address("status", &self.status_token(attempt))
    }

    /// The way to KOMOJU. None: the address is not one of KOMOJU's pages, and nobody is sent anywhere else.
    pub fn go(&self, attempt: u32, session_url: &str) -> Option<String> {
        let ours = is_on(session_url, &self.config.komoju_hosted_url);
        ours.then(|| self.address("go", &self.token(Purpose::Go, attempt, Some(session_url.to_owned()))))
    }

    /// Where KOMOJU sends the shopper back.
    pub fn back(&self, attempt: u32) -> String {
        self.address("return", &self.token(Purpose::Return, attempt, None))
    }

    /// A link that the merchant may send to the shopper.
    pub fn pay(&self) -> String {
        self.address("pay", &self.token(Purpose::PayLink, 0, None))
    }

    /// An address of this worker.
    fn address(&self, what: &str, token: &str) -> String {
        [&self.config.app_url, "/", what, "/", token].concat()
    }

    fn token(&self, purpose: Purpose, attempt: u32, url: Option<String>) -> String {
        let (store, expires_s) = (self.store.clone(), self.expires_s);
        let subject = LinkSubject { store, order: self.order, attempt, url, expires_s };
        Tokens::new(&self.config.signing_keys).sign_json(purpose, expires_s, &subject)
    }
}

/// Reads a token of ours. Errors: forged, for another purpose, or expired.
pub fn open(config: &Config, purpose: Purpose, token: &str, now_ms: i64) -> Result<LinkSubject, TokenError> {
    let opened = Tokens::new(&config.signing_keys).open_dated(purpose, token, now_ms.div_euclid(1_000));
    opened.map(|(expires_s, subject)| LinkSubject { expires_s, ..subject })
}

/// What a token of ours names, and whether it has expired. Of an order that only an expired token names, nothing may
/// be shown. None: it is not ours, or for another purpose.
pub fn named(config: &Config, purpose: Purpose, token: &str, now_ms: i64) -> Option<(LinkSubject, bool)> {
    let opened = Tokens::new(&config.signing_keys).open_dated(purpose, token, i64::MIN);
    let (expires_s, subject): (i64, LinkSubject) = opened.ok()?;
    Some((LinkSubject { expires_s, ..subject }, expires_s <= now_ms.div_euclid(1_000)))
}

/// Where an order is opened by its e-mail address and a number. The address proves nothing, so it may stand anywhere.
/// `order`: its number, or a placeholder for it.
pub fn way_back(config: &Config, store: &StoreHash, order: &str) -> String {
    [&config.app_url, "/pay?store=", store.as_str(), "&order_id=", order].concat()
}

/// True if `url` is a page on `origin`, and does not merely begin with the same letters
/// (`https://komoju.com.evil.example`).
pub fn is_on(url: &str, origin: &str) -> bool {
    let harmless = url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    harmless && url.strip_prefix(origin).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_komojus_own_pages_are_gone_to() {
        let hosted = "https://komoju.example";
        assert!(is_on("https://komoju.example/sessions/a1", hosted));
        for bad in [
            "https://komoju.example.evil.example/sessions/a1",
            "https://komoju.example@evil.example/",
            "https://komoju.example",
            "https://komoju.example\\@evil.example/",
            "http://komoju.example/sessions/a1",
            "https://komoju.example/a b",
            "",
        ] {
            assert!(!is_on(bad, hosted), "{bad}");
        }
    }
}
