//! The languages that people are spoken to in.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A language that KOMOJU's page and ours speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Locale {
    Ja,
    #[default]
    En,
}

impl Locale {
    /// What it is called wherever text must name it.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Locale {
    /// `ja`, `ja-JP`, `ja_JP` are Japanese; everything else is English.
    pub fn from_tag(tag: &str) -> Self {
        match tag.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("ja")) {
            true => Self::Ja,
            false => Self::En,
        }
    }
}
