//! What goes wrong between us and the two sides, and with the worker itself.

use std::collections::BTreeSet;

use domain::http::{Outcome, ResponseHeaders};
use serde_json::Value;

use super::answer::answer;
use super::schedule::{Act, MINUTE, Outage, Side, Trouble};

#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Each befalls the call after so many others.
    troubles: Vec<(u8, Trouble)>,
    with_deeds: Vec<(u8, Trouble)>,
    acts: Vec<(u8, Act)>,
    /// Outputs until the worker dies.
    crash: Option<u8>,
    outages: Vec<(Side, Outage, i64)>,
    /// All that ever struck, for those who ask whether everything does.
    pub struck: BTreeSet<String>,
    /// How often BigCommerce said 404 for what is there.
    pub hiccups: u32,
    /// KOMOJU did not accept the key for a while.
    pub key_was_refused: bool,
}

impl Faults {
    pub fn trouble(&mut self, after: u8, what: Trouble) {
        self.troubles.push((after, what));
    }

    pub fn trouble_with_deed(&mut self, after: u8, what: Trouble) {
        self.with_deeds.push((after, what));
    }

    pub fn crash(&mut self, after: u8) {
        self.crash = Some(after);
    }

    pub fn outage_until(&mut self, side: Side, what: Outage, until: i64) {
        self.key_was_refused |=
            side == Side::Komoju && matches!(what, Outage::Unauthorized | Outage::Forbidden);
        self.outages.push((side, what, until));
    }

    pub fn act_before(&mut self, after: u8, act: Act) {
        self.acts.push((after, act));
    }

    /// From now on all goes well.
    pub fn end(&mut self) {
        let ended = std::mem::take(self);
        let Self { struck, hiccups, key_was_refused, .. } = ended;
        *self = Self { struck, hiccups, key_was_refused, ..Self::default() };
    }

    /// An answer of this side had an element that cannot be read.
    pub fn note_garbled(&mut self, side: Side) {
        self.struck.insert(garbled(side));
    }

    pub fn has_garbled(&self, side: Side) -> bool {
        self.struck.contains(&garbled(side))
    }

    pub fn is_to_die(&self) -> bool {
        let dies =
            |(_, trouble): &(u8, Trouble)| matches!(trouble, Trouble::CrashBefore | Trouble::CrashAfter);
        self.crash.is_some() || self.troubles.iter().chain(&self.with_deeds).any(dies)
    }

    pub fn dies_now(&mut self) -> bool {
        match self.crash {
            Some(0) => {
                self.crash = None;
                self.struck.insert("crash".to_owned());
                true
            }
            left => {
                self.crash = left.map(|n| n - 1);
                false
            }
        }
    }

    /// What befalls the call that is about to leave. An outage takes its place.
    pub fn next(&mut self, side: Side, is_deed: bool, now: i64) -> Option<Trouble> {
        let mut due = count_down(&mut self.troubles);
        due.extend(if is_deed { count_down(&mut self.with_deeds) } else { Vec::new() });
        let due = due.into_iter().next();
        let struck = due.filter(|_| self.now_out(side, now).is_none());
        self.struck.extend(struck.map(|trouble| format!("{trouble:?} at {side:?}")));
        struck
    }

    pub fn acts_before_this_call(&mut self) -> Vec<Act> {
        let due = count_down(&mut self.acts);
        self.struck.extend(due.iter().map(|act| format!("between: {}", name(*act))));
        due
    }

    fn now_out(&self, side: Side, now: i64) -> Option<Outage> {
        self.outages.iter().find(|(of, _, until)| *of == side && now < *until).map(|(_, what, _)| *what)
    }

    pub fn outage(&mut self, side: Side, now: i64) -> Option<Outcome> {
        let outage = self.now_out(side, now)?;
        self.struck.insert(format!("{outage:?} from {side:?}"));
        Some(match outage {
            Outage::Silent => Outcome::NoAnswer("silent".to_owned()),
            Outage::Broken => answer(503, &Value::Null),
            Outage::Unauthorized => answer(401, &Value::Null),
            Outage::Forbidden => answer(403, &Value::Null),
            Outage::TooMany => too_many(),
        })
    }
}

fn garbled(side: Side) -> String {
    format!("unreadable element from {side:?}")
}

/// An act without its values.
fn name(act: Act) -> String {
    let text = format!("{act:?}");
    text.split('(').next().unwrap_or_default().to_owned()
}

/// Takes out what is due now; everything else comes one nearer.
fn count_down<T: Copy>(queue: &mut Vec<(u8, T)>) -> Vec<T> {
    let due = queue.iter().filter(|(left, _)| *left == 0).map(|(_, what)| *what).collect();
    queue.retain(|(left, _)| *left > 0);
    for (left, _) in queue {
        *left -= 1;
    }
    due
}

pub fn too_many() -> Outcome {
    let wait = u64::try_from(MINUTE / 3).ok();
    let headers = ResponseHeaders { retry_after_ms: wait, ..ResponseHeaders::default() };
    Outcome::Answer { status: 429, headers, body: String::new() }
}
