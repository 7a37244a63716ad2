//! BigCommerce takes no update for a while: whatever the order is told waits by the ladder.

use crate::machine::bench::{Bench, Fate, HOUR, refund};
use crate::state::deed::MilestoneKind;
use crate::state::failure::Failure;
use crate::state::reading::PaymentStatus;
use crate::state::settings::{Settings, Unpaid};
use crate::values::order_status::OrderStatus;

/// BigCommerce answers every look, and says "not now" whenever the order is to be cancelled: we asked again at once.
#[test]
fn an_order_that_cannot_be_ended_now_is_asked_for_by_the_ladder() {
    let queued = vec![("update_order", Fate::Fails(Failure::later(None))); 40];
    let mut bench = Bench::new(Settings { unpaid: Unpaid::Cancel, ..Settings::default() });
    bench.session.expired = true;
    bench.fates.clone_from(&queued);
    bench.waits(24 * 6 * HOUR);
    assert!((20..40).contains(&bench.fates.len()), "{}", bench.fates.len());
}

/// The same where it is told of a refund that it does not book.
#[test]
fn an_order_that_cannot_be_told_of_a_refund_now_is_told_by_the_ladder() {
    let queued = vec![("update_order", Fate::Fails(Failure::later(None))); 40];
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.order.reading.status = OrderStatus(5);
    bench.pays_back(refund("r1", 3_000));
    bench.fates.clone_from(&queued);
    bench.hears("payment.refunded");
    bench.waits(24 * HOUR);
    assert!((30..40).contains(&bench.fates.len()), "{}", bench.fates.len());
    bench.fates.clear();
    bench.waits(24 * HOUR);
    let told = bench.machine.state().reached.iter().any(|((_, kind), _)| *kind == MilestoneKind::Refunded);
    assert!(told);
}
