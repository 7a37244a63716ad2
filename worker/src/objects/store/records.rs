//! The installation record and its tables. One JSON document holds what is read and written together; rows hold what
//! grows. Every function here is free of `await`, so whatever a caller writes between two of its own awaits commits
//! as one.

use crate::objects::messages::health::Health;
use crate::objects::sql::{Row, row, rows};
use crate::profile::{KomojuAccount, LearnedLabel, Profile};
use crate::stored;
use domain::bigcommerce::channels::Channel;
use domain::json::write;
use domain::komoju::methods::PaymentType;
use domain::state::settings::{Provider, Settings};
use domain::values::ids::StoreHash;
use domain::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use worker::{Result, SqlStorage, SqlStorageValue};

/// Each entry brings the schema from its index to the next number. Expand first, contract a release later; an entry
/// that has been released is never edited.
const MIGRATIONS: [&str; 6] = [
    "
    CREATE TABLE installation (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL);
    CREATE TABLE staff (id INTEGER PRIMARY KEY, seen_at_ms INTEGER NOT NULL);
    CREATE TABLE chore (chore TEXT PRIMARY KEY, due_at_ms INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
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
",
    "ALTER TABLE staff ADD COLUMN removed_at_s INTEGER",
    "ALTER TABLE staff ADD COLUMN email TEXT NOT NULL DEFAULT ''",
    "
    CREATE TABLE newcomer (
        order_id INTEGER PRIMARY KEY, heard_at_ms INTEGER NOT NULL, due_at_ms INTEGER NOT NULL, tries INTEGER NOT NULL
    );
    CREATE TABLE walk (
        name TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, began_ms INTEGER NOT NULL, place INTEGER
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE funnel (
        hour INTEGER PRIMARY KEY, placed INTEGER NOT NULL, started INTEGER NOT NULL, late INTEGER NOT NULL
    );
",
    "
    CREATE TABLE opened (payload TEXT PRIMARY KEY, agent TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE change (
        n INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, user INTEGER NOT NULL, name TEXT NOT NULL, what TEXT NOT NULL,
        old TEXT NOT NULL, new TEXT NOT NULL
    );
",
];

/// Longer than any signed payload is valid.
const PAYLOAD_LASTS_MS: i64 = 2 * 24 * 3_600_000;

/// Everything this app knows about a store's installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Rises with each change that the profile shows.
    pub version: u64,
    pub store: StoreHash,
    /// Rises with each exchange of a code: what an earlier one admitted, a later one does not.
    pub generation: u64,
    /// By BigCommerce's clock, so that it can be compared with the `iat` of its payloads.
    pub installed_at_s: i64,
    /// When the code of the last consent came here: tells consents apart that were given within one second. 0 in rows
    /// of former versions.
    #[serde(default)]
    pub consent_came_at_ms: i64,
    /// The very first consent, kept for ever: nothing that was placed before is ended by itself. None in rows of former
    /// versions; see [`Self::first_installed_ms`].
    pub first_installed_at_s: Option<i64>,
    /// SHA-256 of the last exchanged code: a reload of /auth is recognised.
    pub code_hash: String,
    /// None: uninstalled.
    pub token: Option<Sealed>,
    #[serde(default)]
    pub komoju: Vec<KomojuAccount>,
    /// What the current account can be paid with, as of the last look.
    #[serde(default)]
    pub payment_types: Vec<PaymentType>,
    #[serde(default)]
    pub webhook_secrets: Vec<Sealed>,
    pub hook_secret: Sealed,
    pub settings: Settings,
    #[serde(default)]
    pub channels: Vec<Channel>,
    pub store_name: String,
    pub country: String,
    pub panel_url: String,
    pub health: Health,
    /// When BigCommerce was found to refuse the token.
    pub uninstalled_at_ms: Option<i64>,
    /// The store's owner, as BigCommerce last named them.
    pub owner: Option<u64>,
}

/// The tables of one StoreObject.
#[derive(Debug)]
pub struct Records {
    sql: SqlStorage,
    /// The schema was seen to be the newest.
    ready: Cell<bool>,
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
        let found = rows(&self.sql, "SELECT record FROM installation", Vec::new())?.pop();
        found.map(|mut row| stored::read(&row.text()?)).transpose()
    }

    /// Stores the installation. The first call creates the tables: it follows BigCommerce's confirmation.
    pub fn save(&self, installation: &Installation) -> Result<()> {
        self.migrate()?;
        let record = write(installation);
        let upsert =
            "INSERT INTO installation VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET record = excluded.record";
        self.sql.exec(upsert, vec![record.into()])?;
        Ok(())
    }

    /// After everything was deleted: the tables are to be made anew.
    pub fn forget(&self) {
        self.ready.set(false);
    }

    fn exists(&self) -> Result<bool> {
        if self.ready.get() {
            return Ok(true);
        }
        let found = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
        Ok(row(&self.sql, found, Vec::new())?.number::<i64>()? == 1)
    }

    fn migrate(&self) -> Result<()> {
        if self.ready.get() {
            return Ok(());
        }
        self.sql.exec("CREATE TABLE IF NOT EXISTS schema_version (n INTEGER NOT NULL)", None)?;
        let newest = "SELECT coalesce(max(n), 0) FROM schema_version";
        let current = row(&self.sql, newest, Vec::new())?.number::<i64>()?;
        for (from, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(current).unwrap_or(0)) {
            self.sql.exec(migration, None)?;
            self.sql.exec("INSERT INTO schema_version VALUES (?)", vec![integer(from as u64 + 1)?])?;
        }
        self.ready.set(true);
        Ok(())
    }

    pub fn labels(&self) -> Result<Vec<LearnedLabel>> {
        self.labels_where("1")
    }

    /// Labels that nobody could place and the merchant has not yet spoken about.
    pub fn undecided_labels(&self) -> Result<Vec<LearnedLabel>> {
        self.labels_where("provider IS NULL AND NOT dismissed")
    }

    fn labels_where(&self, condition: &str) -> Result<Vec<LearnedLabel>> {
        let query =
            ["SELECT channel, label, provider FROM label WHERE ", condition, " ORDER BY channel, label"];
        rows(&self.sql, &query.concat(), Vec::new())?.into_iter().map(label).collect()
    }

    /// Whether this changed what is known. What is known is never unlearned by not knowing.
    pub fn learn_label(&self, channel: u64, label: &str, provider: Option<Provider>) -> Result<bool> {
        let upsert = "INSERT INTO label (channel, label, provider) VALUES (?, ?, ?) \
             ON CONFLICT (channel, label) DO UPDATE SET provider = excluded.provider \
             WHERE excluded.provider IS NOT NULL AND excluded.provider IS NOT provider";
        let provider = provider.map(Provider::id);
        let cursor = self.sql.exec(upsert, vec![integer(channel)?, label.into(), provider.into()])?;
        Ok(cursor.rows_written() > 0)
    }

    /// The merchant says that a label is none of ours.
    pub fn dismiss_label(&self, channel: u64, label: &str) -> Result<()> {
        let update = "UPDATE label SET dismissed = 1 WHERE channel = ? AND label = ?";
        self.sql.exec(update, vec![integer(channel)?, label.into()])?;
        Ok(())
    }

    /// What the merchant now calls a method by hand is no longer to be guessed.
    pub fn unlearn_label(&self, label: &str) -> Result<()> {
        self.sql.exec("DELETE FROM label WHERE label = ?", vec![label.into()])?;
        Ok(())
    }

    /// Whether a signed payload may open the app in this browser: it never has, or it has just now, there. What has
    /// expired is forgotten.
    pub fn opens(&self, payload: &str, agent: &str, now_ms: i64, again_within_ms: i64) -> Result<bool> {
        let expired = now_ms - PAYLOAD_LASTS_MS;
        self.sql.exec("DELETE FROM opened WHERE at_ms < ?", vec![expired.into()])?;
        let query = "SELECT agent, at_ms FROM opened WHERE payload = ?";
        let Some(mut first) = rows(&self.sql, query, vec![payload.into()])?.pop() else {
            let insert = "INSERT INTO opened VALUES (?, ?, ?)";
            self.sql.exec(insert, vec![payload.into(), agent.into(), now_ms.into()])?;
            return Ok(true);
        };
        Ok(first.text()? == agent && now_ms - first.number::<i64>()? < again_within_ms)
    }

    pub fn admit(&self, user: u64, email: &str, now_ms: i64) -> Result<()> {
        let upsert = "INSERT INTO staff (id, seen_at_ms, email) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET \
             seen_at_ms = excluded.seen_at_ms, removed_at_s = NULL, email = excluded.email";
        self.sql.exec(upsert, vec![integer(user)?, now_ms.into(), email.into()])?;
        Ok(())
    }

    /// Kept as removed, so that a payload from before, good for a day, admits nobody again.
    pub fn remove_user(&self, user: u64, removed_at_s: i64) -> Result<()> {
        let upsert = "INSERT INTO staff (id, seen_at_ms, removed_at_s) VALUES (?, 0, ?) \
             ON CONFLICT (id) DO UPDATE SET removed_at_s = excluded.removed_at_s, email = ''";
        self.sql.exec(upsert, vec![integer(user)?, removed_at_s.into()])?;
        Ok(())
    }

    /// Whoever has not opened the app since then is no longer known by name.
    pub fn forget_names(&self, seen_before_ms: i64) -> Result<()> {
        let update = "UPDATE staff SET email = '' WHERE seen_at_ms < ? AND email <> ''";
        self.sql.exec(update, vec![seen_before_ms.into()])?;
        Ok(())
    }

    pub fn is_staff(&self, user: u64) -> Result<bool> {
        let query = "SELECT count(*) FROM staff WHERE id = ? AND removed_at_s IS NULL";
        Ok(row(&self.sql, query, vec![integer(user)?])?.number::<i64>()? == 1)
    }

    /// What colleagues know the user by.
    pub fn staff_name(&self, user: u64) -> Result<String> {
        let query = "SELECT email FROM staff WHERE id = ?";
        let email =
            rows(&self.sql, query, vec![integer(user)?])?.pop().map(|mut row| row.text()).transpose()?;
        Ok(email.filter(|email| !email.is_empty()).unwrap_or_else(|| ["#", &user.to_string()].concat()))
    }

    /// Whether the user was removed then or later.
    pub fn was_removed_since(&self, user: u64, at_s: i64) -> Result<bool> {
        let query = "SELECT count(*) FROM staff WHERE id = ? AND removed_at_s >= ?";
        Ok(row(&self.sql, query, vec![integer(user)?, at_s.into()])?.number::<i64>()? == 1)
    }
}

fn label(mut row: Row) -> Result<LearnedLabel> {
    let (channel, label, provider) = (row.number()?, row.text()?, row.optional_text()?);
    Ok(LearnedLabel { channel, label, provider: provider.as_deref().and_then(Provider::from_id) })
}

impl Installation {
    /// When the app was first installed, by BigCommerce's clock. Where a former version kept only the last consent,
    /// that: a later moment ends nothing that an earlier one would not.
    pub fn first_installed_ms(&self) -> i64 {
        self.first_installed_at_s.unwrap_or(self.installed_at_s).saturating_mul(1_000)
    }

    /// What the hot path may know, as of now.
    pub fn profile(self, labels: Vec<LearnedLabel>, as_of_ms: i64) -> Profile {
        Profile {
            version: self.version,
            installed_at_ms: self.first_installed_ms(),
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
            as_of_ms,
        }
    }
}

/// An integer for SQL, which JavaScript carries exactly below 2^53 only.
pub fn integer(number: u64) -> Result<SqlStorageValue> {
    let number = i64::try_from(number).map_err(|e| worker::Error::RustError(e.to_string()))?;
    SqlStorageValue::try_from_i64(number)
}
