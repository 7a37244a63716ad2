//! Answers that are not quite what the documents say: one member of a list that nobody can read, text that is no text,
//! numbers with the noise of floating point.
//!
//! An [`Alteration`] is made of the answer's text after its effect has happened:
//! `FaultKind::Altered(Alteration::element("/data", 0, json!(null)))`. It works on text, because half of a surrogate
//! pair can be written in JSON and held by no string.
//!
//! A side may also ignore what it was asked for: [`ignoring`] takes parameters out of a query before anybody reads it.

use std::fmt;
use std::sync::Arc;

use axum::http::Uri;
use serde_json::Value;

/// What becomes of an answer's body.
#[derive(Clone)]
pub struct Alteration(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl Alteration {
    /// Any change of the text.
    #[must_use]
    pub fn text(change: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }

    /// Any change of the JSON. A body that is no JSON stays as it is.
    #[must_use]
    pub fn json(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::text(move |body| match serde_json::from_str(body) {
            Ok(mut value) => {
                change(&mut value);
                value.to_string()
            }
            Err(_) => body.to_owned(),
        })
    }

    /// Puts an element into the list at a JSON pointer (`""` is the body itself), before the element of that number.
    /// Bodies without such a list stay as they are.
    #[must_use]
    pub fn element(list: &'static str, before: usize, element: Value) -> Self {
        Self::json(move |body| {
            if let Some(Value::Array(list)) = body.pointer_mut(list) {
                list.insert(before.min(list.len()), element.clone());
            }
        })
    }

    /// Replaces whatever stands at a JSON pointer; where nothing does, nothing happens.
    #[must_use]
    pub fn at(pointer: &'static str, value: Value) -> Self {
        Self::json(move |body| {
            if let Some(found) = body.pointer_mut(pointer) {
                *found = value.clone();
            }
        })
    }

    /// The text member `name`, wherever it stands, begins with half of a surrogate pair: what is left of an emoji that
    /// was cut in two. JSON allows the escape; no Unicode string can hold it.
    #[must_use]
    pub fn half_surrogate(name: &str) -> Self {
        let member = format!("\"{name}\":\"");
        Self::text(move |body| body.replace(&member, &format!("{member}\\ud83d")))
    }

    /// Every number with a fraction, and every number in `also`, carries the noise of floating point: 33.3 reads
    /// 33.300000000000004, and 33 reads 33.00000000000001.
    #[must_use]
    pub fn noise(also: &'static [&'static str]) -> Self {
        Self::json(move |body| noisy(body, "", also))
    }

    /// Every text that is a decimal amount carries that noise.
    #[must_use]
    pub fn noise_in_text(names: &'static [&'static str]) -> Self {
        Self::json(move |body| noisy_text(body, "", names))
    }

    pub(crate) fn apply(&self, body: &str) -> String {
        (self.0)(body)
    }
}

/// The same address without these parameters of its query: a list is then given as if nobody had asked for less of it.
#[must_use]
pub fn ignoring(uri: &Uri, parameters: &[&str]) -> Uri {
    if parameters.is_empty() {
        return uri.clone();
    }
    let kept = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        !parameters.iter().any(|ignored| name.eq_ignore_ascii_case(ignored))
    };
    let query: Vec<&str> = uri.query().unwrap_or_default().split('&').filter(kept).collect();
    format!("{}?{}", uri.path(), query.join("&")).parse().unwrap_or_else(|_| uri.clone())
}

fn noisy(value: &mut Value, name: &str, also: &[&str]) {
    match value {
        Value::Number(number) if number.is_f64() || also.contains(&name) => {
            let exact = number.as_f64().unwrap_or_default();
            // The next number that a float can be.
            if exact > 0.0 {
                *value = f64::from_bits(exact.to_bits() + 1).into();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|element| noisy(element, name, also)),
        Value::Object(map) => map.iter_mut().for_each(|(name, element)| noisy(element, name, also)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn noisy_text(value: &mut Value, name: &str, names: &[&str]) {
    match value {
        Value::String(text) if names.contains(&name) && text.parse::<f64>().is_ok() => {
            let point = if text.contains('.') { "" } else { "." };
            text.push_str(point);
            text.push_str("0000000000004");
        }
        Value::Array(list) => list.iter_mut().for_each(|element| noisy_text(element, name, names)),
        Value::Object(map) => map.iter_mut().for_each(|(name, element)| noisy_text(element, name, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl fmt::Debug for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alteration").finish_non_exhaustive()
    }
}

impl PartialEq for Alteration {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Alteration {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_element_is_put_into_a_list_and_nowhere_else() {
        let alteration = Alteration::element("/data", 1, json!("?"));
        let altered = |body: Value| alteration.apply(&body.to_string());
        assert_eq!(altered(json!({ "data": [1, 2] })), json!({ "data": [1, "?", 2] }).to_string());
        assert_eq!(altered(json!({ "data": [] })), json!({ "data": ["?"] }).to_string());
        assert_eq!(altered(json!({ "status": 422 })), json!({ "status": 422 }).to_string());
        assert_eq!(Alteration::element("", 0, json!(null)).apply("[7]"), "[null,7]");
        assert_eq!(alteration.apply("<html>"), "<html>");
    }

    #[test]
    fn half_a_surrogate_pair_is_json_that_no_string_can_hold() {
        let altered =
            Alteration::half_surrogate("customer_message").apply(r#"{"customer_message":"a","id":7}"#);
        assert_eq!(altered, r#"{"customer_message":"\ud83da","id":7}"#);
        assert!(serde_json::from_str::<Value>(&altered).is_err());
    }

    #[test]
    fn ignored_parameters_are_gone_and_others_stay() {
        let asked = "/v2/orders?status_id=7&min_id=12&page=2&sort=id:asc".parse().expect("an address");
        assert_eq!(ignoring(&asked, &["min_id", "page"]), "/v2/orders?status_id=7&sort=id:asc");
        assert_eq!(ignoring(&asked, &[]), asked);
    }

    #[test]
    fn noise_is_there_and_far_below_the_minor_unit() {
        let body = json!({ "amount": 33.3, "total": 33, "id": 33, "text": "33.30" });
        let altered: Value =
            serde_json::from_str(&Alteration::noise(&["total"]).apply(&body.to_string())).expect("JSON");
        for (name, exact) in [("amount", 33.3), ("total", 33.0)] {
            let noisy = altered[name].as_f64().expect("a number");
            assert!(noisy > exact && noisy - exact < 1e-9, "{name}: {noisy}");
        }
        assert_eq!((&altered["id"], &altered["text"]), (&json!(33), &json!("33.30")));
        let written = Alteration::noise_in_text(&["text"]).apply(&body.to_string());
        assert!(written.contains(r#""text":"33.300000000000004""#), "{written}");
    }
}
