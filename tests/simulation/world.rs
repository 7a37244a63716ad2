//! The world of one order: the two sides, the machine with its table, the post between them, and what is noted about
//! all of it for those who judge.
//!
//! Here is what stands; what happens is in [`driver`](super::driver), [`occasions`](super::occasions),
//! [`postman`](super::postman) and [`people`](super::people).

use std::cell::Cell;
use std::collections::BTreeSet;

use domain::machine::Machine;
use domain::state::record::{Record, Rows};
use domain::state::shop::Shop;
use domain::values::attention::Attention;

use super::bank::Bank;
use super::edge::Edge;
use super::faults::Faults;
use super::mutation::Mutation;
use super::page::Page;
use super::post::Post;
use super::schedule::{EPOCH, Refunds, Setup, Unpaid};
use super::shop::shop;
use super::store::{Refund, Store};

/// Everything there is, as [`truth`](super::truth) may look at it.
#[derive(Debug)]
pub struct World {
    pub now: i64,
    pub store: Store,
    pub bank: Bank,
    pub machine: Machine,
    pub shop: Shop,
    pub post: Post,
    pub faults: Faults,
    pub mutation: Option<Mutation>,
    /// Whatever the merchant was ever shown, where somebody wants to know.
    pub shown: Option<BTreeSet<&'static str>>,
    /// What the merchant has seen and put away.
    pub dismissed: Vec<Attention>,
    pub settled_outside: Vec<u64>,
    /// Refunds of BigCommerce's that a person wanted to be paid back.
    pub confirmed: BTreeSet<u64>,
    /// What was to become of refunds, and how many there were in BigCommerce when that was set: the clock does not tell
    /// which of two things of one moment came first.
    policies: Vec<(usize, Refunds)>,
    /// What was to become of orders that nobody pays, at any time.
    pub unpaid: Vec<Unpaid>,
    /// At some time the store wanted a second payment to be given back, or goods that leave not to be captured for.
    pub second_was_to_go_back: bool,
    pub shipping_was_free: bool,
    pub decisions: u32,
    /// A page ever showed another amount than the order's.
    pub amount_was_disputed: bool,
    /// The last page did that was heard out. None: nobody can tell, for the worker died over it.
    pub amount_is_disputed: Option<bool>,
    /// KOMOJU's last word about a new session is no. None: nobody can tell, for the worker died over it.
    pub session_is_refused: Option<bool>,
    /// What must never happen, whatever the schedule.
    pub violations: Vec<String>,
    /// So many of the order's moves have been judged.
    pub judged: usize,
    /// A page of the panel that a second person has open.
    pub second_page: Option<Page>,
    /// Each refund that was decided and taken, by its number, with the page that it was pressed on.
    pub pressed: Vec<(u64, Page)>,
    /// Who can say what of the store.
    pub edge: Edge,
    /// So many answers had an element that cannot be read, and since when they may have one.
    pub odd: u64,
    pub odd_since: Option<i64>,
    /// What a mistake has begun to spoil.
    pub spoilt: Cell<bool>,
    /// The order is to be met until it is known, or known to be none of ours; a worker that dies over it is asked again.
    pub to_meet: bool,
    rows: Rows,
    /// When the machine is to be woken next.
    pub alarm: Option<i64>,
    pub runs: u32,
}

impl World {
    pub fn new(setup: Setup) -> Self {
        let mut store = Store::with_order(setup.total, EPOCH);
        store.decimals = if setup.cents { 2 } else { 0 };
        store.store_credit = setup.store_credit;
        store.digital = setup.digital;
        let mut bank = Bank::open(EPOCH, if setup.cents { 0 } else { setup.fee });
        bank.hides_descriptions = setup.silent_transfers;
        Self {
            now: EPOCH,
            store,
            bank,
            machine: Machine::default(),
            shop: shop(setup),
            post: Post::default(),
            faults: Faults::default(),
            mutation: None,
            shown: None,
            dismissed: Vec::new(),
            settled_outside: Vec::new(),
            confirmed: BTreeSet::new(),
            policies: vec![(0, setup.refunds)],
            unpaid: vec![setup.unpaid],
            second_was_to_go_back: setup.refund_second,
            shipping_was_free: !setup.capture_on_shipping,
            decisions: 0,
            amount_was_disputed: false,
            amount_is_disputed: Some(false),
            session_is_refused: Some(false),
            violations: Vec::new(),
            judged: 0,
            second_page: None,
            pressed: Vec::new(),
            edge: Edge::default(),
            odd: 0,
            odd_since: None,
            spoilt: Cell::new(false),
            to_meet: false,
            rows: Rows::default(),
            alarm: None,
            runs: 0,
        }
    }

    /// Whether the order was placed before the app was installed for the first time.
    pub fn was_before_us(&self) -> bool {
        self.shop.installed_at > EPOCH
    }

    /// What was to become of refunds, at any time.
    pub fn policies(&self) -> impl Iterator<Item = Refunds> {
        self.policies.iter().map(|(_, policy)| *policy)
    }

    /// What was to become of refunds when this one was made, and at any time since.
    pub fn policies_since(&self, refund: &Refund) -> impl Iterator<Item = Refunds> {
        let was_set = |(made_before, _): &(usize, Refunds)| (*made_before as u64) < refund.id;
        let from = self.policies.iter().rposition(was_set).unwrap_or(0);
        self.policies().skip(from)
    }

    pub fn set_refunds(&mut self, policy: Refunds) {
        self.policies.push((self.store.refunds.len(), policy));
    }

    /// What the merchant is shown; of an order that nothing is kept of, nothing.
    pub fn attentions(&self) -> Vec<Attention> {
        match self.is_known() {
            true => self.machine.state().attentions(&self.shop.settings),
            false => Vec::new(),
        }
    }

    pub fn wake_soon(&mut self) {
        self.alarm = Some(self.now);
    }

    pub fn wake_within(&mut self, wait: i64) {
        let at = self.now + wait;
        self.alarm = Some(self.alarm.filter(|alarm| *alarm > self.now).map_or(at, |alarm| alarm.min(at)));
    }

    /// Whether there is anything to remember of this order.
    pub fn is_known(&self) -> bool {
        self.rows.iter().next().is_some()
    }

    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Another version of the app takes over, and finds these rows.
    pub fn restart_with(&mut self, rows: Rows) {
        self.rows = rows;
        self.crash();
        self.wake_soon();
    }

    /// Makes rows durable.
    pub fn commit(&mut self, records: &[Record]) {
        for Record { kind, key, body } in records {
            let at = (kind.clone(), key.clone());
            match body {
                Some(body) => self.rows.insert(at, body.clone()),
                None => self.rows.remove(&at),
            }
        }
    }

    /// Nothing is left but what was committed; the guard wakes what comes after.
    pub fn crash(&mut self) {
        match Machine::load(&self.rows) {
            Ok(machine) => self.machine = machine,
            Err(corrupt) => self.violations.push(format!("what was committed cannot be read: {corrupt}")),
        }
    }
}
