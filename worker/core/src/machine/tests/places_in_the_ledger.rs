//! A payment's versions, by which the store's ledger tells newer rows from older ones.

use crate::machine::Machine;
use crate::machine::bench::{Bench, HOUR};
use crate::state::reading::PaymentStatus;
use crate::state::settings::Settings;

fn version(bench: &Bench) -> u64 {
    bench.machine.state().head.version
}

#[test]
fn a_payment_that_begins_anew_comes_after_all_of_its_former_life() {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    for n in 0..50 {
        bench.refunds_order(n, 1);
    }
    bench.waits(400 * 24 * HOUR);
    // The object has deleted itself, and a shopper comes to pay once more.
    let former = version(&bench) + 1;
    bench.machine = Machine::default();
    bench.order.reading.status = crate::values::order_status::OrderStatus::AWAITING_PAYMENT;
    bench.start();
    let anew = version(&bench);
    assert!(anew > former, "{anew} after {former}");
}

#[test]
fn every_change_has_a_version_of_its_own() {
    let mut bench = Bench::new(Settings::default());
    let mut last = version(&bench);
    for _ in 0..3 {
        bench.hears("payment.pending");
        assert!(version(&bench) > last);
        last = version(&bench);
    }
}

/// Former versions of the app counted from one.
#[test]
fn a_payment_that_was_begun_before_goes_on_counting_as_it_did() {
    let mut bench = Bench::new(Settings::default());
    let mut rows = crate::state::record::rows(bench.machine.state());
    let mut state = crate::state::record::restore(&rows).expect("its own rows");
    state.head.version = 41;
    crate::state::record::put_head(&mut rows, &state);
    bench.machine = Machine::load(rows).expect("its own rows");
    bench.hears("payment.pending");
    assert!((42..60).contains(&version(&bench)), "{}", version(&bench));
}
