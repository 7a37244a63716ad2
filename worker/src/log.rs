//! Structured log lines: one JSON object each. The second field is the request's id, or, outside a request, the part
//! of the worker that writes. Callers pass ids, counts, codes and paths; never a secret, a token, a query, a name, an
//! e-mail or a street address.

use serde_json::{Map, Value};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes one line: `{"level":…,"event":…,"request":…, fields…}`.
pub fn write(level: Level, request_id: &str, event: &str, fields: &[(&str, &str)]) {
    let line = line(level, request_id, event, fields);
    match level {
        Level::Info => worker::console_log!("{line}"),
        Level::Warn => worker::console_warn!("{line}"),
        Level::Error => worker::console_error!("{line}"),
    }
}

/// A fact, for whoever follows a payment through the log.
pub fn info(request_id: &str, event: &str, fields: &[(&str, &str)]) {
    write(Level::Info, request_id, event, fields);
}

/// Something went wrong, and will be tried again or is dealt with.
pub fn warn(request_id: &str, event: &str, fields: &[(&str, &str)]) {
    write(Level::Warn, request_id, event, fields);
}

/// Something is wrong that a person should look into.
pub fn error(request_id: &str, event: &str, fields: &[(&str, &str)]) {
    write(Level::Error, request_id, event, fields);
}

fn line(level: Level, request_id: &str, event: &str, fields: &[(&str, &str)]) -> String {
    let mut object = Map::new();
    let head = [("level", level.name()), ("event", event), ("request", request_id)];
    for (name, value) in head.iter().chain(fields) {
        object.insert((*name).to_owned(), Value::String((*value).to_owned()));
    }
    Value::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object_whatever_it_carries() {
        let line = line(Level::Warn, "r1", "bigcommerce_refused", &[("detail", "a \"quoted\"\nline")]);
        assert!(!line.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(value["level"], "warn");
        assert_eq!(value["request"], "r1");
        assert_eq!(value["detail"], "a \"quoted\"\nline");
    }
}
