//! What the merchant must look at, and nothing else: whatever clears up by itself is not here.
//!
//! There are two kinds of reason. Some were decided when the order was told of a milestone ("paid after the order was
//! cancelled"): these stand until somebody dismisses them, or until they no longer matter. The rest is read off what
//! is known now ("two payments are captured"), and goes away when that is no longer so.
//!
//! *Dismissed* means seen, not settled. What was dismissed stays away only as long as it looks as it did then:
//!
//! ```text
//! p1 and p2 both captured           PaidTwice is shown
//! the merchant dismisses it         it looked like "p1 p2", and is away
//! p3 is captured, too               it looks like "p1 p2 p3": shown again
//! p2 and p3 are refunded            the reason is gone, and the dismissal is forgotten with it
//! p4 is captured                    PaidTwice is shown
//! ```
//!
//! What waits for its time is none of this either. A failed look is tried again by the ladder, and only after a day
//! without an answer does a person hear of it (`Unreachable`).

use crate::refunds::{self, PayBack};
use crate::state::deed::{Action, Deed, DeedState, MilestoneKind, Subject};
use crate::state::delays::Delays;
use crate::state::reading::{Cause, OrderRefund, PaymentStatus, RequestStatus, Unreadable};
use crate::state::settings::{RefundPolicy, Settings};
use crate::state::table::Column;
use crate::state::{Payment, SessionFault, Standing, State};
use crate::values::attention::{Attention, Side};
use crate::values::ids::PaymentId;
use crate::values::money::Money;

/// The side that carries an action out.
fn side_of(action: &Action) -> Side {
    match action {
        Action::UpdateOrder { .. } | Action::RecordRefund { .. } => Side::BigCommerce,
        Action::CancelSession { .. }
        | Action::CancelPayment { .. }
        | Action::Capture { .. }
        | Action::RefundPayment { .. }
        | Action::RequestRefund { .. } => Side::Komoju,
    }
}

impl State {
    /// Everything that the merchant must look at now, under the settings as they are now.
    pub fn attentions(&self, settings: &Settings) -> Vec<Attention> {
        let reasons = self.reasons_to_look(settings);
        reasons.into_iter().filter(|attention| !self.is_dismissed(*attention)).collect()
    }

    /// The same with what was dismissed: seen is not settled.
    pub fn reasons(&self, settings: &Settings) -> Vec<Attention> {
        let mut all = self.reasons_to_look(settings);
        for ((subject, milestone), reached) in self.reached.iter() {
            let Some(attention) = reached.seen.filter(|a| self.still_matters(subject, *milestone, *a)) else {
                continue;
            };
            if !all.contains(&attention) {
                all.push(attention);
            }
        }
        all
    }

    /// Forgets dismissals whose reason is gone. If the reason comes back, it is shown again.
    pub fn forget_settled_dismissals(&mut self, settings: &Settings) {
        if !self.head.dismissed.is_empty() {
            let reasons = self.reasons_to_look(settings);
            self.head.dismissed.retain(|(attention, _)| reasons.contains(attention));
        }
    }

    /// Every reason that holds now, except those that were decided at a milestone and dismissed since. The merchant
    /// sees them in this order.
    fn reasons_to_look(&self, settings: &Settings) -> Vec<Attention> {
        let mut all = Vec::new();
        let mut add = |condition: bool, attention| {
            if condition && !all.contains(&attention) {
                all.push(attention);
            }
        };
        for ((subject, milestone), reached) in self.reached.iter() {
            if let Some(attention) = reached.attention {
                add(self.still_matters(subject, *milestone, attention), attention);
            }
        }
        add(self.captured().count() > 1 || self.holds_too_much(), Attention::PaidTwice);
        add(self.holds_too_little() || self.cannot_be_booked(), Attention::RefundedAtKomoju);
        add(self.head.amount_disputed, Attention::AmountDisputed);
        for attention in self.what_keeps_it_from_being_paid() {
            add(true, attention);
        }
        add(!self.choices(settings).is_empty(), Attention::AmountUndecided);
        add(self.payments.values().any(Payment::has_lost_something), Attention::CaptureVanished);
        add(self.refused_updates() > 0, Attention::OrderUpdateRefused);
        add(!self.silent_sides().is_empty(), Attention::Unreachable);
        add(self.is_garbled(), Attention::Garbled);
        add(!self.unread().is_empty(), Attention::RefundUnreadable);
        add(!self.all_unclear_transfers().is_empty(), Attention::TransferToCheck);
        add(self.cancel_is_refused(), Attention::CancelRefused);
        add(self.is_cancelled_while_paid(), Attention::CancelledWhilePaid);
        add(self.was_edited_after_it_was_paid(), Attention::OrderEdited);
        add(self.authorization_is_lost(), Attention::AuthorizationLost);
        add(self.waits_to_be_captured(settings), Attention::CaptureDue);
        for attention in self.refunds_in_trouble(settings) {
            add(true, attention);
        }
        all
    }

    /// Why nobody can pay the order until a person has changed something. Each has a sentence of its own in the
    /// panel.
    fn what_keeps_it_from_being_paid(&self) -> Vec<Attention> {
        let refused = self.head.session_refused.as_ref().map(|_| match self.head.session_fault {
            Some(SessionFault::NoMethods) => Attention::NoMethods,
            Some(SessionFault::Elsewhere) => Attention::SessionElsewhere,
            None => Attention::SessionRefused,
        });
        let unpaid = self.order.reading.as_ref().filter(|order| order.column() == Column::Unpaid);
        let amount = match unpaid.map(|order| order.due) {
            Some(Err(Unreadable::UnsupportedCurrency)) => Some(Attention::CurrencyUnsupported),
            Some(Err(Unreadable::NotAnAmount)) => Some(Attention::AmountUnreadable),
            // An undecided amount is a reason only if the settings do not decide it: see `choices`.
            Some(Ok(_) | Err(Unreadable::Undecided)) | None => None,
        };
        refused.into_iter().chain(amount).collect()
    }

    /// The sums among which the merchant must choose before the order can be paid. Empty if there is nothing to
    /// choose.
    pub fn choices(&self, settings: &Settings) -> Vec<Money> {
        let Some(order) = self.order.reading.as_ref().filter(|o| o.column() == Column::Unpaid) else {
            return Vec::new();
        };
        let known = self.evidence(settings);
        let split = order.split.filter(|_| order.due == Err(Unreadable::Undecided));
        split.filter(|s| s.decide(&known).is_none()).map(|s| s.choices(&known)).unwrap_or_default()
    }

    /// True while a reason that was decided at a milestone still matters: a payment that was captured meanwhile needs
    /// no capture any more.
    fn still_matters(&self, subject: &Subject, milestone: MilestoneKind, attention: Attention) -> bool {
        let id = match subject {
            Subject::Payment(id) => id,
            Subject::Refund(id) => return !refunds::is_in_the_books(self, id),
            Subject::Attempt(_) | Subject::Order => return true,
        };
        let is = |status| self.payments.get(id).is_some_and(|p| p.is(status));
        match milestone {
            MilestoneKind::CaptureRefused | MilestoneKind::LapsesSoon => is(&PaymentStatus::Authorized),
            // Once all of it went back, there is nothing left to decide about money that came too late.
            MilestoneKind::CodeIssued
            | MilestoneKind::Authorized
            | MilestoneKind::Paid
            | MilestoneKind::Mismatch
            | MilestoneKind::Refunded
            | MilestoneKind::Disputed
            | MilestoneKind::Fraud
            | MilestoneKind::Ended
            | MilestoneKind::Unpaid
            | MilestoneKind::Restored => {
                attention != Attention::PaidAfterEnd || !is(&PaymentStatus::Refunded)
            }
        }
    }

    /// How many milestones BigCommerce would not let the order be told.
    fn refused_updates(&self) -> usize {
        let refused = self.deeds.iter().filter(|deed| {
            matches!(deed.action, Action::UpdateOrder { .. })
                && matches!(deed.state, DeedState::Refused { .. })
                && !deed.went_unasked()
        });
        refused.filter(|deed| self.deed(&deed.action).is_some_and(|last| last.n == deed.n)).count()
    }

    /// True if a refund was made at KOMOJU of a payment whose worth to the order nobody knows, so we cannot book it.
    fn cannot_be_booked(&self) -> bool {
        self.credited().is_some_and(|(id, payment)| {
            let unknown = self.is_of_unknown_worth(id);
            unknown
                && payment
                    .voluntary_refunds()
                    .any(|r| r.cause.is_none() && !refunds::is_recorded(self, &r.id))
        })
    }

    /// What of all bank transfers a person must find out.
    fn all_unclear_transfers(&self) -> Vec<String> {
        self.payments.keys().flat_map(|id| self.unclear_transfers(id)).collect()
    }

    /// True if we asked often enough to end something that must end, and it still lives. A payment is judged by
    /// itself: a konbini code can outlive a card payment of the same session that was captured.
    fn cancel_is_refused(&self) -> bool {
        let session_lives = |attempt: u32| {
            let standing = self.attempt(attempt).map(|a| self.standing(a));
            // Reserved money is ended by a cancel of its payment, if at all; its session cannot be paid again.
            match standing {
                None | Some(Standing::Dead | Standing::Captured(_) | Standing::Authorized(_)) => false,
                Some(Standing::None | Standing::Open | Standing::Pending(_) | Standing::Waiting(_)) => true,
            }
        };
        self.deeds.iter().any(|deed| {
            deed.was_in_vain()
                && match &deed.action {
                    Action::CancelSession { attempt } => session_lives(*attempt),
                    Action::CancelPayment { payment } => {
                        self.payments.get(payment).is_some_and(Payment::may_still_be_paid)
                    }
                    Action::UpdateOrder { .. }
                    | Action::Capture { .. }
                    | Action::RefundPayment { .. }
                    | Action::RequestRefund { .. }
                    | Action::RecordRefund { .. } => false,
                }
        })
    }

    /// The sides that have not answered for a day.
    pub fn silent_sides(&self) -> Vec<Side> {
        let tired = Delays::is_persistent;
        let deed =
            |side| self.deeds.iter().any(|d| d.is_open() && tired(d.failures) && side_of(&d.action) == side);
        let komoju = self.attempts.iter().any(|a| a.register.is_silent() || a.listing.is_silent())
            || self.payments.values().any(|p| p.register.is_silent())
            || self.payments.values().filter_map(|p| p.suspicion.as_ref()).any(|s| tired(s.failures))
            || deed(Side::Komoju);
        let bigcommerce = self.order.is_silent() || self.order_refunds.is_silent() || deed(Side::BigCommerce);
        [(komoju, Side::Komoju), (bigcommerce, Side::BigCommerce)]
            .into_iter()
            .filter_map(|(silent, side)| silent.then_some(side))
            .collect()
    }

    /// True if a side answers, but has not answered anything readable for a day. A single part that cannot be read
    /// has a reason of its own.
    fn is_garbled(&self) -> bool {
        self.attempts.iter().any(|a| a.register.is_garbled() || a.listing.is_garbled())
            || self.payments.values().any(|p| p.register.is_garbled() && !p.is_partly_unread())
            || self.order.is_garbled()
            || (self.order_refunds.is_garbled() && !self.may_be_booked_already())
    }

    /// True if the order was told that it is paid, the merchant cancelled it then, and we still hold the money: it
    /// may have to go back.
    fn is_cancelled_while_paid(&self) -> bool {
        let ended = self.column() == Some(Column::Ended);
        ended && self.captured().any(|(id, p)| p.held() > 0 && self.told_of_money_at(id).is_some())
    }

    /// True if the merchant edited the order after it was paid or reserved as asked, so that another amount is due.
    /// If the difference was there already when the order was told, that milestone has said so.
    fn was_edited_after_it_was_paid(&self) -> bool {
        let Some(order) = &self.order.reading else { return false };
        if !matches!(order.column(), Column::MovedOn | Column::Unpaid) {
            return false;
        }
        let told = |id: &PaymentId, milestone| {
            let reached = self.reached.get(&(Subject::Payment(id.clone()), milestone));
            reached.is_some_and(|reached| reached.attention.is_none())
        };
        match self.credited() {
            Some((id, payment)) => {
                payment.is(&PaymentStatus::Captured)
                    && told(id, MilestoneKind::Paid)
                    && !order.due.is_ok_and(|due| self.covers(payment, due))
            }
            // Less than what is reserved can be captured; more cannot.
            None => self.reserved().any(|(id, payment)| {
                let less = |due: Money| {
                    let asked = self.attempt(payment.attempt).map(|a| a.terms.amount);
                    asked.is_some_and(|asked| asked.currency == due.currency && due.minor <= asked.minor)
                };
                told(id, MilestoneKind::Authorized) && !order.due.is_ok_and(less)
            }),
        }
    }

    /// True if the goods have left, and nothing will capture the money that is reserved for them: the setting is off,
    /// or the order had moved on before it was told of the money, or the merchant decided otherwise before.
    fn waits_to_be_captured(&self, settings: &Settings) -> bool {
        let order = self.order.reading.as_ref().filter(|order| !order.deleted);
        order.is_some_and(|o| o.status.has_left())
            && self.holds_nothing()
            && self.reserved().any(|(id, _)| {
                let by_itself = settings.capture_on_shipping
                    && self.was_reserved_for_it(id)
                    && !self.was_decided_about(id);
                let told = (Subject::Payment(id.clone()), MilestoneKind::Authorized);
                let tried = self.deed(&Action::Capture { payment: id.clone() });
                let tried = tried.is_some_and(|deed| !deed.went_unanswered());
                !by_itself && !tried && self.reached.contains_key(&told)
            })
    }

    /// True if reserved money is gone (lapsed, cancelled, by whatever hand), although the order was moved on because
    /// of it and still looks as if it would be paid.
    fn authorization_is_lost(&self) -> bool {
        let moved_on = self.column() == Some(Column::MovedOn);
        let lost = |(id, payment): (&PaymentId, &Payment)| {
            let (subject, milestone) = (Subject::Payment(id.clone()), MilestoneKind::Authorized);
            // Told, or perhaps told: of an unanswered PUT nobody knows whether it moved the order.
            let told = self.reached.contains_key(&(subject.clone(), milestone))
                || self.deed(&Action::UpdateOrder { subject, milestone }).is_some();
            told && payment.is_dead()
        };
        let due = self.order.reading.as_ref().and_then(|order| order.due.ok());
        let something_due = due.is_none_or(|due| due.minor > self.booked_refunds());
        // Another reserved payment has taken its place.
        let replaced = self.attempts.iter().any(|a| matches!(self.standing(a), Standing::Authorized(_)));
        moved_on
            && something_due
            && !replaced
            && self.captured().count() == 0
            && self.payments.iter().any(lost)
    }

    /// What stands in the way of refunds: one reason per kind.
    fn refunds_in_trouble(&self, settings: &Settings) -> Vec<Attention> {
        let of = |refund: &OrderRefund| match refunds::pay_back(self, settings, refund) {
            PayBack::NotConfirmed { .. } => (refunds::policy_for(settings, refund) == RefundPolicy::Confirm)
                .then_some(Attention::RefundToConfirm),
            PayBack::TooLarge => Some(Attention::RefundTooLarge),
            PayBack::Unknown => None,
            PayBack::NeedsBank { .. } => Some(Attention::RefundNeedsBank),
            PayBack::Refused { .. } => Some(Attention::RefundRefused),
            // An unclear transfer has a reason of its own; an unanswered call is over within a day.
            PayBack::Unclear | PayBack::Waits { .. } => None,
            PayBack::Due { .. } | PayBack::Settled(_) => None,
        };
        let mut all: Vec<_> = refunds::made_in_bigcommerce(self).into_iter().filter_map(of).collect();
        all.extend(self.deeds_refused_for_good().then_some(Attention::RefundRefused));
        all.extend(
            self.payments.values().any(Payment::has_a_rejected_request).then_some(Attention::RefundRefused),
        );
        all
    }

    /// True if KOMOJU finally refused a refund that BigCommerce's books know nothing of: a duplicate payment, or one
    /// decided in the panel.
    fn deeds_refused_for_good(&self) -> bool {
        self.deeds.iter().any(|deed| {
            let nobody_asked = matches!(deed.action.cause(), Some(Cause::Twice | Cause::Merchant(_)));
            let Some(payment) = deed.action.payment().filter(|_| nobody_asked) else { return false };
            let last = self.deed(&deed.action).is_some_and(|last| last.n == deed.n);
            let held = self.payments.get(payment).is_some_and(|p| p.held() > 0);
            // An unanswered refund that nobody had to decide is tried again by itself.
            let again = deed.went_unanswered() && deed.decided == 0;
            // One that had left and was then overtaken counts as well: it was taken, and only a person can say whether it
            // is still wanted.
            let refused = matches!(deed.state, DeedState::Refused { .. }) && !again && !deed.was_settled();
            last && held && refused && !self.was_refunded_after(payment, deed)
        })
    }

    /// True if a later refund of the same payment got through: the refusal is history.
    fn was_refunded_after(&self, payment: &PaymentId, refused: &Deed) -> bool {
        self.deeds.iter().any(|deed| {
            let of_it = deed.action.is_refund() && deed.action.payment() == Some(payment);
            of_it && deed.seq > refused.seq && deed.state == DeedState::Done
        })
    }

    // ---- dismissing ----------------------------------------------------------------------------------------------

    /// The merchant has seen it: it stays away until it looks different.
    pub fn dismiss(&mut self, attention: Attention) {
        for reached in self.reached.values_mut().filter(|r| r.attention == Some(attention)) {
            reached.seen = reached.attention.take();
        }
        if attention == Attention::AmountDisputed {
            self.head.amount_disputed = false;
        }
        let look = self.looks_like(attention);
        self.head.dismissed.retain(|(known, _)| *known != attention);
        self.head.dismissed.push((attention, look));
        // The same difference would come back as "order edited": it was seen already.
        if attention == Attention::AmountMismatch {
            self.dismiss(Attention::OrderEdited);
        }
    }

    /// True if it was dismissed, and still looks as it did then.
    pub fn is_dismissed(&self, attention: Attention) -> bool {
        self.head
            .dismissed
            .iter()
            .any(|(known, look)| *known == attention && *look == self.looks_like(attention))
    }

    /// What a reason is about, as text. It changes when there is something new to see.
    fn looks_like(&self, attention: Attention) -> String {
        let order = self.order.reading.as_ref();
        match attention {
            Attention::OrderEdited => {
                order.and_then(|o| o.due.ok()).map(|m| m.to_string()).unwrap_or_default()
            }
            Attention::PaidTwice | Attention::CaptureVanished => {
                self.captured().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" ")
            }
            Attention::RefundToConfirm
            | Attention::RefundRefused
            | Attention::RefundTooLarge
            | Attention::RefundNeedsBank => {
                let tries = self.deeds.iter().filter(|d| d.action.is_refund()).count();
                let refunds = self.order_refunds.reading.as_ref().map_or(0, Vec::len);
                [refunds.to_string(), tries.to_string()].join(" ")
            }
            Attention::RefundUnreadable => self.unread().join(" "),
            Attention::TransferToCheck => self.all_unclear_transfers().join(" "),
            Attention::SessionRefused => self.head.session_refused.clone().unwrap_or_default(),
            Attention::OrderUpdateRefused => self.refused_updates().to_string(),
            // These were decided at a milestone, or have nothing more to tell than that they are so: a new milestone
            // makes a new look.
            Attention::PaidAfterEnd
            | Attention::AmountMismatch
            | Attention::CancelledWhilePaid
            | Attention::Disputed
            | Attention::FraudMarked
            | Attention::RefundedAtKomoju
            | Attention::CaptureRefused
            | Attention::CaptureDue
            | Attention::AuthorizationLost
            | Attention::CancelRefused
            | Attention::AmountDisputed
            | Attention::Unreachable
            | Attention::NoMethods
            | Attention::SessionElsewhere
            | Attention::CurrencyUnsupported
            | Attention::AmountUnreadable
            | Attention::AmountUndecided
            | Attention::Garbled => {
                self.reached.values().filter(|r| r.attention == Some(attention)).count().to_string()
            }
        }
    }
}

impl Payment {
    /// True if KOMOJU shows less than it once did: a captured payment becomes nothing but refunded, and no refund is
    /// ever undone. A refund that could not be read is not missing.
    fn has_lost_something(&self) -> bool {
        let Some(reading) = &self.register.reading else { return false };
        let vanished =
            self.captured && !self.is(&PaymentStatus::Captured) && !self.is(&PaymentStatus::Refunded);
        vanished
            || reading.unread.is_empty()
                && self.refunds.iter().any(|id| !reading.refunds.iter().any(|r| r.id == *id))
    }

    /// True if KOMOJU rejected a refund request, and nobody has asked again since, while money is still held.
    fn has_a_rejected_request(&self) -> bool {
        let Some(reading) = &self.register.reading else { return false };
        let of = |cause, status: &RequestStatus| {
            reading.refund_requests.iter().any(|r| r.cause == Some(cause) && r.status == *status)
        };
        let asked_again = |cause| of(cause, &RequestStatus::Pending) || of(cause, &RequestStatus::Completed);
        let causes = reading.refund_requests.iter().filter_map(|r| r.cause);
        let mut open = causes.filter(|cause| of(*cause, &RequestStatus::Rejected) && !asked_again(*cause));
        open.next().is_some() && self.held() > 0
    }
}
