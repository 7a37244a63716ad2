//! Authorization codes: each is given for one store and its scopes, and buys one token.

use std::collections::HashMap;

/// By the code itself.
pub(super) type Codes = HashMap<String, Code>;

#[derive(Clone, Debug)]
pub(super) struct Code {
    pub hash: String,
    pub scope: String,
    pub used: bool,
}
