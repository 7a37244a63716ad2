//! Payments: list, show, update, capture, cancel, refund.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde_json::{Map, Value};

use super::answer::{Answer, listed};
use super::body::{self, Listing, field, integer, metadata, object, text};
use crate::komoju::error::ApiError;
use crate::komoju::world::{Caller, World};
use crate::komoju::{Komoju, render};

pub async fn list(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    query: Query<HashMap<String, String>>,
) -> Answer {
    let query = Listing::new(query);
    let (paging, currency) = (query.paging()?, query.currency()?);
    let in_status = |status: &str| match &query.status {
        None => true,
        Some(asked) => asked.split(',').any(|asked| asked.trim() == status),
    };
    komoju.with(|world| {
        let found = world
            .payments_of(&caller)
            .filter(|payment| paging.covers(payment.created_at))
            .filter(|payment| currency.is_none_or(|currency| payment.currency == currency))
            .filter(|payment| {
                query.external_order_num.is_none() || payment.external_order_num == query.external_order_num
            })
            .filter(|payment| in_status(payment.status.name()));
        Ok(Json(listed(found.map(|payment| render::payment(payment, &world.pages)).collect(), paging)))
    })
}

pub async fn show(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    komoju.with(|world| shown(world, &caller, &id))
}

fn shown(world: &World, caller: &Caller, id: &str) -> Answer {
    Ok(Json(render::payment(world.payment_of(caller, id)?, &world.pages)))
}

/// Only description and metadata can be changed.
pub async fn update(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let fields = object(&headers, &body)?;
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "description" | "metadata")) {
        return Err(ApiError::invalid(name, format!("{name} cannot be changed.")));
    }
    let description = text(&fields, "description")?;
    let metadata = fields.contains_key("metadata").then(|| metadata(&fields)).transpose()?;
    komoju.with(|world| {
        world.payment_of(&caller, &id)?;
        let payment = world.payment_mut(&id)?;
        if fields.contains_key("description") {
            payment.description = description;
        }
        if let Some(metadata) = metadata {
            payment.metadata = metadata;
        }
        world.emit("payment.updated", &id, None)?;
        shown(world, &caller, &id)
    })
}

pub async fn capture(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let fields = object(&headers, &body)?;
    let amount = body::amount(&fields)?;
    komoju.with(|world| {
        let payment = world.payment_of(&caller, &id)?;
        let tax = tax(&fields, amount.unwrap_or(payment.amount))?;
        world.capture_by_api(&id, amount, tax)?;
        shown(world, &caller, &id)
    })
}

/// `auto` is a tenth of the amount; here, where every amount already contains it, leaving it out means none.
fn tax(fields: &Map<String, Value>, amount: i64) -> Result<i64, ApiError> {
    match field(fields, "tax") {
        Some(Value::String(auto)) if auto == "auto" => Ok(amount / 10),
        _ => match integer(fields, "tax")? {
            Some(tax) if tax < 0 => Err(ApiError::invalid("tax", "tax must be greater than or equal to 0.")),
            tax => Ok(tax.unwrap_or_default()),
        },
    }
}

pub async fn cancel(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    komoju.with(|world| {
        world.payment_of(&caller, &id)?;
        world.cancel(&id)?;
        shown(world, &caller, &id)
    })
}

pub async fn refund(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let fields = object(&headers, &body)?;
    let (amount, description) = (body::amount(&fields)?, text(&fields, "description")?);
    komoju.with(|world| {
        world.payment_of(&caller, &id)?;
        world.refund(&id, amount, description)?;
        shown(world, &caller, &id)
    })
}
