//! What of the order's money is here: of each payment, and of all of them beside what is left of the order.

use super::books::share;
use super::{goes_by_transfer, unrecorded};
use crate::state::deed::{Action, Deed};
use crate::state::reading::{Amounts, PaymentStatus, RefundReading};
use crate::state::settings::Capture;
use crate::state::{Payment, State};
use crate::time::Moment;
use crate::values::ids::PaymentId;
use crate::values::money::Money;

impl Payment {
    /// What was captured, in the payment's currency and without the shopper's fee.
    pub fn net(&self) -> i64 {
        self.register.reading.as_ref().and_then(|r| r.net).map_or(0, |m| m.minor)
    }

    pub fn is_partly_unread(&self) -> bool {
        self.register.reading.as_ref().is_some_and(|reading| !reading.unread.is_empty())
    }

    /// What of the order's money is still here.
    pub fn held(&self) -> i64 {
        match self.is(&PaymentStatus::Captured) {
            true => (self.net() - self.register.reading.as_ref().map_or(0, |r| r.refunded_minor)).max(0),
            false => 0,
        }
    }

    pub fn refunds_by_hand(&self) -> impl Iterator<Item = &RefundReading> {
        let all = self.register.reading.as_ref().map_or(&[][..], |r| &r.refunds);
        all.iter().filter(|r| !r.chargeback)
    }

    pub fn was_captured(&self) -> bool {
        self.captured || self.is(&PaymentStatus::Refunded)
    }
}

impl State {
    /// Whether something that may say where this order's money went could not be read. Then nothing more is paid back or
    /// booked by itself, and nothing is offered.
    pub fn is_partly_unread(&self) -> bool {
        let books = self.order_refunds.reading.iter().flatten();
        books.into_iter().any(|refund| refund.amounts == Amounts::Unreadable)
            || self.payments.values().any(Payment::is_partly_unread)
    }

    /// Whether an entry in BigCommerce's books may be that of any refund at KOMOJU.
    pub fn may_be_booked_already(&self) -> bool {
        self.order_refunds.reading.iter().flatten().any(|refund| refund.amounts != Amounts::Known)
    }

    /// What could not be read, by id or name, for a person to look at.
    pub fn unread(&self) -> Vec<String> {
        let refunds = self.order_refunds.reading.iter().flatten().filter(|r| r.amounts != Amounts::Known);
        let refunds = refunds.map(|refund| match refund.id {
            0 => "BigCommerce: refund ?".to_owned(),
            id => ["BigCommerce: refund ", &id.to_string()].concat(),
        });
        let payments = self.payments.values().filter_map(|p| p.register.reading.as_ref());
        let payments = payments.flat_map(|reading| {
            reading.unread.iter().map(|name| ["KOMOJU: ", reading.id.as_str(), " · ", name].concat())
        });
        refunds.chain(payments).collect()
    }

    /// A payment that was captured by hand, in another currency, before anybody here saw it reserved: what the session
    /// offered it as tells how much the whole is.
    pub fn measure_by_offer(&mut self, id: &PaymentId) {
        if let Some(whole) = self.whole_by_offer(id).flatten()
            && let Some(payment) = self.payments.get_mut(id)
        {
            payment.most = payment.most.max(whole);
        }
    }

    /// Such a payment, of which no offer is known that it could be a part of: what it is worth to the order cannot be told.
    pub fn is_of_unknown_worth(&self, id: &PaymentId) -> bool {
        self.whole_by_offer(id) == Some(None)
    }

    /// None: not such a payment.
    fn whole_by_offer(&self, id: &PaymentId) -> Option<Option<i64>> {
        let payment = self.payments.get(id).filter(|p| !p.reserved && p.was_captured())?;
        let attempt = self.attempt(payment.attempt).filter(|a| a.terms.capture == Capture::Manual)?;
        let reading = payment.register.reading.as_ref()?;
        let net = reading.net.filter(|net| net.currency != attempt.terms.amount.currency)?;
        let offered = attempt.register.reading.as_ref().map_or(&[][..], |s| &s.offered);
        let mut wholes = offered
            .iter()
            .filter(|offer| offer.method == reading.method && offer.amount.currency == net.currency)
            .map(|offer| offer.amount.minor);
        let exact = wholes.clone().find(|whole| *whole == net.minor);
        Some(exact.or_else(|| wholes.find(|whole| *whole > net.minor)))
    }

    /// What of a payment can still be paid back, the fee included: transfers under way are promised money. None: KOMOJU
    /// has a request that is none of ours, so nobody can tell.
    pub fn left(&self, id: &PaymentId) -> Option<i64> {
        let Some(reading) = self.payments.get(id).and_then(|p| p.register.reading.as_ref()) else {
            return Some(0);
        };
        if !reading.unread.is_empty() {
            return Some(0);
        }
        Some(reading.total.map_or(0, |m| m.minor) - reading.refunded_minor - self.promised(id)?)
    }

    /// All of a payment that could be paid back now. By transfer the fee stays paid. Nothing, where nobody can tell.
    pub fn refundable(&self, id: &PaymentId) -> i64 {
        let Some(payment) = self.payments.get(id).filter(|p| p.is(&PaymentStatus::Captured)) else {
            return 0;
        };
        let reading = payment.register.reading.as_ref();
        let fee = reading.and_then(|r| Some(r.total?.minor - r.net?.minor)).unwrap_or(0);
        let kept = if goes_by_transfer(payment) { fee } else { 0 };
        (self.left(id).unwrap_or(0) - kept).max(0)
    }

    /// A call of ours that changes this payment, or enters a refund of it, and that has no final answer. While there is
    /// one, nothing else of that payment is begun.
    pub fn open_call(&self, id: &PaymentId) -> Option<&Deed> {
        let refunds = self.payments.get(id).map_or(&[][..], |payment| &payment.refunds);
        let is_about = |action: &Action| match action {
            Action::Capture { payment }
            | Action::RefundPayment { payment, .. }
            | Action::RequestRefund { payment, .. } => payment == id,
            Action::RecordRefund { refund } => refunds.contains(refund),
            Action::UpdateOrder { .. } | Action::CancelSession { .. } | Action::CancelPayment { .. } => false,
        };
        self.deeds.iter().find(|deed| deed.is_open() && is_about(&deed.action))
    }

    /// What a payment counts for in the order's currency: what was asked, or the part of it that was captured.
    pub fn credit(&self, payment: &Payment) -> i64 {
        let Some(asked) = self.attempt(payment.attempt).map(|a| a.terms.amount) else { return 0 };
        let net = payment.register.reading.as_ref().and_then(|r| r.net);
        match net {
            Some(net) if net.currency == asked.currency => net.minor,
            Some(net) if payment.most > 0 => share(net.minor, asked.minor, payment.most),
            _ => asked.minor,
        }
    }

    /// Whether a payment is what is due: as it was asked, as less of it was captured, or as some of it went back since.
    pub fn covers(&self, payment: &Payment, due: Money) -> bool {
        let Some(asked) = self.attempt(payment.attempt).map(|a| a.terms.amount) else { return false };
        let credit = self.credit(payment);
        let kept = self.kept(payment);
        // Nothing kept is not the same as nothing due: reserved money is none of either.
        due.currency == asked.currency && due.minor > 0 && [asked.minor, credit, kept].contains(&due.minor)
    }

    /// Nothing of the order's money is here.
    pub fn holds_nothing(&self) -> bool {
        let worth = |payment: &Payment| payment.register.reading.as_ref().map(|reading| reading.net);
        self.captured().all(|(_, payment)| worth(payment) != Some(None) && payment.held() == 0)
    }

    pub fn is_in_another_currency(&self, payment: &Payment) -> bool {
        let asked = self.attempt(payment.attempt).map(|attempt| attempt.terms.amount.currency);
        let paid = payment.register.reading.as_ref().and_then(|reading| reading.net).map(|net| net.currency);
        asked.is_some() && paid.is_some() && asked != paid
    }

    /// All refunds in BigCommerce's books, as they were last read.
    pub fn booked_refunds(&self) -> i64 {
        self.order_refunds.reading.iter().flatten().map(|refund| refund.total_minor).sum()
    }

    /// Money of a second payment is here that the order has no use for: what is kept of all comes to more than what is
    /// left of the order in its books.
    pub fn holds_too_much(&self) -> bool {
        self.surplus_of_several().is_some_and(|surplus| surplus > 0)
    }

    /// More went back of several payments than the books say, and nothing more is to be entered: what of an earlier refund
    /// was money paid twice, later ones have made the order's own. A chargeback is shown as what it is.
    pub fn holds_too_little(&self) -> bool {
        let disputed = self.payments.values().filter_map(|p| p.register.reading.as_ref());
        let disputed = disputed.flat_map(|r| &r.refunds).any(|r| r.chargeback);
        // Each payment may be off by what rounding leaves of another currency.
        let rounding = i64::try_from(self.payments.values().count()).unwrap_or(i64::MAX);
        !disputed
            && self.surplus_of_several().is_some_and(|surplus| surplus < -rounding)
            && unrecorded(self).is_empty()
    }

    /// Whether the order needs nothing of this payment: without it, what is kept of the others is still all that is left
    /// of the order, by what it was asked for and by what it comes to now. Not where that cannot be told.
    pub fn is_all_surplus(&self, payment: &Payment) -> bool {
        let asked = self.credited().and_then(|(_, p)| Some((self.credit(p), self.attempt(p.attempt)?)));
        let due = self.order.reading.as_ref().and_then(|order| order.due.ok());
        let (Some((asked, attempt)), Some(due)) = (asked, due) else { return false };
        let surplus = self.surplus_over(asked.max(due.minor));
        let currency = attempt.terms.amount.currency;
        due.currency == currency && surplus.is_some_and(|surplus| self.kept(payment) <= surplus)
    }

    /// What is kept of several payments, less what is left of the order in its books.
    fn surplus_of_several(&self) -> Option<i64> {
        self.surplus_over(self.credited().map_or(0, |(_, p)| self.credit(p)))
    }

    /// The same for an order that comes to so much.
    fn surplus_over(&self, total: i64) -> Option<i64> {
        let ever: Vec<_> = self.payments.values().filter(|p| p.was_captured()).collect();
        if ever.len() < 2 {
            return None;
        }
        let kept: i64 = ever.iter().map(|p| self.kept(p)).sum();
        let refunded: i64 = self.order_refunds.reading.iter().flatten().map(|r| r.minor).sum();
        Some(kept - (total - refunded).max(0))
    }

    /// What of a payment is still here, in the order's currency.
    fn kept(&self, payment: &Payment) -> i64 {
        share(payment.held(), self.credit(payment), payment.net())
    }

    /// The payment that the order counts with: the first that it was told of. Any other is money too much.
    pub fn credited(&self) -> Option<(&PaymentId, &Payment)> {
        let captured = self.payments.iter().filter(|(_, p)| p.was_captured());
        captured.min_by_key(|(id, p)| (self.told_of_money_at(id).unwrap_or(Moment::MAX), p.attempt))
    }
}
