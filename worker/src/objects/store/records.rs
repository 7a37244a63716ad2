//! The installation record and its tables. One JSON document holds what is read and written together; rows hold what
//! grows. Every function here is free of `await`, so whatever a caller writes between two of its own awaits commits
//! as one.

use crate::crypto::Sealed;
use crate::payment::ids::StoreHash;
use crate::payment::settings::{Provider, Settings};
use crate::profile::{Channel, KomojuAccount, LearnedLabel, Profile};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use worker::{Result, SqlStorage, SqlStorageValue};

/// Each entry brings the schema from its index to the next number. Expand first, contract a release later; an entry
/// that has been released is never edited.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE installation (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL);
    CREATE TABLE staff (id INTEGER PRIMARY KEY, seen_at_ms INTEGER NOT NULL);
    CREATE TABLE label (
        channel INTEGER NOT NULL, label TEXT NOT NULL, provider TEXT, dismissed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (channel, label)
    ) WITHOUT ROWID;
    CREATE TABLE ledger (
        order_id INTEGER PRIMARY KEY, version INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
        next_alarm_ms INTEGER, attention INTEGER NOT NULL, row TEXT NOT NULL
    );
    CREATE INDEX ledger_by_time ON ledger (updated_at_ms);
    CREATE INDEX ledger_by_alarm ON ledger (next_alarm_ms) WHERE next_alarm_ms IS NOT NULL;
    CREATE TABLE ledger_ref (ref TEXT PRIMARY KEY, order_id INTEGER NOT NULL) WITHOUT ROWID;
"];

/// Everything this app knows about a store's installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Rises with each change that the profile shows.
    pub version: u64,
    pub store: StoreHash,
    /// Rises with each exchange of a code: what an earlier one admitted, a later one does not.
    pub generation: u64,
    /// By BigCommerce's clock, so that it can be compared with the `iat` of its tokens.
    pub installed_at_s: i64,
    /// SHA-256 of the last exchanged code: a reload of /auth is recognised.
    pub code_hash: String,
    /// None: uninstalled.
    pub token: Option<Sealed>,
    pub komoju: Vec<KomojuAccount>,
    pub webhook_secrets: Vec<Sealed>,
    pub hook_secret: Sealed,
    pub settings: Settings,
    #[serde(default)]
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub store_name: String,
    #[serde(default)]
    pub country: String,
    #[serde(default)]
    pub panel_url: String,
}

/// The tables of one StoreObject.
#[derive(Debug)]
pub struct Records {
    sql: SqlStorage,
    /// The schema was seen to be the newest.
    ready: Cell<bool>,
}

#[derive(Deserialize)]
struct RecordRow {
    record: String,
}

#[derive(Deserialize)]
struct CountRow {
    n: i64,
}

#[derive(Deserialize)]
struct LabelRow {
    channel: u64,
    label: String,
    provider: Option<String>,
}

impl Records {
    pub fn new(sql: SqlStorage) -> Self {
        Self { sql, ready: Cell::new(false) }
    }

    pub fn sql(&self) -> &SqlStorage {
        &self.sql
    }

    /// The installation; None, without having written anything, where there has never been one.
    pub fn installation(&self) -> Result<Option<Installation>> {
        if !self.exists()? {
            return Ok(None);
        }
        self.migrate()?;
        let rows: Vec<RecordRow> = self.sql.exec("SELECT record FROM installation", None)?.to_array()?;
        rows.first().map(|row| Ok(serde_json::from_str(&row.record)?)).transpose()
    }

    /// Stores the installation. The first call creates the tables: it follows BigCommerce's confirmation.
    pub fn save(&self, installation: &Installation) -> Result<()> {
        self.migrate()?;
        let record = serde_json::to_string(installation)?;
        let upsert =
            "INSERT INTO installation VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET record = excluded.record";
        self.sql.exec(upsert, vec![record.into()])?;
        Ok(())
    }

    fn exists(&self) -> Result<bool> {
        if self.ready.get() {
            return Ok(true);
        }
        let found =
            "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
        Ok(self.sql.exec(found, None)?.one::<CountRow>()?.n == 1)
    }

    fn migrate(&self) -> Result<()> {
        if self.ready.get() {
            return Ok(());
        }
        self.sql.exec("CREATE TABLE IF NOT EXISTS schema_version (n INTEGER NOT NULL)", None)?;
        let current: CountRow =
            self.sql.exec("SELECT coalesce(max(n), 0) AS n FROM schema_version", None)?.one()?;
        for (from, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(current.n).unwrap_or(0)) {
            self.sql.exec(migration, None)?;
            let reached = i64::try_from(from + 1).unwrap_or(i64::MAX);
            self.sql.exec("INSERT INTO schema_version VALUES (?)", vec![reached.into()])?;
        }
        self.ready.set(true);
        Ok(())
    }

    pub fn labels(&self) -> Result<Vec<LearnedLabel>> {
        let all = "SELECT channel, label, provider FROM label ORDER BY channel, label";
        let rows: Vec<LabelRow> = self.sql.exec(all, None)?.to_array()?;
        Ok(rows.into_iter().map(LabelRow::learned).collect())
    }

    /// Whether this changed what is known.
    pub fn learn_label(&self, channel: u64, label: &str, provider: Option<Provider>) -> Result<bool> {
        let upsert = "INSERT INTO label (channel, label, provider) VALUES (?, ?, ?) \
             ON CONFLICT (channel, label) DO UPDATE SET provider = excluded.provider \
             WHERE excluded.provider IS NOT NULL AND excluded.provider IS NOT provider";
        let provider = provider.map(Provider::id);
        let cursor = self.sql.exec(upsert, vec![integer(channel)?, label.into(), provider.into()])?;
        Ok(cursor.rows_written() > 0)
    }
}

impl LabelRow {
    fn learned(self) -> LearnedLabel {
        let provider = self.provider.as_deref().and_then(Provider::from_id);
        LearnedLabel { channel: self.channel, label: self.label, provider }
    }
}

impl Installation {
    /// What the hot path may know.
    pub fn profile(self, labels: Vec<LearnedLabel>) -> Profile {
        Profile {
            version: self.version,
            store: self.store,
            connected: self.token.is_some(),
            bigcommerce_token: self.token,
            komoju: self.komoju,
            webhook_secrets: self.webhook_secrets,
            hook_secret: self.hook_secret,
            settings: self.settings,
            channels: self.channels,
            labels,
            store_name: self.store_name,
            country: self.country,
            panel_url: self.panel_url,
        }
    }
}

/// An integer for SQL, which JavaScript carries exactly below 2^53 only.
pub fn integer(number: u64) -> Result<SqlStorageValue> {
    let number = i64::try_from(number).map_err(|e| worker::Error::RustError(e.to_string()))?;
    SqlStorageValue::try_from_i64(number)
}
