//! The payment types that an account offers: `GET /payment_methods`. The same call tries out a secret key when the
//! merchant enters it.

use super::request::{Access, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::text;
use crate::state::failure::Failure;
use crate::texts::locale::Locale;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A way to pay that KOMOJU offers a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentType {
    /// KOMOJU's name for it in requests: `konbini`, `credit_card`.
    pub slug: String,
    pub name_en: String,
    pub name_ja: String,
}

impl PaymentType {
    /// What KOMOJU calls it in this language, or else in English.
    pub fn name(&self, locale: Locale) -> &str {
        // KOMOJU names its methods in these two only.
        if locale == Locale::Ja { &self.name_ja } else { &self.name_en }
    }
}

/// Asks for all payment types of the account.
pub fn list_request(access: Access<'_>) -> HttpRequest {
    access.get("payment_methods")
}

/// The answer to [`list_request`], each type once: KOMOJU lists some of them once per currency. Errors: no answer, a
/// refusal (401: the key is wrong), or not a list.
pub fn parse_list(outcome: &Outcome) -> Result<Vec<PaymentType>, Failure> {
    let body = read(outcome)?;
    let rows = body.as_array().ok_or_else(|| Failure::Unreadable("the answer is not a list".to_owned()))?;
    let mut types: Vec<PaymentType> = Vec::new();
    for row in rows {
        let known = payment_type(row).filter(|new| types.iter().all(|t| t.slug != new.slug));
        types.extend(known);
    }
    Ok(types)
}

/// A slug goes into requests and pages, so it is taken only in the form that slugs have. None: anything else.
fn payment_type(row: &Value) -> Option<PaymentType> {
    let slug = text(row, "type_slug");
    let plain = (1..=40).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let name = |field: &str| Some(text(row, field)).filter(|n| !n.is_empty()).unwrap_or_else(|| slug.clone());
    plain.then(|| PaymentType { name_en: name("name_en"), name_ja: name("name_ja"), slug: slug.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::komoju::request::tests::answer;

    #[test]
    fn a_type_listed_per_currency_counts_once() {
        let body = r#"[{"type_slug":"konbini","name_en":"Konbini","name_ja":"コンビニ","currency":"JPY"},
            {"type_slug":"credit_card","name_en":"Card","name_ja":"","currency":"JPY"},
            {"type_slug":"credit_card","name_en":"Card","name_ja":"カード","currency":"USD"},
            {"type_slug":"<b>","name_en":"x"},{"name_en":"nameless"}]"#;
        let types = parse_list(&answer(200, body)).expect("a list");
        assert_eq!(types.iter().map(|t| t.slug.as_str()).collect::<Vec<_>>(), ["konbini", "credit_card"]);
        assert_eq!(types[1].name_ja, "credit_card");
    }

    #[test]
    fn a_wrong_key_and_a_wrong_shape_are_told_apart() {
        let unauthorized = r#"{"error":{"code":"unauthorized","message":"no","param":null}}"#;
        assert_eq!(parse_list(&answer(401, unauthorized)), Err(Failure::Unauthorized));
        assert!(matches!(parse_list(&answer(200, "{}")), Err(Failure::Unreadable(_))));
    }
}
