//! Answers that may rest on an outdated copy of the store.

use crate::machine::Reply;
use crate::machine::bench::{Bench, HOUR};
use crate::plan::start::Refusal;
use crate::state::reading::PaymentStatus;
use crate::state::settings::{RefundPolicy, Settings};
use crate::values::attention::Attention;

/// A refund was first seen while the store was known from a copy only. What is set by the time that this ends counts for
/// it, and not what is set days later.
#[test]
fn a_refund_seen_by_a_copy_goes_by_the_settings_that_are_known_next() {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::Confirm, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.shop.confirmed = false;
    bench.refunds_order(1, 1_000);
    bench.hears_of_order();
    bench.shop.confirmed = true;
    bench.run();
    bench.shop.settings.refunds = RefundPolicy::AtOnce;
    bench.run();
    bench.waits(24 * HOUR);
    assert_eq!((&bench.moved[..], bench.attentions()), (&[][..], vec![Attention::RefundToConfirm]));
}

#[test]
fn no_shopper_is_refused_by_a_copy_for_what_the_merchant_has_answered_since() {
    for refusal in [
        Refusal::NotOurs,
        Refusal::NotConfigured,
        Refusal::AmountUndecided,
        Refusal::AmountChanged,
        Refusal::NothingDue,
    ] {
        assert!(Reply::Refuse(refusal.clone()).rests_on_the_copy(), "{refusal:?}");
    }
    for refusal in [Refusal::WrongProof, Refusal::OrderNotFound, Refusal::Busy { after_ms: None }] {
        assert!(!Reply::Refuse(refusal.clone()).rests_on_the_copy(), "{refusal:?}");
    }
}
