//! Two payments of one order are both paid: the second goes back by itself only if the order needs nothing of it.

use crate::machine::bench::{Bench, HOUR, payment_id, refund};
use crate::state::reading::{PaymentReading, PaymentStatus, Unreadable};
use crate::state::settings::{RefundPolicy, Settings};
use crate::values::attention::Attention;
use crate::values::ids::PaymentId;
use crate::values::money::{Currency, Money};

fn yen(minor: i64) -> Money {
    Money::new(minor, Currency::JPY)
}

/// ¥3,000 are paid as asked. Then the order is edited, and another ¥3,000 of an earlier try come in.
fn paid_twice(due: Result<Money, Unreadable>) -> Bench {
    let mut bench = Bench::new(Settings { refund_second: true, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    assert_eq!(bench.moves, [11]);
    bench.order.reading.due = due;
    second(&mut bench);
    bench
}

fn second(bench: &mut Bench) {
    let id = PaymentId::parse("p2").expect("an id");
    let payment = PaymentReading { id: id.clone(), ..bench.payment().clone() };
    bench.payments.push(PaymentReading { refunded_minor: 0, refunds: Vec::new(), ..payment });
    bench.hears_of(&id);
    bench.run();
    bench.waits(24 * HOUR);
}

#[test]
fn all_of_it_goes_back_where_the_first_has_paid_the_order() {
    for due in [3_000, 2_000, 1] {
        let bench = paid_twice(Ok(yen(due)));
        assert_eq!(bench.moved, [("refund", 3_000)], "{due}");
        assert!(!bench.attentions().contains(&Attention::PaidTwice), "{due}");
    }
}

/// The payment that the order counts with went back by hand, and ¥1,000 of the order came out of the other one. `total`: what
/// that one was, the shopper's fee included.
fn refunded_out_of_the_second(total: i64) -> Bench {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::AtOnce, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    second(&mut bench);
    bench.payments[1].total = Some(yen(total));
    bench.pays_back(refund("r1", 3_000));
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    bench.refunds_order(1, 1_000);
    bench.hears_of_order();
    bench.waits(HOUR);
    assert_eq!(bench.moved, [("refund", 1_000)]);
    bench
}

/// What the merchant refunds of the order is no part of the money that was paid too much: the books lack nothing.
#[test]
fn a_refund_of_the_order_out_of_the_second_is_not_entered_once_more() {
    let bench = refunded_out_of_the_second(3_000);
    assert_eq!(bench.booked.len(), 1);
    assert_eq!(bench.attentions(), []);
}

/// The same with the fee that the shopper paid, which is no part of the order, and all of the second gone in the end.
#[test]
fn the_fee_of_the_second_is_no_part_of_what_was_paid_too_much() {
    let mut bench = refunded_out_of_the_second(3_190);
    bench.pays_back_of(&PaymentId::parse("p2").expect("an id"), refund("r3", 2_190));
    bench.asks_for_look();
    bench.waits(HOUR);
    // ¥3,000 of the order went back in all, of which its books have ¥1,000.
    let ours: Vec<_> = bench.booked.iter().filter(|entry| entry.komoju.is_some()).collect();
    let entered: Vec<_> =
        ours.iter().flat_map(|entry| &entry.parts).map(|part| part.decimal.clone()).collect();
    assert_eq!(entered, ["2000"]);
}

#[test]
fn an_order_that_needs_a_part_of_it_is_for_a_person() {
    let dollars = Money::new(3_000, Currency::parse("USD").expect("USD"));
    let costs_more = [3_001, 5_000, 5_999, 6_000, 9_000].map(|minor| Ok(yen(minor)));
    // If the amount cannot be read, or is in another currency, nobody knows what the order needs.
    let unknown = [Err(Unreadable::NotAnAmount), Err(Unreadable::UnsupportedCurrency), Ok(dollars)];
    for due in costs_more.into_iter().chain(unknown) {
        let bench = paid_twice(due);
        assert_eq!(bench.moved, [], "{due:?}");
        assert!(bench.attentions().contains(&Attention::PaidTwice), "{due:?}");
    }
}

/// The merchant captured less of the first payment: the order needs the rest from the second.
#[test]
fn what_the_first_lacks_is_not_given_back() {
    let mut bench = Bench::new(Settings { refund_second: true, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Captured);
    (bench.payment().net, bench.payment().total) = (Some(yen(1_000)), Some(yen(1_000)));
    bench.hears("payment.captured");
    assert_eq!(bench.moves, [12]);
    let whole = PaymentReading { net: Some(yen(3_000)), total: Some(yen(3_000)), ..bench.payment().clone() };
    let id = PaymentId::parse("p2").expect("an id");
    bench.payments.push(PaymentReading { id: id.clone(), ..whole });
    bench.hears_of(&id);
    bench.run();
    bench.waits(24 * HOUR);
    assert_eq!(bench.moved, []);
    assert!(bench.attentions().contains(&Attention::PaidTwice));
}

/// What the merchant refunded in BigCommerce is not needed any more, on either side.
#[test]
fn a_part_refunded_before_changes_nothing() {
    let mut bench = Bench::new(Settings {
        refund_second: true,
        refunds: crate::state::settings::RefundPolicy::AtOnce,
        ..Settings::default()
    });
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.refunds_order(7, 1_000);
    assert_eq!(bench.moved, [("refund", 1_000)]);
    second(&mut bench);
    assert_eq!(bench.moved, [("refund", 1_000), ("refund", 3_000)]);
    assert!(bench.payments.iter().any(|p| p.id == payment_id() && p.refunded_minor == 1_000));
}
