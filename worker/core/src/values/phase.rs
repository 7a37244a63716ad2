//! How a payment stands, for the shopper: one word for the page, without the language.

use crate::json::names;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

names!(Phase, key {
    Unpaid = "unpaid",
    Confirming = "confirming",
    Waiting = "waiting",
    Paid = "paid",
    Review = "review",
    Closed = "closed",
});
