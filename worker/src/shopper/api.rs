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

use super::card::Drawn;
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
use crate::respond::{json, no_content};
use crate::stop::Handled;
use crate::texts::shopper::{self as say, LANGUAGES};
use domain::json::read;
use domain::plan::start::{Intent, Proof, Refusal, Seen, Start};
use domain::state::call::Browser;
use domain::texts::locale::{Locale, Spoken};
use domain::time::Moment;
use domain::url::{self, origin_of};
use domain::values::ids::{CartId, OrderId, StoreHash};
use domain::views::snapshot::Snapshot;
use serde::Deserialize;
use worker::{Request, Response, Result};

/// Rate limit on starts that prove nothing, per store and network. A start with the right proof is neither counted
/// nor held up by it.
pub const FAILURE_LIMIT: &str = "START_LIMIT_ADDRESS";
/// Rate limit on what one signed address may cause.
const TOKEN_LIMIT: &str = "TOKEN_LIMIT";
/// Rate limit, per location, on what reaches the store's object without having proved anything.
pub const UNKNOWN_LIMIT: &str = "START_LIMIT_UNKNOWN";
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
    /// The script draws the card as it is told. False: it is of a former version, and puts it together by itself.
    #[serde(default)]
    card: bool,
    /// A random text, made by the script for each visit of the page.
    visit: Option<String>,
}

/// `POST /api/payments`: starts a payment, or says how it stands.
pub async fn start(mut request: Request, ctx: &Ctx) -> Handled {
    let origin = header(&request, "origin");
    // Found before any store was known, a problem says nothing about a store, so the page that caused it may read it.
    let asked = asked(&mut request, ctx).await;
    let (body, locale, order, profile) =
        asked.map_err(|stop| stop.map_problem(|p| p.readable_by(&origin)))?;
    let cors = allowed_origin(&request, &profile, ctx).await?;
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
        locale: Spoken(locale),
        browser: browser(&request),
        seen,
        visit: body.visit.filter(|visit| visit.len() <= LONGEST_VISIT),
    };
    let started = PaymentClient::of(&ctx.env, &profile, order).start(start).await?;
    let links = Links::new(&ctx.config, &profile.store, order, ctx.now_ms);
    let response = match outcome(started, &request, ctx, &profile.store, locale).await {
        Outcome::Show(snapshot, redirect) => {
            shown(&snapshot, redirect, body.card, links, ctx.now_ms, locale)?
        }
        Outcome::Wait(queued) => {
            let response = json(&queued)?.with_status(queued.status);
            response.headers().set("retry-after", &queued.seconds().to_string())?;
            response
        }
        Outcome::Problem(problem) => {
            return Err(problem.readable_by(cors.as_deref().unwrap_or_default()).into());
        }
    };
    Ok(with_cors(response, cors.as_deref())?)
}

/// What a start asks for, in which language, and the order and the store that it names.
async fn asked(request: &mut Request, ctx: &Ctx) -> Handled<(Body, Locale, OrderId, Profile)> {
    let body = read_body(request).await?;
    let named = Locale::among(LANGUAGES, &body.locale);
    let locale = named.unwrap_or_default();
    if CartId::parse(&body.cart_id).is_err() {
        return Err(refused(&Refusal::WrongProof, locale).into());
    }
    let (order, profile) = find(&body.store, body.order_id, locale, ctx).await?;
    let locale = named.unwrap_or(profile.locale());
    Ok((body, locale, order, profile))
}

/// `GET /api/payments/{token}`: how a payment stands.
pub async fn status(request: Request, ctx: &Ctx, token: &str) -> Handled {
    let named = Locale::among(LANGUAGES, url::value(&query(&request), "locale").unwrap_or(""));
    let locale = named.unwrap_or_default();
    let origin = header(&request, "origin");
    let subject = open(&ctx.config, Purpose::Status, token, ctx.now_ms);
    let subject = subject.map_err(|_| bad_token(locale).readable_by(&origin))?;
    let profile = profiles::load(&ctx.env, &subject.store).await?;
    let profile = profile.map_err(|absent| spoken(absent.problem(), locale).readable_by(&origin))?;
    let locale = named.unwrap_or(profile.locale());
    let cors = allowed_origin(&request, &profile, ctx).await?;
    let snapshot = PaymentClient::of(&ctx.env, &profile, subject.order).status(locale).await?;
    let snapshot = snapshot.ok_or_else(|| {
        refused(&Refusal::OrderNotFound, locale).readable_by(cors.as_deref().unwrap_or_default())
    })?;
    let links = Links::renewed(&ctx.config, &subject);
    let draws = url::value(&query(&request), "card").is_some();
    let response = shown(&snapshot, false, draws, links, ctx.now_ms, locale)?;
    Ok(with_cors(response, cors.as_deref())?)
}

/// How the payment stands, as this script understands it. `draws`: it draws the card as it is told.
fn shown(
    snapshot: &Snapshot,
    redirect: bool,
    draws: bool,
    links: Links<'_>,
    now: Moment,
    locale: Locale,
) -> Handled {
    let told = view(snapshot, redirect, links, now, locale);
    if !draws {
        return json(&told);
    }
    let stay = told.redirect_url.is_some().then(|| view(snapshot, false, links, now, locale));
    json(&Drawn::of(told, stay.as_ref(), links.status(snapshot.attempt), locale))
}

/// `OPTIONS /api/…`: for callers that send JSON or headers of their own. It says nothing about any store; the answer
/// to the request itself decides which site may read it.
pub fn preflight(request: &Request) -> Handled {
    let response = no_content();
    let origin = header(request, "origin");
    let headers = response.headers();
    headers.set("access-control-allow-methods", "GET, POST, OPTIONS")?;
    headers.set("access-control-allow-headers", "content-type")?;
    headers.set("access-control-max-age", "86400")?;
    Ok(with_cors(response, Some(origin.as_str()).filter(|o| !o.is_empty()))?)
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

/// The order and the store that a request names. Nothing is looked up about the order. A problem says in this language
/// what it means.
pub async fn find(store: &str, order: u64, locale: Locale, ctx: &Ctx) -> Handled<(OrderId, Profile)> {
    let order = OrderId::new(order).map_err(|_| names_nothing(locale))?;
    Ok((order, find_store(store, locale, ctx).await?))
}

/// The store that a request names.
pub async fn find_store(store: &str, locale: Locale, ctx: &Ctx) -> Handled<Profile> {
    let store = StoreHash::parse(store).map_err(|_| names_nothing(locale))?;
    profiles::named(&ctx.env, &store).await?.map_err(|absent| {
        let problem = match absent {
            Absent::NeverInstalled => {
                let seconds = ctx.config.scaled_ms(HEARD_OF_MS) / 1_000;
                absent.problem().retry_after(u32::try_from(seconds).unwrap_or(0).max(1))
            }
            Absent::CannotTell => absent.problem(),
        };
        spoken(problem, locale).into()
    })
}

fn names_nothing(locale: Locale) -> Problem {
    let detail = "store or order_id is malformed";
    spoken(Problem::new(400, "malformed_body", "The body is not a start", detail), locale)
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
async fn allowed_origin(request: &Request, profile: &Profile, ctx: &Ctx) -> Handled<Option<String>> {
    let origin = header(request, "origin");
    if origin.is_empty() {
        return Ok(None);
    }
    if profile.owns_origin(&origin) {
        return Ok(Some(origin));
    }
    // Text that is not an origin, such as `null`, is nobody's site.
    if origin_of(&origin).as_deref() != Some(origin.as_str()) {
        return Err(foreign_origin().into());
    }
    let fresh = profiles::refresh(&ctx.env, &profile.store, Doubt::Origin).await??;
    match fresh.owns_origin(&origin) {
        true => Ok(Some(origin)),
        false => Err(foreign_origin().into()),
    }
}

fn foreign_origin() -> Problem {
    Problem::new(403, "foreign_origin", "Not from this site", "The page is on none of the store's sites.")
}

/// Lets this origin read the answer. None: no origin may.
fn with_cors(response: Response, origin: Option<&str>) -> Result<Response> {
    response.headers().set("vary", "origin")?;
    if let Some(origin) = origin {
        response.headers().set("access-control-allow-origin", origin)?;
    }
    Ok(response)
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
