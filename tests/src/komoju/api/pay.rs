//! `POST /sessions/{id}/pay`: the shopper pays a session on the merchant's own page, with the secret or the publishable
//! key.
//!
//! What a payment method needs to know of the payer is asked for here field by field. Words that KOMOJU has not
//! published are ours; codes and fields are KOMOJU's.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::body::{field, integer, object, text};
use super::sessions::capture;
use crate::komoju::error::ApiError;
use crate::komoju::method::{Kind, Method};
use crate::komoju::model::PaymentStatus;
use crate::komoju::paying::{Outcome, Payer};
use crate::komoju::world::{Caller, World};
use crate::komoju::{Komoju, render};

/// Longest life of a code that may be asked for, in days.
const LONGEST_EXPIRY: i64 = 59;

pub async fn pay(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let fields = object(&headers, &body)?;
    let details = match field(&fields, "payment_details") {
        None => return Err(ApiError::missing("payment_details")),
        Some(Value::Object(details)) => details.clone(),
        Some(Value::String(_)) => return Err(ApiError::invalid_token()),
        Some(_) => return Err(ApiError::invalid("payment_details", "payment_details is invalid.")),
    };
    let asked = field(&fields, "capture").map(|_| capture(&fields)).transpose()?;
    komoju.with(|world| {
        world.session_of(&caller, &id)?;
        if let Some(asked) = asked {
            world.session_mut(&id)?.capture = asked;
        }
        let outcome = begin(world, &id, &details)?;
        answered(world, &caller, &id, &outcome)
    })
}

/// Pays by the method that the details name.
fn begin(world: &mut World, session: &str, details: &Map<String, Value>) -> Result<Outcome, ApiError> {
    let slug = required(details, "type")?;
    let method = Method::find(&slug).ok_or_else(|| ApiError::invalid_payment_type(&slug))?;
    let payer = payer(details)?;
    match method.kind {
        Kind::Card => {
            let number = required(details, "number")?;
            let (month, year) = (part(details, "month")?, part(details, "year")?);
            let year = if year < 100 { 2000 + year } else { year };
            let month = u8::try_from(month).map_err(|_| ApiError::invalid("month", "month is invalid."))?;
            world.pay_card(session, (&number, month, year), payer)
        }
        Kind::Konbini => {
            let store = required(details, "store")?;
            required(details, "email")?;
            world.pay_konbini(session, &store, payer)
        }
        Kind::BankTransfer => {
            for name in ["phone", "email"] {
                required(details, name)?;
            }
            kana(details)?;
            world.pay_bank_transfer(session, payer)
        }
        Kind::PayEasy => {
            for name in ["email", "given_name", "family_name", "phone"] {
                required(details, name)?;
            }
            kana(details)?;
            world.pay_easy(session, payer)
        }
        Kind::Wallet => world.start_wallet(session, &slug, payer),
    }
}

fn payer(details: &Map<String, Value>) -> Result<Payer, ApiError> {
    let email = text(details, "email")?;
    if email.as_ref().is_some_and(|email| !email.contains('@')) {
        return Err(ApiError::invalid("email", "email is invalid."));
    }
    let parts = [text(details, "given_name")?, text(details, "family_name")?];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let name = text(details, "name")?.or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    let days = match integer(details, "expiry_days")? {
        Some(days) if !(1..=LONGEST_EXPIRY).contains(&days) => {
            return Err(ApiError::invalid("expiry_days", format!("{days} is not a valid number of days.")));
        }
        days => days,
    };
    Ok(Payer { name, email, days })
}

/// Names as banks print them: katakana only.
fn kana(details: &Map<String, Value>) -> Result<(), ApiError> {
    for name in ["given_name_kana", "family_name_kana"] {
        let katakana =
            |letter: char| ('\u{30a1}'..='\u{30ff}').contains(&letter) || " \u{3000}".contains(letter);
        if !required(details, name)?.chars().all(katakana) {
            return Err(ApiError::invalid(name, format!("{name} must be in katakana.")));
        }
    }
    Ok(())
}

fn required(details: &Map<String, Value>, name: &str) -> Result<String, ApiError> {
    text(details, name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| ApiError::missing(name))
}

/// A card's month or year: a number, or the digits of one.
fn part(details: &Map<String, Value>, name: &str) -> Result<u16, ApiError> {
    let wrong = || ApiError::invalid(name, format!("{name} is invalid."));
    match field(details, name).ok_or_else(|| ApiError::missing(name))? {
        Value::String(digits) => digits.parse().map_err(|_| wrong()),
        number => number.as_u64().and_then(|number| number.try_into().ok()).ok_or_else(wrong),
    }
}

/// What came of it. A refusal by the network has no payment to show, and the session can be paid again; clients of
/// KOMOJU have met it as 200 with an `error` and as the error's own status: the merchant's setting says which.
fn answered(world: &World, caller: &Caller, session: &str, outcome: &Outcome) -> Answer {
    let pages = &world.pages;
    let payment = match outcome {
        Outcome::Refused { code, .. } => {
            let refusal = ApiError::refused(code);
            let strict =
                world.merchant(&caller.merchant).is_some_and(|merchant| merchant.refusals_have_a_status);
            let body = json!({ "redirect_url": null, "status": "error", "error": refusal.body() });
            return if strict { Err(refusal) } else { Ok(Json(body)) };
        }
        Outcome::Captured(id) | Outcome::Authorized(id) | Outcome::Pending(id) => world.payment(id)?,
    };
    let redirect = match (payment.status, payment.method.kind) {
        (PaymentStatus::Pending, Kind::Card) => Some(format!("{pages}/3ds/{}", payment.id)),
        (PaymentStatus::Pending, _) => Some(format!("{pages}/wallet/{}", payment.id)),
        (_, kind) if kind.is_cash() => Some(render::instructions_url(payment, pages)),
        (_, _) => world.session(session)?.back(),
    };
    Ok(Json(json!({
        "redirect_url": redirect,
        "status": if payment.status == PaymentStatus::Pending { "pending" } else { "completed" },
        "payment": render::payment(payment, pages),
    })))
}
