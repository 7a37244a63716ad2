//! The storefront: a small shop, its checkout, its confirmation page, and the storefront API that pages call.
//!
//! A browser is known by a host-only, `SameSite=Lax` session cookie, and that cookie is the only thing that opens an
//! order: which is why the shopper must come back from KOMOJU in the same browser to see the confirmation page.

mod api;
mod bundles;
mod checkout;
mod confirmation;
mod layout;
mod order_json;
mod scripts;
mod settings_json;
mod shop;
mod words;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use time::OffsetDateTime;

use super::browsing::Visit;
use super::order::Order;
use super::store::Store;
use super::{BigCommerce, random};
use crate::server::host_name;

pub(super) use bundles::Bundles;

/// What follows the store's hash in the host name of its second channel.
pub(super) const SECOND: &str = "-second";

const SESSION: &str = "SHOP_SESSION_TOKEN";

/// The browser a request came from, and the store it is in.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub hash: String,
    pub session: String,
    pub channel: u64,
}

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
        .route("/assets/{name}", get(bundles::asset))
        .route("/__sandbox/analytics", post(api::analytics))
        .route("/__sandbox/enter/{session}", get(enter))
        .fallback(shop::not_found)
        .layer(from_fn_with_state(platform.clone(), visitor))
        .with_state(platform.clone())
}

/// Where checkout sends the browser after an order.
pub(super) fn confirmation_path(order: &Order) -> String {
    if order.buy_now {
        format!("/checkout/order-confirmation/{}", order.id)
    } else {
        "/checkout/order-confirmation".into()
    }
}

/// Finds the store by host name and the browser by cookie, and notes the visit.
async fn visitor(State(platform): State<BigCommerce>, mut request: Request, next: Next) -> Response {
    let Some((hash, channel)) = platform.store_at(host_name(request.headers())) else {
        return (StatusCode::NOT_FOUND, "There is no store at this address.").into_response();
    };
    let known = cookie(request.headers(), SESSION);
    let session = known.clone().unwrap_or_else(|| random::hex(16));
    request.extensions_mut().insert(Visitor { hash: hash.clone(), session: session.clone(), channel });
    let method = request.method().to_string();
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let mut response = next.run(request).await;
    if known.is_none() && !response.headers().contains_key(SET_COOKIE) {
        set_session(response.headers_mut(), &session);
    }
    let visit = Visit { method, path, status: response.status().as_u16(), at: OffsetDateTime::now_utc() };
    platform.write(&hash, |store| store.visits.push(visit));
    response
}

/// Makes this browser the one that placed an order without a browser, and goes on to a page of the shop.
async fn enter(Path(session): Path<String>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let to = query.iter().find(|(name, _)| name == "to").map_or("/", |(_, path)| path.as_str());
    let to = if to.starts_with('/') && !to.starts_with("//") { to } else { "/" };
    let mut response = Redirect::to(to).into_response();
    set_session(response.headers_mut(), &session);
    response
}

fn set_session(headers: &mut HeaderMap, session: &str) {
    let cookies = [
        format!("{SESSION}={session}; Path=/; HttpOnly; SameSite=Lax"),
        format!("XSRF-TOKEN={}; Path=/; SameSite=Lax", random::hex(16)),
    ];
    for value in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        headers.append(SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|all| all.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

impl BigCommerce {
    /// The store and channel of a host name: `{hash}.shop.localhost`, or the first store at `shop.localhost`.
    fn store_at(&self, host: &str) -> Option<(String, u64)> {
        let state = self.lock();
        let Some(name) = host.strip_suffix(".shop.localhost") else {
            return state.stores.first().map(|store| (store.hash.clone(), Store::CHANNEL));
        };
        let (hash, channel) = match name.strip_suffix(SECOND) {
            Some(hash) => (hash, Store::SECOND_CHANNEL),
            None => (name, Store::CHANNEL),
        };
        let found = state.stores.iter().find(|store| store.hash == hash && store.channels.contains(&channel));
        found.map(|store| (store.hash.clone(), channel))
    }
}

/// The host header's name, for building addresses on the host the browser is on.
fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_static("a=1; SHOP_SESSION_TOKEN=xyz; b="));
        assert_eq!(cookie(&headers, SESSION).as_deref(), Some("xyz"));
        assert_eq!(cookie(&headers, "b"), None);
    }
}
