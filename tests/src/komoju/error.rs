//! KOMOJU's error body, and the refusals that carry it.

use std::fmt;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a request was refused: status and `{"error":{"code","message","param","details"}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: String,
    pub message: String,
    pub param: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), param: None }
    }

    fn about(mut self, param: &str) -> Self {
        self.param = Some(param.into());
        self
    }

    pub fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unable to authenticate with the given key.")
    }

    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "You are not allowed to perform this action.")
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "The requested resource could not be found.")
    }

    /// A retry that came before the first request with this idempotency key was answered.
    pub fn in_flight() -> Self {
        let message = "A request with the same idempotency key is still being processed.";
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable_entity", message)
    }

    pub fn missing(param: &str) -> Self {
        let message = format!("A required parameter ({param}) is missing");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "missing_parameter", message).about(param)
    }

    pub fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_parameter", message).about(param)
    }

    pub fn invalid_currency(code: &str) -> Self {
        let message = format!("{code} is not a supported currency.");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_currency", message).about("currency")
    }

    pub fn invalid_payment_type(slug: &str) -> Self {
        let message = format!("{slug} is not a valid payment type.");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_payment_type", message).about("payment_types")
    }

    /// A token of a card that is none, or that was used.
    pub fn invalid_token() -> Self {
        let message = "The payment token is invalid.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_token", message).about("payment_details")
    }

    /// `not_refundable`, `not_capturable`, `not_cancellable`, `not_chargebackable`.
    pub fn not_able(code: &str) -> Self {
        let able = code.trim_start_matches("not_");
        let message = format!("The payment you requested is not {able}.");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// The card network refused. The status looks like an outage, but the code is final.
    pub fn refused(code: &str) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, code, refusal_message(code))
    }

    /// The body of a status that has no more to say: outages, maintenance, rate limits.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status.as_u16() {
            429 => ("too_many_requests", "Too many requests. Please try again later."),
            502 => ("bad_gateway", "We were unable to process the request. Please try again later."),
            503 => ("service_unavailable", "KOMOJU is under maintenance."),
            504 => ("gateway_timeout", "The request timed out. You were not charged. Please try again."),
            _ => ("internal_server_error", "Something went wrong on our side."),
        };
        Self::new(status, code, message)
    }
}

fn refusal_message(code: &str) -> &'static str {
    match code {
        "card_declined" => "The card was declined.",
        "card_expired" => "The card has expired.",
        "insufficient_funds" => "The card has insufficient funds.",
        "exceeds_limit" => "The amount exceeds the limit of this card.",
        "bad_verification_value" => "The security code is wrong.",
        "invalid_number" => "The card number is not valid.",
        "restricted_account" => "This card cannot be used.",
        "fraudulent" => "The payment could not be completed.",
        _ => "The payment was refused.",
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

impl ApiError {
    /// The object under `error`.
    pub fn body(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "details": {},
        })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.body() }))).into_response()
    }
}
