//! How long a payment is kept, and what of it until then.
//!
//! A payment ends a set number of days after its last event (400 unless the merchant says otherwise), and only if
//! nothing is open, nothing is left for a person to look at, and the effect of every deed is known. Bank details go
//! much earlier: as soon as no refund can need them any more.
//!
//! ```text
//! day 7    paid, the last event           day 407   forgotten
//! day 20   the shopper returned           day 420   forgotten instead
//! day 30   a chargeback, not dismissed    kept until somebody has dealt with it
//! ```

use crate::state::State;
use crate::state::delays::Delays;
use crate::state::reading::RequestStatus;
use crate::state::settings::Settings;
use crate::time::Moment;

impl State {
    /// When something last happened, or was said or decided, in ms since the epoch.
    pub fn last_event(&self) -> Moment {
        let attempts = self.attempts.iter().map(|attempt| attempt.created_at);
        let hints = self.hints.iter().map(|hint| hint.at);
        let decisions = self.decisions.iter().map(|decision| decision.at);
        let entries = self.timeline.iter().map(|entry| entry.at);
        let reached = self.reached.iter().map(|(_, reached)| reached.at);
        attempts
            .chain(hints)
            .chain(decisions)
            .chain(entries)
            .chain(reached)
            .fold(self.head.met_at, Moment::max)
    }

    /// True if nothing is open, no person is called, and the effect of every deed is known.
    pub fn is_over(&self, settings: &Settings) -> bool {
        let unknown = self.deeds.iter().any(|deed| deed.is_open() || deed.went_unanswered());
        let mut readings = self.payments.values().filter_map(|payment| payment.register.reading.as_ref());
        let promised = readings
            .any(|r| r.refund_requests.iter().any(|request| request.status == RequestStatus::Pending));
        !unknown && !promised && !self.is_open() && self.attentions(settings).is_empty()
    }

    /// When the payment is to be forgotten, in ms since the epoch. None: not as it stands.
    pub fn ends_at(&self, settings: &Settings, delays: Delays) -> Option<Moment> {
        self.is_over(settings).then(|| self.last_event() + delays.keeping(settings.keep_days))
    }

    /// Erases sealed bank details that no refund can need any more. True if there were any. Does nothing unless the
    /// payment has come to rest: nothing is left to do, and no person is called.
    pub fn forget_spent_details(&mut self, settings: &Settings) -> bool {
        if !self.is_over(settings) {
            return false;
        }
        let mut forgotten = false;
        for stored in &mut self.decisions {
            forgotten |= stored.decided.decision.forget_account();
        }
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::decision::{Decided, Decision, StoredDecision};
    use crate::state::history::Event;
    use crate::values::ids::HintId;
    use crate::values::sealed::Sealed;

    const DAY: i64 = 86_400_000;

    fn state() -> State {
        let mut state = State::default();
        state.head.met_at = 5 * DAY;
        state.log(7 * DAY, Event::Met);
        state
    }

    #[test]
    fn the_end_is_counted_from_the_last_event() {
        let settings = Settings::default();
        let mut state = state();
        assert_eq!(state.ends_at(&settings, Delays::default()), Some(407 * DAY));
        state.log(20 * DAY, Event::ShopperReturned);
        let sooner = Settings { keep_days: 90, ..settings };
        assert_eq!(state.ends_at(&sooner, Delays::default()), Some(110 * DAY));
    }

    #[test]
    fn what_a_person_must_look_at_has_no_end() {
        let mut state = state();
        state.head.amount_disputed = true;
        assert_eq!(state.ends_at(&Settings::default(), Delays::default()), None);
    }

    #[test]
    fn bank_details_are_forgotten_once_nothing_is_open() {
        let decision = Decision::BankDetails { refund: 4, sealed: Sealed("sealed".to_owned()) };
        let id = HintId::parse("click-1").expect("an id");
        let decided = Decided { id, decision, by: "mika@hoshi.example".to_owned(), upon: None };
        let mut state = state();
        state.decisions.push(StoredDecision { decided, seq: 3, at: 6 * DAY, ended: None });
        let mut called = state.clone();
        called.head.amount_disputed = true;
        assert!(!called.forget_spent_details(&Settings::default()), "a person is still called");
        assert!(state.forget_spent_details(&Settings::default()));
        assert!(!format!("{:?}", state.decisions[0].decided.decision).contains("sealed:  \"sealed\""));
        assert!(!state.forget_spent_details(&Settings::default()), "nothing is left to forget");
    }
}
