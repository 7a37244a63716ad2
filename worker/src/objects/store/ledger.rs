//! The ledger: one row per payment of the store, for the panel's list and search, and to find the order that a KOMOJU
//! notification is about. The payments' own objects feed it; it decides nothing.

use super::records::{Records, integer};
use crate::objects::messages::ledger::{LedgerKey, LedgerPage, LedgerRow, Query, Tally};
use crate::objects::sql::{Row, row, rows};
use crate::stored;
use domain::json::write;
use domain::values::ids::OrderId;
use worker::Result;

/// How many rows one page of the panel's list has.
const PAGE: usize = 30;

impl Records {
    /// Writes the row, unless the same or a newer version is stored. Rows may arrive in any order, and twice.
    pub fn upsert_payment(&self, row: &LedgerRow) -> Result<()> {
        let upsert = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE SET \
             version = excluded.version, updated_at_ms = excluded.updated_at_ms, \
             next_alarm_ms = excluded.next_alarm_ms, attention = excluded.attention, row = excluded.row \
             WHERE excluded.version > version";
        let order = integer(row.order.get())?;
        let attention = integer(row.attention.len() as u64)?;
        let alarm = row.next_alarm_ms.into();
        let text = write(row).into();
        let values =
            vec![order.clone(), integer(row.version)?, row.updated_at_ms.into(), alarm, attention, text];
        self.sql().exec(upsert, values)?;
        for name in &row.refs {
            let known = "INSERT INTO ledger_ref VALUES (?, ?) ON CONFLICT (ref) DO NOTHING";
            self.sql().exec(known, vec![name.as_str().into(), order.clone()])?;
        }
        Ok(())
    }

    /// Up to 50 payments that meant to wake before `before_ms`, the longest overdue first.
    pub fn overslept(&self, before_ms: i64) -> Result<Vec<OrderId>> {
        let query = "SELECT order_id FROM ledger WHERE next_alarm_ms < ? ORDER BY next_alarm_ms LIMIT 50";
        rows(self.sql(), query, vec![before_ms.into()])?.into_iter().map(order).collect()
    }

    /// Up to 50 payments to wake because settings or keys have changed: those that need attention, and those that had
    /// news since `since_ms`. In falling order of number, below `below`.
    pub fn stirred(&self, since_ms: i64, below: i64) -> Result<Vec<OrderId>> {
        let query = "SELECT order_id FROM ledger WHERE order_id < ? AND (attention > 0 OR updated_at_ms >= ?) \
             ORDER BY order_id DESC LIMIT 50";
        rows(self.sql(), query, vec![below.into(), since_ms.into()])?.into_iter().map(order).collect()
    }

    /// Up to 50 payments in rising order of number, above `above`.
    pub fn orders_above(&self, above: i64) -> Result<Vec<OrderId>> {
        let query = "SELECT order_id FROM ledger WHERE order_id > ? ORDER BY order_id LIMIT 50";
        rows(self.sql(), query, vec![above.into()])?.into_iter().map(order).collect()
    }

    /// How many payments are not at their end. Rows of former versions do not say; of those, one that means to wake
    /// again counts.
    pub fn open_payments(&self) -> Result<u32> {
        let query = "SELECT count(*) FROM ledger \
             WHERE coalesce(json_extract(row, '$.open'), next_alarm_ms IS NOT NULL)";
        row(self.sql(), query, Vec::new())?.number()
    }

    /// The order that this id or number belongs to, if it is one of this store's.
    pub fn find_order(&self, by: &LedgerKey) -> Result<Option<OrderId>> {
        let find = "SELECT order_id FROM ledger_ref WHERE ref = ?";
        rows(self.sql(), find, vec![by.text().into()])?.pop().map(order).transpose()
    }

    /// The order found by the first key that finds one.
    pub fn find_first(&self, keys: &[LedgerKey]) -> Result<Option<OrderId>> {
        let found = keys.iter().map(|key| self.find_order(key)).find(|found| !matches!(found, Ok(None)));
        found.unwrap_or(Ok(None))
    }

    /// How many payments there are, and how many of them need attention.
    pub fn tally(&self) -> Result<Tally> {
        let query = "SELECT count(*), count(nullif(attention, 0)) FROM ledger";
        let mut row = row(self.sql(), query, Vec::new())?;
        Ok(Tally { payments: row.number()?, attention: row.number()? })
    }

    /// One page of the list, the latest news first.
    pub fn list(&self, query: &Query) -> Result<LedgerPage> {
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
        // Every text that begins with the search term sorts before the term followed by the highest character.
        let beyond = [search, "\u{10ffff}"].concat();
        let values = vec![search.into(), beyond.into(), integer(query.skip.into())?];
        let found = rows(self.sql(), &sql, values)?;
        let more = found.len() > PAGE;
        let rows =
            found.into_iter().take(PAGE).map(|mut r| stored::read(&r.text()?)).collect::<Result<_>>()?;
        let next = u32::try_from(PAGE).ok().filter(|_| more).map(|page| query.skip + page);
        Ok(LedgerPage { rows, next })
    }
}

fn order(mut row: Row) -> Result<OrderId> {
    OrderId::new(row.number()?).map_err(|e| worker::Error::RustError(e.to_string()))
}
