//! Who may make us ask BigCommerce about an order that we know nothing about yet.
//!
//! All apps of a store share one API quota, and anybody can post order numbers. The rules:
//! - A number that BigCommerce has announced (`store/order/created`) may always be looked at.
//! - One look per number serves everybody who asks, for as long as its result is remembered (five minutes).
//! - Any other number takes a place from a small budget, and waits in line when the budget is used up. There are two
//!   budgets: *near* numbers, at most 100 above the highest known one, which may be real orders whose announcement is
//!   late; and all others.
//! - A look that proves its asker right gives its place back. So only wrong askers are bounded, and a shopper with
//!   the right cart id is never refused because of them: at worst the shopper waits in line.
//! - An address that was wrong ten times within a minute waits until the minute is over, for numbers that nobody
//!   announced. A shopper behind the same address whose order was announced does not notice.
//!
//! An example. The highest known order is 500, and a stranger with many addresses posts 501, 502, 503 … ten times a
//! second:
//!
//! ```text
//! 0 s   501..520   20 places near: each is looked at, BigCommerce says 404
//! 2 s   521        no place left: "wait 1 s"; the budget gains a place every 3 s
//! 2.1 s shopper of 560 (announcement late) asks: "wait", and stands in line
//! 5.0 s BigCommerce announces 560: the shopper's repeat is let in at once, from no budget
//!       if no announcement ever came, 560 would be let in when the line reaches it
//! 6 s   a stranger asks for 560 with a wrong cart id: refused from memory, no call
//! ```
//!
//! All of this lives in memory only, because we keep nothing of other apps' orders. After a restart, the known
//! numbers come from the ledger and from the queue of new orders. The time is handed in, in ms since the epoch.

use crate::objects::messages::store::Admission;
use domain::plan::start::Looked;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Ms since the epoch, or a span in ms.
type Moment = i64;
const SECOND: Moment = 1_000;
const MINUTE: Moment = 60 * SECOND;

/// How many announced numbers are remembered; the lowest are forgotten first.
const MOST_ANNOUNCED: usize = 4_000;
/// How many results, places and failing addresses are remembered, each. Beyond that, old ones are dropped, or all.
const MOST_REMEMBERED: usize = 4_000;
/// How long the result of a look is believed, in ms.
const REMEMBERED: Moment = 5 * MINUTE;
/// A near number that was not found is looked at again after this, in ms: the order may have been placed since.
const NOT_YET: Moment = 5 * SECOND;
/// Numbers up to this far above the highest known one are *near*: they may be orders whose announcement is late.
const NEAR: u64 = 100;
/// An address that has been wrong this often within a minute waits until the minute is over.
const MOST_FAILURES: u32 = 10;

/// The state of the door for one store. See the head of this module for the rules.
#[derive(Debug)]
pub struct Door {
    /// Numbers that BigCommerce has announced, or that have a payment.
    announced: BTreeSet<u64>,
    /// Orders up to this number are known to exist. 0: nothing is known yet.
    highest: u64,
    /// What the last look at each number has shown, and when.
    looked: BTreeMap<u64, (Looked, Moment)>,
    /// Numbers that took a place and whose look has not been reported: from which budget, and by which address.
    inside: BTreeMap<u64, (Which, String)>,
    near: Line,
    others: Line,
    /// Numbers that somebody shows an e-mail address for, which says nothing about whether they exist (`guesses`).
    guessed: Line,
    /// How often each address was wrong, and since when that is counted.
    failures: BTreeMap<String, (u32, Moment)>,
}

/// The two budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Near,
    Others,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            announced: BTreeSet::new(),
            highest: 0,
            looked: BTreeMap::new(),
            inside: BTreeMap::new(),
            near: Line::new(20, 3 * SECOND),
            others: Line::new(10, 6 * SECOND),
            guessed: Line::new(20, 3 * SECOND),
            failures: BTreeMap::new(),
        }
    }
}

impl Door {
    /// True if no number is known: this object has just been woken.
    pub fn is_new(&self) -> bool {
        self.highest == 0
    }

    /// BigCommerce has announced this order. True if that is news.
    pub fn announce(&mut self, order: u64) -> bool {
        self.know(order);
        // An announcement that comes late: a look has already found "no such order", which is wrong now.
        if matches!(self.looked.get(&order), Some((Looked::NoSuchOrder, _))) {
            self.looked.remove(&order);
        }
        let news = self.announced.insert(order);
        if self.announced.len() > MOST_ANNOUNCED {
            self.announced.pop_first();
        }
        news
    }

    /// Some order with at least this number exists. A look that found "no such order" for a number up to it may have
    /// come before the order was placed, so it is forgotten.
    pub fn know(&mut self, order: u64) {
        if order <= self.highest {
            return;
        }
        let since = self.looked.range(self.highest + 1..=order);
        let early = since.filter(|(_, (looked, _))| matches!(looked, Looked::NoSuchOrder)).map(|(n, _)| *n);
        for number in early.collect::<Vec<_>>() {
            self.looked.remove(&number);
        }
        self.highest = order;
    }

    /// Somebody asks for an order, with this hash of a cart id, from this address (empty: not known).
    pub fn ask(&mut self, order: u64, proof: &str, address: &str, now: Moment) -> Admission {
        if let Some(answer) = self.remembered(order, proof, now) {
            if answer == Admission::Unproved {
                self.count_failure(address, now);
            }
            return answer;
        }
        if self.announced.contains(&order) {
            return Admission::Come;
        }
        if self.has_failed_too_often(address, now) {
            return Admission::Wait(LONGEST_WAIT);
        }
        let which = match self.may_be_late(order) {
            true => Which::Near,
            false => Which::Others,
        };
        let answer = self.line(which).ask(order, now);
        if answer == Admission::Come {
            forget_some(&mut self.inside);
            self.inside.insert(order, (which, address.to_owned()));
        }
        answer
    }

    /// Somebody shows an e-mail address and a number for an order. Every number takes a place, also one that is known
    /// to exist or not to: otherwise the wait would tell which. Nothing is remembered, for the same reason.
    pub fn ask_to_guess(&mut self, order: u64, now: Moment) -> Admission {
        self.guessed.ask(order, now)
    }

    /// What was shown was right, so it costs no place.
    pub fn guessed_right(&mut self) {
        self.guessed.give_back();
    }

    /// Takes in what a look has shown. `right`: it proved its asker right, so the place is given back; otherwise the
    /// failure counts against the address that took the place.
    pub fn looked(&mut self, order: u64, looked: Looked, right: bool, now: Moment) {
        if matches!(looked, Looked::Order { .. }) {
            self.know(order);
        }
        if let Some((which, address)) = self.inside.remove(&order) {
            match right {
                true => self.line(which).give_back(),
                false => self.count_failure(&address, now),
            }
        }
        forget_old(&mut self.looked, |(_, at)| now - at < REMEMBERED);
        self.looked.insert(order, (looked, now));
    }

    /// The merchant has changed which labels are ours, so every "not ours" may be wrong now.
    pub fn forget_looks(&mut self) {
        self.looked.clear();
    }

    /// The answer that an earlier look gives, if it still counts.
    fn remembered(&self, order: u64, proof: &str, now: Moment) -> Option<Admission> {
        let (looked, at) = self.looked.get(&order)?;
        let age = now - at;
        match looked {
            _ if age >= REMEMBERED => None,
            // A near number: the order may have been placed since the look. Within five seconds wait, after that look
            // again.
            Looked::NoSuchOrder if self.may_be_late(order) && age >= NOT_YET => None,
            Looked::NoSuchOrder if self.may_be_late(order) => Some(Admission::Wait(SHORTEST_WAIT)),
            Looked::NoSuchOrder => Some(Admission::Unproved),
            Looked::Order { cart_hash, .. } if cart_hash.as_deref() != Some(proof) => {
                Some(Admission::Unproved)
            }
            Looked::Order { ours: false, .. } => Some(Admission::NotOurs),
            Looked::Order { ours: true, .. } => Some(Admission::Come),
        }
    }

    /// True for a near number: not known yet, and close above the highest known one.
    fn may_be_late(&self, order: u64) -> bool {
        order > self.highest && order - self.highest <= NEAR
    }

    fn line(&mut self, which: Which) -> &mut Line {
        match which {
            Which::Near => &mut self.near,
            Which::Others => &mut self.others,
        }
    }

    /// Counts a wrong asker. Without an address nobody can be counted.
    fn count_failure(&mut self, address: &str, now: Moment) {
        if address.is_empty() {
            return;
        }
        forget_old(&mut self.failures, |(_, since)| now - since < MINUTE);
        let counted = self.failures.entry(address.to_owned()).or_insert((0, now));
        if now - counted.1 >= MINUTE {
            *counted = (0, now);
        }
        counted.0 = counted.0.saturating_add(1);
    }

    /// True while the address must wait out its minute.
    fn has_failed_too_often(&self, address: &str, now: Moment) -> bool {
        let counted = self.failures.get(address);
        counted.is_some_and(|(count, since)| *count >= MOST_FAILURES && now - since < MINUTE)
    }
}

/// The shortest and the longest wait that a caller is told, in ms.
const SHORTEST_WAIT: Moment = SECOND;
const LONGEST_WAIT: Moment = 5 * SECOND;
/// A number that has not been asked for again within this (ms) has left the line.
const GONE: Moment = 15 * SECOND;
/// If more numbers than this wait, further ones are not put in line, only told to come again.
const MOST_WAITING: usize = 2_000;

/// A budget that refills with time, and the numbers that wait for a place, in the order in which they came.
///
/// Places are counted in ms: with `Line::new(20, 3_000)`, a full budget is 60,000 ms, a place costs 3,000 ms, and one
/// ms comes back every ms. A number with `k` numbers ahead of it is let in once the credit is at least `(k + 1) ×
/// 3,000`, so nobody overtakes those ahead.
#[derive(Debug)]
struct Line {
    /// The full budget, in ms.
    most: Moment,
    /// What one place costs, and how long it takes to come back, in ms.
    refill: Moment,
    /// What is left of the budget, in ms.
    credit: Moment,
    /// When `credit` was last brought up to date, in ms since the epoch.
    counted_at: Moment,
    /// The numbers in line, and when each last asked.
    waiting: VecDeque<(u64, Moment)>,
}

impl Line {
    /// A full budget of so many places, each of which takes `refill` ms to come back.
    fn new(places: Moment, refill: Moment) -> Self {
        Self {
            most: places * refill,
            refill,
            credit: places * refill,
            counted_at: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Lets the number in, or puts it in line (or keeps its place there) and says how long to wait.
    fn ask(&mut self, order: u64, now: Moment) -> Admission {
        self.credit = (self.credit + (now - self.counted_at).max(0)).min(self.most);
        self.counted_at = now;
        self.waiting.retain(|(_, asked)| now - asked < GONE);
        let ahead = match self.waiting.iter_mut().position(|(waiting, _)| *waiting == order) {
            Some(place) => place,
            None if self.waiting.len() >= MOST_WAITING => return Admission::Wait(LONGEST_WAIT),
            None => {
                self.waiting.push_back((order, now));
                self.waiting.len() - 1
            }
        };
        let needed = (Moment::try_from(ahead).unwrap_or(Moment::MAX / self.refill) + 1) * self.refill;
        if needed <= self.credit {
            self.credit -= self.refill;
            self.waiting.remove(ahead);
            return Admission::Come;
        }
        self.waiting[ahead].1 = now;
        Admission::Wait((needed - self.credit).clamp(SHORTEST_WAIT, LONGEST_WAIT))
    }

    /// A place that proved right costs nothing.
    fn give_back(&mut self) {
        self.credit = (self.credit + self.refill).min(self.most);
    }
}

/// Makes room in a full map: drops what is too old, and if that is not enough, everything.
fn forget_old<K: Ord, V>(map: &mut BTreeMap<K, V>, mut is_young: impl FnMut(&V) -> bool) {
    if map.len() >= MOST_REMEMBERED {
        map.retain(|_, value| is_young(value));
        forget_some(map);
    }
}

/// Empties a full map. Forgetting costs at most some looks that were not needed.
fn forget_some<K: Ord, V>(map: &mut BTreeMap<K, V>) {
    if map.len() >= MOST_REMEMBERED {
        map.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Moment = 1_000_000_000;
    /// The highest number that the store has announced.
    const KNOWN: u64 = 500;

    fn door() -> Door {
        let mut door = Door::default();
        door.announce(KNOWN);
        door
    }

    fn order(cart: &str) -> Looked {
        Looked::Order { cart_hash: Some(cart.to_owned()), ours: true }
    }

    #[test]
    fn announced_numbers_are_always_let_in() {
        let mut door = door();
        for n in 0..1_000 {
            door.announce(KNOWN + n);
            assert_eq!(door.ask(KNOWN + n, "x", "a", T0), Admission::Come);
        }
    }

    #[test]
    fn one_look_serves_all_who_ask() {
        let mut door = door();
        door.looked(KNOWN, order("right"), true, T0);
        let minute_later = T0 + MINUTE;
        assert_eq!(door.ask(KNOWN, "wrong", "", minute_later), Admission::Unproved);
        assert_eq!(door.ask(KNOWN, "right", "", minute_later), Admission::Come);
        door.looked(KNOWN, Looked::Order { cart_hash: Some("right".into()), ours: false }, true, T0);
        assert_eq!(door.ask(KNOWN, "right", "", minute_later), Admission::NotOurs);
        assert_eq!(door.ask(KNOWN, "wrong", "", minute_later), Admission::Unproved, "nothing is given away");
    }

    #[test]
    fn whoever_guesses_waits_as_long_for_an_order_as_for_a_number_that_is_none() {
        let asked = |number: u64| {
            let mut door = door();
            door.looked(KNOWN - 1, order("theirs"), false, T0);
            door.looked(KNOWN - 2, Looked::NoSuchOrder, false, T0);
            (0..40).map(|n| door.ask_to_guess(number, T0 + n)).collect::<Vec<_>>()
        };
        let known = asked(KNOWN);
        assert_eq!(known.iter().filter(|answer| **answer == Admission::Come).count(), 20);
        for number in [KNOWN - 1, KNOWN - 2, KNOWN + 1, KNOWN + 5_000] {
            assert_eq!(asked(number), known, "{number}");
        }
    }

    #[test]
    fn an_order_without_a_cart_is_proved_by_no_cart() {
        let mut door = door();
        door.looked(KNOWN, Looked::Order { cart_hash: None, ours: true }, false, T0);
        assert_eq!(door.ask(KNOWN, "any", "", T0), Admission::Unproved);
    }

    /// Looks that strangers can cause, by whichever numbers.
    fn looks(door: &mut Door, numbers: impl Iterator<Item = u64>, every: Moment) -> usize {
        let mut now = T0;
        let mut looks = 0;
        for n in numbers {
            now += every;
            if door.ask(n, "stranger", &format!("address {now}"), now) == Admission::Come {
                looks += 1;
                let exists = n <= KNOWN;
                door.looked(n, if exists { order("theirs") } else { Looked::NoSuchOrder }, false, now);
            }
        }
        looks
    }

    #[test]
    fn strangers_cost_a_store_a_few_looks_a_minute_whatever_numbers_they_choose() {
        // A minute of ten and of two hundred a second.
        for (every, count) in [(100, 600), (5, 12_000)] {
            let near = looks(&mut door(), (1..=count).map(|n| KNOWN + 1 + n % NEAR), every);
            assert!(near <= 20 + 20, "{near} near looks");
            let far = looks(&mut door(), (1..=count).map(|n| KNOWN + 10_000 + n), every);
            assert!(far <= 10 + 10, "{far} far looks");
            let old = looks(&mut door(), (1..=count).map(|n| n % KNOWN), every);
            assert!(old <= 10 + 10, "{old} looks at older orders");
        }
    }

    #[test]
    fn existing_orders_cost_no_more_looks_than_there_are_orders() {
        let mut door = door();
        let mut all = 0;
        for n in 1..=5 {
            door.announce(n);
        }
        for round in 0..100 {
            for n in 1..=5 {
                if door.ask(n, "stranger", "", T0 + round) == Admission::Come {
                    all += 1;
                    door.looked(n, order("theirs"), false, T0 + round);
                }
            }
        }
        assert_eq!(all, 5);
    }

    #[test]
    fn right_proofs_give_their_place_back() {
        let mut door = door();
        for n in 1..=90 {
            assert_eq!(door.ask(KNOWN + n, "right", "one carrier's", T0), Admission::Come, "{n}");
            door.looked(KNOWN + n, order("right"), true, T0);
        }
    }

    #[test]
    fn a_late_order_waits_in_line_and_is_served_as_soon_as_it_is_announced() {
        let mut door = door();
        looks(&mut door, (1..=40).map(|n| KNOWN + 1 + n), 1);
        let now = T0 + 100;
        let late = KNOWN + 60;
        let Admission::Wait(ms) = door.ask(late, "right", "", now) else { panic!("the budget is used up") };
        assert!((SHORTEST_WAIT..=LONGEST_WAIT).contains(&ms));
        door.announce(late);
        assert_eq!(door.ask(late, "right", "", now + 1), Admission::Come);
    }

    #[test]
    fn whoever_keeps_asking_is_served_in_turn_though_no_message_ever_comes() {
        let mut door = door();
        let mut now = T0;
        let late = KNOWN + 77;
        let mut stranger = 0;
        // Ten strange numbers a second, each asked for once, and one shopper who does as he is told.
        let mut next = now;
        for _ in 0..600 {
            now += 100;
            stranger += 1;
            door.ask(KNOWN + 1 + stranger % 70, "stranger", "", now);
            door.ask(KNOWN + 1_000 + stranger, "stranger", "", now);
            if now >= next {
                match door.ask(late, "right", "", now) {
                    Admission::Come => return,
                    Admission::Wait(ms) => next = now + ms,
                    other => panic!("{other:?}"),
                }
            }
        }
        panic!("not served within a minute");
    }

    #[test]
    fn a_number_that_may_be_an_order_any_moment_is_not_refused() {
        let mut door = door();
        assert_eq!(door.ask(KNOWN + 1, "right", "", T0), Admission::Come);
        door.looked(KNOWN + 1, Looked::NoSuchOrder, false, T0);
        assert_eq!(door.ask(KNOWN + 1, "right", "", T0 + 1), Admission::Wait(SHORTEST_WAIT));
        assert_eq!(door.ask(KNOWN + 1, "right", "", T0 + NOT_YET), Admission::Come, "and is looked at again");
        door.announce(KNOWN + 1);
        assert_eq!(door.ask(KNOWN + 1, "right", "", T0 + NOT_YET), Admission::Come);
        door.looked(7, Looked::NoSuchOrder, false, T0);
        assert_eq!(door.ask(7, "right", "", T0 + 1), Admission::Unproved, "an old number is what it is");
    }

    /// A stranger asks for the next number, then two orders are placed, and the younger one is heard of first.
    #[test]
    fn a_look_that_came_before_the_order_refuses_nobody_afterwards() {
        for hears_of_the_younger in [
            (|door: &mut Door| assert!(door.announce(KNOWN + 3))) as fn(&mut Door),
            |door| door.looked(KNOWN + 3, order("younger"), true, T0 + 1),
            |door| door.know(KNOWN + 2),
        ] {
            let mut door = door();
            for n in 1..=2 {
                assert_eq!(door.ask(KNOWN + n, "stranger", "", T0), Admission::Come);
                door.looked(KNOWN + n, Looked::NoSuchOrder, false, T0);
            }
            hears_of_the_younger(&mut door);
            for n in 1..=2 {
                assert_eq!(door.ask(KNOWN + n, "right", "", T0 + 2), Admission::Come, "{n}");
            }
        }
    }

    #[test]
    fn an_address_that_is_wrong_again_and_again_waits_and_no_other_does() {
        let mut door = door();
        door.looked(KNOWN, order("theirs"), false, T0);
        for _ in 0..MOST_FAILURES {
            assert_eq!(door.ask(KNOWN, "wrong", "one", T0), Admission::Unproved);
        }
        assert_eq!(door.ask(3, "x", "one", T0), Admission::Wait(LONGEST_WAIT));
        assert_eq!(door.ask(3, "x", "another", T0), Admission::Come);
        door.announce(KNOWN + 1);
        assert_eq!(
            door.ask(KNOWN + 1, "right", "one", T0),
            Admission::Come,
            "a shopper behind the same address"
        );
        assert_eq!(door.ask(4, "x", "one", T0 + MINUTE), Admission::Come, "a minute later");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut door = door();
        for n in 0..20_000 {
            let now = T0 + 10_000 * i64::try_from(n).expect("small");
            door.announce(n);
            door.looked(n, order("x"), false, now);
            door.ask(1_000_000 + n * 1_000, "x", &n.to_string(), now);
            door.count_failure(&n.to_string(), now);
        }
        assert!(door.announced.len() <= MOST_ANNOUNCED);
        for len in [door.looked.len(), door.inside.len(), door.failures.len()] {
            assert!(len <= MOST_REMEMBERED, "{len}");
        }
        assert!(door.near.waiting.len() + door.others.waiting.len() <= 2 * MOST_WAITING);
    }
}
