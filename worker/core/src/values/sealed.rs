//! Secrets that pass through the core without being opened there.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Sealed text that only the caller around the core can open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blob(pub String);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blob(…)")
    }
}
