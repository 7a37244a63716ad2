//! The merchant edits an order while its shopper is paying, or after money was reserved for it.

use crate::machine::Reply;
use crate::machine::bench::{Bench, HOUR};
use crate::plan::start::Refusal;
use crate::state::reading::{PaymentStatus, Unreadable};
use crate::state::settings::{Capture, Settings};
use crate::values::attention::Attention;
use crate::values::money::{Currency, Money};
use crate::values::order_status::OrderStatus;
use crate::values::owed::Split;

const DAY: i64 = 24 * HOUR;

fn yen(minor: i64) -> Money {
    Money::new(minor, Currency::JPY)
}

fn two_step() -> Bench {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench
}

#[test]
fn nothing_is_taken_by_itself_for_an_order_that_costs_nothing_any_more() {
    let mut bench = two_step();
    bench.hears("payment.authorized");
    assert_eq!(bench.moves, [11]);
    bench.order.reading.due = Ok(yen(0));
    bench.order.reading.status = OrderStatus::SHIPPED;
    bench.hears_of_order();
    bench.waits(DAY);
    assert_eq!(bench.moved, []);
}

#[test]
fn nor_is_it_told_that_reserved_money_is_what_is_due() {
    let mut bench = two_step();
    bench.order.reading.due = Ok(yen(0));
    bench.hears("payment.authorized");
    assert_eq!((&bench.moves[..], bench.attentions()), (&[12][..], vec![Attention::AmountMismatch]));
}

#[test]
fn less_is_taken_where_the_order_came_to_less() {
    let mut bench = two_step();
    bench.hears("payment.authorized");
    bench.order.reading.due = Ok(yen(1_000));
    bench.order.reading.status = OrderStatus::SHIPPED;
    bench.hears_of_order();
    assert_eq!(bench.moved, [("capture", 1_000)]);
}

/// The open session was made when the order had no store credit. It says nothing about how credit is counted.
#[test]
fn credit_that_came_to_the_order_later_is_not_subtracted_on_a_guess() {
    let mut bench = Bench::new(Settings::default());
    bench.order.reading.split = Some(Split { total: yen(3_000), credit: 500, certificates: 0 });
    bench.order.reading.due = Err(Unreadable::Undecided);
    bench.now += HOUR / 2;
    let reply = bench.start();
    assert_eq!(reply, Some(Reply::Refuse(Refusal::AmountUndecided)));
    assert_eq!(bench.session.amount, Some(yen(3_000)));
}
