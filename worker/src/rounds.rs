//! The daily round: sees to it that every store's alarm is set. Stores look after themselves; this only finds one
//! whose alarm was ever lost.

use crate::bindings::Kv;
use crate::log;
use crate::objects::store_client::StoreClient;
use crate::objects::strays;
use crate::profile::PREFIX;
use domain::values::ids::StoreHash;
use worker::{Env, Result};

/// A run may make so many calls and no more; the next run goes on from there.
const STORES_PER_RUN: u32 = 500;
/// Where the last run stopped.
const CURSOR: &str = "round:cursor";

pub async fn walk(env: &Env) -> Result<()> {
    let kv = Kv::of(env)?;
    let from = kv.text(CURSOR).await?;
    let keys = kv.keys(PREFIX, STORES_PER_RUN, from.as_deref()).await?;
    for key in &keys.names {
        rearm(env, key).await;
    }
    count_strays(env).await;
    match keys.cursor {
        Some(cursor) => kv.put(CURSOR, &cursor).await,
        None => kv.delete(CURSOR).await,
    }
}

/// What nobody looks after by itself is called out once a day.
async fn count_strays(env: &Env) {
    match strays::count(env).await {
        Ok(0) => {}
        Ok(n) => log::error("round", "strays", &[("objects", &n.to_string())]),
        Err(error) => log::warn("round", "strays_not_counted", &[("error", &error.to_string())]),
    }
}

/// One store that cannot be reached must not keep the others waiting.
async fn rearm(env: &Env, key: &str) {
    let Some(Ok(store)) = key.strip_prefix(PREFIX).map(StoreHash::parse) else { return };
    let rearmed = match StoreClient::new(env, &store) {
        Ok(client) => client.rearm().await,
        Err(error) => Err(error),
    };
    if let Err(error) = rearmed {
        log::warn("round", "not_rearmed", &[("store", store.as_str()), ("error", &error.to_string())]);
    }
}
