//! What the merchant's buttons do. Each answers 303 to the page the button was on.

use std::collections::HashMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::REFERER;
use axum::http::request::Parts;
use axum::response::Response;
use reqwest::Url;

use super::super::answer::Answer;
use super::super::form::Fields;
use super::super::html::see;
use super::merchant;
use crate::delivery::Order;
use crate::faults::Side;
use crate::komoju::error::ApiError;
use crate::komoju::method::Method;
use crate::komoju::money::Currency;
use crate::komoju::{Komoju, webhooks};

pub async fn add_webhook(
    State(komoju): State<Komoju>,
    Path(merchant): Path<String>,
    whence: Whence,
    form: Fields,
) -> Answer {
    let url = form.get("url");
    let absolute = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !absolute {
        return Err(ApiError::invalid("url", "The webhook's URL must be absolute.").into());
    }
    let events: Vec<&str> = form.all("events").collect();
    komoju.add_webhook(&merchant, url, form.get("secret"), &events)?;
    Ok(whence.back(&merchant))
}

pub async fn delete_webhook(
    State(komoju): State<Komoju>,
    Path((merchant, id)): Path<(String, String)>,
    whence: Whence,
) -> Answer {
    komoju.change_merchant(&merchant, |merchant| merchant.endpoints.retain(|endpoint| endpoint.id != id))?;
    Ok(whence.back(&merchant))
}

pub async fn ping_webhook(
    State(komoju): State<Komoju>,
    Path((merchant, id)): Path<(String, String)>,
    whence: Whence,
) -> Answer {
    let owner = komoju.merchant(&merchant)?;
    let endpoint =
        owner.endpoints.iter().find(|endpoint| endpoint.id == id).ok_or_else(ApiError::not_found)?;
    webhooks::ping(&komoju.env.delivery, &owner, endpoint);
    Ok(whence.back(&merchant))
}

pub async fn change_settings(
    State(komoju): State<Komoju>,
    Path(merchant): Path<String>,
    whence: Whence,
    form: Fields,
) -> Answer {
    let whole = |name: &str| match form.filled(name) {
        None => Ok(None),
        Some(text) => {
            let number = text.parse::<i64>().ok().filter(|number| *number >= 0);
            number.map(Some).ok_or_else(|| ApiError::invalid(name, "This must be a whole number."))
        }
    };
    let (fee, balance) = (whole("fee")?.unwrap_or_default(), whole("balance")?);
    komoju.change_merchant(&merchant, |merchant| {
        merchant.methods = form.all("methods").filter_map(Method::find).collect();
        merchant.fee = fee;
        merchant.charge_in = Currency::parse(form.get("charge_in"));
        merchant.unsettled_balance = balance;
    })?;
    Ok(whence.back(&merchant))
}

pub async fn change_post(
    State(komoju): State<Komoju>,
    Path(merchant): Path<String>,
    whence: Whence,
    form: Fields,
) -> Answer {
    let mode = merchant::mode(form.get("mode"));
    let mode = mode.ok_or_else(|| ApiError::bad_request("There is no such way to deliver."))?;
    komoju.set_mode(&merchant, mode);
    Ok(whence.back(&merchant))
}

pub async fn change_mood(
    State(komoju): State<Komoju>,
    Path(merchant): Path<String>,
    whence: Whence,
    form: Fields,
) -> Answer {
    let mood = merchant::mood(form.get("mood"));
    komoju.set_mood(&merchant, mood.ok_or_else(|| ApiError::bad_request("The API knows no such mood."))?)?;
    Ok(whence.back(&merchant))
}

pub async fn release(
    State(komoju): State<Komoju>,
    Path(merchant): Path<String>,
    whence: Whence,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let reversed = query.get("order").is_some_and(|order| order == "reversed");
    komoju.release(&merchant, &if reversed { Order::Reversed } else { Order::AsMade });
    whence.back(&merchant)
}

/// `last`, or the number of a delivery.
pub async fn resend(
    State(komoju): State<Komoju>,
    Path((merchant, id)): Path<(String, String)>,
    whence: Whence,
) -> Answer {
    let id = match id.as_str() {
        "last" => komoju.deliveries(&merchant).last().map(|record| record.id),
        number => number.parse().ok(),
    };
    again(&komoju, &merchant, id)?;
    Ok(whence.back(&merchant))
}

fn again(komoju: &Komoju, merchant: &str, id: Option<u64>) -> Result<(), ApiError> {
    let delivery = &komoju.env.delivery;
    id.and_then(|id| delivery.resend(merchant, Side::Komoju, id)).ok_or_else(ApiError::not_found)
}

pub async fn on_session(
    State(komoju): State<Komoju>,
    Path((merchant, id, action)): Path<(String, String, String)>,
    whence: Whence,
) -> Answer {
    if komoju.session(&id)?.merchant != merchant {
        return Err(ApiError::not_found().into());
    }
    match action.as_str() {
        "expire" => komoju.expire_session(&id)?,
        "cancel" => komoju.cancel_session(&id)?,
        _ => return Err(ApiError::not_found().into()),
    }
    Ok(whence.back(&merchant))
}

pub async fn on_payment(
    State(komoju): State<Komoju>,
    Path((merchant, id, action)): Path<(String, String, String)>,
    whence: Whence,
    form: Fields,
) -> Answer {
    let payment = komoju.payment(&id)?;
    if payment.merchant != merchant {
        return Err(ApiError::not_found().into());
    }
    match action.as_str() {
        "capture" => match amount(&form, payment.currency)? {
            None => komoju.capture(&id)?,
            Some(part) => komoju.capture_part(&id, part)?,
        },
        "cancel" => komoju.cancel(&id)?,
        "expire" => komoju.expire_payment(&id)?,
        "refund" => komoju.refund(&id, amount(&form, payment.currency)?)?,
        "fraud" => komoju.mark_fraud(&id)?,
        "chargeback" => komoju.chargeback(&id)?,
        "resend" => again(&komoju, &merchant, last_webhook(&komoju, &merchant, &id))?,
        _ => return Err(ApiError::not_found().into()),
    }
    Ok(whence.back(&merchant))
}

pub async fn on_request(
    State(komoju): State<Komoju>,
    Path((merchant, id, request, action)): Path<(String, String, String, String)>,
    whence: Whence,
) -> Answer {
    if komoju.payment(&id)?.merchant != merchant {
        return Err(ApiError::not_found().into());
    }
    match action.as_str() {
        "complete" => komoju.complete_refund_request(&id, &request)?,
        "reject" => komoju.reject_refund_request(&id, &request)?,
        _ => return Err(ApiError::not_found().into()),
    }
    Ok(whence.back(&merchant))
}

/// Major units, as people write them; nothing means all there is.
fn amount(form: &Fields, currency: Currency) -> Result<Option<i64>, ApiError> {
    let Some(text) = form.filled("amount") else { return Ok(None) };
    let amount = currency.read(&text);
    amount.map(Some).ok_or_else(|| ApiError::invalid("amount", format!("{text} is no amount in {currency}.")))
}

fn last_webhook(komoju: &Komoju, merchant: &str, payment: &str) -> Option<u64> {
    let about = |body: &str| {
        let event: Option<serde_json::Value> = serde_json::from_str(body).ok();
        event.is_some_and(|event| event["data"]["id"] == payment)
    };
    komoju.deliveries(merchant).iter().rev().find(|record| about(&record.body)).map(|record| record.id)
}

/// The page on which the button was pressed.
#[derive(Debug)]
pub struct Whence(Option<String>);

impl Whence {
    /// Back there; to the merchant's page where the browser does not say.
    fn back(self, merchant: &str) -> Response {
        see(&self.0.unwrap_or_else(|| format!("/dashboard/{merchant}")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Whence {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let from = parts.headers.get(REFERER).and_then(|from| Url::parse(from.to_str().ok()?).ok());
        let page = from.map(|from| match from.query() {
            Some(query) => format!("{}?{query}", from.path()),
            None => from.path().to_owned(),
        });
        Ok(Self(page.filter(|page| page.starts_with("/dashboard/"))))
    }
}
