//! v2 orders and their sub-resources, and v3 transactions.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use super::envelope::{Paging, param};
use super::v2_order::{Include, Writer, coupon, product, shipping_address};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::deeds::OrderUpdate;
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::money::{Currency, minor_of, number};
use crate::bigcommerce::order::{Actor, Order, status};
use crate::bigcommerce::store::{Store, is_offline};

type Params = Query<Vec<(String, String)>>;
type OrderPath = Path<(String, String)>;

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Query(query): Params,
) -> ApiResult {
    let include = include(&query)?;
    platform.with_order(&hash, &id, |store, order, api| {
        Json(Writer { store, api }.order(order, include)).into_response()
    })
}

pub(super) async fn list(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Query(query): Params,
) -> ApiResult {
    let include = include(&query)?;
    let api = platform.env.places.bigcommerce_api();
    let found = platform.read(&hash, |store| {
        let writer = Writer { store, api: &api };
        let mut orders: Vec<&Order> = store.orders.values().filter(|order| matches(order, &query)).collect();
        if param(&query, "sort").is_some_and(|sort| sort.ends_with(":desc")) {
            orders.reverse();
        }
        orders.into_iter().map(|order| writer.order(order, include)).collect()
    });
    Ok(collection(Paging::of(&query).cut(found.unwrap_or_default())))
}

pub(super) async fn products(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Query(query): Params,
) -> ApiResult {
    platform.with_order(&hash, &id, |_, order, _| {
        let lines = order.lines.iter().map(|line| product(order, line)).collect();
        collection(Paging::of(&query).cut(lines))
    })
}

pub(super) async fn shipping_addresses(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
) -> ApiResult {
    platform.with_order(&hash, &id, |_, order, _| {
        let addresses = order.shipping_address.iter();
        collection(addresses.map(|(id, address)| shipping_address(order, *id, address)).collect())
    })
}

pub(super) async fn coupons(State(platform): State<BigCommerce>, Path((hash, id)): OrderPath) -> ApiResult {
    platform.with_order(&hash, &id, |_, order, _| {
        collection(order.coupon.iter().map(|applied| coupon(order, applied)).collect())
    })
}

pub(super) async fn archive(State(platform): State<BigCommerce>, Path((hash, id)): OrderPath) -> ApiResult {
    let update = OrderUpdate { archived: Some(true), ..OrderUpdate::default() };
    let order = id.parse().ok().and_then(|id| platform.update_order(&hash, id, update, Actor::App));
    order.map(|_| StatusCode::NO_CONTENT.into_response()).ok_or_else(ApiError::v2_not_found)
}

pub(super) async fn update(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    body: Bytes,
) -> ApiResult {
    let id: u64 = id.parse().map_err(|_| ApiError::v2_not_found())?;
    let currency = platform.read(&hash, |store| store.orders.get(&id).map(|order| order.currency)).flatten();
    let currency = currency.ok_or_else(ApiError::v2_not_found)?;
    let Ok(Value::Object(fields)) = serde_json::from_slice(&body) else {
        return Err(ApiError::v2(StatusCode::BAD_REQUEST, "The request body is not a valid JSON object."));
    };
    let update = parse_update(&fields, currency)?;
    platform.before_put(&hash, id);
    platform.update_order(&hash, id, update, Actor::App).ok_or_else(ApiError::v2_not_found)?;
    platform.with_order(&hash, &id.to_string(), |store, order, api| {
        Json(Writer { store, api }.order(order, Include::default())).into_response()
    })
}

pub(super) async fn transactions(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
) -> ApiResult {
    let found = platform.read(&hash, |store| {
        let order = id.parse().ok().and_then(|id| store.orders.get(&id))?;
        let silent = is_offline(&order.provider) && !store.settings.offline_transactions;
        Some(if silent { Vec::new() } else { vec![transaction(order)] })
    });
    let rows = found.flatten().ok_or_else(|| ApiError::v3_not_found("Order"))?;
    if rows.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(json!({ "data": rows, "meta": {} })).into_response())
}

impl BigCommerce {
    fn with_order(
        &self,
        hash: &str,
        id: &str,
        answer: impl FnOnce(&Store, &Order, &str) -> Response,
    ) -> ApiResult {
        let api = self.env.places.bigcommerce_api();
        let answered = self.read(hash, |store| {
            let order = id.parse().ok().and_then(|id| store.orders.get(&id))?;
            Some(answer(store, order, &api))
        });
        answered.flatten().ok_or_else(ApiError::v2_not_found)
    }
}

/// v2 answers an empty list with 204 and no body.
fn collection(items: Vec<Value>) -> Response {
    if items.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    Json(Value::Array(items)).into_response()
}

/// `include=consignments` only comes in the object structure, and has to ask for it.
fn include(query: &[(String, String)]) -> Result<Include, ApiError> {
    let mut include = Include::default();
    for part in param(query, "include").unwrap_or_default().split(',').filter(|part| !part.is_empty()) {
        match part {
            "consignments" => include.consignments = true,
            "consignments.line_items" => include.line_items = true,
            "fees" => include.fees = true,
            _ => return Err(ApiError::v2_invalid("include")),
        }
    }
    let wants = include.consignments || include.line_items;
    if wants && param(query, "consignment_structure") != Some("object") {
        return Err(ApiError::v2_invalid("consignment_structure"));
    }
    Ok(include)
}

fn matches(order: &Order, query: &[(String, String)]) -> bool {
    let mut deleted = false;
    let fits = query.iter().all(|(name, value)| match name.as_str() {
        "min_id" => value.parse().is_ok_and(|id: u64| order.id >= id),
        "max_id" => value.parse().is_ok_and(|id: u64| order.id <= id),
        "status_id" => *value == order.status_id.to_string(),
        "cart_id" => *value == order.cart_id,
        "payment_method" => *value == order.payment_method,
        "email" => *value == order.billing.email,
        "customer_id" => *value == order.customer_id.to_string(),
        "channel_id" => *value == order.channel_id.to_string(),
        "external_order_id" => order.external_order_id.as_str() == Some(value),
        "min_date_created" => time_of(value).is_some_and(|at| order.created >= at),
        "max_date_created" => time_of(value).is_some_and(|at| order.created <= at),
        "min_date_modified" => time_of(value).is_some_and(|at| order.modified >= at),
        "max_date_modified" => time_of(value).is_some_and(|at| order.modified <= at),
        "is_deleted" => {
            deleted = value == "true";
            true
        }
        _ => true,
    });
    fits && order.archived == deleted
}

/// v2 filters take RFC 2822 and ISO 8601.
fn time_of(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc2822).or_else(|_| OffsetDateTime::parse(text, &Rfc3339)).ok()
}

/// Fields of an order that only BigCommerce writes.
const READ_ONLY: [&str; 28] = [
    "id",
    "date_modified",
    "date_shipped",
    "cart_id",
    "status",
    "subtotal_tax",
    "shipping_cost_tax",
    "shipping_cost_tax_class_id",
    "handling_cost_tax",
    "handling_cost_tax_class_id",
    "wrapping_cost_tax",
    "wrapping_cost_tax_class_id",
    "payment_status",
    "store_credit_amount",
    "gift_certificate_amount",
    "currency_id",
    "currency_code",
    "currency_exchange_rate",
    "default_currency_id",
    "default_currency_code",
    "coupon_discount",
    "shipping_address_count",
    "total_tax",
    "is_email_opt_in",
    "external_id",
    "external_merchant_id",
    "coupons",
    "tax_provider_id",
];

/// Fields that the real API would write, and the sandbox does not play: better a loud no than a silent loss.
const NOT_PLAYED: [&str; 14] = [
    "products",
    "shipping_addresses",
    "consignments",
    "fees",
    "billing_address",
    "channel_id",
    "customer_id",
    "date_created",
    "discount_amount",
    "order_is_digital",
    "items_shipped",
    "items_total",
    "refunded_amount",
    "ip_address",
];

const STAFF_NOTES_LIMIT: usize = 65_535;

fn parse_update(fields: &Map<String, Value>, currency: Currency) -> Result<OrderUpdate, ApiError> {
    let mut update = OrderUpdate::default();
    for (name, value) in fields {
        set_field(&mut update, name, value, currency)?;
    }
    if fields.contains_key("total_inc_tax") != fields.contains_key("total_ex_tax") {
        return Err(ApiError::v2_invalid("total_ex_tax"));
    }
    Ok(update)
}

fn set_field(
    update: &mut OrderUpdate,
    name: &str,
    value: &Value,
    currency: Currency,
) -> Result<(), ApiError> {
    let invalid = || ApiError::v2_invalid(name);
    let text = || value.as_str().map(str::to_owned).ok_or_else(invalid);
    let id = || if value.is_string() || value.is_number() { Ok(value.clone()) } else { Err(invalid()) };
    match name {
        "status_id" => update.status_id = Some(status_id(value).ok_or_else(invalid)?),
        "staff_notes" => {
            let notes = text()?;
            if notes.chars().count() > STAFF_NOTES_LIMIT {
                return Err(invalid());
            }
            update.staff_notes = Some(notes);
        }
        "customer_message" => update.customer_message = Some(text()?),
        "customer_locale" => update.customer_locale = Some(text()?),
        "payment_method" => update.payment_method = Some(text()?),
        "payment_provider_id" => update.payment_provider_id = Some(id()?),
        "external_order_id" => update.external_order_id = Some(text()?.into()),
        "external_source" => update.external_source = Some(text()?.into()),
        "total_inc_tax" => {
            update.total = Some(minor_of(value, currency).filter(|total| *total >= 0).ok_or_else(invalid)?)
        }
        "total_ex_tax" => drop(minor_of(value, currency).ok_or_else(invalid)?),
        "is_deleted" => update.archived = Some(value.as_bool().ok_or_else(invalid)?),
        _ if READ_ONLY.contains(&name) => return Err(ApiError::v2_read_only(name)),
        _ if NOT_PLAYED.contains(&name) => {
            let message = format!("The sandbox does not play writing the field '{name}'.");
            return Err(ApiError::v2(StatusCode::NOT_IMPLEMENTED, &message));
        }
        _ => return Err(ApiError::v2_unsupported(name)),
    }
    Ok(())
}

fn status_id(value: &Value) -> Option<u8> {
    let id = u8::try_from(value.as_u64()?).ok()?;
    status::name(id).map(|_| id)
}

/// The one row an order has; for an offline payment its gateway is the offline method's id.
fn transaction(order: &Order) -> Value {
    let offline = is_offline(&order.provider);
    let display = if offline { json!({ "display_name": order.payment_method }) } else { json!({}) };
    json!({
        "id": order.id + 40_000,
        "order_id": order.id.to_string(),
        "event": "purchase",
        "method": if offline { "offline" } else { "credit_card" },
        "amount": number(order.due(), order.currency),
        "currency": order.currency.code(),
        "gateway": order.provider,
        "gateway_transaction_id": if offline { String::new() } else { format!("test-{}", order.id) },
        "status": "ok",
        "test": false,
        "fraud_review": false,
        "reference_transaction_id": {},
        "date_created": order.created.format(&Rfc3339).unwrap_or_default(),
        "avs_result": {},
        "cvv_result": {},
        "credit_card": {},
        "gift_certificate": {},
        "store_credit": {},
        "offline": display,
        "custom": {},
        "payment_instrument_token": {},
        "payment_method_id": if offline { order.provider.clone() } else { format!("{}.card", order.provider) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: Value) -> Value {
        let Value::Object(fields) = body else { panic!("an object is given") };
        let refusal = parse_update(&fields, Currency::Jpy).expect_err("it must be refused");
        json!(format!("{refusal:?}"))
    }

    #[test]
    fn a_fetched_order_cannot_be_echoed_back() {
        assert!(refused(json!({ "payment_status": "paid" })).to_string().contains("cannot be written to"));
        assert!(refused(json!({ "custom_status": "Paid" })).to_string().contains("is not supported"));
        assert!(refused(json!({ "status_id": 15 })).to_string().contains("is invalid"));
        assert!(refused(json!({ "total_inc_tax": "1200" })).to_string().contains("total_ex_tax"));
    }

    #[test]
    fn consignments_come_as_an_object_only() {
        let query = |text: &str| -> Vec<(String, String)> { vec![("include".into(), text.into())] };
        assert!(include(&query("consignments")).is_err());
        let mut asked = query("consignments.line_items,fees");
        asked.push(("consignment_structure".into(), "object".into()));
        let include = include(&asked).expect("it is complete");
        assert!(include.line_items && include.fees);
    }
}
