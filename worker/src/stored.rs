//! JSON of our own: rows, and messages between objects.

use domain::json;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::Response;

/// Errors: another version wrote it in a form that this one does not know, or it was damaged.
pub fn read<T: DeserializeOwned>(text: &str) -> worker::Result<T> {
    json::read(text).map_err(|error| worker::Error::RustError(error.to_string()))
}

/// What an object answers to another part of the worker.
pub fn answer(value: &impl Serialize) -> worker::Result<Response> {
    Response::ok(json::write(value))
}
