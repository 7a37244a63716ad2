//! What requests and answers come in: parameters and pages of lists for both versions, and v3's `data` and `meta`.

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::bigcommerce::errors::ApiError;

/// A JSON object, or the v3 refusal.
pub(super) fn v3_object(body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) | Err(_) => Err(ApiError::v3(StatusCode::BAD_REQUEST, "Input is invalid.")),
    }
}

/// Paging as both APIs take it: `page` from 1, `limit` up to 250.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    page: usize,
    limit: usize,
}

impl Paging {
    pub(super) fn of(query: &[(String, String)]) -> Self {
        let number =
            |name: &str| query.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok());
        Self { page: number("page").unwrap_or(1).max(1), limit: number("limit").unwrap_or(50).clamp(1, 250) }
    }

    pub(super) fn cut(self, all: Vec<Value>) -> Vec<Value> {
        all.into_iter().skip((self.page - 1) * self.limit).take(self.limit).collect()
    }

    /// A v3 list with its `meta.pagination`.
    pub(super) fn v3(self, all: Vec<Value>) -> Value {
        let total = all.len();
        let data = self.cut(all);
        json!({
            "data": data,
            "meta": { "pagination": {
                "total": total,
                "count": data.len(),
                "per_page": self.limit,
                "current_page": self.page,
                "total_pages": total.div_ceil(self.limit),
                "links": { "current": format!("?page={}&limit={}", self.page, self.limit) },
            } },
        })
    }
}

pub(super) fn param<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// One v3 object.
pub(super) fn v3(data: Value) -> Json<Value> {
    Json(json!({ "data": data, "meta": {} }))
}
