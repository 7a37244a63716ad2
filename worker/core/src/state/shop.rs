//! What the core needs to know about the store. It is handed in with every call, beside the time.

use super::settings::{Method, Mode, Provider, Settings};
use crate::texts::locale::Locale;
use crate::time::Moment;
use crate::values::ids::{AccountId, OrderId, StoreHash};
use icu_normalizer::ComposingNormalizerBorrowed;

/// One order's store.
#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    pub store: StoreHash,
    pub order: OrderId,
    /// When the app was first installed, in ms since the epoch; 0 if that is not known.
    pub installed_at: Moment,
    pub settings: Settings,
    /// The KOMOJU account that new attempts use. None: the merchant has entered no keys.
    pub account: Option<(AccountId, Mode)>,
    pub channels: Vec<Channel>,
    /// What was learned about labels that the settings do not name.
    pub labels: Vec<Label>,
    /// The language of staff notes.
    pub locale: Locale,
    /// True if the store's own object has said all this in the same turn. Otherwise it is a copy that may be a minute
    /// old or more: good enough to look by, but nothing that moves money or an order is decided by it.
    pub confirmed: bool,
}

/// A sales channel of the store: a storefront with its sites.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: u64,
    /// Such as `https://shop.example`, without a trailing slash.
    pub origins: Vec<String>,
}

/// The display name of a payment method, and which method it turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub channel: u64,
    pub text: String,
    /// None: we looked, and could not find out.
    pub provider: Option<Provider>,
}

/// Whether an order is ours, as far as the display name of its payment method tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Ownership<'a> {
    Ours(&'a Method),
    /// It was placed with an offline method that the merchant has not given to us.
    NotOurs,
    /// The name tells nothing: the order's transactions have to be read.
    Unknown,
}

impl Shop {
    /// Whose an order with this label is: by the labels in the settings, or else by one learned before.
    pub fn ownership(&self, channel: u64, label: &str) -> Ownership<'_> {
        if let Some(method) = self.settings.methods.iter().find(|m| same_label(&m.label, label)) {
            return Ownership::Ours(method);
        }
        let learned = self.labels.iter().find(|l| l.channel == channel && same_label(&l.text, label));
        match learned.map(|l| l.provider) {
            Some(Some(provider)) => self.ownership_of(provider),
            // A label that was looked up in vain is looked up again: BigCommerce's list of transactions may have
            // lagged behind the order.
            Some(None) | None => Ownership::Unknown,
        }
    }

    /// Whose an order is that was placed with this payment method.
    pub fn ownership_of(&self, provider: Provider) -> Ownership<'_> {
        self.settings.method(provider).map_or(Ownership::NotOurs, Ownership::Ours)
    }

    /// The sites of a channel; none if the channel is unknown.
    pub fn origins(&self, channel: u64) -> &[String] {
        self.channels.iter().find(|c| c.id == channel).map_or(&[], |c| &c.origins)
    }
}

/// Whether people read two labels as the same name. Merchants type labels by hand, in full or half width as their
/// keyboard is set, and BigCommerce escapes them for HTML in some places: `ｺﾝﾋﾞﾆ` is `コンビニ`, `A &amp; B` is `A & B`.
pub fn same_label(a: &str, b: &str) -> bool {
    a == b || as_read(a) == as_read(b)
}

/// A label in one form: HTML entities decoded, NFKC applied (half-width kana, full-width letters and combining marks
/// become the usual characters), middle dots of all kinds made one, invisible characters dropped, white space folded.
fn as_read(label: &str) -> String {
    let mut plain = label.to_owned();
    // Twice, because some labels come escaped twice.
    for _ in 0..2 {
        for (entity, text) in [
            ("&nbsp;", " "),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#34;", "\""),
            ("&#39;", "'"),
            ("&#039;", "'"),
            ("&apos;", "'"),
            ("&middot;", "·"),
            ("&amp;", "&"),
        ] {
            plain = plain.replace(entity, text);
        }
    }
    let normal = ComposingNormalizerBorrowed::new_nfkc().normalize(&plain);
    let usual = normal.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
        '\u{b7}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{387}' | '\u{30fb}' => '\u{30fb}',
        '\u{301c}' => '~',
        c => c,
    });
    usual.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that take no space: soft hyphen, zero-width spaces and joiners, direction marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_read_alike_are_one() {
        for (a, b) in [
            ("コンビニ・PayPay・カード (KOMOJU)", "ｺﾝﾋﾞﾆ･PayPay･ｶｰﾄﾞ (KOMOJU)"),
            ("コンビニ・PayPay・カード (KOMOJU)", "コンビニ·PayPay•カード\u{3000}（ＫＯＭＯＪＵ）"),
            ("ペイジー", "ヘ\u{309a}イシ\u{3099}ー"),
            ("Café", "Cafe\u{301}"),
            ("Card & konbini", "Card &amp; konbini"),
            ("Card & konbini", "Card &amp;amp; konbini"),
            ("  Pay  in\u{a0}Store ", "Pay in Store"),
            ("銀行\u{200b}振込", "銀行振込"),
            ("\"Pay\" 'now'", "&quot;Pay&quot; &#039;now&#039;"),
            ("", "   "),
        ] {
            assert!(same_label(a, b) && same_label(b, a), "{a} | {b}");
        }
    }

    #[test]
    fn names_that_people_tell_apart_are_two() {
        for (a, b) in [
            ("コンビニ", "コンビニ払い"),
            ("Card", "Cart"),
            ("Pay in Store", "Payin Store"),
            ("カード", "カート"),
            ("ハード", "バード"),
            ("A&B", "A&lt;B"),
            ("Card 1", "Card 2"),
        ] {
            assert!(!same_label(a, b), "{a} | {b}");
        }
    }
}
