//! The state as rows: what is stored, and how it is read back.
//!
//! A row is `(kind, key) → JSON`:
//!
//! ```text
//! head          –                                 one row: Head
//! order         –                                 the order's register
//! order_refunds –                                 the register of its refunds
//! attempt       0000000001                        one row per attempt
//! payment       pay_1                             one row per payment
//! hint          0000000003                        by seq
//! decision      0000000057                        by seq
//! deed          refund-bc-refund:12#0000000001    one row per try
//! reached       pay_1#paid                        one row per milestone
//! timeline      0000000000                        by place, counted from the first line ever
//! ```
//!
//! A commit writes only the rows that differ from what was last written, all of them or none, and
//! before any call leaves. So a crash at any point loses no call that was sent, and what a webhook
//! costs does not grow with the history.
//!
//! The head row names the schema. Rows of an older one are upgraded as they are read, and
//! written back by the next commit.

use super::SCHEMA;
use super::decision::StoredDecision;
use super::deed::{Deed, MilestoneKind, Subject};
use super::hint::StoredHint;
use super::history::Entry;
use super::{Attempt, Head, Payment, Reached, State};
use crate::json::write;
use crate::values::attention::Attention;
use crate::values::by_key::ByKey;
use crate::values::ids::PaymentId;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// One row to write or delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub kind: String,
    pub key: String,
    /// JSON; None deletes the row.
    pub body: Option<String>,
}

/// A stored row that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrupt {
    pub kind: String,
    pub key: String,
    pub why: String,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}/{}: {}", self.kind, self.key, self.why)
    }
}

impl std::error::Error for Corrupt {}

/// JSON bodies by kind and key.
pub type Rows = ByKey<(String, String), String>;

/// All rows of a state.
pub fn rows(state: &State) -> Rows {
    let mut rows = Rows::default();
    put_head(&mut rows, state);
    let mut put = |kind: &str, key: String, body: String| rows.insert((kind.to_owned(), key), body);
    put("order", String::new(), write(&state.order));
    put("order_refunds", String::new(), write(&state.order_refunds));
    for attempt in &state.attempts {
        put("attempt", padded(u64::from(attempt.n)), write(attempt));
    }
    for (id, payment) in state.payments.iter() {
        put("payment", id.to_string(), write(payment));
    }
    for hint in &state.hints {
        put("hint", padded(hint.seq), write(hint));
    }
    for decision in &state.decisions {
        put("decision", padded(decision.seq), write(decision));
    }
    for deed in &state.deeds {
        put("deed", format!("{}#{}", deed.action, padded(u64::from(deed.n))), write(deed));
    }
    for ((subject, milestone), reached) in state.reached.iter() {
        put("reached", format!("{subject}#{}", milestone.key()), write(&(subject, milestone, reached)));
    }
    for (i, entry) in (state.head.timeline_start..).zip(&state.timeline) {
        put("timeline", padded(i), write(entry));
    }
    rows
}

/// Writes the head row anew, once a commit has raised its version.
pub fn put_head(rows: &mut Rows, state: &State) {
    rows.insert(("head".to_owned(), String::new()), write(&state.head));
}

/// What leads from `old` to `new`: the rows that differ, and a deletion for each that is gone.
pub fn difference(old: &Rows, new: &Rows) -> Vec<Record> {
    let changed = new.iter().filter(|(key, body)| old.get(key) != Some(body));
    let gone = old.keys().filter(|key| !new.contains_key(key));
    let write = |((kind, key), body): (&(String, String), &String)| Record {
        kind: kind.clone(),
        key: key.clone(),
        body: Some(body.clone()),
    };
    let delete = |(kind, key): &(String, String)| Record { kind: kind.clone(), key: key.clone(), body: None };
    changed.map(write).chain(gone.map(delete)).collect()
}

/// Reads a state back. Errors: the first row that this version cannot read. We never skip a row, because it may be a
/// deed that moved money.
pub fn restore(rows: &Rows) -> Result<State, Corrupt> {
    let mut state = State::default();
    let head = rows.get(&("head".to_owned(), String::new()));
    let schema = head
        .map(|body| Row { kind: "head", key: "", body }.parse::<Head>())
        .transpose()?
        .map_or(SCHEMA, |h| h.schema);
    for ((kind, key), body) in rows.iter() {
        let body = if schema < SCHEMA { &upgraded(kind, body) } else { body };
        let read = Row { kind, key, body };
        match kind.as_str() {
            "head" => state.head = read.parse::<Head>()?,
            "order" => state.order = read.parse()?,
            "order_refunds" => state.order_refunds = read.parse()?,
            "attempt" => state.attempts.push(read.parse::<Attempt>()?),
            "payment" => {
                let id = PaymentId::parse(key).map_err(|e| read.corrupt(e.to_string()))?;
                state.payments.insert(id, read.parse::<Payment>()?);
            }
            "hint" => state.hints.push(read.parse::<StoredHint>()?),
            "decision" => state.decisions.push(read.parse::<StoredDecision>()?),
            "deed" => state.deeds.push(read.parse::<Deed>()?),
            "reached" => {
                let (subject, milestone, reached): (Subject, MilestoneKind, Reached) = read.parse()?;
                state.reached.insert((subject, milestone), reached);
            }
            "timeline" => state.timeline.push(read.parse::<Entry>()?),
            _ => return Err(read.corrupt("a kind this version does not know".to_owned())),
        }
    }
    state.head.schema = SCHEMA;
    sort(&mut state);
    Ok(state)
}

/// A row of schema 1, as schema 2 would have written it. A body that is not JSON is returned as it is: reading it
/// will fail and name the row.
fn upgraded(kind: &str, body: &str) -> String {
    let Ok(mut row) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    match kind {
        "deed" => {
            let update = row.pointer_mut("/action/UpdateOrder").and_then(Value::as_object_mut);
            if let Some((update, payment)) = update.and_then(|u| u.remove("payment").map(|p| (u, p))) {
                update.insert("subject".to_owned(), payment);
            }
        }
        // Schema 1 showed a refund made at KOMOJU to the merchant. This version books it in BigCommerce instead.
        "reached" => {
            let shown = row.pointer("/2/attention").and_then(Value::as_str);
            if shown == Some(Attention::RefundedAtKomoju.key()) {
                row[2]["attention"] = Value::Null;
            }
        }
        _ => {}
    }
    row.to_string()
}

/// Rows come in the order of their keys. Deeds are put back into the order in which they were sent.
fn sort(state: &mut State) {
    state.deeds.sort_by_key(|deed| (deed.seq, deed.n));
}

struct Row<'a> {
    kind: &'a str,
    key: &'a str,
    body: &'a str,
}

impl Row<'_> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, Corrupt> {
        crate::json::read(self.body).map_err(|e| self.corrupt(e.to_string()))
    }

    fn corrupt(&self, why: String) -> Corrupt {
        Corrupt { kind: self.kind.to_owned(), key: self.key.to_owned(), why }
    }
}

/// A number as a key: as text, these sort like numbers.
fn padded(n: u64) -> String {
    format!("{n:010}")
}
