//! Names for what each world has anew: ids, secrets, times. A file has the names, a storage what they stand for.
//! One secret has none: what a version has sealed for a store must open for that store for good.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use sandbox::bigcommerce::PlacedOrder;
use sandbox::harness::Shop;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A number that is a moment no further from now than this is hidden as one.
const NEAR_MS: i64 = 60 * 86_400_000;

pub struct Names {
    texts: Vec<(String, String)>,
    /// Too short to be told from a part of something else.
    numbers: Vec<(String, String)>,
    now_ms: i64,
}

impl Names {
    /// A store's own. `copy`: what KV has of it.
    pub fn of_store(shop: &Shop<'_>, copy: &str) -> Self {
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis();
        let copy: Value = serde_json::from_str(copy).expect("JSON");
        let stored = [
            ("token", "/bigcommerce_token"),
            ("hook_secret", "/hook_secret"),
            ("key", "/komoju/0/secret_key"),
            ("key.masked", "/komoju/0/masked"),
            ("account", "/komoju/0/id"),
        ];
        let stored = stored.map(|(name, path)| {
            (name.to_owned(), copy.pointer(path).and_then(Value::as_str).expect(path).to_owned())
        });
        let port = shop.origin().rsplit(':').next().expect("a port").to_owned();
        Self {
            texts: stored.into(),
            numbers: vec![("port".to_owned(), port)],
            now_ms: i64::try_from(now_ms).expect("it is before the end of time"),
        }
    }

    /// A payment's: `<open.order>`, `<open.session>` and so on.
    pub fn add_payment(&mut self, name: &str, order: &PlacedOrder, session: &str, payment: Option<&str>) {
        let cart = hex::encode(Sha256::digest(order.cart_id.as_bytes()));
        self.texts.push((format!("{name}.session"), session.to_owned()));
        self.texts.push((format!("{name}.cart"), cart));
        self.texts.extend(payment.map(|payment| (format!("{name}.payment"), payment.to_owned())));
        self.numbers.push((format!("{name}.order"), order.order_id.to_string()));
    }

    /// The merchant's refund of a payment: `<transfer.refund>`.
    pub fn add_refund(&mut self, name: &str, refund: Option<u64>) {
        self.numbers.extend(refund.map(|id| (format!("{name}.refund"), id.to_string())));
    }

    /// A transfer that KOMOJU was asked for.
    pub fn add_request(&mut self, request: Option<&str>) {
        self.texts.extend(request.map(|id| ("request".to_owned(), id.to_owned())));
    }

    /// Puts the names in the place of what they stand for.
    pub fn hide(&self, text: &str) -> String {
        let hide = |text: String, (name, value): &(String, String)| text.replace(value, &format!("<{name}>"));
        let text = self.texts.iter().fold(text.to_owned(), hide);
        let mut hidden = String::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
            let (before, from) = rest.split_at(start);
            let (word, after) =
                from.split_at(from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len()));
            hidden.push_str(before);
            hidden.push_str(&self.hidden(word).unwrap_or_else(|| word.to_owned()));
            rest = after;
        }
        hidden + rest
    }

    fn hidden(&self, word: &str) -> Option<String> {
        if let Some((name, _)) = self.numbers.iter().find(|(_, value)| value == word) {
            return Some(format!("<{name}>"));
        }
        let number: i64 = word.parse().ok()?;
        let units = [("now", 1), ("now_s", 1_000)];
        let near = units.into_iter().find(|(_, unit)| (number * unit - self.now_ms).abs() < NEAR_MS);
        near.map(|(name, unit)| format!("<{name}{:+}>", number - self.now_ms / unit))
    }

    /// Puts what the names stand for in their place.
    pub fn fill(&self, text: &str) -> String {
        let fill = |text: String, (name, value): &(String, String)| text.replace(&format!("<{name}>"), value);
        let text = self.texts.iter().chain(&self.numbers).fold(text.to_owned(), fill);
        let mut parts = text.split("<now");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (moment, rest) = part.split_once('>').expect("a name ends");
            let (unit, offset) = match moment.strip_prefix("_s") {
                Some(offset) => (1_000, offset),
                None => (1, moment),
            };
            let offset: i64 = offset.parse().expect("a distance from now");
            write!(filled, "{}{rest}", self.now_ms / unit + offset).expect("a String takes all");
        }
        filled
    }
}
