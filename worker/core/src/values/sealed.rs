//! Secrets that pass through the core without being opened there.

use crate::json::{FromJson, Json, ToJson};
use serde_json::Value;
use std::fmt;

/// Sealed text that only the caller around the core can open.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob(pub String);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blob(…)")
    }
}

impl ToJson for Blob {
    fn to_json(&self) -> Value {
        self.0.to_json()
    }
}

impl FromJson for Blob {
    fn from_json(json: Json<'_>) -> Option<Self> {
        String::from_json(json).map(Self)
    }
}
