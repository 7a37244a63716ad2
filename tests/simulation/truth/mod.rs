//! How the world must look, computed from what the two models hold. What the machine knows is only compared, never
//! asked for.
//!
//! An order that was deleted is nobody's any more: of it only holds what must hold of every order at every moment.

mod calls_for_people;
mod moves;
mod refunds;
mod verdict;

use domain::machine::Machine;
use domain::state::delays::Delays;
use domain::values::attention::Attention;

use self::verdict::Verdict;
use super::schedule::{Act, DAY, Fate, HOUR, Lists, Unpaid};
use super::store::{By, Move, is_final};
use super::world::World;

pub use moves::{at_once, session_is_for_what_is_due};

/// What must hold at every moment.
pub fn always(world: &World) -> Verdict {
    let all = [&world.violations, &world.bank.violations, &world.store.violations];
    if let Some(violation) = all.into_iter().flatten().next() {
        return Err(violation.clone());
    }
    refunds::each_is_upon_what_was_shown(world)?;
    if world.bank.payable() > 1 {
        return Err("two sessions can be paid at once".to_owned());
    }
    Ok(())
}

/// Another life of the worker would know just what this one does.
fn what_is_known_is_stored(world: &World) -> Verdict {
    if !world.is_known() {
        return Ok(());
    }
    // Deeds are read in the order in which they were sent, which says nothing of one that was refused unsent.
    let sorted = |machine: &Machine| {
        let mut state = machine.state().clone();
        state.deeds.sort_by_key(|deed| (deed.action.to_string(), deed.n));
        state
    };
    let stored = Machine::load(world.rows()).map_err(|corrupt| corrupt.to_string())?;
    let (stored, known) = (sorted(&stored), sorted(&world.machine));
    match stored == known {
        true => Ok(()),
        false => Err(format!("stored is {stored:?}, known {known:?}")),
    }
}

/// Faults end, what was lost is found, and time passes until nothing happens any more.
pub fn in_the_end(world: &mut World, had_faults: bool) -> Verdict {
    world.faults.end();
    world.edge.recover();
    world.bank.relent();
    world.store.refuses_updates = false;
    world.store.lists = Lists::AsAsked;
    world.post.fate = Fate::Arrives;
    world.sweep();
    // After two months nothing looks by itself any more; whoever was called over it does.
    if world.odd_since.is_some_and(|since| world.now - since > 55 * DAY) {
        world.step(Act::AsksForLook, Fate::Arrives);
    }
    if !had_faults {
        world.pass_until(world.now + HOUR);
        nothing_can_be_paid_in_vain(world)?;
    }
    // Once all has been tried again, once reserved money is about to lapse, and once nothing happens any more.
    for days in [2, 27, 75] {
        world.pass_until(world.now + days * DAY);
        settled(world)?;
        what_is_known_is_stored(world)?;
    }
    if world.post.next_due().is_some() {
        return Err("a message comes again without end".to_owned());
    }
    every_decision_has_ended(world)?;
    every_change_has_ended(world)?;
    if world.store.deleted { Ok(()) } else { unpaid_orders_end_as_set(world) }
}

/// What must hold whenever nothing is under way.
fn settled(world: &World) -> Verdict {
    always(world)?;
    nothing_can_be_paid_in_vain(world)?;
    if world.store.deleted {
        return calls_for_people::are_for_something(world);
    }
    the_truth_is_known(world)?;
    notes_are_kept(world)?;
    money_is_on_a_paid_order(world)?;
    nothing_final_stays_replaced(world)?;
    shipped_is_captured(world)?;
    refunds::agree(world)?;
    calls_for_people::are_just(world)
}

/// An order that is not to be paid any more cannot be.
fn nothing_can_be_paid_in_vain(world: &World) -> Verdict {
    if matches!(world.store.status, 0 | 1 | 7) && !world.store.deleted {
        return Ok(());
    }
    let waits = |p: &super::bank::Payment| p.waits_once_authorized() && p.status == "authorized";
    let codes = world.bank.payments.values().any(waits);
    match codes || world.bank.payable() > 0 {
        true if world.bank.cancels_ignored > 0 && world.is_told(Attention::CancelRefused) => Ok(()),
        true => Err(format!("an order can be paid that is in status {}", world.store.status)),
        false => Ok(()),
    }
}

fn the_truth_is_known(world: &World) -> Verdict {
    for (id, payment) in world.machine.state().payments.iter() {
        let seen = payment.register.reading.as_ref().map(|r| format!("{:?}", r.status).to_lowercase());
        let known = world.bank.payments[id.as_str()].status;
        if seen.as_deref() != Some(known) {
            return Err(format!("known of {id}: {seen:?}, and it is {known}"));
        }
    }
    let known = |id: &str| world.machine.state().payments.keys().any(|k| k.as_str() == id);
    match world.bank.ever_captured().find(|p| !known(&p.id)) {
        Some(payment) => Err(format!("nothing is known of {}", payment.id)),
        None => Ok(()),
    }
}

/// None stays armed, to move money on a day when nobody has it in mind any more.
fn every_decision_has_ended(world: &World) -> Verdict {
    let state = world.machine.state();
    match state.decisions.iter().find(|stored| stored.ended.is_none()) {
        Some(open) => Err(format!("a decision never ends: {:?}", open.decided.decision)),
        None => Ok(()),
    }
}

/// No change that the machine began stays open once both sides have answered for months: nobody would ever hear of it
/// again, its failures would be shown as silence, and the payment would never be forgotten.
fn every_change_has_ended(world: &World) -> Verdict {
    match world.machine.state().deeds.iter().find(|deed| deed.is_open()) {
        Some(open) => Err(format!("a change never ends: {}", open.action)),
        None => Ok(()),
    }
}

/// The merchant's own notes stay whole, and each line of ours comes once.
fn notes_are_kept(world: &World) -> Verdict {
    let mut lines: Vec<_> = world.store.notes.lines().collect();
    lines.sort_unstable();
    match lines.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("a line comes twice: {}", pair[0])),
        None => Ok(()),
    }
}

/// What was captured and not refunded is on an order in a paid state, unless the merchant chose otherwise.
fn money_is_on_a_paid_order(world: &World) -> Verdict {
    let chosen = world.store.moves.iter().rev().find(|m| m.by == By::Merchant).map_or(i64::MIN, |m| m.at);
    let unpaid = matches!(world.store.status, 0 | 1 | 7);
    let forgotten =
        world.bank.captured().find(|p| p.held() > 0 && p.captured_ms.is_some_and(|at| at > chosen));
    match forgotten.filter(|_| unpaid && !world.is_told(Attention::OrderUpdateRefused)) {
        Some(payment) => Err(format!("money on an order that looks unpaid: {}", payment.id)),
        None => Ok(()),
    }
}

/// Where our move replaced one of the merchant's, and we were told, theirs stands again.
fn nothing_final_stays_replaced(world: &World) -> Verdict {
    let moves = &world.store.moves;
    let Some(last) = moves.iter().rposition(|m| m.by != By::App) else { return Ok(()) };
    let theirs = &moves[last];
    let Some(ours) = moves.get(last + 1).filter(|m| is_final(m.from) && m.seen.status != m.from) else {
        return Ok(());
    };
    let told = world.post.told_of_own_move.contains(&(ours.from, ours.to));
    // A move of theirs that looks as ours was meant leaves nobody able to tell the two apart.
    let meant = (ours.seen.status, ours.to);
    let before = &moves[..=last];
    let told = told && !before.iter().any(|m| (m.from, m.to) == meant && ours.at - m.at <= Delays::UNDER_WAY);
    let disputed = world.bank.payments.values().any(|p| p.fraud || p.refunds.iter().any(|r| r.chargeback));
    let refused = !world.store.updates_refused.is_empty();
    // What stood again may have been moved on since, for what was heard of the money then.
    let knew = |m: &Move| m.by != By::App || m.seen.status == m.from;
    let later = &moves[last + 2..];
    let again = later.iter().position(|m| m.to == theirs.to);
    let stands = world.store.status == theirs.to || again.is_some_and(|at| later[at + 1..].iter().all(knew));
    match told && !disputed && !refused && !stands {
        true => Err(format!("the merchant's {} was replaced by {} for good", theirs.to, world.store.status)),
        false => Ok(()),
    }
}

/// Nobody paid, and nobody touched the order: it is left, or given up, as the setting says.
fn unpaid_orders_end_as_set(world: &World) -> Verdict {
    let touched = world.store.moves.iter().any(|m| m.by != By::App);
    if touched || world.bank.payments.values().any(|p| p.captured_ms.or(p.authorized_ms).is_some()) {
        return Ok(());
    }
    let status = |unpaid: &Unpaid| match unpaid {
        Unpaid::Leave => 7,
        Unpaid::Cancel => 5,
        Unpaid::Decline => 6,
    };
    // A setting that is changed later reaches an order that nobody has a reason to look at, or does not.
    let mut expected = world.unpaid.iter().map(status);
    let as_set = expected.any(|status| status == world.store.status);
    // Nobody was sent to pay it by us: it is not ours to end, and must not be where nobody ever came.
    let not_ours = world.was_before_us() && world.bank.sessions.values().all(|session| !session.shown);
    let as_it_was = not_ours && world.store.status == 7;
    match as_set || as_it_was || world.is_told(Attention::OrderUpdateRefused) {
        true => Ok(()),
        false => Err(format!("never paid: {} under {:?}", world.store.status, world.unpaid)),
    }
}

/// Money that was reserved when the goods left has been taken, or somebody has been told why not.
fn shipped_is_captured(world: &World) -> Verdict {
    let Some(left) = world.store.last_move().filter(|m| m.by == By::Merchant && matches!(m.to, 2 | 10))
    else {
        return Ok(());
    };
    let reserved = |p: &&super::bank::Payment| p.authorized_ms.is_some_and(|at| at < left.at);
    let lost = world.bank.payments.values().filter(reserved).find(|p| p.status == "expired");
    let explained = [Attention::CaptureRefused, Attention::AuthorizationLost, Attention::CaptureDue];
    let told = world.attentions().iter().any(|a| explained.contains(a));
    let refunded: i64 = world.store.refunds.iter().map(|r| r.ours + r.credit).sum();
    let paid = world.bank.ever_captured().next().is_some() || refunded >= world.store.due();
    match lost.filter(|_| !world.shipping_was_free && !paid && !told && !world.has_dismissed(&explained)) {
        Some(payment) => Err(format!("shipped, and never captured: {}", payment.id)),
        None => Ok(()),
    }
}
