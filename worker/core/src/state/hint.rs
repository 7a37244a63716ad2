//! Hints: reasons to look.
//!
//! A hint is stored by its id before its sender is answered, so it is never lost and a repeated one counts once.
//! Nothing in it is believed: no amount and no status. So it does not matter if hints come twice, late, in the wrong
//! order, or from somebody who made them up; all they can cause is a look. There is one exception, [`Moved`].

use crate::time::Moment;
use crate::values::ids::{HintId, PaymentId, SessionId};
use crate::values::order_status::OrderStatus;
use serde::{Deserialize, Serialize};

/// KOMOJU's event of a fraud mark. The payment itself does not show the mark, so we read the event at KOMOJU.
pub const FRAUD_MARKED: &str = "payment.marked.as.fraud";
/// BigCommerce's webhook scope of a refund in its books.
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
    /// A webhook of KOMOJU's about a payment, which may be in one of our sessions.
    Komoju { session: Option<SessionId>, payment: Option<PaymentId>, event: String },
    /// A webhook of BigCommerce's about the order.
    Order {
        scope: String,
        /// The change of status that the message tells of, if it does.
        moved: Option<Moved>,
    },
    /// The shopper came back from KOMOJU; the session is the one that the address names.
    Return { session: Option<SessionId> },
    /// The merchant asked for a look.
    Click,
}

/// A change of status, as a webhook of BigCommerce's tells it.
///
/// It is believed for one thing only: that a PUT of ours overwrote a status which the merchant had set a moment
/// before (a lost update). BigCommerce offers no compare-and-set, and only this message shows the status in between:
///
/// ```text
/// 10:00:00   we read the order: 7 Awaiting Payment
/// 10:00:01   the merchant sets 2 Shipped
/// 10:00:02   our PUT, decided over 7, sets 11
/// 10:00:03   webhook: from 2 to 11 at 10:00:02     our PUT replaced 2, not 7: we set 2 again, with a note
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub from: OrderStatus,
    pub to: OrderStatus,
    /// When, as the message says, in ms since the epoch; to the second.
    pub at: Moment,
}

/// A hint as we keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredHint {
    pub hint: Hint,
    /// Its place among readings and deeds: a reading with a smaller `seq` does not answer it.
    pub seq: u64,
    /// When it came, in ms since the epoch.
    pub at: Moment,
}
