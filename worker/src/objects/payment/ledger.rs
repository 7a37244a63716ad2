//! The payment's row in the store's ledger: derived from the machine's state, and sent to the store's object.

use super::object::{PaymentObject, Whose};
use super::surroundings::RunSurroundings;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::ledger::LedgerRow;
use crate::objects::store_client::StoreClient;
use domain::machine::{Input, Machine};
use domain::state::settings::Mode;
use domain::state::shop::Shop;
use domain::texts::locale::Locale;
use domain::values::name::Name;
use domain::views::condition::condition;
use worker::Result;

impl PaymentObject {
    /// Sends the row that the ledger lacks. `wake`: when this object will wake next, so that the store's sweep can
    /// tell if it oversleeps. A failure is logged, and the machine told: [`PaymentObject::rest`] sets an alarm that
    /// tries again.
    pub(super) async fn tell_ledger(
        &self,
        whose: &Whose,
        surroundings: &RunSurroundings,
        wake: Option<i64>,
    ) -> Result<()> {
        let row = self.with(|machine| ledger_row(machine, &surroundings.shop))?;
        let version = row.version;
        let row = LedgerRow { next_alarm_ms: wake, ..row };
        let told = async { StoreClient::new(&self.env, &whose.store)?.upsert_payment(row).await };
        let heard = match told.await {
            Ok(()) => Input::LedgerHas(version),
            Err(error) => {
                log::warn("payment", "ledger_not_written", &[("error", &error.to_string())]);
                Input::LedgerSilent
            }
        };
        self.handle(heard, surroundings)
    }
}

/// The ledger row for the machine's present state, without the next alarm.
pub fn ledger_row(machine: &Machine, shop: &Shop) -> LedgerRow {
    let state = machine.state();
    let snapshot = machine.snapshot(Locale::default());
    let due = state.order.reading.as_ref().and_then(|o| o.due.ok());
    let amount = snapshot.amount.or(due);
    let sessions = state.attempts.iter().filter_map(|a| a.session.as_ref()).map(ToString::to_string);
    let numbers = state.attempts.iter().map(|a| a.terms.external_order_num.clone());
    let payments = state.payments.keys().map(ToString::to_string);
    LedgerRow {
        order: shop.order,
        version: state.head.version,
        phase: Name::Known(condition(state, &shop.settings, &snapshot)),
        amount: amount.map(|m| m.to_string()).unwrap_or_default(),
        amount_minor: amount.map_or(0, |m| m.minor),
        currency: amount.map(|m| m.currency.code().to_owned()).unwrap_or_default(),
        refunded: state.paid_back(),
        mode: if snapshot.test { Mode::Test } else { Mode::Live },
        refs: sessions.chain(numbers).chain(payments).collect(),
        attention: state.attentions(&shop.settings).into_iter().map(Name::Known).collect(),
        updated_at_ms: now_ms(),
        placed_at_ms: state.order.reading.as_ref().map_or(0, |order| order.placed_at),
        next_alarm_ms: None,
        open: state.is_open(),
    }
}
