//! The ledger: one row per payment of the store, for lists, searches and the routing of notifications. It is fed by
//! the payments' own objects and decides nothing.

use super::records::{Records, integer};
use crate::objects::store_client::{LedgerKey, LedgerRow};
use crate::payment::ids::OrderId;
use serde::{Deserialize, Serialize};
use worker::Result;

/// Rows on one page of the panel's list.
const PAGE: usize = 30;

/// Which payments to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Query {
    /// An order number, or the beginning of a KOMOJU id or external_order_num.
    pub search: String,
    pub attention_only: bool,
    /// How many to pass over.
    pub skip: u32,
}

/// One page of payments, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub rows: Vec<LedgerRow>,
    /// How many to pass over for the next page, where there is one.
    pub next: Option<u32>,
}

/// How the ledger stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub payments: u32,
    pub attention: u32,
}

#[derive(Deserialize)]
struct TextRow {
    row: String,
}

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

    /// Payments that meant to wake before `before_ms`, the longest overdue first.
    pub fn overslept(&self, before_ms: i64) -> Result<Vec<OrderId>> {
        let query = "SELECT order_id FROM ledger WHERE next_alarm_ms < ? ORDER BY next_alarm_ms LIMIT 50";
        let rows: Vec<OrderRow> = self.sql().exec(query, vec![before_ms.into()])?.to_array()?;
        Ok(rows.into_iter().filter_map(|row| OrderId::new(row.order_id).ok()).collect())
    }

    pub fn find_order(&self, by: &LedgerKey) -> Result<Option<OrderId>> {
        let find = "SELECT order_id FROM ledger_ref WHERE ref = ?";
        let rows: Vec<OrderRow> = self.sql().exec(find, vec![by.text().into()])?.to_array()?;
        Ok(rows.first().and_then(|row| OrderId::new(row.order_id).ok()))
    }

    pub fn tally(&self) -> Result<Tally> {
        let query = "SELECT count(*) AS payments, count(nullif(attention, 0)) AS attention FROM ledger";
        self.sql().exec(query, None)?.one()
    }

    pub fn list(&self, query: &Query) -> Result<Page> {
        let search = query.search.trim();
        let found = match search {
            "" => "1 OR ?1 OR ?2",
            _ => {
                "order_id = CAST(?1 AS INTEGER) OR order_id IN \
                 (SELECT order_id FROM ledger_ref WHERE ref >= ?1 AND ref < ?2)"
            }
        };
        let attention = if query.attention_only { " AND attention > 0" } else { "" };
        let limit = (PAGE + 1).to_string();
        let order = " ORDER BY updated_at_ms DESC, order_id DESC LIMIT ";
        let sql =
            ["SELECT row FROM ledger WHERE (", found, ")", attention, order, &limit, " OFFSET ?3"].concat();
        // Every text that begins with the search sorts before the search followed by the last character there is.
        let beyond = [search, "\u{10ffff}"].concat();
        let values = vec![search.into(), beyond.into(), integer(query.skip.into())?];
        let rows: Vec<TextRow> = self.sql().exec(&sql, values)?.to_array()?;
        let more = rows.len() > PAGE;
        let rows =
            rows.into_iter().take(PAGE).map(|r| Ok(crate::json::read(&r.row)?)).collect::<Result<_>>()?;
        let next = u32::try_from(PAGE).ok().filter(|_| more).map(|page| query.skip + page);
        Ok(Page { rows, next })
    }
}
