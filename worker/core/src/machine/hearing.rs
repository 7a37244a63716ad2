//! How hints come in: kept by id, and turned into looks that are wanted. Nothing else ever comes of one.

use super::{Machine, Now, want};
use crate::state::deed::{Deed, MilestoneKind, Subject};
use crate::state::delays::Delays;
use crate::state::hint::{About, FRAUD_MARKED, Hint, Moved, REFUND_CREATED, StoredHint};
use crate::state::history::Event;
use crate::state::{Attempt, HISTORY, Payment, Stage, Standing, State, Suspicion};
use crate::time::Moment;
use crate::values::ids::{HintId, PaymentId, SessionId};

impl Machine {
    /// Keeps a hint and wants a look; what [`Self::handle`] does with one, for whoever knows only the time. A hint
    /// about nothing of ours is dropped, a repeated one is one.
    pub fn hear(&mut self, hint: Hint, at: Moment) {
        self.touched = true;
        if !self.state.is_worth_keeping() || self.state.hints.iter().any(|known| known.hint.id == hint.id) {
            return;
        }
        let seq = self.state.next_seq();
        match &hint.about {
            About::Komoju { session, payment, event } => {
                let known = self.want_komoju(session.as_ref(), payment.as_ref(), seq, at);
                if !known && !self.want_session_being_made(seq) {
                    return;
                }
                if let Some(payment) = payment.as_ref().filter(|_| event == FRAUD_MARKED) {
                    self.suspect(payment, &hint.id);
                }
                self.state.log(at, Event::HeardKomoju { event: event.clone() });
            }
            About::Return { session } => {
                if !self.returned(session.as_ref(), seq, at) {
                    return;
                }
            }
            About::Order { scope, moved } => {
                want(&mut self.state.order, seq);
                if scope == REFUND_CREATED {
                    want(&mut self.state.order_refunds, seq);
                }
                if let Some(moved) = moved.filter(|moved| self.is_our_overtaking(*moved)) {
                    self.state.head.replaced = Some(moved);
                    self.state.reached.remove(&(Subject::Order, MilestoneKind::Restored));
                }
                self.state.log(at, Event::HeardBigCommerce { scope: scope.clone() });
            }
            About::Click => {
                self.state.hurry(at);
                self.want_everything(seq);
            }
        }
        self.state.hints.push(StoredHint { hint, seq, at });
        if self.state.hints.len() > HISTORY {
            self.state.hints.remove(0);
        }
    }

    /// Only a session among this order's attempts, or a payment known to be one of theirs, is ours to look at.
    pub(super) fn want_komoju(
        &mut self,
        session: Option<&SessionId>,
        payment: Option<&PaymentId>,
        seq: u64,
        at: Moment,
    ) -> bool {
        let by_payment = payment.and_then(|id| self.state.payments.get(id)).map(|p| p.attempt);
        let by_session = session.and_then(|id| self.state.attempt_of_session(id)).map(|a| a.n);
        let Some(n) = by_session.or(by_payment) else { return false };
        if let Some(attempt) = self.state.attempt_mut(n) {
            want(&mut attempt.register, seq);
        }
        if let Some(id) = payment {
            let payment = self.state.payments.get_or_insert_with(id, || Payment::new(n, at));
            want(&mut payment.register, seq);
        }
        true
    }

    /// A message may come before the answer that tells its session's id. Then the new session is looked at once it is
    /// known; it shows whatever the message was about.
    fn want_session_being_made(&mut self, seq: u64) -> bool {
        let Some(attempt) = self.state.attempts.iter_mut().find(|a| a.stage == Stage::Creating) else {
            return false;
        };
        want(&mut attempt.register, seq);
        true
    }

    /// Nothing that KOMOJU says of a payment shows a fraud mark; only the event itself does.
    fn suspect(&mut self, payment: &PaymentId, event: &HintId) {
        if let Some(payment) = self.state.payments.get_mut(payment).filter(|p| !p.fraud) {
            payment.suspicion = Some(Suspicion { event: event.clone(), failures: 0, retry_at: 0 });
        }
    }

    /// Whether a message tells of an update of ours that replaced what nobody but the merchant may leave, although it
    /// was decided over another status. The same move made at any other time is the merchant's own.
    fn is_our_overtaking(&self, moved: Moved) -> bool {
        let ours = |deed: &Deed| {
            let update = deed.update.as_ref().filter(|update| update.status == Some(moved.to));
            let under_way = deed.first_sent - Delays::CLOCKS_DIFFER..=deed.first_sent + Delays::UNDER_WAY;
            // One move is ours, and where that is known, another like it is the merchant's.
            let word_of_it = |over| {
                self.state.hints.iter().any(|known| match &known.hint.about {
                    About::Order { moved: Some(known), .. } => {
                        let of_it = deed.first_sent..=deed.first_sent + Delays::UNDER_WAY;
                        (known.from, known.to) == (over, moved.to) && of_it.contains(&known.at)
                    }
                    About::Order { moved: None, .. }
                    | About::Komoju { .. }
                    | About::Return { .. }
                    | About::Click => false,
                })
            };
            let over = update.and_then(|update| update.over);
            under_way.contains(&moved.at) && over.is_some_and(|over| over != moved.from && !word_of_it(over))
        };
        moved.from.is_final() && moved.from != moved.to && self.state.deeds.iter().any(ours)
    }

    /// The shopper is back. The session named in the address is a hint like any other: not ours, no look.
    pub(super) fn returned(&mut self, session: Option<&SessionId>, seq: u64, at: Moment) -> bool {
        let named = session.and_then(|id| self.state.attempt_of_session(id)).map(|a| a.n);
        let Some(n) = named else { return false };
        if let Some(attempt) = self.state.attempt_mut(n) {
            attempt.returned_at = Some(at);
            want(&mut attempt.register, seq);
        }
        self.state.log(at, Event::ShopperReturned);
        true
    }

    pub(super) fn want_everything(&mut self, seq: u64) {
        want(&mut self.state.order, seq);
        for attempt in self.state.attempts.iter_mut().filter(|a| a.stage == Stage::Open) {
            want(&mut attempt.register, seq);
            want(&mut attempt.listing, seq);
        }
        for payment in self.state.payments.values_mut() {
            want(&mut payment.register, seq);
        }
        if self.state.order_refunds.seq > 0 {
            want(&mut self.state.order_refunds, seq);
        }
    }

    /// A shopper's status call causes a look only after a return, and not more often than the table of delays says.
    pub(super) fn look_for_shopper(&mut self, now: Now<'_>) {
        let due =
            |a: &Attempt| a.returned_at.is_some() && now.at - a.register.at >= now.delays.between_polls();
        let unsettled =
            |s: &State, a: &Attempt| matches!(s.standing(a), Standing::Open | Standing::Pending(_));
        let Some(attempt) = self.state.current() else { return };
        if !due(attempt) || !unsettled(&self.state, attempt) || attempt.register.failures > 0 {
            return;
        }
        let n = attempt.n;
        let seq = self.state.next_seq();
        if let Some(attempt) = self.state.attempt_mut(n) {
            want(&mut attempt.register, seq);
        }
    }
}
