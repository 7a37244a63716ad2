//! How a payment stands, for the shopper: one word for the page, without the language.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    /// Not paid; may be paid now.
    Unpaid,
    /// The shopper did something; what came of it is not known yet.
    Confirming,
    /// A code was issued and waits for cash.
    Waiting,
    Paid,
    /// Money and order do not agree; the shop looks at it.
    Review,
    /// Nothing to pay any more: cancelled, refunded, or settled another way.
    Closed,
}

impl Phase {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
