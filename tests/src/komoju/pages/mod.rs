//! What `pay.localhost` serves: the hosted page where shoppers pay, the places they are sent to from there (3-D Secure,
//! a wallet's app, a konbini's instructions), and the merchant's dashboard.
//!
//! Everything is a plain form and works without a script. Elements that a person uses carry a stable `id`, repeated as
//! `data-test`.

mod answer;
mod checkout;
mod dashboard;
mod form;
mod hosted;
mod html;
mod outside;
mod texts;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};

use self::html::{refused, see};
use super::Komoju;
use super::error::ApiError;

pub fn router(komoju: &Komoju) -> Router {
    Router::new()
        .route("/", get(|| async { see("/dashboard") }))
        .route("/sessions/{id}", get(hosted::show))
        .route("/sessions/{id}/card", post(hosted::card))
        .route("/sessions/{id}/konbini", post(hosted::konbini))
        .route("/sessions/{id}/bank_transfer", post(hosted::bank_transfer))
        .route("/sessions/{id}/pay_easy", post(hosted::pay_easy))
        .route("/sessions/{id}/wallet/{slug}", post(hosted::wallet))
        .route("/3ds/{payment}", get(outside::challenge).post(outside::answer_challenge))
        .route("/wallet/{payment}", get(outside::wallet).post(outside::answer_wallet))
        .route("/{locale}/instructions/{payment}", get(outside::instructions))
        .route("/instructions/{payment}/till", post(outside::pay_at_till))
        .route("/instructions/{payment}/expire", post(outside::let_expire))
        .merge(dashboard::router())
        .route("/assets/komoju.css", get(|| async { asset("text/css", include_str!("assets/komoju.css")) }))
        .route(
            "/assets/komoju.js",
            get(|| async { asset("text/javascript", include_str!("assets/komoju.js")) }),
        )
        .fallback(|| async { refused(&ApiError::not_found()) })
        .with_state(komoju.clone())
}

fn asset(
    kind: &'static str,
    text: &'static str,
) -> (StatusCode, [(axum::http::HeaderName, String); 1], &'static str) {
    (StatusCode::OK, [(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text)
}
