//! The ledger: one row per payment of the store, for lists, searches and the routing of notifications. It is fed by
//! the payments' own objects and decides nothing.

use super::records::{Records, integer};
use crate::objects::store_client::{LedgerKey, LedgerRow};
use crate::payment::ids::OrderId;
use serde::Deserialize;
use worker::Result;

#[derive(Deserialize)]
struct OrderRow {
    order_id: u64,
}

impl Records {
    /// Writes the row unless a newer version is there already. Rows may arrive in any order and twice.
    pub fn upsert_payment(&self, row: &LedgerRow) -> Result<()> {
        let upsert = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE SET \
             version = excluded.version, updated_at_ms = excluded.updated_at_ms, \
             next_alarm_ms = excluded.next_alarm_ms, attention = excluded.attention, row = excluded.row \
             WHERE excluded.version > version";
        let order = integer(row.order.get())?;
        let attention = integer(row.attention.len() as u64)?;
        let alarm = row.next_alarm_ms.into();
        let text = serde_json::to_string(row)?.into();
        let values =
            vec![order.clone(), integer(row.version)?, row.updated_at_ms.into(), alarm, attention, text];
        self.sql().exec(upsert, values)?;
        for name in &row.refs {
            let known = "INSERT INTO ledger_ref VALUES (?, ?) ON CONFLICT (ref) DO NOTHING";
            self.sql().exec(known, vec![name.as_str().into(), order.clone()])?;
        }
        Ok(())
    }

    pub fn find_order(&self, by: &LedgerKey) -> Result<Option<OrderId>> {
        let find = "SELECT order_id FROM ledger_ref WHERE ref = ?";
        let rows: Vec<OrderRow> = self.sql().exec(find, vec![by.text().into()])?.to_array()?;
        Ok(rows.first().and_then(|row| OrderId::new(row.order_id).ok()))
    }
}
