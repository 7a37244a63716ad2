//! What either side answers, as HTTP.

use domain::http::{Outcome, ResponseHeaders};
use serde_json::Value;

pub fn answer(status: u16, body: &Value) -> Outcome {
    Outcome::Answer { status, headers: ResponseHeaders::default(), body: body.to_string() }
}
