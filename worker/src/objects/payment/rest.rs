//! When nothing is left to be done now: the object sleeps until something is due, or the payment is over for good and
//! the object forgets itself. Its row in the ledger is the last thing it writes.

use super::ledger::ledger_row;
use super::object::PaymentObject;
use super::setting::Setting;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::ledger::LedgerRow;
use crate::objects::store_client::StoreClient;
use worker::Result;

/// How long after a ledger row could not be written it is tried again.
const LEDGER_RETRY_MS: i64 = 60_000;

impl PaymentObject {
    /// Sets the exact time, or none. Where the ledger could not be told, it is tried again soon.
    pub(super) async fn rest(&self, setting: &Setting, wake: Option<i64>) -> Result<()> {
        if !self.records.exist()? {
            return Ok(());
        }
        let ledger = self.ledger_row(setting, wake)?.map(|_| now_ms() + LEDGER_RETRY_MS);
        let end = self.with(|machine| machine.state().ends_at(&setting.shop.settings, setting.delays))?;
        if setting.shop.confirmed && ledger.is_none() && end.is_some_and(|end| end <= now_ms()) {
            return self.end(setting).await;
        }
        match wake.into_iter().chain(ledger).chain(end).min() {
            Some(at) => self.wake_at(at).await,
            None => {
                self.alarm.set(None);
                self.state.storage().delete_alarm().await
            }
        }
    }

    /// The end of a payment. Its row in the ledger is the last thing it writes: nobody is to wake it any more.
    async fn end(&self, setting: &Setting) -> Result<()> {
        let (row, last) = self.with(|m| (ledger_row(m, &setting.shop), m.state().last_event()))?;
        let row = LedgerRow {
            version: row.version + 1,
            updated_at_ms: last,
            next_alarm_ms: None,
            open: false,
            ..row
        };
        let order = row.order.to_string();
        let told = async { StoreClient::new(&self.env, &setting.shop.store)?.upsert_payment(row).await };
        if let Err(error) = told.await {
            log::warn("payment", "ledger_not_written", &[("error", &error.to_string())]);
            return self.wake_at(now_ms() + LEDGER_RETRY_MS).await;
        }
        // Somebody may have told of something meanwhile: that is an event, and puts the end off.
        let end = self.with(|machine| machine.state().ends_at(&setting.shop.settings, setting.delays))?;
        if end.is_none_or(|end| end > now_ms()) {
            return Ok(());
        }
        log::info("payment", "ended", &[("store", setting.shop.store.as_str()), ("order", &order)]);
        self.forget().await
    }

    /// The payment is over for good, or its store is. What remains is its row in the store's ledger, which names nobody.
    pub(super) async fn forget(&self) -> Result<()> {
        self.alarm.set(None);
        self.machine.borrow_mut().take();
        self.state.storage().delete_alarm().await?;
        self.state.storage().delete_all().await
    }
}
