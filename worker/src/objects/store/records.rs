//! The installation record and its tables. What is read and written together is one JSON document; what grows is
//! rows. No function here awaits, so everything a caller writes between two of its own awaits commits as one.

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

/// Entry `i` brings the schema from version `i` to `i + 1`. Expand first, contract a release later. An entry that has
/// been released is never edited.
const MIGRATIONS: [&str; 7] = [
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
    "
    CREATE TABLE guess (
        n INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, who TEXT NOT NULL, at_ms INTEGER NOT NULL
    );
    CREATE INDEX guess_by_who ON guess (who);
",
];

/// How long we remember that a signed payload has opened the app, in ms: longer than any payload is valid.
const PAYLOAD_LASTS_MS: i64 = 2 * 24 * 3_600_000;

/// Everything the app knows about a store's installation, as one JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Rises with each change that the profile shows. By it, `publish` sees whether a newer profile must be put into
    /// KV.
    pub version: u64,
    pub store: StoreHash,
    /// Rises with each exchange of a code. A panel session admitted under an earlier generation is no longer valid.
    pub generation: u64,
    /// When the last consent was given, in seconds, by BigCommerce's clock, so that it can be compared with the `iat`
    /// of its payloads.
    pub installed_at_s: i64,
    /// When the code of the last consent arrived here, in ms since the epoch. Tells apart two consents within one
    /// second. 0 in rows of former versions.
    #[serde(default)]
    pub consent_came_at_ms: i64,
    /// When the first consent was given, in seconds, by BigCommerce's clock. Never changed: orders placed before it
    /// are never ended automatically. None in rows of former versions; see [`Self::first_installed_ms`].
    pub first_installed_at_s: Option<i64>,
    /// SHA-256 of the last exchanged code, by which a reload of `/auth` is recognised.
    pub code_hash: String,
    /// The BigCommerce access token. None: uninstalled.
    pub token: Option<Sealed>,
    /// The current KOMOJU account first, then earlier ones, kept for the attempts that were made with them.
    #[serde(default)]
    pub komoju: Vec<KomojuAccount>,
    /// The payment types that the current account offers, as of the last sync.
    #[serde(default)]
    pub payment_types: Vec<PaymentType>,
    /// Secrets that sign KOMOJU's webhooks, the newest first. Several are valid during a rotation.
    #[serde(default)]
    pub webhook_secrets: Vec<Sealed>,
    /// What BigCommerce sends back in a header of every hook, as proof that we registered it.
    pub hook_secret: Sealed,
    pub settings: Settings,
    /// The storefronts, with their site addresses.
    #[serde(default)]
    pub channels: Vec<Channel>,
    pub store_name: String,
    /// ISO 3166-1 alpha-2. Empty: not known yet.
    pub country: String,
    /// The store's own control panel at BigCommerce, which can open the app.
    pub panel_url: String,
    pub health: Health,
    /// When the last probe found the token refused, in ms since the epoch. None: not uninstalled.
    pub uninstalled_at_ms: Option<i64>,
    /// The user id of the store's owner, as BigCommerce last named them.
    pub owner: Option<u64>,
}

/// The tables of one StoreObject.
#[derive(Debug)]
pub struct Records {
    sql: SqlStorage,
    /// True once the schema was seen to be the newest, so that it need not be checked again.
    ready: Cell<bool>,
}

impl Records {
    pub fn new(sql: SqlStorage) -> Self {
        Self { sql, ready: Cell::new(false) }
    }

    pub fn sql(&self) -> &SqlStorage {
        &self.sql
    }

    /// The installation. None: there has never been one; then nothing is written by asking.
    pub fn installation(&self) -> Result<Option<Installation>> {
        if !self.exists()? {
            return Ok(None);
        }
        self.migrate()?;
        let found = rows(&self.sql, "SELECT record FROM installation", Vec::new())?.pop();
        found.map(|mut row| stored::read(&row.text()?)).transpose()
    }

    /// Stores the installation. The first call creates the tables, so it must follow BigCommerce's confirmation.
    pub fn save(&self, installation: &Installation) -> Result<()> {
        self.migrate()?;
        let record = write(installation);
        let upsert =
            "INSERT INTO installation VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET record = excluded.record";
        self.sql.exec(upsert, vec![record.into()])?;
        Ok(())
    }

    /// Everything was deleted: the next write must create the tables anew.
    pub fn forget(&self) {
        self.ready.set(false);
    }

    /// True once the tables have been made.
    fn exists(&self) -> Result<bool> {
        if self.ready.get() {
            return Ok(true);
        }
        let found = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
        Ok(row(&self.sql, found, Vec::new())?.number::<i64>()? == 1)
    }

    /// Brings the schema up to date. Each migration is one statement batch, and is noted in the same commit.
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

    /// Every payment-method label that was looked up, with what it turned out to be.
    pub fn labels(&self) -> Result<Vec<LearnedLabel>> {
        self.labels_where("1")
    }

    /// Labels that nobody could place, and about which the merchant has not decided yet.
    pub fn undecided_labels(&self) -> Result<Vec<LearnedLabel>> {
        self.labels_where("provider IS NULL AND NOT dismissed")
    }

    fn labels_where(&self, condition: &str) -> Result<Vec<LearnedLabel>> {
        let query =
            ["SELECT channel, label, provider FROM label WHERE ", condition, " ORDER BY channel, label"];
        rows(&self.sql, &query.concat(), Vec::new())?.into_iter().map(label).collect()
    }

    /// Remembers what a label is. True if that changed anything. A label that is known stays known: "could not find
    /// out" never overwrites it.
    pub fn learn_label(&self, channel: u64, label: &str, provider: Option<Provider>) -> Result<bool> {
        let upsert = "INSERT INTO label (channel, label, provider) VALUES (?, ?, ?) \
             ON CONFLICT (channel, label) DO UPDATE SET provider = excluded.provider \
             WHERE excluded.provider IS NOT NULL AND excluded.provider IS NOT provider";
        let provider = provider.map(Provider::id);
        let cursor = self.sql.exec(upsert, vec![integer(channel)?, label.into(), provider.into()])?;
        Ok(cursor.rows_written() > 0)
    }

    /// The merchant says that a label is not one of ours.
    pub fn dismiss_label(&self, channel: u64, label: &str) -> Result<()> {
        let update = "UPDATE label SET dismissed = 1 WHERE channel = ? AND label = ?";
        self.sql.exec(update, vec![integer(channel)?, label.into()])?;
        Ok(())
    }

    /// The merchant has just chosen this label for a method by hand, so what was learned about it no longer counts.
    pub fn unlearn_label(&self, label: &str) -> Result<()> {
        self.sql.exec("DELETE FROM label WHERE label = ?", vec![label.into()])?;
        Ok(())
    }

    /// Whether a signed payload may open the app: it never has, or it has only just now, in the same browser (a
    /// reload). Forgets expired payloads.
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

    /// Remembers a member of the staff who has opened the app.
    pub fn admit(&self, user: u64, email: &str, now_ms: i64) -> Result<()> {
        let upsert = "INSERT INTO staff (id, seen_at_ms, email) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET \
             seen_at_ms = excluded.seen_at_ms, removed_at_s = NULL, email = excluded.email";
        self.sql.exec(upsert, vec![integer(user)?, now_ms.into(), email.into()])?;
        Ok(())
    }

    /// Kept as "removed", not deleted: otherwise a payload signed before the removal, which is valid for a day, would
    /// admit the user again.
    pub fn remove_user(&self, user: u64, removed_at_s: i64) -> Result<()> {
        let upsert = "INSERT INTO staff (id, seen_at_ms, removed_at_s) VALUES (?, 0, ?) \
             ON CONFLICT (id) DO UPDATE SET removed_at_s = excluded.removed_at_s, email = ''";
        self.sql.exec(upsert, vec![integer(user)?, removed_at_s.into()])?;
        Ok(())
    }

    /// Erases the e-mail addresses of staff who have not opened the app since then.
    pub fn forget_names(&self, seen_before_ms: i64) -> Result<()> {
        let update = "UPDATE staff SET email = '' WHERE seen_at_ms < ? AND email <> ''";
        self.sql.exec(update, vec![seen_before_ms.into()])?;
        Ok(())
    }

    /// True for a user who has opened the app and was not removed since.
    pub fn is_staff(&self, user: u64) -> Result<bool> {
        let query = "SELECT count(*) FROM staff WHERE id = ? AND removed_at_s IS NULL";
        Ok(row(&self.sql, query, vec![integer(user)?])?.number::<i64>()? == 1)
    }

    /// The user's e-mail address, or `#` and the user id if it was erased.
    pub fn staff_name(&self, user: u64) -> Result<String> {
        let query = "SELECT email FROM staff WHERE id = ?";
        let email =
            rows(&self.sql, query, vec![integer(user)?])?.pop().map(|mut row| row.text()).transpose()?;
        Ok(email.filter(|email| !email.is_empty()).unwrap_or_else(|| ["#", &user.to_string()].concat()))
    }

    /// True if the user was removed at that second or later.
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
    /// When the app was first installed, by BigCommerce's clock, in ms since the epoch. For rows of former versions,
    /// the last consent is taken instead, which errs on the safe side: fewer orders count as placed after it, so
    /// fewer are ended automatically.
    pub fn first_installed_ms(&self) -> i64 {
        self.first_installed_at_s.unwrap_or(self.installed_at_s).saturating_mul(1_000)
    }

    /// What the hot path may know of the store, as of now: the copy that goes into KV.
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
            quota_is_free: false,
        }
    }
}

/// An integer for SQL. Errors: JavaScript does not carry it exactly, because it is 2^53 or more.
pub fn integer(number: u64) -> Result<SqlStorageValue> {
    let number = i64::try_from(number).map_err(|e| worker::Error::RustError(e.to_string()))?;
    SqlStorageValue::try_from_i64(number)
}
