//! [`BigCommerce`]: all stores behind one lock, and word of each change.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::codes::Codes;
use super::store::Store;
use super::storefront::Bundles;
use crate::env::Env;

/// The platform: all stores. Cheap to clone.
#[derive(Clone)]
pub struct BigCommerce {
    pub(super) env: Env,
    state: Arc<Mutex<State>>,
    /// Counts changes, for whoever waits for one.
    pub(super) changed: Arc<watch::Sender<u64>>,
    pub(super) bundles: Bundles,
}

#[derive(Default)]
pub(super) struct State {
    /// In the order they were made: the first is what `shop.localhost` shows.
    pub(super) stores: Vec<Store>,
    pub(super) codes: Codes,
}

impl fmt::Debug for BigCommerce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BigCommerce").finish_non_exhaustive()
    }
}

impl BigCommerce {
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self {
            env,
            state: Arc::default(),
            changed: Arc::new(watch::Sender::new(0)),
            bundles: Bundles::default(),
        }
    }

    /// Looks into a store; `None` where there is none of that hash.
    pub(super) fn read<T>(&self, hash: &str, look: impl FnOnce(&Store) -> T) -> Option<T> {
        self.lock().stores.iter().find(|store| store.hash == hash).map(look)
    }

    /// Changes a store, and wakes whoever waits for a change.
    pub(super) fn write<T>(&self, hash: &str, change: impl FnOnce(&mut Store) -> T) -> Option<T> {
        let outcome = self.lock().stores.iter_mut().find(|store| store.hash == hash).map(change);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        outcome
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
