//! Hints: reasons to look. Stored by id before they are answered; nothing in one is believed.

use crate::time::Moment;
use crate::values::ids::{HintId, PaymentId, SessionId};
use crate::values::order_status::OrderStatus;
use serde::{Deserialize, Serialize};

/// KOMOJU's event of a fraud mark, the only one whose name says what no look at the payment shows.
pub const FRAUD_MARKED: &str = "payment.marked.as.fraud";
/// BigCommerce's scope of a refund in its books.
pub const REFUND_CREATED: &str = "store/order/refund/created";

/// Something that may have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The message's own id, so that a repeated message is one hint.
    pub id: HintId,
    pub about: About,
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// KOMOJU says something of a payment, perhaps of one of our sessions.
    Komoju { session: Option<SessionId>, payment: Option<PaymentId>, event: String },
    /// BigCommerce says something of the order.
    Order {
        scope: String,
        /// The status that was replaced, and the one that replaced it, where the message says so.
        moved: Option<Moved>,
    },
    /// The shopper came back from KOMOJU.
    Return { session: Option<SessionId> },
    /// The merchant asked for a look.
    Click,
}

/// A change of status as a message tells it. Believed for one thing only: that our own PUT replaced what the merchant
/// had set a moment before, of which BigCommerce keeps no other trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub from: OrderStatus,
    pub to: OrderStatus,
    /// When, as the message says; to the second.
    pub at: Moment,
}

/// A hint as it is kept: `seq` orders it against the readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredHint {
    pub hint: Hint,
    pub seq: u64,
    pub at: Moment,
}
