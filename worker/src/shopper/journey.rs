//! The way to KOMOJU and back, and everything that works by plain navigation: `/go`, `/return`, `/pay`, `/status`.
//!
//! A GET never cancels a live code: it shows it. Starting anew is a POST. Nothing here marks anything paid.

use super::api::{Outcome, address, bad_token, find, outcome, refused, spoken, too_many, within_limit};
use super::links::{Links, Subject, is_on, open};
use super::page;
use super::view::{View, view};
use crate::context::{Ctx, query};
use crate::crypto::Purpose;
use crate::objects::payment_client::{PaymentClient, StartAsk};
use crate::payment::call::Locale;
use crate::payment::ids::{CartId, OrderId, SessionId, StoreHash};
use crate::payment::snapshot::Snapshot;
use crate::payment::start::{Intent, Refusal};
use crate::profile;
use crate::web::{self, header};
use worker::{Method, Request, Response, Result};

/// How long a browser remembers that it left for KOMOJU from here.
const COOKIE_LIFE_S: u32 = 7 * 86_400;
const LONGEST_FORM: usize = 16 * 1024;

/// `GET /go/{token}`: a first-party cookie, then on to KOMOJU. Touches no object, so it is as quick as a link.
pub fn go(request: &Request, ctx: &Ctx, token: &str) -> Result<Response> {
    let locale = locale_of(request, None);
    let subject = match open(&ctx.config, Purpose::Go, token, ctx.now_ms) {
        Ok(subject) => subject,
        Err(_) => return page::problem(&bad_token(locale), locale),
    };
    match subject.url.as_deref().filter(|url| is_on(url, &ctx.config.komoju_hosted_url)) {
        Some(url) => leave(&subject.store, subject.order, url),
        None => page::problem(&bad_token(locale), locale),
    }
}

/// `GET /return/{token}?session_id=`: back from KOMOJU. A hint and a look; then to the page this browser came from, if
/// it is this browser that left from it, else to a page of our own.
pub async fn back(request: Request, ctx: &Ctx, token: &str) -> Result<Response> {
    let locale = locale_of(&request, None);
    let Ok(Subject { store, order, .. }) = open(&ctx.config, Purpose::Return, token, ctx.now_ms) else {
        return page::problem(&bad_token(locale), locale);
    };
    let session = web::value(&query(&request), "session_id").and_then(|id| SessionId::parse(id).ok());
    let payment = PaymentClient::new(&ctx.env, &store, order)?;
    // Nobody who comes back from paying is turned away: who comes back too often finds what is known, without a look.
    let snapshot = match within_limit(ctx, "return", token).await {
        true => payment.returned(session, locale).await?,
        false => payment.status(locale).await?,
    };
    let links = Links::new(&ctx.config, &store, order, ctx.now_ms);
    let attempt = snapshot.as_ref().map_or(0, |s| s.attempt);
    let left_here = header(&request, "cookie")
        .split(';')
        .any(|c| c.trim() == [&cookie_name(&store, order), "=1"].concat());
    match snapshot.and_then(|s| s.page).filter(|_| left_here) {
        Some(page) => see_other(&[&page, "#komoju=", &links.status_token(attempt)].concat()),
        None => see_other(&links.status(attempt)),
    }
}

/// `GET /status/{token}`: our own status page, for a browser that has no session with the shop.
pub async fn status(request: Request, ctx: &Ctx, token: &str) -> Result<Response> {
    let asked = query(&request);
    let locale = locale_of(&request, web::value(&asked, "locale"));
    let Ok(subject) = open(&ctx.config, Purpose::Status, token, ctx.now_ms) else {
        return page::problem(&bad_token(locale), locale);
    };
    match PaymentClient::new(&ctx.env, &subject.store, subject.order)?.status(locale).await? {
        Some(snapshot) => show(ctx, &subject.store, subject.order, &snapshot, locale).await,
        None => page::problem(&bad_token(locale), locale),
    }
}

/// `GET /pay?store&order_id&cart_id`: a start as plain navigation, where the script or its wasm may not run.
pub async fn pay(request: Request, ctx: &Ctx) -> Result<Response> {
    let asked = query(&request);
    let get = |name: &str| web::value(&asked, name).unwrap_or("").to_owned();
    let locale = locale_of(&request, web::value(&asked, "locale"));
    let number = get("order_id").parse().unwrap_or(0);
    if CartId::parse(&get("cart_id")).is_err() {
        return page::problem(&refused(&Refusal::WrongProof, locale), locale);
    }
    let (order, profile) = match find(&get("store"), number, ctx).await? {
        Ok(found) => found,
        Err(problem) => return page::problem(&spoken(problem, locale), locale),
    };
    let page = Some(get("page")).filter(|p| !p.is_empty());
    let ask = ask(&request, Some(get("cart_id")), Intent::Visit, page, locale);
    begin(&request, ctx, &profile.store, order, ask, locale).await
}

/// `GET /pay/{token}`: a link that the merchant sent.
pub async fn pay_link(request: Request, ctx: &Ctx, token: &str) -> Result<Response> {
    let locale = locale_of(&request, None);
    let Ok(subject) = open(&ctx.config, Purpose::PayLink, token, ctx.now_ms) else {
        return page::problem(&bad_token(locale), locale);
    };
    if !within_limit(ctx, "pay", token).await {
        return page::problem(&too_many(locale), locale);
    }
    let ask = ask(&request, None, Intent::Visit, None, locale);
    begin(&request, ctx, &subject.store, subject.order, ask, locale).await
}

/// `POST /pay/{token}`: the buttons of our own status page. The token was given only to the shopper.
pub async fn pay_again(mut request: Request, ctx: &Ctx, token: &str) -> Result<Response> {
    let form = match web::body(&mut request, LONGEST_FORM).await {
        Ok(bytes) => web::pairs(&String::from_utf8_lossy(&bytes)),
        Err(problem) => return problem.response(),
    };
    let locale = locale_of(&request, web::value(&form, "locale"));
    let Ok(subject) = open(&ctx.config, Purpose::Status, token, ctx.now_ms) else {
        return page::problem(&bad_token(locale), locale);
    };
    if !within_limit(ctx, "again", token).await {
        return page::problem(&too_many(locale), locale);
    }
    let intent = if web::value(&form, "intent") == Some("restart") { Intent::Restart } else { Intent::Pay };
    let ask = ask(&request, None, intent, None, locale);
    begin(&request, ctx, &subject.store, subject.order, ask, locale).await
}

/// Starts, and goes to KOMOJU or shows how things stand.
async fn begin(
    request: &Request,
    ctx: &Ctx,
    store: &StoreHash,
    order: OrderId,
    ask: StartAsk,
    locale: Locale,
) -> Result<Response> {
    let started = PaymentClient::new(&ctx.env, store, order)?.start(ask).await?;
    let links = Links::new(&ctx.config, store, order, ctx.now_ms);
    match outcome(started, request, ctx, store, locale).await {
        Outcome::Problem(problem) => page::problem(&problem, locale),
        // A button's start is not to be made again by an address: its page shows the button.
        Outcome::Wait(queued) if request.method() == Method::Post => {
            page::queued(&queued, Some(&links.status(0)), locale)
        }
        Outcome::Wait(queued) => page::queued(&queued, None, locale),
        Outcome::Show(snapshot, redirect) => match snapshot.session_url.as_deref().filter(|_| redirect) {
            Some(url) if is_on(url, &ctx.config.komoju_hosted_url) => leave(store, order, url),
            _ => see_other(&links.status(snapshot.attempt)),
        },
    }
}

async fn show(
    ctx: &Ctx,
    store: &StoreHash,
    order: OrderId,
    snapshot: &Snapshot,
    locale: Locale,
) -> Result<Response> {
    let links = Links::new(&ctx.config, store, order, ctx.now_ms);
    let view: View = view(snapshot, false, links, locale);
    let shop = profile::load(&ctx.env, store).await?.map(|p| p.store_name).unwrap_or_default();
    let home = snapshot.page.as_deref().and_then(web::origin_of);
    page::status(&view, &shop, home.as_deref(), order, locale)
}

fn ask(
    request: &Request,
    cart_id: Option<String>,
    intent: Intent,
    page: Option<String>,
    locale: Locale,
) -> StartAsk {
    StartAsk {
        cart_id,
        intent,
        page,
        locale,
        ip: address(request),
        user_agent: header(request, "user-agent"),
        language: header(request, "accept-language"),
        seen: None,
    }
}

/// Asked for, else what the browser prefers.
fn locale_of(request: &Request, asked: Option<&str>) -> Locale {
    match asked.filter(|tag| !tag.is_empty()) {
        Some(tag) => Locale::from_tag(tag),
        None => Locale::from_tag(&header(request, "accept-language")),
    }
}

/// Off to KOMOJU, with the cookie that brings this browser back to its own page.
fn leave(store: &StoreHash, order: OrderId, url: &str) -> Result<Response> {
    let response = see_other(url)?;
    let cookie = format!(
        "{}=1; Path=/; Max-Age={COOKIE_LIFE_S}; Secure; HttpOnly; SameSite=Lax",
        cookie_name(store, order)
    );
    response.headers().set("set-cookie", &cookie)?;
    Ok(response)
}

fn cookie_name(store: &StoreHash, order: OrderId) -> String {
    format!("__Host-komoju-{store}-{order}")
}

/// Tokens stand in these addresses: nobody caches them, and no page learns them as a referrer.
fn see_other(url: &str) -> Result<Response> {
    let response = Response::empty()?.with_status(303);
    response.headers().set("location", url)?;
    response.headers().set("cache-control", "no-store")?;
    response.headers().set("referrer-policy", "no-referrer")?;
    Ok(response)
}
