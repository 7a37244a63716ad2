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
//! A commit writes only the rows that differ from what was last written ([`Written`]), all of them or none, and before
//! any call leaves. So a crash at any point loses no call that was sent, and what a webhook costs does not grow with
//! the history.
//!
//! Of a message, only its own row is written at first. What follows from it (a register that wants a look, a line of the
//! timeline) is written by the next commit of everything, and until then is derived anew by whoever loads the rows:
//!
//! ```text
//! head seq 7, hint 5                the state as the last whole commit left it
//! hint 8, hint 9                    newer than the head: came in since, and are taken in again ([`Stored::heard`])
//! head seq 11, hint 5, 8, 9, …      the next whole commit
//! ```
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
use serde::Serialize;
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

/// What of the state is a list: each element is a row.
trait Element: Clone + PartialEq {
    const KIND: &'static str;
    /// The row's key. `place`: where the element stands, counted from the first that the list ever had.
    fn key(&self, place: u64) -> String;
    /// True if both are the same row, perhaps with other content.
    fn is(&self, place: u64, other: &Self, others_place: u64) -> bool;
    /// The row's content, as JSON.
    fn body(&self) -> String;
}

/// One line for each list: its kind, by what two rows are the same, the key, the content.
macro_rules! element {
    ($type:ty, $kind:literal, $same:expr, $key:expr, $body:expr) => {
        impl Element for $type {
            const KIND: &'static str = $kind;

            fn key(&self, place: u64) -> String {
                let key: fn(&Self, u64) -> String = $key;
                key(self, place)
            }

            fn is(&self, place: u64, other: &Self, others_place: u64) -> bool {
                let same: fn((&Self, u64), (&Self, u64)) -> bool = $same;
                same((self, place), (other, others_place))
            }

            fn body(&self) -> String {
                let body: fn(&Self) -> String = $body;
                body(self)
            }
        }
    };
}

element!(Attempt, "attempt", |(a, _), (b, _)| a.n == b.n, |a, _| padded(u64::from(a.n)), |a| write(a));
element!((PaymentId, Payment), "payment", |(a, _), (b, _)| a.0 == b.0, |p, _| p.0.to_string(), |p| write(
    &p.1
));
element!(StoredHint, "hint", |(a, _), (b, _)| a.seq == b.seq, |h, _| padded(h.seq), |h| write(h));
element!(StoredDecision, "decision", |(a, _), (b, _)| a.seq == b.seq, |d, _| padded(d.seq), |d| write(d));
element!(
    Deed,
    "deed",
    |(a, _), (b, _)| a.n == b.n && a.action == b.action,
    |deed, _| format!("{}#{}", deed.action, padded(u64::from(deed.n))),
    |deed| write(deed)
);
element!(
    ((Subject, MilestoneKind), Reached),
    "reached",
    |(a, _), (b, _)| a.0 == b.0,
    |r, _| format!("{}#{}", r.0.0, r.0.1.key()),
    |r| write(&(&r.0.0, r.0.1, &r.1))
);
// A line is known by its place: the same may have happened twice.
element!(Entry, "timeline", |(_, a), (_, b)| a == b, |_, place| padded(place), |entry| write(entry));

/// The state as it is stored, by which a commit knows what has changed.
///
/// It is compared with the state that is to be written, value by value. That costs a comparison of what is equal and
/// nothing else: only what differs becomes text. And no change can be forgotten, as it could be if each place that
/// changes something had to say so.
#[derive(Debug, Default)]
pub struct Written {
    state: State,
    /// Keys of rows that this version would not have written so: all rows are written anew by the next commit, and of
    /// these, what is not among them is deleted.
    strange: Vec<(String, String)>,
}

impl Written {
    /// True if every row is as this version writes it.
    pub fn is_as_written(&self) -> bool {
        self.strange.is_empty()
    }

    /// The rows of the hints that came in since the last commit, while all else that changed follows from them. From
    /// then on they count as stored.
    pub fn commit_hints(&mut self, state: &State) -> Vec<Record> {
        let newest = self.state.hints.last().map_or(0, |hint| hint.seq);
        let new = state.hints.iter().filter(|hint| hint.seq > newest);
        let before = self.state.hints.len();
        self.state.hints.extend(new.cloned());
        let row = |hint: &StoredHint| Record {
            kind: StoredHint::KIND.to_owned(),
            key: hint.key(0),
            body: Some(hint.body()),
        };
        self.state.hints[before..].iter().map(row).collect()
    }

    /// What leads from what is stored to `state`, whose version rises if that is more than bookkeeping. From then on,
    /// `state` counts as stored.
    pub fn commit(&mut self, state: &mut State) -> Vec<Record> {
        let mut records = self.body(state);
        if !records.is_empty() {
            state.head.version = state.head.version.max(state.first_version()) + 1;
        }
        value(&mut records, "head", &mut self.state.head, &state.head);
        let strange = std::mem::take(&mut self.strange);
        let is_written = |(kind, key): &(String, String)| {
            records.iter().any(|record| record.kind == *kind && record.key == *key)
        };
        let gone: Vec<_> = strange.into_iter().filter(|row| !is_written(row)).collect();
        records.extend(gone.into_iter().map(|(kind, key)| Record { kind, key, body: None }));
        records
    }

    /// Everything but the head.
    fn body(&mut self, state: &State) -> Vec<Record> {
        let Self { state: old, .. } = self;
        let mut records = Vec::new();
        value(&mut records, "order", &mut old.order, &state.order);
        value(&mut records, "order_refunds", &mut old.order_refunds, &state.order_refunds);
        list(&mut records, 0, &mut old.attempts, 0, &state.attempts);
        list(&mut records, 0, old.payments.entries_mut(), 0, state.payments.entries());
        list(&mut records, 0, &mut old.hints, 0, &state.hints);
        list(&mut records, 0, &mut old.decisions, 0, &state.decisions);
        list(&mut records, 0, &mut old.deeds, 0, &state.deeds);
        list(&mut records, 0, old.reached.entries_mut(), 0, state.reached.entries());
        let (before, now) = (old.head.timeline_start, state.head.timeline_start);
        list(&mut records, before, &mut old.timeline, now, &state.timeline);
        records
    }
}

/// The row of one value, if it differs from the stored one.
fn value<T: Clone + PartialEq + Serialize>(records: &mut Vec<Record>, kind: &str, old: &mut T, new: &T) {
    if old != new {
        records.push(Record { kind: kind.to_owned(), key: String::new(), body: Some(write(new)) });
        old.clone_from(new);
    }
}

/// The rows of one list that differ from the stored ones, and a deletion for each that is gone. `from` and `to`: the
/// places at which the two lists begin.
fn list<T: Element>(records: &mut Vec<Record>, from: u64, old: &mut Vec<T>, to: u64, new: &[T]) {
    let mut put = |key: String, body: Option<String>| {
        records.push(Record { kind: T::KIND.to_owned(), key, body });
    };
    // Where the next element of `new` is looked for, and the place of the old one that stands there.
    let (mut at, mut place) = (0, from);
    for (element, its_place) in new.iter().zip(to..) {
        match (place..).zip(&old[at..]).position(|(place, stored)| stored.is(place, element, its_place)) {
            Some(gone) => {
                for stored in old.drain(at..at + gone) {
                    put(stored.key(place), None);
                    place += 1;
                }
                if old[at] != *element {
                    put(element.key(its_place), Some(element.body()));
                    old[at].clone_from(element);
                }
                place += 1;
            }
            None => {
                put(element.key(its_place), Some(element.body()));
                old.insert(at, element.clone());
            }
        }
        at += 1;
    }
    for stored in old.drain(at..) {
        put(stored.key(place), None);
        place += 1;
    }
}

/// A state as it was read back.
#[derive(Debug)]
pub struct Stored {
    /// As the last whole commit left it.
    pub state: State,
    pub written: Written,
    /// The hints that came in since, oldest first.
    pub heard: Vec<StoredHint>,
}

/// Reads a state back. Errors: the first row that this version cannot read. We never skip a row, because it may be a deed
/// that moved money.
pub fn restore(rows: &Rows) -> Result<Stored, Corrupt> {
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
    let as_this_version_writes = schema == SCHEMA && {
        let own = keys(&state);
        rows.keys().all(|key| own.binary_search(key).is_ok())
    };
    let written = match as_this_version_writes {
        true => Written { state: state.clone(), strange: Vec::new() },
        false => Written { state: State::default(), strange: rows.keys().cloned().collect() },
    };
    let known = state.hints.partition_point(|hint| hint.seq <= state.head.seq);
    let heard = state.hints.split_off(known);
    Ok(Stored { state, written, heard })
}

/// The keys of all rows that this state may have, sorted.
fn keys(state: &State) -> Vec<(String, String)> {
    fn of<T: Element>(keys: &mut Vec<(String, String)>, from: u64, list: &[T]) {
        keys.extend((from..).zip(list).map(|(place, element)| (T::KIND.to_owned(), element.key(place))));
    }
    let single = ["head", "order", "order_refunds"];
    let mut keys = single.map(|kind| (kind.to_owned(), String::new())).to_vec();
    of(&mut keys, 0, &state.attempts);
    of(&mut keys, 0, state.payments.entries());
    of(&mut keys, 0, &state.hints);
    of(&mut keys, 0, &state.decisions);
    of(&mut keys, 0, &state.deeds);
    of(&mut keys, 0, state.reached.entries());
    of(&mut keys, state.head.timeline_start, &state.timeline);
    keys.sort();
    keys
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::hint::{About, Hint};
    use crate::state::history::Event;
    use crate::values::ids::HintId;

    /// Applies a commit as the object's SQLite does, and checks that what is stored then is the state.
    fn commit(written: &mut Written, rows: &mut Rows, state: &mut State) -> Vec<String> {
        state.head.seq = 99;
        let records = written.commit(state);
        for Record { kind, key, body } in &records {
            let at = (kind.clone(), key.clone());
            match body {
                Some(body) => rows.insert(at, body.clone()),
                None => {
                    assert!(rows.contains_key(&at), "{kind}/{key} is deleted, and was not there");
                    rows.remove(&at);
                }
            }
        }
        let Stored { state: read, written: again, .. } = restore(rows).expect("its own rows");
        assert_eq!(read, *state);
        assert_eq!(again.strange, []);
        records.iter().map(|record| format!("{}/{}", record.kind, record.key)).collect()
    }

    fn nothing() -> (Written, Rows, State) {
        Default::default()
    }

    fn hint(seq: u64) -> StoredHint {
        let about = About::Order { scope: "store/order/updated".to_owned(), moved: None };
        let id = HintId::parse(&format!("hint-{seq}")).expect("an id");
        StoredHint { hint: Hint { id, about }, seq, at: 0 }
    }

    #[test]
    fn only_what_changed_is_written() {
        let (mut written, mut rows, mut state) = nothing();
        state.hints = (1..=3).map(hint).collect();
        assert_eq!(commit(&mut written, &mut rows, &mut state).len(), 4);
        state.hints[1].at = 7;
        assert_eq!(commit(&mut written, &mut rows, &mut state), ["hint/0000000002", "head/"]);
        assert_eq!(commit(&mut written, &mut rows, &mut state), [] as [&str; 0]);
        state.head.ledger_version = state.head.version;
        assert_eq!(commit(&mut written, &mut rows, &mut state), ["head/"], "bookkeeping");
        state.hints.remove(0);
        state.hints.push(hint(9));
        let hints = ["hint/0000000001", "hint/0000000009", "head/"];
        assert_eq!(commit(&mut written, &mut rows, &mut state), hints);
    }

    /// Hints that came in since are rows like the others, and no part of the state as it was left.
    #[test]
    fn what_came_in_since_is_told_apart() {
        let (mut written, mut rows, mut state) = nothing();
        state.hints = (1..=2).map(hint).collect();
        commit(&mut written, &mut rows, &mut state);
        let whole = state.clone();
        let come = (100..=101).map(hint).collect::<Vec<_>>();
        state.hints.extend(come.clone());
        for Record { kind, key, body } in written.commit_hints(&state) {
            rows.insert((kind, key), body.expect("nothing is deleted"));
        }
        assert!(written.commit_hints(&state).is_empty());
        let stored = restore(&rows).expect("its own rows");
        assert_eq!((stored.state, stored.heard), (whole, come));
        state.head.seq = 101;
        let later = written.commit(&mut state);
        assert_eq!(later.iter().map(|record| &record.kind[..]).collect::<Vec<_>>(), ["head"]);
    }

    #[test]
    fn what_comes_between_others_and_what_is_gone_is_found() {
        let (mut written, mut rows, mut state) = nothing();
        for seqs in [&[1, 2, 3, 4][..], &[2, 4, 5, 6], &[1, 2, 3, 4, 7], &[9], &[]] {
            state.hints = seqs.iter().copied().map(hint).collect();
            commit(&mut written, &mut rows, &mut state);
        }
        assert!(rows.keys().all(|(kind, _)| kind == "head"));
    }

    /// Ten times the same happened, and the oldest are forgotten.
    #[test]
    fn lines_that_say_the_same_are_told_apart() {
        let (mut written, mut rows, mut state) = nothing();
        for round in 0..40 {
            state.log(i64::from(round / 10), Event::Met);
            if state.timeline.len() > 3 {
                state.timeline.remove(0);
                state.head.timeline_start += 1;
            }
            let changed = commit(&mut written, &mut rows, &mut state);
            assert!(changed.len() <= 3, "{changed:?}");
        }
    }

    #[test]
    fn rows_that_this_version_would_not_have_written_are_written_anew() {
        let (mut written, mut rows, mut state) = nothing();
        state.hints = (1..=2).map(hint).collect();
        commit(&mut written, &mut rows, &mut state);
        let at = ("hint".to_owned(), "0000000002".to_owned());
        let body = rows.get(&at).cloned().expect("it was written");
        rows.remove(&at);
        rows.insert(("hint".to_owned(), "2".to_owned()), body);
        let Stored { state: mut read, mut written, .. } = restore(&rows).expect("its own rows");
        assert_eq!(read.hints, state.hints);
        let changed = commit(&mut written, &mut rows, &mut read);
        assert_eq!(changed, ["hint/0000000001", "hint/0000000002", "head/", "hint/2"]);
    }
}
