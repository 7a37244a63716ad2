//! What is known of one remote object: its last reading, and whether another is wanted.
//!
//! A reading carries the `seq` taken in the write before its request left. The larger `seq` wins, so an answer that
//! overtakes another cannot turn time back.

use super::delays::Delays;
use super::failure::Failure;

use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// The last reading of one remote object, and whether another is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Register<T> {
    pub reading: Option<T>,
    /// The `seq` of the reading; 0 before the first.
    pub seq: u64,
    /// When the reading arrived.
    pub at: Moment,
    /// The `seq` of the newest hint about this object: a look is due while it exceeds the reading's.
    #[serde(default)]
    pub wanted: u64,
    /// Looks that failed in a row, and when the next may be tried.
    #[serde(default)]
    pub failures: u32,
    #[serde(default)]
    pub retry_at: Moment,
    /// The last failure was an answer that could not be read.
    #[serde(default)]
    pub garbled: bool,
    /// The last look brought the reading, and a part of it could not be read.
    #[serde(default)]
    pub partial: bool,
    /// When that was so first, since it was last read as a whole; 0: never.
    #[serde(default)]
    pub partial_since: Moment,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self {
            reading: None,
            seq: 0,
            at: 0,
            wanted: 0,
            failures: 0,
            retry_at: 0,
            garbled: false,
            partial: false,
            partial_since: 0,
        }
    }
}

impl<T> Register<T> {
    /// Takes a reading unless a later one is already here.
    pub fn accept(&mut self, seq: u64, at: Moment, reading: T) {
        if seq > self.seq {
            *self = Self { reading: Some(reading), seq, at, wanted: self.wanted, ..Self::default() };
        }
    }

    /// Takes a reading that is not whole: what could be read counts, and it is asked for again by the ladder, besides the
    /// looks that are planned anyway.
    pub fn accept_part(&mut self, seq: u64, at: Moment, reading: T, delays: Delays) {
        if seq > self.seq {
            let failures = if self.garbled { self.failures } else { 0 };
            let since = if self.partial_since > 0 { self.partial_since } else { at };
            self.accept(seq, at, reading);
            self.failures = failures;
            let moment = since + delays.garbled_for_a_moment();
            let again = at + delays.retry(failures + 1);
            // Many messages climb the ladder fast: one look comes when the moment is over, in any case.
            let again = if at < moment { again.min(moment) } else { again };
            self.failed(&Failure::Unreadable(String::new()), again);
            (self.partial, self.partial_since) = (true, since);
        }
    }

    /// Remembers that a look failed, why, and when to try again.
    pub fn failed(&mut self, failure: &Failure, retry_at: Moment) {
        self.failures = self.failures.saturating_add(1);
        self.garbled = matches!(failure, Failure::Unreadable(_));
        self.partial = false;
        self.retry_at = retry_at;
    }

    /// Looked at for a day, without any answer.
    pub fn is_silent(&self) -> bool {
        Delays::is_persistent(self.failures) && !self.garbled
    }

    /// Looked at for a day, and answered in a form that cannot be read.
    pub fn is_garbled(&self) -> bool {
        Delays::is_persistent(self.failures) && self.garbled
    }

    /// A part of it could not be read, and no look since has shown that this lasts.
    pub fn may_be_garbled_for_a_moment(&self, delays: Delays) -> bool {
        self.partial_since > 0 && self.at - self.partial_since < delays.garbled_for_a_moment()
    }

    pub fn want(&mut self, seq: u64) {
        self.wanted = self.wanted.max(seq);
    }

    pub fn is_wanted(&self) -> bool {
        self.wanted > self.seq
    }

    /// There is nothing left to look at.
    pub fn rest(&mut self) {
        (self.wanted, self.failures, self.retry_at) = (0, 0, 0);
        (self.garbled, self.partial) = (false, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_answer_never_replaces_a_newer_one() {
        let mut register = Register::default();
        register.accept(5, 50, "newer");
        register.accept(4, 60, "older, but arrived later");
        assert_eq!((register.reading, register.seq), (Some("newer"), 5));
    }

    #[test]
    fn a_hint_during_a_look_wants_another_look() {
        let mut register = Register::default();
        let seq_of_look = 1;
        register.want(2);
        register.accept(seq_of_look, 10, ());
        assert!(register.is_wanted(), "the look left before the hint came");
        register.accept(3, 20, ());
        assert!(!register.is_wanted());
    }
}
