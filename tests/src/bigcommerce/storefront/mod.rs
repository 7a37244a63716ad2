//! The storefront: a small shop, its checkout, its confirmation page, and the storefront API that pages call.
//!
//! A browser is known by a host-only, `SameSite=Lax` session cookie, and that cookie is the only thing that opens an
//! order: which is why the shopper must come back from KOMOJU in the same browser to see the confirmation page.

mod api;
mod assets;
mod bundles;
mod checkout;
mod confirmation;
mod layout;
mod order_json;
mod scripts;
mod settings_json;
mod shop;
mod visitor;
mod words;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use self::visitor::{enter, visitor};
use super::BigCommerce;

pub(super) use bundles::Bundles;
pub(super) use confirmation::confirmation_path;
pub(super) use visitor::SECOND;

pub(super) fn router(platform: &BigCommerce) -> Router {
    Router::new()
        .route("/", get(shop::home))
        .route("/cart", get(shop::cart))
        .route("/cart/add", post(shop::add))
        .route("/cart/update", post(shop::update))
        .route("/currency", post(shop::currency))
        .route("/buy-now", post(shop::buy_now))
        .route("/checkout", get(checkout::page))
        .route("/checkout/{cart}", get(checkout::page))
        .route("/internalapi/v1/checkout/order", post(checkout::place))
        .route("/checkout/order-confirmation", get(confirmation::of_session))
        .route("/checkout/order-confirmation/{id}", get(confirmation::of_order))
        .route("/embedded-checkout/order-confirmation", get(confirmation::of_session))
        .route("/{locale}/checkout/order-confirmation", get(confirmation::of_session))
        .route("/api/storefront/orders/{id}", get(api::order))
        .route("/api/storefront/order/{id}", get(api::order))
        .route("/api/storefront/checkout-settings", get(api::checkout_settings))
        .route("/api/storefront/form-fields", get(api::form_fields))
        .route("/assets/{name}", get(assets::asset))
        .route("/__sandbox/analytics", post(api::analytics))
        .route("/__sandbox/enter/{session}", get(enter))
        .fallback(shop::not_found)
        .layer(from_fn_with_state(platform.clone(), visitor))
        .with_state(platform.clone())
}
