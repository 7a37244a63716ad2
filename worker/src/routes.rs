//! The whole URL space on one page.

use crate::app;
use crate::context::Ctx;
use crate::json::{ToJson, object};
use crate::panel;
use crate::problem::Problem;
use crate::shopper::{api, journey};
use crate::storefront;
use crate::webhooks;
use worker::{Method, Request, Response, Result};

/// Answers one request. Every address is matched here and nowhere else.
pub async fn route(request: Request, ctx: &Ctx) -> Result<Response> {
    let path = request.path();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (request.method(), segments.as_slice()) {
        (Method::Get | Method::Head, ["healthz"]) => healthz(ctx),
        // The shopper.
        (Method::Post, ["api", "payments"]) => api::start(request, ctx).await,
        (Method::Get, ["api", "payments", token]) => api::status(request, ctx, token).await,
        (Method::Options, ["api", "payments", ..]) => api::preflight(&request),
        (Method::Get, ["go", token]) => journey::go(&request, ctx, token),
        (Method::Get, ["return", token]) => journey::back(request, ctx, token).await,
        (Method::Get, ["status", token]) => journey::status(request, ctx, token).await,
        (Method::Get, ["pay"]) => journey::pay(request, ctx).await,
        (Method::Get, ["pay", token]) => journey::pay_link(request, ctx, token).await,
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
        _ => Problem::not_found().response(),
    }
}

/// Version and bindings, no secret. Answers at all only where the configuration is whole.
fn healthz(ctx: &Ctx) -> Result<Response> {
    let bound = |name: &str| worker::js_sys::Reflect::has(&ctx.env, &name.into()).unwrap_or(false);
    let bindings = ["STORES", "PAYMENTS", "STORE_KV", "PROFILE_REFRESH_LIMIT"];
    let bindings = bindings.map(|name| (name, bound(name)));
    let bindings = object(&bindings.each_ref().map(|(name, bound)| (*name, bound as &dyn ToJson)));
    let body = object(&[("status", &"ok"), ("version", &env!("CARGO_PKG_VERSION")), ("bindings", &bindings)]);
    Ok(Response::builder()
        .with_header("content-type", "application/json")?
        .fixed(body.to_string().into_bytes()))
}
