//! Secrets at rest: encrypted by the platform, and opaque to the core.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A sealed secret: `{key id}.{nonce}.{ciphertext}`, the latter two in URL-safe base64. The core never
/// holds the keys, so it can store and pass on a sealed secret, but not read it. Debug prints none of
/// it. Empty: it has been erased.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}
