//! How hints come in. A hint is stored by its id and turned into looks that are wanted; nothing else ever follows
//! from one. So webhooks that are duplicated, late, reordered or lost cannot do harm.
//!
//! One exception, and it moves no money: BigCommerce's message about a status change is the only trace of a lost
//! update (see `is_our_overtaking`).

use super::{Machine, Surroundings, What, want};
use crate::state::deed::{Deed, DeedState, MilestoneKind, OrderUpdate, Subject};
use crate::state::delays::Delays;
use crate::state::hint::{About, FRAUD_MARKED, Hint, Moved, REFUND_CREATED, StoredHint};
use crate::state::history::Event;
use crate::state::{Attempt, HISTORY, Payment, Stage, Standing, State, Suspicion};
use crate::time::Moment;
use crate::values::ids::{HintId, PaymentId, SessionId};

impl Machine {
    /// Stores a hint and wants a look. [`Self::handle`] does the same; this is for callers that know the time but not
    /// the store.
    ///
    /// A hint about nothing of ours is dropped, and a repeated one counts once.
    ///
    /// The look waits a moment for more of them, counted from the first: what comes while a look is under way is the
    /// first again, because that look does not answer it. What comes after the moment is over does not prolong it, so
    /// no stream of messages can put off a look.
    pub fn hear(&mut self, hint: Hint, at: Moment, delays: Delays) {
        let is_first = self.flight.is_some() || !self.state.wants_a_look();
        let about = hint.about.clone();
        if !self.take_in(hint, at) {
            return;
        }
        match about {
            About::Komoju { .. } | About::Order { .. } => {
                if is_first && self.gathering_until <= at && !self.hurried {
                    self.gathering_until = at + delays.gathering(self.is_watched(at, delays));
                }
            }
            About::Return { .. } => {
                self.watched_at = at;
                self.hurry();
            }
            About::Click => self.hurry(),
        }
    }

    /// Notes a hint, and which looks it wants. False if it is known, or about nothing of ours.
    ///
    /// What follows from it must follow from the stored state and the hint, because a hint that was stored by itself is
    /// taken in again after a crash. Only the word of a PUT that is under way causes one look more then.
    pub(super) fn take_in(&mut self, hint: Hint, at: Moment) -> bool {
        if !self.state.is_worth_keeping() || self.state.hints.iter().any(|known| known.hint.id == hint.id) {
            return false;
        }
        let seq = self.state.head.seq + 1;
        match &hint.about {
            About::Komoju { session, payment, event } => {
                let known = self.want_komoju(session.as_ref(), payment.as_ref(), seq, at);
                if !known && !self.want_session_being_made(seq) {
                    return false;
                }
                if let Some(payment) = payment.as_ref().filter(|_| event == FRAUD_MARKED) {
                    self.suspect(payment, &hint.id);
                }
                self.state.log(at, Event::HeardKomoju { event: event.clone() });
            }
            About::Return { session } => {
                if !self.returned(session.as_ref(), seq, at) {
                    return false;
                }
            }
            About::Order { scope, moved } => {
                if !moved.is_some_and(|moved| self.is_word_of_our_move(moved)) {
                    want(&mut self.state.order, seq);
                }
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
        self.touched = true;
        self.state.head.seq = seq;
        self.state.hints.push(StoredHint { hint, seq, at });
        if self.state.hints.len() > HISTORY {
            self.state.hints.remove(0);
        }
        true
    }

    /// True if a shopper's page is open, as far as we can know.
    fn is_watched(&self, at: Moment, delays: Delays) -> bool {
        at - self.watched_at < delays.is_watched()
    }

    /// Wants a look at the session and the payment that KOMOJU named. False, and no look, if neither is ours: an
    /// account's webhooks also carry payments of other shops.
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

    /// KOMOJU's webhook about a new session can overtake the answer that tells us the session's id. While a session
    /// is being made, an unknown id therefore wants a look at it as soon as it is known.
    fn want_session_being_made(&mut self, seq: u64) -> bool {
        let Some(attempt) = self.state.attempts.iter_mut().find(|a| a.stage == Stage::Creating) else {
            return false;
        };
        want(&mut attempt.register, seq);
        true
    }

    /// Remembers a claimed fraud mark, to be checked at its source. No field of a payment shows the mark, only
    /// KOMOJU's own copy of the event.
    fn suspect(&mut self, payment: &PaymentId, event: &HintId) {
        if let Some(payment) = self.state.payments.get_mut(payment).filter(|p| !p.fraud) {
            payment.suspicion = Some(Suspicion { event: event.clone(), failures: 0, retry_at: 0 });
        }
    }

    /// True if the message only says what our own PUT has just done: from the status that it was decided over to the one
    /// that it set. Its answer says the same, so there is nothing to look for. One message is the word of one PUT; the
    /// next like it tells of a move that somebody else made.
    ///
    /// Where the answer is not known (the PUT failed, or its answer was lost), or shows another status, we look.
    fn is_word_of_our_move(&self, moved: Moved) -> bool {
        let is_known = |deed: &Deed| match deed.state {
            DeedState::Done => {
                self.state.order.reading.as_ref().is_some_and(|order| order.status == moved.to)
            }
            DeedState::Sent => {
                self.flight.as_ref().is_some_and(|flight| flight.what == What::Deed(deed.action.clone()))
            }
            DeedState::Intended { .. } | DeedState::Refused { .. } => false,
        };
        let ours = |deed: &&Deed| {
            let same =
                |update: &OrderUpdate| (update.over, update.status) == (Some(moved.from), Some(moved.to));
            deed.update.as_ref().is_some_and(same) && may_have_moved_at(deed, moved.at)
        };
        let was_told = self.moves_told().any(|known| {
            (known.from, known.to) == (moved.from, moved.to)
                && (known.at - moved.at).abs() <= Delays::CLOCKS_DIFFER + Delays::UNDER_WAY
        });
        !was_told && self.state.deeds.iter().filter(ours).any(is_known)
    }

    /// The moves of the order that BigCommerce has told us of, oldest first.
    fn moves_told(&self) -> impl Iterator<Item = Moved> {
        self.state.hints.iter().filter_map(|known| match known.hint.about {
            About::Order { moved, .. } => moved,
            About::Komoju { .. } | About::Return { .. } | About::Click => None,
        })
    }

    /// True when our own PUT overwrote a final status that the merchant had just set (a lost update). Recognised by:
    /// the change falls inside the window in which our PUT was in flight, it ended in the status that we put, and it
    /// replaced another status than the one we had read. A PUT that BigCommerce refused has overwritten nothing.
    ///
    /// ```text
    /// we read the order               7
    /// the merchant sets 4 Refunded    7 → 4
    /// our PUT arrives                 4 → 11   decided over 7, so this move is a lost update
    /// ```
    ///
    /// The word of it can come hours late. Nothing is lost any more if the order has left that status since, even where
    /// another PUT of ours has brought it back there:
    ///
    /// ```text
    /// our PUT, decided over 7         10 → 12
    /// all the money went back         12 → 4
    /// a fraud mark: our next PUT      4 → 12   decided over 4
    /// the late word                   from 10 to 12: the merchant's 10 stays replaced
    /// ```
    pub(super) fn is_our_overtaking(&self, moved: Moved) -> bool {
        let ours = |deed: &&Deed| {
            let update = deed.update.as_ref().filter(|update| update.status == Some(moved.to));
            // Our PUT makes one move only. If another message already tells of it as we decided it (7 → 11 above), a
            // second move to the same status is the merchant's own. That message may be dated before the PUT: it is
            // dated in whole seconds, by another clock.
            let word_of_it = |over| {
                let mut told = self.moves_told();
                told.any(|known| {
                    (known.from, known.to) == (over, moved.to) && may_have_moved_at(deed, known.at)
                })
            };
            let over = update.and_then(|update| update.over);
            deed.may_have_had_effect()
                && may_have_moved_at(deed, moved.at)
                && over.is_some_and(|over| over != moved.from && !word_of_it(over))
        };
        let seen_elsewhere_after = |ours: &Deed| {
            let over = |deed: &Deed| deed.update.as_ref().and_then(|update| update.over);
            // Right after a PUT, BigCommerce may still answer with what was before it.
            let is_later =
                |deed: &&Deed| deed.seq > ours.seq && deed.first_sent > moved.at + Delays::UNDER_WAY;
            let mut later = self.state.deeds.iter().filter(is_later);
            later.any(|deed| over(deed).is_some_and(|over| over != moved.to))
        };
        let has_left = || self.moves_told().any(|known| known.from == moved.to && known.at > moved.at);
        moved.from.is_final()
            && moved.from != moved.to
            && self.state.deeds.iter().filter(ours).any(|ours| !seen_elsewhere_after(ours))
            && !has_left()
    }

    /// The shopper came back from KOMOJU. The session id stands in the address, so it is a hint like any other: if it
    /// is not ours, nothing is looked at.
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

    /// Wants a look at everything there is: the merchant clicked "look again".
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

    /// A shopper's polling causes a look only after the return from KOMOJU, while the outcome is open, and at most
    /// one per `between_polls` (10 s). Before the return nothing is expected; after a failure the ladder decides.
    pub(super) fn look_for_shopper(&mut self, now: Surroundings<'_>) {
        self.watched_at = now.at;
        self.gathering_until = self.gathering_until.min(now.at + now.delays.gathering(true));
        let due =
            |a: &Attempt| a.returned_at.is_some() && now.at - a.register.at >= now.delays.between_polls();
        let unsettled =
            |s: &State, a: &Attempt| matches!(s.standing(a), Standing::Open | Standing::Pending(_));
        let Some(attempt) = self.state.current() else { return };
        if !due(attempt) || !unsettled(&self.state, attempt) || attempt.register.failures > 0 {
            return;
        }
        let n = attempt.n;
        self.hurry();
        let seq = self.state.next_seq();
        if let Some(attempt) = self.state.attempt_mut(n) {
            want(&mut attempt.register, seq);
        }
    }
}

/// True if the deed's PUT may have moved the order at this moment, by a clock that may differ from ours.
fn may_have_moved_at(deed: &Deed, at: Moment) -> bool {
    (deed.first_sent - Delays::CLOCKS_DIFFER..=deed.first_sent + Delays::UNDER_WAY).contains(&at)
}
