//! All addresses on one page, and who reads the answer: a person who navigates gets every problem as a page in their
//! language, whatever failed; a program gets it as JSON.

use crate::app;
use crate::context::Ctx;
use crate::log;
use crate::objects::strays;
use crate::panel;
use crate::problem::Problem;
use crate::request::{language, query};
use crate::respond;
use crate::shopper::page::{self, Whose};
use crate::shopper::{api, journey, way_back, whose};
use crate::stop::{Handled, Stop};
use crate::storefront;
use crate::texts::panel::LANGUAGES;
use crate::webhooks;
use domain::texts::locale::Locale;
use domain::url::value;
use serde_json::json;
use std::collections::BTreeMap;
use worker::{Method, Request, Response, Result};

/// The first segments of addresses that shoppers open, and of those that merchants open. Everything below them is
/// theirs too.
const FOR_SHOPPERS: [&str; 4] = ["go", "return", "status", "pay"];
const FOR_MERCHANTS: [&str; 3] = ["auth", "load", "panel"];

/// Who reads an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A script, BigCommerce or KOMOJU: problems as JSON.
    Program,
    /// In the language that their address or browser asks for; None: neither is one of ours.
    Shopper(Option<Locale>),
    Merchant(Locale),
}

impl Reader {
    /// The reader of the answer to this request, by the first segment of its path.
    pub fn of(request: &Request) -> Self {
        let path = request.path();
        let first = path.split('/').nth(1).unwrap_or_default();
        match first {
            _ if FOR_SHOPPERS.contains(&first) => Self::Shopper(journey::named_locale(request)),
            _ if FOR_MERCHANTS.contains(&first) => {
                let named = query(request);
                let locale = language(request, value(&named, "lang"), LANGUAGES);
                Self::Merchant(locale.unwrap_or_default())
            }
            _ => Self::Program,
        }
    }

    /// A problem in a form for this reader. `framed_by`: one more page that may frame a merchant's page.
    pub fn told(self, problem: &Problem, framed_by: Option<&str>) -> Handled {
        match self {
            Self::Program => Ok(problem.response()?),
            Self::Shopper(locale) => page::problem(problem, &Whose::default(), locale.unwrap_or_default()),
            Self::Merchant(locale) => panel::problem(framed_by, locale, problem),
        }
    }
}

/// Answers one request. Never fails because of the request: whatever stopped its handler becomes an answer here.
pub async fn answer(request: Request, ctx: &Ctx) -> Result<Response> {
    let reader = Reader::of(&request);
    let url = request.inner().url();
    // For the log, only the first segment: the others may be tokens.
    let kind = request.path().split('/').nth(1).unwrap_or_default().to_owned();
    let problem = match route(request, ctx).await {
        Ok(answer) | Err(Stop::Answer(answer)) => return Ok(answer),
        Err(Stop::Problem(problem)) => problem,
        Err(Stop::Fault(error)) => {
            let problem = Problem::of(&error, &ctx.request_id);
            let error = error.to_string();
            log::error(&ctx.request_id, "request_failed", &[("route", &kind), ("error", &error)]);
            problem
        }
    };
    let told = match reader {
        Reader::Shopper(locale) => whose::explain(ctx, &url, &problem, locale).await,
        Reader::Program | Reader::Merchant(_) => {
            reader.told(&problem, ctx.config.bigcommerce_panel_url.as_deref())
        }
    };
    told.or_else(Stop::bare)
}

/// Every address is matched here and nowhere else.
async fn route(request: Request, ctx: &Ctx) -> Handled {
    let path = request.path();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (request.method(), segments.as_slice()) {
        (Method::Get | Method::Head, ["healthz"]) => healthz(ctx).await,
        // The shopper.
        (Method::Post, ["api", "payments"]) => api::start(request, ctx).await,
        (Method::Get, ["api", "payments", token]) => api::status(request, ctx, token).await,
        (Method::Options, ["api", "payments", ..]) => api::preflight(&request),
        (Method::Get | Method::Head, ["go", token]) => journey::go(&request, ctx, token),
        (Method::Get | Method::Head, ["return", token]) => journey::back(request, ctx, token).await,
        (Method::Get | Method::Head, ["status", token]) => journey::status(request, ctx, token).await,
        (Method::Get | Method::Head, ["pay"]) => way_back::pay(request, ctx).await,
        (Method::Post, ["pay"]) => way_back::open(request, ctx).await,
        (Method::Get | Method::Head, ["pay", token]) => journey::pay_link(request, ctx, token).await,
        (Method::Post, ["pay", token]) => journey::pay_again(request, ctx, token).await,
        (Method::Get | Method::Head, ["storefront", file]) => storefront::pinned(ctx, file).await,
        (Method::Get | Method::Head, ["storefront.js"]) => storefront::newest(ctx).await,
        // The merchant.
        (Method::Get, ["auth"]) => app::auth(request, ctx).await,
        (Method::Get, ["load"]) => app::load(request, ctx).await,
        (Method::Get, ["uninstall"]) => app::uninstall(request, ctx).await,
        (Method::Get, ["remove_user"]) => app::remove_user(request, ctx).await,
        (_, ["panel", page @ ..]) => panel::serve(request, ctx, page).await,
        // The two sides.
        (Method::Post, ["webhooks", "komoju", store]) => webhooks::komoju(request, ctx, store).await,
        (Method::Post, ["webhooks", "bigcommerce", store]) => {
            webhooks::bigcommerce(request, ctx, store).await
        }
        _ => Err(Problem::not_found().into()),
    }
}

/// Version, bindings, and how many objects hold rows without an identity. No secret. Answers only if the
/// configuration is whole, because nothing else does either.
async fn healthz(ctx: &Ctx) -> Handled {
    let bound = |name: &str| worker::js_sys::Reflect::has(&ctx.env, &name.into()).unwrap_or(false);
    let bindings = ["STORES", "PAYMENTS", "STORE_KV", "PROFILE_REFRESH_LIMIT"];
    let bindings: BTreeMap<_, _> = bindings.into_iter().map(|name| (name, bound(name))).collect();
    let body = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "bindings": bindings,
        "strays": strays::counted(&ctx.env).await,
    });
    respond::json(&body)
}
