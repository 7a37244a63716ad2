//! What the core needs to know of the store, handed in beside the time.

use super::settings::{Method, Mode, Provider, Settings};
use crate::time::Moment;
use crate::values::ids::{AccountId, OrderId, StoreHash};
use crate::values::locale::Locale;
use icu_normalizer::ComposingNormalizerBorrowed;

#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    pub store: StoreHash,
    pub order: OrderId,
    /// When the app was first installed; 0 where that is not known.
    pub installed_at: Moment,
    pub settings: Settings,
    /// The KOMOJU account that new attempts use; None until keys are entered.
    pub account: Option<(AccountId, Mode)>,
    pub channels: Vec<Channel>,
    pub labels: Vec<Label>,
    /// The language of staff notes.
    pub locale: Locale,
    /// True if the store's own object said all this in the same turn. A copy may be a minute old or more, so nothing is
    /// decided by one: it is good for looks only.
    pub confirmed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: u64,
    /// `https://shop.example`, without a trailing slash.
    pub origins: Vec<String>,
}

/// A payment method's display name whose provider was once looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub channel: u64,
    pub text: String,
    /// None: looked up, and not to be found out.
    pub provider: Option<Provider>,
}

/// Whose an order is, as far as its payment method's name tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Ownership<'a> {
    Ours(&'a Method),
    NotOurs,
    Unknown,
}

impl Shop {
    /// By the label that the merchant gave, else by one learned before.
    pub fn ownership(&self, channel: u64, label: &str) -> Ownership<'_> {
        if let Some(method) = self.settings.methods.iter().find(|m| same_label(&m.label, label)) {
            return Ownership::Ours(method);
        }
        let learned = self.labels.iter().find(|l| l.channel == channel && same_label(&l.text, label));
        match learned.map(|l| l.provider) {
            Some(Some(provider)) => self.ownership_of(provider),
            // Looked up in vain once: the list of transactions may have lagged behind the order.
            Some(None) | None => Ownership::Unknown,
        }
    }

    pub fn ownership_of(&self, provider: Provider) -> Ownership<'_> {
        self.settings.method(provider).map_or(Ownership::NotOurs, Ownership::Ours)
    }

    pub fn origins(&self, channel: u64) -> &[String] {
        self.channels.iter().find(|c| c.id == channel).map_or(&[], |c| &c.origins)
    }
}

/// Whether people read the same name. Merchants type it by hand, in whatever width their keyboard is set to, and
/// BigCommerce escapes it for HTML here and there.
pub fn same_label(a: &str, b: &str) -> bool {
    a == b || as_read(a) == as_read(b)
}

/// NFKC (half-width kana, full-width letters and combining marks become the usual characters), entities as what they
/// stand for, dots of one meaning as one dot, and white space as single spaces.
fn as_read(label: &str) -> String {
    let mut plain = label.to_owned();
    // Escaped twice is read the same.
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

/// Takes no place: soft hyphen, zero-width spaces and joiners, marks of direction.
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
