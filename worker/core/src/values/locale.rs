//! The languages in which we speak to people.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A language of ours that KOMOJU's page speaks, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Locale {
    Ja,
    #[default]
    En,
    Ko,
}

impl Locale {
    /// Its language tag: `ja`, `en`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Locale {
    /// From a language tag of a browser or store: `ja`, `ja-JP` and `ja_JP` are Japanese, everything else is English.
    pub fn from_tag(tag: &str) -> Self {
        match tag.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("ja")) {
            true => Self::Ja,
            false => Self::En,
        }
    }
}
