//! BigCommerce, as far as an app, an order, a script, a webhook and a shopper can see it.
//!
//! [`BigCommerce`] is the handle: tests drive the platform through it (see [`control`]), and the routers serve the
//! worker and people. Every change goes through one of the methods in [`deeds`], whoever asked for it, so that status
//! history and hooks cannot be forgotten.

mod api;
mod browsing;
mod catalog;
mod codes;
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
mod platform;
mod quota;
mod random;
mod refunds;
mod spec;
mod store;
mod storefront;
#[cfg(test)]
mod tests;

use axum::Router;

pub use browsing::{Cart, PurchaseEvent, Session, Visit};
pub use catalog::{PRODUCTS, Product, product, shipping_cost};
pub use control::PATIENCE;
pub use jwt::{Algorithm, SignedPayload};
pub use money::{Currency, four_decimals, plain, shown};
pub use oauth::Page;
pub use order::{
    Actor, Address, Line, Metafield, Order, Refund, RefundItem, RefundPayment, StatusChange, status,
};
pub use platform::BigCommerce;
pub use spec::{OrderSpec, PlacedOrder};
pub use store::{
    Hook, Installation, Locale, PaymentMethod, Permalink, Script, Settings, Signing, Store, StoreSpec,
};

impl BigCommerce {
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
}
