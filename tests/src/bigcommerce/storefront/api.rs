//! The storefront API, which pages call with the session cookie and nothing else.

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::order_json::{self, Include};
use super::settings_json::{checkout_settings as settings, form_fields as fields};
use super::visitor::{Visitor, origin};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::browsing::PurchaseEvent;

/// The order, to the browser that may read it.
pub(super) async fn order(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let include = query.iter().find(|(name, _)| name == "include").map_or("", |(_, list)| list.as_str());
    let include = Include::of(include);
    let shop = origin(&headers);
    let found = platform.read(&visitor.hash, |store| {
        let id: u64 = id.parse().ok()?;
        let order = store.orders.get(&id)?;
        let session = store.sessions.get(&visitor.session);
        let allowed = session.is_some_and(|session| session.orders.contains(&id));
        Some(allowed.then(|| order_json::order(store, order, include, &shop)))
    });
    match found.flatten() {
        Some(Some(body)) => storefront(StatusCode::OK, body),
        Some(None) => refusal(StatusCode::FORBIDDEN, "You do not have permission to see this order."),
        None => refusal(StatusCode::NOT_FOUND, "The requested order was not found."),
    }
}

pub(super) async fn checkout_settings(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    let shop = origin(&headers);
    let body = platform.read(&visitor.hash, |store| {
        let session = store.sessions.get(&visitor.session);
        settings(store, session.map_or(store.currency, |session| session.currency), &shop)
    });
    storefront(StatusCode::OK, body.unwrap_or_default())
}

pub(super) async fn form_fields() -> Response {
    storefront(StatusCode::OK, fields())
}

/// Receives the page's purchase event, as an analytics service would.
pub(super) async fn analytics(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    body: String,
) -> StatusCode {
    let event: Value = serde_json::from_str(&body).unwrap_or_default();
    let Some(order_id) = event["transaction_id"].as_u64() else { return StatusCode::BAD_REQUEST };
    let event = PurchaseEvent { order_id, at: OffsetDateTime::now_utc() };
    platform.write(&visitor.hash, |store| store.purchases.push(event));
    StatusCode::NO_CONTENT
}

fn refusal(status: StatusCode, title: &str) -> Response {
    let body = json!({
        "status": status.as_u16(),
        "title": title,
        "type": "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes",
    });
    storefront(status, body)
}

fn storefront(status: StatusCode, body: Value) -> Response {
    let headers = [
        (X_FRAME_OPTIONS, "DENY"),
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (CACHE_CONTROL, "no-store, no-cache, must-revalidate"),
    ];
    (status, headers, Json(body)).into_response()
}
