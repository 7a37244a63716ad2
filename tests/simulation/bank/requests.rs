//! Requests that KOMOJU remembers: by their idempotency key, or because they still run.

use std::collections::BTreeMap;

use serde_json::Value;

pub type Reply = (u16, Value);

/// What a key was used for, and what came of it; nothing yet while it runs.
#[derive(Debug, Clone)]
pub struct Stored {
    pub request: String,
    pub reply: Option<Reply>,
    pub at: i64,
}

/// A request whose caller has given up on it.
#[derive(Debug, Clone)]
pub struct Running {
    pub ends: i64,
    pub path: String,
    pub body: String,
    pub key: Option<String>,
    /// What the app knew each payment to have left when it sent this.
    pub left: BTreeMap<String, i64>,
}
