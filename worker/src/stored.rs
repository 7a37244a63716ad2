//! Reads back what we wrote ourselves: rows, and messages between objects.

use domain::json;
use serde::de::DeserializeOwned;

/// Errors: another version wrote it in a form that this one does not know, or it was damaged.
pub fn read<T: DeserializeOwned>(text: &str) -> worker::Result<T> {
    json::read(text).map_err(|error| worker::Error::RustError(error.to_string()))
}
