//! The way back for a shopper who has lost theirs: the tab was closed, the link in the mail has expired, the wallet has
//! opened another browser. It is what a merchant can write into the instructions of an offline payment method, and so
//! what every order confirmation and every order mail can name:
//!
//! ```text
//! GET  /pay?store=q7w8e9&order_id=118    a form. It starts nothing, asks nobody, and tells nothing of the order
//! POST /pay?store=q7w8e9&locale=ja        e-mail address, and phone number or postal code
//!        right   see and pay: 303 to KOMOJU, or to /status with a cookie that lets this browser pay
//!        wrong   the form again, and the same for an order that is none, and for one that is paid another way
//! ```
//!
//! Whether an order exists is nobody else's business. So all of these are one text with one status, and one look at
//! BigCommerce, whatever we know of the number: the order is read here and not by its own object, which nothing that a
//! stranger sends then wakes, holds up, or leaves a database of. What differs cannot be helped: BigCommerce may take
//! longer to find an order than to miss one. Whoever has all details of an order that is paid another way learns by the
//! time of the answer that it is there, which they knew.
//!
//! How much may be guessed, `store/guesses.rs` says; fences before it keep a flood off the store's object. What was
//! entered is compared by digests (`domain::values::contact`) and is in no log, no object's rows, and no address.

use super::api::{FAILURE_LIMIT, Outcome, UNKNOWN_LIMIT, address, find_store, outcome};
use super::journey::{self, Cookie, go_on, named_locale, start_of};
use super::page::{foot, page};
use super::words;
use crate::bindings::allows;
use crate::context::Ctx;
use crate::links::Links;
use crate::log;
use crate::objects::messages::payment::Started;
use crate::objects::payment::remote::CallSurroundings;
use crate::objects::payment_client::PaymentClient;
use crate::objects::store_client::StoreClient;
use crate::profile::Profile;
use crate::request::{self, header, network_of, query};
use crate::stop::Handled;
use crate::texts::shopper::{self as say, way_back as texts};
use domain::hash::{hex, hmac_parts};
use domain::plan::start::{Intent, Proof, Refusal};
use domain::state::call::{Answer, Call};
use domain::state::failure::Failure;
use domain::texts::locale::Locale;
use domain::time::MINUTE_MS;
use domain::url;
use domain::values::contact::{self, Entered, Lacking};
use domain::values::ids::{OrderId, StoreHash};
use maud::{Markup, html};
use std::cell::Cell;
use worker::Request;

/// The longest form that is read, in bytes.
const LONGEST_FORM: usize = 16 * 1024;
/// A wait (ms) up to this is "in a moment"; of a longer one the shopper is told the end.
const MOMENT_MS: i64 = 10_000;
/// Bytes of the keyed hash that stands for a network.
const WHO_LENGTH: usize = 8;

/// What the form is about, and what stands in its fields.
struct Form<'a> {
    profile: &'a Profile,
    locale: Locale,
    /// None: the address named none, so the shopper enters it.
    order: Option<OrderId>,
    email: &'a str,
    second: &'a str,
    /// The fields that nothing can be compared with.
    lacking: Vec<Lacking>,
    /// What is said above the form once it was sent. Empty: what it is for.
    alert: String,
    status: u16,
}

/// A field with its label and hint.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a str,
    /// What a browser fills in, and the keyboard that a phone shows.
    fills: [&'a str; 2],
    hint: &'a str,
    fault: bool,
    focus: bool,
}

/// `GET /pay?store&order_id`: the form. With a `cart_id`, which is a proof, it is a start.
pub async fn pay(request: Request, ctx: &Ctx) -> Handled {
    let asked = query(&request);
    let get = |name: &str| url::value(&asked, name);
    if get("cart_id").is_some() {
        return journey::pay(request, ctx).await;
    }
    let named = named_locale(&request);
    let profile = find_store(get("store").unwrap_or_default(), named.unwrap_or_default(), ctx).await?;
    let order = get("order_id").and_then(|number| OrderId::parse(number).ok());
    Form::new(&profile, named, order).page()
}

/// `POST /pay?store&locale`: the form comes back.
pub async fn open(mut request: Request, ctx: &Ctx) -> Handled {
    let asked = query(&request);
    let named = named_locale(&request);
    let store = url::value(&asked, "store").unwrap_or_default();
    let profile = find_store(store, named.unwrap_or_default(), ctx).await?;
    let fields = url::pairs(&String::from_utf8_lossy(&request::body(&mut request, LONGEST_FORM).await?));
    let get = |name: &str| url::value(&fields, name).unwrap_or_default();
    let order = OrderId::parse(&contact::digits(get("order_id"))).ok();
    let mut form = Form::new(&profile, named, order);
    // A page of somebody else's that has its visitors' browsers guess gets the empty form.
    if matches!(header(&request, "sec-fetch-site").as_str(), "cross-site" | "same-site") {
        return form.page();
    }
    (form.email, form.second) = (get("email"), get("second"));
    match (order, Entered::read(form.email, form.second)) {
        (Some(order), Ok(entered)) => judge(&request, ctx, form, order, entered).await,
        (_, read) => {
            (form.lacking, form.status) = (read.err().unwrap_or_default(), 422);
            form.page()
        }
    }
}

/// Counts what was entered, has it judged, and takes the count back unless it was wrong.
async fn judge(request: &Request, ctx: &Ctx, form: Form<'_>, order: OrderId, entered: Entered) -> Handled {
    let (profile, locale) = (form.profile, form.locale);
    let network = network_of(&address(request));
    let all = [profile.store.as_str(), ":way-back"].concat();
    // The network's own fence comes first: one network alone must not use up the store's.
    for (limit, key) in [(FAILURE_LIMIT, &[&all, ":", &network].concat()), (UNKNOWN_LIMIT, &all)] {
        if !allows(&ctx.env, limit, key).await {
            return form.later(ctx, MOMENT_MS);
        }
    }
    let silent = |error: worker::Error| {
        log::warn(&ctx.request_id, "guesses_not_counted", &[("error", &error.to_string())]);
        Some(MOMENT_MS.unsigned_abs())
    };
    let store = StoreClient::new(&ctx.env, &profile.store)?;
    let who = who(ctx, &profile.store, form.email);
    if let Some(ms) = store.guess(order, &who, None).await.unwrap_or_else(silent) {
        return form.later(ctx, i64::try_from(ms).unwrap_or(MOMENT_MS));
    }
    let verdict = look(ctx, profile, order, &entered).await;
    if verdict == Verdict::Wrong {
        return form.wrong();
    }
    // Given back at once: whatever becomes of the start, a right answer is no wrong one. Were this lost, it would count as
    // one: no more than that.
    store.guess(order, &who, Some(verdict == Verdict::Right)).await.unwrap_or_else(silent);
    if verdict == Verdict::Nobody {
        return form.later(ctx, MOMENT_MS);
    }
    let start = start_of(request, Proof::Opened, Intent::Visit, None, locale);
    let started = PaymentClient::of(&ctx.env, profile, order).start(start).await?;
    if matches!(started, Started::Refused(Refusal::NotOurs)) {
        store.guess(order, &who, None).await.unwrap_or_else(silent);
        return form.wrong();
    }
    let links = Links::new(&ctx.config, &profile.store, order, ctx.now_ms);
    match outcome(started, request, ctx, &profile.store, locale).await {
        // Nothing was begun that could be gone on with, so the same is entered again.
        Outcome::Wait(queued) => form.later(ctx, queued.poll_ms),
        told => go_on(request, ctx, links, told, Cookie::Pay, locale),
    }
}

/// What a look has shown of what was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Right,
    /// It does not match, or there is no such order.
    Wrong,
    /// BigCommerce did not answer.
    Nobody,
}

/// Reads the order, and compares.
async fn look(ctx: &Ctx, profile: &Profile, order: OrderId, entered: &Entered) -> Verdict {
    let remote = CallSurroundings {
        env: &ctx.env,
        config: &ctx.config,
        profile,
        order,
        now_ms: ctx.now_ms,
        hurried: true,
        quota_is_free: &Cell::new(true),
    };
    match remote.call(&Call::ReadOrder).await {
        Answer::Order(seen) if seen.checkout.contacts.are(entered) => Verdict::Right,
        Answer::Order(_) | Answer::Failed(Failure::NotFound | Failure::Refused { .. }) => Verdict::Wrong,
        _ => Verdict::Nobody,
    }
}

/// Whose address is shown: a keyed hash, because it is kept for an hour.
fn who(ctx: &Ctx, store: &StoreHash, email: &str) -> String {
    let key = ctx.config.signing_keys.first().map_or(&[][..], |key| &key.bytes);
    let address = contact::address(email);
    let mac = hmac_parts(key, &[b"who guesses\0", store.as_str().as_bytes(), b"\0", address.as_bytes()]);
    hex(&mac[..WHO_LENGTH])
}

impl<'a> Form<'a> {
    fn new(profile: &'a Profile, named: Option<Locale>, order: Option<OrderId>) -> Self {
        let locale = named.unwrap_or(profile.locale());
        let lacking = Vec::new();
        Self { profile, locale, order, email: "", second: "", lacking, alert: String::new(), status: 200 }
    }

    fn wrong(mut self) -> Handled {
        (self.alert, self.status) = (texts::wrong(self.locale).to_owned(), 403);
        self.page()
    }

    /// Nothing is judged for so many ms: in a moment, or then, the same form may be sent again.
    fn later(mut self, ctx: &Ctx, ms: i64) -> Handled {
        let locale = self.locale;
        // To the next whole minute: nobody is told a time at which it is still too early.
        let minute = (ctx.now_ms + ms).div_euclid(MINUTE_MS) * MINUTE_MS + MINUTE_MS;
        self.alert = match ms > MOMENT_MS {
            true => texts::locked(locale, &words::japan_time(minute, locale)),
            false => say::refusal::busy(locale).to_owned(),
        };
        self.status = 429;
        let page = self.page()?;
        page.headers().set("retry-after", &(ms.div_euclid(1_000) + 1).to_string())?;
        Ok(page)
    }

    fn page(&self) -> Handled {
        let locale = self.locale;
        let title = texts::title(locale);
        let is_wrong = self.status == 403;
        let number = self.order.is_none() && self.status == 422;
        let [email, second] = [Lacking::Email, Lacking::PhoneOrPostalCode].map(|l| self.lacking.contains(&l));
        // A keypad has no letters, which the postal codes of some countries need.
        let keypad = if locale == Locale::En { "text" } else { "tel" };
        let action = ["/pay?store=", self.profile.store.as_str(), "&locale=", locale.code()].concat();
        let body = html! {
            h1 { (title) }
            @if self.alert.is_empty() { p { (texts::message(locale)) } }
            @else { p.alert #alert role="alert" { (self.alert) } }
            form.way method="post" action=(action) novalidate {
                @if let Some(order) = self.order {
                    input type="hidden" name="order_id" value=(order);
                    dl { div { dt { (say::order_number(locale)) } dd { (order) } } }
                } @else {
                    (self.field(Field {
                        name: "order_id",
                        label: say::order_number(locale),
                        value: "",
                        fills: ["off", "numeric"],
                        hint: texts::number_hint(locale),
                        fault: number,
                        focus: number,
                    }))
                }
                (self.field(Field {
                    name: "email",
                    label: texts::email(locale),
                    value: self.email,
                    fills: ["email", "email"],
                    hint: texts::email_hint(locale),
                    fault: email,
                    focus: (email || is_wrong) && !number,
                }))
                (self.field(Field {
                    name: "second",
                    label: texts::second(locale),
                    value: self.second,
                    fills: ["tel", keypad],
                    hint: texts::second_hint(locale),
                    fault: second,
                    focus: second && !email && !number,
                }))
                button.main { (texts::next(locale)) }
            }
            (foot(&self.profile.store_name, self.profile.home(), locale))
        };
        page(self.status, "asking", title, None, &body, locale)
    }

    /// What is said above the form stands for all of its fields.
    fn field(&self, field: Field<'_>) -> Markup {
        let Field { name, label, value, fills: [autocomplete, inputmode], hint, fault, focus } = field;
        let is_wrong = fault || (self.status == 403 && !value.is_empty());
        html! {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(value) autocomplete=(autocomplete) inputmode=(inputmode)
                autocapitalize="none" spellcheck="false" required autofocus[focus]
                aria-invalid=[is_wrong.then_some("true")]
                aria-describedby={ (name) "-hint" @if !self.alert.is_empty() { " alert" } };
            p.hint.fault[fault] id={ (name) "-hint" } { (hint) }
        }
    }
}
