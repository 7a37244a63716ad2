//! Messages from BigCommerce and KOMOJU: authenticated, turned into hints, made durable, answered. Never believed.
//!
//! A 2xx says "kept, or not ours", a 4xx "you are not who you say you are", a 5xx "try again". Each is answered after
//! one durable write and without a call to either side.

use crate::bindings::allows;
use crate::context::Ctx;
use crate::log;
use crate::objects::messages::health::SignatureDoubt;
use crate::objects::messages::ledger::{Route, route};
use crate::objects::messages::store::Announced;
use crate::objects::payment_client::PaymentClient;
use crate::objects::profiles::{self, Absent, Doubt};
use crate::objects::store_client::StoreClient;
use crate::problem::Problem;
use crate::profile::{Profile, field};
use crate::request::{self, header};
use crate::stop::Handled;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::bigcommerce::hooks::{self, ORDER_CREATED, SECRET_HEADER};
use domain::hash::{is_mac, same};
use domain::json::text;
use domain::komoju::webhook::{self, Notice};
use domain::secret::Secret;
use domain::state::hint::About;
use domain::values::attention::Side;
use domain::values::ids::{OrderId, StoreHash};
use serde_json::Value;
use std::cell::RefCell;
use worker::{Request, Response, Result};

/// No message of either side is longer than a few kilobytes; longer bodies (in bytes) are refused.
const LONGEST_BODY: usize = 128 * 1024;
/// The rate limit on notes to the store's object: they are worth as little as other questions that anybody can cause.
const NOTE_LIMIT: &str = "PROFILE_REFRESH_LIMIT";
/// How far (in seconds) a Standard Webhooks timestamp may be off before the signature counts as old.
const TOLERANCE_S: i64 = 5 * 60;

/// `POST /webhooks/komoju/{store}`. The store in the path is the only store that the message can be about.
pub async fn komoju(mut request: Request, ctx: &Ctx, store: &str) -> Handled {
    let body = request::body(&mut request, LONGEST_BODY).await?;
    let profile = known_store(store, ctx).await?;
    let signature = header(&request, "x-komoju-signature");
    check_komoju(&profile, ctx, &body, &signature).await?;
    let notice = std::str::from_utf8(&body).ok().and_then(webhook::parse).ok_or_else(not_an_event)?;
    heard(Side::Komoju, &profile.store, ctx);
    log::info(&ctx.request_id, "komoju_webhook", &[("store", store), ("type", &notice.event)]);
    match order_of(&notice, &profile.store, ctx).await? {
        Some(order) => {
            PaymentClient::of(&ctx.env, &profile, order).hint(notice.hint()).await?;
            Ok(Response::ok("kept")?)
        }
        None => Ok(Response::ok("nothing of ours")?),
    }
}

/// Checks the signature with the secrets in KV's copy, and if none fits, once with the owner's, because the merchant
/// may have just made a new secret. A header that cannot be a signature is refused without asking.
async fn check_komoju(profile: &Profile, ctx: &Ctx, body: &[u8], signature: &str) -> Handled<()> {
    if !webhook::is_signature(signature) {
        return Err(bad_signature().into());
    }
    if webhook::is_signed(&webhook_secrets(profile, ctx).await?, body, signature) {
        return Ok(());
    }
    let fresh = profiles::refresh(&ctx.env, &profile.store, Doubt::Webhook).await??;
    let secrets = webhook_secrets(&fresh, ctx).await?;
    if secrets.is_empty() {
        let detail = "No webhook secret is set for this store yet.";
        return Err(Problem::new(503, "no_webhook_secret", "Not configured", detail).retry_after(300).into());
    }
    match webhook::is_signed(&secrets, body, signature) {
        true => Ok(()),
        false => Err(bad_signature().into()),
    }
}

/// The store's webhook secrets, opened.
async fn webhook_secrets(profile: &Profile, ctx: &Ctx) -> Result<Vec<Secret>> {
    let mut secrets = Vec::new();
    for sealed in &profile.webhook_secrets {
        secrets.push(ctx.vault().open_often(&profile.store, field::KOMOJU_WEBHOOK_SECRET, sealed).await?);
    }
    Ok(secrets)
}

/// The order that a notice is about. None: it belongs to another shop on the same KOMOJU account, or the ledger does
/// not know it.
async fn order_of(notice: &Notice, store: &StoreHash, ctx: &Ctx) -> Result<Option<OrderId>> {
    let keys = match route(notice, store) {
        Route::Order(order) => return Ok(Some(order)),
        Route::NotOurs => return Ok(None),
        Route::Look(keys) => keys,
    };
    let ledger = StoreClient::new(&ctx.env, store)?;
    for key in keys {
        if let Some(order) = ledger.find_order(key).await? {
            return Ok(Some(order));
        }
    }
    Ok(None)
}

/// `POST /webhooks/bigcommerce/{store}`.
pub async fn bigcommerce(mut request: Request, ctx: &Ctx, store: &str) -> Handled {
    let body = request::body(&mut request, LONGEST_BODY).await?;
    let profile = known_store(store, ctx).await?;
    check_hook(&request, &profile, ctx).await?;
    if let Some(doubt) = signature_doubt(&request, &body, ctx) {
        note_signature(doubt, &profile.store, ctx);
    }
    heard(Side::BigCommerce, &profile.store, ctx);
    let event: Value = domain::json::parse(&String::from_utf8_lossy(&body)).unwrap_or_default();
    let Some((order, hint)) = hooks::message(&event) else {
        return Ok(Response::ok("nothing of ours")?);
    };
    log::info(&ctx.request_id, "bigcommerce_hook", &[("store", store), ("scope", &text(&event, "scope"))]);
    match &hint.about {
        // An order that is new: no payment object knows it yet, so this goes to the store's object.
        About::Order { scope, .. } if scope == ORDER_CREATED => {
            let told = StoreClient::new(&ctx.env, &profile.store)?.new_order(order).await?;
            pass_on(told, profile, order, ctx);
        }
        _ => PaymentClient::of(&ctx.env, &profile, order).hint(hint).await?,
    }
    Ok(Response::ok("kept")?)
}

/// After the message was answered, tells the order's own object that it was announced, and whether to read it ahead.
fn pass_on(told: Announced, profile: Profile, order: OrderId, ctx: &Ctx) {
    let look = match told {
        Announced::Nothing => return,
        Announced::Read => true,
        Announced::Known => false,
    };
    let env = ctx.env.clone();
    ctx.background.wait_until(async move {
        if let Err(error) = PaymentClient::of(&env, &profile, order).announced(look).await {
            log::warn("hook", "not_read_ahead", &[("error", &error.to_string())]);
        }
    });
}

thread_local! {
    /// For which stores and sides this isolate has reported a message, and when (ms since the epoch).
    static TOLD: RefCell<Vec<(StoreHash, Side, i64)>> = const { RefCell::new(Vec::new()) };
}

/// How many of them are remembered; for one that was forgotten, the store hears once more.
const TOLD_OF: usize = 64;
/// A store hears at most this often (ms) from one isolate that messages come in.
const TELL_AFTER_MS: i64 = 60_000;

/// After the message was answered, tells the store that a proved message of this side came in. The panel shows the
/// merchant if one side stays silent for a day. An isolate reports once a minute, so a busy store pays next to
/// nothing for it.
fn heard(side: Side, store: &StoreHash, ctx: &Ctx) {
    let since = ctx.now_ms - ctx.config.scaled_ms(TELL_AFTER_MS);
    let is_news = TOLD.with_borrow_mut(|told| {
        if told.iter().any(|(known, of, at)| known == store && *of == side && *at > since) {
            return false;
        }
        told.retain(|(known, of, at)| *at > since && (known != store || *of != side));
        told.truncate(TOLD_OF - 1);
        told.push((store.clone(), side, ctx.now_ms));
        true
    });
    if !is_news {
        return;
    }
    let (env, store) = (ctx.env.clone(), store.clone());
    ctx.background.wait_until(async move {
        let told = async { StoreClient::new(&env, &store)?.heard(side).await };
        if let Err(error) = told.await {
            log::warn("webhook", "not_told_of", &[("error", &error.to_string())]);
        }
    });
}

/// Checks our own secret header, as with KOMOJU: with the copy in KV first, then once with the owner's.
async fn check_hook(request: &Request, profile: &Profile, ctx: &Ctx) -> Handled<()> {
    let shown = header(request, SECRET_HEADER);
    if shown.is_empty() {
        return Err(bad_signature().into());
    }
    if is_hook_secret(profile, ctx, &shown).await? {
        return Ok(());
    }
    let fresh = profiles::refresh(&ctx.env, &profile.store, Doubt::Hook).await??;
    match is_hook_secret(&fresh, ctx, &shown).await? {
        true => Ok(()),
        false => Err(bad_signature().into()),
    }
}

/// True if the header shows our hook secret. Compares in constant time; an empty secret matches nothing.
async fn is_hook_secret(profile: &Profile, ctx: &Ctx, shown: &str) -> Result<bool> {
    let own = ctx.vault().open_often(&profile.store, field::HOOK_SECRET, &profile.hook_secret).await?;
    Ok(!own.expose().is_empty() && same(own.expose().as_bytes(), shown.as_bytes()))
}

/// What is odd about the Standard Webhooks signature (`v1,{base64}` over `{id}.{timestamp}.{body}`, with the app's
/// client secret as key). None: it is fine, or there is none. Our own header has proved the sender already, so an odd
/// signature turns nothing away: BigCommerce does not publish how the keys of draft apps are derived, and a repeated
/// message may carry its first signature.
fn signature_doubt(request: &Request, body: &[u8], ctx: &Ctx) -> Option<SignatureDoubt> {
    let signatures = header(request, "webhook-signature");
    if signatures.is_empty() {
        return None;
    }
    let (id, timestamp) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
    let in_time = timestamp.parse::<i64>().is_ok_and(|at| (at - ctx.now_s()).abs() <= TOLERANCE_S);
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let secret = ctx.config.client_secret.expose().as_bytes();
    let made = |one: &str| {
        let mac = one.strip_prefix("v1,").and_then(|b64| STANDARD.decode(b64).ok());
        mac.is_some_and(|mac| is_mac(secret, &signed, &mac))
    };
    match signatures.split(' ').any(made) {
        false => Some(SignatureDoubt::Mismatch),
        true if !in_time => Some(SignatureDoubt::Old),
        true => None,
    }
}

/// Tells the store's object about it, after the answer, and only once in a while.
fn note_signature(doubt: SignatureDoubt, store: &StoreHash, ctx: &Ctx) {
    let (env, store, request_id) = (ctx.env.clone(), store.clone(), ctx.request_id.clone());
    log::info(&request_id, "hook_signature", &[("store", store.as_str()), ("doubt", doubt.key())]);
    ctx.background.wait_until(async move {
        let noted = async {
            let key = [store.as_str(), ":signature"].concat();
            if allows(&env, NOTE_LIMIT, &key).await {
                StoreClient::new(&env, &store)?.hook_signature(doubt).await?;
            }
            Ok::<(), worker::Error>(())
        };
        if let Err(error) = noted.await {
            log::warn(&request_id, "hook_signature_not_noted", &[("error", &error.to_string())]);
        }
    });
}

/// The store named in the path.
async fn known_store(store: &str, ctx: &Ctx) -> Handled<Profile> {
    let store = StoreHash::parse(store).map_err(|_| Absent::NeverInstalled)?;
    Ok(profiles::named(&ctx.env, &store).await??)
}

fn not_an_event() -> Problem {
    Problem::new(400, "malformed_body", "Not an event", "The body is not a KOMOJU event.")
}

fn bad_signature() -> Problem {
    Problem::new(
        401,
        "bad_signature",
        "Not signed",
        "The signature is missing or was not made with our secret.",
    )
}
