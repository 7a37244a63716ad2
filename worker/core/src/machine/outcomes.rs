//! What became of what was sent. A session was made or was not; a deed is done, refused, or stays indeterminate.
//!
//! BigCommerce and KOMOJU differ: KOMOJU has idempotency keys, so an unanswered send may be repeated with its key.
//! BigCommerce has none, so an unanswered PUT or refund is looked for first.

use super::answers::{describe, failure_of, komoju_refusal, wait};
use super::{Machine, Surroundings, want};
use crate::plan::start::Refusal;
use crate::state::call::optional_field;
use crate::state::call::{Answer, SESSION_LIFE_MS, SessionSeen};
use crate::state::deed::{Action, DeedState, MilestoneKind, Subject};
use crate::state::failure::Failure;
use crate::state::history::Event;
use crate::state::reading::{Cause, PaymentReading};
use crate::state::{Reached, SessionFault, Stage};
use crate::time::Moment;
use crate::values::attention::Attention;
use strum::VariantArray;

impl Machine {
    /// KOMOJU made the session: the attempt is open, and the shopper is sent there. A session of another amount
    /// counts as refused.
    pub(super) fn session_made(&mut self, n: u32, seq: u64, seen: SessionSeen, now: Surroundings<'_>) {
        let at = now.at;
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        if seen.reading.amount != Some(attempt.terms.amount) {
            let message = "the session that KOMOJU made has another amount".to_owned();
            return self.session_not_made(n, refused(message), at);
        }
        attempt.stage = Stage::Open;
        attempt.session = Some(seen.reading.id.clone());
        attempt.url = seen.url.clone();
        // `expires_at` is counted from KOMOJU's `created_at`. If KOMOJU did not say when, we count from now.
        attempt.expires_at = if seen.expires_at > at { seen.expires_at } else { at + SESSION_LIFE_MS };
        (self.state.head.session_refused, self.state.head.session_fault) = (None, None);
        self.state.log(at, Event::SessionMade { session: seen.reading.id.to_string() });
        self.take_session(n, seq, seen, now);
        self.show(true, at);
    }

    /// KOMOJU did not make the session: the attempt is void. What becomes of the start:
    ///
    /// ```text
    /// 422, external_order_num is taken        goes on with attempt n + 1 and the next number
    /// 422, billing_address is too long        goes on once more, lean: without optional fields
    /// 422, konbini is not enabled             refused in KOMOJU's words, and the merchant sees them
    /// 401, 403, 404                           refused: KOMOJU does not accept the key
    /// 429, no answer                          refused: the shopper may try again soon
    /// ```
    pub(super) fn session_not_made(&mut self, n: u32, failure: Failure, at: Moment) {
        if let Some(attempt) = self.state.attempt_mut(n) {
            attempt.stage = Stage::Void;
        }
        self.state.log(at, Event::SessionNotMade { why: describe(&failure) });
        self.state.head.session_queued = matches!(failure, Failure::Later { .. });
        let fault = match &failure {
            Failure::Refused { code, .. } => {
                SessionFault::VARIANTS.iter().copied().find(|fault| fault.key() == code)
            }
            Failure::Indeterminate(_)
            | Failure::Unreadable(_)
            | Failure::Later { .. }
            | Failure::Unauthorized
            | Failure::Forbidden
            | Failure::NotFound => None,
        };
        let refusal = match failure {
            Failure::Refused { ref param, .. } if param == "external_order_num" => return,
            Failure::Refused { status: 422, ref param, ref message, .. }
                if self.try_lean(param, message, at) =>
            {
                return;
            }
            Failure::Refused { message, .. } => Refusal::KomojuRefused(message),
            Failure::Unauthorized | Failure::Forbidden | Failure::NotFound => {
                Refusal::KomojuRefused("KOMOJU does not accept the secret key".to_owned())
            }
            Failure::Indeterminate(_) | Failure::Unreadable(_) | Failure::Later { .. } => {
                komoju_refusal(&failure)
            }
        };
        if let Refusal::KomojuRefused(message) = &refusal {
            self.state.head.session_refused = Some(message.clone());
            self.state.head.session_fault = fault;
        }
        self.fail_start(refusal);
    }

    /// True if KOMOJU refused only an optional field (an address it finds too long, say). The session is then asked
    /// for once more, lean.
    fn try_lean(&mut self, param: &str, message: &str, at: Moment) -> bool {
        let Some(field) = optional_field(param, message) else { return false };
        let Some((_, done, _)) = self.start.as_mut().filter(|(_, done, _)| !done.lean) else { return false };
        done.lean = true;
        self.state.log(at, Event::SessionLean { field: field.to_owned() });
        true
    }

    /// Takes the answer to a deed.
    pub(super) fn deed_answered(&mut self, action: &Action, seq: u64, answer: Answer, now: Surroundings<'_>) {
        match answer {
            Answer::Order(seen) => {
                self.state.order.accept(seq, now.at, seen.reading);
                self.settle_due(now);
                if let Action::UpdateOrder { subject, milestone } = action.clone() {
                    self.order_updated(subject, milestone, now);
                }
            }
            Answer::Session(seen) => {
                self.done(action, now);
                if let Action::CancelSession { attempt } = action {
                    self.take_session(*attempt, seq, *seen, now);
                }
            }
            Answer::Payment(reading) if !self.is_about(action, &reading) => {
                let failure = Failure::Unreadable("an answer about another payment".to_owned());
                self.deed_failed(action, failure, now);
            }
            Answer::Payment(reading) => {
                self.done(action, now);
                match action {
                    Action::CancelPayment { payment }
                    | Action::Capture { payment }
                    | Action::RefundPayment { payment, .. } => {
                        self.take_payment_by_id(payment, seq, *reading, now);
                    }
                    Action::UpdateOrder { .. }
                    | Action::CancelSession { .. }
                    | Action::RequestRefund { .. }
                    | Action::RecordRefund { .. } => {}
                }
                self.want_target(action);
            }
            Answer::Requested => {
                self.done(action, now);
                self.want_target(action);
            }
            Answer::OrderRefunds(_) => {
                self.done(action, now);
                self.want_target(action);
            }
            Answer::Failed(failure) => self.deed_failed(action, failure, now),
            Answer::Provider(_) | Answer::Payments { .. } | Answer::Event(_) | Answer::Quote(_) => {
                self.deed_failed(action, failure_of(answer), now);
            }
        }
    }

    /// True if the answer is about the payment that the deed was for.
    fn is_about(&self, action: &Action, reading: &PaymentReading) -> bool {
        let known = action.payment().filter(|id| self.state.payments.get(id).is_some());
        known.is_none_or(|id| self.is_ours(id, reading))
    }

    /// The deed took effect. Accepted does not mean ended: if a later look finds the target of a cancel still alive,
    /// the next try waits its turn on the ladder.
    pub(super) fn done(&mut self, action: &Action, now: Surroundings<'_>) {
        if let Some(deed) = self.deed_mut(action) {
            deed.state = DeedState::Done;
            deed.retry_at = now.at + now.delays.retry(deed.n);
        }
        self.forget_what_it_needed(action);
        self.state.log(now.at, Event::done(action));
    }

    /// Erases the bank details of a refund request that has its answer.
    fn forget_what_it_needed(&mut self, action: &Action) {
        let Action::RequestRefund { cause, .. } = action else { return };
        for deed in self.state.deeds.iter_mut().filter(|deed| deed.action == *action) {
            deed.bank = None;
        }
        let decided = self.state.deed(action).map_or(0, |deed| deed.decided);
        let refund = match cause {
            Cause::OrderRefund(id) => Some(*id),
            Cause::Twice | Cause::Merchant(_) => None,
        };
        self.forget_bank_details(decided, refund);
    }

    /// The PUT took effect: the milestone is reached, with the attention that was decided for it.
    pub(super) fn order_updated(
        &mut self,
        subject: Subject,
        milestone: MilestoneKind,
        now: Surroundings<'_>,
    ) {
        let action = Action::UpdateOrder { subject: subject.clone(), milestone };
        let update = self.deed_mut(&action).and_then(|deed| deed.update.clone());
        let attention = update.and_then(|u| u.attention);
        if milestone == MilestoneKind::Restored {
            self.end_restoration(&action);
        }
        self.conclude(subject, milestone, attention, now.at);
    }

    /// The PUT that was to restore a status of the merchant's has its answer. The word that this very PUT replaced yet
    /// another status of theirs may come before that answer: the newer one is still to be restored.
    ///
    /// ```text
    /// our PUT of 11 replaced 4         to restore: 4
    /// the merchant refunds a part      11 → 14
    /// our PUT of 4, decided over 11    14 → 4
    ///   its word: from 14 to 4         to restore: 14
    ///   its answer: the order is 4     4 is restored, 14 is not
    /// ```
    fn end_restoration(&mut self, action: &Action) {
        let update = self.state.deed(action).and_then(|deed| deed.update.as_ref());
        let restored = update.and_then(|update| update.status);
        let newer = self.state.head.replaced.filter(|moved| restored.is_some_and(|it| it != moved.from));
        self.state.head.replaced = newer;
    }

    /// The deed failed, or got no answer. Grouped by what can be done: look for it, send it again later, or show it
    /// as refused.
    pub(super) fn deed_failed(&mut self, action: &Action, failure: Failure, now: Surroundings<'_>) {
        let at_bigcommerce = matches!(action, Action::UpdateOrder { .. } | Action::RecordRefund { .. });
        let failure = without_what_was_sent(action, failure);
        let overtakes = |this: &Self| this.state.head.replaced.is_some_and(|it| this.is_our_overtaking(it));
        let overtook = overtakes(self);
        let Some(deed) = self.deed_mut(action) else { return };
        let mut retry = now.at + wait(&failure, deed.failures, now.delays);
        // BigCommerce has no idempotency keys. A refund that may still be under way there is not sent again before
        // that is over.
        if matches!(action, Action::RecordRefund { .. }) {
            retry = retry.max(now.at + now.delays.under_way());
        }
        deed.failures = deed.failures.saturating_add(1);
        deed.retry_at = retry;
        match &failure {
            Failure::Indeterminate(_) | Failure::Unreadable(_) => {
                if action.moves_money() {
                    self.want_target(action);
                }
            }
            // At KOMOJU this send had no effect, but an earlier send under the same key may have had one (409 says
            // that it still runs). The deed stays `sent`.
            Failure::Later { .. } | Failure::Unauthorized | Failure::Forbidden if !at_bigcommerce => {}
            // Another request is in the way, which may be this very one, or one of it that came too late to be answered:
            // nobody knows what became of it. It is looked for.
            Failure::Later { busy: true, .. } if matches!(action, Action::UpdateOrder { .. }) => {}
            Failure::Later { .. } | Failure::Unauthorized | Failure::Forbidden => {
                deed.state = DeedState::Intended { not_before: retry };
            }
            // We have just read the order, so a 404 is odd: the next look will find it, or count it as missing.
            Failure::NotFound if matches!(action, Action::UpdateOrder { .. }) => {
                deed.state = DeedState::Intended { not_before: retry };
                self.want_target(action);
            }
            Failure::NotFound | Failure::Refused { .. } => {
                deed.state = DeedState::Refused { reason: describe(&failure) };
                self.refused(action, now.at);
            }
        }
        // The word of a move of the merchant's can come before the answer that our PUT changed nothing.
        if overtook && !overtakes(self) {
            self.state.head.replaced = None;
        }
        self.state.log(now.at, Event::failed(action, describe(&failure)));
        if self.start.is_some() && !matches!(failure, Failure::NotFound | Failure::Refused { .. }) {
            self.fail_start(komoju_refusal(&failure));
        }
    }

    /// A final no. From KOMOJU it means "look": what we wanted to end may have ended by itself. From BigCommerce it
    /// means that a person must know.
    pub(super) fn refused(&mut self, action: &Action, at: Moment) {
        match action {
            Action::UpdateOrder { subject, milestone } => {
                // BigCommerce refuses to hear it, but it is still true: the merchant sees the same attention.
                let update = self.state.deed(action).and_then(|deed| deed.update.as_ref());
                // For a refund, the line in the notes was all that the order would have had of it. The merchant sees
                // it instead.
                let instead = (*milestone == MilestoneKind::Refunded).then_some(Attention::RefundedAtKomoju);
                let attention = update.and_then(|update| update.attention).or(instead);
                let reached = Reached { at, attention, seen: None };
                self.state.reached.insert((subject.clone(), *milestone), reached);
                if *milestone == MilestoneKind::Restored {
                    self.end_restoration(action);
                }
            }
            Action::CancelSession { .. }
            | Action::CancelPayment { .. }
            | Action::Capture { .. }
            | Action::RefundPayment { .. }
            | Action::RequestRefund { .. }
            | Action::RecordRefund { .. } => self.want_target(action),
        }
        self.forget_what_it_needed(action);
        if let Some((_, done, _)) = self.start.as_mut() {
            done.looked_at = None;
        }
    }

    /// Wants a look at whatever the action was about.
    pub(super) fn want_target(&mut self, action: &Action) {
        let seq = self.state.next_seq();
        let attempt = match action {
            Action::UpdateOrder { .. } => return want(&mut self.state.order, seq),
            Action::RecordRefund { .. } => {
                want(&mut self.state.order, seq);
                return want(&mut self.state.order_refunds, seq);
            }
            Action::CancelSession { attempt } => Some(*attempt),
            // A session's reading does not show refunds, so the payment itself is looked at.
            Action::RefundPayment { payment, .. } | Action::RequestRefund { payment, .. } => {
                if let Some(payment) = self.state.payments.get_mut(payment) {
                    want(&mut payment.register, seq);
                }
                None
            }
            Action::CancelPayment { payment } | Action::Capture { payment } => {
                let payment = self.state.payments.get_mut(payment);
                payment.map(|p| {
                    want(&mut p.register, seq);
                    p.attempt
                })
            }
        };
        if let Some(attempt) = attempt.and_then(|n| self.state.attempt_mut(n)) {
            want(&mut attempt.register, seq);
        }
    }
}

/// Drops the words of a refused refund request: KOMOJU may quote the bank details in them.
fn without_what_was_sent(action: &Action, failure: Failure) -> Failure {
    match (action, failure) {
        (Action::RequestRefund { .. }, Failure::Refused { status, code, param, .. }) => {
            Failure::Refused { status, code, message: param.clone(), param }
        }
        (_, failure) => failure,
    }
}

fn refused(message: String) -> Failure {
    Failure::Refused { status: 0, code: String::new(), param: String::new(), message }
}
