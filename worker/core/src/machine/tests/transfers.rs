//! Refunds by bank transfer: KOMOJU shows neither their amounts nor, perhaps, why they were made. No money is
//! promised twice, and the refund that a transfer became is booked nowhere a second time.

use crate::machine::bench::{Bench, Fate, HOUR, payment_id, refund, unreachable};
use crate::refunds::transfers::TransferStage;
use crate::state::decision::{Decision, Taken};
use crate::state::reading::{PaymentStatus, RefundReading, RefundRequestReading, RequestStatus};
use crate::state::settings::{RefundPolicy, Settings};
use crate::values::attention::Attention;
use crate::values::ids::RefundId;
use crate::views::statement::RefundState;

const DAY: i64 = 24 * HOUR;

/// ¥3,000 were paid with cash. The merchant refunded ¥2,000 of it in BigCommerce, and we asked KOMOJU to transfer
/// them.
fn asked_for(describes: bool) -> Bench {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::Confirm, ..Settings::default() });
    bench.describes = describes;
    bench.pays("konbini", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.refunds_order(12, 2_000);
    let sealed = Bench::bank();
    assert_eq!(bench.decides(Decision::BankDetails { refund: 12, sealed }), Taken::Yes);
    assert_eq!(bench.moved, [("request", 2_000)]);
    bench
}

fn request(bench: &mut Bench) -> &mut RefundRequestReading {
    bench.payment().refund_requests.first_mut().expect("one was made")
}

/// KOMOJU's staff have made the transfer.
fn completes(bench: &mut Bench, became: RefundReading) {
    bench.now += DAY;
    request(bench).status = RequestStatus::Completed;
    let at = Some(bench.now);
    bench.pays_back(RefundReading { at, ..became });
    bench.hears("refund_request.updated");
    bench.waits(2 * DAY);
}

fn refundable(bench: &Bench) -> Option<i64> {
    bench.statement().payments[0].refundable.map(|money| money.minor)
}

fn refund_state(bench: &Bench, id: u64) -> RefundState {
    let statement = bench.statement();
    statement.refunds.iter().find(|line| line.id == id).expect("it is shown").state.clone()
}

fn foreign(id: &str) -> RefundRequestReading {
    RefundRequestReading {
        id: id.to_owned(),
        minor: None,
        status: RequestStatus::Pending,
        cause: None,
        at: None,
    }
}

#[test]
fn a_transfer_under_way_is_taken_off_what_is_left() {
    for describes in [true, false] {
        let mut bench = asked_for(describes);
        assert_eq!((refundable(&bench), refund_state(&bench, 12)), (Some(1_000), RefundState::Requested));
        // The merchant refunds ¥3,000 more in BigCommerce. That is more than is left, so nothing is asked for.
        bench.refunds_order(13, 3_000);
        let sealed = Bench::bank();
        assert_eq!(bench.decides(Decision::BankDetails { refund: 13, sealed }), Taken::Overtaken);
        bench.waits(3 * DAY);
        assert_eq!(bench.moved, [("request", 2_000)], "described: {describes}");
        assert_eq!(refund_state(&bench, 13), RefundState::TooLarge);
        assert_eq!(bench.attentions(), [Attention::RefundTooLarge]);
    }
}

#[test]
fn what_a_transfer_leaves_over_may_be_paid_back_meanwhile() {
    let mut bench = asked_for(false);
    bench.refunds_order(13, 1_000);
    let sealed = Bench::bank();
    assert_eq!(bench.decides(Decision::BankDetails { refund: 13, sealed }), Taken::Yes);
    assert_eq!(bench.moved, [("request", 2_000), ("request", 1_000)]);
    assert_eq!(refundable(&bench), None, "all of it is promised");
    assert_eq!(bench.attentions(), []);
}

#[test]
fn the_refund_that_a_transfer_becomes_is_entered_nowhere_a_second_time() {
    for describes in [true, false] {
        let mut bench = asked_for(describes);
        completes(&mut bench, refund("r1", 2_000));
        assert_eq!(bench.booked.len(), 1, "described: {describes}");
        assert_eq!((refundable(&bench), refund_state(&bench, 12)), (Some(1_000), RefundState::Settled));
        assert_eq!(bench.attentions(), []);
        assert_eq!(bench.statement().payments[0].transfers[0].stage, TransferStage::Refunded);
    }
}

#[test]
fn a_refund_that_shows_before_its_request_reads_completed_waits_for_that() {
    let mut bench = asked_for(false);
    let at = Some(bench.now + HOUR);
    bench.pays_back(RefundReading { at, ..refund("r1", 2_000) });
    bench.hears("payment.refund.created");
    bench.waits(2 * DAY);
    assert_eq!((bench.booked.len(), bench.attentions()), (1, vec![]));
    request(&mut bench).status = RequestStatus::Completed;
    bench.hears("refund_request.updated");
    bench.waits(2 * DAY);
    assert_eq!((bench.booked.len(), refund_state(&bench, 12)), (1, RefundState::Settled));
}

#[test]
fn one_transfer_absorbs_one_refund_and_no_other() {
    let mut bench = asked_for(false);
    completes(&mut bench, refund("r1", 2_000));
    let at = Some(bench.now);
    bench.pays_back(RefundReading { at, ..refund("r2", 1_000) });
    bench.hears("payment.refund.created");
    bench.waits(HOUR);
    assert_eq!(bench.booked.len(), 2, "what somebody made at KOMOJU beside it is entered");
}

#[test]
fn a_refund_that_is_older_than_the_request_is_another_one() {
    let mut bench = asked_for(false);
    request(&mut bench).status = RequestStatus::Completed;
    let at = Some(bench.now - DAY);
    bench.pays_back(RefundReading { at, ..refund("r0", 500) });
    bench.hears("refund_request.updated");
    bench.waits(HOUR);
    assert_eq!(bench.booked.len(), 2);
    assert_eq!(bench.attentions(), [Attention::TransferToCheck], "the transfer's own has not been seen");
}

#[test]
fn a_rejected_transfer_absorbs_nothing_and_is_shown() {
    for describes in [true, false] {
        let mut bench = asked_for(describes);
        request(&mut bench).status = RequestStatus::Rejected;
        let at = Some(bench.now + DAY);
        bench.pays_back(RefundReading { at, ..refund("r1", 700) });
        bench.hears("refund_request.updated");
        bench.waits(HOUR);
        assert_eq!((bench.booked.len(), refundable(&bench)), (2, Some(2_300)), "described: {describes}");
        assert!(matches!(refund_state(&bench, 12), RefundState::Refused { .. }));
        assert_eq!(bench.attentions(), [Attention::RefundRefused]);
    }
}

#[test]
fn a_rejected_transfer_may_be_asked_for_anew_and_is_told_from_the_new_one() {
    for describes in [true, false] {
        let mut bench = asked_for(describes);
        request(&mut bench).status = RequestStatus::Rejected;
        bench.hears("refund_request.updated");
        let sealed = Bench::bank();
        assert_eq!(bench.decides(Decision::BankDetails { refund: 12, sealed }), Taken::Yes);
        assert_eq!(bench.moved, [("request", 2_000), ("request", 2_000)]);
        assert_eq!((refundable(&bench), refund_state(&bench, 12)), (Some(1_000), RefundState::Requested));
        bench.payment().refund_requests[1].status = RequestStatus::Completed;
        let at = Some(bench.now);
        bench.pays_back(RefundReading { at, ..refund("r1", 2_000) });
        bench.hears("refund_request.updated");
        bench.waits(HOUR);
        assert_eq!((bench.booked.len(), bench.attentions()), (1, vec![]), "described: {describes}");
    }
}

#[test]
fn an_amount_that_differs_asks_a_person_who_may_say_that_it_is_the_transfer() {
    for differs in [1_400, 2_600] {
        let mut bench = asked_for(false);
        completes(&mut bench, refund("r1", differs));
        assert_eq!((bench.booked.len(), bench.attentions()), (1, vec![Attention::TransferToCheck]));
        let line = bench.statement().payments[0].transfers[0].clone();
        assert_eq!(line.may_be[0].id.as_str(), "r1");
        let refund = Some(RefundId::parse("r1").expect("an id"));
        let decision = Decision::MatchTransfer { transfer: line.id, refund };
        assert_eq!(bench.decides(decision), Taken::Yes);
        bench.waits(2 * DAY);
        assert_eq!((bench.booked.len(), refund_state(&bench, 12)), (1, RefundState::Settled), "{differs}");
        assert_eq!(bench.attentions(), [], "who has answered is not asked again");
    }
}

#[test]
fn a_person_may_say_that_nothing_came_of_a_transfer() {
    let mut bench = asked_for(false);
    completes(&mut bench, refund("r1", 700));
    let transfer = bench.statement().payments[0].transfers[0].id;
    assert_eq!(bench.decides(Decision::MatchTransfer { transfer, refund: None }), Taken::Yes);
    bench.waits(2 * DAY);
    assert_eq!(bench.booked.len(), 2, "the other refund is entered as what it is");
    assert!(matches!(refund_state(&bench, 12), RefundState::Refused { .. }));
    assert_eq!(refundable(&bench), Some(2_300));
}

/// The page still showed it as unseen when the merchant pressed the button.
#[test]
fn nobody_may_say_that_nothing_came_of_a_transfer_that_komojus_staff_have_in_hand() {
    let mut bench = asked_for(true);
    bench.hears("refund_request.created");
    let line = bench.statement().payments[0].transfers.first().expect("it is shown").clone();
    assert_eq!(line.stage, TransferStage::Pending);
    let decision = Decision::MatchTransfer { transfer: line.id, refund: None };
    assert_eq!(bench.decides(decision), Taken::Overtaken);
    assert_eq!(refundable(&bench), Some(1_000), "the ¥2,000 stay promised");
}

#[test]
fn a_decision_about_a_transfer_that_is_none_is_overtaken() {
    let mut bench = asked_for(false);
    for (transfer, refund) in [(1, None), (999, None), (1, Some("r9"))] {
        let refund = refund.map(|id| RefundId::parse(id).expect("an id"));
        assert_eq!(bench.decides(Decision::MatchTransfer { transfer, refund }), Taken::Overtaken);
    }
}

#[test]
fn a_fee_on_a_transfer_that_carries_our_mark_is_shown_and_pairs_all_the_same() {
    let mut bench = asked_for(true);
    let cause = bench.payment().refund_requests[0].cause;
    completes(&mut bench, RefundReading { cause, ..refund("r1", 2_600) });
    assert_eq!((bench.booked.len(), refund_state(&bench, 12)), (1, RefundState::Settled));
    assert_eq!(bench.attentions(), [Attention::TransferToCheck]);
}

#[test]
fn a_request_that_vanishes_asks_a_person_and_its_money_stays_promised() {
    for describes in [true, false] {
        let mut bench = asked_for(describes);
        bench.payment().refund_requests.clear();
        bench.hears("payment.updated");
        bench.waits(2 * DAY);
        assert_eq!((refundable(&bench), bench.attentions()), (Some(1_000), vec![Attention::TransferToCheck]));
    }
}

#[test]
fn nobody_is_asked_about_one_that_may_be_there_and_could_not_be_read() {
    for describes in [true, false] {
        let mut bench = asked_for(describes);
        let requests = std::mem::take(&mut bench.payment().refund_requests);
        bench.payment().unread = vec!["refund request 1".to_owned()];
        bench.hears("payment.updated");
        bench.waits(DAY / 2);
        assert!(!bench.attentions().contains(&Attention::TransferToCheck));
        let transfer = bench.statement().payments[0].transfers[0].id;
        let nothing = Decision::MatchTransfer { transfer, refund: None };
        assert_eq!(bench.decides(nothing), Taken::Overtaken);
        (bench.payment().refund_requests, bench.payment().unread) = (requests, Vec::new());
        bench.waits(2 * DAY);
        assert_eq!((refundable(&bench), bench.attentions()), (Some(1_000), vec![]));
    }
}

#[test]
fn a_request_without_its_id_is_ours_by_our_mark() {
    let mut bench = asked_for(true);
    request(&mut bench).id.clear();
    bench.hears("payment.updated");
    bench.waits(2 * DAY);
    assert_eq!((refundable(&bench), bench.attentions()), (Some(1_000), vec![]));
}

#[test]
fn a_request_that_never_shows_asks_a_person_after_a_day() {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::Confirm, ..Settings::default() });
    bench.pays("konbini", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.refunds_order(12, 2_000);
    bench.hides_requests = true;
    let sealed = Bench::bank();
    bench.decides(Decision::BankDetails { refund: 12, sealed });
    assert_eq!((refundable(&bench), bench.attentions()), (Some(1_000), vec![]));
    bench.waits(2 * DAY);
    assert_eq!((refundable(&bench), bench.attentions()), (Some(1_000), vec![Attention::TransferToCheck]));
}

#[test]
fn somebody_elses_request_makes_the_rest_unknown_until_it_is_over() {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::AtOnce, ..Settings::default() });
    bench.pays("konbini", PaymentStatus::Captured);
    bench.payment().refund_requests.push(foreign("f1"));
    bench.hears("payment.captured");
    bench.refunds_order(12, 500);
    assert!(bench.statement().payments[0].rest_is_unknown);
    assert_eq!((refundable(&bench), refund_state(&bench, 12)), (None, RefundState::Unclear));
    let decision = Decision::Refund {
        payment: payment_id(),
        minor: Some(1),
        sealed: Some(Bench::bank()),
        towards: None,
    };
    assert_eq!(bench.decides(decision), Taken::Overtaken);
    let sealed = Bench::bank();
    assert_eq!(bench.decides(Decision::BankDetails { refund: 12, sealed }), Taken::Overtaken);
    bench.waits(2 * DAY);
    assert_eq!((bench.moved.len(), bench.attentions()), (0, vec![Attention::TransferToCheck]));
    bench.payment().refund_requests[0].status = RequestStatus::Rejected;
    bench.waits(DAY);
    assert_eq!((refundable(&bench), bench.attentions()), (Some(3_000), vec![Attention::RefundNeedsBank]));
}

#[test]
fn of_two_new_requests_that_say_nothing_neither_is_taken_for_ours() {
    let mut bench = Bench::new(Settings { refunds: RefundPolicy::Confirm, ..Settings::default() });
    bench.describes = false;
    bench.pays("bank_transfer", PaymentStatus::Captured);
    bench.hears("payment.captured");
    bench.refunds_order(12, 500);
    bench.payment().refund_requests.push(foreign("f1"));
    let sealed = Bench::bank();
    let taken = bench.decides_upon(Decision::BankDetails { refund: 12, sealed }, None);
    assert_eq!(taken, Taken::Yes);
    bench.fates.push(("read_payment", Fate::Fails(unreachable())));
    bench.run();
    bench.waits(2 * DAY);
    assert_eq!((refundable(&bench), bench.attentions().contains(&Attention::TransferToCheck)), (None, true));
}

#[test]
fn a_request_whose_answer_was_lost_is_found_and_not_made_twice() {
    for describes in [true, false] {
        let mut bench = Bench::new(Settings { refunds: RefundPolicy::Confirm, ..Settings::default() });
        bench.describes = describes;
        bench.pays("pay_easy", PaymentStatus::Captured);
        bench.hears("payment.captured");
        bench.refunds_order(12, 2_000);
        bench.fates.push(("request", Fate::Lost));
        let sealed = Bench::bank();
        bench.decides(Decision::BankDetails { refund: 12, sealed });
        bench.waits(2 * DAY);
        assert_eq!(bench.moved, [("request", 2_000)], "described: {describes}");
        assert_eq!(refund_state(&bench, 12), RefundState::Requested);
    }
}

#[test]
fn a_payment_without_a_request_of_ours_is_booked_as_before() {
    let mut bench = Bench::new(Settings::default());
    bench.pays("konbini", PaymentStatus::Captured);
    bench.hears("payment.captured");
    let request = RefundRequestReading { status: RequestStatus::Completed, ..foreign("f1") };
    bench.payment().refund_requests.push(request);
    bench.pays_back(refund("r1", 900));
    bench.hears("payment.refund.created");
    bench.waits(HOUR);
    assert_eq!((bench.booked.len(), bench.attentions()), (1, vec![]));
}
