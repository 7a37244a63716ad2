//! The payment's rows in the object's SQLite.
//!
//! Schema 1: `meta(key, value)` holds the schema's number, the object's identity and the count of unfinished alarms;
//! `records(kind, key, body)` holds the machine's state, one row per attempt, deed, reading and so on, so that a
//! write only touches what has changed. An object that has never written has no tables at all. The tables have had
//! this one shape so far; what the bodies hold has a schema of its own, in the head record, and the core brings older
//! ones up to date as it reads them (`domain::state::record`).

use crate::objects::sql::rows;
use domain::state::record::{Record, Rows};
use domain::values::ids::{OrderId, StoreHash};
use std::cell::Cell;
use worker::{Result, SqlStorage, SqlStorageValue};

/// The schema that a new object starts with.
const SCHEMA: &str = "1";

/// How many rows one statement puts: the platform takes 100 values in one.
const MOST_AT_ONCE: usize = 30;

/// Access to the rows. No function here awaits, so everything between two awaits of the caller commits as one.
#[derive(Debug)]
pub struct Records {
    sql: SqlStorage,
    /// True once the tables were seen. They go only with everything else, see [`Records::gone`].
    exist: Cell<bool>,
}

impl Records {
    pub fn new(sql: SqlStorage) -> Self {
        Self { sql, exist: Cell::new(false) }
    }

    /// True once anything has been written; then the tables are there.
    pub fn exist(&self) -> Result<bool> {
        if !self.exist.get() {
            let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'records'";
            self.exist.set(!rows(&self.sql, query, Vec::new())?.is_empty());
        }
        Ok(self.exist.get())
    }

    /// Everything was deleted.
    pub fn gone(&self) {
        self.exist.set(false);
    }

    /// All rows, keyed by kind and key. Empty before the first write.
    pub fn load(&self) -> Result<Rows> {
        if !self.exist()? {
            return Ok(Rows::default());
        }
        let mut records = Rows::default();
        for mut row in rows(&self.sql, "SELECT kind, key, body FROM records", Vec::new())? {
            records.insert((row.text()?, row.text()?), row.text()?);
        }
        Ok(records)
    }

    /// Which payment this is. None before the first write. Errors: a stored id is malformed.
    pub fn identity(&self) -> Result<Option<(StoreHash, OrderId)>> {
        if !self.exist()? {
            return Ok(None);
        }
        let (store, order) = (self.meta("store")?, self.meta("order")?);
        let parsed = store.zip(order).map(|(store, order)| {
            Ok::<_, domain::values::ids::InvalidId>((StoreHash::parse(&store)?, OrderId::parse(&order)?))
        });
        parsed.transpose().map_err(|e| worker::Error::RustError(e.to_string()))
    }

    /// Applies all changes (a record without a body is deleted), and creates the tables on the first write. No await
    /// within: they commit as one.
    pub fn write(&self, store: &StoreHash, order: OrderId, records: &[Record]) -> Result<()> {
        if !self.exist()? {
            self.create(store, order)?;
        }
        let (gone, put): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.body.is_none());
        // Deletes first, so that a row which is both deleted and put remains.
        for Record { kind, key, .. } in gone {
            let query = "DELETE FROM records WHERE kind = ? AND key = ?";
            self.run(query, vec![kind.as_str().into(), key.as_str().into()])?;
        }
        for some in put.chunks(MOST_AT_ONCE) {
            let places = vec!["(?, ?, ?)"; some.len()].join(", ");
            let query = ["INSERT OR REPLACE INTO records (kind, key, body) VALUES ", &places].concat();
            let text = |record: &&Record| {
                let body = record.body.as_deref().unwrap_or_default();
                [record.kind.as_str(), record.key.as_str(), body].map(SqlStorageValue::from)
            };
            self.run(&query, some.iter().flat_map(text).collect())?;
        }
        Ok(())
    }

    /// Makes the tables, and notes which payment this is.
    fn create(&self, store: &StoreHash, order: OrderId) -> Result<()> {
        self.run("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)", Vec::new())?;
        let records = "CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, \
                       PRIMARY KEY (kind, key)) WITHOUT ROWID";
        self.run(records, Vec::new())?;
        self.set_meta("schema", SCHEMA)?;
        self.set_meta("store", store.as_str())?;
        self.set_meta("order", &order.to_string())
    }

    /// How many alarms in a row were begun and did not finish their work.
    pub fn unfinished_alarms(&self) -> Result<u32> {
        Ok(self.meta("unfinished_alarms")?.and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    pub fn set_unfinished_alarms(&self, n: u32) -> Result<()> {
        self.set_meta("unfinished_alarms", &n.to_string())
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        let found = rows(&self.sql, "SELECT value FROM meta WHERE key = ?", vec![key.into()])?.pop();
        found.map(|mut row| row.text()).transpose()
    }

    fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        self.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", vec![key.into(), value.into()])
    }

    fn run(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<()> {
        self.sql.exec(query, bindings).map(drop)
    }
}
