//! What a hostile reading of the code found before any schedule did, by name. Each went wrong once.

use komoju_bigcommerce_worker::payment::attention::Attention;

use super::driver::World;
use super::schedule::Fate::{self, Arrives, Lost};
use super::schedule::{Act, Act::*, Outage as Down, Refunds, Setup, Side, Trouble as T};

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

/// A part that the merchant chose to capture, and the whole that a later shipment took.
#[test]
fn a_decision_to_capture_a_part_outlives_an_outage_of_days() {
    let mut world = world(two_step(), &[OpensPage, PaysByCard, Waits(HOUR)]);
    let days = 3 * DAY;
    go_on(&mut world, &[Outage(Side::Komoju, Down::Silent, days), CapturesInPanel(33)], Arrives);
    go_on(&mut world, &[Waits(days + 2 * DAY), Moves(2), Waits(HOUR)], Arrives);
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
