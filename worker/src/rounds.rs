//! The daily round: makes sure that every store's alarm is set. Stores look after themselves; the round only finds a
//! store whose alarm was lost.

use crate::bindings::Kv;
use crate::log;
use crate::objects::store_client::StoreClient;
use crate::objects::strays;
use crate::profile::PREFIX;
use domain::values::ids::StoreHash;
use worker::{Env, Result};

/// How many stores one run handles: a run may make only so many calls. The next run goes on from there.
const STORES_PER_RUN: u32 = 500;
/// The KV key of the place where the last run stopped.
const CURSOR: &str = "round:cursor";

/// One run, called by the daily cron.
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

/// Counts the objects that have rows but no identity, and raises an error in the log if there are any.
async fn count_strays(env: &Env) {
    match strays::count(env).await {
        Ok(0) => {}
        Ok(n) => log::error("round", "strays", &[("objects", &n.to_string())]),
        Err(error) => log::warn("round", "strays_not_counted", &[("error", &error.to_string())]),
    }
}

/// Has one store set its alarm. A store that cannot be reached must not stop the others.
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
