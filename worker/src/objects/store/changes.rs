//! Who changed what. Keys, secrets, methods and settings decide where a store's money goes, and any member of the
//! staff may be able to change them. So each change is kept: who, when, from what, to what. Secrets appear only in
//! their masked form.

use super::records::{Records, integer};
use crate::objects::messages::desk::{Change, KEY, METHODS};
use crate::objects::sql::rows;
use crate::profile::KomojuAccount;
use domain::state::settings::{Method, Settings};
use domain::time::DAY_MS;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use worker::Result;

/// How long changes are kept, in ms: as long as payments, so that it can be told under which settings a payment was
/// made.
const KEPT_MS: i64 = 400 * DAY_MS;
/// For how long (ms) the overview says that the store was pointed at another KOMOJU account.
pub const ANNOUNCED_MS: i64 = 30 * DAY_MS;
/// How many changes the page shows.
const SHOWN: u64 = 200;

/// One change: what, from what, to what. `what` is a setting's name or one of the keys in `messages::desk`.
pub type Difference = (String, String, String);

/// What differs between two versions of the settings. The methods are told as one change; the version counter is left
/// out.
pub fn differences(before: &Settings, after: &Settings) -> Vec<Difference> {
    let as_json = |settings| serde_json::to_value(settings).unwrap_or_default();
    let (old, new) = (as_json(before), as_json(after));
    let fields: BTreeSet<&String> =
        [&old, &new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
    let plain = |name: &&String| !["version", "methods", "methods_chosen"].contains(&name.as_str());
    let mut found: Vec<Difference> = fields
        .into_iter()
        .filter(plain)
        .map(|name| (name.clone(), shown(old.get(name)), shown(new.get(name))))
        .filter(|(_, from, to)| from != to)
        .collect();
    let methods = (methods_in_words(&before.methods), methods_in_words(&after.methods));
    if methods.0 != methods.1 {
        found.push((METHODS.to_owned(), methods.0, methods.1));
    }
    found
}

/// A setting's value as text; empty: not set.
fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(value) => value.to_string(),
    }
}

/// The methods as one line: `cod “コンビニ” (konbini); …`. `*`: all payment types.
fn methods_in_words(methods: &[Method]) -> String {
    let one = |method: &Method| {
        let types = if method.types.is_empty() { "*".to_owned() } else { method.types.join(", ") };
        [method.provider.id(), " “", &method.label, "” (", &types, ")"].concat()
    };
    methods.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The change of the KOMOJU account or key, if there is one.
pub fn of_key(before: Option<&KomojuAccount>, after: &KomojuAccount) -> Option<Difference> {
    let same = before.is_some_and(|before| before.id == after.id);
    let from = before.map(|before| before.masked.clone()).unwrap_or_default();
    (!same).then(|| (KEY.to_owned(), from, after.masked.clone()))
}

impl Records {
    /// Keeps changes with their author, and drops those that are too old.
    pub fn note_changes(&self, user: u64, at_ms: i64, changes: &[Difference]) -> Result<()> {
        let name = self.staff_name(user)?;
        for (what, from, to) in changes {
            let insert = "INSERT INTO change (at_ms, user, name, what, old, new) VALUES (?, ?, ?, ?, ?, ?)";
            let values = vec![
                at_ms.into(),
                integer(user)?,
                name.as_str().into(),
                what.as_str().into(),
                from.as_str().into(),
                to.as_str().into(),
            ];
            self.sql().exec(insert, values)?;
        }
        self.sql().exec("DELETE FROM change WHERE at_ms < ?", vec![(at_ms - KEPT_MS).into()])?;
        Ok(())
    }

    /// The latest changes, newest first.
    pub fn changes(&self) -> Result<Vec<Change>> {
        self.changes_where("1 OR ? OR ?", "", 0, SHOWN)
    }

    /// The last change to another KOMOJU account, if it is younger than `since_ms`. Entering the store's first
    /// account does not count.
    pub fn account_changed(&self, since_ms: i64) -> Result<Option<Change>> {
        Ok(self.changes_where("what = ? AND at_ms >= ? AND old <> ''", KEY, since_ms, 1)?.pop())
    }

    fn changes_where(&self, condition: &str, what: &str, since_ms: i64, most: u64) -> Result<Vec<Change>> {
        let query = [
            "SELECT at_ms, user, name, what, old, new FROM change WHERE ",
            condition,
            " ORDER BY n DESC LIMIT ",
            &most.to_string(),
        ];
        let found = rows(self.sql(), &query.concat(), vec![what.into(), since_ms.into()])?;
        let change = |mut row: crate::objects::sql::Row| {
            Ok(Change {
                at_ms: row.number()?,
                user: row.number()?,
                name: row.text()?,
                what: row.text()?,
                from: row.text()?,
                to: row.text()?,
            })
        };
        found.into_iter().map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::settings::{Capture, Provider, RefundPolicy};

    #[test]
    fn every_setting_that_differs_is_named_with_what_it_was_and_is() {
        let before = Settings::default();
        let mut after = Settings { version: 9, methods_chosen: true, ..before.clone() };
        assert_eq!(differences(&before, &after), [], "a counter is no change");
        after.capture = Capture::Manual;
        after.refunds = RefundPolicy::AtOnce;
        after.unpaid_grace_hours = 5;
        after.test_moves_orders = true;
        let difference = |what: &str, from: &str, to: &str| (what.to_owned(), from.to_owned(), to.to_owned());
        let mut found = differences(&before, &after);
        found.sort();
        assert_eq!(
            found,
            [
                difference("capture", "auto", "manual"),
                difference("refunds", "confirm", "at_once"),
                difference("test_moves_orders", "false", "true"),
                difference("unpaid_grace_hours", "72", "5"),
            ]
        );
    }

    #[test]
    fn methods_are_told_by_name_and_types() {
        let method = |label: &str, types: &[&str]| Method {
            provider: Provider::Cod,
            label: label.to_owned(),
            types: types.iter().map(ToString::to_string).collect(),
        };
        let before = Settings { methods: vec![method("コンビニ", &["konbini"])], ..Settings::default() };
        let after = Settings { methods: vec![method("カード", &[])], ..before.clone() };
        let told = differences(&before, &after);
        assert_eq!(
            told,
            [(METHODS.to_owned(), "cod “コンビニ” (konbini)".to_owned(), "cod “カード” (*)".to_owned())]
        );
    }
}
