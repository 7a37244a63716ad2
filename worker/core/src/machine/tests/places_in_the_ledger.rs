//! A payment's versions, by which the store's ledger tells newer rows from older ones.

use crate::machine::bench::{Bench, HOUR};
use crate::machine::{Input, Machine, Output, Surroundings};
use crate::state::delays::Delays;
use crate::state::hint::{About, Hint};
use crate::state::reading::PaymentStatus;
use crate::state::record::{Record, Rows, Written};
use crate::state::settings::Settings;
use crate::values::ids::HintId;

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
    let mut state = bench.machine.state().clone();
    state.head.version = 40;
    let mut rows = Rows::default();
    for Record { kind, key, body } in Written::default().commit(&mut state) {
        rows.insert((kind, key), body.expect("there was nothing to delete"));
    }
    assert_eq!(state.head.version, 41);
    bench.machine = Machine::load(&rows).expect("its own rows");
    bench.hears("payment.pending");
    assert!((42..60).contains(&version(&bench)), "{}", version(&bench));
}

/// The next version that the ledger is to be told. None: the machine rests.
fn to_be_told(bench: &mut Bench) -> Option<u64> {
    loop {
        let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
        match bench.machine.poll(now) {
            Output::Commit(_) | Output::Reply(_) => {}
            Output::Call(call) => {
                let answer = bench.answer(call);
                bench.handle(Input::Answer(answer));
            }
            Output::Tell { .. } => return Some(version(bench)),
            Output::Idle { .. } if bench.gathered() => {}
            Output::Idle { .. } => return None,
            Output::Unconfirmed => panic!("a store that is confirmed is asked to confirm"),
        }
    }
}

fn begun() -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.hears("payment.pending");
    bench
}

fn word(id: &str) -> Input {
    let about = About::Order { scope: "store/order/updated".to_owned(), moved: None };
    Input::Hint(Hint { id: HintId::parse(id).expect("an id"), about })
}

/// The list showed the older state until something else moved, or for a minute.
#[test]
fn what_comes_in_while_the_ledger_is_told_is_told_as_well() {
    let mut bench = begun();
    bench.handle(word("first"));
    let first = to_be_told(&mut bench).expect("a hint is news");
    bench.handle(word("second"));
    bench.handle(Input::LedgerHas(first));
    let second = to_be_told(&mut bench).expect("the second is news");
    assert!(second > first);
    bench.handle(Input::LedgerHas(second));
    assert_eq!(to_be_told(&mut bench), None);
    assert!(!bench.machine.ledger_lacks_it());
}

#[test]
fn a_silent_ledger_is_told_once_a_turn() {
    let mut bench = begun();
    bench.handle(word("first"));
    let first = to_be_told(&mut bench).expect("a hint is news");
    bench.handle(Input::LedgerSilent);
    assert_eq!(to_be_told(&mut bench), None, "it is silent now");
    assert!(bench.machine.ledger_lacks_it());
    let second = to_be_told(&mut bench).expect("the next turn tries again");
    assert_eq!(second, first);
}

#[test]
fn what_the_ledger_has_is_not_told_again() {
    let mut bench = begun();
    assert_eq!(to_be_told(&mut bench), None);
}
