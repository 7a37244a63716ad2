//! The komoju-bigcommerce worker. Only the entry points are here: `routes` holds all addresses, `objects` the state,
//! and the crate `domain` the rules.

pub mod app;
pub mod bindings;
pub mod config;
pub mod context;
pub mod crypto;
pub mod fetch;
pub mod links;
pub mod log;
pub mod objects;
pub mod panel;
pub mod problem;
pub mod profile;
pub mod request;
pub mod respond;
pub mod rounds;
pub mod routes;
pub mod shopper;
pub mod stop;
pub mod stored;
pub mod storefront;
mod texts;
pub mod webhooks;

use config::Config;
use context::Ctx;
use problem::Problem;
use routes::Reader;
use stop::Stop;
use worker::{Context, Env, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

/// Every request. Nothing is served while the configuration is not whole.
#[event(fetch)]
async fn fetch(request: Request, env: Env, background: Context) -> Result<Response> {
    let config = match Config::from_env(&env) {
        Ok(config) => config,
        Err(error) => return Reader::of(&request).told(&Problem::from(error), None).or_else(Stop::bare),
    };
    let ctx = Ctx::new(env, config, background)?;
    routes::answer(request, &ctx).await
}

/// Once a day, by the cron trigger.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if let Err(error) = rounds::walk(&env).await {
        log::error("round", "round_failed", &[("error", &error.to_string())]);
    }
}
