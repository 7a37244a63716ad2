//! What was lost is found, what was changed is put right, and what was down comes back: by itself, and soon.

use sandbox::harness::{Shop, World};

mod daily_walk;
mod kept;
mod new_orders;
mod outage;
mod permissions;
mod purge;
mod quota;
mod refused_webhooks;
mod replaced_key;
mod silent_store;
mod swept_events;
mod swept_hooks;
mod uninstalled;
mod unreadable_copy;

/// A world of one's own whose hours are seconds: for what is to happen without anybody's doing.
async fn hurried(scale: &str) -> World {
    World::own_with(|options| drop(options.vars.insert("TIME_SCALE".into(), scale.into()))).await
}

/// The merchant has everything checked and repaired.
async fn check_now(shop: &Shop<'_>) {
    shop.save("repair", &[]).await;
}
