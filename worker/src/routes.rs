//! The whole URL space on one page.

use crate::context::Ctx;
use crate::problem::Problem;
use worker::{Method, Request, Response, Result};

/// Answers one request. Every address is matched here and nowhere else.
pub async fn route(request: Request, ctx: &Ctx) -> Result<Response> {
    let path = request.path();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (request.method(), segments.as_slice()) {
        (Method::Get, ["healthz"]) => healthz(ctx),
        _ => Problem::not_found().response(),
    }
}

/// Version and bindings, no secret. Answers at all only where the configuration is whole.
fn healthz(ctx: &Ctx) -> Result<Response> {
    let bound = |name: &str| worker::js_sys::Reflect::has(&ctx.env, &name.into()).unwrap_or(false);
    let bindings = ["STORES", "PAYMENTS", "STORE_KV", "PROFILE_REFRESH_LIMIT"];
    let bindings: serde_json::Map<_, _> =
        bindings.into_iter().map(|b| (b.to_owned(), bound(b).into())).collect();
    let body =
        serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "bindings": bindings });
    Ok(Response::builder()
        .with_header("content-type", "application/json")?
        .fixed(body.to_string().into_bytes()))
}
