//! Payments: list, show, update, capture, cancel, refund.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::body::{Listing, field, integer, metadata, object, text};
use super::{Answer, listed};
use crate::komoju::error::ApiError;
use crate::komoju::world::{Caller, World};
use crate::komoju::{Komoju, clock, random, render};

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
    let amount = positive(&fields)?;
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
    let (amount, description) = (positive(&fields)?, text(&fields, "description")?);
    komoju.with(|world| {
        world.payment_of(&caller, &id)?;
        world.refund(&id, amount, description)?;
        shown(world, &caller, &id)
    })
}

fn positive(fields: &Map<String, Value>) -> Result<Option<i64>, ApiError> {
    match integer(fields, "amount")? {
        Some(amount) if amount <= 0 => Err(ApiError::invalid("amount", "amount must be greater than 0.")),
        amount => Ok(amount),
    }
}

/// Asks for money to be sent to the customer's bank account by hand; answers with no body.
pub async fn request_refund(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let fields = object(&headers, &body)?;
    let request = refund_request(&fields)?;
    komoju.with(|world| {
        world.payment_of(&caller, &id)?;
        world.request_refund(&id, request)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

fn refund_request(fields: &Map<String, Value>) -> Result<Value, ApiError> {
    let required = |name: &str| text(fields, name)?.ok_or_else(|| ApiError::missing(name));
    let amount = positive(fields)?.ok_or_else(|| ApiError::missing("amount"))?;
    let account_type = required("account_type")?;
    if !matches!(account_type.as_str(), "normal" | "checking" | "savings") {
        return Err(ApiError::invalid(
            "account_type",
            format!("{account_type} does not have a valid value."),
        ));
    }
    let with_fee = field(fields, "include_payment_method_fee").and_then(Value::as_bool);
    Ok(json!({
        "id": random::id(),
        "resource": "refund_request",
        "status": "pending",
        "amount": amount,
        "customer_name": required("customer_name")?,
        "bank_name": required("bank_name")?,
        "bank_code": text(fields, "bank_code")?,
        "branch_name": text(fields, "branch_name")?,
        "branch_number": numbered(required("branch_number")?, "branch_number", 3)?,
        "account_type": account_type,
        "account_number": numbered(required("account_number")?, "account_number", 7)?,
        "include_payment_method_fee": with_fee.ok_or_else(|| ApiError::missing("include_payment_method_fee"))?,
        "description": text(fields, "description")?,
        "created_at": clock::utc(clock::now()),
    }))
}

fn numbered(value: String, name: &str, length: usize) -> Result<String, ApiError> {
    let right = value.len() == length && value.bytes().all(|byte| byte.is_ascii_digit());
    if right { Ok(value) } else { Err(ApiError::invalid(name, format!("{name} must have {length} digits."))) }
}
