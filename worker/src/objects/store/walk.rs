//! Walks over what is too long for one alarm: KOMOJU's events, BigCommerce's unpaid orders, payments to be poked.
//! Each alarm goes on from the place that the last one wrote down. Only a walk that reaches its end moves the moment
//! from which the next one looks, so a walk that was given up loses nothing.

use super::chores::Chore;
use super::records::Records;
use crate::objects::sql::{Row, rows};
use worker::Result;

/// The walk over payments to be poked.
pub const POKE: &str = "poke";
/// Beyond every order number and every moment, and small enough to be exact in SQL.
const BEYOND: i64 = 1 << 52;

/// A walk under way. The same table also keeps marks: a name and a moment (or a count), without a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    pub name: String,
    /// What happened before this (ms since the epoch) is known from earlier walks.
    pub since_ms: i64,
    /// When this walk began, in ms since the epoch: where the next one looks from, if this one finishes.
    pub began_ms: i64,
    /// Where to go on: a page number, an order number. Only the walker knows which.
    pub place: i64,
}

impl Records {
    /// Begins a walk, unless one of this name is under way. `since_ms` counts only for the first walk of its name.
    pub fn begin_walk(&self, name: &str, since_ms: i64, place: i64, now_ms: i64) -> Result<()> {
        let upsert = "INSERT INTO walk VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET \
             began_ms = excluded.began_ms, place = excluded.place WHERE place IS NULL";
        self.sql().exec(upsert, vec![name.into(), since_ms.into(), now_ms.into(), place.into()])?;
        Ok(())
    }

    /// The walks under way whose names begin like this.
    pub fn walks(&self, prefix: &str) -> Result<Vec<Walk>> {
        let query = "SELECT name, since_ms, began_ms, place FROM walk WHERE place IS NOT NULL AND name >= ?1 AND name < ?1 || '~' \
             ORDER BY name";
        let walk = |mut row: Row| {
            let (name, since_ms, began_ms) = (row.text()?, row.number()?, row.number()?);
            Ok(Walk { name, since_ms, began_ms, place: row.number()? })
        };
        rows(self.sql(), query, vec![prefix.into()])?.into_iter().map(walk).collect()
    }

    /// Writes down the place to go on from.
    pub fn go_on(&self, walk: &Walk, place: i64) -> Result<()> {
        let update = "UPDATE walk SET place = ? WHERE name = ?";
        self.sql().exec(update, vec![place.into(), walk.name.as_str().into()])?;
        Ok(())
    }

    /// The walk has reached its end: the next one looks from when this one began.
    pub fn finish_walk(&self, walk: &Walk) -> Result<()> {
        let update = "UPDATE walk SET since_ms = began_ms, place = NULL WHERE name = ?";
        self.sql().exec(update, vec![walk.name.as_str().into()])?;
        Ok(())
    }

    /// The walk is given up for now: the next one looks from where this one did.
    pub fn leave_walk(&self, walk: &Walk) -> Result<()> {
        let update = "UPDATE walk SET place = NULL WHERE name = ?";
        self.sql().exec(update, vec![walk.name.as_str().into()])?;
        Ok(())
    }

    /// Keeps a moment, or a count, under a name.
    pub fn mark(&self, name: &str, at_ms: i64) -> Result<()> {
        let upsert = "INSERT OR REPLACE INTO walk VALUES (?1, ?2, ?2, NULL)";
        self.sql().exec(upsert, vec![name.into(), at_ms.into()])?;
        Ok(())
    }

    /// What was kept under this name last. None: nothing.
    pub fn marked(&self, name: &str) -> Result<Option<i64>> {
        let query = "SELECT since_ms FROM walk WHERE name = ?";
        rows(self.sql(), query, vec![name.into()])?.pop().map(|mut row| row.number()).transpose()
    }

    /// Forgets a walk or a mark altogether.
    pub fn drop_walk(&self, name: &str) -> Result<()> {
        self.sql().exec("DELETE FROM walk WHERE name = ?", vec![name.into()])?;
        Ok(())
    }

    /// Has payments poked, from `at_ms` on: those that need attention, and, with `since_ms`, those that had news
    /// since then. A walk that is under way begins again from the top, and covers what it was to cover too.
    pub fn stir(&self, since_ms: Option<i64>, at_ms: i64) -> Result<()> {
        let since = since_ms.unwrap_or(BEYOND);
        let under_way = self.walks(POKE)?.pop();
        self.drop_walk(POKE)?;
        let since = under_way.map_or(since, |walk| walk.since_ms.min(since));
        self.begin_walk(POKE, since, BEYOND, at_ms)?;
        self.ask_for(Chore::Poke, at_ms)
    }
}
