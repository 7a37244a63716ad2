//! Walks over what is too long for one alarm: KOMOJU's events, BigCommerce's waiting orders, payments to be poked.
//! Each alarm goes on from the place that the last one wrote down. Only a walk that came to its end moves the moment
//! from which the next one looks.

use super::chores::Chore;
use super::records::Records;
use crate::objects::sql::{Row, rows};
use worker::Result;

/// The walk over payments to be poked.
pub const POKE: &str = "poke";
/// Beyond every order's number and every moment, and within what SQL carries exactly.
const BEYOND: i64 = 1 << 52;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    pub name: String,
    /// Everything from before is known.
    pub since_ms: i64,
    pub began_ms: i64,
    /// Where to go on; what it counts is the walker's own.
    pub place: i64,
}

impl Records {
    /// Begins a walk, unless one is under way. `since_ms` is for the first of its name.
    pub fn begin_walk(&self, name: &str, since_ms: i64, place: i64, now_ms: i64) -> Result<()> {
        let upsert = "INSERT INTO walk VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET \
             began_ms = excluded.began_ms, place = excluded.place WHERE place IS NULL";
        self.sql().exec(upsert, vec![name.into(), since_ms.into(), now_ms.into(), place.into()])?;
        Ok(())
    }

    /// Walks under way whose names begin so.
    pub fn walks(&self, prefix: &str) -> Result<Vec<Walk>> {
        let query = "SELECT name, since_ms, began_ms, place FROM walk WHERE place IS NOT NULL AND name >= ?1 AND name < ?1 || '~' \
             ORDER BY name";
        let walk = |mut row: Row| {
            let (name, since_ms, began_ms) = (row.text()?, row.number()?, row.number()?);
            Ok(Walk { name, since_ms, began_ms, place: row.number()? })
        };
        rows(self.sql(), query, vec![prefix.into()])?.into_iter().map(walk).collect()
    }

    pub fn go_on(&self, walk: &Walk, place: i64) -> Result<()> {
        let update = "UPDATE walk SET place = ? WHERE name = ?";
        self.sql().exec(update, vec![place.into(), walk.name.as_str().into()])?;
        Ok(())
    }

    /// The end is reached: whatever was there when the walk began is known now.
    pub fn finish_walk(&self, walk: &Walk) -> Result<()> {
        let update = "UPDATE walk SET since_ms = began_ms, place = NULL WHERE name = ?";
        self.sql().exec(update, vec![walk.name.as_str().into()])?;
        Ok(())
    }

    /// Given up for now: the next walk looks from where this one did.
    pub fn leave_walk(&self, walk: &Walk) -> Result<()> {
        let update = "UPDATE walk SET place = NULL WHERE name = ?";
        self.sql().exec(update, vec![walk.name.as_str().into()])?;
        Ok(())
    }

    /// Writes down when something last was so.
    pub fn mark(&self, name: &str, at_ms: i64) -> Result<()> {
        let upsert = "INSERT OR REPLACE INTO walk VALUES (?1, ?2, ?2, NULL)";
        self.sql().exec(upsert, vec![name.into(), at_ms.into()])?;
        Ok(())
    }

    pub fn marked(&self, name: &str) -> Result<Option<i64>> {
        let query = "SELECT since_ms FROM walk WHERE name = ?";
        rows(self.sql(), query, vec![name.into()])?.pop().map(|mut row| row.number()).transpose()
    }

    /// Forgets a walk altogether, wherever it is.
    pub fn drop_walk(&self, name: &str) -> Result<()> {
        self.sql().exec("DELETE FROM walk WHERE name = ?", vec![name.into()])?;
        Ok(())
    }

    /// Asks for payments to be poked that a person must look at, and those that had news since then.
    pub fn stir(&self, since_ms: Option<i64>, at_ms: i64) -> Result<()> {
        let since = since_ms.unwrap_or(BEYOND);
        let under_way = self.walks(POKE)?.pop();
        self.drop_walk(POKE)?;
        let since = under_way.map_or(since, |walk| walk.since_ms.min(since));
        self.begin_walk(POKE, since, BEYOND, at_ms)?;
        self.ask_for(Chore::Poke, at_ms)
    }
}
