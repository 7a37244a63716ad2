//! Where the shopper is sent while a payment is not yet decided: the card issuer's 3-D Secure page, a wallet's app, the
//! instructions for paying in cash. The sandbox puts the other party's decision into the shopper's hands.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::answer::Answer;
use super::form::Fields;
use super::hosted::onward;
use super::html::{Page, button, esc, see};
use super::texts::status;
use crate::komoju::error::ApiError;
use crate::komoju::method::{BANK_TRANSFER_MARGIN, store};
use crate::komoju::model::{Details, Livemode, Locale, Payment, PaymentStatus, Session};
use crate::komoju::paying::WalletAnswer;
use crate::komoju::world::World;
use crate::komoju::{Komoju, clock, render};

pub async fn challenge(State(komoju): State<Komoju>, Path(id): Path<String>) -> Answer {
    komoju.with(|world| {
        let payment = world.payment(&id)?;
        let Details::Card { number, .. } = &payment.details else { return Err(ApiError::not_found().into()) };
        if payment.status != PaymentStatus::Pending {
            return Ok(see(&format!("/sessions/{}", payment.session)));
        }
        let locale = payment.locale;
        let body = format!(
            r#"<main class="sheet narrow" id="challenge" data-test="challenge">
<h1>{title}</h1><p>{text}</p>
<dl><dt>{amount}</dt><dd>{total}</dd><dt>{card}</dt><dd>**** {last}</dd></dl>
<form method="post" action="/3ds/{id}"><label>{password}<input id="password" data-test="password" name="password" inputmode="numeric" autofocus></label>
<p class="quiet">{hint}</p><button id="authenticate" data-test="authenticate">{go}</button></form>
</main>"#,
            title = locale.say("本人認証", "Verify it is you"),
            text = locale.say("カード発行会社のパスワードを入力してください。", "Enter the password of your card issuer."),
            amount = locale.say("金額", "Amount"),
            total = esc(&payment.currency.show(payment.total())),
            card = locale.say("カード", "Card"),
            last = number.get(number.len().saturating_sub(4)..).unwrap_or_default(),
            password = locale.say("パスワード", "Password"),
            hint = locale.say("サンドボックス: 123456 で成功、それ以外は失敗します。", "Sandbox: 123456 passes, anything else fails."),
            go = locale.say("認証する", "Verify"),
        );
        let title = locale.say("3Dセキュア", "3-D Secure");
        Ok(page(payment, title, body))
    })
}

pub async fn answer_challenge(State(komoju): State<Komoju>, Path(id): Path<String>, form: Fields) -> Answer {
    let session = session_of(&komoju, &id)?;
    let outcome = komoju.with(|world| world.finish_challenge(&id, form.get("password")));
    Ok(onward(&komoju, &session, "credit_card", outcome))
}

pub async fn wallet(State(komoju): State<Komoju>, Path(id): Path<String>) -> Answer {
    komoju.with(|world| {
        let payment = world.payment(&id)?;
        if payment.status != PaymentStatus::Pending || payment.details != Details::Wallet {
            return Ok(see(&format!("/sessions/{}", payment.session)));
        }
        let (slug, locale) = (payment.method.slug, payment.locale);
        let name = locale.say(payment.method.name_ja, payment.method.name_en);
        let choice = |id: &str, answer: &str, label: &str, class: &str| {
            format!(r#"<button id="{id}" data-test="{id}" name="answer" value="{answer}" class="{class}">{label}</button>"#)
        };
        let body = format!(
            r#"<main class="phone {slug}" id="wallet" data-test="wallet"><header>{name}</header>
<p class="shop">{shop}</p><p class="total">{total}</p>
<form method="post" action="/wallet/{id}">{approve}{refuse}{fail}</form></main>"#,
            shop = esc(world.merchant(&payment.merchant).map_or("", |merchant| &merchant.name)),
            total = esc(&payment.currency.show(payment.total())),
            approve = choice("wallet-approve", "approve", locale.say("支払う", "Pay"), ""),
            refuse = choice("wallet-refuse", "refuse", locale.say("キャンセル", "Cancel"), "quiet"),
            fail = choice("wallet-fail", "fail", locale.say("残高不足にする", "Fail for want of funds"), "quiet"),
        );
        Ok(page(payment, name, body))
    })
}

pub async fn answer_wallet(State(komoju): State<Komoju>, Path(id): Path<String>, form: Fields) -> Answer {
    let session = session_of(&komoju, &id)?;
    let answer = match form.get("answer") {
        "approve" => WalletAnswer::Approve,
        "refuse" => WalletAnswer::Refuse,
        "fail" => WalletAnswer::Fail("insufficient_funds"),
        _ => return Err(ApiError::bad_request("The wallet's answer is approve, refuse or fail.").into()),
    };
    let (slug, outcome) = komoju.with(|world| {
        let slug = world.payment(&id).map(|payment| payment.method.slug);
        (slug, world.finish_wallet(&id, answer))
    });
    Ok(onward(&komoju, &session, slug?, outcome))
}

pub async fn instructions(State(komoju): State<Komoju>, Path((code, id)): Path<(String, String)>) -> Answer {
    let locale = Locale::parse(&code).ok_or_else(ApiError::not_found)?;
    komoju.with(|world| {
        let payment = world.payment(&id)?;
        if !payment.method.kind.is_cash() {
            return Err(ApiError::not_found().into());
        }
        let title = locale.say("お支払い手順", "How to pay");
        Ok(Page { locale, ..frame(payment, title, guide(world, payment, locale)?) }.into_response())
    })
}

/// The sandbox's cash register.
pub async fn pay_at_till(State(komoju): State<Komoju>, Path(id): Path<String>) -> Answer {
    decide(&komoju, &id, |world| world.capture(&id))
}

/// The sandbox's calendar.
pub async fn let_expire(State(komoju): State<Komoju>, Path(id): Path<String>) -> Answer {
    decide(&komoju, &id, |world| world.expire_payment(&id))
}

fn decide(komoju: &Komoju, id: &str, change: impl FnOnce(&mut World) -> Result<(), ApiError>) -> Answer {
    komoju.with(|world| {
        change(world)?;
        Ok(see(&render::instructions_url(world.payment(id)?, "")))
    })
}

fn session_of(komoju: &Komoju, payment: &str) -> Result<String, ApiError> {
    komoju.with(|world| Ok(world.payment(payment)?.session.clone()))
}

fn page(payment: &Payment, title: &str, body: String) -> Response {
    frame(payment, title, body).into_response()
}

fn frame<'a>(payment: &Payment, title: &'a str, body: String) -> Page<'a> {
    let test = payment.livemode == Livemode::Test;
    Page { locale: payment.locale, title, kind: "checkout", test, body }
}

fn guide(world: &World, payment: &Payment, locale: Locale) -> Result<String, ApiError> {
    let back = world.session(&payment.session).ok().and_then(Session::back).map(|back| {
        let label = locale.say("ショップに戻る", "Return to the shop");
        format!(
            r#"<a class="button" id="return-to-shop" data-test="return-to-shop" href="{}">{label}</a>"#,
            esc(&back)
        )
    });
    Ok(format!(
        r#"<main class="sheet narrow" id="instructions" data-test="instructions">
<h1>{title}</h1>
<p class="status {state}" id="payment-status" data-test="payment-status" data-status="{state}">{status}</p>
<p class="total" id="amount" data-test="amount">{total}</p>
<dl>{rows}</dl>
<p>{steps}</p>
<p>{back}</p>
{till}
</main>"#,
        title = locale.say("お支払い手順", "How to pay"),
        state = payment.status.name(),
        status = status(payment.status, locale),
        total = esc(&payment.currency.show(payment.total())),
        rows = rows(payment, locale),
        steps = steps(payment, locale),
        back = back.unwrap_or_default(),
        till = till(payment, locale),
    ))
}

/// The codes, each with an id.
fn rows(payment: &Payment, locale: Locale) -> String {
    let row = |id: &str, label: &str, value: &str| {
        format!(r#"<dt>{label}</dt><dd id="{id}" data-test="{id}">{}</dd>"#, esc(value))
    };
    let mut rows = match &payment.details {
        Details::Konbini { store: slug, confirmation_code, receipt } => {
            let name = store(slug).map_or(*slug, |(_, ja, en)| locale.say(ja, en));
            let code = confirmation_code
                .as_deref()
                .map(|code| row("confirmation-code", locale.say("確認番号", "Confirmation code"), code));
            format!(
                "{}{}{}",
                row("store", locale.say("店舗", "Store"), name),
                row("receipt", locale.say("受付番号", "Receipt number"), receipt),
                code.unwrap_or_default(),
            )
        }
        Details::BankTransfer { account_number } => format!(
            "{}{}{}",
            row("bank", locale.say("銀行", "Bank"), "サンドボックス銀行 本店 (普通)"),
            row("account-number", locale.say("口座番号", "Account number"), account_number),
            row("account-name", locale.say("口座名義", "Account name"), "カ)コモジュ"),
        ),
        Details::PayEasy { bank_id, customer_id, confirmation_id } => format!(
            "{}{}{}",
            row("bank-id", locale.say("収納機関番号", "Institution number"), bank_id),
            row("customer-id", locale.say("お客様番号", "Customer number"), customer_id),
            row("confirmation-code", locale.say("確認番号", "Confirmation number"), confirmation_id),
        ),
        Details::Card { .. } | Details::Wallet => String::new(),
    };
    let margin = matches!(payment.details, Details::BankTransfer { .. }).then_some(BANK_TRANSFER_MARGIN);
    if let Some(deadline) = payment.deadline {
        let told = clock::for_people(deadline - margin.unwrap_or_default());
        rows.push_str(&row("deadline", locale.say("お支払い期限 (日本時間)", "Pay by (Japan time)"), &told));
    }
    rows
}

fn steps(payment: &Payment, locale: Locale) -> &'static str {
    match &payment.details {
        Details::Konbini { .. } => locale.say(
            "お近くの店舗の端末またはレジで番号をお伝えのうえ、期限までに現金でお支払いください。",
            "Give the numbers at the store's terminal or till and pay in cash before the deadline.",
        ),
        Details::BankTransfer { .. } => locale.say(
            "期限までに上記の口座へお振り込みください。",
            "Transfer the amount to this account before the deadline.",
        ),
        Details::PayEasy { .. } => locale.say(
            "ATMまたはインターネットバンキングで番号を入力し、期限までにお支払いください。",
            "Enter the numbers at an ATM or in your online bank before the deadline.",
        ),
        Details::Card { .. } | Details::Wallet => "",
    }
}

fn till(payment: &Payment, locale: Locale) -> String {
    if payment.status != PaymentStatus::Authorized {
        return String::new();
    }
    format!(
        r#"<aside class="sandbox"><p>{}</p>{}{}</aside>"#,
        locale.say("サンドボックス: お客様の代わりに", "Sandbox: on the shopper's behalf"),
        button(
            "pay-at-till",
            &format!("/instructions/{}/till", payment.id),
            locale.say("レジで支払う", "Pay at the till"),
            ""
        ),
        button(
            "let-expire",
            &format!("/instructions/{}/expire", payment.id),
            locale.say("期限切れにする", "Let it expire"),
            "quiet",
        ),
    )
}
