//! `POST /payments/{id}/refund_request`: field by field, as banks in Japan want them.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::body::{amount, field, object, text};
use crate::komoju::error::ApiError;
use crate::komoju::model::{BankAccount, RefundRequest, RequestStatus, Transfers};
use crate::komoju::world::Caller;
use crate::komoju::{Komoju, clock, random};

/// Answers with no body.
pub async fn create(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let fields = object(&headers, &body)?;
    komoju.with(|world| {
        world.payment_of(&caller, &id)?;
        let transfers = world.merchant(&caller.merchant).ok_or_else(ApiError::not_found)?.transfers;
        let request = read(&fields, transfers)?;
        world.request_refund(&id, request)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

fn read(fields: &Map<String, Value>, transfers: Transfers) -> Result<RefundRequest, ApiError> {
    Ok(RefundRequest {
        id: random::id(),
        status: RequestStatus::Pending,
        amount: amount(fields)?.ok_or_else(|| ApiError::missing("amount"))?,
        account: account(fields, transfers)?,
        include_payment_method_fee: flag(fields, "include_payment_method_fee")?,
        description: text(fields, "description")?,
        described: transfers.described_requests,
        created_at: clock::now(),
    })
}

fn account(fields: &Map<String, Value>, transfers: Transfers) -> Result<BankAccount, ApiError> {
    let account_type = required(fields, "account_type")?;
    if !matches!(account_type.as_str(), "normal" | "checking" | "savings") {
        let message = format!("{account_type} does not have a valid value.");
        return Err(ApiError::invalid("account_type", message));
    }
    let customer_name = required(fields, "customer_name")?;
    if !is_half_width_kana(&customer_name) {
        return Err(ApiError::invalid("customer_name", "customer_name must be in half-width katakana."));
    }
    let bank_code = text(fields, "bank_code")?;
    Ok(BankAccount {
        customer_name,
        bank_name: required(fields, "bank_name")?,
        bank_code: bank_code.map(|code| digits(code, "bank_code", 4)).transpose()?,
        branch_name: text(fields, "branch_name")?,
        branch_number: digits(required(fields, "branch_number")?, "branch_number", 3)?,
        account_type,
        account_number: account_number(fields, transfers)?,
    })
}

/// KOMOJU's guide writes it as text, its SDK types it as a number: a number is always taken, text as the merchant's
/// setting has it.
fn account_number(fields: &Map<String, Value>, transfers: Transfers) -> Result<String, ApiError> {
    let name = "account_number";
    match field(fields, name).and_then(Value::as_u64) {
        Some(number) => digits(number.to_string(), name, 7),
        None if transfers.numeric_accounts => {
            Err(ApiError::invalid(name, format!("{name} must be an integer.")))
        }
        None => digits(required(fields, name)?, name, 7),
    }
}

fn required(fields: &Map<String, Value>, name: &str) -> Result<String, ApiError> {
    text(fields, name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| ApiError::missing(name))
}

fn flag(fields: &Map<String, Value>, name: &str) -> Result<bool, ApiError> {
    let value = field(fields, name).ok_or_else(|| ApiError::missing(name))?;
    value.as_bool().ok_or_else(|| ApiError::invalid(name, format!("{name} must be a boolean.")))
}

fn digits(value: String, name: &str, length: usize) -> Result<String, ApiError> {
    let right = value.len() == length && value.bytes().all(|byte| byte.is_ascii_digit());
    if right { Ok(value) } else { Err(ApiError::invalid(name, format!("{name} must have {length} digits."))) }
}

/// `ﾎｼﾉ ﾊﾅｺ`, and the signs that the names of companies have: `ｶ)ﾎｼﾉ`.
fn is_half_width_kana(name: &str) -> bool {
    let kana = |letter: char| ('\u{ff66}'..='\u{ff9f}').contains(&letter);
    name.chars().any(kana) && name.chars().all(|letter| kana(letter) || " ().-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_half_width_kana() {
        assert!(is_half_width_kana("ﾎｼﾉ ﾊﾅｺ") && is_half_width_kana("ｶ)ﾊﾞﾘｽﾀ"));
        assert!(!is_half_width_kana("ホシノ ハナコ") && !is_half_width_kana("星野"));
        assert!(!is_half_width_kana("Hoshino") && !is_half_width_kana("  "));
    }
}
