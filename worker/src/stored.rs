//! What we ourselves wrote, read back: rows, and messages between objects.

use domain::json::{self, FromJson};

/// Errors: another version wrote it in a form that is not known here, or it was damaged.
pub fn read<T: FromJson>(text: &str) -> worker::Result<T> {
    json::read(text).map_err(|error| worker::Error::RustError(error.to_string()))
}
