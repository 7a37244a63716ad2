//! The Scripts API (v3). What may be written is checked in [`super::scripts_input`].

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::envelope::{Paging, param, v3, v3_object};
use super::scripts_input::{Rules, blank, change};
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::store::{Script, Store};
use crate::bigcommerce::{BigCommerce, random};

/// Scripts per app and store, and per channel of whoever made them.
const PER_APP: usize = 10;
const PER_CHANNEL: usize = 50;

type Params = Query<Vec<(String, String)>>;

pub(super) async fn list(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    let wanted = |script: &&Script| {
        param(&query, "channel_id:in")
            .is_none_or(|list| list.split(',').any(|part| part.trim() == script.channel_id.to_string()))
    };
    let shown = platform.own_scripts(&hash).iter().filter(wanted).map(resource).collect();
    Ok(Json(Paging::of(&query).v3(shown)).into_response())
}

pub(super) async fn create(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    body: Bytes,
) -> ApiResult {
    let fields = v3_object(&body)?;
    let created = platform.write(&hash, |store| {
        let script = change(blank(&platform.env.app.client_id), &fields, &rules(&platform, store))?;
        room_for(store, &script)?;
        let script = Script { uuid: random::uuid(), ..script };
        let shown = resource(&script);
        store.scripts.push(script);
        Ok::<_, ApiError>(shown)
    });
    Ok(v3(created.ok_or_else(ApiError::unauthorized)??).into_response())
}

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, uuid)): Path<(String, String)>,
) -> ApiResult {
    let own = platform.own_scripts(&hash);
    let found = own.iter().find(|script| script.uuid == uuid).ok_or_else(unknown)?;
    Ok(v3(resource(found)).into_response())
}

pub(super) async fn update(
    State(platform): State<BigCommerce>,
    Path((hash, uuid)): Path<(String, String)>,
    body: Bytes,
) -> ApiResult {
    let fields = v3_object(&body)?;
    let updated = platform.write(&hash, |store| {
        let at = platform.own_position(store, &uuid).ok_or_else(unknown)?;
        let mut script = change(store.scripts[at].clone(), &fields, &rules(&platform, store))?;
        script.modified = OffsetDateTime::now_utc();
        let shown = resource(&script);
        store.scripts[at] = script;
        Ok::<_, ApiError>(shown)
    });
    Ok(v3(updated.ok_or_else(ApiError::unauthorized)??).into_response())
}

pub(super) async fn delete(
    State(platform): State<BigCommerce>,
    Path((hash, uuid)): Path<(String, String)>,
) -> ApiResult {
    let deleted = platform.write(&hash, |store| {
        let at = platform.own_position(store, &uuid)?;
        Some(store.scripts.remove(at))
    });
    deleted.flatten().map(|_| StatusCode::NO_CONTENT.into_response()).ok_or_else(unknown)
}

impl BigCommerce {
    /// An app sees the scripts it made, and no others.
    fn own_scripts(&self, hash: &str) -> Vec<Script> {
        let client = &self.env.app.client_id;
        let own = self.read(hash, |store| {
            store.scripts.iter().filter(|script| script.api_client_id == *client).cloned().collect()
        });
        own.unwrap_or_default()
    }

    fn own_position(&self, store: &Store, uuid: &str) -> Option<usize> {
        let client = &self.env.app.client_id;
        store.scripts.iter().position(|script| script.uuid == uuid && script.api_client_id == *client)
    }
}

fn rules<'a>(platform: &'a BigCommerce, store: &'a Store) -> Rules<'a> {
    let granted = store.installation.as_ref().map_or(&[][..], |installation| &installation.scopes);
    Rules {
        app_url: &platform.env.app.url,
        channels: &store.channels,
        checkout: granted.iter().any(|scope| scope == "store_content_checkout"),
    }
}

fn room_for(store: &Store, new: &Script) -> Result<(), ApiError> {
    let of_app = store.scripts.iter().filter(|script| script.api_client_id == new.api_client_id).count();
    let of_channel = store.scripts.iter().filter(|script| script.channel_id == new.channel_id).count();
    if of_app >= PER_APP || of_channel >= PER_CHANNEL {
        return Err(ApiError::v3(StatusCode::UNPROCESSABLE_ENTITY, "The limit of scripts is reached."));
    }
    Ok(())
}

fn unknown() -> ApiError {
    ApiError::v3_not_found("Script")
}

fn resource(script: &Script) -> Value {
    let time = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    json!({
        "uuid": script.uuid,
        "name": script.name,
        "description": script.description,
        "kind": script.kind,
        "src": script.src,
        "html": script.html,
        "load_method": script.load_method,
        "location": script.location,
        "visibility": script.visibility,
        "consent_category": script.consent_category,
        "auto_uninstall": script.auto_uninstall,
        "enabled": script.enabled,
        "channel_id": script.channel_id,
        "integrity_hashes": script.integrity_hashes,
        "api_client_id": script.api_client_id,
        "date_created": time(script.created),
        "date_modified": time(script.modified),
    })
}
