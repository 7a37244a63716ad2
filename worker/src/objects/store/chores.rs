//! What a StoreObject has to do by itself, each chore with the moment it is due. The object's one alarm stands at the
//! earliest. A try is counted and the next one set before the work begins, so work that is cut short comes again,
//! with backoff.

use super::records::{Records, integer};
use crate::objects::sql::{Row, row, rows};
use worker::Result;

/// One kind of work. Each is asked for at most once at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// Put the profile into KV again: a put failed, or a caller could not use the copy.
    Publish,
    /// Bring the store's facts, scripts and hooks in line (`sync`).
    Sync,
    /// Try whether BigCommerce still takes the token (`install`).
    Probe,
    /// Hourly: ask for everything that finds what was missed (`sweep`).
    Sweep,
    /// Read the events that KOMOJU's webhooks told of, or should have.
    Events,
    /// Read which BigCommerce orders wait for payment.
    Orders,
    /// Look at new orders whose shopper has not come (`newcomers`).
    Meet,
    /// Wake payments that a change of settings or keys may set going again.
    Poke,
    /// After an uninstall, once no payment is open: delete everything.
    Purge,
}

impl Chore {
    const ALL: [Self; 9] = [
        Self::Publish,
        Self::Sync,
        Self::Probe,
        Self::Sweep,
        Self::Events,
        Self::Orders,
        Self::Meet,
        Self::Poke,
        Self::Purge,
    ];

    /// The key it is stored under. A stored key that this version does not know is skipped.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Sync => "sync",
            Self::Probe => "probe",
            Self::Sweep => "sweep",
            Self::Events => "events",
            Self::Orders => "orders",
            Self::Meet => "meet",
            Self::Poke => "poke",
            Self::Purge => "purge",
        }
    }
}

/// A chore whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub chore: Chore,
    /// How often it was begun since it was asked for.
    pub tries: u32,
}

impl Records {
    /// Asks for a chore. If it is asked for already, it moves earlier, never later, and its tries are counted from 0
    /// again.
    pub fn ask_for(&self, chore: Chore, due_at_ms: i64) -> Result<()> {
        let upsert = "INSERT INTO chore VALUES (?, ?, 0) ON CONFLICT (chore) DO UPDATE SET \
             tries = 0, due_at_ms = min(due_at_ms, excluded.due_at_ms)";
        self.sql().exec(upsert, vec![chore.name().into(), due_at_ms.into()])?;
        Ok(())
    }

    /// Asks for a chore, unless it is asked for already: a row of probes under way does not begin again.
    pub fn ask_once(&self, chore: Chore, due_at_ms: i64) -> Result<()> {
        let insert = "INSERT INTO chore VALUES (?, ?, 0) ON CONFLICT (chore) DO NOTHING";
        self.sql().exec(insert, vec![chore.name().into(), due_at_ms.into()])?;
        Ok(())
    }

    /// The chores whose time has come, the longest due first.
    pub fn due(&self, now_ms: i64) -> Result<Vec<Due>> {
        let query = "SELECT chore, tries FROM chore WHERE due_at_ms <= ? ORDER BY due_at_ms";
        let due = |mut row: Row| {
            let (name, tries) = (row.text()?, row.number()?);
            Ok(Chore::ALL.into_iter().find(|c| c.name() == name).map(|chore| Due { chore, tries }))
        };
        let found = rows(self.sql(), query, vec![now_ms.into()])?;
        found.into_iter().filter_map(|row| due(row).transpose()).collect()
    }

    /// Counts a try and sets when the next one would be. Comes before the work.
    pub fn begin(&self, due: Due, again_at_ms: i64) -> Result<()> {
        let update = "UPDATE chore SET tries = ?, due_at_ms = ? WHERE chore = ?";
        let tries = integer(u64::from(due.tries) + 1)?;
        self.sql().exec(update, vec![tries, again_at_ms.into(), due.chore.name().into()])?;
        Ok(())
    }

    /// Removes the chore after its work, unless it was asked for again meanwhile (its tries are then back at 0).
    pub fn end(&self, due: Due) -> Result<()> {
        let delete = "DELETE FROM chore WHERE chore = ? AND tries = ?";
        self.sql().exec(delete, vec![due.chore.name().into(), integer(u64::from(due.tries) + 1)?])?;
        Ok(())
    }

    /// Sets the chore's next time, whether earlier or later, and counts its tries from 0. For the code that does the
    /// chore.
    pub fn set_due(&self, chore: Chore, due_at_ms: i64) -> Result<()> {
        let upsert = "INSERT OR REPLACE INTO chore VALUES (?, ?, 0)";
        self.sql().exec(upsert, vec![chore.name().into(), due_at_ms.into()])?;
        Ok(())
    }

    /// Removes a chore, whatever its state.
    pub fn drop_chore(&self, chore: Chore) -> Result<()> {
        self.sql().exec("DELETE FROM chore WHERE chore = ?", vec![chore.name().into()])?;
        Ok(())
    }

    /// When the earliest chore is due, in ms since the epoch: when the alarm should ring.
    pub fn earliest(&self) -> Result<Option<i64>> {
        row(self.sql(), "SELECT min(due_at_ms) FROM chore", Vec::new())?.optional_number()
    }
}
