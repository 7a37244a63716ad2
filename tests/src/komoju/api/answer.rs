//! What a handler of the API answers: JSON, or KOMOJU's refusal.

use axum::Json;
use serde_json::{Value, json};

use crate::komoju::clock;
use crate::komoju::error::ApiError;
use crate::komoju::world::Paging;

pub type Answer = Result<Json<Value>, ApiError>;

/// The envelope of every list; the times are those that were asked for.
pub fn listed(all: Vec<Value>, paging: Paging) -> Value {
    let total = all.len();
    let skipped = paging.page.saturating_sub(1).saturating_mul(paging.per_page);
    let data: Vec<Value> = all.into_iter().skip(skipped).take(paging.per_page).collect();
    json!({
        "resource": "list",
        "total": total,
        "page": paging.page,
        "per_page": paging.per_page,
        "last_page": total.div_ceil(paging.per_page).max(1),
        "start_time": paging.start.map(clock::utc),
        "end_time": paging.end.map(clock::utc),
        "data": data,
    })
}
