//! The way to KOMOJU and back, and everything that works by plain navigation: `/go`, `/return`, `/pay`, `/status`.
//!
//! A GET never cancels anything: it shows what is live. What cancels something is a POST with an *act* token, and
//! that token is in a cookie of the browser that left for KOMOJU from here. A browser that was let in by e-mail address
//! and number (`way_back`) has a *pay* token there, which opens less. HEAD answers as GET would, but starts
//! nothing, because link checkers send it. Nothing here marks anything as paid.
//!
//! ```text
//! /go/{token}      set the cookie, 303 to KOMOJU's page
//! ... the shopper pays, or does not ...
//! /return/{token}  hint, look; act cookie present: 303 to the shop's page with #komoju={status token}
//!                              absent (another browser): 303 to /status/{token}
//! /status/{token}  our page; with the cookie it has buttons, which are POST /pay/{act or pay token}; without, the
//!                  button leads to the way by e-mail
//! ```

use super::api::{Outcome, bad_token, browser, find, outcome, refused, too_many, within_limit};
use super::page;
use super::view::{View, view};
use super::whose::explain;
use crate::context::Ctx;
use crate::crypto::Purpose;
use crate::links::{self, LinkSubject, Links, is_on, open};
use crate::objects::payment_client::PaymentClient;
use crate::objects::profiles;
use crate::profile::Profile;
use crate::request::{self, header, language, query};
use crate::respond::see_other;
use crate::stop::{Handled, Stop};
use crate::texts::shopper::LANGUAGES;
use domain::plan::start::{Intent, Proof, Refusal, Start};
use domain::texts::locale::{Locale, Spoken};
use domain::url::{self, Pair};
use domain::values::ids::{CartId, OrderId, SessionId, StoreHash};
use domain::views::snapshot::Snapshot;
use worker::{Method, Request, Response};

/// For how many seconds a browser remembers that it left for KOMOJU from here.
const COOKIE_LIFE_S: u32 = 7 * 86_400;
/// The longest form that is read, in bytes.
const LONGEST_FORM: usize = 16 * 1024;

/// `GET /go/{token}`, made for a shopper who has proved to be the order's: sets a first-party cookie, then goes on to
/// KOMOJU. Touches no object, so it is as quick as a link.
pub fn go(request: &Request, ctx: &Ctx, token: &str) -> Handled {
    let locale = locale_of(request);
    let subject = open(&ctx.config, Purpose::Go, token, ctx.now_ms).map_err(|_| bad_token(locale))?;
    match subject.url.as_deref().filter(|url| is_on(url, &ctx.config.komoju_hosted_url)) {
        Some(url) => {
            let links = Links::renewed(&ctx.config, &subject);
            remember(see_other(url)?, request, ctx, links, subject.attempt, Cookie::Act)
        }
        None => Err(bad_token(locale).into()),
    }
}

/// `GET /return/{token}?session_id=`: back from KOMOJU. Stores a hint and looks. Then goes to the page that this
/// browser came from, if it is the browser that left from there, else to our own status page.
pub async fn back(request: Request, ctx: &Ctx, token: &str) -> Handled {
    let locale = locale_of(&request);
    let subject = open(&ctx.config, Purpose::Return, token, ctx.now_ms).map_err(|_| bad_token(locale))?;
    let payment = PaymentClient::existing(&ctx.env, &subject.store, subject.order);
    let session = url::value(&query(&request), "session_id").and_then(|id| SessionId::parse(id).ok());
    // Nobody who comes back from paying is turned away. Above the limit, the shopper sees what is known, without a
    // look.
    let snapshot = if begins_nothing(&request) {
        payment.history().await?.map(|history| history.snapshot)
    } else if within_limit(ctx, "return", token).await {
        payment.returned(session, locale).await?
    } else {
        payment.status(locale).await?
    };
    let links = Links::renewed(&ctx.config, &subject);
    let attempt = snapshot.as_ref().map_or(0, |s| s.attempt);
    let left_here = matches!(held(&request, ctx, &subject.store, subject.order), Some((Cookie::Act, _)));
    match snapshot.and_then(|s| s.page).filter(|_| left_here) {
        Some(page) => see_other(&[&page, "#komoju=", &links.status_token(attempt)].concat()),
        None => see_other(&links.status(attempt)),
    }
}

/// `GET /status/{token}`: our own status page, for a browser that has no session with the shop.
pub async fn status(request: Request, ctx: &Ctx, token: &str) -> Handled {
    let locale = locale_of(&request);
    let subject = open(&ctx.config, Purpose::Status, token, ctx.now_ms).map_err(|_| bad_token(locale))?;
    let payment = PaymentClient::existing(&ctx.env, &subject.store, subject.order);
    let snapshot = match begins_nothing(&request) {
        true => payment.history().await?.map(|history| history.snapshot),
        false => payment.status(locale).await?,
    };
    let snapshot = snapshot.ok_or_else(|| bad_token(locale))?;
    show(&request, ctx, &subject, &snapshot).await
}

/// `GET /pay?store&order_id&cart_id`: a start by plain navigation, for pages where the script or its wasm may not
/// run.
pub async fn pay(request: Request, ctx: &Ctx) -> Handled {
    let asked = query(&request);
    let get = |name: &str| url::value(&asked, name).unwrap_or("").to_owned();
    let named = named_locale(&request);
    let locale = named.unwrap_or_default();
    let number = get("order_id").parse().unwrap_or(0);
    if CartId::parse(&get("cart_id")).is_err() {
        return Err(refused(&Refusal::WrongProof, locale).into());
    }
    let (order, profile) = find(&get("store"), number, locale, ctx).await?;
    let locale = named.unwrap_or(profile.locale());
    if begins_nothing(&request) {
        // Without asking BigCommerce, nobody can say whether the cart id is right.
        return Ok(Response::empty()?);
    }
    let page = Some(get("page")).filter(|p| !p.is_empty());
    let start = start_of(&request, Proof::of_cart(&get("cart_id")), Intent::Visit, page, locale);
    let payment = PaymentClient::of(&ctx.env, &profile, order);
    let links = Links::new(&ctx.config, &profile.store, order, ctx.now_ms);
    begin(&request, ctx, &payment, links, start, Cookie::Act, locale).await
}

/// `GET /pay/{token}`: a payment link that the merchant sent.
pub async fn pay_link(request: Request, ctx: &Ctx, token: &str) -> Handled {
    let locale = locale_of(&request);
    let subject = open(&ctx.config, Purpose::PayLink, token, ctx.now_ms).map_err(|_| bad_token(locale))?;
    if begins_nothing(&request) {
        return would_begin(ctx, &subject.store, subject.order).await;
    }
    if !within_limit(ctx, "pay", token).await {
        return Err(too_many(locale).into());
    }
    let start = start_of(&request, Proof::Link, Intent::Visit, None, locale);
    let payment = PaymentClient::existing(&ctx.env, &subject.store, subject.order);
    begin(&request, ctx, &payment, Links::renewed(&ctx.config, &subject), start, Cookie::Act, locale).await
}

/// `POST /pay/{token}`: the buttons of our own status page. Only a browser that may act, or pay, was given this token.
/// The form says in which language its page was.
pub async fn pay_again(mut request: Request, ctx: &Ctx, token: &str) -> Handled {
    let form = url::pairs(&String::from_utf8_lossy(&request::body(&mut request, LONGEST_FORM).await?));
    let locale = language(&request, url::value(&form, "locale"), LANGUAGES).unwrap_or_default();
    match again(&request, ctx, token, &form, locale).await {
        Err(Stop::Problem(problem)) => explain(ctx, &request.inner().url(), &problem, Some(locale)).await,
        handled => handled,
    }
}

async fn again(request: &Request, ctx: &Ctx, token: &str, form: &[Pair], locale: Locale) -> Handled {
    let intent = if url::value(form, "intent") == Some("restart") { Intent::Restart } else { Intent::Pay };
    let opened = [Cookie::Act, Cookie::Pay].into_iter().find_map(|cookie| {
        open(&ctx.config, cookie.purpose(), token, ctx.now_ms).ok().map(|subject| (cookie, subject))
    });
    let (cookie, proof, subject) = match opened {
        Some((Cookie::Act, subject)) => (Cookie::Act, Proof::Link, subject),
        Some((Cookie::Pay, subject)) if intent == Intent::Pay => (Cookie::Pay, Proof::Opened, subject),
        Some((Cookie::Pay, _)) | None => return Err(bad_token(locale).into()),
    };
    if !within_limit(ctx, "again", token).await {
        return Err(too_many(locale).into());
    }
    let start = start_of(request, proof, intent, None, locale);
    let payment = PaymentClient::existing(&ctx.env, &subject.store, subject.order);
    begin(request, ctx, &payment, Links::renewed(&ctx.config, &subject), start, cookie, locale).await
}

/// Starts, and goes on to KOMOJU or shows how things stand. The caller has checked that the shopper may do so.
/// `cookie`: what this browser may do from now on.
async fn begin(
    request: &Request,
    ctx: &Ctx,
    payment: &PaymentClient,
    links: Links<'_>,
    start: Start,
    cookie: Cookie,
    locale: Locale,
) -> Handled {
    let started = payment.start(start).await?;
    let told = outcome(started, request, ctx, links.store(), locale).await;
    go_on(request, ctx, links, told, cookie, locale)
}

/// Where a start leads. Errors: the problem that it led to.
pub fn go_on(
    request: &Request,
    ctx: &Ctx,
    links: Links<'_>,
    told: Outcome,
    cookie: Cookie,
    locale: Locale,
) -> Handled {
    match told {
        Outcome::Problem(problem) => Err(problem.into()),
        // A POST cannot be repeated by reloading an address, so its page goes to the status page, which has the
        // button.
        Outcome::Wait(queued) if request.method() == Method::Post => {
            page::queued(&queued, Some(&links.status(0)), locale)
        }
        Outcome::Wait(queued) => page::queued(&queued, None, locale),
        Outcome::Show(snapshot, redirect) => {
            let komoju = snapshot.session_url.as_deref().filter(|_| redirect);
            let to = match komoju.filter(|url| is_on(url, &ctx.config.komoju_hosted_url)) {
                Some(url) => see_other(url)?,
                None => see_other(&links.status(snapshot.attempt))?,
            };
            remember(to, request, ctx, links, snapshot.attempt, cookie)
        }
    }
}

/// What a start by one of our links would answer, as far as that is known without starting anything.
async fn would_begin(ctx: &Ctx, store: &StoreHash, order: OrderId) -> Handled {
    let known = PaymentClient::existing(&ctx.env, store, order).history().await?;
    match known.and_then(|history| history.snapshot.session_url) {
        Some(url) if is_on(&url, &ctx.config.komoju_hosted_url) => see_other(&url),
        _ => Ok(Response::empty()?),
    }
}

/// The status page: with buttons for a browser that may act; for any other, at most with a link to the session that
/// is open.
async fn show(request: &Request, ctx: &Ctx, subject: &LinkSubject, snapshot: &Snapshot) -> Handled {
    let profile = profiles::load(&ctx.env, &subject.store).await?.ok();
    let locale = named_locale(request).or(profile.as_ref().map(Profile::locale)).unwrap_or_default();
    let home = snapshot.page.as_deref().and_then(url::origin_of);
    let home = home.or_else(|| Some(profile.as_ref()?.home()?.to_owned()));
    let shop = profile.map(|profile| profile.store_name).unwrap_or_default();
    let links = Links::renewed(&ctx.config, subject);
    let view: View = view(snapshot, false, links, ctx.now_ms, locale);
    let session = snapshot.session_url.as_deref().filter(|url| is_on(url, &ctx.config.komoju_hosted_url));
    let held = held(request, ctx, &subject.store, subject.order);
    let way_back = links::way_back(&ctx.config, &subject.store, &subject.order.to_string());
    let way_back = [&way_back, "&locale=", locale.code()].concat();
    let may = match (&held, session) {
        (Some((Cookie::Act, token)), _) => page::May::Act(token),
        (Some((Cookie::Pay, token)), _) => page::May::Pay(token),
        (None, Some(url)) => page::May::GoOn(url),
        (None, None) => page::May::See(&way_back),
    };
    let asks = url::value(&query(request), "ask") == Some("another");
    if let (Some(asking), page::May::Act(token), true) = (&view.asking, may, asks) {
        return page::asking(&view, asking, token, locale);
    }
    page::status(&view, may, &shop, home.as_deref(), locale)
}

/// HEAD: link checkers and mail programs look at addresses before people do.
fn begins_nothing(request: &Request) -> bool {
    request.method() == Method::Head
}

/// A start by plain navigation: there is no script that could say what the page showed.
pub fn start_of(
    request: &Request,
    proof: Proof,
    intent: Intent,
    page: Option<String>,
    locale: Locale,
) -> Start {
    Start { proof, intent, page, locale: Spoken(locale), browser: browser(request), seen: None, visit: None }
}

/// The language that the address asks for, else the one that the browser likes best. None: we have neither.
pub fn named_locale(request: &Request) -> Option<Locale> {
    language(request, url::value(&query(request), "locale"), LANGUAGES)
}

/// The same, else English: without a profile at hand, nobody knows the store's.
pub fn locale_of(request: &Request) -> Locale {
    named_locale(request).unwrap_or_default()
}

/// What a browser's cookie lets it do with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Everything that the order's shopper may do: it left for KOMOJU from here, with a proof.
    Act,
    /// See and pay: it was let in by e-mail address and number.
    Pay,
}

impl Cookie {
    fn purpose(self) -> Purpose {
        match self {
            Self::Act => Purpose::Act,
            Self::Pay => Purpose::Pay,
        }
    }
}

/// Sets the cookie that lets this browser act, or pay, on our own pages; an *act* cookie also brings it back to the
/// shop's page. A browser that may act already does not lose that for less.
fn remember(
    response: Response,
    request: &Request,
    ctx: &Ctx,
    links: Links<'_>,
    attempt: u32,
    lets: Cookie,
) -> Handled {
    let held = held(request, ctx, links.store(), links.order());
    if lets == Cookie::Pay && matches!(held, Some((Cookie::Act, _))) {
        return Ok(response);
    }
    let cookie = format!(
        "{}={}; Path=/; Max-Age={COOKIE_LIFE_S}; Secure; HttpOnly; SameSite=Lax",
        cookie_name(links.store(), links.order()),
        links.browsers_token(lets.purpose(), attempt)
    );
    response.headers().set("set-cookie", &cookie)?;
    Ok(response)
}

/// What this browser may do with the order, and the token for that.
fn held(request: &Request, ctx: &Ctx, store: &StoreHash, order: OrderId) -> Option<(Cookie, String)> {
    let start = [&cookie_name(store, order), "="].concat();
    let cookies = header(request, "cookie");
    let token = cookies.split(';').find_map(|c| c.trim().strip_prefix(&start))?;
    let opens = |cookie: &Cookie| {
        let of = open(&ctx.config, cookie.purpose(), token, ctx.now_ms);
        of.is_ok_and(|of| (&of.store, of.order) == (store, order))
    };
    let held = [Cookie::Act, Cookie::Pay].into_iter().find(opens)?;
    Some((held, token.to_owned()))
}

/// One cookie per order. The `__Host-` prefix binds it to this host.
fn cookie_name(store: &StoreHash, order: OrderId) -> String {
    format!("__Host-komoju-{store}-{order}")
}
