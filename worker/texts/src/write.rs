//! The Rust that comes of the files.

use std::fmt::Write as _;

use crate::check::MEASURE;
use crate::files::{Entry, Language, Sentence};

/// The enum of languages that the functions take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enumeration {
    /// One that the crate has already, by its path. A file of a language that it does not list, or a language that
    /// has no file, fails the compiler.
    Path(&'static str),
    /// One that is written here, with each language's tag, for a crate that shares no types with others.
    Own,
}

/// The functions of these audiences, as a module each.
#[must_use]
pub fn write(languages: &[Language], audiences: &[&str], enumeration: &Enumeration) -> String {
    let mut out = String::from("// Written by the build from worker/texts.\n");
    let (path, languages) = match enumeration {
        Enumeration::Path(path) => ((*path).to_owned(), languages.to_vec()),
        Enumeration::Own => {
            // A crate's own enum has no variant for a language in which nobody speaks here.
            let has = |language: &&Language| audiences.iter().any(|name| language.audience(name).is_some());
            let languages: Vec<Language> = languages.iter().filter(has).cloned().collect();
            out.push_str(&own(&languages));
            ("super::Language".to_owned(), languages)
        }
    };
    let Some(english) = languages.iter().find(|language| language.tag == MEASURE) else { return out };
    for name in audiences {
        let Some(measure) = english.audience(name) else { continue };
        let there: Vec<Version<'_>> =
            languages.iter().map(|language| Version { language, texts: language.audience(name) }).collect();
        let has: Vec<&Version<'_>> = there.iter().filter(|version| version.texts.is_some()).collect();
        let _ = writeln!(out, "pub(crate) mod {name} {{\n    use {path} as Language;");
        // A crate that is told the language, as the core is, has no use for the list.
        let tags: Vec<String> =
            has.iter().map(|v| format!("Language::{}", variant(&v.language.tag))).collect();
        let _ = writeln!(
            out,
            "    /// The languages that have these sentences; in every other one they are English.\n    \
             #[allow(dead_code)]\n    pub(crate) const LANGUAGES: &[Language] = &[{}];",
            tags.join(", ")
        );
        table(&mut out, 1, measure, &there);
        out.push_str("}\n");
    }
    out
}

/// An enum of these languages.
fn own(languages: &[Language]) -> String {
    let tags: Vec<&str> = languages.iter().map(|language| language.tag.as_str()).collect();
    let variants: Vec<String> = tags.iter().map(|tag| variant(tag)).collect();
    format!(
        "/// A language that there are sentences in.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq)]\n\
         pub(crate) enum Language {{ {} }}\n\
         /// Each language by its tag.\n\
         pub(crate) const LANGUAGES: &[(&str, Language)] = &[{}];\n",
        variants.join(", "),
        tags.iter()
            .zip(&variants)
            .map(|(tag, v)| format!("({tag:?}, Language::{v})"))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// One language's sentences below one key. None: the language does not have this audience.
struct Version<'a> {
    language: &'a Language,
    texts: Option<&'a Entry>,
}

fn table(out: &mut String, depth: usize, measure: &Entry, there: &[Version<'_>]) {
    let Entry::Table(entries) = measure else { return };
    let indent = "    ".repeat(depth);
    for (key, entry) in entries {
        let below: Vec<Version<'_>> = there
            .iter()
            .map(|version| Version {
                language: version.language,
                texts: version.texts.and_then(|e| child(e, key)),
            })
            .collect();
        match entry {
            Entry::Table(inside) if inside.is_empty() => {}
            Entry::Table(_) => {
                let _ = writeln!(out, "{indent}pub(crate) mod {key} {{\n{indent}    use super::Language;");
                table(out, depth + 1, entry, &below);
                let _ = writeln!(out, "{indent}}}");
            }
            Entry::Sentence(sentence) => self::sentence(out, &indent, key, sentence, &below),
            Entry::List(words) => list(out, &indent, key, words, &below),
        }
    }
}

fn child<'a>(entry: &'a Entry, key: &str) -> Option<&'a Entry> {
    let Entry::Table(entries) = entry else { return None };
    entries.iter().find(|(name, _)| name == key).map(|(_, entry)| entry)
}

fn sentence(out: &mut String, indent: &str, key: &str, english: &Sentence, there: &[Version<'_>]) {
    let of = |version: &Version<'_>| match version.texts {
        Some(Entry::Sentence(sentence)) => sentence.clone(),
        _ => english.clone(),
    };
    let slots = english.slots().unwrap_or_default();
    let counts = there.iter().any(|version| of(version).one.is_some());
    let _ = writeln!(out, "{indent}/// {}", english.text.trim().replace('\n', " "));
    let arms: String = there
        .iter()
        .map(|version| {
            let Sentence { text, one } = of(version);
            let text = match one {
                Some(one) => format!("if count == 1 {{ {one:?} }} else {{ {text:?} }}"),
                None => format!("{text:?}"),
            };
            format!("{indent}        Language::{} => {text},\n", variant(&version.language.tag))
        })
        .collect();
    let choice = format!("match language {{\n{arms}{indent}    }}");
    if slots.is_empty() {
        let _ = writeln!(
            out,
            "{indent}pub(crate) fn {key}(language: Language) -> &'static str {{\n{indent}    {choice}\n{indent}}}"
        );
        return;
    }
    // A count is a number, so that one can be told from many.
    let is_count = |slot: &str| slot == "count" && counts;
    let markup = slots.iter().any(|slot| element(slot).is_some());
    let (mut taken, mut fillings) = (Vec::new(), String::new());
    for slot in slots {
        let (name, kind) = match element(slot) {
            Some(name) => (name, "maud::Markup"),
            None if is_count(slot) => (slot, "u64"),
            None => (slot, "&'a str"),
        };
        let filling = if is_count(slot) { "&count.to_string()" } else { name };
        let filling = match markup && element(slot).is_none() {
            true => format!("maud::html! {{ ({filling}) }}"),
            false => filling.to_owned(),
        };
        taken.push((name, kind));
        let _ = write!(fillings, "({slot:?}, {filling}), ");
    }
    let (fill, text) = if markup { ("fill_markup", "maud::Markup") } else { ("fill", "String") };
    let body = format!("let sentence = {choice};\n{indent}    crate::texts::{fill}(sentence, &[{fillings}])");
    if let [(name, kind)] = taken[..] {
        let kind = kind.replace("'a ", "");
        let _ = writeln!(
            out,
            "{indent}pub(crate) fn {key}(language: Language, {name}: {kind}) -> {text} {{\n{indent}    {body}\n{indent}}}"
        );
        return;
    }
    // Two slots are told apart by name: as arguments, they would change places unseen where somebody words the
    // sentence differently.
    let fields: String =
        taken.iter().map(|(name, kind)| format!("{indent}    pub(crate) {name}: {kind},\n")).collect();
    let (of_struct, of_impl) = if fields.contains("'a ") { ("<'a>", "<'_>") } else { ("", "") };
    let taken = taken.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let name = camel(key, '_');
    let _ = writeln!(
        out,
        "{indent}pub(crate) struct {name}{of_struct} {{\n{fields}{indent}}}\n\
         {indent}impl {name}{of_impl} {{\n\
         {indent}    pub(crate) fn say(self, language: Language) -> {text} {{\n\
         {indent}    let Self {{ {taken} }} = self;\n{indent}    {body}\n{indent}    }}\n{indent}}}"
    );
}

/// The name in a slot for an element, `<name>`. None: the slot is for text.
fn element(slot: &str) -> Option<&str> {
    slot.strip_prefix('<').and_then(|slot| slot.strip_suffix('>'))
}

fn list(out: &mut String, indent: &str, key: &str, english: &[String], there: &[Version<'_>]) {
    let arms: String = there
        .iter()
        .map(|version| {
            let words = match version.texts {
                Some(Entry::List(words)) => words.as_slice(),
                _ => english,
            };
            format!("{indent}        Language::{} => &{words:?},\n", variant(&version.language.tag))
        })
        .collect();
    let _ = writeln!(
        out,
        "{indent}/// {}\n{indent}pub(crate) fn {key}(language: Language) -> &'static [&'static str; {}] {{\n\
         {indent}    match language {{\n{arms}{indent}    }}\n{indent}}}",
        english.join(", "),
        english.len()
    );
}

/// `zh-Hant` → `ZhHant`.
fn variant(tag: &str) -> String {
    camel(tag, '-')
}

/// A name whose parts stand with this between them, as the name of a type.
fn camel(name: &str, between: char) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split(between).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_slots_are_told_apart_by_name() {
        let english = r#"
            [notes]
            paid = "{amount} by {method}"
            until = "Until {time}"
            orders = { one = "{count} order since {day}", other = "{count} orders since {day}" }
            held = "{<held>} of {<whole>}"
        "#;
        let english = Language::read("en", english).expect("the text of a file");
        let written = write(&[english], &["notes"], &Enumeration::Own);
        let has = |line: &str| assert!(written.contains(line), "{line}\n{written}");
        has("struct Paid<'a> {");
        has("pub(crate) method: &'a str,");
        has("let Self { amount, method } = self;");
        has("fn until(language: Language, time: &str) -> String");
        has("pub(crate) count: u64,");
        has("struct Held {");
    }

    #[test]
    fn an_enum_of_the_crates_own_knows_only_languages_that_speak_there() {
        let read = |tag, text| Language::read(tag, text).expect("the text of a file");
        let languages = [
            read("en", "[script]\npay = \"Pay now\"\n[notes]\nunpaid = \"Not paid\""),
            read("ko", "[notes]\nunpaid = \"미결제\""),
            read("zh-Hant", "[script]\npay = \"付款\""),
        ];
        let written = write(&languages, &["script"], &Enumeration::Own);
        assert!(written.contains("enum Language { En, ZhHant }"), "{written}");
        assert!(written.contains("Language::ZhHant => \"付款\""), "{written}");
        assert!(!written.contains("Language::Ko"), "{written}");
    }
}
