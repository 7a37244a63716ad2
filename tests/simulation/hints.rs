//! Hints cannot matter: lost, doubled, late or out of order, with calls that fail and a worker that dies in between,
//! the world ends the same.

use komoju_bigcommerce_worker::payment::machine::Reply;
use komoju_bigcommerce_worker::payment::start::Intent;
use komoju_bigcommerce_worker::payment::state::Attention;
use proptest::collection::vec;
use proptest::prelude::*;

use super::driver::{EPOCH, Trouble, World};

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

/// What the shopper does, in order.
#[derive(Debug, Clone, Copy)]
enum Act {
    Decline,
    Card,
    Code,
    Till,
    CodeExpires,
    WalletOpens,
    WalletApproves,
    WalletRefuses,
    /// Comes back to the shop's page and presses the button.
    PressesPay,
    PressesAnotherWay,
    Waits(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Decline),
        2 => Just(Act::Card),
        2 => Just(Act::Code),
        2 => Just(Act::Till),
        1 => Just(Act::CodeExpires),
        2 => Just(Act::WalletOpens),
        2 => Just(Act::WalletApproves),
        1 => Just(Act::WalletRefuses),
        2 => Just(Act::PressesPay),
        1 => Just(Act::PressesAnotherWay),
        2 => (1i64..2_000).prop_map(|minutes| Act::Waits(minutes * MINUTE)),
    ]
}

/// What becomes of the webhook of a change.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives,
    Lost,
    Twice,
    /// Comes only after this many later changes.
    Late(usize),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![Just(Fate::Arrives), Just(Fate::Lost), Just(Fate::Twice), (1usize..4).prop_map(Fate::Late),]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        6 => Just(Trouble::None),
        1 => Just(Trouble::CutBefore),
        1 => Just(Trouble::CutAfter),
        1 => Just(Trouble::Broken),
        1 => Just(Trouble::TooMany),
        1 => Just(Trouble::CrashBefore),
        1 => Just(Trouble::CrashAfter),
    ]
}

fn perform(world: &mut World, act: Act) {
    let bank = &mut world.bank;
    let moved = |bank: &mut super::bank::Bank, from: &str, kinds: &[&str], to| {
        let found = bank.newest(from).filter(|id| kinds.contains(&bank.payments[id].kind));
        if let Some(id) = found {
            bank.set(&id, to);
        }
    };
    match act {
        Act::Decline => drop(bank.begin("credit_card", "failed", 0)),
        Act::Card => drop(bank.begin("credit_card", "captured", 0)),
        Act::Code => drop(bank.begin("konbini", "authorized", 220)),
        Act::Till => moved(bank, "authorized", &["konbini"], "captured"),
        Act::CodeExpires => moved(bank, "authorized", &["konbini"], "expired"),
        Act::WalletOpens => drop(bank.begin("paypay", "pending", 0)),
        Act::WalletApproves => moved(bank, "pending", &["paypay"], "captured"),
        Act::WalletRefuses => moved(bank, "pending", &["paypay"], "failed"),
        Act::PressesPay => drop(world.start(Intent::Pay)),
        Act::PressesAnotherWay => drop(world.start(Intent::Restart)),
        Act::Waits(ms) => world.pass_until(world.now + ms),
    }
}

/// Delivers the webhooks of one change, and those whose time has come.
fn deliver(world: &mut World, fate: Fate, late: &mut Vec<(usize, u32, String, String)>, next_id: &mut u32) {
    let mut due = Vec::new();
    late.retain_mut(|(left, id, session, payment)| {
        *left = left.saturating_sub(1);
        let now = *left == 0;
        if now {
            due.push((*id, session.clone(), payment.clone()));
        }
        !now
    });
    for (session, payment) in world.bank.news() {
        *next_id += 1;
        match fate {
            Fate::Arrives => due.push((*next_id, session, payment)),
            // What its session shows is found by looking. A payment hidden behind another is known by its webhooks
            // alone, so of those one arrives, however late.
            Fate::Lost if world.bank.shows(&payment) => {}
            Fate::Lost => late.push((usize::MAX, *next_id, session, payment)),
            Fate::Twice => {
                due.extend([(*next_id, session.clone(), payment.clone()), (*next_id, session, payment)])
            }
            Fate::Late(turns) => late.push((turns, *next_id, session, payment)),
        }
    }
    for (id, session, payment) in due {
        world.hear_komoju(id, &session, &payment);
    }
}

/// Everything that must hold once nothing happens any more, as long as only the shopper acted.
fn quiet(world: &World) -> Result<(), TestCaseError> {
    let (store, state) = (&world.store, world.machine().state());
    let captured: Vec<_> = world.bank.payments.values().filter(|p| p.status == "captured").collect();
    let expected: &[u8] = if captured.is_empty() { &[7] } else { &[7, 11] };
    prop_assert_eq!(&store.history[..], expected, "the order moves once, and only when paid");
    prop_assert!(store.notes.starts_with("Wrap as a gift"), "the merchant's own notes stay");
    for payment in &captured {
        let line = format!("(paid, {})", payment.id);
        prop_assert_eq!(store.notes.matches(&line).count(), 1, "one line per payment: {}", store.notes);
    }
    let attentions = state.attentions();
    prop_assert_eq!(attentions.contains(&Attention::PaidTwice), captured.len() > 1);
    prop_assert!(
        captured.len() > 1 || attentions.is_empty(),
        "nobody is called for nothing: {:?}",
        attentions
    );
    for (id, payment) in state.payments.iter() {
        let seen = payment.register.reading.as_ref().map(|r| format!("{:?}", r.status).to_lowercase());
        let known = world.bank.payments[id.as_str()].status;
        prop_assert_eq!(seen.as_deref(), Some(known), "what is known of {} is what is", id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        max_shrink_iters: 20_000,
        failure_persistence: None, // What it found stands below, by name.
        ..ProptestConfig::default()
    })]

    #[test]
    fn however_the_hints_come_the_end_is_the_same(
        acts in vec((act(), fate()), 1..12),
        troubles in vec(trouble(), 0..14),
    ) {
        let mut world = World::new();
        world.troubles = troubles;
        drop(world.start(Intent::Arrive));
        let (mut late, mut next_id) = (Vec::new(), 0);
        for (act, fate) in acts {
            perform(&mut world, act);
            deliver(&mut world, fate, &mut late, &mut next_id);
        }
        world.troubles.clear();
        for (_, id, session, payment) in late {
            world.hear_komoju(id, &session, &payment);
        }
        world.pass_until(world.now + 100 * DAY);
        quiet(&world)?;
    }

    /// Whoever pays twice was sent to two pages; we send nobody to a second page while the first can be paid.
    #[test]
    fn no_two_sessions_are_payable_at_once(
        acts in vec((act(), fate()), 1..12),
        troubles in vec(trouble(), 0..14),
    ) {
        let mut world = World::new();
        world.troubles = troubles;
        let (mut late, mut next_id) = (Vec::new(), 0);
        drop(world.start(Intent::Arrive));
        for (act, fate) in acts {
            perform(&mut world, act);
            deliver(&mut world, fate, &mut late, &mut next_id);
            prop_assert!(world.bank.payable() <= 1);
        }
    }
}

#[test]
fn a_shopper_who_pays_by_card_is_the_simplest_case() {
    let mut world = World::new();
    let reply = world.start(Intent::Arrive);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    world.bank.begin("credit_card", "captured", 0);
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.store.history, [7, 11]);
    assert_eq!((world.store.puts, world.bank.made), (1, 1));
}

#[test]
fn an_order_moved_on_by_hand_ends_its_code_and_is_never_moved_back() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.pass_until(EPOCH + 10 * MINUTE);
    world.store.move_to(2);
    world.hear_bigcommerce();
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.bank.payments["payment1"].status, "cancelled");
    assert_eq!(world.store.history, [7, 2]);
}

#[test]
fn an_order_moved_on_by_hand_ends_its_code_even_if_its_hook_is_lost() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.pass_until(EPOCH + 10 * MINUTE);
    world.store.move_to(2);
    world.pass_until(EPOCH + 3 * DAY);
    assert_eq!(world.bank.payments["payment1"].status, "cancelled");
}

/// Found above: a refusal known by its webhook alone was asked to be cancelled, again and again, until a person was
/// called.
#[test]
fn a_payment_there_is_news_of_is_looked_at_before_it_is_cancelled() {
    let mut world = World::new();
    drop(world.start(Intent::Arrive));
    let (mut late, mut next_id) = (Vec::new(), 0);
    let acts = [
        Act::WalletOpens,
        Act::WalletOpens,
        Act::Waits(MINUTE),
        Act::WalletRefuses,
        Act::WalletOpens,
        Act::PressesAnotherWay,
    ];
    for act in acts {
        perform(&mut world, act);
        deliver(&mut world, Fate::Arrives, &mut late, &mut next_id);
    }
    assert!(world.machine().state().attentions().is_empty());
}

/// Two payments of one session, both paid: a person must know, however little was heard of it.
#[test]
fn paid_twice_in_one_session_calls_a_person() {
    let mut world = World::new();
    drop(world.start(Intent::Arrive));
    let (mut late, mut next_id) = (Vec::new(), 0);
    for act in [Act::WalletOpens, Act::Card, Act::WalletApproves] {
        perform(&mut world, act);
        deliver(&mut world, Fate::Arrives, &mut late, &mut next_id);
    }
    world.pass_until(EPOCH + DAY);
    assert!(world.machine().state().attentions().contains(&Attention::PaidTwice));
    assert_eq!(world.store.history, [7, 11]);
}

#[test]
fn a_cancel_accepted_in_vain_is_tried_thrice_at_leisure_and_then_shown() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.bank.cancels_in_vain = true;
    world.pass_until(EPOCH + 10 * MINUTE);
    world.store.move_to(5);
    world.hear_bigcommerce();
    world.pass_until(EPOCH + 2 * DAY);
    assert_eq!(world.bank.cancels, 3);
    assert!(world.machine().state().attentions().contains(&Attention::CancelRefused));
}

#[test]
fn an_order_edited_after_its_code_was_issued_does_not_ship_when_the_old_amount_is_paid() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.pass_until(EPOCH + 10 * MINUTE);
    world.store.total = 49_800;
    world.bank.set("payment1", "captured");
    world.pass_until(EPOCH + 2 * DAY);
    assert_eq!(world.store.history, [7, 12]);
    assert!(world.store.notes.contains("¥49,800"), "{}", world.store.notes);
    assert!(world.machine().state().attentions().contains(&Attention::AmountMismatch));
}

#[test]
fn an_order_edited_after_its_code_was_issued_is_paid_with_a_new_one() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.store.total = 5_280;
    let reply = world.start(Intent::Pay);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    assert_eq!(world.bank.payments["payment1"].status, "cancelled");
    assert_eq!(world.bank.sessions["session2"].amount, 5_280);
}

/// A GET never ends what is live.
#[test]
fn a_visit_by_link_leaves_a_live_code_alone() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.store.total = 5_280;
    let reply = world.start(Intent::Visit);
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    assert_eq!(world.bank.payments["payment1"].status, "authorized");
}

/// Late money for a cancelled order goes to a person, also where the answer to our PUT was lost.
#[test]
fn attention_survives_a_lost_answer() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("konbini", "authorized", 0);
    world.pass_until(EPOCH + 10 * MINUTE);
    world.bank.set("payment1", "captured");
    world.store.move_to(5);
    // The session is looked at, the order is read, the PUT takes effect and its answer is lost.
    world.troubles = vec![Trouble::None, Trouble::None, Trouble::CutAfter];
    world.hear_komoju(1, "session1", "payment1");
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.store.history, [7, 5, 12]);
    assert!(world.machine().state().attentions().contains(&Attention::PaidAfterEnd));
}

/// One 404 is a hiccup: the order is there a moment later, and is paid.
#[test]
fn one_404_does_not_make_an_order_deleted() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("credit_card", "captured", 0);
    world.store.deleted = true;
    world.hear_komoju(1, "session1", "payment1");
    world.pass_until(EPOCH + MINUTE / 60);
    world.store.deleted = false;
    world.pass_until(EPOCH + DAY);
    assert_eq!(world.store.history, [7, 11]);
}

#[test]
fn money_for_a_deleted_order_calls_a_person() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.bank.begin("credit_card", "captured", 0);
    world.store.deleted = true;
    world.pass_until(EPOCH + DAY);
    assert!(world.machine().state().attentions().contains(&Attention::PaidAfterEnd));
}

/// Coming back to the page is no reason to be sent away again, however little the browser remembers.
#[test]
fn a_shopper_is_sent_away_once() {
    let mut world = World::new();
    world.start(Intent::Arrive);
    world.pass_until(EPOCH + 5 * MINUTE);
    let reply = world.start(Intent::Arrive);
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    let reply = world.start(Intent::Pay);
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    assert_eq!(world.bank.made, 1);
}
