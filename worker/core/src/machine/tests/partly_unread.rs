//! What cannot be read stops the money that it may be about, and nothing else.

use crate::machine::bench::{Bench, Fate, HOUR, refund, unreachable};
use crate::state::call::{OrderRefundSeen, RefundPart};
use crate::state::failure::Failure;
use crate::state::reading::{Amounts, PaymentStatus, RefundReading};
use crate::state::settings::{Provider, RefundPolicy, Settings};
use crate::values::attention::Attention;

fn paid() -> Bench {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::AtOnce, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions().len()), (&[11][..], 0));
    bench
}

/// Captured, with a fee that cannot be read; we have not looked yet.
fn captured_with_a_garbled_fee() -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    let payment = bench.payment();
    (payment.net, payment.unread) = (None, vec!["payment_method_fee".to_owned()]);
    bench
}

fn entry(id: u64, minor: Option<i64>, amounts: Amounts) -> OrderRefundSeen {
    let part = |minor: i64| RefundPart { provider: Some(Provider::InStore), decimal: minor.to_string() };
    OrderRefundSeen { id, order: None, parts: minor.map(part).into_iter().collect(), komoju: None, amounts }
}

fn reads_books(bench: &mut Bench) {
    bench.order.reading.refunded_minor += 1;
    bench.hears_of_order();
    bench.waits(HOUR);
}

#[test]
fn an_unreadable_refund_stops_the_orders_money_and_calls_a_person() {
    let mut bench = paid();
    bench.booked = vec![entry(41, Some(500), Amounts::Known), entry(42, None, Amounts::Unreadable)];
    reads_books(&mut bench);
    assert!(bench.moved.is_empty(), "{:?}", bench.moved);
    assert_eq!(bench.attentions(), [Attention::RefundUnreadable]);

    // Once it can be read, everything goes on by itself.
    bench.booked[1] = entry(42, Some(300), Amounts::Known);
    reads_books(&mut bench);
    assert_eq!(bench.moved, [("refund", 500), ("refund", 300)]);
    assert_eq!(bench.attentions(), []);
}

#[test]
fn an_amount_of_ours_that_is_no_amount_is_unreadable_too() {
    for decimal in ["33.305", "", "many", "5e20"] {
        let mut bench = paid();
        bench.booked = vec![entry(41, Some(500), Amounts::Known), entry(42, Some(1), Amounts::Known)];
        bench.booked[1].parts[0].decimal = decimal.to_owned();
        reads_books(&mut bench);
        assert!(bench.moved.is_empty(), "{decimal}");
        assert_eq!(bench.attentions(), [Attention::RefundUnreadable], "{decimal}");
    }
}

#[test]
fn a_refund_that_was_read_once_stays_known() {
    let mut bench = paid();
    bench.booked = vec![entry(41, Some(500), Amounts::Known)];
    reads_books(&mut bench);
    bench.booked = vec![entry(41, None, Amounts::Unreadable), entry(42, Some(200), Amounts::Known)];
    reads_books(&mut bench);
    assert_eq!(bench.moved, [("refund", 500), ("refund", 200)]);
    assert_eq!(bench.attentions(), []);
}

#[test]
fn a_refund_without_payments_leaves_its_neighbour_alone_but_nothing_is_booked_beside_it() {
    let mut bench = paid();
    bench.booked = vec![entry(41, Some(500), Amounts::Known), entry(42, None, Amounts::Missing)];
    reads_books(&mut bench);
    assert_eq!(bench.moved, [("refund", 500)]);
    assert_eq!(bench.attentions(), [Attention::RefundUnreadable]);
    // The unreadable entry may be that of this refund.
    bench.pays_back(refund("by-hand", 300));
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    assert_eq!(bench.booked.len(), 2, "{:?}", bench.booked);
}

#[test]
fn a_payment_with_an_unreadable_refund_is_told_but_pays_nothing_back() {
    let mut bench = paid();
    bench.payment().unread = vec!["re9".to_owned()];
    bench.booked = vec![entry(41, Some(500), Amounts::Known)];
    reads_books(&mut bench);
    assert!(bench.moved.is_empty());
    assert_eq!(bench.attentions(), [Attention::RefundUnreadable]);
}

#[test]
fn an_unreadable_refund_keeps_no_paid_order_waiting() {
    for (refunded, status) in [(0, 11), (100, 12)] {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        bench.payment().unread = vec!["re9".to_owned()];
        bench.payment().refunded_minor = refunded;
        bench.hears("payment.captured");
        bench.waits(HOUR);
        assert_eq!(bench.moves, [status], "of what went back, nobody knows whether it was a chargeback");
        assert!(bench.attentions().contains(&Attention::RefundUnreadable));
    }
}

/// The order could not be read while the chargeback was; when it could, the chargeback's entry was garbled.
#[test]
fn a_chargeback_that_was_read_once_stays_known() {
    for (name, calls_a_person) in [("re9", false), ("refund 1", true)] {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        bench.pays_back(RefundReading { chargeback: true, ..refund("re9", 3_000) });
        bench.fates = vec![("read_order", Fate::Fails(unreachable()))];
        bench.hears("payment.refunded");
        bench.run();
        assert_eq!((&bench.moves[..], bench.fates.len()), (&[][..], 0), "it was looked for in vain");
        bench.payment().refunds.clear();
        bench.payment().unread = vec![name.to_owned()];
        bench.hears("payment.updated");
        bench.waits(HOUR);
        assert_eq!(bench.moves, [13], "{name}");
        assert!(bench.attentions().contains(&Attention::Disputed));
        assert_eq!(bench.attentions().contains(&Attention::RefundUnreadable), calls_a_person, "{name}");
    }
}

/// The garbled answer names no total of what went back, so it summed up the one refund that it could read.
#[test]
fn what_went_back_is_not_less_because_a_known_refund_is_garbled() {
    let mut bench = paid();
    bench.pays_back(refund("re1", 300));
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    let payment = bench.payment();
    payment.refunds = vec![refund("re2", 500)];
    (payment.refunded_minor, payment.unread) = (500, vec!["re1".to_owned()]);
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    let known = bench.machine.state().payments.values().next().expect("there is one");
    assert_eq!((known.refunded(), known.held()), (800, 2_200));
}

#[test]
fn an_answer_that_cannot_be_read_is_not_called_silence() {
    let look = |failure: fn(String) -> Failure| {
        let mut bench = paid();
        bench.fates = (0..40)
            .map(|_| ("read_order", super::super::bench::Fate::Fails(failure("why".to_owned()))))
            .collect();
        bench.hears_of_order();
        bench.waits(60 * HOUR);
        bench.attentions()
    };
    assert_eq!(look(Failure::Unreadable), [Attention::Garbled]);
    assert_eq!(look(Failure::Indeterminate), [Attention::Unreachable]);
}

/// Nothing else would ask for another look, so what was garbled for a moment would stop the order's money for good.
#[test]
fn what_could_not_be_read_is_read_again_without_any_message() {
    let mut bench = paid();
    bench.booked = vec![entry(41, Some(500), Amounts::Unreadable)];
    bench.order.reading.refunded_minor = 500;
    bench.hears_of_order();
    bench.waits(1_000);
    assert_eq!((bench.moved.len(), bench.attentions()), (0, vec![Attention::RefundUnreadable]));
    bench.booked = vec![entry(41, Some(500), Amounts::Known)];
    bench.waits(HOUR);
    assert_eq!((&bench.moved[..], bench.attentions()), (&[("refund", 500)][..], vec![]));

    let mut bench = paid();
    bench.payment().unread = vec!["refund request 1".to_owned()];
    bench.hears("payment.updated");
    bench.waits(1_000);
    assert_eq!(bench.attentions(), [Attention::RefundUnreadable]);
    bench.payment().unread.clear();
    bench.waits(HOUR);
    assert_eq!(bench.attentions(), []);
}

/// If it came back under another number, it would count as one more refund, and be paid back twice.
#[test]
fn a_refund_that_the_books_hide_for_a_moment_is_paid_back_once() {
    let mut bench = paid();
    bench.booked = vec![entry(41, Some(500), Amounts::Known)];
    reads_books(&mut bench);
    bench.booked = vec![entry(0, None, Amounts::Unreadable)];
    reads_books(&mut bench);
    let known = |bench: &Bench| {
        let books = bench.machine.state().order_refunds.reading.clone().unwrap_or_default();
        books.into_iter().map(|refund| refund.id).collect::<Vec<_>>()
    };
    assert_eq!(known(&bench), [0, 41]);
    bench.booked = vec![entry(41, Some(500), Amounts::Known), entry(42, Some(200), Amounts::Known)];
    reads_books(&mut bench);
    assert_eq!((known(&bench), &bench.moved[..]), (vec![41, 42], &[("refund", 500), ("refund", 200)][..]));
}

/// An entry that we booked ourselves, read once without its reason, must not become the merchant's.
#[test]
fn what_was_known_as_booked_by_us_stays_so() {
    let mut bench = paid();
    bench.pays_back(refund("by-hand", 300));
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    assert_eq!(bench.booked.len(), 1);
    bench.booked[0].komoju = None;
    reads_books(&mut bench);
    assert_eq!((bench.moved.len(), bench.attentions()), (0, vec![]));
}

/// It may be readable one look later: then the order is told once, and rightly. If it stays garbled, the order is
/// told soon all the same.
#[test]
fn an_amount_that_is_garbled_for_a_moment_is_no_other_amount() {
    let garbled = || {
        let mut bench = captured_with_a_garbled_fee();
        bench.hears("payment.captured");
        bench.waits(1_000);
        assert!(bench.moves.is_empty(), "{:?}", bench.moves);
        bench
    };
    let mut bench = garbled();
    let payment = bench.payment();
    (payment.net, payment.unread) = (payment.total, Vec::new());
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[11][..], vec![]));

    let mut bench = garbled();
    bench.waits(HOUR);
    assert_eq!(bench.moves, [12]);
    assert!(bench.attentions().contains(&Attention::AmountMismatch));
}

/// After two months we do not look by ourselves any more, but a person can ask for it.
#[test]
fn a_person_can_have_the_books_read_again_at_any_time() {
    let mut bench = paid();
    bench.booked = vec![entry(41, None, Amounts::Unreadable)];
    reads_books(&mut bench);
    bench.waits(90 * 24 * HOUR);
    bench.booked = vec![entry(41, Some(500), Amounts::Known)];
    bench.waits(24 * HOUR);
    assert_eq!(bench.attentions(), [Attention::RefundUnreadable]);
    bench.asks_for_look();
    bench.waits(HOUR);
    assert_eq!((&bench.moved[..], bench.attentions()), (&[("refund", 500)][..], vec![]));
}

/// Neither an outage nor any number of webhooks makes the moment longer or shorter.
#[test]
fn what_comes_between_two_garbled_looks_calls_nobody() {
    let mut bench = captured_with_a_garbled_fee();
    bench.fates =
        vec![("read_payment", Fate::Fails(unreachable())), ("read_session", Fate::Fails(unreachable()))];
    for _ in 0..6 {
        bench.hears("payment.captured");
        bench.waits(6_000);
    }
    assert!(bench.moves.is_empty() && bench.attentions() == [Attention::RefundUnreadable]);
    let payment = bench.payment();
    (payment.net, payment.unread) = (payment.total, Vec::new());
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[11][..], vec![]));
}

#[test]
fn a_chargeback_is_told_at_once_whatever_else_cannot_be_read() {
    let mut bench = captured_with_a_garbled_fee();
    bench.pays_back(RefundReading { chargeback: true, ..refund("cb", 3_000) });
    bench.hears("payment.updated");
    bench.waits(1_000);
    assert_eq!(bench.moves, [13]);
}

/// A captured payment of unreadable worth is not nothing: money reserved beside it must not be taken as well.
#[test]
fn money_of_unknown_worth_is_held() {
    let mut bench = paid();
    bench.payment().net = None;
    bench.payment().unread = vec!["payment_method_fee".to_owned()];
    bench.hears("payment.updated");
    bench.waits(1_000);
    assert!(!bench.machine.state().holds_nothing());
}
