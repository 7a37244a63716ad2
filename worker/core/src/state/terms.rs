//! What an attempt froze when it was made. Later changes of settings, keys or the order never change it.

use super::settings::{Capture, Mode};
use crate::values::ids::AccountId;
use crate::values::money::Money;
use serde::{Deserialize, Serialize};

/// The terms of one attempt. A capture is "as asked" if it equals these, whatever the order comes to today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The KOMOJU account that holds the session. Its key is kept until the attempt rests, even if the merchant
    /// enters another one.
    pub account: AccountId,
    /// Test money says so wherever it is shown, and moves no order unless the merchant allows it.
    pub mode: Mode,
    pub capture: Capture,
    /// The amount due when the attempt was made, in the currency that the order is charged in.
    pub amount: Money,
    /// Slugs of the KOMOJU payment types offered; empty means every active one of the account.
    #[serde(default)]
    pub types: Vec<String>,
    /// `{prefix}{order}-{attempt}`, such as `BC-118-2`: for people to read. We never take it apart, because the
    /// prefix may change and may hold anything.
    pub external_order_num: String,
    /// [`super::settings::Settings::version`] when the attempt was made.
    pub settings_version: u64,
}

impl Terms {
    /// Whether a session made under these terms still asks for what `other` would ask
    /// for, so that it may be used again.
    pub fn ask_the_same(&self, other: &Terms) -> bool {
        self.account == other.account
            && self.capture == other.capture
            && self.amount == other.amount
            && self.types == other.types
    }
}
