//! How a payment stands, for the shopper's page: one word, without a language.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// How a payment stands, for the shopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    /// Not paid, and can be paid now: the page shows the Pay button.
    Unpaid,
    /// The shopper has done something at KOMOJU, and we do not know yet what came of it.
    Confirming,
    /// A code was issued and waits for cash: the page shows it.
    Waiting,
    /// Paid, or (two-step) reserved.
    Paid,
    /// Money and order do not agree; the merchant looks at it.
    Review,
    /// There is nothing to pay any more: cancelled, refunded, or settled another way.
    Closed,
}

impl Phase {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
