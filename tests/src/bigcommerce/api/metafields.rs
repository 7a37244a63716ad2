//! Order metafields (v3).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::envelope::{Paging, param, v3, v3_object};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::order::Metafield;

const PERMISSIONS: [&str; 5] = ["app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"];
const PER_ORDER: usize = 250;

type FieldPath = Path<(String, String, String)>;

pub(super) async fn list(
    State(platform): State<BigCommerce>,
    Path((hash, order)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> ApiResult {
    let fields = platform.metafields(&hash, &order, |fields| {
        let wanted = |field: &&mut Metafield| {
            param(&query, "key").is_none_or(|key| key == field.key)
                && param(&query, "namespace").is_none_or(|namespace| namespace == field.namespace)
        };
        Ok(fields.iter_mut().filter(wanted).map(|field| resource(&platform, &order, field)).collect())
    })?;
    Ok(Json(Paging::of(&query).v3(fields)).into_response())
}

pub(super) async fn create(
    State(platform): State<BigCommerce>,
    Path((hash, order)): Path<(String, String)>,
    body: Bytes,
) -> ApiResult {
    let given = v3_object(&body)?;
    let id = platform.write(&hash, |store| store.draw_id()).ok_or_else(ApiError::unauthorized)?;
    let now = OffsetDateTime::now_utc();
    let blank = Metafield {
        id,
        permission_set: String::new(),
        namespace: String::new(),
        key: String::new(),
        value: String::new(),
        description: String::new(),
        created: now,
        modified: now,
    };
    let field = changed(blank, &given)?;
    let shown = platform.metafields(&hash, &order, |fields| {
        let same = |other: &Metafield| other.namespace == field.namespace && other.key == field.key;
        if fields.iter().any(same) {
            let title = "The metafield conflicts with another metafield.";
            return Err(ApiError::v3(StatusCode::CONFLICT, title));
        }
        if fields.len() >= PER_ORDER {
            return Err(ApiError::v3(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The limit of metafields is reached.",
            ));
        }
        fields.push(field.clone());
        Ok(resource(&platform, &order, &field))
    })?;
    Ok(v3(shown).into_response())
}

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, order, id)): FieldPath,
) -> ApiResult {
    let shown = platform.metafields(&hash, &order, |fields| {
        fields
            .iter()
            .find(|field| field.id.to_string() == id)
            .map(|field| resource(&platform, &order, field))
            .ok_or_else(unknown)
    })?;
    Ok(v3(shown).into_response())
}

pub(super) async fn update(
    State(platform): State<BigCommerce>,
    Path((hash, order, id)): FieldPath,
    body: Bytes,
) -> ApiResult {
    let given = v3_object(&body)?;
    let shown = platform.metafields(&hash, &order, |fields| {
        let field = fields.iter_mut().find(|field| field.id.to_string() == id).ok_or_else(unknown)?;
        *field = changed(field.clone(), &given)?;
        field.modified = OffsetDateTime::now_utc();
        Ok(resource(&platform, &order, field))
    })?;
    Ok(v3(shown).into_response())
}

pub(super) async fn delete(
    State(platform): State<BigCommerce>,
    Path((hash, order, id)): FieldPath,
) -> ApiResult {
    platform.metafields(&hash, &order, |fields| {
        let at = fields.iter().position(|field| field.id.to_string() == id).ok_or_else(unknown)?;
        fields.remove(at);
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl BigCommerce {
    fn metafields<T>(
        &self,
        hash: &str,
        order: &str,
        work: impl FnOnce(&mut Vec<Metafield>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let done = self.write(hash, |store| {
            let order = order.parse().ok().and_then(|id| store.orders.get_mut(&id))?;
            Some(work(&mut order.metafields))
        });
        done.flatten().ok_or_else(|| ApiError::v3_not_found("Order"))?
    }
}

fn unknown() -> ApiError {
    ApiError::v3_not_found("Metafield")
}

fn changed(mut field: Metafield, given: &Map<String, Value>) -> Result<Metafield, ApiError> {
    let targets: [(&str, &mut String, usize, usize); 5] = [
        ("permission_set", &mut field.permission_set, 1, 32),
        ("namespace", &mut field.namespace, 1, 64),
        ("key", &mut field.key, 1, 64),
        ("value", &mut field.value, 1, 65_535),
        ("description", &mut field.description, 0, 255),
    ];
    for (name, target, least, most) in targets {
        if let Some(value) = given.get(name) {
            let text =
                value.as_str().ok_or_else(|| ApiError::v3_fields(&[(name, "error.expected.jsstring")]))?;
            text.clone_into(target);
        }
        let length = target.chars().count();
        if length < least {
            return Err(ApiError::v3_fields(&[(name, "error.path.missing.")]));
        }
        if length > most {
            return Err(ApiError::v3_fields(&[(name, "error.maxLength")]));
        }
    }
    if !PERMISSIONS.contains(&field.permission_set.as_str()) {
        return Err(ApiError::v3_fields(&[("permission_set", "error.invalid.value")]));
    }
    Ok(field)
}

fn resource(platform: &BigCommerce, order: &str, field: &Metafield) -> Value {
    let time = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    json!({
        "id": field.id,
        "permission_set": field.permission_set,
        "namespace": field.namespace,
        "key": field.key,
        "value": field.value,
        "description": field.description,
        "resource_type": "order",
        "resource_id": order.parse::<u64>().ok(),
        "date_created": time(field.created),
        "date_modified": time(field.modified),
        "owner_client_id": platform.env.app.client_id,
    })
}
