//! BigCommerce, as far as an app, an order, a script, a webhook and a shopper can see it.
//!
//! [`BigCommerce`] is the handle: tests drive the platform through it (see [`control`]), and the routers serve the
//! worker and people. Every change goes through one of the methods in [`deeds`], whoever asked for it, so that status
//! history and hooks cannot be forgotten.

mod api;
mod browsing;
mod catalog;
mod control;
mod deeds;
mod errors;
mod events;
mod html;
mod jwt;
mod merchant;
mod money;
mod oauth;
mod order;
mod panel;
mod quota;
mod random;
mod refunds;
mod spec;
mod store;
mod storefront;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::sync::watch;

use crate::env::Env;

pub use browsing::{Cart, PurchaseEvent, Session, Visit};
pub use catalog::{PRODUCTS, Product, product, shipping_cost};
pub use control::PATIENCE;
pub use jwt::{Algorithm, SignedPayload};
pub use money::{Currency, four_decimals, plain, shown};
pub use oauth::Page;
pub use order::{
    Actor, Address, Line, Metafield, Order, Refund, RefundItem, RefundPayment, StatusChange, status,
};
pub use spec::{OrderSpec, PlacedOrder};
pub use store::{
    Hook, Installation, Locale, PaymentMethod, Permalink, Script, Settings, Signing, Store, StoreSpec,
};

use oauth::Codes;

/// The platform: all stores. Cheap to clone.
#[derive(Clone)]
pub struct BigCommerce {
    env: Env,
    state: Arc<Mutex<State>>,
    /// Counts changes, for whoever waits for one.
    changed: Arc<watch::Sender<u64>>,
    bundles: storefront::Bundles,
}

#[derive(Default)]
struct State {
    /// In the order they were made: the first is what `shop.localhost` shows.
    stores: Vec<Store>,
    codes: Codes,
}

impl fmt::Debug for BigCommerce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BigCommerce").finish_non_exhaustive()
    }
}

impl BigCommerce {
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { env, state: Arc::default(), changed: Arc::new(watch::Sender::new(0)), bundles: Arc::default() }
    }

    /// The management API, relative to `https://api.bigcommerce.com`.
    pub fn api(&self) -> Router {
        api::router(self)
    }

    /// OAuth, relative to `https://login.bigcommerce.com`.
    pub fn login(&self) -> Router {
        oauth::router(self)
    }

    /// What `panel.localhost` serves: the merchants' control panel.
    pub fn panel(&self) -> Router {
        panel::router(self)
    }

    /// What `shop.localhost` and `{hash}.shop.localhost` serve.
    pub fn storefront(&self) -> Router {
        storefront::router(self)
    }

    /// Looks into a store; `None` where there is none of that hash.
    fn read<T>(&self, hash: &str, look: impl FnOnce(&Store) -> T) -> Option<T> {
        self.lock().stores.iter().find(|store| store.hash == hash).map(look)
    }

    /// Changes a store, and wakes whoever waits for a change.
    fn write<T>(&self, hash: &str, change: impl FnOnce(&mut Store) -> T) -> Option<T> {
        let outcome = self.lock().stores.iter_mut().find(|store| store.hash == hash).map(change);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
