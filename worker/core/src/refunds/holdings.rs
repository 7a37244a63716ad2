//! How much money we hold: of each payment, and of all payments of an order beside what is left of the order.
//!
//! # One payment
//!
//! An order of ¥3,000 was paid at a convenience store, and KOMOJU added a fee of ¥190. ¥500 have been refunded, and a
//! transfer of ¥1,000 is under way:
//!
//! ```text
//! total        ¥3,190    what the shopper paid
//! net          ¥3,000    total − fee: what the order is credited with
//! refunded     ¥500
//! held         ¥2,500    net − refunded: the order's money that is still here        Payment::held
//! promised     ¥1,000    transfers under way                                         State::promised
//! left         ¥1,690    total − refunded − promised: what KOMOJU can still pay      State::left
//! refundable   ¥1,500    left − fee, as a transfer does not return the fee:          State::refundable
//!                        what the panel offers
//! ```
//!
//! # Another currency
//!
//! `credit` and `kept` are the same in the order's currency. An order of ¥6,000 was authorized as $41.06, and the
//! merchant captured $20.53 of it: the order is credited with ¥6,000 × 20.53 ÷ 41.06 = ¥3,000. For this we must know
//! the whole ($41.06): from a reading while it was authorized, or from what the session offered. If neither tells,
//! the worth of the payment is unknown ([`State::is_of_unknown_worth`]) and a person decides.
//!
//! # Several payments
//!
//! ```text
//! order ¥3,000, ¥1,000 refunded in its books        left of the order         ¥2,000
//! pay_1 keeps ¥2,000, pay_2 keeps ¥3,000            kept in all               ¥5,000
//!                                                   surplus                   ¥3,000: holds_too_much
//! after pay_2 is refunded whole                     surplus                   ¥0
//! after ¥500 more of pay_1 go back, unbooked        surplus                   −¥500: holds_too_little, unless
//!                                                                             those ¥500 are still to be booked
//! ```

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
    /// What was captured (or is authorized), without the shopper's fee, in minor units of the payment's currency. 0
    /// if it is not known.
    pub fn net(&self) -> i64 {
        self.register.reading.as_ref().and_then(|r| r.net).map_or(0, |m| m.minor)
    }

    /// True if a part of its last reading, which may say where money went, could not be read.
    pub fn is_partly_unread(&self) -> bool {
        self.register.reading.as_ref().is_some_and(|reading| !reading.unread.is_empty())
    }

    /// How much of the order's money is still here, in minor units of the payment's
    /// currency. 0 unless it is captured.
    pub fn held(&self) -> i64 {
        match self.is(&PaymentStatus::Captured) {
            true => (self.net() - self.register.reading.as_ref().map_or(0, |r| r.refunded_minor)).max(0),
            false => 0,
        }
    }

    /// Its refunds without the chargebacks: by whomever, ours among them.
    pub fn voluntary_refunds(&self) -> impl Iterator<Item = &RefundReading> {
        let all = self.register.reading.as_ref().map_or(&[][..], |r| &r.refunds);
        all.iter().filter(|r| !r.chargeback)
    }

    /// True if it ever took money, also if all of it was refunded since.
    pub fn was_captured(&self) -> bool {
        self.captured || self.is(&PaymentStatus::Refunded)
    }
}

impl State {
    /// Whether something that may say where this order's money went could not be read, on either side. Then we refund
    /// and book nothing automatically, and offer nothing.
    pub fn is_partly_unread(&self) -> bool {
        let books = self.order_refunds.reading.iter().flatten();
        books.into_iter().any(|refund| refund.amounts == Amounts::Unreadable)
            || self.payments.values().any(Payment::is_partly_unread)
    }

    /// Whether BigCommerce's books hold an entry without a readable amount. It may be the entry of any refund at
    /// KOMOJU, so we book none beside it.
    pub fn may_be_booked_already(&self) -> bool {
        self.order_refunds.reading.iter().flatten().any(|refund| refund.amounts != Amounts::Known)
    }

    /// What could not be read, by side and by id or name, for the merchant to look up.
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

    /// Learns how much the whole of a payment is from what its session offered. Needed if the payment was captured by
    /// hand, in another currency than the order's, before we ever saw it authorized: it may be a part only.
    pub fn measure_by_offer(&mut self, id: &PaymentId) {
        if let Some(whole) = self.whole_by_offer(id).flatten()
            && let Some(payment) = self.payments.get_mut(id)
        {
            payment.most = payment.most.max(whole);
        }
    }

    /// True for such a payment if no offer is known that it could be a part of: we cannot tell
    /// what it is worth to the order.
    pub fn is_of_unknown_worth(&self, id: &PaymentId) -> bool {
        self.whole_by_offer(id) == Some(None)
    }

    /// The whole of a payment that was captured by hand, in another currency, before we saw it authorized. Outer
    /// None: not such a payment, so what was read of it suffices. Inner None: it is one, and no offer fits. An offer
    /// of exactly its amount wins; else a larger one, of which it is a part.
    fn whole_by_offer(&self, id: &PaymentId) -> Option<Option<i64>> {
        let payment = self.payments.get(id).filter(|p| !p.reserved && p.was_captured())?;
        let attempt = self.attempt(payment.attempt).filter(|a| a.terms.capture == Capture::Manual)?;
        let reading = payment.register.reading.as_ref()?;
        let net = reading.net.filter(|net| net.currency != attempt.terms.amount.currency)?;
        let offered = attempt.register.reading.as_ref().map_or(&[][..], |s| &s.offered);
        let mut wholes = offered
            .iter()
            .filter(|offer| {
                offer.payment_type == reading.payment_type && offer.amount.currency == net.currency
            })
            .map(|offer| offer.amount.minor);
        let exact = wholes.clone().find(|whole| *whole == net.minor);
        Some(exact.or_else(|| wholes.find(|whole| *whole > net.minor)))
    }

    /// What KOMOJU can still pay back of a payment, the shopper's fee included, in minor units of its currency: the
    /// total less what was refunded and what transfers under way will take. 0 if a part of the payment could not be
    /// read. None: KOMOJU has an open request without an amount that is not ours, so nobody can tell.
    pub fn remaining(&self, id: &PaymentId) -> Option<i64> {
        let Some(reading) = self.payments.get(id).and_then(|p| p.register.reading.as_ref()) else {
            return Some(0);
        };
        if !reading.unread.is_empty() {
            return Some(0);
        }
        Some(reading.total.map_or(0, |m| m.minor) - reading.refunded_minor - self.promised(id)?)
    }

    /// How much of a payment we offer to refund now, in minor units of its currency. A transfer does not return the
    /// shopper's fee. 0 if nobody can tell what is left.
    pub fn refundable(&self, id: &PaymentId) -> i64 {
        let Some(payment) = self.payments.get(id).filter(|p| p.is(&PaymentStatus::Captured)) else {
            return 0;
        };
        let reading = payment.register.reading.as_ref();
        let fee = reading.and_then(|r| Some(r.total?.minor - r.net?.minor)).unwrap_or(0);
        let kept = if goes_by_transfer(payment) { fee } else { 0 };
        (self.remaining(id).unwrap_or(0) - kept).max(0)
    }

    /// A deed of ours that changes this payment, or books a refund of it, and has no final answer. While there is
    /// one, we begin nothing else with that payment.
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

    /// What the order is credited with for a payment, in minor units of the order's currency: what we asked for, or
    /// the part of it that was captured.
    pub fn credit(&self, payment: &Payment) -> i64 {
        let Some(asked) = self.attempt(payment.attempt).map(|a| a.terms.amount) else { return 0 };
        let net = payment.register.reading.as_ref().and_then(|r| r.net);
        match net {
            Some(net) if net.currency == asked.currency => net.minor,
            Some(net) if payment.most > 0 => share(net.minor, asked.minor, payment.most),
            _ => asked.minor,
        }
    }

    /// Whether the amount due is still what this payment covers. When the merchant refunds a part or captures less,
    /// the amount due may or may not follow, so three amounts are right: what we asked for, what was captured of it,
    /// and what is still here of that.
    pub fn covers(&self, payment: &Payment, due: Money) -> bool {
        let Some(asked) = self.attempt(payment.attempt).map(|a| a.terms.amount) else { return false };
        let credit = self.credit(payment);
        let kept = self.kept(payment);
        // Without the check for more than 0, an authorization (of which nothing is captured, so nothing is kept)
        // would cover an order that was edited down to nothing.
        due.currency == asked.currency && due.minor > 0 && [asked.minor, credit, kept].contains(&due.minor)
    }

    /// True if no captured payment holds any of the order's money. False if one is in a currency that we do not know.
    pub fn holds_nothing(&self) -> bool {
        let worth = |payment: &Payment| payment.register.reading.as_ref().map(|reading| reading.net);
        self.captured().all(|(_, payment)| worth(payment) != Some(None) && payment.held() == 0)
    }

    /// True if the payment is in another currency than we asked for.
    pub fn is_in_another_currency(&self, payment: &Payment) -> bool {
        let asked = self.attempt(payment.attempt).map(|attempt| attempt.terms.amount.currency);
        let paid = payment.register.reading.as_ref().and_then(|reading| reading.net).map(|net| net.currency);
        asked.is_some() && paid.is_some() && asked != paid
    }

    /// The sum of all refunds in BigCommerce's books, store credit included, in minor units of the order's currency.
    pub fn booked_refunds(&self) -> i64 {
        self.order_refunds.reading.iter().flatten().map(|refund| refund.total_minor).sum()
    }

    /// True if we hold money of a second payment that the order does not need: what is kept of all payments is more
    /// than what is left of the order.
    pub fn holds_too_much(&self) -> bool {
        self.surplus_of_several().is_some_and(|surplus| surplus > 0)
    }

    /// True if more of several payments went back than BigCommerce's books say, and nothing more will be booked.
    ///
    /// It happens when a part of a refund was left out of the books because it returned a duplicate payment, and the
    /// duplicate itself was refunded later: then that part was the order's own money after all. The merchant must
    /// correct the books. A chargeback has an attention of its own, so it does not count here.
    pub fn holds_too_little(&self) -> bool {
        let disputed = self.payments.values().filter_map(|p| p.register.reading.as_ref());
        let disputed = disputed.flat_map(|r| &r.refunds).any(|r| r.chargeback);
        // Each payment in another currency may be off by one minor unit, because its conversion rounds.
        let rounding = i64::try_from(self.payments.values().count()).unwrap_or(i64::MAX);
        !disputed
            && self.surplus_of_several().is_some_and(|surplus| surplus < -rounding)
            && unrecorded(self).is_empty()
    }

    /// Whether the order needs nothing of this payment: the others alone keep all that is left of the order, both by
    /// what we asked for and by what it comes to now (the merchant may have edited it). False if that cannot be told.
    pub fn is_all_surplus(&self, payment: &Payment) -> bool {
        let asked = self.credited().and_then(|(_, p)| Some((self.credit(p), self.attempt(p.attempt)?)));
        let due = self.order.reading.as_ref().and_then(|order| order.due.ok());
        let (Some((asked, attempt)), Some(due)) = (asked, due) else { return false };
        let surplus = self.surplus_over(asked.max(due.minor));
        let currency = attempt.terms.amount.currency;
        due.currency == currency && surplus.is_some_and(|surplus| self.kept(payment) <= surplus)
    }

    /// What is kept of several payments, less what is left of the order as it was asked for. None: fewer than two
    /// payments were ever captured.
    fn surplus_of_several(&self) -> Option<i64> {
        self.surplus_over(self.credited().map_or(0, |(_, p)| self.credit(p)))
    }

    /// The same for an order of this total, in minor units of the order's currency.
    fn surplus_over(&self, total: i64) -> Option<i64> {
        let ever: Vec<_> = self.payments.values().filter(|p| p.was_captured()).collect();
        if ever.len() < 2 {
            return None;
        }
        let kept: i64 = ever.iter().map(|p| self.kept(p)).sum();
        let refunded: i64 = self.order_refunds.reading.iter().flatten().map(|r| r.minor).sum();
        Some(kept - (total - refunded).max(0))
    }

    /// What of a payment is still here, in minor units of the order's currency.
    fn kept(&self, payment: &Payment) -> i64 {
        share(payment.held(), self.credit(payment), payment.net())
    }

    /// The payment that the order counts with: the first one that it was told of, or else the one of the oldest
    /// attempt. Any other is a duplicate. None: nothing was ever captured.
    pub fn credited(&self) -> Option<(&PaymentId, &Payment)> {
        let captured = self.payments.iter().filter(|(_, p)| p.was_captured());
        captured.min_by_key(|(id, p)| (self.told_of_money_at(id).unwrap_or(Moment::MAX), p.attempt))
    }
}
