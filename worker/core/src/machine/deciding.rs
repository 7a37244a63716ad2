//! How the merchant's decisions come in: kept with who and when, once each, and nothing forgotten that money hangs on.

use super::{Machine, want};
use crate::refunds::{self, PayBack, Settled};
use crate::state::decision::{Decided, Decision, Ended, Ending, StoredDecision, Taken};
use crate::state::deed::{Deed, MilestoneKind, SETTLED, Subject};
use crate::state::history::Event;
use crate::state::reading::{Cause, PaymentStatus};
use crate::state::settings::Settings;
use crate::time::Moment;
use crate::values::ids::{HintId, PaymentId};

impl Machine {
    /// Keeps a decision; [`Self::handle`] does the same for whoever knows the store. One that was made upon what is so no
    /// longer is not kept: of two open pages that offer the same money, the second moves nothing.
    pub fn decide(&mut self, decided: Decided, at: Moment) -> Taken {
        if self.state.decisions.iter().any(|stored| stored.decided.id == decided.id) {
            return Taken::Yes;
        }
        if !self.state.is_worth_keeping() {
            return Taken::Unknown;
        }
        self.touched = true;
        if !self.is_still_offered(&decided) || !self.take_effect_at_once(&decided, at) {
            self.state.log(at, Event::DecisionOvertaken { by: decided.by });
            return Taken::Overtaken;
        }
        let seq = self.state.next_seq();
        // What money hangs on is looked at before it is acted on.
        self.state.hurry(at);
        want(&mut self.state.order, seq);
        for payment in self.state.payments.values_mut() {
            want(&mut payment.register, seq);
        }
        let (decision, by) = (decided.decision.kind(), decided.by.clone());
        self.state.log(at, Event::Decided { decision, by });
        let ended = (!decided.decision.moves_money()).then_some(Ended { how: Ending::Done, at });
        self.state.decisions.push(StoredDecision { decided, seq, at, ended });
        Taken::Yes
    }

    /// Whether what somebody saw and decided upon is what is known now, and may be decided now.
    fn is_still_offered(&self, decided: &Decided) -> bool {
        let state = &self.state;
        let is_free = |payment: &PaymentId| state.open_call(payment).is_none();
        // Of these, no setting has a say.
        let settings = Settings::default();
        let refund_of = |id: u64| refunds::made_in_bigcommerce(state).into_iter().find(|r| r.id == id);
        let pay_back = |id| refund_of(id).map(|refund| refunds::pay_back(state, &settings, refund));
        let offered = match &decided.decision {
            Decision::Dismiss { .. } | Decision::Owed { .. } => return true,
            Decision::Capture { payment, minor } => {
                let most = state.payments.get(payment).filter(|p| p.is(&PaymentStatus::Authorized));
                let enough = most.is_some_and(|p| minor.is_none_or(|minor| (1..=p.net()).contains(&minor)));
                is_free(payment) && enough && state.armed(|d| d.takes_from(payment)).is_none()
            }
            Decision::Refund { payment, minor, .. } => {
                let most = state.refundable(payment);
                is_free(payment)
                    && most > 0
                    && minor.is_none_or(|minor| (1..=most).contains(&minor))
                    && state.armed(|d| d.takes_from(payment)).is_none()
            }
            Decision::ConfirmRefund { refund } | Decision::BankDetails { refund, .. } => matches!(
                pay_back(*refund),
                Some(PayBack::NotConfirmed { .. } | PayBack::NeedsBank { .. } | PayBack::Refused { .. })
            ),
            Decision::SettleOutside { refund } => !matches!(
                pay_back(*refund),
                None | Some(PayBack::Settled(Settled::Done | Settled::Requested | Settled::Outside))
            ),
            Decision::SettleUnanswered { payment } => !is_free(payment),
            // Whether there is such a thing is seen when it takes effect.
            Decision::MatchTransfer { .. } => true,
            Decision::PartPair { refund, komoju } => {
                refund_of(*refund).and_then(|refund| refunds::twin_of(state, refund)).as_ref() == Some(komoju)
            }
        };
        offered && decided.upon.as_ref().is_none_or(|upon| *upon == state.upon())
    }

    /// What a decision changes when it is taken. False: there is nothing of the kind.
    fn take_effect_at_once(&mut self, decided: &Decided, at: Moment) -> bool {
        match &decided.decision {
            Decision::Dismiss { attention } => self.state.dismiss(*attention),
            Decision::Capture { payment, .. } => {
                // Refused once, it may be refused again, and be told again.
                let refused = (Subject::Payment(payment.clone()), MilestoneKind::CaptureRefused);
                self.state.reached.remove(&refused);
            }
            Decision::SettleOutside { refund } => {
                self.settle_open_calls(|deed| deed.action.cause() == Some(Cause::OrderRefund(*refund)), at);
                self.forget_bank_details(0, Some(*refund));
            }
            Decision::SettleUnanswered { payment } => self.settle_unanswered(payment, decided, at),
            Decision::MatchTransfer { transfer, refund } => {
                return self.state.match_transfer(*transfer, refund.as_ref());
            }
            Decision::Refund { .. }
            | Decision::ConfirmRefund { .. }
            | Decision::BankDetails { .. }
            | Decision::PartPair { .. }
            | Decision::Owed { .. } => {}
        }
        true
    }

    /// Nothing without an answer is sent again. A refund made in BigCommerce counts as paid back with it.
    fn settle_unanswered(&mut self, payment: &PaymentId, decided: &Decided, at: Moment) {
        let Some(deed) = self.state.open_call(payment) else { return };
        let action = deed.action.clone();
        self.settle_open_calls(|deed| deed.action == action, at);
        if let Some(Cause::OrderRefund(refund)) = action.cause() {
            let Ok(id) = HintId::parse(&format!("{}-refund", decided.id)) else { return };
            let decision = Decision::SettleOutside { refund };
            let decided = Decided { id, decision, by: decided.by.clone(), upon: None };
            let (seq, ended) = (self.state.next_seq(), Some(Ended { how: Ending::Done, at }));
            self.state.decisions.push(StoredDecision { decided, seq, at, ended });
            self.forget_bank_details(0, Some(refund));
        }
    }

    fn settle_open_calls(&mut self, is_it: impl Fn(&Deed) -> bool, at: Moment) {
        let open: Vec<_> = self.state.deeds.iter_mut().filter(|deed| deed.is_open() && is_it(deed)).collect();
        let mut settled = Vec::new();
        for deed in open {
            deed.settle();
            settled.push(Event::failed(&deed.action, SETTLED));
        }
        for event in settled {
            self.state.log(at, event);
        }
    }

    /// A decision is over; an account that came with it is kept no longer.
    pub(super) fn end_decision(&mut self, seq: u64, how: Ending, at: Moment) {
        let Some(stored) = self.state.decisions.iter_mut().find(|stored| stored.seq == seq) else { return };
        stored.ended = Some(Ended { how, at });
        let by = stored.decided.by.clone();
        stored.decided.decision.forget_account();
        match how {
            // What was done, or refused, stands in the history already.
            Ending::Done | Ending::Refused => {}
            Ending::Withdrawn => self.state.log(at, Event::DecisionWithdrawn { by }),
            Ending::Overtaken => self.state.log(at, Event::DecisionOvertaken { by }),
        }
    }

    /// KOMOJU has a refund's bank details, or will not have them: nobody keeps them any longer.
    pub(super) fn forget_bank_details(&mut self, seq: u64, refund: Option<u64>) {
        for stored in &mut self.state.decisions {
            let decision = &mut stored.decided.decision;
            let for_refund =
                matches!(decision, Decision::BankDetails { refund: of, .. } if Some(*of) == refund);
            let itself = stored.seq == seq && matches!(decision, Decision::Refund { .. });
            if for_refund || itself {
                decision.forget_account();
            }
        }
    }
}
