//! Channels and their sites: which addresses a store's shoppers may be on. Every store here has one channel.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Paging, param, v3};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::store::Store;

const MADE: &str = "2024-04-01T01:30:00Z";

type Params = Query<Vec<(String, String)>>;

pub(super) async fn list(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    let channel = platform.read(&hash, channel).ok_or_else(ApiError::unauthorized)?;
    let wanted = |name: &str, value: &str| {
        param(&query, name).is_none_or(|list| list.split(',').any(|part| part == value))
    };
    let shown =
        wanted("type:in", "storefront") && wanted("status:in", "active") && wanted("available", "true");
    Ok(Json(Paging::of(&query).v3(if shown { vec![channel] } else { Vec::new() })).into_response())
}

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    known(&id)?;
    let channel = platform.read(&hash, channel).ok_or_else(ApiError::unauthorized)?;
    Ok(v3(channel).into_response())
}

pub(super) async fn site(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    known(&id)?;
    Ok(v3(platform.site(&hash)).into_response())
}

pub(super) async fn sites(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    Ok(Json(Paging::of(&query).v3(vec![platform.site(&hash)])).into_response())
}

fn known(id: &str) -> Result<(), ApiError> {
    if id == Store::CHANNEL.to_string() { Ok(()) } else { Err(ApiError::v3_not_found("Channel")) }
}

fn channel(store: &Store) -> Value {
    json!({
        "id": Store::CHANNEL,
        "name": store.name,
        "type": "storefront",
        "platform": "bigcommerce",
        "status": "active",
        "external_id": "",
        "icon_url": "",
        "is_listable_from_ui": true,
        "is_visible": true,
        "is_enabled": true,
        "date_created": MADE,
        "date_modified": MADE,
    })
}

impl BigCommerce {
    fn site(&self, hash: &str) -> Value {
        let own = self.env.places.shop(hash);
        let primary = self.shop_origin(hash);
        let url = |url: &str, kind: &str| json!({ "url": url, "type": kind, "created_at": MADE, "updated_at": MADE });
        json!({
            "id": Store::SITE,
            "url": primary,
            "channel_id": Store::CHANNEL,
            "created_at": MADE,
            "updated_at": MADE,
            "urls": [url(&primary, "primary"), url(&own, "canonical"), url(&primary, "checkout")],
            "is_checkout_url_customized": false,
        })
    }
}
