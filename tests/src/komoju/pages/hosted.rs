//! The hosted page's forms: the shopper pays, as often as it takes until the session ends.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};

use super::answer::Answer;
use super::checkout::View;
use super::form::Fields;
use super::html::see;
use crate::komoju::error::ApiError;
use crate::komoju::model::{Locale, Session};
use crate::komoju::paying::{Outcome, Payer};
use crate::komoju::world::World;
use crate::komoju::{Komoju, clock, render};

pub async fn show(
    State(komoju): State<Komoju>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    komoju.with(|world| {
        let session = world.session(&id)?;
        let merchant = world.merchant(&session.merchant).ok_or_else(ApiError::not_found)?;
        let asked = query.get("locale").and_then(|code| Locale::parse(code));
        let locale = asked.unwrap_or(session.default_locale);
        Ok(View { world, session, merchant, locale, query: &query }.page().into_response())
    })
}

pub async fn card(State(komoju): State<Komoju>, Path(id): Path<String>, form: Fields) -> Answer {
    let number: String = form.get("number").chars().filter(char::is_ascii_digit).collect();
    let outcome = match check_card(&number, form.get("expiry"), form.get("cvc")) {
        Err(code) => return Ok(again(&id, "credit_card", code)),
        Ok((month, year)) => komoju.with(|world| world.pay_card(&id, (&number, month, year), payer(&form))),
    };
    Ok(onward(&komoju, &id, "credit_card", outcome))
}

pub async fn konbini(State(komoju): State<Komoju>, Path(id): Path<String>, form: Fields) -> Answer {
    cash(&komoju, &id, "konbini", &form, |world| world.pay_konbini(&id, form.get("store"), payer(&form)))
}

pub async fn bank_transfer(State(komoju): State<Komoju>, Path(id): Path<String>, form: Fields) -> Answer {
    cash(&komoju, &id, "bank_transfer", &form, |world| world.pay_bank_transfer(&id, payer(&form)))
}

pub async fn pay_easy(State(komoju): State<Komoju>, Path(id): Path<String>, form: Fields) -> Answer {
    cash(&komoju, &id, "pay_easy", &form, |world| world.pay_easy(&id, payer(&form)))
}

pub async fn wallet(State(komoju): State<Komoju>, Path((id, slug)): Path<(String, String)>) -> Answer {
    let outcome = komoju.with(|world| world.start_wallet(&id, &slug, Payer::default()));
    Ok(onward(&komoju, &id, &slug, outcome))
}

/// Codes are sent by e-mail: without a name and an address there is none.
fn cash(
    komoju: &Komoju,
    session: &str,
    slug: &str,
    form: &Fields,
    pay: impl FnOnce(&mut World) -> Result<Outcome, ApiError>,
) -> Answer {
    if form.get("name").is_empty() || !form.get("email").contains('@') {
        return Ok(again(session, slug, "payer_missing"));
    }
    Ok(onward(komoju, session, slug, komoju.with(pay)))
}

fn payer(form: &Fields) -> Payer {
    Payer { name: form.filled("name"), email: form.filled("email"), days: None }
}

/// The form's own checks; month and year of the expiry.
fn check_card(number: &str, expiry: &str, cvc: &str) -> Result<(u8, u16), &'static str> {
    if !(13..=19).contains(&number.len()) {
        return Err("invalid_number");
    }
    if !(3..=4).contains(&cvc.len()) || !cvc.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err("bad_verification_value");
    }
    let (month, year) = expiry.split_once('/').ok_or("card_expired")?;
    let month: u8 = month.trim().parse().map_err(|_| "card_expired")?;
    let year: u16 = year.trim().parse().map_err(|_| "card_expired")?;
    let year = if year < 100 { 2000 + year } else { year };
    let today = clock::now();
    let last = (i32::from(year), month);
    let valid = (1..=12).contains(&month) && last >= (today.year(), u8::from(today.month()));
    if valid { Ok((month, year)) } else { Err("card_expired") }
}

/// Where the shopper goes after trying to pay.
pub fn onward(komoju: &Komoju, session: &str, slug: &str, outcome: Result<Outcome, ApiError>) -> Response {
    match outcome {
        Ok(Outcome::Refused { code: "cancelled", .. } | Outcome::Captured(_)) => back(komoju, session),
        Ok(Outcome::Refused { code, .. }) => again(session, slug, code),
        Ok(Outcome::Pending(payment)) if slug == "credit_card" => see(&format!("/3ds/{payment}")),
        Ok(Outcome::Pending(payment)) => see(&format!("/wallet/{payment}")),
        Ok(Outcome::Authorized(payment)) => {
            let instructions = komoju.with(|world| {
                let payment = world.payment(&payment).ok()?;
                payment.method.kind.is_cash().then(|| render::instructions_url(payment, ""))
            });
            instructions.map_or_else(|| back(komoju, session), |instructions| see(&instructions))
        }
        // The session has ended meanwhile, which its page says; or the form was tampered with.
        Err(error) => again(session, slug, &error.code),
    }
}

/// To the shop; without a return_url, to the page that says how it ended.
fn back(komoju: &Komoju, session: &str) -> Response {
    let back = komoju.with(|world| world.session(session).ok().and_then(Session::back));
    see(&back.unwrap_or_else(|| format!("/sessions/{session}")))
}

fn again(session: &str, slug: &str, code: &str) -> Response {
    see(&format!("/sessions/{session}?method={slug}&error={code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_form_checks_what_a_form_can() {
        assert_eq!(check_card("4111111111111111", "12 / 99", "123"), Ok((12, 2099)));
        assert_eq!(check_card("4111", "12 / 99", "123"), Err("invalid_number"));
        assert_eq!(check_card("4111111111111111", "13 / 99", "123"), Err("card_expired"));
        assert_eq!(check_card("4111111111111111", "01/2020", "123"), Err("card_expired"));
        assert_eq!(check_card("4111111111111111", "12 / 99", "12a"), Err("bad_verification_value"));
    }
}
