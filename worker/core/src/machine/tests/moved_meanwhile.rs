//! BigCommerce says that an order moved while that order, which has no payment yet, is being read.

use crate::machine::bench::Bench;
use crate::machine::{Input, Machine, Output, Reply, Surroundings};
use crate::state::call::{Answer, Call};
use crate::state::delays::Delays;
use crate::state::settings::Settings;
use crate::values::order_status::OrderStatus;

/// A shopper is about to come, or has come (`start`): the order is being read, and the answer is on its way.
fn while_read(input: impl FnOnce(&mut Bench)) -> (Bench, Answer) {
    let mut bench = Bench::new(Settings::default());
    bench.machine = Machine::default();
    input(&mut bench);
    let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
    let call = std::iter::repeat_with(|| bench.machine.poll(now)).find_map(|output| match output {
        Output::Call(call) => Some(call),
        Output::Commit(_) => None,
        Output::Reply(_) | Output::Tell { .. } | Output::Idle { .. } | Output::Unconfirmed => {
            panic!("{output:?} before the order was read")
        }
    });
    let call = call.expect("it is read");
    assert_eq!(call, Call::ReadOrder);
    let answer = bench.answer(call);
    (bench, answer)
}

fn cancelled(bench: &mut Bench) {
    bench.order.reading.status = OrderStatus::CANCELLED;
    bench.machine.order_changed(Some(OrderStatus::CANCELLED));
}

fn is_not_sent_to_komoju(reply: Option<Reply>) {
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
}

#[test]
fn what_was_read_ahead_is_not_relied_upon() {
    let (mut bench, answer) = while_read(|bench| bench.handle(Input::ReadAhead));
    cancelled(&mut bench);
    bench.handle(Input::Answer(answer));
    bench.run();
    is_not_sent_to_komoju(bench.start());
}

#[test]
fn unless_it_shows_the_same_status() {
    let (mut bench, answer) = while_read(|bench| bench.handle(Input::ReadAhead));
    bench.machine.order_changed(Some(OrderStatus::AWAITING_PAYMENT));
    bench.handle(Input::Answer(answer));
    bench.run();
    // Whoever looked again would see this.
    bench.order.reading.status = OrderStatus::CANCELLED;
    assert!(matches!(bench.start(), Some(Reply::Show { redirect: true, .. })));
}

#[test]
fn a_start_that_waits_looks_again() {
    let (mut bench, answer) = while_read(|bench| bench.handle(Bench::pressed()));
    cancelled(&mut bench);
    bench.handle(Input::Answer(answer));
    is_not_sent_to_komoju(bench.run());
}

#[test]
fn and_takes_the_second_answer() {
    let (mut bench, answer) = while_read(|bench| bench.handle(Bench::pressed()));
    bench.machine.order_changed(None);
    bench.handle(Input::Answer(answer));
    assert!(matches!(bench.run(), Some(Reply::Show { redirect: true, .. })));
}
