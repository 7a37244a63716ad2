//! The languages in which we speak to people. Adding one is a line in [`Locale`] and a file in `worker/texts`.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A language that we have sentences in, for one audience at least.
///
/// The version before this one knows `ja` and `en` only, and versions run side by side while one is deployed. So a
/// newer language is written as `en` wherever it is stored or sent; [`Spoken`] carries it beside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Locale {
    Ja,
    #[serde(rename(serialize = "en", deserialize = "ko"))]
    Ko,
    #[serde(rename(serialize = "en", deserialize = "zh-Hans"))]
    #[strum(serialize = "zh-Hans")]
    ZhHans,
    #[serde(rename(serialize = "en", deserialize = "zh-Hant"))]
    #[strum(serialize = "zh-Hant")]
    ZhHant,
    /// Also what a language becomes that this version does not know.
    #[default]
    #[serde(other)]
    En,
}

impl Locale {
    /// Its language tag: `ja`, `en`, `zh-Hant`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The language that a tag of a browser or store names: `ja`, `ja-JP` and `ja_JP` are Japanese. None: we have no
    /// sentences in it.
    pub fn named(tag: &str) -> Option<Self> {
        let code = code_of(tag);
        Self::VARIANTS.iter().copied().find(|locale| locale.code().eq_ignore_ascii_case(code))
    }

    /// The first of the offered languages that a list of tags names, in the order of the list: a single tag, or a
    /// browser's `accept-language`.
    ///
    /// ```
    /// use domain::texts::locale::Locale;
    ///
    /// let offered = [Locale::En, Locale::Ja];
    /// assert_eq!(Locale::among(&offered, "fr-FR,ko;q=0.9,ja;q=0.8"), Some(Locale::Ja));
    /// assert_eq!(Locale::among(&offered, "fr"), None);
    /// ```
    pub fn among(offered: &[Self], tags: &str) -> Option<Self> {
        tags.split(',').filter_map(Self::named).find(|locale| offered.contains(locale))
    }
}

/// The code under which a tag's language has its sentences: its first part, or for Chinese, which is written in two
/// ways, that and the way. The part after `zh` names the way or the region, so `zh-Hans-HK` is simplified. The script
/// has the same rule (`storefront-wasm/src/text.rs`).
fn code_of(tag: &str) -> &str {
    let mut parts = tag.trim().split(['-', '_', ';']);
    let language = parts.next().unwrap_or_default();
    let traditional =
        |part: &str| ["hant", "tw", "hk", "mo"].iter().any(|one| part.eq_ignore_ascii_case(one));
    match language.eq_ignore_ascii_case("zh") {
        true if parts.next().is_some_and(traditional) => "zh-Hant",
        true => "zh-Hans",
        false => language,
    }
}

/// What the version before knows.
const KNOWN_BEFORE: [Locale; 2] = [Locale::Ja, Locale::En];

/// A language on its way to code of another version: as [`Locale`], and by its tag beside.
///
/// ```text
/// {"locale":"en","spoken":"ko"}      the version before this one speaks English, this one Korean
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Beside", into = "Beside")]
pub struct Spoken(pub Locale);

#[derive(Serialize, Deserialize)]
struct Beside {
    locale: Locale,
    #[serde(skip_serializing_if = "Option::is_none")]
    spoken: Option<String>,
}

impl From<Beside> for Spoken {
    fn from(sent: Beside) -> Self {
        Self(sent.spoken.as_deref().and_then(Locale::named).unwrap_or(sent.locale))
    }
}

impl From<Spoken> for Beside {
    fn from(Spoken(locale): Spoken) -> Self {
        let is_newer = !KNOWN_BEFORE.contains(&locale);
        Self { locale, spoken: is_newer.then(|| locale.code().to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_language_is_known_by_any_form_of_its_tag() {
        for (tag, locale) in [
            ("ja", Locale::Ja),
            ("ja-JP", Locale::Ja),
            ("ja_JP", Locale::Ja),
            ("KO", Locale::Ko),
            ("zh_CN", Locale::ZhHans),
            ("zh-tw", Locale::ZhHant),
        ] {
            assert_eq!(Locale::named(tag), Some(locale), "{tag}");
        }
        for tag in ["", "j", "jam", "tlh-JA", "*", "日本語"] {
            assert_eq!(Locale::named(tag), None, "{tag}");
        }
    }

    #[test]
    fn every_language_is_found_by_its_own_tag() {
        for locale in Locale::VARIANTS {
            assert_eq!(Locale::named(locale.code()), Some(*locale));
        }
    }

    #[test]
    fn chinese_is_told_apart_by_how_it_is_written() {
        for tag in ["zh-TW", "zh-HK", "zh-MO", "zh_Hant_TW", "zh-Hant", "ZH-tw;q=0.8"] {
            assert_eq!(code_of(tag), "zh-Hant", "{tag}");
        }
        for tag in ["zh", "zh-CN", "zh-Hans-SG", "zh-Hans-HK", "zh_SG", "zh;q=0.8"] {
            assert_eq!(code_of(tag), "zh-Hans", "{tag}");
        }
    }

    #[test]
    fn the_first_language_that_is_offered_counts() {
        let offered = [Locale::En, Locale::Ja];
        assert_eq!(Locale::among(&offered, "ko-KR, ja;q=0.9, en;q=0.8"), Some(Locale::Ja));
        assert_eq!(Locale::among(&[Locale::En], "ko, ja"), None);
        let chinese = [Locale::ZhHans, Locale::ZhHant];
        assert_eq!(Locale::among(&chinese, "zh-TW,zh;q=0.9,en;q=0.8"), Some(Locale::ZhHant));
    }

    #[test]
    fn the_version_before_reads_what_is_written() {
        for locale in Locale::VARIANTS {
            let written = serde_json::to_value(locale).expect("a text");
            assert!(["ja", "en"].contains(&written.as_str().unwrap_or_default()), "{written}");
            let sent = serde_json::to_value(Spoken(*locale)).expect("an object");
            assert_eq!(sent["locale"], written);
            assert_eq!(serde_json::from_value::<Spoken>(sent).expect("it was sent"), Spoken(*locale));
        }
    }

    #[test]
    fn what_another_version_wrote_is_read() {
        for (sent, locale) in [
            ("ja", Locale::Ja),
            ("ko", Locale::Ko),
            ("zh-Hans", Locale::ZhHans),
            ("zh-Hant", Locale::ZhHant),
            ("en", Locale::En),
            ("xx", Locale::En),
        ] {
            assert_eq!(serde_json::from_value::<Locale>(json!(sent)).expect("any text"), locale);
            let sent = json!({ "locale": sent });
            assert_eq!(serde_json::from_value::<Spoken>(sent).expect("without a language"), Spoken(locale));
        }
    }
}
