//! The daily round: sees to it that every store's alarm is set. Stores look after themselves; this only finds one
//! whose alarm was ever lost.

use crate::log;
use crate::objects::store_client::StoreClient;
use crate::payment::ids::StoreHash;
use crate::profile::{KV, PREFIX};
use worker::{Env, Result};

/// A run may make so many calls and no more; the next run goes on from there.
const STORES_PER_RUN: u64 = 500;
/// Where the last run stopped.
const CURSOR: &str = "round:cursor";

pub async fn walk(env: &Env) -> Result<()> {
    let kv = env.kv(KV)?;
    let mut list = kv.list().prefix(PREFIX.to_owned()).limit(STORES_PER_RUN);
    if let Some(cursor) = kv.get(CURSOR).text().await? {
        list = list.cursor(cursor);
    }
    let page = list.execute().await?;
    for key in &page.keys {
        rearm(env, &key.name).await;
    }
    match page.cursor.filter(|_| !page.list_complete) {
        Some(cursor) => kv.put(CURSOR, cursor)?.execute().await?,
        None => kv.delete(CURSOR).await?,
    }
    Ok(())
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
