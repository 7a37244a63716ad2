//! The few sentences that are needed before the server has answered, or when it does not, as the build has written them
//! from `worker/texts`. All others come from the server.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The language part of a tag: `ja` of `ja-JP`, and of BigCommerce's `ja_JP`.
fn primary(tag: &str) -> &str {
    let end = tag.bytes().position(|byte| matches!(byte, b'-' | b'_')).unwrap_or(tag.len());
    tag.get(..end).unwrap_or(tag)
}

/// True if two tags name the same language: `ja_JP` and `ja`.
pub fn is_same(tag: &str, other: &str) -> bool {
    primary(tag).eq_ignore_ascii_case(primary(other))
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
        (language.tag(), script::pay(language))
    }

    #[test]
    fn a_tag_leads_to_its_language_however_it_is_written() {
        for tag in ["ja", "ja-JP", "ja_JP", "JA"] {
            assert_eq!(spoken(tag), ("ja", "お支払いへ進む"), "{tag}");
        }
        for tag in ["ko", "ko-KR", "ko_KR", "KO"] {
            assert_eq!(spoken(tag), ("ko", "결제하기"), "{tag}");
        }
    }

    #[test]
    fn every_other_tag_is_spoken_to_in_english_and_said_to_be() {
        for tag in ["en", "en_AU", "tlh", "jam", "kok-IN", "k", "日本語", ""] {
            assert_eq!(spoken(tag), ("en", "Pay now"), "{tag}");
        }
    }

    #[test]
    fn every_language_comes_back_by_its_own_tag() {
        for (tag, language) in LANGUAGES {
            assert_eq!((Language::for_tag(tag), language.tag()), (*language, *tag));
        }
    }
}
