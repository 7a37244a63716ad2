//! The management API below `/stores/{hash}`.
//!
//! In front of it stands a gateway, as at BigCommerce: it counts the request against the store's quota, checks the
//! token and its scopes, and puts the rate-limit headers on every answer.

mod channels;
mod envelope;
mod hooks;
mod metafields;
mod orders;
mod refunds;
mod scripts;
mod scripts_input;
mod store;
mod v2_order;

use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode, request::Parts};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::BigCommerce;
use super::errors::{self, ApiError};
use super::quota::Standing;
use crate::alter::ignoring;
use crate::faults::{Side, Watch, watch};

pub(super) fn router(platform: &BigCommerce) -> Router {
    let store = Router::new()
        .route("/v2/store", get(store::show))
        .route("/v2/order_statuses", get(store::statuses))
        .route("/v2/orders", get(orders::list))
        .route("/v2/orders/{id}", get(orders::show).put(orders::update).delete(orders::archive))
        .route("/v2/orders/{id}/products", get(orders::products))
        .route("/v2/orders/{id}/shipping_addresses", get(orders::shipping_addresses))
        .route("/v2/orders/{id}/coupons", get(orders::coupons))
        .route("/v3/orders/{id}/transactions", get(orders::transactions))
        .route("/v3/orders/{id}/payment_actions/refund_quotes", post(refunds::quote))
        .route("/v3/orders/{id}/payment_actions/refunds", get(refunds::of_order).post(refunds::create))
        .route("/v3/orders/payment_actions/refunds", get(refunds::list))
        .route("/v3/orders/payment_actions/refunds/{id}", get(refunds::show))
        .route("/v3/orders/{id}/metafields", get(metafields::list).post(metafields::create))
        .route(
            "/v3/orders/{id}/metafields/{field}",
            get(metafields::show).put(metafields::update).delete(metafields::delete),
        )
        .route("/v3/hooks", get(hooks::list).post(hooks::create))
        .route("/v3/hooks/{id}", get(hooks::show).put(hooks::update).delete(hooks::delete))
        .route("/v3/content/scripts", get(scripts::list).post(scripts::create))
        .route("/v3/content/scripts/{id}", get(scripts::show).put(scripts::update).delete(scripts::delete))
        .route("/v3/channels", get(channels::list))
        .route("/v3/channels/{id}", get(channels::show))
        .route("/v3/channels/{id}/site", get(channels::site))
        .route("/v3/sites", get(channels::sites))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn(media_type));
    let faults = platform.env.faults.clone();
    Router::new()
        .nest("/stores/{hash}", store)
        .fallback(nothing_here)
        .layer(from_fn_with_state(platform.clone(), gateway))
        .layer(from_fn_with_state(Watch::new(Side::BigCommerce, faults, store_of, errors::fault), watch))
        .with_state(platform.clone())
}

/// The store hash in `/stores/{hash}/…`.
fn store_of(parts: &Parts) -> Option<String> {
    parts.uri.path().split('/').skip_while(|part| *part != "stores").nth(1).map(str::to_owned)
}

/// Where a request is, relative to its store: `/v2/orders/7`.
fn resource(path: &str) -> &str {
    path.find("/v2/").or_else(|| path.find("/v3/")).map_or("", |at| &path[at..])
}

async fn nothing_here(request: Request) -> ApiError {
    if request.uri().path().contains("/v2/") {
        return ApiError::v2_not_found();
    }
    ApiError::v3(StatusCode::NOT_FOUND, "The requested resource was not found.")
}

async fn not_allowed(request: Request) -> ApiError {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    if request.uri().path().contains("/v2/") {
        return ApiError::v2(status, "The requested method is not supported by this resource.");
    }
    ApiError::v3(status, "The requested method is not supported by this resource.")
}

/// Bodies are JSON, and say so.
async fn media_type(request: Request, next: Next) -> Response {
    let written = matches!(*request.method(), Method::POST | Method::PUT);
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let json =
        given.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if written && !json {
        let title = "The Content-Type of the request must be application/json.";
        return ApiError::v3(StatusCode::UNSUPPORTED_MEDIA_TYPE, title).into_response();
    }
    next.run(request).await
}

async fn gateway(State(platform): State<BigCommerce>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let token = parts.headers.get("x-auth-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let admitted = store_of(&parts).and_then(|hash| {
        platform.write(&hash, |store| {
            let standing = store.quota.count(Instant::now());
            (admit(store, token, &parts, standing), standing, store.settings.ignored_parameters.clone())
        })
    });
    let Some((verdict, standing, ignored)) = admitted else {
        return ApiError::unauthorized().into_response();
    };
    parts.uri = ignoring(&parts.uri, &ignored);
    let mut response = match verdict {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    };
    rate_headers(response.headers_mut(), standing);
    response
}

fn admit(
    store: &super::store::Store,
    token: &str,
    parts: &Parts,
    standing: Standing,
) -> Result<(), ApiError> {
    if token.is_empty() || store.token() != Some(token) {
        return Err(ApiError::unauthorized());
    }
    if standing.exceeded {
        return Err(ApiError::too_many());
    }
    let granted = store.installation.as_ref().map_or(&[][..], |installation| &installation.scopes);
    let needed = scopes(&parts.method, resource(parts.uri.path()));
    if needed.is_empty() || needed.iter().any(|scope| granted.iter().any(|given| given == scope)) {
        return Ok(());
    }
    Err(ApiError::missing_scope())
}

fn rate_headers(headers: &mut HeaderMap, standing: Standing) {
    headers.insert("x-rate-limit-time-window-ms", standing.window_ms.into());
    headers.insert("x-rate-limit-time-reset-ms", standing.reset_ms.into());
    headers.insert("x-rate-limit-requests-quota", standing.quota.into());
    headers.insert("x-rate-limit-requests-left", standing.left.into());
    if standing.exceeded {
        headers.insert("x-retry-after", standing.reset_ms.div_ceil(1000).into());
    }
}

/// The scopes of which one is needed; none for hooks, which every app may use.
fn scopes(method: &Method, resource: &str) -> &'static [&'static str] {
    let reading = *method == Method::GET;
    let path = resource.split('?').next().unwrap_or_default();
    match path {
        "/v2/store" => &["store_v2_information_read_only", "store_v2_information"],
        _ if path.starts_with("/v3/hooks") => &[],
        _ if path.starts_with("/v3/content/scripts") && reading => &[
            "store_v2_content",
            "store_content_checkout",
            "store_v2_content_read_only",
            "store_content_checkout_read_only",
        ],
        _ if path.starts_with("/v3/content/scripts") => &["store_v2_content", "store_content_checkout"],
        _ if path.ends_with("/transactions") => &["store_v2_transactions_read_only", "store_v2_transactions"],
        _ if path.contains("/payment_actions/") && reading => &[
            "store_v2_orders",
            "store_v2_orders_read_only",
            "store_v2_transactions",
            "store_v2_transactions_read_only",
        ],
        _ if path.contains("/payment_actions/") => &["store_v2_orders", "store_v2_transactions"],
        _ if path.ends_with("/site") || path.starts_with("/v3/sites") => {
            &["store_sites_read_only", "store_sites"]
        }
        _ if path.starts_with("/v3/channels") => {
            &["store_channel_settings_read_only", "store_channel_settings"]
        }
        _ if reading => &["store_v2_orders", "store_v2_orders_read_only"],
        _ => &["store_v2_orders"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resource_asks_for_its_own_scope() {
        let put = scopes(&Method::PUT, "/v2/orders/7");
        assert_eq!(put, ["store_v2_orders"]);
        assert!(scopes(&Method::GET, "/v2/orders/7").contains(&"store_v2_orders_read_only"));
        assert!(
            scopes(&Method::GET, "/v3/orders/7/transactions").contains(&"store_v2_transactions_read_only")
        );
        assert!(scopes(&Method::GET, "/v3/channels/1/site").contains(&"store_sites_read_only"));
        assert!(scopes(&Method::POST, "/v3/hooks").is_empty());
    }
}
