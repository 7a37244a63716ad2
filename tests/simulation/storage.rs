//! Storage that an earlier version wrote: whatever was under way in it comes to its end under this one.
//!
//! A folder per version, a file per situation: the rows of one payment as that version left them, `[kind, key, body]`.
//! They are never edited; what a version wrote is what its merchants have.

use domain::state::SCHEMA;
use domain::state::record::Rows;
use domain::values::attention::Attention;
use serde_json::Value;

use super::schedule::Fate::{self, Arrives, Lost};
use super::schedule::{Act, Act::*, Outage as Down, Refunds, Setup, Side, Trouble as T};
use super::truth;
use super::world::World;

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

// ---- version 2: refunds, captures and decisions are kept ---------------------------------------------------------

/// A situation that version 2 left behind, and how it came about.
struct Situation {
    name: &'static str,
    stored: &'static str,
    setup: Setup,
    steps: &'static [(Act, Fate)],
}

macro_rules! situation {
    ($name:literal, $setup:expr, $steps:expr) => {
        Situation {
            name: $name,
            stored: include_str!(concat!("storage/v2/", $name, ".json")),
            setup: $setup,
            steps: &$steps,
        }
    };
}

fn version_2() -> Vec<Situation> {
    let usual = Setup { fee: 190, refunds: Refunds::AtOnce, ..Setup::default() };
    let confirm = Setup { refunds: Refunds::Confirm, ..usual };
    let manual = Setup { manual: true, ..usual };
    vec![
        situation!("session_open", usual, [(OpensPage, Arrives)]),
        situation!("code_waiting", usual, [(OpensPage, Arrives), (TakesCode, Arrives), (Waits(10), Arrives)]),
        situation!(
            "update_unanswered",
            usual,
            [
                (OpensPage, Arrives),
                (PaysByCard, Lost),
                (Trouble(2, T::CutAfter), Arrives),
                (Waits(2), Arrives)
            ]
        ),
        situation!("authorized", manual, [(OpensPage, Arrives), (PaysByCard, Arrives), (Waits(10), Arrives)]),
        situation!(
            "capture_unanswered",
            manual,
            [
                (OpensPage, Arrives),
                (PaysByCard, Arrives),
                (Waits(10), Arrives),
                (TroubleWithDeed(0, T::CutAfter), Arrives),
                (Moves(2), Lost),
                (AsksForLook, Arrives),
                (Waits(1), Lost),
            ]
        ),
        situation!(
            "refund_to_confirm",
            confirm,
            [
                (OpensPage, Arrives),
                (PaysByCard, Arrives),
                (Waits(10), Arrives),
                (RefundsOrder(33), Arrives),
                (Waits(10), Arrives),
            ]
        ),
        situation!(
            "refund_unanswered",
            usual,
            [
                (OpensPage, Arrives),
                (PaysByCard, Arrives),
                (Waits(10), Arrives),
                (TroubleWithDeed(0, T::CutAfter), Arrives),
                (RefundsOrder(33), Lost),
                (AsksForLook, Arrives),
                (Waits(1), Lost),
            ]
        ),
        situation!(
            "decided_during_an_outage",
            confirm,
            [
                (OpensPage, Arrives),
                (PaysByCard, Arrives),
                (Waits(10), Arrives),
                (Outage(Side::Komoju, Down::Silent, 300), Arrives),
                (RefundsInPanel(40), Arrives),
                (Waits(10), Arrives),
            ]
        ),
        situation!(
            "transfer_requested",
            confirm,
            [
                (OpensPage, Arrives),
                (TakesCode, Arrives),
                (PaysCode, Arrives),
                (Waits(10), Arrives),
                (RefundsOrder(33), Arrives),
                (Waits(10), Arrives),
                (GivesBankDetails, Arrives),
                (Waits(10), Arrives),
            ]
        ),
        situation!(
            "booking_unanswered",
            usual,
            [
                (OpensPage, Arrives),
                (PaysByCard, Arrives),
                (Waits(10), Arrives),
                (TroubleWithDeed(0, T::CutAfter), Arrives),
                (RefundsAtKomoju(40), Arrives),
                (Waits(1), Lost),
            ]
        ),
    ]
}

fn left_by_version_2(name: &str) -> World {
    let situation = version_2().into_iter().find(|s| s.name == name).expect("a situation");
    let mut world = staged(&situation);
    world.restart_with(rows(situation.stored));
    world
}

fn staged(situation: &Situation) -> World {
    let mut world = World::new(situation.setup);
    for (act, fate) in situation.steps {
        world.step(*act, *fate);
    }
    world
}

/// Writes what this version stores into `target/recorded/simulation`: to become the folder of its version.
#[test]
#[ignore = "writes files, once for each version"]
fn record() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/recorded/simulation");
    std::fs::create_dir_all(folder).expect("the folder can be made");
    for situation in version_2() {
        let world = staged(&situation);
        let rows = world.rows().iter().map(|((kind, key), body)| format!("[{kind:?},{key:?},{body}]"));
        let text = format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"));
        std::fs::write(format!("{folder}/{}.json", situation.name), text).expect("it can be written");
    }
}

fn went_back(world: &World) -> Vec<i64> {
    world.bank.payments.values().flat_map(|p| &p.refunds).map(|r| r.minor).collect()
}

#[test]
fn version_2_with_an_open_session_is_paid() {
    let world = finishes(left_by_version_2("session_open"), &[PaysByCard]);
    assert_eq!(world.store.history(), [7, 11]);
}

#[test]
fn version_2_waiting_for_cash_is_paid() {
    let world = finishes(left_by_version_2("code_waiting"), &[PaysCode]);
    assert_eq!(world.store.history(), [7, 11]);
}

#[test]
fn version_2_whose_update_went_unanswered_is_not_told_twice() {
    let world = finishes(left_by_version_2("update_unanswered"), &[]);
    assert_eq!(world.store.history(), [7, 11]);
    assert_eq!(world.store.notes.matches("(paid, ").count(), 1, "{}", world.store.notes);
}

#[test]
fn version_2_with_reserved_money_is_captured_once() {
    for (name, then) in [("authorized", &[Moves(2)][..]), ("capture_unanswered", &[])] {
        let world = finishes(left_by_version_2(name), then);
        assert_eq!((world.bank.captures, world.store.history()), (1, vec![7, 11, 2]), "{name}");
    }
}

#[test]
fn version_2_with_a_refund_to_confirm_pays_it_back_once_confirmed() {
    let world = finishes(left_by_version_2("refund_to_confirm"), &[]);
    assert_eq!((went_back(&world), world.attentions()), (vec![], vec![Attention::RefundToConfirm]));
    let world = finishes(left_by_version_2("refund_to_confirm"), &[ConfirmsRefund]);
    assert_eq!((went_back(&world), world.attentions()), (vec![1_643], vec![]));
}

#[test]
fn version_2_whose_refund_went_unanswered_does_not_pay_back_twice() {
    let world = finishes(left_by_version_2("refund_unanswered"), &[]);
    assert_eq!((went_back(&world), world.store.refunds.len()), (vec![1_643], 1));
}

#[test]
fn version_2_with_a_refund_decided_during_an_outage_makes_it_once() {
    let world = finishes(left_by_version_2("decided_during_an_outage"), &[]);
    assert_eq!((went_back(&world), world.store.refunds.len()), (vec![1_992], 1));
}

#[test]
fn version_2_with_a_transfer_under_way_counts_it_once() {
    let world = finishes(left_by_version_2("transfer_requested"), &[CompletesRequest]);
    assert_eq!((went_back(&world), world.store.refunds.len()), (vec![1_643], 1));
}

#[test]
fn version_2_whose_booking_went_unanswered_books_once() {
    let world = finishes(left_by_version_2("booking_unanswered"), &[]);
    assert_eq!((went_back(&world), world.store.refunds.len()), (vec![1_992], 1));
}

/// The newest version's folder must exist before another follows it.
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
