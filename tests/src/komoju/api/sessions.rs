//! Sessions: create, show, cancel.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use reqwest::Url;
use serde_json::{Map, Value};
use time::Duration;

use super::answer::Answer;
use super::body::{field, integer, map, metadata, object, text};
use crate::komoju::error::ApiError;
use crate::komoju::model::{Capture, Livemode, Locale, Merchant, Offer, Session, SessionStatus};
use crate::komoju::money::{Currency, Rate};
use crate::komoju::world::{Caller, World};
use crate::komoju::{Komoju, card, clock, method, random, render};

/// Default and maximum.
const LONGEST_LIFE: i64 = 86_400;

/// Far above any method's limit; keeps every sum within its type.
const LARGEST: i64 = 1_000_000_000_000;

pub async fn create(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let fields = object(&headers, &body)?;
    let scenario = scenario(&headers, caller.livemode)?;
    komoju.with(|world| {
        let mut session = read(world, &caller, &fields)?;
        session.scenario = scenario;
        let answer = rendered(world, &session);
        world.sessions.push(session);
        Ok(Json(answer))
    })
}

pub async fn show(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    komoju.with(|world| shown(world, &caller, &id))
}

pub async fn cancel(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    komoju.with(|world| {
        world.session_of(&caller, &id)?;
        world.cancel_session(&id)?;
        shown(world, &caller, &id)
    })
}

fn shown(world: &World, caller: &Caller, id: &str) -> Answer {
    let session = world.session_of(caller, id)?;
    Ok(Json(rendered(world, session)))
}

fn rendered(world: &World, session: &Session) -> Value {
    render::session(session, world.merchant(&session.merchant), world.shown_payment(session), &world.pages)
}

/// `Komoju-Scenario`: in test mode, the refusal that every payment of this session will meet.
fn scenario(headers: &HeaderMap, livemode: Livemode) -> Result<Option<&'static str>, ApiError> {
    let Some(code) = headers.get("komoju-scenario").filter(|_| livemode == Livemode::Test) else {
        return Ok(None);
    };
    let known = code.to_str().ok().and_then(card::refusal);
    known.map(Some).ok_or_else(|| ApiError::bad_request("Komoju-Scenario names no known scenario."))
}

/// Checks a request to create a session, field by field.
pub fn read(world: &World, caller: &Caller, fields: &Map<String, Value>) -> Result<Session, ApiError> {
    let merchant = world.merchant(&caller.merchant).ok_or_else(ApiError::not_found)?;
    check_mode(fields)?;
    let currency = currency(fields)?;
    let amount = amount(fields)?;
    let data = map(fields, "payment_data")?;
    let (now, life) = (clock::now(), life(fields)?);
    let left = merchant.session_life.map_or(life, |left| life.min(left.try_into().unwrap_or(life)));
    Ok(Session {
        id: random::id(),
        merchant: merchant.id.clone(),
        livemode: caller.livemode,
        amount,
        currency,
        return_url: return_url(fields)?,
        default_locale: locale(fields)?,
        offers: offers(merchant, payment_types(fields)?.as_deref(), amount, currency),
        created_at: now + left - life,
        cancelled_at: None,
        completed_at: None,
        expires_at: now + left,
        status: SessionStatus::Pending,
        metadata: metadata(fields)?,
        capture: capture(&data)?,
        external_order_num: order_num(world, caller, &data)?,
        name: text(&data, "name")?,
        name_kana: text(&data, "name_kana")?,
        email: email(fields)?,
        line_items: line_items(fields)?,
        scenario: None,
        payments: Vec::new(),
        completed_by: None,
        request: Value::Object(fields.clone()),
    })
}

fn check_mode(fields: &Map<String, Value>) -> Result<(), ApiError> {
    match text(fields, "mode")?.as_deref() {
        None | Some("payment") => Ok(()),
        Some("customer" | "customer_payment") => {
            Err(ApiError::invalid("mode", "This merchant cannot save customers."))
        }
        Some(mode) => Err(ApiError::invalid("mode", format!("{mode} does not have a valid value."))),
    }
}

fn amount(fields: &Map<String, Value>) -> Result<i64, ApiError> {
    match integer(fields, "amount")? {
        None => Err(ApiError::missing("amount")),
        Some(..=0) => Err(ApiError::invalid("amount", "Amount must be greater than 0")),
        Some(amount) if amount > LARGEST => Err(ApiError::invalid("amount", "Amount is too large")),
        Some(amount) => Ok(amount),
    }
}

fn currency(fields: &Map<String, Value>) -> Result<Currency, ApiError> {
    let code = text(fields, "currency")?.ok_or_else(|| ApiError::missing("currency"))?;
    Currency::parse(&code).ok_or_else(|| ApiError::invalid_currency(&code))
}

fn return_url(fields: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let Some(url) = text(fields, "return_url")? else { return Ok(None) };
    match Url::parse(&url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(Some(url)),
        _ => Err(ApiError::invalid("return_url", "return_url must be an absolute URL.")),
    }
}

fn locale(fields: &Map<String, Value>) -> Result<Locale, ApiError> {
    let Some(code) = text(fields, "default_locale")? else { return Ok(Locale::Ja) };
    Locale::parse(&code)
        .ok_or_else(|| ApiError::invalid("default_locale", format!("{code} does not have a valid value.")))
}

fn life(fields: &Map<String, Value>) -> Result<Duration, ApiError> {
    match integer(fields, "expires_in_seconds")? {
        None => Ok(Duration::seconds(LONGEST_LIFE)),
        Some(seconds @ 1..=LONGEST_LIFE) => Ok(Duration::seconds(seconds)),
        Some(seconds) => {
            let message =
                format!("{seconds} must be greater than 0 and less than or equal to {LONGEST_LIFE}.");
            Err(ApiError::invalid("expires_in_seconds", message))
        }
    }
}

pub fn capture(data: &Map<String, Value>) -> Result<Capture, ApiError> {
    match text(data, "capture")?.as_deref() {
        None | Some("auto") => Ok(Capture::Auto),
        Some("manual") => Ok(Capture::Manual),
        Some(other) => Err(ApiError::invalid("capture", format!("{other} does not have a valid value."))),
    }
}

fn order_num(world: &World, caller: &Caller, data: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let order_num = text(data, "external_order_num")?;
    match &order_num {
        Some(used) if world.order_num_taken(caller, used) => {
            Err(ApiError::invalid("external_order_num", "external_order_num has already been taken."))
        }
        _ => Ok(order_num),
    }
}

fn email(fields: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    match text(fields, "email")? {
        Some(email) if !email.contains('@') => Err(ApiError::invalid("email", "email is invalid.")),
        email => Ok(email),
    }
}

fn line_items(fields: &Map<String, Value>) -> Result<Option<Value>, ApiError> {
    let Some(items) = field(fields, "line_items") else { return Ok(None) };
    let wrong = || ApiError::invalid("line_items", "line_items is invalid.");
    for item in items.as_array().ok_or_else(wrong)? {
        let item = item.as_object().ok_or_else(wrong)?;
        let quantity = integer(item, "quantity").map_err(|_| wrong())?;
        integer(item, "amount").map_err(|_| wrong())?;
        for name in ["description", "image", "external_product_num"] {
            text(item, name).map_err(|_| wrong())?;
        }
        if quantity.is_some_and(|quantity| quantity < 1) {
            return Err(wrong());
        }
    }
    Ok(Some(items.clone()))
}

fn payment_types(fields: &Map<String, Value>) -> Result<Option<Vec<String>>, ApiError> {
    let Some(slugs) = field(fields, "payment_types") else { return Ok(None) };
    let wrong = || ApiError::invalid("payment_types", "payment_types must be an array of strings.");
    let mut types = Vec::new();
    for slug in slugs.as_array().ok_or_else(wrong)? {
        let slug = slug.as_str().ok_or_else(wrong)?;
        if !method::is_known(slug) {
            return Err(ApiError::invalid_payment_type(slug));
        }
        types.push(slug.to_owned());
    }
    Ok(Some(types))
}

/// The merchant's active methods, or those of them that were asked for; each in its own currency.
fn offers(merchant: &Merchant, asked: Option<&[String]>, amount: i64, currency: Currency) -> Vec<Offer> {
    let wanted = |slug: &str| asked.is_none_or(|asked| asked.iter().any(|asked| asked == slug));
    let methods = merchant.methods.iter().filter(|method| wanted(method.slug));
    methods
        .map(|method| {
            let charged = merchant.charge_in.unwrap_or_else(|| method.currency(currency));
            let exchange_rate = Rate::between(currency, charged);
            Offer {
                method,
                amount: exchange_rate.apply(amount, currency, charged),
                currency: charged,
                exchange_rate,
                customer_fee: merchant.customer_fee(method, charged),
            }
        })
        .collect()
}
