//! The script's API: `POST /api/payments` and `GET /api/payments/{token}`.
//!
//! The POST is a CORS-simple request (text/plain, no headers of its own), so it costs no preflight; JSON and
//! preflights are answered too. Answers carry CORS headers for the store's own sites and for nobody else.
//!
//! ```text
//! POST /api/payments
//! {"store":"q7w8e9","order_id":118,"cart_id":"7f0c…","page":"https://shop.example/checkout/order-confirmation",
//!  "locale":"ja","seen_total":"1530.00","seen_currency":"JPY","intent":"arrive","visit":"0.84…"}
//!
//! 200 {"state":"redirect","redirect_url":"https://app.example/go/…","token":"…", …}   leave for KOMOJU
//! 200 {"state":"waiting","lines":[…],"poll_ms":15000, …}                              show the code, ask again
//! 200 {"state":"queued","title":"…","message":"…","poll_ms":1500}                     make the same start again
//! 404 {"type":"/problems/order_not_found","code":"order_not_found","message":"…","retry":false, …}
//! ```
//!
//! No amount is taken from the browser: `seen_…` is what the page showed, and can only block a start.

use super::view::{Queued, queued, too_often, view};
use super::words;
use crate::bindings::allows;
use crate::context::Ctx;
use crate::crypto::Purpose;
use crate::links::{Links, open};
use crate::objects::messages::payment::Started;
use crate::objects::payment_client::PaymentClient;
use crate::objects::profiles::{self, Absent, Doubt};
use crate::problem::Problem;
use crate::profile::Profile;
use crate::request::{header, network_of, query};
use crate::texts::shopper as say;
use domain::json::{read, write};
use domain::plan::start::{Intent, Proof, Refusal, Seen, Start};
use domain::state::call::Browser;
use domain::url::{self, origin_of};
use domain::values::ids::{CartId, OrderId, StoreHash};
use domain::values::locale::Locale;
use domain::views::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use worker::{Request, Response, Result};

/// Rate limit on starts that prove nothing, per store and network. A start with the right proof is neither counted
/// nor held up by it.
const FAILURE_LIMIT: &str = "START_LIMIT_ADDRESS";
/// Rate limit on what one signed address may cause.
const TOKEN_LIMIT: &str = "TOKEN_LIMIT";
/// In bytes; far more than any start needs.
const LONGEST_BODY: usize = 64 * 1024;

/// After an installation, one of KV's locations may say for up to a minute that there is no such store, if somebody
/// asked there too early. So that answer is never the last word to a shopper: the script is told to ask again after
/// this long (ms), and does so three times.
const HEARD_OF_MS: i64 = 22_000;
/// The longest visit id that is taken, in bytes: it is stored, so it may not be just anything.
const LONGEST_VISIT: usize = 40;

/// The body of a start, as the script sends it.
#[derive(Debug, Deserialize)]
struct Body {
    store: String,
    order_id: u64,
    cart_id: String,
    page: Option<String>,
    #[serde(default)]
    locale: String,
    /// What the page showed: decimal amounts, and their currency. They can only block a start, never set an amount.
    /// `seen_amount` is an integer that earlier scripts sent.
    seen_total: Option<String>,
    seen_due: Option<String>,
    seen_amount: Option<String>,
    seen_currency: Option<String>,
    #[serde(default)]
    intent: Intent,
    /// A random text, made by the script for each visit of the page.
    visit: Option<String>,
}

/// `POST /api/payments`: starts a payment, or says how it stands.
pub async fn start(mut request: Request, ctx: &Ctx) -> Result<Response> {
    let origin = header(&request, "origin");
    let body = match read_body(&mut request).await {
        Ok(body) => body,
        Err(problem) => return readable_by(&origin, &problem),
    };
    let locale = Locale::from_tag(&body.locale);
    if CartId::parse(&body.cart_id).is_err() {
        return readable_by(&origin, &refused(&Refusal::WrongProof, locale));
    }
    let found = match find(&body.store, body.order_id, ctx).await? {
        Ok(found) => found,
        Err(problem) => return readable_by(&origin, &spoken(problem, locale)),
    };
    let (order, profile) = found;
    let cors = match allowed_origin(&request, &profile, ctx).await? {
        Ok(cors) => cors,
        Err(problem) => return problem.response(),
    };
    let seen = body.seen_currency.map(|currency| Seen {
        currency,
        total: body.seen_total,
        due: body.seen_due,
        scaled: body.seen_amount,
    });
    let start = Start {
        proof: Proof::of_cart(&body.cart_id),
        intent: body.intent,
        page: body.page,
        locale,
        browser: browser(&request),
        seen,
        visit: body.visit.filter(|visit| visit.len() <= LONGEST_VISIT),
    };
    let started = PaymentClient::of(&ctx.env, &profile, order).start(start).await?;
    let links = Links::new(&ctx.config, &profile.store, order, ctx.now_ms);
    let response = match outcome(started, &request, ctx, &profile.store, locale).await {
        Outcome::Show(snapshot, redirect) => json(&view(&snapshot, redirect, links, locale))?,
        Outcome::Wait(queued) => {
            let response = json(&queued)?.with_status(queued.status);
            response.headers().set("retry-after", &queued.seconds().to_string())?;
            response
        }
        Outcome::Problem(problem) => problem.response()?,
    };
    with_cors(response, cors.as_deref())
}

/// `GET /api/payments/{token}`: how a payment stands.
pub async fn status(request: Request, ctx: &Ctx, token: &str) -> Result<Response> {
    let locale = Locale::from_tag(url::value(&query(&request), "locale").unwrap_or(""));
    let origin = header(&request, "origin");
    let Ok(subject) = open(&ctx.config, Purpose::Status, token, ctx.now_ms) else {
        return readable_by(&origin, &bad_token(locale));
    };
    let profile = match profiles::load(&ctx.env, &subject.store).await? {
        Ok(profile) => profile,
        Err(absent) => return readable_by(&origin, &spoken(absent.problem(), locale)),
    };
    let cors = match allowed_origin(&request, &profile, ctx).await? {
        Ok(cors) => cors,
        Err(problem) => return problem.response(),
    };
    let snapshot = PaymentClient::of(&ctx.env, &profile, subject.order).status(locale).await?;
    let links = Links::renewed(&ctx.config, &subject);
    let response = match snapshot {
        Some(snapshot) => json(&view(&snapshot, false, links, locale))?,
        None => refused(&Refusal::OrderNotFound, locale).response()?,
    };
    with_cors(response, cors.as_deref())
}

/// `OPTIONS /api/…`: for callers that send JSON or headers of their own. It says nothing about any store; the answer
/// to the request itself decides which site may read it.
pub fn preflight(request: &Request) -> Result<Response> {
    let response = Response::empty()?.with_status(204);
    let origin = header(request, "origin");
    let headers = response.headers();
    headers.set("access-control-allow-methods", "GET, POST, OPTIONS")?;
    headers.set("access-control-allow-headers", "content-type")?;
    headers.set("access-control-max-age", "86400")?;
    with_cors(response, Some(origin.as_str()).filter(|o| !o.is_empty()))
}

/// Reads and parses a start. Errors: 415, 413, 400.
async fn read_body(request: &mut Request) -> std::result::Result<Body, Problem> {
    let kind = header(request, "content-type");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if kind != "text/plain" && kind != "application/json" {
        let detail = "Send the JSON body as text/plain or application/json.";
        return Err(Problem::new(415, "unsupported_media_type", "Unsupported content type", detail));
    }
    let bytes = crate::request::body(request, LONGEST_BODY).await?;
    let text = String::from_utf8_lossy(&bytes);
    read(&text).map_err(|e| Problem::new(400, "malformed_body", "The body is not a start", e.to_string()))
}

/// The order and the store that a request names. Nothing is looked up about the order. The outer error is ours, the
/// inner one the caller's.
pub async fn find(
    store: &str,
    order: u64,
    ctx: &Ctx,
) -> Result<std::result::Result<(OrderId, Profile), Problem>> {
    let (Ok(store), Ok(order)) = (StoreHash::parse(store), OrderId::new(order)) else {
        return Ok(Err(Problem::new(
            400,
            "malformed_body",
            "The body is not a start",
            "store or order_id is malformed",
        )));
    };
    let profile = profiles::named(&ctx.env, &store).await?;
    Ok(profile.map(|profile| (order, profile)).map_err(|absent| match absent {
        Absent::NeverInstalled => {
            let seconds = ctx.config.scaled_ms(HEARD_OF_MS) / 1_000;
            absent.problem().retry_after(u32::try_from(seconds).unwrap_or(0).max(1))
        }
        Absent::CannotTell => absent.problem(),
    }))
}

/// What a start's caller is told.
#[derive(Debug)]
pub enum Outcome {
    /// How the payment stands, and whether the browser should go to KOMOJU now.
    Show(Snapshot, bool),
    Wait(Queued),
    Problem(Problem),
}

/// Turns the result of a start into what its caller is told. A start without a right proof counts against its
/// network; above the limit it is only told to come back later, and so learns nothing more. A shopper behind the same
/// address is served all the same.
pub async fn outcome(
    started: Started,
    request: &Request,
    ctx: &Ctx,
    store: &StoreHash,
    locale: Locale,
) -> Outcome {
    match started {
        Started::Show { snapshot, redirect } => Outcome::Show(*snapshot, redirect),
        Started::Queued { after_ms } => Outcome::Wait(queued(after_ms, locale)),
        Started::Refused(Refusal::TooOften { until }) => {
            Outcome::Wait(too_often(until, until - ctx.now_ms, locale))
        }
        Started::Refused(refusal) => {
            let unproved = matches!(refusal, Refusal::OrderNotFound | Refusal::WrongProof);
            let key = [store.as_str(), ":", &network_of(&address(request))].concat();
            let problem = match unproved && !allows(&ctx.env, FAILURE_LIMIT, &key).await {
                true => too_many(locale),
                false => refused(&refusal, locale),
            };
            Outcome::Problem(problem)
        }
        Started::UnknownStore => Outcome::Problem(Absent::NeverInstalled.problem()),
        Started::CannotTell => Outcome::Problem(spoken(Absent::CannotTell.problem(), locale)),
    }
}

/// The problem for a refusal. 4xx: repeating brings nothing; 503 and 429: try again.
pub fn refused(refusal: &Refusal, locale: Locale) -> Problem {
    let (status, code, title, retry) = match refusal {
        // One answer for both, because whether an order exists is nobody else's business.
        Refusal::OrderNotFound | Refusal::WrongProof => {
            (404, "order_not_found", "No order with this number and cart id", false)
        }
        Refusal::NotOurs => (409, "not_ours", "The order is paid another way", false),
        Refusal::NothingDue => (409, "nothing_due", "Nothing is due", false),
        Refusal::AmountChanged => {
            (409, "amount_changed", "The page and the order show different amounts", false)
        }
        Refusal::AmountUndecided => {
            (409, "amount_undecided", "The shop has yet to say how store credit is counted", false)
        }
        Refusal::UnsupportedCurrency => {
            (409, "unsupported_currency", "KOMOJU does not take this currency", false)
        }
        Refusal::AmountUnreadable => (409, "amount_unreadable", "The order's amount cannot be read", false),
        Refusal::NotConfigured => (409, "not_configured", "No KOMOJU keys have been entered", false),
        Refusal::Disconnected => (409, "store_disconnected", "The store's connection is broken", false),
        Refusal::BigCommerceUnavailable => {
            (503, "bigcommerce_unavailable", "BigCommerce does not answer", true)
        }
        Refusal::KomojuUnavailable => (503, "komoju_unavailable", "KOMOJU does not answer", true),
        Refusal::Busy { .. } => (503, "busy", "One of the two sides is asked too much", true),
        Refusal::TooOften { .. } => (429, "too_many_requests", "Too many starts of this order", true),
        Refusal::KomojuRefused(_) => (409, "komoju_refused", "KOMOJU refuses to make a session", false),
    };
    let problem = Problem::new(status, code, title, title).say(words::refusal(refusal, locale));
    if retry { problem.retry_after(3) } else { problem }
}

/// True if this signed address may cause something once more. Each token has its own limit, so nobody can use up
/// another's.
pub async fn within_limit(ctx: &Ctx, purpose: &str, token: &str) -> bool {
    // The end of a token is its signature, which tells it from all others.
    let tail = token.get(token.len().saturating_sub(43)..).unwrap_or(token);
    allows(&ctx.env, TOKEN_LIMIT, &[purpose, ":", tail].concat()).await
}

/// 429, without saying anything about the store or the order.
pub fn too_many(locale: Locale) -> Problem {
    let detail = "Too many requests of this kind from here.";
    Problem::new(429, "too_many_requests", "Too many requests", detail)
        .say(say::refusal::busy(locale))
        .retry_after(20)
}

/// Adds what the shopper reads if the store cannot be had: "try again in a moment", or "no such order".
pub fn spoken(problem: Problem, locale: Locale) -> Problem {
    let sentence = match problem.retry {
        true => say::refusal::busy(locale),
        false => words::refusal(&Refusal::OrderNotFound, locale),
    };
    problem.say(sentence)
}

/// 403: the token is not ours, is for another purpose, or has expired.
pub fn bad_token(locale: Locale) -> Problem {
    let detail = "The link is not one of ours, is for another purpose, or has expired.";
    Problem::new(403, "bad_token", "The link is not valid", detail).say(say::problem::bad_link(locale))
}

/// Which origin may read the answer. One of the store's own sites may. A foreign site is refused, but only after the
/// owner has confirmed that it is foreign: the site may be new. Without an origin (no browser, or the same site)
/// nobody is asked: None.
async fn allowed_origin(
    request: &Request,
    profile: &Profile,
    ctx: &Ctx,
) -> Result<std::result::Result<Option<String>, Problem>> {
    let origin = header(request, "origin");
    if origin.is_empty() {
        return Ok(Ok(None));
    }
    if profile.owns_origin(&origin) {
        return Ok(Ok(Some(origin)));
    }
    // Text that is not an origin, such as `null`, is nobody's site.
    if origin_of(&origin).as_deref() != Some(origin.as_str()) {
        return Ok(Err(foreign_origin()));
    }
    Ok(match profiles::refresh(&ctx.env, &profile.store, Doubt::Origin).await? {
        Ok(fresh) if fresh.owns_origin(&origin) => Ok(Some(origin)),
        Ok(_) => Err(foreign_origin()),
        Err(absent) => Err(absent.problem()),
    })
}

fn foreign_origin() -> Problem {
    Problem::new(403, "foreign_origin", "Not from this site", "The page is on none of the store's sites.")
}

/// A problem that was found before any store was known says nothing about a store, so the page that caused it may
/// read it.
fn readable_by(origin: &str, problem: &Problem) -> Result<Response> {
    with_cors(problem.response()?, Some(origin).filter(|o| !o.is_empty()))
}

/// Lets this origin read the answer. None: no origin may.
fn with_cors(response: Response, origin: Option<&str>) -> Result<Response> {
    response.headers().set("vary", "origin")?;
    if let Some(origin) = origin {
        response.headers().set("access-control-allow-origin", origin)?;
    }
    Ok(response)
}

fn json(value: &impl Serialize) -> Result<Response> {
    let builder = Response::builder()
        .with_header("content-type", "application/json")?
        .with_header("cache-control", "no-store")?;
    Ok(builder.fixed(write(value).into_bytes()))
}

/// What the shopper's browser shows of itself. KOMOJU uses it against fraud.
pub fn browser(request: &Request) -> Browser {
    Browser {
        ip: address(request),
        user_agent: header(request, "user-agent"),
        language: header(request, "accept-language"),
    }
}

/// The shopper's address, as Cloudflare saw it.
pub fn address(request: &Request) -> String {
    header(request, "cf-connecting-ip")
}
