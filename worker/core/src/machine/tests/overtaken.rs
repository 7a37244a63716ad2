//! Our PUT replaces a status that the merchant had set a moment before, and puts it back.

use crate::machine::bench::{Bench, Fate, HOUR, refund, unreachable};
use crate::machine::{Input, Output, Surroundings};
use crate::state::call::Call;
use crate::state::delays::Delays;
use crate::state::failure::Failure;
use crate::state::hint::{About, Hint, Moved};
use crate::state::reading::{PaymentReading, PaymentStatus, RefundReading};
use crate::state::settings::{Capture, Settings};

use crate::values::ids::{HintId, PaymentId};
use crate::values::money::{Currency, Money};
use crate::values::order_status::OrderStatus;

const FRAUD: &str = "payment.marked.as.fraud";

/// BigCommerce's word that the order moved.
fn word(bench: &Bench, from: u8, to: u8) -> Input {
    let moved = Some(Moved { from: OrderStatus(from), to: OrderStatus(to), at: bench.now });
    let id = HintId::parse(&format!("moved-{from}-{to}")).expect("an id");
    let about = About::Order { scope: "store/order/statusUpdated".to_owned(), moved };
    Input::Hint(Hint { id, about })
}

/// Runs the machine. `between`: what the merchant moves the order to right before each of our PUTs, in turn; the word of
/// what the PUT replaced comes before its answer.
fn run(bench: &mut Bench, between: &[u8]) {
    let mut between = between.iter();
    for _ in 0..50 {
        let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
        match bench.machine.poll(now) {
            Output::Commit(_) => {}
            Output::Call(call) => {
                let put = if let Call::UpdateOrder { update, .. } = &call { update.status } else { None };
                let theirs = put.and_then(|ours| Some((*between.next()?, ours)));
                if let Some((theirs, _)) = theirs {
                    bench.order.reading.status = OrderStatus(theirs);
                }
                let answer = bench.answer(call);
                if let Some((theirs, ours)) = theirs {
                    let word = word(bench, theirs, ours.0);
                    bench.handle(word);
                }
                bench.handle(Input::Answer(answer));
            }
            Output::Idle { .. } if bench.gathered() => {}
            Output::Idle { .. } => return,
            Output::Tell { .. } => bench.handle(Input::LedgerSilent),
            other @ (Output::Reply(_) | Output::Unconfirmed) => panic!("{other:?}"),
        }
    }
    panic!("the machine never rests");
}

/// The PUT that was to put 4 back replaced 14, and the word of that came before its own answer: the answer ended both.
#[test]
fn what_is_put_back_over_another_status_of_the_merchants_is_put_right_again() {
    for (between, expected) in
        [(&[4][..], &[11, 4][..]), (&[4, 14], &[11, 4, 14]), (&[4, 14, 2], &[11, 4, 14, 2])]
    {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        let about = About::Komoju {
            session: Some(bench.session.id.clone()),
            payment: None,
            event: "payment.captured".to_owned(),
        };
        bench.handle(Input::Hint(Hint { id: HintId::parse("paid").expect("an id"), about }));
        run(&mut bench, between);
        bench.waits(HOUR);
        assert_eq!(bench.moves, expected);
        assert_eq!(bench.machine.state().head.replaced, None);
    }
}

/// A paid order: our PUT of 11 replaced the merchant's 10, and the word of that is not here yet.
fn replaced(between: u8) -> (Bench, Input) {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    let late = word(&bench, between, 11);
    (bench, late)
}

#[test]
fn a_late_word_restores_what_is_still_replaced() {
    let (mut bench, late) = replaced(10);
    bench.waits(5 * HOUR);
    bench.handle(late);
    bench.run();
    assert_eq!(bench.moves, [11, 10]);
}

/// BigCommerce dates in whole seconds, by its own clock, so the word of our move may be dated before we sent it. The order
/// was refunded after it, and the merchant moved it to our status once more.
#[test]
fn a_move_of_the_merchants_to_our_status_is_not_ours_however_the_word_of_ours_is_dated() {
    for dated in [-10_000, -400, 0, 5_000, 39_000] {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        bench.hears("payment.captured");
        let told = |bench: &mut Bench, from, to, after| {
            let moved = Moved { from: OrderStatus(from), to: OrderStatus(to), at: bench.now + after };
            let id = HintId::parse(&format!("moved-{from}-{to}")).expect("an id");
            let about = About::Order { scope: "store/order/statusUpdated".to_owned(), moved: Some(moved) };
            bench.order.reading.status = moved.to;
            bench.handle(Input::Hint(Hint { id, about }));
            bench.run();
        };
        told(&mut bench, 7, 11, dated);
        told(&mut bench, 11, 4, dated + 500);
        told(&mut bench, 4, 11, dated + 1_000);
        bench.waits(HOUR);
        assert_eq!(bench.moves, [11], "{dated}");
    }
}

/// The order has left our status since, and is back there: by a person, or by another PUT of ours.
#[test]
fn a_late_word_restores_nothing_that_was_left_since() {
    let (mut bench, late) = replaced(10);
    bench.waits(HOUR);
    for (from, to) in [(11, 2), (2, 11)] {
        let word = word(&bench, from, to);
        bench.handle(word);
        bench.run();
    }
    bench.handle(late);
    bench.run();
    bench.waits(HOUR);
    assert_eq!(bench.moves, [11]);

    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.hears("payment.authorized");
    let late = word(&bench, 10, 11);
    bench.order.reading.status = OrderStatus::AWAITING_PAYMENT;
    bench.waits(HOUR);
    bench.payment().status = PaymentStatus::Captured;
    bench.hears("payment.captured");
    bench.handle(late);
    bench.run();
    bench.waits(HOUR);
    assert_eq!(bench.moves, [11, 11]);
}

/// A fraud mark or a chargeback moves every order, so what the merchant had set would stand no longer either.
#[test]
fn nothing_is_restored_over_news_that_moves_every_order() {
    for (back, event, expected) in [(None, FRAUD, 12), (Some("cb"), "payment.refunded", 13)] {
        for is_late in [true, false] {
            let (mut bench, late) = replaced(10);
            if let Some(id) = back {
                bench.pays_back(RefundReading { chargeback: true, ..refund(id, 3_000) });
            }
            bench.event = event;
            if !is_late {
                bench.fates = vec![("update_order", Fate::Fails(unreachable()))];
            }
            bench.hears(event);
            bench.handle(late);
            bench.run();
            bench.waits(HOUR);
            assert_eq!(bench.moves, [11, expected], "{event} {is_late}");
            assert_eq!(bench.machine.state().head.replaced, None);
        }
    }
}

/// A capture was refused months ago, and the order was paid anew since: what it heard then says nothing of now.
#[test]
fn old_news_keeps_nothing_from_being_restored() {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.event = FRAUD;
    bench.hears(FRAUD);
    assert_eq!(bench.moves, [12]);
    bench.order.reading.status = OrderStatus::AWAITING_PAYMENT;
    bench.waits(48 * HOUR);
    let id = PaymentId::parse("p2").expect("an id");
    let payment = PaymentReading { id: id.clone(), ..bench.payment().clone() };
    bench.payments.push(payment);
    bench.event = "payment.authorized";
    bench.hears_that("payment.authorized", &id);
    bench.run();
    assert_eq!(bench.moves, [12, 11]);
    let word = word(&bench, 10, 11);
    bench.handle(word);
    bench.run();
    assert_eq!(bench.moves, [12, 11, 10]);
}

/// The fraud mark came while the order stood in 12 already, by our PUT that had replaced the merchant's 10.
#[test]
fn a_download_that_was_held_is_not_handed_out_by_a_late_word() {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.payment().net = Some(Money::new(2_900, Currency::JPY));
    bench.hears("payment.captured");
    let late = word(&bench, 10, 12);
    bench.event = FRAUD;
    bench.hears(FRAUD);
    bench.handle(late);
    bench.run();
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.status()), (&[12][..], 12));
}

/// BigCommerce said no to our PUT of 11, or "not now", and the merchant moved the order to 2 and then to 11 around it: the 2
/// was theirs to leave. Whether the word of it comes before the answer to our PUT, or after.
#[test]
fn a_put_that_changed_nothing_has_overtaken_nobody() {
    let refused = Failure::Refused {
        status: 400,
        code: "no".to_owned(),
        param: String::new(),
        message: "no".to_owned(),
    };
    let failures =
        [refused, Failure::later(None), Failure::Forbidden, Failure::Unauthorized, Failure::NotFound];
    for (failure, is_early) in failures.iter().flat_map(|failure| [(failure, true), (failure, false)]) {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        let payment = Some(bench.payment().id.clone());
        let session = Some(bench.session.id.clone());
        let about = About::Komoju { session, payment, event: "payment.captured".to_owned() };
        bench.handle(Input::Hint(Hint { id: HintId::parse("paid").expect("an id"), about }));
        let put = bench.until("update_order");
        bench.fates = vec![("update_order", Fate::Fails(failure.clone()))];
        let answer = bench.answer(put);
        let words = [(7, 2), (2, 11)].map(|(from, to)| word(&bench, from, to));
        bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
        let answer = Input::Answer(answer);
        let [first, second] = words;
        let all = if is_early { [first, second, answer] } else { [answer, first, second] };
        for input in all {
            bench.handle(input);
        }
        bench.waits(HOUR);
        assert_eq!((&bench.moves[..], bench.status()), (&[][..], 11), "{failure:?} {is_early}");
        assert_eq!(bench.machine.state().head.replaced, None, "{failure:?} {is_early}");
    }
}
