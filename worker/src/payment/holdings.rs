//! What of the order's money is here: of each payment, and of all of them beside what is left of the order.

use super::books::share;
use super::ids::PaymentId;
use super::money::Money;
use super::reading::{Amounts, Moment, PaymentStatus, RefundReading, RequestStatus};
use super::refunds::{goes_by_transfer, unrecorded};
use super::state::{Payment, State};

impl Payment {
    /// What was captured, in the payment's currency and without the shopper's fee.
    pub fn net(&self) -> i64 {
        self.register.reading.as_ref().and_then(|r| r.net).map_or(0, |m| m.minor)
    }

    /// What can still be paid back: the fee is part of it.
    pub fn left(&self) -> i64 {
        let Some(reading) = self.register.reading.as_ref().filter(|r| r.unread.is_empty()) else { return 0 };
        let promised: i64 = reading
            .refund_requests
            .iter()
            .filter(|r| r.status == RequestStatus::Pending)
            .map(|r| r.minor)
            .sum();
        reading.total.map_or(0, |m| m.minor) - reading.refunded_minor - promised
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

    /// All of it that could be paid back now. By transfer the fee stays paid.
    pub fn refundable(&self) -> i64 {
        let fee =
            self.register.reading.as_ref().and_then(|r| Some(r.total?.minor - r.net?.minor)).unwrap_or(0);
        let kept = if goes_by_transfer(self) { fee } else { 0 };
        if self.is(&PaymentStatus::Captured) { (self.left() - kept).max(0) } else { 0 }
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
        let kept = share(payment.held(), credit, payment.net());
        due.currency == asked.currency && [asked.minor, credit, kept].contains(&due.minor)
    }

    /// Nothing of the order's money is here.
    pub fn holds_nothing(&self) -> bool {
        self.captured().all(|(_, payment)| payment.held() == 0)
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

    /// What is kept of several payments, less what is left of the order in its books.
    fn surplus_of_several(&self) -> Option<i64> {
        let ever: Vec<_> = self.payments.values().filter(|p| p.was_captured()).collect();
        if ever.len() < 2 {
            return None;
        }
        let kept: i64 = ever.iter().map(|p| share(p.held(), self.credit(p), p.net())).sum();
        let asked = self.credited().map_or(0, |(_, p)| self.credit(p));
        let refunded: i64 = self.order_refunds.reading.iter().flatten().map(|r| r.minor).sum();
        Some(kept - (asked - refunded).max(0))
    }

    /// The payment that the order counts with: the first that it was told of. Any other is money too much.
    pub fn credited(&self) -> Option<(&PaymentId, &Payment)> {
        let captured = self.payments.iter().filter(|(_, p)| p.was_captured());
        captured.min_by_key(|(id, p)| (self.told_of_money_at(id).unwrap_or(Moment::MAX), p.attempt))
    }
}
