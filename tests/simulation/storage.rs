//! Storage that an earlier version wrote: whatever was under way in it comes to its end under this one.
//!
//! A folder per version, a file per situation: the rows of one payment as that version left them, `[kind, key, body]`.
//! They are never edited; what a version wrote is what its merchants have.

use komoju_bigcommerce_worker::payment::attention::Attention;
use komoju_bigcommerce_worker::payment::record::{Rows, SCHEMA};
use serde_json::Value;

use super::driver::World;
use super::schedule::Fate::{self, Arrives, Lost};
use super::schedule::{Act, Act::*, Refunds, Setup, Trouble as T};
use super::truth;

fn rows(text: &str) -> Rows {
    let mut rows = Rows::default();
    for row in serde_json::from_str::<Vec<(String, String, Value)>>(text).expect("rows as they were written")
    {
        rows.insert((row.0, row.1), row.2.to_string());
    }
    rows
}

/// A world in which `steps` have happened, and whose app is then replaced by one that finds the stored rows.
fn upgraded(stored: &str, steps: &[(Act, Fate)]) -> World {
    let mut world = World::new(Setup { fee: 190, refunds: Refunds::AtOnce, ..Setup::default() });
    for (act, fate) in steps {
        world.step(*act, *fate);
    }
    world.restart_with(rows(stored));
    world
}

/// What still happens, and then that everything agrees.
fn finishes(mut world: World, steps: &[Act]) -> World {
    for act in steps {
        world.step(*act, Arrives);
    }
    if let Err(violation) = truth::in_the_end(&mut world, false) {
        panic!("{violation}");
    }
    assert_eq!(world.machine.state().head.schema, SCHEMA);
    world
}

#[test]
fn version_1_with_an_open_session_is_paid() {
    let world = upgraded(include_str!("storage/v1/session_open.json"), &[(OpensPage, Arrives)]);
    let world = finishes(world, &[PaysByCard]);
    assert_eq!(world.store.history(), [7, 11]);
}

#[test]
fn version_1_waiting_for_cash_is_paid() {
    let steps = [(OpensPage, Arrives), (TakesCode, Arrives), (Waits(10), Arrives)];
    let world = finishes(upgraded(include_str!("storage/v1/code_waiting.json"), &steps), &[PaysCode]);
    assert_eq!(world.store.history(), [7, 11]);
}

#[test]
fn version_1_that_was_paid_is_refunded_once_from_either_side() {
    let steps = [(OpensPage, Arrives), (PaysByCard, Arrives), (Waits(10), Arrives)];
    for refund in [RefundsAtKomoju(100), RefundsOrder(100)] {
        let world = finishes(upgraded(include_str!("storage/v1/paid.json"), &steps), &[refund]);
        assert_eq!(world.store.history(), [7, 11, 4]);
    }
}

#[test]
fn version_1_whose_update_went_unanswered_is_not_told_twice() {
    let steps =
        [(OpensPage, Arrives), (PaysByCard, Lost), (Trouble(2, T::CutAfter), Arrives), (Waits(2), Arrives)];
    let world = finishes(upgraded(include_str!("storage/v1/update_unanswered.json"), &steps), &[]);
    assert_eq!(world.store.history(), [7, 11]);
    assert_eq!(world.store.notes.matches("(paid, ").count(), 1, "{}", world.store.notes);
}

/// Version 1 could only call a person over a refund made at KOMOJU; this one enters it in BigCommerce's books.
#[test]
fn version_1_that_called_a_person_over_a_refund_now_enters_it() {
    let steps =
        [(OpensPage, Arrives), (PaysByCard, Arrives), (Waits(10), Arrives), (RefundsAtKomoju(100), Lost)];
    let world =
        finishes(upgraded(include_str!("storage/v1/refunded_at_komoju.json"), &steps), &[AsksForLook]);
    assert_eq!(world.store.history(), [7, 11, 4]);
    assert!(!world.attentions().contains(&Attention::RefundedAtKomoju));
}

#[test]
fn version_1_that_could_not_end_a_payment_still_calls_a_person_over_late_money() {
    let mut world = upgraded(
        include_str!("storage/v1/cancel_in_vain.json"),
        &[(OpensPage, Arrives), (OpensWallet, Arrives), (Waits(10), Arrives), (Moves(5), Lost)],
    );
    world.bank.cancels_in_vain = true;
    assert!(world.attentions().contains(&Attention::CancelRefused));
    let world = finishes(world, &[ApprovesWallet]);
    assert_eq!(world.store.history(), [7, 5, 12]);
    assert!(world.attentions().contains(&Attention::PaidAfterEnd));
}

/// The newest version's folder must exist from the moment that another follows it; this one has none yet.
#[test]
fn what_this_version_writes_it_reads_again() {
    let mut world = World::new(Setup::default());
    for act in [OpensPage, PaysByCard, Waits(10), RefundsAtKomoju(40)] {
        world.step(act, Arrives);
    }
    let before = world.machine.state().clone();
    let written = world.rows().clone();
    world.restart_with(written);
    assert_eq!(*world.machine.state(), before);
}
