//! What happens when nothing is left to do now: the object sleeps until the next moment that matters, or deletes
//! itself because the payment is over for good.
//!
//! A payment ends 400 days (a setting) after its last possible event. Before the object deletes itself it writes its
//! last row to the ledger, which holds no personal data. If the ledger cannot be told, the object does not end.

use super::ledger::ledger_row;
use super::object::PaymentObject;
use super::surroundings::RunSurroundings;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::ledger::LedgerRow;
use crate::objects::store_client::StoreClient;
use worker::Result;

/// How long until a ledger row that could not be written is tried again, in ms.
const LEDGER_RETRY_MS: i64 = 60_000;

impl PaymentObject {
    /// Sets the alarm to the earliest of: what the machine waits for (`wake`), a retry of the ledger, the end of the
    /// payment. None of these: no alarm. Only settings confirmed by the store's own object may end a payment.
    pub(super) async fn rest(&self, surroundings: &RunSurroundings, wake: Option<i64>) -> Result<()> {
        if !self.records.exist()? {
            return Ok(());
        }
        let ledger = self.with(|machine| machine.ledger_lacks_it())?.then(|| now_ms() + LEDGER_RETRY_MS);
        let end =
            self.with(|machine| machine.state().ends_at(&surroundings.shop.settings, surroundings.delays))?;
        if surroundings.shop.confirmed && ledger.is_none() && end.is_some_and(|end| end <= now_ms()) {
            return self.end(surroundings).await;
        }
        match wake.into_iter().chain(ledger).chain(end).min() {
            Some(at) => self.wake_at(at).await,
            None => {
                self.alarm.set(None);
                self.state.storage().delete_alarm().await
            }
        }
    }

    /// Ends the payment: writes its last ledger row, which says that nobody need wake it any more, then forgets
    /// everything.
    async fn end(&self, surroundings: &RunSurroundings) -> Result<()> {
        let (row, last) = self.with(|m| (ledger_row(m, &surroundings.shop), m.state().last_event()))?;
        let row = LedgerRow {
            version: row.version + 1,
            updated_at_ms: last,
            next_alarm_ms: None,
            open: false,
            ..row
        };
        let order = row.order.to_string();
        let told = async { StoreClient::new(&self.env, &surroundings.shop.store)?.upsert_payment(row).await };
        if let Err(error) = told.await {
            log::warn("payment", "ledger_not_written", &[("error", &error.to_string())]);
            return self.wake_at(now_ms() + LEDGER_RETRY_MS).await;
        }
        // A hint may have come in while we told the ledger. It is an event, and moves the end by another 400 days.
        let end =
            self.with(|machine| machine.state().ends_at(&surroundings.shop.settings, surroundings.delays))?;
        if end.is_none_or(|end| end > now_ms()) {
            return Ok(());
        }
        log::info("payment", "ended", &[("store", surroundings.shop.store.as_str()), ("order", &order)]);
        self.forget().await
    }

    /// Deletes alarm and rows, because the payment is over for good or its store was purged. What remains is the row
    /// in the store's ledger, which names nobody.
    pub(super) async fn forget(&self) -> Result<()> {
        self.alarm.set(None);
        self.machine.borrow_mut().take();
        self.records.gone();
        self.state.storage().delete_alarm().await?;
        let deleted = self.state.storage().delete_all().await;
        // Whoever asked meanwhile may have loaded what was there then.
        self.machine.borrow_mut().take();
        self.records.gone();
        deleted
    }
}
