//! The few sentences that are needed before the server has answered, or when it does not, as the build has written them
//! from `worker/texts`. All others come from the server.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The language part of a tag: `ja` of `ja-JP`, and of BigCommerce's `ja_JP`.
fn primary(tag: &str) -> &str {
    let end = tag.bytes().position(|byte| matches!(byte, b'-' | b'_')).unwrap_or(tag.len());
    tag.get(..end).unwrap_or(tag)
}

/// True for Chinese in traditional characters: `zh-Hant`, `zh_Hant_TW`, and the places where those are in use. Any other
/// Chinese is in simplified ones: `zh`, `zh-CN`, `zh-Hans-HK`. The server has the same rule (`code_of` of its `Locale`).
fn is_traditional(tag: &str) -> bool {
    let has = |at: usize, part: &str| {
        let found = tag.as_bytes().get(at..at + part.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(part.as_bytes()))
    };
    has(0, "zh") && ["hant", "tw", "hk", "mo"].into_iter().any(|way| has(3, way))
}

/// True if two tags name the same language: `ja_JP` and `ja`, `zh-TW` and `zh_Hant`, but not `zh-TW` and `zh-CN`.
pub fn is_same(tag: &str, other: &str) -> bool {
    primary(tag).eq_ignore_ascii_case(primary(other)) && is_traditional(tag) == is_traditional(other)
}

impl Language {
    /// The language that a person with this language tag is spoken to in; English for every one that we do not have.
    #[inline(never)]
    pub fn for_tag(tag: &str) -> Language {
        let ours = LANGUAGES.iter().find(|(ours, _)| is_same(tag, ours));
        ours.map_or(Language::En, |(_, language)| *language)
    }

    /// Its own tag: for `lang`, and for the server, which answers in the same language.
    pub fn tag(self) -> &'static str {
        LANGUAGES.iter().find(|(_, language)| *language == self).map_or("en", |(tag, _)| tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(tag: &str) -> (&'static str, &'static str) {
        let language = Language::for_tag(tag);
        (language.tag(), script::again(language))
    }

    #[test]
    fn a_tag_leads_to_its_language_however_it_is_written() {
        for tag in ["ja", "ja-JP", "ja_JP", "JA"] {
            assert_eq!(spoken(tag), ("ja", "もう一度試す"), "{tag}");
        }
        for tag in ["ko", "ko-KR", "ko_KR", "KO"] {
            assert_eq!(spoken(tag), ("ko", "다시 시도"), "{tag}");
        }
    }

    #[test]
    fn chinese_is_told_apart_by_how_it_is_written() {
        let opens = |tag| script::open(Language::for_tag(tag));
        for tag in ["zh", "zh-CN", "zh_CN", "ZH", "zh_SG", "zh-Hans", "zh-Hans-SG", "zh-Hans-HK"] {
            assert_eq!(spoken(tag).0, "zh-Hans", "{tag}");
            assert_eq!(opens(tag), "打开付款页面", "{tag}");
        }
        for tag in ["zh-TW", "zh_TW", "zh-tw", "zh-HK", "zh-MO", "zh-Hant", "zh-Hant-HK", "zh_Hant_TW"] {
            assert_eq!(spoken(tag).0, "zh-Hant", "{tag}");
            assert_eq!(opens(tag), "開啟付款頁面", "{tag}");
        }
    }

    #[test]
    fn two_tags_of_one_language_are_the_same() {
        for (tag, other) in [("ja", "ja_JP"), ("zh-TW", "zh_Hant"), ("zh", "zh-Hans-CN"), ("en-HK", "en")] {
            assert!(is_same(tag, other) && is_same(other, tag), "{tag} and {other}");
        }
        for (tag, other) in [("ja", "en"), ("zh-TW", "zh-CN"), ("zh", "zh-Hant"), ("zh", "zha"), ("", "zh")] {
            assert!(!is_same(tag, other) && !is_same(other, tag), "{tag} and {other}");
        }
    }

    #[test]
    fn every_other_tag_is_spoken_to_in_english_and_said_to_be() {
        for tag in ["en", "en_AU", "en-TW", "tlh", "jam", "kok-IN", "zha", "k", "日本語", ""] {
            assert_eq!(spoken(tag), ("en", "Try again"), "{tag}");
        }
    }

    #[test]
    fn every_language_comes_back_by_its_own_tag() {
        for (tag, language) in LANGUAGES {
            assert_eq!((Language::for_tag(tag), language.tag()), (*language, *tag));
        }
    }
}
