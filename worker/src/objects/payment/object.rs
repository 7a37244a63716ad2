//! The object itself: what it keeps in memory, how its machine is looked into, and whose turn it is.

use super::records::Records;
use crate::config::Config;
use crate::context::now_ms;
use crate::objects::turn::{Turn, Turns};
use domain::machine::Machine;
use domain::state::delays::Delays;
use domain::state::hint::Hint;
use domain::values::ids::{OrderId, StoreHash};
use std::cell::{Cell, RefCell};
use worker::{Env, Result, State, durable_object, wasm_bindgen};

/// The Durable Object class behind the binding PAYMENTS; its name is `{store}/{order}`.
#[derive(Debug)]
#[durable_object(alarm)]
pub struct PaymentObject {
    pub(super) state: State,
    pub(super) env: Env,
    pub(super) records: Records,
    pub(super) machine: RefCell<Option<Machine>>,
    pub(super) turns: Turns,
    /// When the alarm stands, as far as this instance has set it.
    pub(super) alarm: Cell<Option<i64>>,
    // What follows is in memory only: nothing is kept of an order that is not ours.
    /// When BigCommerce announced this order.
    pub(super) announced: Cell<Option<i64>>,
    /// How many are about to look at the order for the first time.
    pub(super) looking: Cell<u32>,
    /// Until then, no start of this order need ask whether it may look.
    pub(super) turned_away_until: Cell<i64>,
    /// When its shopper has started this order of late.
    pub(super) starts: RefCell<Vec<i64>>,
}

/// Whose payment a question is about.
pub struct Whose {
    pub store: StoreHash,
    pub order: OrderId,
}

impl PaymentObject {
    /// Looks into the machine, loading it first where this instance is new. Never across an await.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Machine) -> T) -> Result<T> {
        let mut slot = self.machine.borrow_mut();
        if slot.is_none() {
            let rows = self.records.load()?;
            *slot = Some(Machine::load(rows).map_err(|e| worker::Error::RustError(e.to_string()))?);
        }
        let machine = slot.get_or_insert_with(Machine::default);
        Ok(look(machine))
    }

    /// Waits for the turn. Whoever had it before may have been cancelled in the middle of a call, when a shopper left;
    /// what was committed is then all there is.
    pub(super) async fn take_turn(&self) -> Turn<'_> {
        let turn = self.turns.take().await;
        let mut slot = self.machine.borrow_mut();
        if slot.as_ref().is_some_and(|machine| !machine.is_at_rest()) {
            slot.take();
        }
        turn
    }

    pub(super) fn take_in(&self, hint: Hint) -> Result<()> {
        self.with(|machine| machine.hear(hint, now_ms()))
    }

    pub(super) fn config(&self) -> Result<Config> {
        Config::from_env(&self.env).map_err(|e| worker::Error::RustError(e.to_string()))
    }

    pub(super) fn delays(&self) -> Result<Delays> {
        Ok(Delays::scaled(self.config()?.time_scale))
    }
}
