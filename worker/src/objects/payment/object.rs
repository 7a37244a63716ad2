//! The object itself: what it keeps in memory, how the code gets at its machine, and how it takes turns.

use super::records::Records;
use crate::config::Config;
use crate::context::now_ms;
use crate::objects::turn::{Turn, Turns};
use domain::machine::Machine;
use domain::state::delays::Delays;
use domain::state::hint::Hint;
use domain::values::ids::{OrderId, StoreHash};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use worker::{Env, Result, State, durable_object, wasm_bindgen};

/// The Durable Object class behind the binding PAYMENTS. One instance per order; its name is `{store}/{order}`.
#[derive(Debug)]
#[durable_object(alarm)]
pub struct PaymentObject {
    pub(super) state: State,
    pub(super) env: Env,
    pub(super) records: Records,
    /// The payment's state, loaded from `records` on first use. None: not loaded, or dropped because memory and disk
    /// may differ.
    pub(super) machine: RefCell<Option<Machine>>,
    /// Held by whoever runs calls, so that two calls to one remote object never overlap.
    pub(super) turns: Turns,
    /// When the alarm stands, in ms since the epoch, if this instance has set it. None: unknown, an earlier instance
    /// may have set one.
    pub(super) alarm: Cell<Option<i64>>,
    /// The table of delays, once it was asked for.
    pub(super) delays: Cell<Option<Delays>>,
    // The rest lives in memory only, because we keep nothing of an order that may not be ours.
    /// When BigCommerce announced this order, in ms since the epoch.
    pub(super) announced: Cell<Option<i64>>,
    /// How many callers are waiting for, or making, the first look at the order.
    pub(super) looking: Cell<u32>,
    /// Until this moment (ms since the epoch) every start that would need a first look is told to wait, without
    /// asking the store's object again.
    pub(super) turned_away_until: Cell<i64>,
    /// When the shopper's recent starts of this order were answered, oldest first, for the limit per minute.
    pub(super) starts: RefCell<Vec<i64>>,
    /// The same of those who were let in by e-mail address, which are limited apart.
    pub(super) opened: RefCell<Vec<i64>>,
}

/// The order a question is about. The object learns it from the question, or from its own rows when an alarm wakes
/// it.
pub struct Whose {
    pub store: StoreHash,
    pub order: OrderId,
}

impl PaymentObject {
    /// Gives access to the machine, and loads it from the rows first if needed. The closure cannot await, so nobody
    /// else sees the machine half changed. Errors: the rows cannot be read.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Machine) -> T) -> Result<T> {
        let mut slot = self.machine.borrow_mut();
        if slot.is_none() {
            let rows = self.records.load()?;
            *slot = Some(Machine::load(&rows).map_err(|e| worker::Error::RustError(e.to_string()))?);
        }
        let machine = slot.get_or_insert_with(Machine::default);
        Ok(look(machine))
    }

    /// Waits for the turn. If the last holder was cancelled in the middle of a call (the shopper closed the page),
    /// the machine in memory still waits for an answer that will never come. Then it is dropped and loaded again from
    /// what was committed: the same as after a crash.
    pub(super) async fn take_turn(&self) -> Turn<'_> {
        let turn = self.turns.take().await;
        let mut slot = self.machine.borrow_mut();
        if slot.as_ref().is_some_and(|machine| !machine.is_at_rest()) {
            slot.take();
        }
        turn
    }

    /// Hands a hint to the machine; the caller commits it.
    pub(super) fn take_in(&self, hint: Hint) -> Result<()> {
        let delays = self.delays()?;
        self.with(|machine| machine.hear(hint, now_ms(), delays))
    }

    /// The worker's configuration. Errors: a variable is missing or malformed.
    pub(super) fn config(&self) -> Result<Rc<Config>> {
        Config::from_env(&self.env).map_err(|e| worker::Error::RustError(e.to_string()))
    }

    /// The delays, divided by the time scale. The configuration is read once: it does not change while this instance
    /// lives.
    pub(super) fn delays(&self) -> Result<Delays> {
        if let Some(known) = self.delays.get() {
            return Ok(known);
        }
        let delays = Delays::scaled(self.config()?.time_scale);
        self.delays.set(Some(delays));
        Ok(delays)
    }
}
