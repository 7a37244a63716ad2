//! How a step of the plan is carried out. The deed is written into the state as `sent`, and the call waits in the
//! outbox until `poll` has committed that. So no mutation leaves that a later life would not know of.

use super::{Flight, Machine, Surroundings, What};
use crate::plan::{Fresh, Step, Transfer, told_along_with};
use crate::state::Reached;
use crate::state::call::Bank;
use crate::state::call::Call;
use crate::state::deed::{Action, Deed, DeedState, MilestoneKind, OrderUpdate, Subject, UNANSWERED, UNASKED};
use crate::state::delays::Delays;
use crate::state::history::Event;
use crate::state::settings::Provider;
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::ids::{AccountId, PaymentId, RefundId};
use crate::values::money::Money;
use crate::views::notes;

impl Machine {
    /// Does what the plan says: changes the state, and mostly puts one call into the outbox.
    pub(super) fn carry_out(&mut self, step: Step, now: Surroundings<'_>) {
        match step {
            Step::LookAtOrder => self.take_off(What::Order, |_| Call::ReadOrder),
            Step::LookAtSession { attempt } => self.look_at_session(attempt),
            Step::LookAtPayment { payment } => self.look_at_payment(payment),
            Step::LookAtPayments { attempt } => self.look_at_payments(attempt),
            Step::LookAtEvent { payment } => self.look_at_event(payment),
            Step::LookAtOrderRefunds => self.look_beside_order(What::OrderRefunds, Call::ReadOrderRefunds),
            Step::LookAtProvider => self.look_beside_order(What::Provider, Call::ReadProvider),
            Step::Meet { keep } => self.meet(keep, now),
            Step::UpdateOrder { subject, milestone, update } => {
                self.update_order(subject, milestone, update, now)
            }
            Step::Conclude { subject, milestone, attention } => {
                if milestone == MilestoneKind::Restored {
                    self.state.head.replaced = None;
                }
                self.conclude(subject, milestone, attention, now.at)
            }
            Step::Cancel { action, because_of_order } => self.cancel(&action, because_of_order, now),
            Step::Transfer(transfer) => self.transfer(transfer, now),
            Step::QuoteRefund { refund, amount } => self.quote_refund(refund, amount, now),
            Step::RecordRefund { refund, amount, provider } => {
                self.record_refund(refund, amount, provider, now)
            }
            Step::Found(action) => self.done(&action, now),
            Step::GiveUp { action, reason } => self.give_up(&action, reason, now),
            Step::EndDecision { seq, how } => self.end_decision(seq, how, now.at),
            Step::Rest(_) => {}
        }
    }

    /// Takes the next `seq`, remembers the call as under way, and puts it where `poll` finds it after the commit.
    /// What was fresh no longer is, for the world may change while this call runs.
    pub(super) fn take_off(&mut self, what: What, call: impl FnOnce(u64) -> Call) {
        let seq = self.state.next_seq();
        self.fresh = Fresh::default();
        self.outbox = Some(call(seq));
        self.flight = Some(Flight { seq, what });
    }

    /// Makes a follow-up read (refunds, provider) without discarding the fresh order reading. Otherwise each read
    /// would invalidate the other, and `poll` would never become idle.
    fn look_beside_order(&mut self, what: What, call: Call) {
        let order = self.fresh.order.take();
        self.take_off(what, |_| call);
        self.fresh.order = order;
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

    /// The KOMOJU account that made the payment's attempt. Its key may have been replaced in the settings since.
    pub(super) fn account_of(&self, payment: &PaymentId) -> Option<AccountId> {
        let attempt = self.state.attempt(self.state.payments.get(payment)?.attempt)?;
        Some(attempt.terms.account.clone())
    }

    /// Lists every payment that the attempt's session ever held. KOMOJU's clock may differ from ours, so the list
    /// starts a little before the attempt.
    fn look_at_payments(&mut self, n: u32) {
        let Some(attempt) = self.state.attempt(n) else { return };
        let Some(session) = attempt.session.clone() else { return };
        let (account, external_order_num) =
            (attempt.terms.account.clone(), attempt.terms.external_order_num.clone());
        let since = attempt.created_at - Delays::CLOCKS_DIFFER;
        let list = Call::ListPayments { account, session, external_order_num, since };
        self.take_off(What::Payments(n), |_| list);
    }

    /// Reads at KOMOJU the event that a webhook claimed. Only KOMOJU's own copy of it counts.
    fn look_at_event(&mut self, payment: PaymentId) {
        let Some(account) = self.account_of(&payment) else { return };
        let suspicion = self.state.payments.get(&payment).and_then(|p| p.suspicion.as_ref());
        let Some(event) = suspicion.map(|s| s.event.clone()) else { return };
        self.take_off(What::Event(payment), |_| Call::ReadEvent { account, event });
    }

    /// Keeps an order that no shopper came to pay, or lets it go as if nobody had asked.
    fn meet(&mut self, keep: bool, now: Surroundings<'_>) {
        self.state.head.to_meet = false;
        if keep {
            self.state.head.met_at = now.at;
            self.state.log(now.at, Event::Met);
        }
    }

    /// Sends the PUT. BigCommerce replaces the staff notes as a whole, so our line is added to them as they were just
    /// read: what the merchant has written there stays.
    pub(super) fn update_order(
        &mut self,
        subject: Subject,
        milestone: MilestoneKind,
        update: OrderUpdate,
        now: Surroundings<'_>,
    ) {
        let Some(fresh) = self.fresh.order.take() else { return };
        let action = Action::UpdateOrder { subject, milestone };
        let deed = self.deed_to_send(&action, now.at);
        deed.update = Some(update.clone());
        let staff_notes = notes::append(&fresh.staff_notes, &update.note);
        self.take_off(What::Deed(action.clone()), |_| Call::UpdateOrder { update, staff_notes });
        self.stamp(&action);
    }

    /// Marks a milestone as reached, and with a chargeback or fraud mark also the milestones that it told along with
    /// itself.
    pub(super) fn conclude(
        &mut self,
        subject: Subject,
        milestone: MilestoneKind,
        attention: Option<Attention>,
        at: Moment,
    ) {
        if let Subject::Payment(id) = &subject {
            for (kind, attention) in told_along_with(&self.state, id, milestone) {
                self.reach(subject.clone(), kind, attention, at);
            }
        }
        self.reach(subject, milestone, attention, at);
    }

    /// Closes the deed that carried the milestone, and remembers the milestone so that the order is never told again.
    fn reach(
        &mut self,
        subject: Subject,
        milestone: MilestoneKind,
        attention: Option<Attention>,
        at: Moment,
    ) {
        let action = Action::UpdateOrder { subject: subject.clone(), milestone };
        if let Some(deed) = self.deed_mut(&action).filter(|d| d.is_open()) {
            deed.state = DeedState::Done;
        }
        self.state.log(at, Event::Reached { milestone, subject: subject.clone() });
        // A lost update can happen again, so the restoration of one is never final.
        if milestone != MilestoneKind::Restored {
            self.state.reached.insert((subject, milestone), Reached { at, attention, seen: None });
        }
    }

    /// Ends a session or a payment at KOMOJU. `because_of_order`: the order left the unpaid statuses, which deserves
    /// a line in its notes once the attempt is dead.
    pub(super) fn cancel(&mut self, action: &Action, because_of_order: bool, now: Surroundings<'_>) {
        let of_payment = action.payment().and_then(|id| self.state.payments.get(id)).map(|p| p.attempt);
        let attempt =
            if let Action::CancelSession { attempt } = action { Some(*attempt) } else { of_payment };
        if let Some(attempt) = attempt.and_then(|n| self.state.attempt_mut(n)).filter(|_| because_of_order) {
            attempt.ended_by_order = true;
        }
        let Some(call) = self.cancel_call(action, now) else { return };
        self.take_off(What::Deed(action.clone()), |_| call);
        self.stamp(action);
    }

    /// Sends a capture or a refund. Amount, decision and bank details are frozen in the deed when it is first begun:
    /// the same idempotency key must always carry the same body.
    fn transfer(&mut self, transfer: Transfer, now: Surroundings<'_>) {
        let Transfer { action, minor, decided, bank } = transfer;
        let scope = scope(now);
        let deed = self.deed_to_send(&action, now.at);
        (deed.minor, deed.decided, deed.bank) = (minor, decided, bank.clone());
        // A crash while it is under way leaves no failure that would say when it was sent.
        deed.retry_at = deed.retry_at.max(now.at);
        let key = deed.idempotency_key(&scope);
        let call = |account| match action.clone() {
            Action::Capture { payment } => Some(Call::Capture { account, payment, minor, key }),
            Action::RefundPayment { payment, cause } => {
                Some(Call::RefundPayment { account, payment, minor: minor?, cause, key })
            }
            Action::RequestRefund { payment, cause } => Some(Call::RequestRefund {
                account,
                payment,
                minor: minor?,
                cause,
                bank: Bank::Sealed(bank?),
                key,
            }),
            Action::UpdateOrder { .. }
            | Action::CancelSession { .. }
            | Action::CancelPayment { .. }
            | Action::RecordRefund { .. } => None,
        };
        let account = action.payment().and_then(|payment| self.account_of(payment));
        match account.and_then(call) {
            Some(call) => {
                self.take_off(What::Deed(action.clone()), |_| call);
                self.stamp(&action);
            }
            None => self.give_up(&action, "it lacks what it needs".to_owned(), now),
        }
    }

    /// Asks BigCommerce how it would book a refund. A quote changes nothing, but its failure counts as a failure of
    /// the refund that it prepares.
    fn quote_refund(&mut self, refund: RefundId, amount: Money, now: Surroundings<'_>) {
        self.deed_to_send(&Action::RecordRefund { refund: refund.clone() }, now.at);
        self.take_off(What::Quote(refund), |_| Call::QuoteRefund { amount });
        self.fresh.refunds = true;
    }

    /// Enters in BigCommerce a refund that was made at KOMOJU.
    fn record_refund(&mut self, refund: RefundId, amount: Money, provider: Provider, now: Surroundings<'_>) {
        let action = Action::RecordRefund { refund: refund.clone() };
        self.deed_to_send(&action, now.at).minor = Some(amount.minor);
        self.take_off(What::Deed(action.clone()), |_| Call::RecordRefund { amount, provider, refund });
        self.stamp(&action);
    }

    /// Ends a deed without effect. If it never left, a refused deed is written all the same: without it the plan
    /// would begin and give it up again and again.
    fn give_up(&mut self, action: &Action, reason: String, now: Surroundings<'_>) {
        self.state.log(now.at, Event::failed(action, reason.clone()));
        // When an open one was sent stays known: the word that it replaced a status of the merchant's may come later.
        let open = self.state.deeds.iter().rposition(|deed| deed.action == *action && deed.is_open());
        let deed = match open {
            Some(index) => &mut self.state.deeds[index],
            None => self.deed_to_send(action, now.at),
        };
        if let Some(update) =
            deed.update.as_mut().filter(|_| matches!(deed.state, DeedState::Intended { .. }))
        {
            // It changed nothing, so it overtook nobody.
            update.over = None;
        }
        if reason == UNASKED {
            // Asked for again, it leaves at once: nobody is told any more that it waits.
            deed.retry_at = 0;
        }
        deed.state = DeedState::Refused { reason };
        deed.bank = None;
    }

    /// The call that cancels. None: it cannot be sent now. An unanswered cancel whose idempotency key no longer holds
    /// becomes *unanswered* and is looked for; the plan then makes a new try with a new key.
    pub(super) fn cancel_call(&mut self, action: &Action, now: Surroundings<'_>) -> Option<Call> {
        let scope = scope(now);
        let deed = self.deed_to_send(action, now.at);
        if deed.is_indeterminate() && !now.delays.idempotency_holds(deed.first_sent, now.at) {
            deed.state = DeedState::Refused { reason: UNANSWERED.to_owned() };
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
            Action::UpdateOrder { .. }
            | Action::Capture { .. }
            | Action::RefundPayment { .. }
            | Action::RequestRefund { .. }
            | Action::RecordRefund { .. } => None,
        }
    }

    /// The deed to send now: the open one again, or a new one with the next number after a refusal.
    ///
    /// ```text
    /// try 1   10:00:00 sent, no answer; looked for; 10:00:05 sent again    both with the key …-capture-p1-1
    ///         refused for good                                             this try is over
    /// try 2   the merchant decides again                                   another key: …-capture-p1-2
    /// ```
    pub(super) fn deed_to_send(&mut self, action: &Action, at: Moment) -> &mut Deed {
        let last = self.state.deeds.iter().rposition(|d| d.action == *action);
        let index = match last {
            Some(index) if self.state.deeds[index].is_open() => {
                // Nothing is in flight under this key (the last send is known to have had no effect), so the key's 20
                // hours begin now. A PUT to the order has no key, so each send counts anew.
                let is_update = matches!(action, Action::UpdateOrder { .. });
                if is_update || !self.state.deeds[index].is_indeterminate() {
                    self.state.deeds[index].first_sent = at;
                }
                index
            }
            _ => {
                let n = self.tries(action) + 1;
                self.state.deeds.push(Deed {
                    action: action.clone(),
                    n,
                    state: DeedState::Intended { not_before: at },
                    seq: 0,
                    first_sent: at,
                    failures: 0,
                    retry_at: 0,
                    update: None,
                    minor: None,
                    bank: None,
                    decided: 0,
                    request: None,
                    refund: None,
                });
                self.state.deeds.len() - 1
            }
        };
        &mut self.state.deeds[index]
    }

    /// The highest number of tries so far. The idempotency key of a refund names only its cause, not the payment, so
    /// a refund of the same cause on another payment must not reuse a number.
    fn tries(&self, action: &Action) -> u32 {
        let named = action.to_string();
        let alike = self.state.deeds.iter().filter(|d| d.action == *action || d.action.to_string() == named);
        alike.map(|deed| deed.n).max().unwrap_or(0)
    }

    /// Marks the deed as sent, with the `seq` of the call that carries it.
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

/// The beginning of every idempotency key of this order: `{store}-{order}`.
fn scope(now: Surroundings<'_>) -> String {
    format!("{}-{}", now.shop.store, now.shop.order)
}
