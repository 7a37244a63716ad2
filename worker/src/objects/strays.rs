//! Alarms of objects that do not know whose they are.
//!
//! An object without any row has nothing to do and keeps nothing: its storage is emptied, and with that it is gone. One
//! that has rows but no identity is a riddle: nothing of it is touched, it comes again a day later, and until it is
//! solved it is counted among the strays.

use super::alarm::wake_at;
use super::sql::has_rows;
use crate::bindings::Kv;
use crate::context::now_ms;
use crate::log;
use domain::time::DAY_MS;
use worker::{Env, Result, State};

/// A stray that has not come again for so long is no more.
const COUNTED_S: u32 = 3 * 24 * 3_600;
const PREFIX: &str = "stray:";
/// As many as are counted one by one.
const MOST_COUNTED: u32 = 100;
/// What the last count came to.
const COUNT: &str = "strays";

/// The alarm of an object that finds no identity of its own.
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

/// How many there are, up to a hundred. Kept for [`counted`].
pub async fn count(env: &Env) -> Result<usize> {
    let kv = Kv::of(env)?;
    let found = kv.keys(PREFIX, MOST_COUNTED, None).await?.names.len();
    kv.put_for(COUNT, &found.to_string(), COUNTED_S).await?;
    Ok(found)
}

/// How many there were at the last daily count; None: nothing was counted of late, or KV does not say. Costs one
/// reading of KV, whoever asks.
pub async fn counted(env: &Env) -> Option<u32> {
    Kv::of(env).ok()?.text(COUNT).await.ok()??.parse().ok()
}
