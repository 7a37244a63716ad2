//! How a step of the plan is carried out: the deed is written down, then the call waits for the commit.

use super::{Flight, Machine, Now, What};
use crate::payment::call::Call;
use crate::payment::deed::{Action, Deed, DeedState, MilestoneKind, OrderUpdate};
use crate::payment::ids::{AccountId, PaymentId};
use crate::payment::notes;
use crate::payment::plan::Step;
use crate::payment::reading::Moment;
use crate::payment::state::{Attention, Reached};

impl Machine {
    pub(super) fn carry_out(&mut self, step: Step, now: Now<'_>) {
        match step {
            Step::LookAtOrder => self.take_off(What::Order, |_| Call::ReadOrder),
            Step::LookAtSession { attempt } => self.look_at_session(attempt),
            Step::LookAtPayment { payment } => self.look_at_payment(payment),
            Step::UpdateOrder { payment, milestone, update } => {
                self.update_order(payment, milestone, update, now)
            }
            Step::Conclude { payment, milestone, attention } => {
                self.conclude(payment, milestone, attention, now.at)
            }
            Step::Cancel(action) => self.cancel(&action, now),
            Step::Rest(_) => {}
        }
    }

    /// Takes a `seq`, remembers what is under way, and puts the call where `poll` finds it after the commit.
    pub(super) fn take_off(&mut self, what: What, call: impl FnOnce(u64) -> Call) {
        let seq = self.state.next_seq();
        self.fresh = None;
        self.outbox = Some(call(seq));
        self.flight = Some(Flight { seq, what });
    }

    pub(super) fn look_at_session(&mut self, n: u32) {
        let Some(attempt) = self.state.attempt(n) else { return };
        let Some(session) = attempt.session.clone() else { return };
        let account = attempt.terms.account.clone();
        self.take_off(What::Session(n), |_| Call::ReadSession { account, session });
    }

    pub(super) fn look_at_payment(&mut self, payment: PaymentId) {
        let Some(account) = self.account_of(&payment) else { return };
        let what = What::Payment(payment.clone());
        self.take_off(what, |_| Call::ReadPayment { account, payment });
    }

    pub(super) fn account_of(&self, payment: &PaymentId) -> Option<AccountId> {
        let attempt = self.state.attempt(self.state.payments.get(payment)?.attempt)?;
        Some(attempt.terms.account.clone())
    }

    /// Sends the update with the order just read: its notes are the ones the line is added to.
    pub(super) fn update_order(
        &mut self,
        payment: PaymentId,
        milestone: MilestoneKind,
        update: OrderUpdate,
        now: Now<'_>,
    ) {
        let Some(fresh) = self.fresh.take() else { return };
        let action = Action::UpdateOrder { payment, milestone };
        let deed = self.deed_to_send(&action, now.at);
        deed.update = Some(update.clone());
        let staff_notes = notes::append(&fresh.staff_notes, &update.note);
        self.take_off(What::Deed(action.clone()), |_| Call::UpdateOrder { update, staff_notes });
        self.stamp(&action);
    }

    pub(super) fn conclude(
        &mut self,
        payment: PaymentId,
        milestone: MilestoneKind,
        attention: Option<Attention>,
        at: Moment,
    ) {
        let action = Action::UpdateOrder { payment: payment.clone(), milestone };
        if let Some(deed) = self.deed_mut(&action).filter(|d| d.is_open()) {
            deed.state = DeedState::Done;
        }
        self.state.log(at, milestone.key(), payment.to_string());
        self.state.reached.insert((payment, milestone), Reached { at, attention });
    }

    pub(super) fn cancel(&mut self, action: &Action, now: Now<'_>) {
        let Some(call) = self.cancel_call(action, now) else { return };
        self.take_off(What::Deed(action.clone()), |_| call);
        self.stamp(action);
    }

    /// The call of a cancel; past the life of its idempotency key only looking is safe, so it becomes a new try.
    pub(super) fn cancel_call(&mut self, action: &Action, now: Now<'_>) -> Option<Call> {
        let scope = format!("{}-{}", now.shop.store, now.shop.order);
        let deed = self.deed_to_send(action, now.at);
        if deed.is_indeterminate() && !now.delays.idempotency_holds(deed.first_sent, now.at) {
            deed.state = DeedState::Refused { reason: "unanswered".to_owned() };
            self.want_target(action);
            return None;
        }
        deed.state = DeedState::Sent;
        let key = deed.idempotency_key(&scope);
        match action {
            Action::CancelPayment { payment } => {
                let account = self.account_of(payment)?;
                Some(Call::CancelPayment { account, payment: payment.clone(), key })
            }
            Action::CancelSession { attempt } => {
                let attempt = self.state.attempt(*attempt)?;
                let (account, session) = (attempt.terms.account.clone(), attempt.session.clone()?);
                Some(Call::CancelSession { account, session, key })
            }
            Action::UpdateOrder { .. } => None,
        }
    }

    /// The deed to send now: the open one again, or the next number after a refusal.
    pub(super) fn deed_to_send(&mut self, action: &Action, at: Moment) -> &mut Deed {
        let last = self.state.deeds.iter().rposition(|d| d.action == *action);
        let index = match last {
            Some(index) if self.state.deeds[index].is_open() => index,
            other => {
                let n = other.map_or(1, |index| self.state.deeds[index].n + 1);
                self.state.deeds.push(Deed {
                    action: action.clone(),
                    n,
                    state: DeedState::Intended { not_before: at },
                    seq: 0,
                    first_sent: at,
                    failures: 0,
                    retry_at: 0,
                    update: None,
                });
                self.state.deeds.len() - 1
            }
        };
        &mut self.state.deeds[index]
    }

    /// Marks the deed as sent with the `seq` of the flight that carries it.
    pub(super) fn stamp(&mut self, action: &Action) {
        let seq = self.flight.as_ref().map_or(0, |f| f.seq);
        if let Some(deed) = self.deed_mut(action) {
            deed.state = DeedState::Sent;
            deed.seq = seq;
        }
    }

    pub(super) fn deed_mut(&mut self, action: &Action) -> Option<&mut Deed> {
        self.state.deeds.iter_mut().rev().find(|d| d.action == *action)
    }
}
