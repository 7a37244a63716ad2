//! What happened to a payment, as webhooks tell it and the API lists it.

use serde_json::Value;
use time::OffsetDateTime;

use super::livemode::Livemode;

#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    pub merchant: String,
    pub livemode: Livemode,
    /// `payment.captured` and so on.
    pub kind: String,
    /// The payment as it was at that moment.
    pub data: Value,
    pub reason: Option<String>,
    pub created_at: OffsetDateTime,
}
