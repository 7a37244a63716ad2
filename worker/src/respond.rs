//! The answers that many handlers give.

use crate::stop::Handled;
use domain::json::write;
use serde::Serialize;
use worker::{Response, ResponseBuilder};

/// JSON, which nobody may cache.
pub fn json(value: &impl Serialize) -> Handled {
    let response = ResponseBuilder::new()
        .with_header("content-type", "application/json")?
        .with_header("cache-control", "no-store")?;
    Ok(response.fixed(write(value).into_bytes()))
}

/// Goes to another address with GET. Ours carry tokens: nobody may cache them, and no other page may learn them as a
/// referrer.
pub fn see_other(location: &str) -> Handled {
    let response = ResponseBuilder::new()
        .with_status(303)
        .with_header("location", location)?
        .with_header("cache-control", "no-store")?
        .with_header("referrer-policy", "no-referrer")?;
    Ok(response.empty())
}

/// Done, and nothing to say.
pub fn no_content() -> Response {
    ResponseBuilder::new().with_status(204).empty()
}

/// A page with its content policy. Its address carries a token, and its content is private.
pub fn page(status: u16, policy: &str, html: String) -> Handled {
    let response = ResponseBuilder::new()
        .with_status(status)
        .with_header("content-type", "text/html; charset=utf-8")?
        .with_header("cache-control", "no-store")?
        .with_header("referrer-policy", "no-referrer")?
        .with_header("x-content-type-options", "nosniff")?
        .with_header("content-security-policy", policy)?;
    Ok(response.fixed(html.into_bytes()))
}
