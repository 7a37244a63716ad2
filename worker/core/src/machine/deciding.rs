//! How the merchant's decisions come in. Each is stored once, with who and when, before it is answered.
//!
//! A decision carries what the page showed when it was made (`upon`). It is refused if that is no longer so: two open
//! pages that both offer "refund ¥3,000" must not refund ¥6,000.

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
    /// Stores a decision. [`Self::handle`] does the same; this is for callers that know the time but not the store. A
    /// repeated click is answered as the first was; a decision made on an outdated page is not stored.
    pub fn decide(&mut self, decided: Decided, at: Moment) -> Taken {
        if self.state.decisions.iter().any(|stored| stored.decided.id == decided.id) {
            return Taken::Yes;
        }
        if !self.state.is_worth_keeping() {
            return Taken::Unknown;
        }
        self.touch();
        if !self.is_still_offered(&decided) || !self.take_effect_at_once(&decided, at) {
            self.state.log(at, Event::DecisionOvertaken { by: decided.by });
            return Taken::Overtaken;
        }
        let seq = self.state.next_seq();
        // Before money moves, everything it depends on is read again, and at once: the merchant waits.
        self.hurry();
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

    /// True if what the merchant saw is still so, and the action may be taken now.
    fn is_still_offered(&self, decided: &Decided) -> bool {
        let state = &self.state;
        let is_free = |payment: &PaymentId| state.open_call(payment).is_none();
        // Default settings: no setting has a say in whether these are offered.
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
            // Checked when it takes effect.
            Decision::MatchTransfer { .. } => true,
            Decision::PartPair { refund, komoju } => {
                refund_of(*refund).and_then(|refund| refunds::twin_of(state, refund)).as_ref() == Some(komoju)
            }
        };
        offered && decided.upon.as_ref().is_none_or(|upon| *upon == state.upon())
    }

    /// The immediate effect of a decision. False: the thing it names does not exist. What moves money has no
    /// immediate effect; the plan gets to it.
    fn take_effect_at_once(&mut self, decided: &Decided, at: Moment) -> bool {
        match &decided.decision {
            Decision::Dismiss { attention } => self.state.dismiss(*attention),
            Decision::Capture { payment, .. } => {
                // KOMOJU refused an earlier capture and the order was told. If it refuses again, the order must be
                // told again.
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

    /// The merchant settled an unanswered call outside KOMOJU: it is not sent again. If it was to pay back a refund
    /// made in BigCommerce, that refund counts as paid back outside, too.
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

    /// Ends the open deeds that fit, as settled by a person.
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

    /// Ends a decision. A bank account that came with it is erased.
    pub(super) fn end_decision(&mut self, seq: u64, how: Ending, at: Moment) {
        let Some(stored) = self.state.decisions.iter_mut().find(|stored| stored.seq == seq) else { return };
        stored.ended = Some(Ended { how, at });
        let by = stored.decided.by.clone();
        stored.decided.decision.forget_account();
        match how {
            // The deed's own line already tells the history what was done or refused.
            Ending::Done | Ending::Refused => {}
            Ending::Withdrawn => self.state.log(at, Event::DecisionWithdrawn { by }),
            Ending::Overtaken => self.state.log(at, Event::DecisionOvertaken { by }),
        }
    }

    /// KOMOJU has a refund's bank details, or refused them: we keep them no longer. `seq`: the decision that brought
    /// them; `refund`: the BigCommerce refund that they were given for.
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
