//! The komoju-bigcommerce worker: entry points only. `routes` holds the URL space, `payment` the rules.

pub mod app;
pub mod bigcommerce;
pub mod bindings;
pub mod config;
pub mod context;
pub mod crypto;
pub mod html;
pub mod http;
pub mod json;
pub mod komoju;
pub mod log;
pub mod objects;
pub mod panel;
pub mod payment;
pub mod problem;
pub mod profile;
pub mod rounds;
pub mod routes;
pub mod shopper;
pub mod storefront;
pub mod time;
pub mod web;
pub mod webhooks;
pub mod wire;

use config::Config;
use context::Ctx;
use problem::Problem;
use worker::{Context, Env, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

/// Every request: nothing is served by a worker whose configuration is not whole.
#[event(fetch)]
async fn fetch(request: Request, env: Env, background: Context) -> Result<Response> {
    let config = match Config::from_env(&env) {
        Ok(config) => config,
        Err(error) => return Problem::from(error).response(),
    };
    let ctx = Ctx::new(env, config, background)?;
    // Only what kind of address it was: further segments may be tokens.
    let route = request.path().split('/').nth(1).unwrap_or_default().to_owned();
    match routes::route(request, &ctx).await {
        Ok(response) => Ok(response),
        Err(error) => {
            let error = error.to_string();
            log::error(&ctx.request_id, "request_failed", &[("route", &route), ("error", &error)]);
            Problem::internal(&ctx.request_id).response()
        }
    }
}

/// Once a day.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if let Err(error) = rounds::walk(&env).await {
        log::error("round", "round_failed", &[("error", &error.to_string())]);
    }
}
