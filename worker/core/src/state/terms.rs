//! What an attempt froze when it was made. Later changes of settings, keys or order never reach back into it.

use super::settings::{Capture, Mode};

use crate::values::ids::AccountId;
use crate::values::money::Money;
use serde::{Deserialize, Serialize};

/// The terms of one attempt. A capture counts as "as asked" only against these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The KOMOJU account (fingerprint of its key) that holds the session.
    pub account: AccountId,
    pub mode: Mode,
    pub capture: Capture,
    /// The amount due when the attempt was made, in the order's transactional currency.
    pub amount: Money,
    /// KOMOJU payment types offered; empty means all active ones.
    #[serde(default)]
    pub types: Vec<String>,
    /// `{prefix}{order}-{attempt}`: for people to read. Never taken apart by us.
    pub external_order_num: String,
    pub settings_version: u64,
}

impl Terms {
    /// Whether a session made under these terms still asks for what `other` would ask for.
    pub fn ask_the_same(&self, other: &Terms) -> bool {
        self.account == other.account
            && self.capture == other.capture
            && self.amount == other.amount
            && self.types == other.types
    }
}
