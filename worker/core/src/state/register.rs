//! A register: what we know of one remote object. Its last reading, whether another look is wanted, and when.
//!
//! Invariant: the reading with the larger `seq` wins. A look takes its `seq` in the write that is committed
//! before the request leaves, so `seq` tells which request was asked later. Neither arrival order nor a remote
//! date would do: answers overtake each other, and BigCommerce's `date_modified` has a resolution of one
//! second and moves with our own PUTs.
//!
//! # Hints and looks
//!
//! A hint wants a reading that was asked for after the hint came. An answer that was already under way does not do:
//!
//! ```text
//! seq                                                  register: seq  wanted   look due?
//!  4   look, answered: pay_1 pending                              4      0     no
//!  5   look leaves …                                              4      0     no
//!  6   webhook: something happened to pay_1                       4      6     yes
//!  5   … its answer arrives: pay_1 pending                        5      6     yes: it left before the webhook
//!  7   look, answered: pay_1 captured                             7      6     no
//!  4   a second copy of the first answer would be ignored         7      6     no
//! ```
//!
//! # Answers that can be read in part
//!
//! One refund of a payment cannot be read, the rest can. [`Register::accept_part`] keeps what was read and asks again
//! on the ladder, beside the looks that are planned anyway:
//!
//! ```text
//! time         look                  failures  partial_since   next look    what follows
//! 12:00:00     a part is unread             1  12:00:00        12:00:05     the order hears no good news yet
//! 12:00:05     a part is unread             2  12:00:00        12:00:35
//! 12:00:35     a part is unread             3  12:00:00        12:02:35
//! 12:02:35     a part is unread             4  12:00:00        12:03:00     the last one within the three minutes
//! 12:03:00     a part is unread             5  12:00:00        12:33:00     it lasts: the order is told what we know
//! …            all of it is read            0  0               –            as if nothing had been
//! ```

use super::delays::Delays;
use super::failure::Failure;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// The last reading of one remote object, and whether and when to look again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Register<T> {
    /// None before the first answer.
    pub reading: Option<T>,
    /// The `seq` of the reading; 0 before the first.
    pub seq: u64,
    /// When the reading arrived, in ms since the epoch; 0 before the first.
    pub at: Moment,
    /// The `seq` of the newest hint about this object. While it is larger than the reading's, a look is due.
    #[serde(default)]
    pub wanted: u64,
    /// How many looks in a row have failed, or brought only a part.
    #[serde(default)]
    pub failures: u32,
    /// When to look again after a failure, in ms since the epoch.
    #[serde(default)]
    pub retry_at: Moment,
    /// True if the last failure was an answer that we could not read, and not a missing answer.
    #[serde(default)]
    pub garbled: bool,
    /// True if the last look brought the reading, but a part of it could not be read.
    #[serde(default)]
    pub partial: bool,
    /// Since when every reading has been partial, in ms since the epoch; 0: the last reading was whole.
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
    /// Takes a reading, unless one that was asked for later is already here. It ends all failures.
    pub fn accept(&mut self, seq: u64, at: Moment, reading: T) {
        if seq > self.seq {
            *self = Self { reading: Some(reading), seq, at, wanted: self.wanted, ..Self::default() };
        }
    }

    /// Takes a reading of which a part could not be read. What was read counts; we ask again on the ladder, beside
    /// the looks that are planned anyway. The module's head has an example.
    pub fn accept_part(&mut self, seq: u64, at: Moment, reading: T, delays: Delays) {
        if seq > self.seq {
            let failures = if self.garbled { self.failures } else { 0 };
            let since = if self.partial_since > 0 { self.partial_since } else { at };
            self.accept(seq, at, reading);
            self.failures = failures;
            let moment = since + delays.garbled_for_a_moment();
            let again = at + delays.retry(failures + 1);
            // Many webhooks cause many looks and climb the ladder fast. Whatever the rung, one look comes when the
            // three minutes are over, because the order waits for it.
            let again = if at < moment { again.min(moment) } else { again };
            self.failed(&Failure::Unreadable(String::new()), again);
            (self.partial, self.partial_since) = (true, since);
        }
    }

    /// Notes that a look failed, and when to look again. The reading stays.
    pub fn failed(&mut self, failure: &Failure, retry_at: Moment) {
        self.failures = self.failures.saturating_add(1);
        self.garbled = matches!(failure, Failure::Unreadable(_));
        self.partial = false;
        self.retry_at = retry_at;
    }

    /// True if all looks of about a day had no answer: the merchant should know.
    pub fn is_silent(&self) -> bool {
        Delays::is_persistent(self.failures) && !self.garbled
    }

    /// True if looks have failed for about a day, the last with an answer that we could not read. To
    /// say "no answer" would be untrue.
    pub fn is_garbled(&self) -> bool {
        Delays::is_persistent(self.failures) && self.garbled
    }

    /// True if a part of it could not be read, but not yet for three minutes: it may be a hiccup, so what depends on
    /// the unread part waits.
    pub fn may_be_garbled_for_a_moment(&self, delays: Delays) -> bool {
        self.partial_since > 0 && self.at - self.partial_since < delays.garbled_for_a_moment()
    }

    /// Wants a reading that is asked for after this `seq`.
    pub fn want(&mut self, seq: u64) {
        self.wanted = self.wanted.max(seq);
    }

    /// True if a hint came after the reading was asked for.
    pub fn is_wanted(&self) -> bool {
        self.wanted > self.seq
    }

    /// Stops all looks: the object is gone.
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
