//! The hosted page itself: what is bought, how it can be paid, or how it ended.

use std::collections::HashMap;

use serde_json::Value;

use super::html::{Page, esc};
use super::texts::{offered_cards, refusal};
use crate::komoju::card::REFUSALS;
use crate::komoju::method::{Kind, STORES};
use crate::komoju::model::{Livemode, Locale, Merchant, Offer, PaymentStatus, Session, SessionStatus};
use crate::komoju::world::World;
use crate::komoju::{clock, render};

/// A session as its shopper sees it.
pub struct View<'a> {
    pub world: &'a World,
    pub session: &'a Session,
    pub merchant: &'a Merchant,
    pub locale: Locale,
    pub query: &'a HashMap<String, String>,
}

impl View<'_> {
    pub fn page(&self) -> Page<'static> {
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
