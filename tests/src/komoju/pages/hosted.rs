//! The hosted page: the shopper chooses a method and pays, as often as it takes until the session ends.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::Answer;
use super::form::Fields;
use super::html::{Page, esc, see};
use super::texts::{offered_cards, refusal};
use crate::komoju::card::REFUSALS;
use crate::komoju::error::ApiError;
use crate::komoju::method::{Kind, STORES};
use crate::komoju::model::{Livemode, Locale, Merchant, Offer, PaymentStatus, Session, SessionStatus};
use crate::komoju::rules::{Outcome, Payer};
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
    Payer { name: form.filled("name"), email: form.filled("email") }
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

struct View<'a> {
    world: &'a World,
    session: &'a Session,
    merchant: &'a Merchant,
    locale: Locale,
    query: &'a HashMap<String, String>,
}

impl View<'_> {
    fn page(&self) -> Page<'static> {
        let (state, main) = match self.state() {
            "pending" => ("pending", self.choice()),
            state => (state, self.ended(state)),
        };
        let body = format!(
            r#"<main class="sheet" id="session" data-test="session" data-status="{state}" data-session="{id}">
{summary}
<section class="action">{main}{footer}</section>
</main>"#,
            id = self.session.id,
            summary = self.summary(),
            footer = self.footer(),
        );
        let test = self.session.livemode == Livemode::Test;
        Page {
            locale: self.locale,
            title: self.locale.say("お支払い", "Payment"),
            kind: "checkout",
            test,
            body,
        }
    }

    /// What the page has to say about the session; an expiry is no status, but is shown like one.
    fn state(&self) -> &'static str {
        match self.session.status {
            SessionStatus::Pending if self.session.expired(clock::now()) => "expired",
            status => status.name(),
        }
    }

    fn summary(&self) -> String {
        format!(
            r#"<section class="summary">
<p class="shop">{shop}</p>
<p class="total" id="amount" data-test="amount">{amount}</p>
{lines}
<p class="quiet">{number}</p>
</section>"#,
            shop = esc(&self.merchant.name),
            amount = esc(&self.session.currency.show(self.session.amount)),
            lines = self.lines(),
            number = self.session.external_order_num.as_deref().map(esc).unwrap_or_default(),
        )
    }

    fn lines(&self) -> String {
        let items = self.session.line_items.as_ref().and_then(Value::as_array);
        let rows: String = items.into_iter().flatten().map(|item| self.line(item)).collect();
        if rows.is_empty() { rows } else { format!(r#"<ul class="lines">{rows}</ul>"#) }
    }

    fn line(&self, item: &Value) -> String {
        let description = item["description"].as_str().unwrap_or("–");
        let quantity = item["quantity"].as_i64().unwrap_or(1);
        let amount = item["amount"].as_i64().map(|amount| self.session.currency.show(amount));
        format!(
            "<li><span>{} <small>× {quantity}</small></span><span>{}</span></li>",
            esc(description),
            esc(&amount.unwrap_or_default()),
        )
    }

    fn choice(&self) -> String {
        if self.session.offers.is_empty() {
            let sorry =
                self.locale.say("利用できるお支払い方法がありません。", "No payment method is available.");
            return format!(r#"<p id="no-methods" data-test="no-methods">{sorry}</p>"#);
        }
        let methods: String = self.session.offers.iter().map(|offer| self.method(offer)).collect();
        format!(
            r#"<h1>{}</h1>{}<div class="methods">{methods}</div>"#,
            self.locale.say("お支払い方法を選択してください", "Choose how to pay"),
            self.error(),
        )
    }

    /// Why the last attempt failed. Only codes we know are shown: the query is anybody's.
    fn error(&self) -> String {
        let known = |code: &&String| REFUSALS.contains(&code.as_str()) || code.as_str() == "payer_missing";
        let Some(code) = self.query.get("error").filter(known) else { return String::new() };
        format!(
            r#"<p class="alert" role="alert" id="payment-error" data-test="payment-error" data-code="{code}">{}</p>"#,
            refusal(code, self.locale),
        )
    }

    fn method(&self, offer: &Offer) -> String {
        let slug = offer.method.slug;
        format!(
            r#"<div class="method"><label id="method-{slug}" data-test="method-{slug}"><input type="radio" name="method" id="choose-{slug}"{checked}><span class="mark {slug}"></span><span class="name">{name}</span><span class="note">{note}</span></label>
<div class="panel">{panel}</div></div>"#,
            checked = if self.chosen(slug) { " checked" } else { "" },
            name = esc(self.locale.say(offer.method.name_ja, offer.method.name_en)),
            note = esc(&self.note(offer)),
            panel = self.panel(offer),
        )
    }

    fn chosen(&self, slug: &str) -> bool {
        let first = self.session.offers.first().is_some_and(|offer| offer.method.slug == slug);
        match self.query.get("method") {
            Some(chosen) if self.session.offers.iter().any(|offer| offer.method.slug == chosen) => {
                chosen == slug
            }
            _ => first,
        }
    }

    /// Fee, and the price in the method's own currency.
    fn note(&self, offer: &Offer) -> String {
        let mut notes = Vec::new();
        if offer.currency != self.session.currency {
            notes.push(format!(
                "{} (1 {} = {} {})",
                offer.currency.show(offer.amount),
                self.session.currency,
                offer.exchange_rate,
                offer.currency,
            ));
        }
        if offer.customer_fee > 0 {
            let fee = offer.currency.show(offer.customer_fee);
            notes.push(format!("{} {fee}", self.locale.say("手数料", "fee")));
        }
        notes.join(" · ")
    }

    fn panel(&self, offer: &Offer) -> String {
        match offer.method.kind {
            Kind::Card => self.card_form(offer),
            Kind::Konbini => self.konbini_form(offer),
            Kind::BankTransfer | Kind::PayEasy => self.cash_form(offer, ""),
            Kind::Wallet => self.wallet_form(offer),
        }
    }

    fn card_form(&self, offer: &Offer) -> String {
        let locale = self.locale;
        format!(
            r#"<form method="post" action="/sessions/{id}/card" id="card-form" data-test="card-form">
<label>{number}<input id="card-number" data-test="card-number" name="number" inputmode="numeric" autocomplete="cc-number" placeholder="4111 1111 1111 1111" required></label>
<div class="pair"><label>{expiry}<input id="card-expiry" data-test="card-expiry" name="expiry" autocomplete="cc-exp" placeholder="12 / 31" required></label>
<label>{cvc}<input id="card-cvc" data-test="card-cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123" required></label></div>
<label>{name}<input id="card-name" data-test="card-name" name="name" autocomplete="cc-name" placeholder="HANAKO HOSHINO"></label>
<div class="tries"><p>{tries}</p>{cards}</div>
{pay}</form>"#,
            id = self.session.id,
            number = locale.say("カード番号", "Card number"),
            expiry = locale.say("有効期限 (月 / 年)", "Expiry (MM / YY)"),
            cvc = locale.say("セキュリティコード", "Security code"),
            name = locale.say("カード名義人", "Name on card"),
            tries = locale.say("テストカード (クリックで入力)", "Test cards (click to fill in)"),
            cards = offered_cards(locale),
            pay = self.pay_button(offer),
        )
    }

    fn konbini_form(&self, offer: &Offer) -> String {
        let stores: String = STORES
            .iter()
            .enumerate()
            .map(|(place, (slug, ja, en))| {
                format!(
                    r#"<label id="store-{slug}" data-test="store-{slug}"><input type="radio" name="store" value="{slug}"{}>{}</label>"#,
                    if place == 0 { " checked" } else { "" },
                    self.locale.say(ja, en),
                )
            })
            .collect();
        self.cash_form(offer, &format!(r#"<fieldset class="stores">{stores}</fieldset>"#))
    }

    /// The form of every method that issues a code; `before` stands above name and e-mail.
    fn cash_form(&self, offer: &Offer, before: &str) -> String {
        let slug = offer.method.slug;
        format!(
            r#"<form method="post" action="/sessions/{id}/{slug}" id="{slug}-form" data-test="{slug}-form">{before}
<label>{name}<input id="{slug}-name" data-test="{slug}-name" name="name" value="{name_value}" required></label>
<label>{email}<input id="{slug}-email" data-test="{slug}-email" name="email" type="email" value="{email_value}" required></label>
{pay}</form>"#,
            id = self.session.id,
            name = self.locale.say("お名前", "Name"),
            email = self.locale.say("メールアドレス", "E-mail"),
            name_value = esc(self.session.name.as_deref().unwrap_or_default()),
            email_value = esc(self.session.email.as_deref().unwrap_or_default()),
            pay = self.pay_button(offer),
        )
    }

    fn wallet_form(&self, offer: &Offer) -> String {
        let hint =
            self.locale.say("アプリに移動してお支払いを承認します。", "You approve the payment in the app.");
        format!(
            r#"<form method="post" action="/sessions/{}/wallet/{}"><p class="quiet">{hint}</p>{}</form>"#,
            self.session.id,
            offer.method.slug,
            self.pay_button(offer),
        )
    }

    fn pay_button(&self, offer: &Offer) -> String {
        let slug = if offer.method.kind == Kind::Card { "card" } else { offer.method.slug };
        let total = esc(&offer.currency.show(offer.amount + offer.customer_fee));
        let label = match self.locale {
            Locale::Ja => format!("{total} を支払う"),
            Locale::En | Locale::Ko => format!("Pay {total}"),
        };
        format!(r#"<button id="pay-{slug}" data-test="pay-{slug}">{label}</button>"#)
    }

    fn ended(&self, state: &str) -> String {
        let (title, text) = match state {
            "expired" => (
                self.locale.say("お支払いの有効期限が切れました", "This payment page has expired"),
                self.locale.say(
                    "ショップに戻り、もう一度お試しください。",
                    "Please go back to the shop and try again.",
                ),
            ),
            "cancelled" => (
                self.locale.say("このお支払いはキャンセルされました", "This payment was cancelled"),
                self.locale.say("ショップに戻ってください。", "Please go back to the shop."),
            ),
            _ => (
                self.locale.say("お手続きは完了しています", "You are done here"),
                self.locale
                    .say("ショップに戻って注文をご確認ください。", "Go back to the shop to see your order."),
            ),
        };
        format!(
            r#"<div id="session-{state}" data-test="session-{state}" class="ended"><h1>{title}</h1><p>{text}</p>{}</div>"#,
            self.instructions_link(),
        )
    }

    /// For a code that has been issued and not paid.
    fn instructions_link(&self) -> String {
        let waiting = self
            .world
            .shown_payment(self.session)
            .filter(|payment| payment.method.kind.is_cash() && payment.status == PaymentStatus::Authorized);
        let Some(payment) = waiting else { return String::new() };
        format!(
            r#"<p><a class="button" id="show-instructions" data-test="show-instructions" href="{}">{}</a></p>"#,
            render::instructions_url(payment, ""),
            self.locale.say("お支払い手順を見る", "How to pay"),
        )
    }

    fn footer(&self) -> String {
        let id = &self.session.id;
        let back = self.session.back().map(|back| {
            format!(
                r#"<a id="back-to-merchant" data-test="back-to-merchant" href="{}">← {}</a>"#,
                esc(&back),
                match self.locale {
                    Locale::Ja => format!("{} に戻る", esc(&self.merchant.name)),
                    Locale::En | Locale::Ko => format!("Back to {}", esc(&self.merchant.name)),
                },
            )
        });
        let (code, name) = if self.locale == Locale::Ja { ("en", "English") } else { ("ja", "日本語") };
        format!(
            r#"<nav class="foot">{}<a id="switch-locale" data-test="switch-locale" href="/sessions/{id}?locale={code}">{name}</a></nav>"#,
            back.unwrap_or_default(),
        )
    }
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
