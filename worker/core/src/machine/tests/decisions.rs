//! The merchant's decisions. Money that has moved, or that is decided about, is offered to nobody else, and every
//! decision ends.

use crate::machine::bench::{Bench, Fate, HOUR, payment_id, refund, unreachable};
use crate::state::decision::{Decision, Ending, Taken};
use crate::state::failure::Failure;
use crate::state::reading::PaymentStatus;
use crate::state::settings::{Capture, RefundPolicy, Settings};
use crate::values::attention::Attention;
use crate::values::ids::RefundId;
use crate::values::order_status::OrderStatus;
use crate::views::statement::{Asked, RefundState};

const DAY: i64 = 24 * HOUR;

fn paid() -> Bench {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::Confirm, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.order.reading.status = OrderStatus::CANCELLED;
    bench.hears_of_order();
    bench
}

fn reserved() -> Bench {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.hears("payment.authorized");
    assert_eq!(bench.moves, [11]);
    bench
}

fn part(minor: i64) -> Decision {
    Decision::Refund { payment: payment_id(), minor: Some(minor), sealed: None, towards: None }
}

fn line(bench: &Bench) -> crate::views::statement::PaymentLine {
    bench.statement().payments.remove(0)
}

fn refused() -> Failure {
    let (code, param, message) = (String::new(), String::new(), "no".to_owned());
    Failure::Refused { status: 422, code, param, message }
}

#[test]
fn of_two_open_pages_the_second_moves_nothing() {
    // The second page's button is pressed before anything has become of the first, or after.
    for first_is_done in [false, true] {
        let mut bench = paid();
        let seen = bench.statement().upon;
        assert_eq!(bench.decides_upon(part(1_000), seen.clone()), Taken::Yes);
        if first_is_done {
            bench.run();
        }
        assert_eq!(bench.decides_upon(part(1_000), seen), Taken::Overtaken);
        bench.run();
        bench.waits(3 * DAY);
        assert_eq!(bench.moved, [("refund", 1_000)]);
        assert_eq!(bench.endings(), [Some(Ending::Done)]);
    }
}

#[test]
fn the_same_page_pressed_twice_decides_once() {
    let mut bench = paid();
    let seen = bench.statement().upon;
    assert_eq!(bench.decides_upon(part(1_000), seen.clone()), Taken::Yes);
    assert_eq!(bench.repeats_last_decision(), Some(Taken::Yes));
    bench.run();
    assert_eq!(bench.moved, [("refund", 1_000)]);
}

#[test]
fn a_page_that_was_opened_anew_may_decide_again() {
    let mut bench = paid();
    assert_eq!(bench.decides(part(1_000)), Taken::Yes);
    assert_eq!(bench.decides(part(2_000)), Taken::Yes);
    assert_eq!(bench.moved, [("refund", 1_000), ("refund", 2_000)]);
}

#[test]
fn what_went_back_at_komoju_since_the_page_was_opened_overtakes_it() {
    let mut bench = paid();
    let seen = bench.statement().upon;
    bench.pays_back(refund("r1", 2_500));
    // We have not heard of the refund at KOMOJU: the decision is taken, and it ends when the look before it shows
    // what is left.
    assert_eq!(bench.decides_upon(part(400), seen), Taken::Yes);
    bench.run();
    assert_eq!((bench.moved.len(), bench.endings()), (0, vec![Some(Ending::Overtaken)]));
    bench.waits(3 * DAY);
    assert!(bench.moved.is_empty());
}

/// KOMOJU took no more requests, or did not answer. Then a colleague refunded there, perhaps because ours did not come
/// through.
#[test]
fn a_refund_is_not_sent_again_once_others_have_moved_its_money() {
    for failure in [Failure::later(Some(60_000)), unreachable()] {
        let mut bench = paid();
        bench.fates = vec![("refund", Fate::Fails(failure))];
        assert_eq!(bench.decides(part(400)), Taken::Yes);
        bench.pays_back(refund("r1", 400));
        bench.hears("payment.refund.created");
        bench.waits(3 * DAY);
        assert_eq!((bench.moved.len(), bench.endings()), (0, vec![Some(Ending::Overtaken)]));
        assert!(
            bench.attentions().contains(&Attention::RefundRefused),
            "a person says whether it is still wanted"
        );
    }
}

/// The object dies while the call is under way, and nobody notes that it failed. What the look shows then is not yet the
/// end of it.
#[test]
fn a_refund_that_may_still_be_under_way_is_not_called_overtaken() {
    let mut bench = paid();
    let seen = bench.statement().upon;
    assert_eq!(bench.decides_upon(part(400), seen), Taken::Yes);
    let sent = bench.dies_over("refund");
    bench.pays_back(refund("r1", 300));
    bench.hears("payment.refund.created");
    bench.waits(10_000);
    assert_eq!(bench.endings(), [None], "it may still come");
    bench.answer(sent);
    bench.waits(3 * DAY);
    assert_eq!((bench.moved.clone(), bench.endings()), (vec![("refund", 400)], vec![Some(Ending::Done)]));
}

/// Its effect comes, and only its answer is lost.
#[test]
fn a_refund_that_took_effect_after_all_is_not_called_overtaken() {
    let mut bench = paid();
    bench.fates = vec![("refund", Fate::Lost)];
    assert_eq!(bench.decides(part(400)), Taken::Yes);
    bench.pays_back(refund("r1", 400));
    bench.waits(3 * DAY);
    assert_eq!((bench.moved.clone(), bench.endings()), (vec![("refund", 400)], vec![Some(Ending::Done)]));
}

#[test]
fn more_than_is_left_is_not_paid_back_in_part_instead() {
    let mut bench = paid();
    assert_eq!(bench.decides(part(3_001)), Taken::Overtaken);
    assert_eq!(bench.decides(part(0)), Taken::Overtaken);
    assert!(bench.moved.is_empty());
}

#[test]
fn a_capture_that_is_not_possible_ends_and_does_not_fire_later() {
    let mut bench = reserved();
    bench.order.reading.status = OrderStatus::REFUNDED;
    let decision = Decision::Capture { payment: payment_id(), minor: None };
    bench.decides(decision);
    assert_eq!(bench.endings(), [Some(Ending::Overtaken)]);
    bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
    bench.hears_of_order();
    bench.waits(5 * DAY);
    assert!(bench.moved.is_empty());
}

#[test]
fn a_decision_of_which_nothing_could_be_begun_is_withdrawn_within_hours() {
    let mut bench = paid();
    let dead = ["read_payment", "read_session"].map(|call| vec![(call, Fate::Fails(unreachable())); 20]);
    bench.fates = dead.concat();
    assert_eq!(bench.decides(part(1_000)), Taken::Yes);
    bench.waits(7 * HOUR);
    assert_eq!(bench.endings(), [Some(Ending::Withdrawn)]);
    bench.fates.clear();
    bench.waits(5 * DAY);
    assert!(bench.moved.is_empty());
}

#[test]
fn what_komoju_refuses_ends_as_refused_and_is_shown() {
    let mut bench = paid();
    bench.fates = vec![("refund", Fate::Fails(refused()))];
    bench.decides(part(1_000));
    bench.waits(5 * DAY);
    assert_eq!((bench.moved.len(), bench.endings()), (0, vec![Some(Ending::Refused)]));
    assert!(bench.attentions().contains(&Attention::RefundRefused));
    assert_eq!(bench.decides(part(1_000)), Taken::Yes);
    assert_eq!(bench.moved, [("refund", 1_000)]);
}

#[test]
fn while_a_refund_has_no_answer_nothing_else_of_its_payment_is_offered() {
    let mut bench = paid();
    bench.fates = vec![("refund", Fate::Fails(unreachable())); 3];
    let sent_at = bench.now;
    bench.decides(part(1_000));
    let shown = line(&bench);
    let unanswered = shown.unanswered.expect("it has no answer");
    assert_eq!((unanswered.what, unanswered.since), (Asked::Refund, sent_at));
    assert_eq!(unanswered.amount.map(|m| m.minor), Some(1_000));
    assert!(unanswered.until.is_some_and(|until| until > bench.now));
    assert_eq!((shown.refundable, shown.capturable), (None, None));
    assert_eq!(bench.decides(part(500)), Taken::Overtaken);
    bench.waits(HOUR);
    assert_eq!((&bench.moved[..], line(&bench).unanswered), (&[("refund", 1_000)][..], None));
    assert_eq!(line(&bench).refundable.map(|m| m.minor), Some(2_000));
}

#[test]
fn what_komoju_never_answered_ends_within_a_day_and_is_not_tried_anew_by_itself() {
    let mut bench = paid();
    bench.fates = vec![("refund", Fate::Fails(unreachable())); 40];
    bench.decides(part(1_000));
    bench.waits(2 * DAY);
    assert_eq!(bench.endings(), [Some(Ending::Refused)]);
    assert!(bench.attentions().contains(&Attention::RefundRefused));
    bench.fates.clear();
    bench.waits(9 * DAY);
    assert!(bench.moved.is_empty());
}

#[test]
fn what_has_no_answer_may_be_settled_outside_and_is_not_sent_again() {
    let mut bench = paid();
    bench.fates = vec![("refund", Fate::Fails(unreachable())); 40];
    bench.decides(part(1_000));
    assert_eq!(bench.decides(Decision::SettleUnanswered { payment: payment_id() }), Taken::Yes);
    bench.fates.clear();
    bench.waits(3 * DAY);
    assert_eq!((bench.moved.len(), bench.endings()), (0, vec![Some(Ending::Withdrawn)]));
    assert_eq!(line(&bench).unanswered, None);
    assert!(!bench.attentions().contains(&Attention::RefundRefused));
    assert_eq!(bench.decides(Decision::SettleUnanswered { payment: payment_id() }), Taken::Overtaken);
}

#[test]
fn an_unanswered_refund_of_bigcommerces_that_is_settled_outside_counts_as_paid_back() {
    let mut bench = paid();
    bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
    bench.refunds_order(12, 800);
    bench.fates = vec![("refund", Fate::Fails(unreachable())); 40];
    assert_eq!(bench.decides(Decision::ConfirmRefund { refund: 12 }), Taken::Yes);
    assert_eq!(bench.decides(Decision::SettleUnanswered { payment: payment_id() }), Taken::Yes);
    bench.fates.clear();
    bench.waits(3 * DAY);
    let state = bench.statement().refunds.remove(0).state;
    assert!(matches!(&state, RefundState::Outside { by, .. } if by == "Aki"), "{state:?}");
    assert!(bench.moved.is_empty());
}

#[test]
fn marked_as_paid_back_otherwise_an_unanswered_refund_is_not_sent_again() {
    let mut bench = paid();
    bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
    bench.refunds_order(12, 800);
    bench.fates = vec![("refund", Fate::Fails(unreachable())); 40];
    bench.decides(Decision::ConfirmRefund { refund: 12 });
    assert_eq!(bench.decides(Decision::SettleOutside { refund: 12 }), Taken::Yes);
    bench.fates.clear();
    bench.waits(3 * DAY);
    assert!(bench.moved.is_empty());
}

#[test]
fn a_confirmation_is_of_what_was_seen_and_a_second_one_is_overtaken() {
    let mut bench = paid();
    bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
    bench.refunds_order(12, 800);
    let seen = bench.statement().upon;
    let confirm = Decision::ConfirmRefund { refund: 12 };
    assert_eq!(bench.decides_upon(confirm.clone(), seen.clone()), Taken::Yes);
    assert_eq!(bench.decides_upon(part(3_000), seen.clone()), Taken::Overtaken);
    bench.run();
    assert_eq!(bench.decides_upon(confirm, seen), Taken::Overtaken);
    bench.waits(3 * DAY);
    assert_eq!(bench.moved, [("refund", 800)]);
}

#[test]
fn a_capture_without_an_answer_is_shown_and_ends() {
    let mut bench = reserved();
    bench.fates = vec![("capture", Fate::Fails(unreachable())); 40];
    let all = Decision::Capture { payment: payment_id(), minor: None };
    bench.decides(all.clone());
    assert_eq!(line(&bench).unanswered.map(|u| u.what), Some(Asked::Capture));
    assert_eq!((line(&bench).capturable, bench.decides(all)), (None, Taken::Overtaken));
    bench.waits(2 * DAY);
    assert_eq!(bench.endings(), [Some(Ending::Refused)]);
    bench.fates.clear();
    bench.waits(5 * DAY);
    assert!(bench.moved.is_empty());
    assert!(line(&bench).capturable.is_some(), "it may be decided anew");
}

// ---- made by hand on both sides ----------------------------------------------------------------------------------

/// The merchant refunds ¥700 in BigCommerce, and ¥700 by hand at KOMOJU.
fn by_hand_on_both_sides() -> Bench {
    let mut bench = paid();
    bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
    bench.pays_back(refund("r1", 700));
    bench.refunds_order(12, 700);
    bench
}

#[test]
fn two_refunds_that_were_taken_for_one_are_named() {
    let mut bench = by_hand_on_both_sides();
    let komoju = RefundId::parse("r1").expect("an id");
    let state = bench.statement().refunds.remove(0).state;
    assert_eq!(state, RefundState::ByHand { komoju });
    bench.waits(DAY);
    assert_eq!((bench.moved.len(), bench.booked.len(), bench.attentions()), (0, 1, vec![]));
}

#[test]
fn said_to_be_two_each_gets_its_counterpart() {
    let mut bench = by_hand_on_both_sides();
    let komoju = RefundId::parse("r1").expect("an id");
    assert_eq!(bench.decides(Decision::PartPair { refund: 12, komoju: komoju.clone() }), Taken::Yes);
    bench.waits(DAY);
    assert_eq!(bench.booked.len(), 2, "the one made at KOMOJU is entered");
    let state = bench.statement().refunds.remove(0).state;
    assert!(matches!(state, RefundState::ToConfirm { .. }), "{state:?}");
    assert_eq!(bench.decides(Decision::ConfirmRefund { refund: 12 }), Taken::Yes);
    assert_eq!(bench.moved, [("refund", 700)]);
    assert_eq!(bench.decides(Decision::PartPair { refund: 12, komoju }), Taken::Overtaken);
}

#[test]
fn nothing_is_parted_that_was_no_pair() {
    let mut bench = by_hand_on_both_sides();
    for (refund, komoju) in [(13, "r1"), (12, "r2")] {
        let komoju = RefundId::parse(komoju).expect("an id");
        assert_eq!(bench.decides(Decision::PartPair { refund, komoju }), Taken::Overtaken);
    }
}
