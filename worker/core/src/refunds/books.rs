//! One payment's refunds in two currencies: the order's, which BigCommerce books, and
//! the payment's, which KOMOJU pays.
//!
//! Invariant: we convert totals, never single steps, so that the parts add up to exactly the whole. An order of
//! ¥6,000 was paid as $41.06, and is refunded in three parts of ¥2,000:
//!
//! ```text
//!                each step converted     total converted, less what was refunded before
//! first ¥2,000   $13.69                  total $13.69,  this part $13.69
//! then ¥2,000    $13.69                  total $27.37,  this part $13.68
//! then ¥2,000    $13.69                  total $41.06,  this part $13.69
//!                ------                                           ------
//!                $41.07: a cent more                              $41.06: what was paid
//!                than was paid
//! ```

use crate::state::reading::Cause;
use crate::state::{Payment, State};

/// `total × part ÷ whole`, rounded half up. Convert totals with it, never single steps: see the module's example.
/// Returns `total` itself if `whole` is not positive.
pub fn share(total: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return total;
    }
    let (total, part, whole) = (i128::from(total), i128::from(part), i128::from(whole));
    i64::try_from((total * part * 2 + whole) / (whole * 2)).unwrap_or(i64::MAX)
}

/// What one payment is worth on both sides, and what its paired refunds come to so far. All in minor units.
#[derive(Debug, Clone)]
pub struct Books {
    /// The whole payment without the shopper's fee, in the payment's currency.
    net: i64,
    /// What the order is credited with for it, in the order's currency.
    credit: i64,
    /// Already paired: the refunds at KOMOJU, in the payment's currency.
    payment: i64,
    /// Already paired: the same refunds in BigCommerce's books, in the order's currency.
    order: i64,
}

impl Books {
    /// The books of a payment, with the refunds that a marker pairs. Chargebacks are left out.
    pub fn of(state: &State, payment: &Payment) -> Self {
        let mut books = Self { net: payment.net(), credit: state.credit(payment), payment: 0, order: 0 };
        let list = state.order_refunds.reading.as_deref().unwrap_or_default();
        for refund in payment.voluntary_refunds() {
            let counterpart = list.iter().find(|b| match refund.cause {
                Some(Cause::OrderRefund(of)) => b.id == of,
                _ => b.komoju.as_ref() == Some(&refund.id),
            });
            if let Some(counterpart) = counterpart {
                books.payment += refund.minor;
                books.order += counterpart.minor;
            }
        }
        books
    }

    /// A total in the payment's currency, converted into the order's.
    pub fn in_order(&self, minor: i64) -> i64 {
        share(minor, self.credit, self.net)
    }

    /// What the next refund of `minor` in BigCommerce comes to in the payment's currency. None: with it, more would
    /// go back than was paid.
    pub fn to_payment(&self, minor: i64) -> Option<i64> {
        let total = self.order + minor;
        (total <= self.credit).then(|| (share(total, self.net, self.credit) - self.payment).max(0))
    }

    /// What the next refund of `minor` at KOMOJU comes to in the order's currency. The shopper's fee is not the
    /// order's, so what exceeds `net` does not count.
    pub fn to_order(&self, minor: i64) -> i64 {
        let total = (self.payment + minor).min(self.net);
        (self.in_order(total) - self.order).max(0)
    }

    /// Whether a next refund of `payment` at KOMOJU and one of `order` in BigCommerce may be the same, because
    /// converting one of them yields the other. Each side may have rounded, so it is enough if one direction agrees.
    pub fn comes_to(&self, payment: i64, order: i64) -> bool {
        self.to_order(payment) == order || self.to_payment(order) == Some(payment)
    }

    /// Counts a refund as paired, with its amount on either side.
    pub fn pair(&mut self, payment: i64, order: i64) {
        self.payment += payment;
        self.order += order;
    }

    /// Converts like [`Self::to_order`], and counts the refund as paired.
    pub fn enter(&mut self, minor: i64) -> i64 {
        let entered = self.to_order(minor);
        self.pair(minor, entered);
        entered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_half_up_and_all_is_all() {
        assert_eq!(share(333, 4106, 6000), 228);
        assert_eq!(share(6000, 4106, 6000), 4106);
        assert_eq!(share(1, 1, 2), 1);
        assert_eq!(share(i64::MAX / 2, 2, 1), i64::MAX - 1);
    }

    /// Three partial refunds of a payment in another currency come to exactly what was paid, not a cent more.
    #[test]
    fn parts_add_up_to_the_whole() {
        let mut books = Books { net: 4_106, credit: 6_000, payment: 0, order: 0 };
        let mut sum = 0;
        for minor in [1_999, 2_001, 2_000] {
            let part = books.to_payment(minor).expect("not more than was paid");
            books.pair(part, minor);
            sum += part;
        }
        assert_eq!(sum, 4_106);
        assert_eq!(books.to_payment(1), None);
    }

    /// ¥123,457 were paid as $841.75. Both sums are odd, so whoever refunds in two halves rounds on either side.
    #[test]
    fn halves_that_were_rounded_on_either_side_are_one_refund() {
        let whole = Books { net: 84_175, credit: 123_457, payment: 0, order: 0 };
        for (payment, order) in [(42_087, 61_728), (42_087, 61_729), (42_088, 61_728), (42_088, 61_729)] {
            let mut books = whole.clone();
            if books.comes_to(payment, order) {
                books.pair(payment, order);
                assert!(books.comes_to(84_175 - payment, 123_457 - order), "{payment} {order}");
            }
        }
        assert!(whole.comes_to(42_088, 61_729) && !whole.comes_to(42_088, 61_700));
    }

    #[test]
    fn the_fee_a_shopper_paid_is_not_refunded_to_the_order() {
        let mut books = Books { net: 4_980, credit: 4_980, payment: 0, order: 0 };
        assert_eq!(books.enter(5_170), 4_980);
    }
}
