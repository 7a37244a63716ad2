//! What was found once, by name; and some things that a schedule cannot say, because they are about how often.

use domain::machine::Reply;
use domain::plan::start::Intent;
use domain::values::attention::Attention;

use super::schedule::Fate::{self, Arrives, Late, Lost, Overtakes};
use super::schedule::{
    Act, Act::*, DAY, EPOCH, Lists, MINUTE, Outage as Down, Refunds, Setup, Side, Trouble as T, Unpaid,
};
use super::search::ends_right;
use super::world::World;

fn world() -> World {
    World::new(Setup::default())
}

/// A shopper who has arrived and taken a code.
fn waiting_for_cash() -> World {
    let mut world = world();
    for act in [OpensPage, TakesCode, Waits(10)] {
        world.step(act, Arrives);
    }
    world
}

// ---- found by the simulation --------------------------------------------------------------------------------------

/// A refusal known by its webhook alone was asked to be cancelled, again and again, until a person was called.
#[test]
fn a_payment_there_is_news_of_is_looked_at_before_it_is_cancelled() {
    let mut world = world();
    for act in [OpensPage, OpensWallet, OpensWallet, Waits(1), RefusesWallet, OpensWallet, PressesAnotherWay]
    {
        world.step(act, Arrives);
    }
    assert!(world.attentions().is_empty());
}

/// What was captured in KOMOJU's dashboard before we ever saw the authorization counted as the whole.
#[test]
fn a_part_captured_by_hand_counts_for_that_part() {
    let setup = Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() };
    let part = [(OpensPage, Arrives), (PaysByCard, Arrives), (CapturesAtKomoju(33), Arrives)];
    ends_right(setup, &[&part[..], &[(RefundsAtKomoju(100), Arrives)]].concat());
    ends_right(setup, &[&part[..], &[(Waits(1), Arrives), (RefundsOrder(100), Arrives)]].concat());
}

/// In another currency only what was authorized tells how much of it a capture was.
#[test]
fn a_part_captured_by_hand_in_another_currency_is_not_what_was_asked() {
    let setup = Setup { manual: true, ..Setup::default() };
    let mut world = World::new(setup);
    for act in [OpensPage, PaysAbroad, Waits(1), CapturesAtKomoju(33), Waits(1)] {
        world.step(act, Arrives);
    }
    assert!(world.attentions().contains(&Attention::AmountMismatch));
}

/// A part that was captured before anybody here had seen it reserved, and then went back, was entered as the whole.
#[test]
fn a_part_captured_unseen_in_another_currency_goes_back_as_that_part() {
    let setup = Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() };
    let steps = [OpensPage, PaysAbroad, CapturesAtKomoju(50), RefundsAtKomoju(100)];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

/// The same, refunded in BigCommerce: all of the part was paid back for a refund of all that the order came to.
#[test]
fn a_part_captured_unseen_in_another_currency_counts_for_that_part() {
    let setup = Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() };
    let steps = [OpensPage, PaysAbroad, CapturesAtKomoju(33), Waits(1), RefundsOrder(100)];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
    let steps = [
        OpensPage,
        PaysAbroad,
        CapturesAtKomoju(33),
        Waits(1),
        RefundsOrder(20),
        Waits(60),
        RefundsAtKomoju(100),
    ];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

/// Where money is reserved, a code that was taken in the same session before it could still be paid.
#[test]
fn a_code_beside_an_authorized_payment_is_ended() {
    let setup = Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() };
    let steps = [OpensPage, OpensWallet, TakesCode, ApprovesWallet];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

/// KOMOJU had refused it, so the merchant paid it back in KOMOJU's dashboard: it was entered in the books once more.
#[test]
fn a_refused_refund_that_is_then_made_by_hand_is_the_same_refund() {
    let setup = Setup { refunds: Refunds::AtOnce, ..Setup::default() };
    let mut world = World::new(setup);
    let refused = [OpensPage, PaysByCard, Waits(60), BalanceIsShort(true), RefundsOrder(50), Waits(60)];
    for act in refused.into_iter().chain([BalanceIsShort(false), RefundsAtKomoju(50), Waits(60)]) {
        world.step(act, Arrives);
    }
    assert_eq!((world.store.refunds.len(), world.attentions()), (1, vec![]));
}

/// Half of a refund counted as money paid twice, until the rest of that had gone back as well: all was refunded, and half
/// of it was in the books.
#[test]
fn what_went_back_of_two_payments_and_is_in_no_book_calls_a_person() {
    let mut world = World::new(Setup { refunds: Refunds::AtOnce, ..Setup::default() });
    let twice = [(OpensPage, Arrives), (OpensWallet, Lost), (PaysByCard, Arrives), (ApprovesWallet, Lost)];
    let back =
        [Waits(1), RefundsAtKomoju(100), RefundsAtKomoju(50), Waits(1), RefundsAtKomoju(100), Waits(60)];
    for (act, fate) in twice.into_iter().chain(back.map(|act| (act, Arrives))) {
        world.step(act, fate);
    }
    assert!(world.bank.payments.values().all(|p| p.held() == 0));
    assert_eq!(world.attentions(), [Attention::RefundedAtKomoju]);
}

/// A session that KOMOJU would not hear of for a day ended by itself: the outage was shown for good.
#[test]
fn an_outage_is_over_once_what_it_kept_from_ending_has_ended() {
    let mut world = world();
    let down = Outage(Side::Komoju, Down::Forbidden, 1_395);
    let steps = [OpensPage, down, Waits(1)].map(|act| (act, Arrives));
    for (act, fate) in steps.into_iter().chain([(Moves(6), Lost), (Waits(6_000), Arrives)]) {
        world.step(act, fate);
    }
    assert_eq!(world.attentions(), []);
}

/// Refused of one payment, it was made of another: under the key of the refusal.
#[test]
fn a_refund_that_is_taken_from_another_payment_has_its_own_key() {
    let setup = Setup { refunds: Refunds::AtOnce, ..Setup::default() };
    let steps = [
        (OpensPage, Arrives),
        (OpensWallet, Arrives),
        (PaysByCard, Arrives),
        (TroubleWithDeed(0, T::StillRuns), Arrives),
        (ApprovesWallet, Arrives),
        (Waits(1), Arrives),
        (ChargesBack, Lost),
        (RefundsOrder(100), Arrives),
        (Waits(1), Arrives),
        (GivesBankDetails, Arrives),
    ];
    ends_right(setup, &steps);
}

#[test]
fn an_outage_at_bigcommerce_is_over_although_nobody_has_a_reason_to_look() {
    let mut world = world();
    for act in [OpensPage, Outage(Side::BigCommerce, Down::Forbidden, 1_687), Waits(1_440)] {
        world.step(act, Arrives);
    }
    assert_eq!(world.attentions(), [Attention::Unreachable]);
    world.step(Waits(4_000), Arrives);
    assert_eq!(world.attentions(), []);
}

/// Refunds in BigCommerce are to mean nothing at KOMOJU: then too large a one calls nobody either.
#[test]
fn a_refund_that_is_never_to_be_made_is_never_too_large() {
    let setup = Setup { refunds: Refunds::Never, ..Setup::default() };
    let steps = [OpensPage, PaysByCard, Moves(10), RefundsOrder(100), ChargesBack];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

/// Found by reading: what our own update had made of the order was taken for the merchant's, and the other way round.
#[test]
fn a_merchants_move_to_where_we_had_moved_it_is_not_undone() {
    let setup = Setup { digital: true, ..Setup::default() };
    let steps = [OpensPage, PaysByCard, Waits(1), RefundsToCredit(40), Moves(10)];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

/// Reading the order was a reason to read its refunds, and those read, the order was to be read anew: without end.
#[test]
fn an_order_that_stands_as_refunded_is_read_once() {
    ends_right(Setup::default(), &[(Moves(14), Arrives)]);
    ends_right(Setup::default(), &[OpensPage, TakesCode, Moves(14), Waits(1)].map(|act| (act, Arrives)));
}

/// The books of an order that is gone were looked for daily, and no money could go back before they were read.
#[test]
fn money_of_a_deleted_order_can_be_paid_back() {
    let steps =
        [OpensPage, PaysByCard, Waits(1), RefundsOrder(10), Deletes, Waits(1)].map(|act| (act, Arrives));
    ends_right(Setup::default(), &steps);
    let mut world = world();
    for (act, fate) in steps {
        world.step(act, fate);
    }
    world.step(RefundsInPanel(100), Arrives);
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.bank.payments["payment01"].status, "refunded");
}

/// A refund that BigCommerce offers no way to enter was given up before it was begun, and so again and again.
#[test]
fn a_refund_that_cannot_be_entered_is_given_up_once() {
    let setup = Setup { refunds: Refunds::AtOnce, store_credit: 1_660, ..Setup::default() };
    let steps = [
        OpensPage,
        PaysByCard,
        Waits(1),
        RefundsOrder(50),
        RefundsOrder(50),
        RefundsAtKomoju(10),
        RefundsInPanel(100),
    ];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

/// A wallet of the same session was paid, and the code beside it could not be ended: nobody was told.
#[test]
fn a_code_that_cannot_be_ended_beside_a_paid_wallet_calls_a_person() {
    let setup = Setup { refunds: Refunds::AtOnce, ..Setup::default() };
    let steps = [OpensPage, OpensWallet, TakesCode, ApprovesWallet, CancelsAreInVain(true), Waits(1)]
        .map(|act| (act, Arrives));
    ends_right(setup, &steps);
    let mut world = World::new(setup);
    for (act, fate) in steps.into_iter().chain([(Waits(1_440), Arrives)]) {
        world.step(act, fate);
    }
    assert_eq!(world.attentions(), [Attention::CancelRefused]);
    // It is paid after all.
    world.step(PaysCode, Arrives);
    world.step(Waits(60), Arrives);
    assert_eq!(world.attentions(), [Attention::PaidTwice]);
}

/// BigCommerce's books had 3,666 and KOMOJU 3,667, both made by hand: nobody can say that these are one refund, and what
/// calls a person over them is no mistake.
#[test]
fn refunds_by_hand_that_differ_by_one_yen_are_two() {
    let setup = Setup { refunds: Refunds::AtOnce, total: 11_000, store_credit: 3_666, ..Setup::default() };
    let steps =
        [OpensPage, PaysByCard, RefundsAtKomoju(50), Waits(1), RefundsOrder(50), RefundsAtKomoju(100)];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
    let mut world = World::new(setup);
    for act in steps.into_iter().chain([Waits(1_440)]) {
        world.step(act, Arrives);
    }
    let expected = [Attention::RefundedAtKomoju, Attention::RefundTooLarge];
    assert!(expected.iter().all(|a| world.attentions().contains(a)), "{:?}", world.attentions());
}

/// An order that was told something, and BigCommerce has not said whether it heard.
const UPDATE_IN_DOUBT: [(Act, Fate); 4] = [
    (OpensPage, Arrives),
    (PaysByCard, Lost),
    (TroubleWithDeed(0, T::StillRuns), Arrives),
    (Waits(2), Arrives),
];

/// While our update was still on its way, the order was told more, and its refund was booked: then the old update came.
#[test]
fn while_an_update_may_still_take_effect_the_order_is_told_nothing_else() {
    let setup = Setup { refunds: Refunds::AtOnce, ..Setup::default() };
    let then = [(RefundsAtKomoju(10), Arrives), (Moves(6), Arrives)];
    ends_right(setup, &[&UPDATE_IN_DOUBT[..], &then].concat());
}

/// The same with worse news: the chargeback was told, and then replaced by the payment that it took back.
#[test]
fn a_chargeback_is_not_replaced_by_an_update_that_comes_late() {
    let mut world = world();
    for (act, fate) in UPDATE_IN_DOUBT.into_iter().chain([(ChargesBack, Arrives), (Waits(60), Arrives)]) {
        world.step(act, fate);
    }
    assert_eq!(world.store.history(), [7, 11, 13]);
}

/// BigCommerce's list named one refund twice: half of the order counted as all of it, and nobody missed the money that was
/// reserved for the rest.
#[test]
fn a_refund_that_a_list_names_twice_is_one() {
    let setup = Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() };
    let steps = [
        OpensPage,
        PaysByCard,
        Waits(1),
        RefundsOrder(50),
        ListsAre(Lists::Repeated),
        Waits(1),
        Moves(2),
        Waits(1),
    ];
    ends_right(setup, &steps.map(|act| (act, Arrives)));
}

// ---- how things go ------------------------------------------------------------------------------------------------

#[test]
fn a_shopper_who_pays_by_card_is_the_simplest_case() {
    let mut world = world();
    let reply = world.start(Intent::Arrive);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    world.bank.begin("credit_card", "captured", false);
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.store.history(), [7, 11]);
    assert_eq!((world.store.puts, world.bank.sessions.len()), (1, 1));
}

#[test]
fn an_order_moved_on_by_hand_ends_its_code_and_is_never_moved_back() {
    let mut world = waiting_for_cash();
    world.step(Moves(2), Arrives);
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.bank.payments["payment01"].status, "cancelled");
    assert_eq!(world.store.history(), [7, 2]);
}

#[test]
fn an_order_moved_on_by_hand_ends_its_code_even_if_its_hook_is_lost() {
    let mut world = waiting_for_cash();
    world.step(Moves(2), Lost);
    world.pass_until(EPOCH + 2 * DAY);
    assert_eq!(world.bank.payments["payment01"].status, "cancelled");
}

/// Two payments of one session, both paid: a person must know, however little was heard of it.
#[test]
fn paid_twice_in_one_session_calls_a_person() {
    let mut world = world();
    for act in [OpensPage, OpensWallet, PaysByCard, ApprovesWallet] {
        world.step(act, Arrives);
    }
    world.pass_until(EPOCH + DAY);
    assert!(world.attentions().contains(&Attention::PaidTwice));
    assert_eq!(world.store.history(), [7, 11]);
}

#[test]
fn a_cancel_accepted_in_vain_is_tried_thrice_at_leisure_and_then_shown() {
    let mut world = waiting_for_cash();
    world.bank.cancels_in_vain = true;
    world.step(Moves(5), Arrives);
    world.pass_until(EPOCH + 2 * DAY);
    assert_eq!(world.bank.cancels, 3);
    assert!(world.attentions().contains(&Attention::CancelRefused));
}

#[test]
fn an_order_edited_after_its_code_was_issued_does_not_ship_when_the_old_amount_is_paid() {
    let mut world = waiting_for_cash();
    world.step(Edits(49_800), Arrives);
    world.step(PaysCode, Arrives);
    world.pass_until(EPOCH + 2 * DAY);
    assert_eq!(world.store.history(), [7, 12]);
    assert!(world.store.notes.contains("¥49,800"), "{}", world.store.notes);
    assert!(world.attentions().contains(&Attention::AmountMismatch));
}

#[test]
fn an_order_edited_after_its_code_was_issued_is_paid_with_a_new_one() {
    let mut world = waiting_for_cash();
    world.step(Edits(5_280), Arrives);
    let reply = world.start(Intent::Pay);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    assert_eq!(world.bank.payments["payment01"].status, "cancelled");
    assert_eq!(world.bank.sessions["session02"].amount, 5_280);
}

/// A GET never ends what is live.
#[test]
fn a_visit_by_link_leaves_a_live_code_alone() {
    let mut world = waiting_for_cash();
    world.step(Edits(5_280), Arrives);
    let reply = world.start(Intent::Visit);
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    assert_eq!(world.bank.payments["payment01"].status, "authorized");
}

/// In a session's last half hour a link cancelled it, while the shopper stood before KOMOJU's page.
#[test]
fn a_visit_by_link_goes_on_to_a_session_that_is_about_to_end_and_ends_none() {
    let mut world = world();
    world.start(Intent::Arrive);
    world.pass_until(EPOCH + DAY - 3 * MINUTE);
    let reply = world.start(Intent::Visit);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    world.pass_until(EPOCH + DAY - MINUTE);
    let reply = world.start(Intent::Visit);
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    assert_eq!((world.bank.sessions.len(), world.bank.cancels), (1, 0));
    let reply = world.start(Intent::Pay);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    assert_eq!(world.bank.sessions.len(), 2, "the button may make another");
}

/// Another tab, or the page opened again where storage is blocked, within the seconds in which a start may be repeated.
#[test]
fn only_the_page_visit_that_was_sent_away_first_may_repeat_its_start() {
    let mut world = world();
    for (visit, leaves) in [("0.31", true), ("0.77", false), ("0.31", true)] {
        let reply = world.start_by(visit);
        assert!(
            matches!(reply, Some(Reply::Show { redirect, .. }) if redirect == leaves),
            "{visit}: {reply:?}"
        );
    }
    world.pass_until(EPOCH + MINUTE);
    let reply = world.start_by("0.31");
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    assert_eq!(world.bank.sessions.len(), 1);
}

/// Late money for a cancelled order goes to a person, also where the answer to our PUT was lost.
#[test]
fn attention_survives_a_lost_answer() {
    let mut world = waiting_for_cash();
    world.bank.set("payment01", "captured");
    // Every call of the next run goes through, and then the answer to the PUT is lost.
    for act in [Moves(5), Trouble(2, T::CutAfter), Waits(1_440)] {
        world.step(act, Arrives);
    }
    assert_eq!(world.store.history(), [7, 5, 12]);
    assert!(world.attentions().contains(&Attention::PaidAfterEnd));
}

/// One 404 is a hiccup: the order is there a moment later, and is paid.
#[test]
fn one_404_does_not_make_an_order_deleted() {
    let mut world = world();
    for act in [OpensPage, PaysByCard, Trouble(1, T::Hiccup), Waits(1_440)] {
        world.step(act, Arrives);
    }
    assert_eq!((world.faults.hiccups, world.store.history()), (1, vec![7, 11]));
}

#[test]
fn money_for_a_deleted_order_calls_a_person() {
    let mut world = world();
    for act in [OpensPage, PaysByCard, Deletes, Waits(1_440)] {
        world.step(act, Arrives);
    }
    assert!(world.attentions().contains(&Attention::PaidAfterEnd));
}

/// Coming back to the page is no reason to be sent away again, however little the browser remembers.
#[test]
fn a_shopper_is_sent_away_once() {
    let mut world = world();
    world.start(Intent::Arrive);
    world.pass_until(EPOCH + 5 * MINUTE);
    let reply = world.start(Intent::Arrive);
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    let reply = world.start(Intent::Pay);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    assert_eq!(world.bank.sessions.len(), 1);
}

/// Its page had shown another amount once, which made it known; then nobody paid, and it was forgotten.
#[test]
fn an_order_whose_page_showed_another_amount_is_declined_like_any_other() {
    ends_right(
        Setup { unpaid: Unpaid::Decline, ..Setup::default() },
        &[(Waits(60), Lost), (SeesAnotherAmount, Arrives), (OpensPage, Arrives)],
    );
}

/// The update was answered by an error after it had moved the order, and the money was gone before the next look.
#[test]
fn money_released_before_its_update_was_answered_is_missed_when_the_goods_leave() {
    ends_right(
        Setup { manual: true, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (Trouble(2, T::BrokenAfter), Arrives),
            (PaysByCard, Arrives),
            (Before(2, &Moves(4)), Arrives),
            (Waits(1), Arrives),
            (Moves(10), Arrives),
        ],
    );
}

/// A refund by hand on both sides, and the order deleted before its books were read: whether the two are one refund,
/// nobody can tell any more, and a person is called. The check held that to be for nothing.
#[test]
fn a_refund_whose_twin_was_deleted_with_its_order_calls_a_person() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
            (RefundsOrder(100), Arrives),
            (RefundsAtKomoju(100), Arrives),
            (Deletes, Arrives),
        ],
    );
}

/// The worker dies over a refusal that nobody was told: the next start finds out.
#[test]
fn a_refused_session_over_which_the_worker_dies_is_nobodys_news() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, store_credit: 1660, ..Setup::default() },
        &[(Crash(4), Arrives), (SessionsAreRefused(true), Arrives), (OpensPage, Arrives)],
    );
}

/// One look at a garbled amount told the order of another amount than was paid, for good.
#[test]
fn an_amount_that_is_garbled_once_is_read_again_before_anybody_is_called() {
    let steps = [
        (OpensPage, Arrives),
        (TakesCode, Arrives),
        (Waits(5000), Arrives),
        (PaysDeadCode, Arrives),
        (ListsAre(Lists::PartlyUnreadable), Arrives),
        (AsksForLook, Arrives),
    ];
    for minutes in 1..12 {
        let mut steps = steps.to_vec();
        steps.push((Waits(minutes), Arrives));
        ends_right(Setup { refunds: Refunds::AtOnce, ..Setup::default() }, &steps);
    }
}

/// What could not be read stayed unread, for nothing caused another look.
#[test]
fn a_refund_that_is_garbled_once_is_read_again_and_paid_back() {
    let steps = [
        (OpensPage, Arrives),
        (PaysByCard, Arrives),
        (Waits(4883), Arrives),
        (ListsAre(Lists::PartlyUnreadable), Arrives),
        (RefundsOrder(100), Arrives),
    ];
    for minutes in 1..12 {
        let mut steps = steps.to_vec();
        steps.push((Waits(minutes), Arrives));
        ends_right(Setup { refunds: Refunds::AtOnce, ..Setup::default() }, &steps);
    }
}

/// Oracle: somebody pressed over a refund whose amount could not be read, and was told that it is too early.
#[test]
fn a_refund_is_settled_only_by_a_decision_that_was_taken() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (PressesAnotherWay, Arrives),
            (TakesCode, Arrives),
            (PaysCode, Arrives),
            (Waits(1), Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (Before(2, &SettlesOutside), Arrives),
            (RefundsOrder(100), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Oracle: of three payments, two go back for the same reason, each once.
#[test]
fn two_of_three_payments_go_back_as_paid_twice() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, refund_second: true, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (OpensWallet, Arrives),
            (OpensWallet, Arrives),
            (PaysByCard, Arrives),
            (ApprovesWallet, Arrives),
            (ApprovesWallet, Arrives),
        ],
    );
}

/// The merchant's own move back to where ours had put the order was taken for ours, and undone.
#[test]
fn a_move_of_the_merchants_like_ours_a_moment_later_stands() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, digital: true, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Lost),
            (Waits(2), Arrives),
            (RefundsOrder(100), Arrives),
            (Moves(10), Arrives),
        ],
    );
}

/// A transfer asked for two months after the payment was looked at no more.
#[test]
fn a_transfer_that_was_asked_for_late_is_still_looked_at() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (TakesCode, Arrives),
            (Waits(5000), Arrives),
            (PaysDeadCode, Arrives),
            (Waits(59708), Arrives),
            (Waits(22500), Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (RefundsInPanel(100), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// The rest of a payment in another currency is worth a yen less than the same amount by itself.
#[test]
fn the_rest_that_was_refunded_by_hand_on_both_sides_is_one_refund() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, total: 123457, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysAbroad, Arrives),
            (RefundsAtKomoju(50), Arrives),
            (Waits(1), Arrives),
            (RefundsAtKomoju(100), Arrives),
            (RefundsOrder(100), Arrives),
        ],
    );
}

/// After many alarms that its silent owner had left unfinished, the next was set for the end of time.
#[test]
fn a_store_that_was_silent_for_long_is_asked_again() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OwnerIsSilent(2524), Arrives),
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (ChargesBack, Arrives),
            (Waits(582), Arrives),
            (ComesBack, Arrives),
        ],
    );
}

/// Oracle: nobody can know of a refund by hand that comes between the last look and our own.
#[test]
fn a_refund_by_hand_in_the_last_moment_is_nobodys_fault() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (OpensWallet, Arrives),
            (ApprovesWallet, Arrives),
            (Waits(1), Arrives),
            (Before(1, &RefundsAtKomoju(33)), Arrives),
            (RefundsInPanel(50), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Three tries that nobody answered counted as three refusals.
#[test]
fn a_cancel_that_nobody_answered_for_days_is_tried_once_somebody_does() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (PressesAnotherWay, Arrives),
            (Act::Outage(Side::Komoju, Down::TooMany, 11720), Arrives),
            (Waits(1), Arrives),
            (RefundsOrder(100), Arrives),
            (Waits(11515), Arrives),
        ],
    );
}

/// One payment of an order was charged back, and the other marked as fraud: the order said no more that it is disputed.
#[test]
fn a_fraud_mark_of_one_payment_hides_no_dispute_of_another() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (OpensWallet, Arrives),
            (PaysByCard, Arrives),
            (ApprovesWallet, Arrives),
            (MarksFraud, Arrives),
            (ChargesBack, Arrives),
            (MarksFraud, Arrives),
        ],
    );
}

/// Halves of an odd sum in two currencies, by hand on both sides: the second was compared as if it were the first.
#[test]
fn halves_by_hand_on_both_sides_in_two_currencies_call_nobody() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, total: 123457, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysAbroad, Arrives),
            (Waits(1), Arrives),
            (RefundsOrder(50), Arrives),
            (RefundsOrder(100), Arrives),
            (RefundsAtKomoju(50), Arrives),
            (RefundsAtKomoju(100), Arrives),
        ],
    );
}

/// A refund at KOMOJU was to be entered, and the order was deleted: its books were asked for without end.
#[test]
fn a_refund_that_a_deleted_order_cannot_take_is_given_up() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (Act::Trouble(4, T::BrokenAfter), Arrives),
            (PaysByCard, Arrives),
            (RefundsAtKomoju(100), Arrives),
            (Before(4, &Deletes), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// KOMOJU took no key while a refunded order's money was to be released, and the merchant then moved the order on: the
/// cancel was asked for no more and stayed open, and so did the word that KOMOJU does not answer.
#[test]
fn an_outage_is_over_once_what_it_kept_from_ending_is_not_to_end() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
            (Act::Outage(Side::Komoju, Down::Unauthorized, 1175), Arrives),
            (RefundsOrder(100), Arrives),
            (Waits(1440), Arrives),
            (Moves(3), Arrives),
        ],
    );
}

/// The same where KOMOJU did not answer at all, and the order waits for its money again.
#[test]
fn an_outage_is_over_once_the_order_waits_for_its_money_again() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (PressesAnotherWay, Arrives),
            (Act::Outage(Side::Komoju, Down::Silent, 1508), Arrives),
            (Moves(14), Arrives),
            (Waits(1440), Arrives),
            (Moves(7), Arrives),
        ],
    );
}

/// The PUT that put the merchant's 4 back replaced 14, and the word of that came before its own answer: the answer ended
/// both.
#[test]
fn a_status_that_was_replaced_by_one_put_back_is_put_back_as_well() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (TakesCode, Arrives),
            (Before(4, &RefundsToCredit(40)), Arrives),
            (Before(2, &Moves(4)), Arrives),
            (PaysCode, Arrives),
            (Waits(1), Overtakes),
        ],
    );
}

/// Oracle: the setting was changed in the moment of a refund, but after it.
#[test]
fn a_refund_is_wanted_only_by_a_setting_that_was_there_or_came() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (PressesAnotherWay, Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
            (Before(2, &SetsRefunds(Refunds::Confirm)), Arrives),
            (SetsRefunds(Refunds::Never), Arrives),
            (Before(0, &RefundsOrder(100)), Arrives),
            (RefundsOrder(10), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Oracle: a part was captured while the update about the whole was still under way.
#[test]
fn an_update_that_comes_late_is_judged_by_what_was_known_when_it_was_sent() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (Act::Trouble(3, T::StillRuns), Arrives),
            (PaysByCard, Lost),
            (Waits(2), Arrives),
            (CapturesAtKomoju(50), Arrives),
        ],
    );
}

/// Oracle: of a payment without readable numbers, its refunds still say that it was charged back.
#[test]
fn a_chargeback_is_known_though_the_numbers_of_its_payment_are_not() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (IsDeclined, Arrives),
            (Waits(596), Arrives),
            (PaysByCard, Lost),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (ChargesBack, Lost),
            (Waits(1358), Arrives),
        ],
    );
}

/// Oracle: the event about the fraud mark showed the payment once more, with a chargeback that could not be read.
#[test]
fn what_was_read_of_a_chargeback_stays_known() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (PressesAnotherWay, Arrives),
            (PaysByCard, Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (ChargesBack, Arrives),
            (Before(0, &MarksFraud), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Oracle: a tenth of what is left, on both sides, in two currencies: ¥333 and ₩3,136, which is ¥334.
#[test]
fn whether_two_refunds_that_differ_by_rounding_are_one_may_be_asked() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysAbroad, Arrives),
            (Waits(1), Arrives),
            (RefundsInPanel(33), Arrives),
            (Waits(1), Arrives),
            (SetsRefunds(Refunds::Confirm), Arrives),
            (RefundsOrder(10), Arrives),
            (RefundsAtKomoju(10), Arrives),
            (Moves(5), Arrives),
        ],
    );
}

/// Of a transfer that could not be read, a person was asked whether it had come to nothing.
#[test]
fn a_transfer_that_may_be_in_what_was_unreadable_has_not_vanished() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (TakesCode, Arrives),
            (PaysCode, Arrives),
            (Waits(1), Arrives),
            (OpensSecondPage, Arrives),
            (RefundsOnSecondPage(10), Arrives),
            (Waits(45_000), Arrives),
            (Waits(51_817), Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (RefundsInPanel(100), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Seen as charged back while the store's own object was silent, and told as money that nobody knows anything of.
#[test]
fn a_chargeback_that_was_read_once_is_told_as_one() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (OwnerIsSilent(2988), Arrives),
            (PaysByCard, Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (ChargesBack, Arrives),
            (Waits(2695), Arrives),
        ],
    );
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OwnerIsSilent(1725), Arrives),
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (ChargesBack, Late(2)),
            (Waits(116), Arrives),
        ],
    );
}

/// Oracle: paid twice, and refunded by hand in four parts. What was entered as less, because it seemed to give back what
/// was paid too much, was made up for by the next entry.
#[test]
fn an_entry_may_make_up_for_one_that_was_entered_as_less() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (OpensWallet, Lost),
            (PaysByCard, Arrives),
            (ApprovesWallet, Late(169)),
            (Waits(1), Arrives),
            (RefundsAtKomoju(10), Arrives),
            (RefundsAtKomoju(100), Arrives),
            (RefundsAtKomoju(10), Arrives),
            (Waits(1), Arrives),
            (RefundsAtKomoju(100), Arrives),
        ],
    );
}

/// The order was shipped while the key was refused, and nothing was known of the money that stood reserved. The cancels
/// of the session, which nobody had answered, called a person once all was well again.
#[test]
fn a_session_whose_money_is_reserved_needs_no_ending() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Act::Outage(Side::Komoju, Down::Unauthorized, 5609), Arrives),
            (Moves(2), Arrives),
            (Waits(5590), Arrives),
        ],
    );
}

/// All the money had gone back, the order was Refunded, and a fraud mark held it: hours late came the word that an update
/// had once replaced the merchant's Completed, and that was put back.
#[test]
fn what_was_replaced_is_not_put_back_once_the_order_has_moved_on() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (RefundsAtKomoju(100), Arrives),
            (Before(2, &Moves(10)), Arrives),
            (Waits(1), Late(1112)),
            (MarksFraud, Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Oracle: the order stood Refunded by the time of the next try, so nobody tried to tell it again; a person was called
/// over that instead.
#[test]
fn an_order_that_was_refunded_meanwhile_calls_a_person_and_needs_no_line() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (UpdatesAreRefused(true), Arrives),
            (OpensPage, Arrives),
            (Crash(8), Arrives),
            (Before(2, &Moves(4)), Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// Oracle: the refund was sent while the page was still true, and took effect only after another that the app had been
/// told of by then.
#[test]
fn a_refund_that_takes_effect_late_is_judged_by_what_was_known_when_it_was_sent() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (PressesAnotherWay, Arrives),
            (Before(1, &RefundsAtKomoju(33)), Arrives),
            (TroubleWithDeed(1, T::StillRuns), Arrives),
            (RefundsInPanel(10), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// The refund was first seen while the store's object was silent, so nobody knew for certain what was set. Once it was
/// known nobody noted it, and a day later the setting was changed: the refund was neither made nor shown.
#[test]
fn a_refund_seen_while_the_owner_was_silent_is_not_forgotten() {
    ends_right(
        Setup::default(),
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Waits(3624), Arrives),
            (OwnerIsSilent(2002), Arrives),
            (RefundsOrder(100), Arrives),
            (Waits(2212), Arrives),
            (SetsRefunds(Refunds::AtOnce), Arrives),
        ],
    );
}

/// Paid twice. The payment that the order counts with was refunded by hand, and a refund of the order then came out of the
/// other one: a part of the first was entered as if it were the order's as well.
#[test]
fn a_refund_of_the_order_returns_no_duplicate() {
    ends_right(
        Setup { refund_second: true, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (OpensWallet, Arrives),
            (PaysByCard, Arrives),
            (TroubleWithDeed(0, T::TooMany), Arrives),
            (RefundsAtKomoju(100), Arrives),
            (ApprovesWallet, Arrives),
            (Waits(1), Arrives),
            (RefundsOrder(33), Arrives),
            (Waits(1), Arrives),
            (ConfirmsRefund, Arrives),
            (Waits(1), Arrives),
            (RefundsOrder(100), Arrives),
        ],
    );
}

/// Each visit to the page of an order that was deleted read it in vain, and so put off the look that would have ended its
/// session.
#[test]
fn visits_do_not_put_off_the_end_of_an_order_that_was_deleted() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (Deletes, Arrives),
            (Waits(1), Arrives),
            (Waits(2), Arrives),
            (PressesAnotherWay, Arrives),
            (OpensPage, Arrives),
        ],
    );
}

/// Oracle: the worker died before the refund left, and then the store's own object was silent for more than a day. Nothing
/// may be sent without its word, so the try ended unanswered, and a person was told that this refund was not made.
#[test]
fn a_decided_refund_that_nobody_could_confirm_calls_a_person() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
            (TroubleWithDeed(0, T::CrashBefore), Arrives),
            (RefundsInPanel(100), Arrives),
            (Waits(1), Arrives),
            (OwnerIsSilent(1716), Arrives),
            (Waits(1440), Arrives),
        ],
    );
}

/// The request for a transfer took effect, and was then shown without our mark: it was taken for somebody else's, and ours
/// for overtaken.
#[test]
fn a_transfer_is_not_overtaken_by_itself() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (TakesCode, Arrives),
            (PaysCode, Arrives),
            (Waits(1), Arrives),
            (ListsAre(Lists::PartlyUnreadable), Arrives),
            (TroubleWithDeed(0, T::CrashAfter), Arrives),
            (RefundsInPanel(100), Arrives),
            (Waits(7), Arrives),
        ],
    );
}

/// KOMOJU answered "too many requests" to a refund that was decided in the panel. Before it was sent again somebody refunded
/// a part at KOMOJU, which we saw, and sent ours all the same.
#[test]
fn a_refund_is_not_sent_again_once_others_have_moved_its_money() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (PressesPay, Arrives),
            (PaysByCard, Arrives),
            (Waits(1), Arrives),
            (TroubleWithDeed(0, T::TooMany), Arrives),
            (RefundsInPanel(10), Arrives),
            (Before(1, &RefundsAtKomoju(33)), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// The word of our update was dated before it was sent, for BigCommerce dates in whole seconds. So the merchant's own move
/// to the same status, after a refund of the order, was taken for ours, and the refund's status put back over it.
#[test]
fn a_move_of_the_merchants_to_our_status_is_not_ours() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, digital: true, ..Setup::default() },
        &[
            (OpensPage, Late(2)),
            (PaysByCard, Late(283)),
            (Waits(2), Arrives),
            (Before(0, &Moves(10)), Arrives),
            (RefundsOrder(100), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// BigCommerce refused our update, and then the merchant moved the order twice, the second time to the very status that we
/// had tried to set: that counted as our overtaking, and their first status was put back over their second.
#[test]
fn a_refused_update_has_overtaken_nobody() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (UpdatesAreRefused(true), Arrives),
            (OpensPage, Arrives),
            (PaysByCard, Lost),
            (Waits(2), Arrives),
            (Moves(2), Arrives),
            (Moves(11), Arrives),
        ],
    );
}

/// The reserved money came near its end while the order was cancelled or declined, where nobody need be told. The merchant
/// moved it on again, and was not told then either.
#[test]
fn an_order_that_is_moved_on_again_is_told_that_its_money_lapses_soon() {
    for (before, ended, after, again) in [(0, 5, 39_604, 11), (38_393, 6, 868, 1)] {
        ends_right(
            Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
            &[
                (OpensPage, Arrives),
                (PaysByCard, Arrives),
                (Waits(before), Arrives),
                (CancelsAreInVain(true), Arrives),
                (Moves(ended), Arrives),
                (Waits(after), Arrives),
                (Moves(again), Arrives),
            ],
        );
    }
}

/// KOMOJU had made the refund that a transfer was asked for, and nobody had said so yet: what was promised is promised.
#[test]
fn a_transfer_that_came_through_unheard_moves_nothing_twice() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (TakesCode, Arrives),
            (Waits(5_000), Arrives),
            (PaysDeadCode, Arrives),
            (Waits(1), Arrives),
            (RefundsInPanel(33), Arrives),
            (Waits(1), Arrives),
            (Before(1, &CompletesRequest), Arrives),
            (RefundsInPanel(100), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// The merchant's move was put back, and then the capture that it brought was refused, which is told of every order that
/// has left.
#[test]
fn what_was_put_back_may_be_moved_by_what_follows_from_it() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (Before(2, &Moves(2)), Arrives),
            (CapturesAreRefused(true), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// A move of the merchant's that looked like ours, whose word was late, and another one right after it.
#[test]
fn a_move_that_looks_like_ours_is_taken_for_it_whatever_follows() {
    ends_right(
        Setup { manual: true, refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (OpensPage, Arrives),
            (PaysByCard, Late(60)),
            (Waits(2), Lost),
            (Before(1, &Moves(2)), Arrives),
            (RefundsOrder(100), Arrives),
            (Moves(11), Arrives),
            (Waits(1), Arrives),
        ],
    );
}

/// BigCommerce refused to hear of the payment, and heard of it later together with its refund.
#[test]
fn what_was_refused_and_told_later_in_other_words_is_told() {
    ends_right(
        Setup { refunds: Refunds::AtOnce, ..Setup::default() },
        &[
            (UpdatesAreRefused(true), Arrives),
            (OpensPage, Arrives),
            (PaysByCard, Arrives),
            (PressesAnotherWay, Arrives),
            (Crash(5), Arrives),
            (Waits(1), Arrives),
            (RefundsAtKomoju(100), Arrives),
        ],
    );
}
