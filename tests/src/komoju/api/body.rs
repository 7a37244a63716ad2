//! Reading requests: JSON bodies field by field, queries of lists.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::komoju::clock;
use crate::komoju::error::ApiError;
use crate::komoju::money::Currency;
use crate::komoju::world::Paging;

/// The object in a request's body. No body at all is an empty object.
pub fn object(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(ApiError::bad_request("The Content-Type of this request is not application/json."));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(ApiError::bad_request("The request body is not a JSON object.")),
    }
}

/// A field that is there and not null.
pub fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

pub fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, ApiError> {
    let Some(value) = field(fields, name) else { return Ok(None) };
    let text = value.as_str().ok_or_else(|| ApiError::invalid(name, format!("{name} must be a string.")))?;
    Ok(Some(text.to_owned()))
}

pub fn integer(fields: &Map<String, Value>, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(value) = field(fields, name) else { return Ok(None) };
    let number =
        value.as_i64().ok_or_else(|| ApiError::invalid(name, format!("{name} must be an integer.")))?;
    Ok(Some(number))
}

/// An amount, where there is one.
pub fn amount(fields: &Map<String, Value>) -> Result<Option<i64>, ApiError> {
    match integer(fields, "amount")? {
        Some(amount) if amount <= 0 => Err(ApiError::invalid("amount", "amount must be greater than 0.")),
        amount => Ok(amount),
    }
}

pub fn map(fields: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, ApiError> {
    match field(fields, name) {
        None => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(_) => Err(ApiError::invalid(name, format!("{name} must be an object."))),
    }
}

/// Metadata: text to text, keys of at most 30 and values of at most 2,000 characters.
pub fn metadata(fields: &Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let metadata = map(fields, "metadata")?;
    for (key, value) in &metadata {
        let Value::String(value) = value else {
            return Err(ApiError::invalid("metadata", format!("The value of {key} must be a string.")));
        };
        if key.chars().count() > 30 {
            return Err(ApiError::invalid(
                "metadata",
                format!("The key {key} is longer than 30 characters."),
            ));
        }
        if value.chars().count() > 2000 {
            return Err(ApiError::invalid(
                "metadata",
                format!("The value of {key} is longer than 2000 characters."),
            ));
        }
    }
    Ok(metadata)
}

/// The query of GET /payments and GET /events.
#[derive(Debug)]
pub struct Listing {
    page: Option<String>,
    per_page: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    pub currency: Option<String>,
    pub external_order_num: Option<String>,
    pub status: Option<String>,
}

const PER_PAGE: usize = 10;
const MOST_PER_PAGE: usize = 100;

impl Listing {
    pub fn new(Query(mut query): Query<HashMap<String, String>>) -> Self {
        Self {
            page: query.remove("page"),
            per_page: query.remove("per_page"),
            start_time: query.remove("start_time"),
            end_time: query.remove("end_time"),
            currency: query.remove("currency"),
            external_order_num: query.remove("external_order_num"),
            status: query.remove("status"),
        }
    }

    pub fn paging(&self) -> Result<Paging, ApiError> {
        Ok(Paging {
            page: positive("page", self.page.as_deref())?.unwrap_or(1),
            per_page: positive("per_page", self.per_page.as_deref())?.unwrap_or(PER_PAGE).min(MOST_PER_PAGE),
            start: time("start_time", self.start_time.as_deref())?,
            end: time("end_time", self.end_time.as_deref())?,
        })
    }

    pub fn currency(&self) -> Result<Option<Currency>, ApiError> {
        let Some(code) = &self.currency else { return Ok(None) };
        Currency::parse(code).map(Some).ok_or_else(|| ApiError::invalid_currency(code))
    }
}

fn positive(name: &str, text: Option<&str>) -> Result<Option<usize>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    match text.parse() {
        Ok(number) if number >= 1 => Ok(Some(number)),
        _ => Err(ApiError::invalid(name, format!("{text} must be greater than or equal to 1."))),
    }
}

fn time(name: &str, text: Option<&str>) -> Result<Option<time::OffsetDateTime>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    clock::parse(text)
        .map(Some)
        .ok_or_else(|| ApiError::invalid(name, format!("{text} is not a valid time.")))
}
