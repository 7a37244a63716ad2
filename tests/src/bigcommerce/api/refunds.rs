//! Refund quotes and refunds (v3 payment actions).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::envelope::{Paging, param, v3, v3_object};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::money::{Currency, minor_of, number};
use crate::bigcommerce::order::{Actor, Order, Refund, RefundItem};
use crate::bigcommerce::refunds::{Draft, DraftPayment, PaymentOption, methods, total};

type Params = Query<Vec<(String, String)>>;

pub(super) async fn quote(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
    body: Bytes,
) -> ApiResult {
    let order = platform.order_at(&hash, &id)?;
    let items = items(&v3_object(&body)?, order.currency)?;
    let refused = |refusal: String| ApiError::v3(StatusCode::UNPROCESSABLE_ENTITY, &refusal);
    let total = total(&order, &items).map_err(refused)?;
    Ok((StatusCode::CREATED, v3(quoted(&order, total))).into_response())
}

pub(super) async fn create(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
    body: Bytes,
) -> ApiResult {
    let order = platform.order_at(&hash, &id)?;
    let fields = v3_object(&body)?;
    let draft =
        Draft { items: items(&fields, order.currency)?, payments: payments(&fields, order.currency)? };
    match platform.refund_slowly(&hash, order.id, draft).await {
        None => Err(ApiError::v3_not_found("Order")),
        Some(Err(refusal)) => Err(ApiError::refund(&refusal)),
        Some(Ok(refund)) => Ok((StatusCode::CREATED, v3(resource(&order, &refund))).into_response()),
    }
}

pub(super) async fn of_order(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
    Query(query): Params,
) -> ApiResult {
    let order = platform.order_at(&hash, &id)?;
    let refunds = order.refunds.iter().map(|refund| resource(&order, refund)).collect();
    Ok(Json(Paging::of(&query).v3(refunds)).into_response())
}

pub(super) async fn list(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    let mut refunds = platform.all_refunds(&hash);
    refunds.retain(|(order, refund)| wanted(order, refund, &query));
    let shown = refunds.iter().map(|(order, refund)| resource(order, refund)).collect();
    Ok(Json(Paging::of(&query).v3(shown)).into_response())
}

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, String)>,
) -> ApiResult {
    let found = platform.all_refunds(&hash).into_iter().find(|(_, refund)| refund.id.to_string() == id);
    let answer =
        |(order, refund): (Order, Refund)| -> Response { v3(resource(&order, &refund)).into_response() };
    found.map(answer).ok_or_else(|| ApiError::v3_not_found("Refund"))
}

impl BigCommerce {
    fn order_at(&self, hash: &str, id: &str) -> Result<Order, ApiError> {
        let order = self.read(hash, |store| id.parse().ok().and_then(|id| store.orders.get(&id).cloned()));
        order.flatten().ok_or_else(|| ApiError::v3_not_found("Order"))
    }

    fn all_refunds(&self, hash: &str) -> Vec<(Order, Refund)> {
        let all = self.read(hash, |store| {
            let orders = store.orders.values();
            let mut all: Vec<_> = orders
                .flat_map(|order| order.refunds.iter().map(|refund| (order.clone(), refund.clone())))
                .collect();
            all.sort_by_key(|(_, refund)| refund.id);
            all
        });
        all.unwrap_or_default()
    }
}

fn wanted(order: &Order, refund: &Refund, query: &[(String, String)]) -> bool {
    let listed = |name: &str, id: u64| {
        param(query, name).is_none_or(|list| list.split(',').any(|part| part.trim() == id.to_string()))
    };
    let bound = |name: &str| param(query, name).and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    listed("order_id:in", order.id)
        && listed("id:in", refund.id)
        && bound("created:min").is_none_or(|least| refund.created >= least)
        && bound("created:max").is_none_or(|most| refund.created <= most)
}

fn items(fields: &Map<String, Value>, currency: Currency) -> Result<Vec<RefundItem>, ApiError> {
    let list = fields.get("items").and_then(Value::as_array);
    let list = list.ok_or_else(|| ApiError::v3_fields(&[("items", "error.path.missing.")]))?;
    list.iter().map(|item| parse_item(item, currency)).collect()
}

fn parse_item(item: &Value, currency: Currency) -> Result<RefundItem, ApiError> {
    let missing = |name: &'static str| move || ApiError::v3_fields(&[(name, "error.path.missing.")]);
    let requested = match item.get("amount") {
        None => None,
        Some(amount) => {
            let invalid = || ApiError::v3_fields(&[("amount", "The amount is invalid.")]);
            Some(
                Some(amount)
                    .filter(|amount| amount.is_number())
                    .and_then(|amount| minor_of(amount, currency))
                    .ok_or_else(invalid)?,
            )
        }
    };
    Ok(RefundItem {
        item_type: item["item_type"].as_str().ok_or_else(missing("item_type"))?.to_owned(),
        item_id: item["item_id"].as_u64().ok_or_else(missing("item_id"))?,
        quantity: item["quantity"].as_u64().and_then(|quantity| u32::try_from(quantity).ok()),
        requested,
        reason: reason(item)?,
    })
}

fn reason(item: &Value) -> Result<String, ApiError> {
    let reason = item["reason"].as_str().unwrap_or_default();
    if reason.chars().count() > 1000 {
        return Err(ApiError::v3_fields(&[("reason", "The reason must not exceed 1000 characters.")]));
    }
    Ok(reason.to_owned())
}

fn payments(fields: &Map<String, Value>, currency: Currency) -> Result<Vec<DraftPayment>, ApiError> {
    let list = fields.get("payments").and_then(Value::as_array);
    let list = list.ok_or_else(|| ApiError::v3_fields(&[("payments", "error.path.missing.")]))?;
    let payment = |payment: &Value| {
        Some(DraftPayment {
            provider_id: payment["provider_id"].as_str()?.to_owned(),
            amount: payment
                .get("amount")
                .filter(|amount| amount.is_number())
                .and_then(|amount| minor_of(amount, currency))?,
            offline: payment["offline"].as_bool().unwrap_or_default(),
        })
    };
    let parsed: Option<Vec<_>> = list.iter().map(payment).collect();
    parsed.ok_or_else(|| ApiError::v3_fields(&[("payments", "error.expected.jsobject")]))
}

fn quoted(order: &Order, total: i64) -> Value {
    let offers: Vec<Value> = methods(order, total)
        .iter()
        .map(|method| method.iter().map(|part| option(order.currency, part)).collect())
        .collect();
    json!({
        "order_id": order.id,
        "total_refund_amount": number(total, order.currency),
        "total_refund_tax_amount": 0,
        "rounding": 0,
        "adjustment": 0,
        "is_tax_included": true,
        "order_level_refund_amount": number(total, order.currency),
        "refund_methods": offers,
    })
}

fn option(currency: Currency, part: &PaymentOption) -> Value {
    json!({
        "provider_id": part.provider_id,
        "provider_description": part.description,
        "amount": number(part.amount, currency),
        "offline": part.offline,
        "offline_provider": part.offline_provider,
        "offline_reason": if part.offline { "This is an offline payment provider." } else { "" },
    })
}

fn resource(order: &Order, refund: &Refund) -> Value {
    let money = |minor| number(minor, order.currency);
    let items = refund.items.iter().map(|item| {
        let mut row = json!({
            "item_type": item.item_type,
            "item_id": item.item_id,
            "reason": item.reason,
            "requested_amount": item.requested.map_or(Value::Null, money),
        });
        // Only products are refunded by pieces; nothing else has this member at all.
        if let Some(quantity) = item.quantity {
            row["quantity"] = quantity.into();
        }
        row
    });
    let payments = refund.payments.iter().map(|payment| {
        json!({
            "id": payment.id,
            "provider_id": payment.provider_id,
            "amount": money(payment.amount),
            "offline": payment.offline,
            "is_declined": payment.declined,
            "declined_message": if payment.declined { "The refund was declined." } else { "" },
        })
    });
    json!({
        "id": refund.id,
        "order_id": order.id,
        "user_id": if refund.by == Actor::Merchant { 9001 } else { 0 },
        "created": refund.created.format(&Rfc3339).unwrap_or_default(),
        "reason": refund.items.first().map_or("", |item| item.reason.as_str()),
        "total_amount": money(refund.total),
        "total_tax": 0,
        "uses_merchant_override_values": false,
        "items": items.collect::<Vec<_>>(),
        "payments": payments.collect::<Vec<_>>(),
    })
}
