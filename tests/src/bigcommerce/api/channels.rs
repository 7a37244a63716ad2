//! Channels and their sites: which addresses a store's shoppers may be on. A store here has one channel, or two.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::envelope::{Paging, param, v3};
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
    let wanted = |name: &str, value: &str| {
        param(&query, name).is_none_or(|list| list.split(',').any(|part| part == value))
    };
    let shown =
        wanted("type:in", "storefront") && wanted("status:in", "active") && wanted("available", "true");
    let channels = platform.read(&hash, |store| {
        let channels = store.channels.iter().filter(|_| shown);
        channels.map(|id| channel(store, *id)).collect::<Vec<_>>()
    });
    Ok(Json(Paging::of(&query).v3(channels.ok_or_else(ApiError::unauthorized)?)).into_response())
}

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    let id = platform.known_channel(&hash, &id)?;
    let channel = platform.read(&hash, |store| channel(store, id)).ok_or_else(ApiError::unauthorized)?;
    Ok(v3(channel).into_response())
}

pub(super) async fn site(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    let id = platform.known_channel(&hash, &id)?;
    Ok(v3(platform.site(&hash, id)).into_response())
}

pub(super) async fn sites(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    let wanted = |id: &u64| {
        let list = param(&query, "channel_id:in");
        list.is_none_or(|list| list.split(',').any(|part| part.trim() == id.to_string()))
    };
    let channels = platform.read(&hash, |store| store.channels.clone()).ok_or_else(ApiError::unauthorized)?;
    let sites = channels.into_iter().filter(wanted).map(|id| platform.site(&hash, id)).collect();
    Ok(Json(Paging::of(&query).v3(sites)).into_response())
}

fn channel(store: &Store, id: u64) -> Value {
    let name = if id == Store::CHANNEL { store.name.clone() } else { format!("{}, second shop", store.name) };
    json!({
        "id": id,
        "name": name,
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
    fn known_channel(&self, hash: &str, id: &str) -> Result<u64, ApiError> {
        let known =
            id.parse().ok().filter(|id| self.read(hash, |store| store.channels.contains(id)) == Some(true));
        known.ok_or_else(|| ApiError::v3_not_found("Channel"))
    }

    /// The default channel has a domain of its own beside its canonical address; here that is the first store only.
    fn site(&self, hash: &str, channel: u64) -> Value {
        let primary = self.channel_origin(hash, channel);
        let (id, canonical) = match channel {
            Store::CHANNEL => (Store::SITE, self.env.places.shop(hash)),
            _ => (Store::SECOND_SITE, primary.clone()),
        };
        let url = |url: &str, kind: &str| json!({ "url": url, "type": kind, "created_at": MADE, "updated_at": MADE });
        json!({
            "id": id,
            "url": primary,
            "channel_id": channel,
            "created_at": MADE,
            "updated_at": MADE,
            "urls": [url(&primary, "primary"), url(&canonical, "canonical"), url(&primary, "checkout")],
            "is_checkout_url_customized": false,
        })
    }
}
