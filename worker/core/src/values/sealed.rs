//! Secrets at rest.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A sealed secret: `{key id}.{nonce}.{ciphertext}`, the latter two in URL-safe base64. Only whoever holds the keys opens
/// it, and that is never the core.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}
