//! The files as they stand: tables of tables, whose leaves are sentences.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// One language's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// Its language tag, which is the file's name: `ja`, `zh-Hant`.
    pub tag: String,
    pub texts: Entry,
}

/// A table, or a leaf of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Table(Vec<(String, Entry)>),
    Sentence(Sentence),
    /// Words that are chosen by their place: days of the week, months.
    List(Vec<String>),
}

/// A sentence with its slots: `Please wait until {time}.` What is set off or can be pressed stands in a slot for an
/// element: `You have paid {<amount>}.`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    pub text: String,
    /// What is said instead if the slot `count` is 1, in languages that tell one from many.
    pub one: Option<String>,
}

impl Sentence {
    /// The slots in the order in which they first appear.
    ///
    /// # Errors
    ///
    /// A brace without its partner, a slot whose name is none, or one that is there for one but not for many: what is
    /// said of many is said of every other number.
    pub fn slots(&self) -> Result<Vec<&str>, String> {
        let all = slots(&self.text)?;
        let of_one = self.one.as_deref().map_or(Ok(Vec::new()), slots)?;
        match of_one.into_iter().find(|slot| !all.contains(slot)) {
            Some(slot) => Err(format!("lacks the slot {{{slot}}} for many")),
            None => Ok(all),
        }
    }
}

fn slots(text: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (name, after) = rest[at..]
            .strip_prefix('{')
            .and_then(|from| from.split_once('}'))
            .ok_or_else(|| format!("a brace stands alone in “{text}”"))?;
        let inner = name.strip_prefix('<').and_then(|from| from.strip_suffix('>')).unwrap_or(name);
        let is_name = inner.starts_with(|c: char| c.is_ascii_lowercase())
            && inner.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !is_name {
            return Err(format!("“{{{name}}}” is no slot, in “{text}”"));
        }
        if !found.contains(&name) {
            found.push(name);
        }
        rest = after;
    }
    Ok(found)
}

/// Reads every `*.toml` of a folder but the crate's own.
///
/// # Errors
///
/// A file that cannot be read, or holds something that is no sentence.
pub fn load(folder: &Path) -> Result<Vec<Language>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let paths: BTreeSet<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let mut languages = Vec::new();
    for path in paths {
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        let Some(tag) =
            path.file_stem().and_then(|stem| stem.to_str()).filter(|tag| is_toml && *tag != "Cargo")
        else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        languages.push(Language::read(tag, &text)?);
    }
    Ok(languages)
}

impl Language {
    /// A language from the text of its file.
    ///
    /// # Errors
    ///
    /// Text that is no TOML, or holds something that is no sentence.
    pub fn read(tag: &str, text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|e| format!("{tag}.toml: {e}"))?;
        let texts = entry(&Value::Table(table)).map_err(|e| format!("{tag}.toml: {e}"))?;
        Ok(Self { tag: tag.to_owned(), texts })
    }

    /// The table of an audience.
    #[must_use]
    pub fn audience(&self, name: &str) -> Option<&Entry> {
        let Entry::Table(audiences) = &self.texts else { return None };
        audiences.iter().find(|(key, _)| key == name).map(|(_, entry)| entry)
    }
}

fn entry(value: &Value) -> Result<Entry, String> {
    Ok(match value {
        Value::String(text) => Entry::Sentence(Sentence { text: text.clone(), one: None }),
        Value::Array(words) => {
            let words = words.iter().map(|word| word.as_str().map(str::to_owned));
            Entry::List(words.collect::<Option<_>>().ok_or("a list holds something that is no text")?)
        }
        Value::Table(table) => match (table.get("one"), table.get("other")) {
            (Some(Value::String(one)), Some(Value::String(other))) if table.len() == 2 => {
                Entry::Sentence(Sentence { text: other.clone(), one: Some(one.clone()) })
            }
            _ => {
                let entries = table.iter().map(|(key, value)| {
                    let entry = entry(value).map_err(|e| format!("{key}: {e}"))?;
                    Ok((key.clone(), entry))
                });
                Entry::Table(entries.collect::<Result<_, String>>()?)
            }
        },
        other => return Err(format!("is no text, but: {}", other.type_str())),
    })
}
