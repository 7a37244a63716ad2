//! Reading JSON whose shape is not ours: fields by name, lenient about numbers written as strings and strings as
//! numbers, and never a panic.

mod lenient;
mod typed;

pub use lenient::parse;
use serde_json::Value;
pub use typed::read_value;
pub use typed::{Each, FromJson, Json, ToJson, Unreadable, object, read, variant, write};
pub use typed::{names, readable, record, spelled, variants, written};

/// The text of a field; a number's own digits; "" where it is absent, null or something else.
pub fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A whole number, also where it is written as a string.
pub fn integer(value: &Value, field: &str) -> Option<i64> {
    match value.get(field)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `500.0` is 500. Beyond what a double counts exactly nothing is whole.
fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    if exact { format!("{number:.0}").parse().ok() } else { None }
}

pub fn unsigned(value: &Value, field: &str) -> Option<u64> {
    integer(value, field).and_then(|n| u64::try_from(n).ok())
}

pub fn flag(value: &Value, field: &str) -> bool {
    value.get(field).and_then(Value::as_bool).unwrap_or(false)
}

/// The elements of an array field; none where it is absent or not an array.
pub fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A field that is there and not null.
pub fn present<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    value.get(field).filter(|v| !v.is_null())
}
