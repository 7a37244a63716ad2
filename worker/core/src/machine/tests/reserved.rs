//! Money counts as reserved only for payment types that are known to reserve it, and only as it was asked. A capture
//! counts as whole only if that can be told.

use crate::machine::bench::{Bench, Fate, HOUR, refund};
use crate::state::failure::Failure;
use crate::state::reading::{Offered, PaymentStatus};
use crate::state::settings::{Capture, Settings};
use crate::values::attention::Attention;
use crate::values::money::{Currency, Money};
use crate::values::order_status::OrderStatus;

const DAY: i64 = 24 * HOUR;

fn two_step() -> Bench {
    Bench::new(Settings { capture: Capture::Manual, ..Settings::default() })
}

fn authorized(method: &str) -> Bench {
    let mut bench = two_step();
    bench.pays(method, PaymentStatus::Authorized);
    bench
}

fn won(minor: i64) -> Money {
    Money::new(minor, Currency::parse("KRW").expect("KOMOJU takes it"))
}

#[test]
fn what_is_not_known_to_reserve_money_waits_and_moves_no_order() {
    for method in ["", "brand_new_pay", "web_money", "konbini", "bank_transfer", "pay_easy"] {
        let mut bench = authorized(method);
        bench.hears("payment.authorized");
        bench.waits(3 * DAY);
        assert_eq!((&bench.moves[..], bench.status()), (&[][..], 7), "{method}");
        bench.order.reading.status = OrderStatus::SHIPPED;
        bench.hears_of_order();
        assert!(bench.moved.is_empty(), "nothing to capture: {method}");
    }
}

#[test]
fn what_waited_and_is_then_captured_is_paid() {
    let mut bench = authorized("brand_new_pay");
    bench.hears("payment.authorized");
    bench.payment().status = PaymentStatus::Captured;
    bench.hears("payment.captured");
    assert_eq!(bench.moves, [11]);
}

#[test]
fn a_type_that_becomes_known_later_is_told_then() {
    let mut bench = authorized("");
    bench.hears("payment.authorized");
    assert!(bench.moves.is_empty());
    bench.payment().payment_type = "credit_card".to_owned();
    bench.hears("payment.updated");
    assert_eq!(bench.moves, [11]);
}

#[test]
fn what_was_reserved_otherwise_than_asked_is_held_for_a_person() {
    for net in [Some(Money::new(2_999, Currency::JPY)), Some(Money::new(30_000, Currency::JPY)), None] {
        let mut bench = authorized("credit_card");
        (bench.payment().net, bench.payment().total) = (net, net);
        bench.hears("payment.authorized");
        assert_eq!((&bench.moves[..], bench.attentions()), (&[12][..], vec![Attention::AmountMismatch]));
        // Nor is it captured by itself once the goods have left.
        bench.order.reading.status = OrderStatus::SHIPPED;
        bench.hears_of_order();
        bench.waits(DAY);
        assert!(bench.moved.is_empty(), "{net:?}");
    }
}

#[test]
fn reserved_otherwise_for_an_order_that_was_cancelled_it_is_released() {
    let mut bench = authorized("credit_card");
    let net = Some(Money::new(2_999, Currency::JPY));
    (bench.payment().net, bench.payment().total) = (net, net);
    bench.order.reading.status = OrderStatus::CANCELLED;
    bench.hears("payment.authorized");
    assert_eq!(bench.payment().status, PaymentStatus::Cancelled);
    assert!(bench.moves.is_empty());
}

/// The merchant captured it in KOMOJU's dashboard before we had seen it reserved.
fn captured_unseen(net: Money, offered: &[Money], capture: Capture) -> Bench {
    let mut bench = Bench::new(Settings { capture, ..Settings::default() });
    let offered =
        offered.iter().map(|amount| Offered { payment_type: "credit_card".to_owned(), amount: *amount });
    bench.session.offered = offered.collect();
    bench.pays("credit_card", PaymentStatus::Captured);
    (bench.payment().net, bench.payment().total) = (Some(net), Some(net));
    bench.hears("payment.captured");
    bench
}

#[test]
fn a_part_captured_unseen_in_another_currency_is_not_what_was_asked() {
    let bench = captured_unseen(won(9_000), &[won(28_200)], Capture::Manual);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[12][..], vec![Attention::AmountMismatch]));
}

#[test]
fn the_whole_captured_unseen_in_another_currency_is_known_by_what_the_session_offered() {
    let bench = captured_unseen(won(28_200), &[won(28_200)], Capture::Manual);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[11][..], vec![]));
}

#[test]
fn what_cannot_be_told_is_for_a_person_and_what_cannot_be_a_part_is_not() {
    let bench = captured_unseen(won(28_200), &[], Capture::Manual);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[12][..], vec![Attention::AmountMismatch]));
    let bench = captured_unseen(won(28_200), &[], Capture::Auto);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[11][..], vec![]));
}

#[test]
fn an_offer_that_was_seen_once_counts_after_the_rates_have_moved() {
    let mut bench = two_step();
    let offer = |minor| vec![Offered { payment_type: "credit_card".to_owned(), amount: won(minor) }];
    bench.session.offered = offer(28_200);
    bench.waits(HOUR);
    bench.session.offered = offer(28_350);
    bench.pays("credit_card", PaymentStatus::Captured);
    (bench.payment().net, bench.payment().total) = (Some(won(28_200)), Some(won(28_200)));
    bench.hears("payment.captured");
    assert_eq!(bench.moves, [11]);
}

#[test]
fn what_goes_back_of_a_part_is_entered_as_that_part_or_not_by_itself() {
    // ¥3,000 were ₩28,200. Half of that was captured, and all of that half goes back.
    for (offered, booked, attention) in [
        (vec![won(28_200)], vec!["1500".to_owned()], Attention::AmountMismatch),
        (vec![], vec![], Attention::RefundedAtKomoju),
    ] {
        let mut bench = captured_unseen(won(14_100), &offered, Capture::Manual);
        bench.pays_back(refund("r1", 14_100));
        bench.hears("payment.refunded");
        bench.waits(HOUR);
        let entered: Vec<_> = bench.booked.iter().map(|b| b.parts[0].decimal.clone()).collect();
        assert_eq!((entered, bench.attentions().contains(&attention)), (booked, true), "{offered:?}");
    }
}

/// Its end came near while the order was cancelled, when nobody need take it. Moved on again, it is told.
#[test]
fn an_order_that_is_moved_on_again_hears_that_its_money_lapses_soon() {
    for ended in [5, 6, 4, 14] {
        let mut bench = authorized("credit_card");
        bench.hears("payment.authorized");
        let refused = Failure::Refused {
            status: 422,
            code: "bad_request".to_owned(),
            param: String::new(),
            message: "cannot be cancelled".to_owned(),
        };
        bench.fates = vec![("cancel_payment", Fate::Fails(refused)); 3];
        bench.order.reading.status = OrderStatus(ended);
        bench.hears_of_order();
        bench.waits(28 * DAY);
        assert!(!bench.attentions().contains(&Attention::CaptureDue), "{ended}");
        bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
        bench.hears_of_order();
        bench.waits(HOUR);
        assert!(bench.attentions().contains(&Attention::CaptureDue), "{ended}");
    }
}
