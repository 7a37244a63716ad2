//! The app callbacks that BigCommerce calls: install, open, uninstall, remove a user.
//! <https://developer.bigcommerce.com/docs/integrations/apps/guide/callbacks>
//!
//! The first two are pages in the control panel's iframe; the other two are calls from BigCommerce's servers, without
//! cookies. A signed payload is valid for a day, and it stands in the address. So it is exchanged for a panel token
//! at once, and nothing here logs a query.

use crate::bindings::allows;
use crate::context::Ctx;
use crate::log;
use crate::objects::messages::store::{Installed, Opened, Visit};
use crate::objects::store_client::StoreClient;
use crate::panel;
use crate::panel::session::Visitor;
use crate::problem::Problem;
use crate::request::{header, language, network_of, query};
use crate::respond::{no_content, see_other};
use crate::stop::Handled;
use crate::texts::panel::{LANGUAGES, app as say};
use domain::bigcommerce::oauth::{Grant, GrantError};
use domain::bigcommerce::signed_payload::{self, SignedPayload};
use domain::hash::sha256_hex;
use domain::texts::locale::Locale;
use domain::url::{Pair, value};
use std::net::IpAddr;
use worker::Request;

/// Rate limit per location on exchanging OAuth codes (wrangler.toml).
const AUTH_LIMIT: &str = "AUTH_LIMIT_ADDRESS";

/// `GET /auth`: exchanges the OAuth code, registers script and hooks, and goes on to the panel. BigCommerce calls it
/// again, with a new code, whenever the merchant has to consent again because the scopes have changed.
pub async fn auth(request: Request, ctx: &Ctx) -> Handled {
    let (query, locale) = (query(&request), browser_locale(&request));
    let external = value(&query, "external_install").is_some_and(|v| !v.is_empty());
    let grant = match Grant::parse(&query) {
        Ok(grant) => grant,
        Err(error) => return not_installed(ctx, locale, external, 400, &grant_words(locale, &error)),
    };
    if !may_exchange(&request, ctx).await {
        return not_installed(ctx, locale, external, 429, say::too_often(locale));
    }
    let store = grant.store.clone();
    let country = header(&request, "cf-ipcountry");
    let installed = StoreClient::near(&ctx.env, &store, &country).install(grant).await?;
    match installed {
        Installed::Yes { .. } if external => see_other(&install_page(ctx, "succeeded")),
        Installed::Yes { generation, user } => {
            see_other(&Visitor::new(store, user, generation, locale).link(ctx, "", &[]))
        }
        Installed::AlreadyDone => {
            panel::message(ctx, locale, 200, "KOMOJU payments", say::already_installed(locale))
        }
        Installed::Refused { why } => {
            log::warn(&ctx.request_id, "install_refused", &[("store", store.as_str()), ("why", &why)]);
            not_installed(ctx, locale, external, 400, say::refused(locale))
        }
        Installed::TryAgain { why } => {
            log::warn(&ctx.request_id, "install_unanswered", &[("store", store.as_str()), ("why", &why)]);
            not_installed(ctx, locale, external, 502, say::refused(locale))
        }
    }
}

/// Each code costs a call to BigCommerce before anybody knows whether it is one, so each network may send only so
/// many a minute. Requests from the developer's own machine are not counted; Cloudflare never shows us such an
/// address.
async fn may_exchange(request: &Request, ctx: &Ctx) -> bool {
    let address = header(request, "cf-connecting-ip");
    let here = address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    here || address.is_empty() || allows(&ctx.env, AUTH_LIMIT, &network_of(&address)).await
}

/// `GET /load`: opens the panel for a member of the staff of a store that has the app.
pub async fn load(request: Request, ctx: &Ctx) -> Handled {
    let (query, locale) = (query(&request), browser_locale(&request));
    let payload = match verified(ctx, &query, "load") {
        Ok(payload) => payload,
        Err(_) => return panel::message(ctx, locale, 401, "KOMOJU payments", say::not_opened(locale)),
    };
    let locale = Locale::among(LANGUAGES, &payload.user_locale).unwrap_or(locale);
    let visit = Visit {
        user: payload.user_id,
        email: payload.user_email,
        issued_at_s: payload.issued_at_s,
        payload: sha256_hex(value(&query, "signed_payload_jwt").unwrap_or("").as_bytes()),
        agent: sha256_hex(header(&request, "user-agent").as_bytes()),
        owner: Some(payload.owner_id).filter(|id| *id > 0),
    };
    match StoreClient::new(&ctx.env, &payload.store)?.open(visit).await? {
        Opened::Yes { generation } => {
            see_other(&Visitor::new(payload.store, payload.user_id, generation, locale).link(ctx, "", &[]))
        }
        Opened::NotInstalled => panel::message(ctx, locale, 404, "KOMOJU payments", say::not_there(locale)),
        Opened::BeforeInstallation => {
            panel::message(ctx, locale, 403, "KOMOJU payments", say::not_opened(locale))
        }
        Opened::Used { panel_url } => panel::open_again(ctx, locale, &panel_url),
    }
}

/// `GET /uninstall`: only a hint, however well it is signed. Whether BigCommerce still accepts the store's token
/// decides.
pub async fn uninstall(request: Request, ctx: &Ctx) -> Handled {
    let payload = verified(ctx, &query(&request), "uninstall")?;
    StoreClient::new(&ctx.env, &payload.store)?.uninstall_hint(payload.issued_at_s).await?;
    Ok(no_content())
}

/// `GET /remove_user`: that user may no longer open the panel. Nothing else is kept of them.
pub async fn remove_user(request: Request, ctx: &Ctx) -> Handled {
    let payload = verified(ctx, &query(&request), "remove_user")?;
    StoreClient::new(&ctx.env, &payload.store)?.remove_user(payload.issued_at_s, payload.user_id).await?;
    Ok(no_content())
}

/// The payload of a callback, if BigCommerce signed it for this app and it has not expired.
fn verified(ctx: &Ctx, query: &[Pair], callback: &str) -> std::result::Result<SignedPayload, Problem> {
    let jwt = value(query, "signed_payload_jwt").unwrap_or("");
    let config = &ctx.config;
    signed_payload::verify(jwt, &config.client_id, &config.client_secret, ctx.now_s()).map_err(|error| {
        log::warn(&ctx.request_id, "payload_refused", &[("callback", callback), ("why", error.reason())]);
        let detail = ["The signed payload was refused: ", error.reason(), "."].concat();
        Problem::new(401, "invalid_signed_payload", "Not signed by BigCommerce", detail)
    })
}

/// The page that says why the app was not installed; `external`: the installation began outside the control panel.
fn not_installed(ctx: &Ctx, locale: Locale, external: bool, status: u16, words: &str) -> Handled {
    match external {
        true => see_other(&install_page(ctx, "failed")),
        false => panel::message(ctx, locale, status, "KOMOJU payments", words),
    }
}

/// Where an installation that began outside the control panel has to end, at BigCommerce.
fn install_page(ctx: &Ctx, outcome: &str) -> String {
    [&ctx.config.bigcommerce_login_url, "/app/", &ctx.config.client_id, "/install/", outcome].concat()
}

/// The language that the browser prefers.
fn browser_locale(request: &Request) -> Locale {
    language(request, None, LANGUAGES).unwrap_or_default()
}

fn grant_words(locale: Locale, error: &GrantError) -> String {
    match error {
        GrantError::Parameter(name) => say::parameter_missing(locale, name),
        GrantError::Scopes(missing) => say::scopes_missing(locale, &missing.join(", ")),
    }
}
