//! What is wrong with the files: measured by English, key by key.

use std::fmt;

use crate::files::{Entry, Language};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub tag: String,
    /// The way to the sentence: `shopper.queued.until`.
    pub key: String,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker/texts/{}.toml: {}: {}", self.tag, self.key, self.what)
    }
}

/// The language that every other one is measured by.
pub const MEASURE: &str = "en";

/// Names that a slot may not have: its function has a parameter or a word of that name already.
const TAKEN: [&str; 13] =
    ["language", "sentence", "as", "fn", "for", "if", "in", "match", "move", "ref", "self", "type", "use"];

/// Everything that is wrong.
#[must_use]
pub fn check(languages: &[Language]) -> Vec<Fault> {
    let Some(english) = languages.iter().find(|language| language.tag == MEASURE) else {
        return vec![fault(MEASURE, "", "there is no such file, and every language is measured by it")];
    };
    let mut faults = Vec::new();
    compare(english, "", &english.texts, &english.texts, &mut faults);
    for language in languages.iter().filter(|language| language.tag != MEASURE) {
        let (Entry::Table(audiences), Entry::Table(measure)) = (&language.texts, &english.texts) else {
            continue;
        };
        for (name, theirs) in audiences {
            match measure.iter().find(|(key, _)| key == name) {
                Some((_, ours)) => compare(language, name, ours, theirs, &mut faults),
                None => faults.push(fault(&language.tag, name, "English has no such audience")),
            }
        }
    }
    faults
}

fn fault(tag: &str, key: &str, what: impl Into<String>) -> Fault {
    Fault { tag: tag.to_owned(), key: key.to_owned(), what: what.into() }
}

/// Compares what stands under one key with what English has there.
fn compare(language: &Language, key: &str, measure: &Entry, found: &Entry, faults: &mut Vec<Fault>) {
    let mut say = |what: String| faults.push(fault(&language.tag, key, what));
    match (measure, found) {
        (Entry::Table(measure), Entry::Table(found)) => {
            for (name, one) in measure {
                let below = below(key, name);
                if language.tag == MEASURE && !is_key(name) {
                    faults.push(fault(MEASURE, &below, "is no key: small letters, digits and _ only"));
                }
                match found.iter().find(|(other, _)| other == name) {
                    Some((_, other)) => compare(language, &below, one, other, faults),
                    None => faults.push(fault(&language.tag, &below, "is missing")),
                }
            }
            let strange = found.iter().filter(|(name, _)| !measure.iter().any(|(other, _)| other == name));
            faults.extend(
                strange.map(|(name, _)| fault(&language.tag, &below(key, name), "English has no such key")),
            );
        }
        (Entry::Sentence(measure), Entry::Sentence(found)) => match (measure.slots(), found.slots()) {
            (Ok(wanted), Ok(there)) => {
                for slot in wanted.iter().filter(|slot| !there.contains(slot)) {
                    say(format!("lacks the slot {{{slot}}}"));
                }
                for slot in there.iter().filter(|slot| !wanted.contains(slot)) {
                    say(format!("English has no slot {{{slot}}} here"));
                }
                if found.one.is_some() && !wanted.contains(&"count") {
                    say("tells one from many, but has no slot {count}".to_owned());
                }
                if found.text.trim().is_empty() || found.one.as_ref().is_some_and(|one| one.trim().is_empty())
                {
                    say("is empty".to_owned());
                }
                for slot in there.iter().filter(|slot| TAKEN.contains(slot)) {
                    say(format!("has a slot {{{slot}}}, which is a word of Rust's or ours"));
                }
            }
            (_, Err(why)) => say(why),
            // English was found fault with already.
            (Err(_), Ok(_)) => {}
        },
        (Entry::List(measure), Entry::List(found)) if measure.len() == found.len() => {}
        (Entry::List(measure), Entry::List(found)) => {
            say(format!("has {} words, and English has {}", found.len(), measure.len()));
        }
        _ => say("is of another kind than in English: a sentence, a list or a table".to_owned()),
    }
}

/// True for a name that can be a function of Rust.
fn is_key(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn below(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const ENGLISH: &str = r#"
        [shopper]
        title = "Wait"
        until = "Wait until {time}."
        many = { one = "{count} order", other = "{count} orders" }
        days = ["Sun", "Mon"]
        [panel]
        save = "Save"
    "#;

    /// What is found fault with in a Japanese file of this text.
    fn faults(japanese: &str) -> Vec<String> {
        let read = |tag, text| Language::read(tag, text).expect("the text of a file");
        check(&[read("en", ENGLISH), read("ja", japanese)]).iter().map(ToString::to_string).collect()
    }

    const JAPANESE: &str = r#"
        [shopper]
        title = "お待ちください"
        until = "{time}までお待ちください。"
        many = "{count}件の注文"
        days = ["日", "月"]
    "#;

    #[test]
    fn a_language_may_lack_an_audience_altogether() {
        assert_eq!(faults(JAPANESE), [""; 0]);
    }

    #[test]
    fn a_missing_key_is_named() {
        let lacking = JAPANESE.replace("title = \"お待ちください\"", "");
        assert_eq!(faults(&lacking), ["worker/texts/ja.toml: shopper.title: is missing"]);
    }

    #[test]
    fn a_key_or_an_audience_that_english_lacks_is_named() {
        let more = JAPANESE.to_owned() + "more = \"もっと\"\n[staff]\nnote = \"メモ\"";
        let wanted = [
            "worker/texts/ja.toml: shopper.more: English has no such key",
            "worker/texts/ja.toml: staff: English has no such audience",
        ];
        assert_eq!(faults(&more), wanted);
    }

    #[test]
    fn a_wrong_or_a_missing_slot_is_named() {
        let wrong = JAPANESE.replace("{time}", "{hour}");
        let wanted = [
            "worker/texts/ja.toml: shopper.until: lacks the slot {time}",
            "worker/texts/ja.toml: shopper.until: English has no slot {hour} here",
        ];
        assert_eq!(faults(&wrong), wanted);
    }

    #[test]
    fn what_cannot_be_a_slot_is_named() {
        for wrong in ["{time", "time}", "{}", "{Time}", "{ time }", "{<time}", "{<>}"] {
            let found = faults(&JAPANESE.replace("{time}", wrong));
            assert!(found.len() == 1 && found[0].contains("shopper.until: "), "{wrong}: {found:?}");
        }
    }

    #[test]
    fn lists_are_of_one_length_and_kinds_are_not_mixed() {
        let wrong = JAPANESE.replace("[\"日\", \"月\"]", "[\"日\"]").replace("\"お待ちください\"", "[\"a\"]");
        let found = faults(&wrong);
        assert!(
            found.iter().any(|f| f.contains("shopper.days: has 1 words, and English has 2")),
            "{found:?}"
        );
        assert!(found.iter().any(|f| f.contains("shopper.title: is of another kind")), "{found:?}");
    }

    #[test]
    fn what_is_said_of_many_has_every_slot() {
        let wrong =
            JAPANESE.replace("\"{count}件の注文\"", "{ one = \"{count}件の注文\", other = \"注文\" }");
        assert_eq!(faults(&wrong), ["worker/texts/ja.toml: shopper.many: lacks the slot {count} for many"]);
    }

    #[test]
    fn a_slot_that_no_parameter_can_be_called_is_named() {
        let english = Language::read("en", "[shopper]\nkind = \"{type}\"").expect("a file");
        assert_eq!(check(&[english]).len(), 1);
    }

    #[test]
    fn an_empty_sentence_is_named() {
        assert_eq!(faults(&JAPANESE.replace("title = \"お待ちください\"", "title = \" \"")).len(), 1);
    }

    #[test]
    fn what_is_no_text_at_all_is_named_with_its_key() {
        let why = Language::read("ja", "[shopper]\ntitle = 1").expect_err("a number is no sentence");
        assert_eq!(why, "ja.toml: shopper: title: is no text, but: integer");
    }

    #[test]
    fn our_own_files_have_no_fault() {
        let languages = crate::load(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the files of this crate");
        assert_eq!(check(&languages), []);
    }
}
