//! An order hears "paid, ship it" only if nothing that is known speaks against it. The whole way to the last status
//! counts, not only where it ends: at the first good status a download goes out and a warehouse prints its slip.

use crate::machine::bench::{Bench, Fate, HOUR, refund, unreachable};
use crate::state::failure::Failure;
use crate::state::reading::{PaymentReading, PaymentStatus, RefundReading};
use crate::state::settings::{Capture, Settings};
use crate::values::attention::Attention;
use crate::values::ids::PaymentId;
use crate::values::order_status::OrderStatus;

const FRAUD: &str = "payment.marked.as.fraud";

fn paid(status: u8, digital: bool) -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.order.reading.status = OrderStatus(status);
    bench.order.reading.digital = digital;
    bench.pays("credit_card", PaymentStatus::Captured);
    bench
}

fn refused() -> Failure {
    let (code, param, message) = (String::new(), String::new(), "no".to_owned());
    Failure::Refused { status: 422, code, param, message }
}

fn charged_back(minor: i64) -> RefundReading {
    RefundReading { chargeback: true, ..refund("cb", minor) }
}

#[test]
fn what_was_marked_as_fraud_before_the_order_heard_is_held_at_once() {
    for digital in [false, true] {
        for status in [7, 1, 0, 5, 6, 4, 14, 11, 2] {
            let mut bench = paid(status, digital);
            bench.event = FRAUD;
            bench.hears(FRAUD);
            bench.waits(HOUR);
            assert_eq!((&bench.moves[..], bench.updates), (&[12][..], 1), "{status} {digital}");
            assert_eq!(bench.attentions(), [Attention::FraudMarked]);
        }
    }
}

#[test]
fn what_was_charged_back_before_the_order_heard_is_disputed_at_once() {
    for (digital, minor) in [(false, 3_000), (true, 3_000), (false, 10), (true, 10)] {
        for status in [7, 0, 5, 14, 11, 10] {
            let mut bench = paid(status, digital);
            bench.pays_back(charged_back(minor));
            bench.hears("payment.captured");
            bench.waits(HOUR);
            assert_eq!((&bench.moves[..], bench.updates), (&[13][..], 1), "{status} {digital} {minor}");
            assert_eq!(bench.attentions(), [Attention::Disputed]);
            assert!(bench.booked.is_empty());
        }
    }
}

#[test]
fn charged_back_and_marked_as_fraud_it_is_disputed_and_both_are_shown() {
    let mut bench = paid(7, false);
    bench.pays_back(charged_back(3_000));
    bench.event = FRAUD;
    bench.hears(FRAUD);
    assert_eq!((&bench.moves[..], bench.updates), (&[13][..], 1));
    assert_eq!(bench.attentions(), [Attention::Disputed, Attention::FraudMarked]);
}

#[test]
fn a_fraud_mark_on_a_disputed_order_leaves_it_disputed() {
    let mut bench = paid(7, false);
    bench.pays_back(charged_back(3_000));
    bench.hears("payment.captured");
    bench.event = FRAUD;
    bench.hears(FRAUD);
    assert_eq!((&bench.moves[..], bench.status()), (&[13][..], 13));
    assert_eq!(bench.attentions(), [Attention::Disputed, Attention::FraudMarked]);
}

#[test]
fn a_fraud_mark_on_another_payment_of_a_disputed_order_leaves_it_disputed() {
    let mut bench = paid(7, false);
    bench.pays_back(charged_back(3_000));
    bench.hears("payment.captured");
    let id = PaymentId::parse("p2").expect("an id");
    let payment = bench.payment().clone();
    let status = PaymentStatus::Captured;
    bench.payments.push(PaymentReading {
        id: id.clone(),
        status,
        refunded_minor: 0,
        refunds: Vec::new(),
        ..payment
    });
    bench.hears_of(&id);
    bench.run();
    bench.event = FRAUD;
    bench.hears_that(FRAUD, &id);
    bench.run();
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.status()), (&[13][..], 13));
    let shown = bench.attentions();
    assert!(shown.contains(&Attention::Disputed) && shown.contains(&Attention::FraudMarked), "{shown:?}");
}

#[test]
fn while_bad_news_cannot_be_told_nothing_better_is() {
    for failure in [unreachable(), Failure::later(None), refused()] {
        let mut bench = paid(7, true);
        bench.pays_back(charged_back(3_000));
        bench.fates = vec![("update_order", Fate::Fails(failure.clone())); 3];
        bench.hears("payment.captured");
        bench.waits(24 * HOUR);
        assert!(bench.moves.iter().all(|to| *to == 13), "{failure:?}: {:?}", bench.moves);
    }
}

#[test]
fn while_a_message_about_fraud_is_looked_up_the_order_waits() {
    let mut bench = paid(7, true);
    bench.event = FRAUD;
    bench.fates = vec![("read_event", Fate::Fails(unreachable())); 4];
    bench.hears(FRAUD);
    assert!(bench.moves.is_empty());
    bench.waits(HOUR);
    assert_eq!(bench.moves, [12]);
}

#[test]
fn a_message_about_fraud_that_was_not_true_holds_nothing_up() {
    let mut bench = paid(7, true);
    bench.fates = vec![("read_event", Fate::Fails(unreachable()))];
    bench.hears(FRAUD);
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[10][..], vec![]));
}

#[test]
fn reserved_money_that_was_marked_as_fraud_is_held_and_not_taken_by_itself() {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.event = FRAUD;
    bench.hears(FRAUD);
    assert_eq!((&bench.moves[..], bench.updates), (&[12][..], 1));
    bench.order.reading.status = OrderStatus::SHIPPED;
    bench.hears_of_order();
    bench.waits(48 * HOUR);
    assert!(bench.moved.is_empty());
    assert!(bench.attentions().contains(&Attention::FraudMarked));
}

#[test]
fn what_is_captured_after_a_fraud_mark_is_noted_and_moves_nothing() {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.event = FRAUD;
    bench.hears(FRAUD);
    bench.order.reading.status = OrderStatus::AWAITING_PAYMENT;
    bench.payment().status = PaymentStatus::Captured;
    bench.hears("payment.captured");
    assert_eq!(bench.moves, [12]);
    assert!(bench.order.staff_notes.contains("(paid, p1)"), "{}", bench.order.staff_notes);
}

#[test]
fn refunded_in_full_before_the_order_heard_it_never_reads_ship_it() {
    for digital in [false, true] {
        let mut bench = paid(7, digital);
        bench.pays_back(refund("r1", 3_000));
        bench.hears("payment.refunded");
        bench.waits(HOUR);
        assert_eq!((&bench.moves[..], bench.status(), bench.booked.len()), (&[12][..], 4, 1));
        assert!(bench.order.staff_notes.contains("already refunded in full"), "{}", bench.order.staff_notes);
        assert_eq!(bench.attentions(), []);
    }
}

#[test]
fn refunded_in_full_a_cancelled_order_stays_cancelled_with_a_note() {
    let mut bench = paid(5, false);
    bench.pays_back(refund("r1", 3_000));
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.status(), bench.booked.len()), (&[][..], 5, 0));
    assert_eq!(bench.attentions(), []);
}

#[test]
fn refunded_in_full_and_not_to_be_booked_it_asks_a_person() {
    let mut bench = paid(7, false);
    bench.pays_back(refund("r1", 3_000));
    bench.fates = vec![("record", Fate::Fails(refused()))];
    bench.hears("payment.refunded");
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions()), (&[12][..], vec![Attention::RefundedAtKomoju]));
}

#[test]
fn refunded_in_part_before_the_order_heard_it_is_paid_and_then_booked() {
    for (digital, first) in [(false, 11), (true, 12)] {
        let mut bench = paid(7, digital);
        bench.pays_back(refund("r1", 700));
        bench.hears("payment.refund.created");
        bench.waits(HOUR);
        assert_eq!((&bench.moves[..], bench.status(), bench.booked.len()), (&[first][..], 14, 1));
        assert_eq!(bench.attentions(), []);
    }
}

/// The clean payment comes first by its id; the order must not hear of it first.
#[test]
fn one_payments_fraud_mark_is_told_before_anothers_money() {
    let mut bench = paid(7, true);
    let clean = PaymentId::parse("p0").expect("an id");
    let reading = PaymentReading { id: clean.clone(), ..bench.payment().clone() };
    bench.payments.push(reading);
    bench.event = FRAUD;
    bench.hears_of(&clean);
    bench.hears(FRAUD);
    bench.waits(48 * HOUR);
    assert_eq!(bench.moves, [12]);
}

#[test]
fn bad_news_whose_answer_was_lost_is_told_once() {
    let mut bench = paid(7, false);
    bench.pays_back(charged_back(3_000));
    bench.fates = vec![("update_order", Fate::Lost)];
    bench.hears("payment.captured");
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.order.staff_notes.matches("(disputed, p1)").count()), (&[13][..], 1));
}
