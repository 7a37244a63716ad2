//! What became of what was sent: sessions are made or not, deeds become done, refused, or stay indeterminate.

use super::answers::{describe, failure_of, komoju_refusal, wait};
use super::{Machine, Now, want};
use crate::plan::start::Refusal;
use crate::state::call::optional_field;
use crate::state::call::{Answer, SessionSeen};
use crate::state::deed::{Action, DeedState, MilestoneKind, Subject};
use crate::state::failure::Failure;
use crate::state::history::Event;
use crate::state::reading::{Cause, PaymentReading};
use crate::state::{Reached, SessionFault, Stage};
use crate::time::Moment;
use crate::values::attention::Attention;
use strum::VariantArray;

/// As long as we ask for.
const SESSION_LIVES: Moment = 86_400_000;

impl Machine {
    pub(super) fn session_made(&mut self, n: u32, seq: u64, seen: SessionSeen, now: Now<'_>) {
        let at = now.at;
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        if seen.reading.amount != Some(attempt.terms.amount) {
            let message = "the session that KOMOJU made has another amount".to_owned();
            return self.session_not_made(n, refused(message), at);
        }
        attempt.stage = Stage::Open;
        attempt.session = Some(seen.reading.id.clone());
        attempt.url = seen.url.clone();
        // Counted from when KOMOJU made it; where it does not say that, from now.
        attempt.expires_at = if seen.expires_at > at { seen.expires_at } else { at + SESSION_LIVES };
        (self.state.head.session_refused, self.state.head.session_fault) = (None, None);
        self.state.log(at, Event::SessionMade { session: seen.reading.id.to_string() });
        self.take_session(n, seq, seen, now);
        self.show(true, at);
    }

    /// The attempt is void. A number already used at KOMOJU is tried once more with the next one.
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

    /// Whether KOMOJU refused only what it does not need: then the session is asked for once more without that.
    fn try_lean(&mut self, param: &str, message: &str, at: Moment) -> bool {
        let Some(field) = optional_field(param, message) else { return false };
        let Some((_, done, _)) = self.start.as_mut().filter(|(_, done, _)| !done.lean) else { return false };
        done.lean = true;
        self.state.log(at, Event::SessionLean { field: field.to_owned() });
        true
    }

    pub(super) fn deed_answered(&mut self, action: &Action, seq: u64, answer: Answer, now: Now<'_>) {
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

    /// Whether an answer to an action is about the payment it was for.
    fn is_about(&self, action: &Action, reading: &PaymentReading) -> bool {
        let known = action.payment().filter(|id| self.state.payments.get(id).is_some());
        known.is_none_or(|id| self.is_ours(id, reading))
    }

    /// Accepted is not ended: should the target still live when it is looked at, the next try waits its turn.
    pub(super) fn done(&mut self, action: &Action, now: Now<'_>) {
        if let Some(deed) = self.deed_mut(action) {
            deed.state = DeedState::Done;
            deed.retry_at = now.at + now.delays.retry(deed.n);
        }
        self.forget_what_it_needed(action);
        self.state.log(now.at, Event::done(action));
    }

    /// Bank details are kept no longer than they are needed.
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

    pub(super) fn order_updated(&mut self, subject: Subject, milestone: MilestoneKind, now: Now<'_>) {
        let update = self
            .deed_mut(&Action::UpdateOrder { subject: subject.clone(), milestone })
            .and_then(|deed| deed.update.clone());
        let attention = update.and_then(|u| u.attention);
        self.conclude(subject, milestone, attention, now.at);
    }

    pub(super) fn deed_failed(&mut self, action: &Action, failure: Failure, now: Now<'_>) {
        let at_bigcommerce = matches!(action, Action::UpdateOrder { .. } | Action::RecordRefund { .. });
        let failure = without_what_was_sent(action, failure);
        let Some(deed) = self.deed_mut(action) else { return };
        let mut retry = now.at + wait(&failure, deed.failures, now.delays);
        // BigCommerce knows no keys: what may still be under way is not sent again.
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
            // This send had no effect, but an earlier one of the same key may have: 409 says that it still runs.
            Failure::Later { .. } | Failure::Unauthorized | Failure::Forbidden if !at_bigcommerce => {}
            Failure::Later { .. } | Failure::Unauthorized | Failure::Forbidden => {
                deed.state = DeedState::Intended { not_before: retry };
            }
            // The order has just been read: it is there, or the next look will say that it is gone.
            Failure::NotFound if matches!(action, Action::UpdateOrder { .. }) => {
                deed.state = DeedState::Intended { not_before: retry };
                self.want_target(action);
            }
            Failure::NotFound | Failure::Refused { .. } => {
                deed.state = DeedState::Refused { reason: describe(&failure) };
                self.refused(action, now.at);
            }
        }
        self.state.log(now.at, Event::failed(action, describe(&failure)));
        if self.start.is_some() && !matches!(failure, Failure::NotFound | Failure::Refused { .. }) {
            self.fail_start(komoju_refusal(&failure));
        }
    }

    /// A final no. At KOMOJU it means "look": what was to be ended may have ended by itself. At BigCommerce a person
    /// must know.
    pub(super) fn refused(&mut self, action: &Action, at: Moment) {
        match action {
            Action::UpdateOrder { subject, milestone } => {
                // What it was to tell is no less true because the order does not hear of it.
                let update = self.state.deed(action).and_then(|deed| deed.update.as_ref());
                // A line about a refund was all that the order would have had of it.
                let instead = (*milestone == MilestoneKind::Refunded).then_some(Attention::RefundedAtKomoju);
                let attention = update.and_then(|update| update.attention).or(instead);
                let reached = Reached { at, attention, seen: None };
                self.state.reached.insert((subject.clone(), *milestone), reached);
                if *milestone == MilestoneKind::Restored {
                    self.state.head.replaced = None;
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

    /// Wants a look at whatever an action was about.
    pub(super) fn want_target(&mut self, action: &Action) {
        let seq = self.state.next_seq();
        let attempt = match action {
            Action::UpdateOrder { .. } => return want(&mut self.state.order, seq),
            Action::RecordRefund { .. } => {
                want(&mut self.state.order, seq);
                return want(&mut self.state.order_refunds, seq);
            }
            Action::CancelSession { attempt } => Some(*attempt),
            // The refunds of a payment are its own; its session knows nothing of them.
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

/// A refusal of bank details may quote them: nothing of its words is kept.
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
