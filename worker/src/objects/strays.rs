//! Alarms of Durable Objects that hold no identity, so that they cannot tell which payment or store they are.
//!
//! An object that holds no row at all has nothing to do: its storage is emptied, after which the object no longer
//! exists. An object that holds rows but no identity should be impossible. We touch none of its rows (they may be
//! about money), wake it again a day later, log an error, and count it among the strays that `/healthz` reports
//! until somebody has looked into it.

use super::alarm::wake_at;
use super::sql::has_rows;
use crate::bindings::Kv;
use crate::context::now_ms;
use crate::log;
use domain::time::DAY_MS;
use worker::{Env, Result, State};

/// A stray that has not woken for this long (in seconds) is taken as gone and no longer counted.
const COUNTED_S: u32 = 3 * 24 * 3_600;
/// KV key of one stray: this prefix and the object's id.
const PREFIX: &str = "stray:";
/// The count stops here; more strays than this are reported as this many.
const MOST_COUNTED: u32 = 100;
/// KV key of the result of the last count.
const COUNT: &str = "strays";

/// Handles the alarm of an object that finds no identity in its own rows.
pub async fn alarm(state: &State, env: &Env) -> Result<()> {
    let storage = state.storage();
    if !has_rows(&storage.sql())? {
        storage.delete_alarm().await?;
        return storage.delete_all().await;
    }
    wake_at(&storage, now_ms() + DAY_MS).await?;
    let id = state.id().to_string();
    log::error("alarm", "rows_without_identity", &[("object", &id)]);
    let key = [PREFIX, &id].concat();
    if let Err(error) = Kv::of(env)?.put_for(&key, "", COUNTED_S).await {
        log::warn("alarm", "stray_not_counted", &[("error", &error.to_string())]);
    }
    Ok(())
}

/// Counts the strays, up to `MOST_COUNTED`, and keeps the result for [`counted`]. Lists KV keys, so the daily cron
/// runs it and no request does.
pub async fn count(env: &Env) -> Result<usize> {
    let kv = Kv::of(env)?;
    let found = kv.keys(PREFIX, MOST_COUNTED, None).await?.names.len();
    kv.put_for(COUNT, &found.to_string(), COUNTED_S).await?;
    Ok(found)
}

/// How many strays the last daily count found. None: no count in the last three days, or KV did not answer. Costs one
/// read of KV.
pub async fn counted(env: &Env) -> Option<u32> {
    Kv::of(env).ok()?.text(COUNT).await.ok()??.parse().ok()
}
