//! Webhook registrations (v3). A destination is public HTTPS on port 443; the sandbox exempts the app's own origin,
//! and nothing else.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::envelope::{Paging, param, v3, v3_object};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::store::{Hook, Store};
use crate::env::App;

/// Per store, client and scope.
const LIMIT: usize = 10;

const SCOPES: [&str; 26] = [
    "store/order/*",
    "store/order/created",
    "store/order/updated",
    "store/order/archived",
    "store/order/statusUpdated",
    "store/order/message/created",
    "store/order/refund/created",
    "store/order/transaction/created",
    "store/order/transaction/updated",
    "store/order/metafield/created",
    "store/order/metafield/updated",
    "store/order/metafield/deleted",
    "store/cart/*",
    "store/cart/created",
    "store/cart/updated",
    "store/cart/deleted",
    "store/cart/abandoned",
    "store/cart/converted",
    "store/app/uninstalled",
    "store/information/updated",
    "store/hook/deliveryException",
    "store/customer/*",
    "store/product/*",
    "store/shipment/*",
    "store/sku/*",
    "store/channel/*",
];

type Params = Query<Vec<(String, String)>>;

pub(super) async fn list(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    let wanted = |hook: &&Hook| {
        param(&query, "scope").is_none_or(|scope| scope == hook.scope)
            && param(&query, "destination").is_none_or(|destination| destination == hook.destination)
            && param(&query, "is_active").is_none_or(|active| active == hook.is_active.to_string())
    };
    let hooks = platform.read(&hash, |store| {
        store.hooks.iter().filter(wanted).map(|hook| resource(store, &platform.env.app, hook)).collect()
    });
    Ok(Json(Paging::of(&query).v3(hooks.unwrap_or_default())).into_response())
}

pub(super) async fn create(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    body: Bytes,
) -> ApiResult {
    let fields = v3_object(&body)?;
    let missing: Vec<_> =
        ["scope", "destination"].into_iter().filter(|name| !fields.contains_key(*name)).collect();
    if !missing.is_empty() {
        let errors: Vec<_> = missing.into_iter().map(|name| (name, "error.path.missing.")).collect();
        return Err(ApiError::v3_fields(&errors));
    }
    let app = &platform.env.app;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let blank = Hook {
        id: 0,
        scope: String::new(),
        destination: String::new(),
        headers: BTreeMap::new(),
        is_active: true,
        created_at: now,
        updated_at: now,
    };
    let hook = changed(blank, &fields, app)?;
    let created = platform.write(&hash, |store| {
        room_for(store, &hook)?;
        let hook = Hook { id: store.draw_id(), ..hook };
        let shown = resource(store, app, &hook);
        store.hooks.push(hook);
        Ok(shown)
    });
    Ok(v3(created.ok_or_else(ApiError::unauthorized)??).into_response())
}

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    let found = platform.read(&hash, |store| {
        let hook = store.hooks.iter().find(|hook| hook.id.to_string() == id)?;
        Some(resource(store, &platform.env.app, hook))
    });
    Ok(v3(found.flatten().ok_or_else(|| unknown(&id))?).into_response())
}

pub(super) async fn update(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
    body: Bytes,
) -> ApiResult {
    let fields = v3_object(&body)?;
    let app = &platform.env.app;
    let updated = platform.write(&hash, |store| {
        let at = store.hooks.iter().position(|hook| hook.id.to_string() == id).ok_or_else(|| unknown(&id))?;
        let mut hook = changed(store.hooks[at].clone(), &fields, app)?;
        hook.updated_at = OffsetDateTime::now_utc().unix_timestamp();
        let shown = resource(store, app, &hook);
        store.hooks[at] = hook;
        Ok::<_, ApiError>(shown)
    });
    Ok(v3(updated.ok_or_else(ApiError::unauthorized)??).into_response())
}

/// Unlike other v3 deletions, this one answers 200 with what was deleted.
pub(super) async fn delete(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    let deleted = platform.write(&hash, |store| {
        let at = store.hooks.iter().position(|hook| hook.id.to_string() == id)?;
        let hook = store.hooks.remove(at);
        Some(resource(store, &platform.env.app, &hook))
    });
    Ok(v3(deleted.flatten().ok_or_else(|| unknown(&id))?).into_response())
}

fn unknown(id: &str) -> ApiError {
    ApiError::v3_not_found(&format!("Webhook with id [{id}]"))
}

fn room_for(store: &Store, new: &Hook) -> Result<(), ApiError> {
    let of_scope = store.hooks.iter().filter(|hook| hook.scope == new.scope);
    if of_scope.clone().any(|hook| hook.destination == new.destination) {
        return Err(ApiError::v3(
            StatusCode::CONFLICT,
            "A webhook with this scope and destination already exists.",
        ));
    }
    if of_scope.count() >= LIMIT {
        return Err(ApiError::v3_fields(&[("scope", "The limit of webhooks for this scope is reached.")]));
    }
    Ok(())
}

fn changed(mut hook: Hook, fields: &Map<String, Value>, app: &App) -> Result<Hook, ApiError> {
    for (name, value) in fields {
        match name.as_str() {
            "scope" => hook.scope = scope(value)?,
            "destination" => hook.destination = destination(value, app)?,
            "is_active" => {
                hook.is_active = value.as_bool().ok_or_else(|| expected(name, "error.expected.jsboolean"))?
            }
            "headers" => hook.headers = headers(value)?,
            _ => {}
        }
    }
    Ok(hook)
}

fn expected(field: &str, message: &str) -> ApiError {
    ApiError::v3_fields(&[(field, message)])
}

fn scope(value: &Value) -> Result<String, ApiError> {
    let scope = value.as_str().unwrap_or_default();
    if SCOPES.contains(&scope) { Ok(scope.to_owned()) } else { Err(expected("scope", "Invalid scope.")) }
}

fn destination(value: &Value, app: &App) -> Result<String, ApiError> {
    let url = value.as_str().unwrap_or_default();
    let ours = url.strip_prefix(&app.url).is_some_and(|rest| rest.starts_with('/'));
    if ours || is_public_https(url) {
        return Ok(url.to_owned());
    }
    Err(expected("destination", "The destination must be an HTTPS URL served on port 443."))
}

fn is_public_https(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    uri.is_some_and(|uri| {
        uri.scheme_str() == Some("https")
            && uri.host().is_some()
            && matches!(uri.port_u16(), None | Some(443))
    })
}

fn headers(value: &Value) -> Result<BTreeMap<String, String>, ApiError> {
    let bad = || expected("headers", "error.expected.jsobject");
    match value {
        Value::Null => Ok(BTreeMap::new()),
        Value::Object(map) => {
            let pairs = map.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            pairs.collect::<Option<_>>().ok_or_else(bad)
        }
        _ => Err(bad()),
    }
}

fn resource(store: &Store, app: &App, hook: &Hook) -> Value {
    json!({
        "id": hook.id,
        "client_id": app.client_id,
        "store_hash": store.hash,
        "scope": hook.scope,
        "destination": hook.destination,
        "headers": hook.headers,
        "is_active": hook.is_active,
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_public_https_or_the_app_itself() {
        let app = App::new("http://app.localhost:8787");
        let accepts = |url: &str| destination(&url.into(), &app).is_ok();
        assert!(accepts("https://pay.example.com/hook"));
        assert!(accepts("https://pay.example.com:443/hook"));
        assert!(accepts("http://app.localhost:8787/webhooks/bigcommerce/abc"));
        assert!(!accepts("http://pay.example.com/hook"));
        assert!(!accepts("https://pay.example.com:8443/hook"));
        assert!(!accepts("http://app.localhost:87870/hook"));
        assert!(!accepts("https://"));
    }

    #[test]
    fn header_values_are_text() {
        assert!(headers(&json!({ "x-secret": "abc" })).is_ok());
        assert!(headers(&json!({ "x-secret": 7 })).is_err());
    }
}
