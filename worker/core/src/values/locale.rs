//! The languages that people are spoken to in.

use crate::json::names;

/// A language that KOMOJU's page and ours speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Locale {
    Ja,
    #[default]
    En,
}

names!(Locale, code { Ja = "ja", En = "en" });

impl Locale {
    /// `ja`, `ja-JP`, `ja_JP` are Japanese; everything else is English.
    pub fn from_tag(tag: &str) -> Self {
        match tag.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("ja")) {
            true => Self::Ja,
            false => Self::En,
        }
    }
}
