//! Who was let in by the order's e-mail address and a number may see and pay, and ends no code, whatever the intent.

use crate::machine::bench::Bench;
use crate::machine::{Input, Reply};
use crate::plan::start::{Intent, Proof, Start};
use crate::state::reading::{PaymentStatus, SessionStatus};
use crate::state::settings::Settings;
use crate::values::ids::SessionId;
use crate::values::money::{Currency, Money};
use crate::values::phase::Phase;

fn start(bench: &mut Bench, proof: Proof, intent: Intent) -> Reply {
    let Input::Start(pressed) = Bench::pressed() else { panic!("a start") };
    bench.handle(Input::Start(Box::new(Start { proof, intent, ..*pressed })));
    bench.run().expect("a start is answered")
}

/// An order with a code that waits to be paid.
fn with_a_code() -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.pays("konbini", PaymentStatus::Authorized);
    bench.hears("payment.authorized");
    bench
}

fn lives(bench: &Bench) -> bool {
    bench.payments[0].status == PaymentStatus::Authorized
}

#[test]
fn a_live_code_is_shown_and_none_of_the_intents_ends_it() {
    for intent in [Intent::Visit, Intent::Pay, Intent::Restart] {
        let mut bench = with_a_code();
        let reply = start(&mut bench, Proof::Opened, intent);
        let Reply::Show { snapshot, redirect: false } = reply else { panic!("{intent:?}: {reply:?}") };
        assert!(snapshot.phase == Phase::Waiting && lives(&bench), "{intent:?}");
    }
    let mut bench = with_a_code();
    start(&mut bench, Proof::Link, Intent::Restart);
    assert!(!lives(&bench), "the shopper's own button ends it");
}

#[test]
fn a_code_for_another_amount_is_left_to_the_shopper_too() {
    let mut bench = with_a_code();
    let due = Money::new(2_500, Currency::JPY);
    (bench.order.reading.due, bench.order.total) = (Ok(due), Some(due));
    start(&mut bench, Proof::Opened, Intent::Pay);
    assert!(lives(&bench));
    start(&mut bench, Proof::Link, Intent::Pay);
    assert!(!lives(&bench), "the shopper's own button ends it");
}

#[test]
fn an_open_page_for_another_amount_makes_room_for_a_right_one() {
    let mut bench = Bench::new(Settings::default());
    let due = Money::new(2_500, Currency::JPY);
    (bench.order.reading.due, bench.order.total) = (Ok(due), Some(due));
    start(&mut bench, Proof::Opened, Intent::Pay);
    assert_eq!(bench.machine.state().attempts.len(), 2, "nobody has a code of the first");
}

#[test]
fn an_order_of_which_nothing_is_live_can_be_paid() {
    let mut bench = with_a_code();
    bench.payment().status = PaymentStatus::Expired;
    bench.session.status = SessionStatus::Cancelled;
    bench.hears("payment.expired");
    bench.session.id = SessionId::parse("s2").expect("an id");
    (bench.session.status, bench.session.payment) = (SessionStatus::Pending, None);
    let reply = start(&mut bench, Proof::Opened, Intent::Visit);
    assert!(matches!(reply, Reply::Show { redirect: true, .. }), "{reply:?}");
}
