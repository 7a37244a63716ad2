//! What a hostile reading of the code found before any schedule did, by name. Each went wrong once.

use domain::state::settings::RefundPolicy;
use domain::values::attention::Attention;

use super::schedule::Fate::{self, Arrives, Lost};
use super::schedule::{Act, Act::*, Outage as Down, Refunds, Setup, Side, Trouble as T};
use super::world::World;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

fn world(setup: Setup, acts: &[Act]) -> World {
    let mut world = World::new(setup);
    go_on(&mut world, acts, Arrives);
    world
}

fn go_on(world: &mut World, acts: &[Act], fate: Fate) {
    for act in acts {
        world.step(*act, fate);
    }
}

fn at_once() -> Setup {
    Setup { refunds: Refunds::AtOnce, ..Setup::default() }
}

fn two_step() -> Setup {
    Setup { manual: true, ..Setup::default() }
}

/// The look right after a cut connection came before the refund took effect, and was believed a day later.
#[test]
fn a_refund_that_took_effect_late_is_not_sent_under_another_key() {
    for sends in 6..10 {
        for first in 0..4 {
            let mut world = world(at_once(), &[OpensPage, PaysByCard, Waits(12 * DAY)]);
            let cuts: Vec<_> = (0..sends).map(|i| Trouble(first + 2 * i, T::CutBefore)).collect();
            go_on(&mut world, &cuts, Lost);
            go_on(&mut world, &[Trouble(first + 2 * sends, T::StillRuns)], Lost);
            go_on(&mut world, &[RefundsOrder(30)], Arrives);
            go_on(&mut world, &[Waits(8 * DAY)], Lost);
            let refunds: usize = world.bank.payments.values().map(|p| p.refunds.len()).sum();
            assert_eq!(refunds, 1, "{sends} sends from {first}");
            assert!(world.bank.violations.is_empty(), "{:?}", world.bank.violations);
        }
    }
}

/// BigCommerce would not enter it, the merchant did so by hand as asked, and KOMOJU paid it back once more.
#[test]
fn a_refund_entered_by_hand_after_bigcommerce_refused_is_the_same_refund() {
    let refused =
        [OpensPage, PaysByCard, Waits(HOUR), Edits(1_000), Waits(5), RefundsAtKomoju(50), Waits(10 * HOUR)];
    let mut world = world(at_once(), &refused);
    assert!(world.attentions().contains(&Attention::RefundedAtKomoju));
    go_on(&mut world, &[Edits(4_980), Waits(5), RefundsOrder(50), Waits(10 * HOUR)], Arrives);
    let refunds: usize = world.bank.payments.values().map(|p| p.refunds.len()).sum();
    assert_eq!((refunds, world.attentions()), (1, vec![]));
}

#[test]
fn money_reserved_for_an_order_that_was_edited_meanwhile_ships_nothing() {
    let world = world(two_step(), &[OpensPage, Edits(8_000), PaysByCard, Waits(HOUR)]);
    assert_eq!(world.store.history(), [7, 12]);
    assert!(world.attentions().contains(&Attention::AmountMismatch));
}

/// The merchant chose to capture a part, which an outage kept from happening until nobody expected it any more. Neither
/// that part nor, once the goods have left, the whole is then taken by itself.
#[test]
fn a_decision_to_capture_a_part_does_not_outlive_an_outage_of_days_and_no_whole_takes_its_place() {
    let mut world = world(two_step(), &[OpensPage, PaysByCard, Waits(HOUR)]);
    let days = 3 * DAY;
    go_on(&mut world, &[Outage(Side::Komoju, Down::Silent, days), CapturesInPanel(33)], Arrives);
    go_on(&mut world, &[Waits(days + 2 * DAY), Moves(2), Waits(HOUR)], Arrives);
    let statuses: Vec<_> = world.bank.payments.values().map(|p| p.status).collect();
    assert_eq!((statuses, world.attentions()), (vec!["authorized"], vec![Attention::CaptureDue]));
    go_on(&mut world, &[CapturesInPanel(33), Waits(HOUR)], Arrives);
    let amounts: Vec<_> = world.bank.payments.values().map(|p| (p.status, p.amount)).collect();
    assert_eq!(amounts, [("captured", 1_643)]);
}

#[test]
fn what_is_left_of_a_second_payment_is_not_forgotten_with_the_order() {
    let twice =
        [OpensPage, OpensWallet, PaysByCard, ApprovesWallet, Waits(HOUR), RefundsOrder(100), Waits(4 * DAY)];
    let world = world(at_once(), &twice);
    assert!(world.bank.payments.values().any(|p| p.held() > 0));
    assert!(world.attentions().contains(&Attention::PaidTwice), "{:?}", world.attentions());
}

/// The shopper paid at the counter, and then reserved the money again on a page left open.
#[test]
fn money_reserved_for_an_order_that_was_completed_by_hand_is_not_taken_by_itself() {
    let mut world = world(two_step(), &[OpensPage]);
    go_on(&mut world, &[Moves(10)], Lost);
    go_on(&mut world, &[PaysByCard, Waits(HOUR)], Arrives);
    assert_eq!(world.bank.captures, 0);
}

#[test]
fn what_was_dismissed_once_is_shown_when_it_happens_again() {
    let mut world =
        world(Setup::default(), &[OpensPage, PaysByCard, Waits(HOUR), Moves(5), Waits(5), Dismisses]);
    assert_eq!(world.attentions(), []);
    go_on(&mut world, &[Waits(5), Moves(11), Waits(HOUR), Moves(5), Waits(HOUR)], Arrives);
    assert!(world.attentions().contains(&Attention::CancelledWhilePaid));
}

/// The account number that `GivesBankDetails` gives.
const ACCOUNT: &str = "0246813";

#[test]
fn bank_details_go_once_nobody_needs_them() {
    let by_transfer = [OpensPage, TakesCode, PaysCode, Waits(12 * DAY), RefundsOrder(30), Waits(HOUR)];
    let kept = |world: &World| world.rows().iter().filter(|(_, body)| body.contains(ACCOUNT)).count();
    // Sent in vain for days, and then under another key.
    let mut late = world(Setup::default(), &by_transfer);
    let cuts: Vec<_> = (0..9).map(|i| Trouble(2 * i, T::CutBefore)).collect();
    go_on(&mut late, &cuts, Lost);
    go_on(&mut late, &[GivesBankDetails], Arrives);
    assert!(kept(&late) > 0, "until then they are needed");
    go_on(&mut late, &[Waits(30 * DAY)], Arrives);
    assert_eq!(kept(&late), 0);
    // Given, and then paid back by other means.
    let mut outside = world(Setup::default(), &by_transfer);
    go_on(&mut outside, &[Outage(Side::Komoju, Down::Silent, 3 * DAY), GivesBankDetails, Waits(10)], Arrives);
    go_on(&mut outside, &[SettlesOutside, Waits(14 * DAY)], Arrives);
    assert_eq!(kept(&outside), 0);
}

// ---- what a second reading found ---------------------------------------------------------------------------------

fn refunds(world: &World) -> usize {
    world.bank.payments.values().map(|p| p.refunds.len()).sum()
}

/// A send without an answer, then a refused key for longer than KOMOJU remembers ours: what was in doubt stays so.
#[test]
fn a_refund_in_doubt_when_the_key_is_refused_is_looked_for_before_it_is_sent_again() {
    for unheard in [Arrives, Lost] {
        for first in 0..4 {
            let mut world = world(at_once(), &[OpensPage, PaysByCard, Waits(12 * DAY)]);
            go_on(&mut world, &[Trouble(first, T::StillRuns), RefundsOrder(30)], Arrives);
            go_on(
                &mut world,
                &[Outage(Side::Komoju, Down::Unauthorized, 20 * HOUR), Waits(8 * DAY)],
                unheard,
            );
            assert_eq!(refunds(&world), 1, "{unheard:?} {first}");
            assert!(world.bank.violations.is_empty(), "{:?}", world.bank.violations);
        }
    }
}

/// Refunds that the merchant settled otherwise under one setting, and that another setting paid back months later.
#[test]
fn a_setting_that_is_changed_later_moves_no_money_of_before() {
    let never = Setup { refunds: Refunds::Never, ..Setup::default() };
    let mut world = world(never, &[OpensPage, PaysByCard, Waits(HOUR), RefundsOrder(30), Waits(2 * DAY)]);
    world.shop.settings.refunds = RefundPolicy::AtOnce;
    go_on(&mut world, &[AsksForLook, Waits(5 * DAY)], Arrives);
    assert_eq!((refunds(&world), world.attentions()), (0, vec![]));
    // What is refunded from now on is.
    go_on(&mut world, &[RefundsOrder(20), Waits(HOUR)], Arrives);
    assert_eq!(refunds(&world), 1);
}

#[test]
fn a_second_payment_of_before_is_not_given_back_because_a_setting_says_so_now() {
    let twice = [OpensPage, OpensWallet, PaysByCard, ApprovesWallet, Waits(HOUR)];
    for seen in [&[][..], &[Dismisses]] {
        let mut world = world(Setup::default(), &twice);
        go_on(&mut world, seen, Arrives);
        world.shop.settings.refund_second = true;
        go_on(&mut world, &[AsksForLook, Waits(5 * DAY)], Arrives);
        assert_eq!(refunds(&world), 0);
    }
}

/// Made at KOMOJU by hand, unheard; entered in BigCommerce by hand, and made at KOMOJU once more because of that.
#[test]
fn a_refund_made_by_hand_on_both_sides_is_one_whatever_message_is_lost() {
    for fate in [Arrives, Lost, Fate::Late(5)] {
        let mut world = world(at_once(), &[OpensPage, PaysByCard, Waits(HOUR)]);
        go_on(&mut world, &[RefundsAtKomoju(30)], fate);
        go_on(&mut world, &[RefundsOrder(30), Waits(2 * DAY)], Arrives);
        assert_eq!((refunds(&world), world.store.refunds.len()), (1, 1), "{fate:?}");
    }
}

#[test]
fn money_reserved_for_an_order_that_was_paid_otherwise_is_released() {
    let mut world = world(
        two_step(),
        &[
            OpensPage,
            TakesCode,
            Waits(4 * DAY),
            PressesPay,
            PaysByCard,
            Waits(HOUR),
            PaysDeadCode,
            Waits(HOUR),
        ],
    );
    go_on(&mut world, &[Moves(2), Waits(HOUR)], Arrives);
    let mut all: Vec<_> = world.bank.payments.values().map(|p| p.status).collect();
    all.sort_unstable();
    assert_eq!((all, world.attentions()), (vec!["cancelled", "captured"], vec![]));
}

/// After two months of a refused key, a refund stood at the end of its ladder, and every later one behind it.
#[test]
fn what_was_tried_to_the_end_is_looked_for_when_somebody_asks_and_made_when_somebody_says_so() {
    let mut world =
        world(Setup::default(), &[OpensPage, PaysByCard, Waits(HOUR), RefundsOrder(30), Waits(HOUR)]);
    go_on(&mut world, &[Trouble(2, T::CutBefore), ConfirmsRefund], Arrives);
    go_on(&mut world, &[Outage(Side::Komoju, Down::Forbidden, 80 * DAY), Waits(81 * DAY)], Arrives);
    assert_eq!(refunds(&world), 0);
    go_on(&mut world, &[AsksForLook, Waits(HOUR)], Arrives);
    assert_eq!((refunds(&world), world.attentions()), (0, vec![Attention::RefundToConfirm]));
    go_on(&mut world, &[ConfirmsRefund, Waits(HOUR)], Arrives);
    assert_eq!((refunds(&world), world.attentions()), (1, vec![]));
}

/// A card that was declined under a key that is gone: it holds nothing, and nothing waits for it.
#[test]
fn what_never_held_money_and_can_be_read_no_more_keeps_no_refund_back() {
    let declined = [OpensPage, IsDeclined, Waits(5), PressesAnotherWay, PaysByCard, Waits(5)];
    let mut world = world(Setup::default(), &declined);
    world.bank.out_of_reach = vec!["payment01", "session01", "BC-1001-1"];
    go_on(&mut world, &[RefundsInPanel(100), Waits(HOUR)], Arrives);
    assert_eq!(refunds(&world), 1);
}

/// Each 404 was the end of one try and the beginning of the next, five seconds later, without end.
#[test]
fn an_update_that_misses_an_order_which_is_there_waits_longer_each_time() {
    let mut world = world(Setup::default(), &[OpensPage]);
    world.store.puts_miss = true;
    go_on(&mut world, &[PaysByCard, Waits(DAY)], Arrives);
    let deeds = &world.machine.state().deeds;
    assert_eq!(deeds.len(), 1);
    assert!(deeds[0].failures < 12, "{} tries in a day", deeds[0].failures);
    world.store.puts_miss = false;
    go_on(&mut world, &[Waits(DAY)], Arrives);
    assert_eq!((world.store.history().to_vec(), world.attentions()), (vec![7, 11], vec![]));
}

/// Rejected, asked for anew, and the new request lost on its way: the old one was taken for it.
#[test]
fn a_request_after_a_rejected_one_arrives_however_often_it_is_lost() {
    for lost in 0..6 {
        let mut world = world(
            Setup::default(),
            &[OpensPage, TakesCode, PaysCode, Waits(HOUR), RefundsOrder(30), Waits(HOUR), GivesBankDetails],
        );
        go_on(&mut world, &[Waits(HOUR), RejectsRequest, Waits(HOUR)], Arrives);
        assert!(world.attentions().contains(&Attention::RefundRefused));
        go_on(&mut world, &[Trouble(lost, T::CutBefore), GivesBankDetails, Waits(2 * DAY)], Arrives);
        let requests: usize = world.bank.payments.values().map(|p| p.requests.len()).sum();
        assert_eq!((requests, world.attentions()), (2, vec![]), "{lost}");
    }
}

/// One item was refunded before the rest was shipped: as the table has it the money is released, and the merchant hears
/// of it.
#[test]
fn goods_that_leave_after_their_money_was_released_are_named() {
    let refunded = [OpensPage, PaysByCard, Waits(HOUR), RefundsOrder(20), Waits(HOUR), Moves(2), Waits(DAY)];
    let world = world(two_step(), &refunded);
    assert_eq!(world.bank.captures, 0);
    assert!(world.attentions().contains(&Attention::AuthorizationLost), "{:?}", world.attentions());
}

#[test]
fn a_transfer_never_asks_for_the_fee_that_stays_paid() {
    let fee = Setup { fee: 220, ..Setup::default() };
    let world = world(fee, &[OpensPage, TakesCode, PaysCode, Waits(HOUR), RefundsInPanel(100), Waits(HOUR)]);
    let requests: Vec<_> = world.bank.payments.values().flat_map(|p| &p.requests).map(|r| r.minor).collect();
    assert_eq!(requests, [4_980]);
}

#[test]
fn a_cancelled_order_whose_money_has_gone_back_already_stays_cancelled() {
    let mut world = world(Setup::default(), &[OpensPage, OpensWallet, Waits(HOUR)]);
    let down = Outage(Side::Komoju, Down::Silent, 3 * HOUR);
    go_on(
        &mut world,
        &[down, Moves(5), Waits(5), ApprovesWallet, RefundsAtKomoju(100), Waits(2 * DAY)],
        Arrives,
    );
    assert_eq!((world.store.history().to_vec(), world.attentions()), (vec![7, 5], vec![]));
}

#[test]
fn an_order_that_grew_after_its_money_was_reserved_is_named() {
    let mut world = world(two_step(), &[OpensPage, PaysByCard, Waits(HOUR), Edits(8_000), Waits(HOUR)]);
    assert_eq!(world.attentions(), [Attention::OrderEdited]);
    // Less can be captured, and is.
    go_on(&mut world, &[Edits(4_000), Waits(HOUR)], Arrives);
    assert_eq!(world.attentions(), []);
}

#[test]
fn goods_that_leave_on_reserved_money_that_nobody_takes_are_named() {
    let by_hand = Setup { capture_on_shipping: false, ..two_step() };
    let mut world = world(by_hand, &[OpensPage, PaysByCard, Waits(HOUR), Moves(2), Waits(HOUR)]);
    assert_eq!(world.attentions(), [Attention::CaptureDue]);
    go_on(&mut world, &[CapturesInPanel(100), Waits(HOUR)], Arrives);
    assert_eq!(world.attentions(), []);
}
