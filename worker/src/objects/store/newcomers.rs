//! New orders whose shopper may never come. Each announced order waits in a queue for ten minutes, in which nearly
//! every shopper reaches the confirmation page. Then the order's own object looks at it, if BigCommerce's quota has
//! room, and keeps it as *not started* if it is ours and unpaid. So the merchant sees the orders whose shoppers never
//! reached us.

use super::chores::Chore;
use super::door::Door;
use super::object::StoreObject;
use super::pace::later;
use super::records::{Installation, Records, integer};
use crate::config::Config;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::payment::Met;
use crate::objects::messages::store::{Admission, Announced, Importance};
use crate::objects::payment_client::PaymentClient;
use crate::objects::sql::{Row, row, rows};
use domain::plan::start::Looked;
use domain::state::delays::Delays;
use domain::time::MINUTE_MS;
use domain::values::ids::{OrderId, StoreHash};
use std::cell::RefMut;
use worker::{Error, Result};

/// How long a new order waits in the queue before it is looked at, in ms. By then nearly every shopper has reached
/// the confirmation page or left for good.
const MEET_AFTER_MS: i64 = 10 * MINUTE_MS;
/// An order that could not be looked at for this long (ms) is dropped from the queue.
const FORGET_AFTER_MS: i64 = 7 * 24 * 60 * MINUTE_MS;

/// An order in the queue.
struct Newcomer {
    order: OrderId,
    /// How often it could not be looked at.
    tries: u32,
}

impl Records {
    /// Puts an order into the queue. True if it was not there. An order that has a payment is not queued.
    fn enqueue(&self, order: OrderId, now_ms: i64, due_at_ms: i64) -> Result<bool> {
        let insert = "INSERT INTO newcomer SELECT ?1, ?2, ?3, 0 \
             WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE order_id = ?1) ON CONFLICT DO NOTHING";
        let values = vec![integer(order.get())?, now_ms.into(), due_at_ms.into()];
        Ok(self.sql().exec(insert, values)?.rows_written() > 0)
    }

    /// Drops what was queued before this moment, and what has a payment by now.
    fn forget_newcomers(&self, heard_before_ms: i64) -> Result<()> {
        let delete =
            "DELETE FROM newcomer WHERE heard_at_ms < ? OR order_id IN (SELECT order_id FROM ledger)";
        self.sql().exec(delete, vec![heard_before_ms.into()])?;
        Ok(())
    }

    /// Orders that are due, at most as many as one alarm should look at.
    fn newcomers(&self, now_ms: i64) -> Result<Vec<Newcomer>> {
        let query = "SELECT order_id, tries FROM newcomer WHERE due_at_ms <= ? ORDER BY due_at_ms LIMIT 10";
        let newcomer = |mut row: Row| {
            let order = OrderId::new(row.number()?).map_err(|e| Error::RustError(e.to_string()))?;
            Ok(Newcomer { order, tries: row.number()? })
        };
        rows(self.sql(), query, vec![now_ms.into()])?.into_iter().map(newcomer).collect()
    }

    /// Counts a failed try, and sets the next.
    fn let_wait(&self, newcomer: &Newcomer, due_at_ms: i64) -> Result<()> {
        let update = "UPDATE newcomer SET tries = tries + 1, due_at_ms = ? WHERE order_id = ?";
        self.sql().exec(update, vec![due_at_ms.into(), integer(newcomer.order.get())?])?;
        Ok(())
    }

    /// Takes an order out of the queue.
    pub(super) fn dismiss(&self, order: OrderId) -> Result<()> {
        let delete = "DELETE FROM newcomer WHERE order_id = ?";
        self.sql().exec(delete, vec![integer(order.get())?])?;
        Ok(())
    }

    /// The queued orders, the highest number first, at most 4,000.
    pub(super) fn expected(&self) -> Result<Vec<u64>> {
        let query = "SELECT order_id FROM newcomer ORDER BY order_id DESC LIMIT 4000";
        rows(self.sql(), query, Vec::new())?.into_iter().map(|mut row| row.number()).collect()
    }

    /// True if the ledger has this order.
    pub(super) fn has_payment(&self, order: OrderId) -> Result<bool> {
        let query = "SELECT count(*) FROM ledger WHERE order_id = ?";
        Ok(row(self.sql(), query, vec![integer(order.get())?])?.number::<i64>()? == 1)
    }

    /// The highest order number in the ledger; 0: the ledger is empty.
    pub(super) fn highest_known(&self) -> Result<u64> {
        row(self.sql(), "SELECT coalesce(max(order_id), 0) FROM ledger", Vec::new())?.number()
    }

    /// When the first queued order is due. None: the queue is empty.
    fn next_newcomer_ms(&self) -> Result<Option<i64>> {
        row(self.sql(), "SELECT min(due_at_ms) FROM newcomer", Vec::new())?.optional_number()
    }
}

impl Installation {
    /// Whether new orders are to be queued and read ahead. Not before the store can take payments: an order's shopper
    /// would have nowhere to go.
    pub fn watches_new_orders(&self) -> bool {
        let may_pay = self.token.is_some() && self.komoju.iter().any(|account| account.current);
        self.settings.watch_new_orders && may_pay
    }
}

impl StoreObject {
    /// BigCommerce has announced an order: its shopper may come at any moment, or never. Queues it, and says whether
    /// the order should be read ahead now.
    pub(super) async fn new_order(&self, order: OrderId) -> Result<Announced> {
        if !self.records.installation()?.is_some_and(|i| i.watches_new_orders()) {
            return Ok(Announced::Nothing);
        }
        let news = !self.records.has_payment(order)? && self.door()?.announce(order.get());
        let config = self.config()?;
        self.expect(&[order], &config)?;
        self.arm().await?;
        Ok(match news {
            true if self.pace.take_ahead(now_ms()) => Announced::Read,
            true => Announced::Known,
            false => Announced::Nothing,
        })
    }

    /// The door. After a restart it is filled first with what the ledger and the queue know.
    fn door(&self) -> Result<RefMut<'_, Door>> {
        let mut door = self.door.borrow_mut();
        if door.is_new() {
            door.know(self.records.highest_known()?);
            for order in self.records.expected()? {
                door.announce(order);
            }
        }
        Ok(door)
    }

    /// Somebody wants to look at an order that we know nothing about. See `door`.
    pub(super) fn knock(&self, order: OrderId, proof: &str, network: &str) -> Result<Admission> {
        let config = self.config()?;
        let known = self.records.has_payment(order)?;
        let mut door = self.door()?;
        if known {
            door.announce(order.get());
        }
        // The door's delays are fixed. In local runs, where time is scaled, its clock runs faster instead.
        let scale = config.scale();
        Ok(match door.ask(order.get(), proof, network, now_ms().saturating_mul(scale)) {
            Admission::Wait(ms) => Admission::Wait((ms / scale).max(1)),
            entry @ (Admission::Come | Admission::Unproved | Admission::NotOurs) => entry,
        })
    }

    /// Takes in what a look has shown. An order that is paid another way needs no meeting either.
    pub(super) fn looked(&self, order: OrderId, looked: Looked, right: bool) -> Result<()> {
        if matches!(looked, Looked::Order { ours: false, .. }) {
            self.records.dismiss(order)?;
        }
        let now = now_ms().saturating_mul(self.config()?.scale());
        self.door()?.looked(order.get(), looked, right, now);
        Ok(())
    }

    /// Queues orders, and makes them known to the door. The caller sets the alarm.
    pub(super) fn expect(&self, orders: &[OrderId], config: &Config) -> Result<()> {
        let now = now_ms();
        let due = now + config.scaled_ms(MEET_AFTER_MS);
        let mut news = false;
        for order in orders {
            self.door()?.announce(order.get());
            news |= self.records.enqueue(*order, now, due)?;
        }
        if news { self.records.ask_for(Chore::Meet, due) } else { Ok(()) }
    }

    /// Looks at queued orders that are due, until the quota runs low. True: the queue is empty.
    pub(super) async fn meet(&self, config: &Config) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        if !installation.watches_new_orders() {
            // The merchant switched this off: the orders still queued are not wanted either.
            return self.records.forget_newcomers(now_ms() + MINUTE_MS).map(|()| true);
        }
        self.records.forget_newcomers(now_ms() - FORGET_AFTER_MS)?;
        let mut wait = None;
        for newcomer in self.records.newcomers(now_ms())? {
            wait = self.pace.take(Importance::Sweep, now_ms());
            if wait.is_some() {
                break;
            }
            self.meet_one(&installation.store, &installation.country, newcomer, config).await?;
        }
        let Some(next) = self.records.next_newcomer_ms()? else { return Ok(true) };
        self.records.set_due(Chore::Meet, next.max(later(wait, now_ms())))?;
        Ok(false)
    }

    /// Has one order looked at by its own object; if that cannot be done now, it waits in the queue for its next try.
    async fn meet_one(
        &self,
        store: &StoreHash,
        country: &str,
        newcomer: Newcomer,
        config: &Config,
    ) -> Result<()> {
        match PaymentClient::near(&self.env, store, newcomer.order, country).meet().await {
            Ok(Met::Done) => return self.records.dismiss(newcomer.order),
            Ok(Met::TryAgain) => (),
            Err(error) => {
                let order = newcomer.order.to_string();
                log::warn("store", "not_met", &[("order", &order), ("error", &error.to_string())]);
            }
        }
        let after = Delays::scaled(config.time_scale).retry(newcomer.tries + 1);
        self.records.let_wait(&newcomer, now_ms() + after)
    }
}
