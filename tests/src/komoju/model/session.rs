//! A session: what one order may be paid with, until when, and what came of it.
//!
//! Its `status` only knows pending, completed and cancelled; that it has expired is told by the clock. `completed` is
//! not paid: only a captured payment is.

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::livemode::Livemode;
use super::locale::Locale;
use crate::komoju::error::ApiError;
use crate::komoju::method::Method;
use crate::komoju::money::{Currency, Rate};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    Pending,
    Completed,
    Cancelled,
}

impl SessionStatus {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// When an approved payment is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    Auto,
    /// Two steps: approved payments wait, authorized, for the merchant.
    Manual,
}

impl Capture {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
        }
    }
}

/// One row of a session's `payment_methods`.
#[derive(Clone, Debug)]
pub struct Offer {
    pub method: &'static Method,
    pub amount: i64,
    pub currency: Currency,
    pub exchange_rate: Rate,
    pub customer_fee: i64,
}

#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub merchant: String,
    pub livemode: Livemode,
    pub amount: i64,
    pub currency: Currency,
    pub return_url: Option<String>,
    pub default_locale: Locale,
    pub offers: Vec<Offer>,
    pub created_at: OffsetDateTime,
    pub cancelled_at: Option<OffsetDateTime>,
    pub completed_at: Option<OffsetDateTime>,
    pub expires_at: OffsetDateTime,
    pub status: SessionStatus,
    pub metadata: Map<String, Value>,
    pub capture: Capture,
    pub external_order_num: Option<String>,
    pub name: Option<String>,
    pub name_kana: Option<String>,
    pub email: Option<String>,
    pub line_items: Option<Value>,
    /// From the `Komoju-Scenario` header: every payment of this session is refused with this code.
    pub scenario: Option<&'static str>,
    /// Every payment begun in this session, oldest first.
    pub payments: Vec<String>,
    /// The payment that completed it.
    pub completed_by: Option<String>,
    /// The request body that made it, for assertions.
    pub request: Value,
}

impl Session {
    /// Told by the clock alone; says nothing about what has been paid.
    #[must_use]
    pub fn expired(&self, now: OffsetDateTime) -> bool {
        now >= self.expires_at
    }

    /// Whether another payment may begin.
    pub(in crate::komoju) fn payable(&self, now: OffsetDateTime) -> Result<(), ApiError> {
        match self.status {
            SessionStatus::Pending if self.expired(now) => {
                Err(ApiError::unprocessable("This session has expired."))
            }
            SessionStatus::Pending => Ok(()),
            SessionStatus::Completed => Err(ApiError::unprocessable("This session is already completed.")),
            SessionStatus::Cancelled => Err(ApiError::unprocessable("This session is cancelled.")),
        }
    }

    /// Where the shopper goes back to: `return_url` with `session_id` appended.
    #[must_use]
    pub fn back(&self) -> Option<String> {
        let url = self.return_url.as_ref()?;
        let (rest, fragment) = url.split_once('#').map_or((url.as_str(), ""), |(rest, hash)| (rest, hash));
        let join = if rest.contains('?') { '&' } else { '?' };
        let hash = if fragment.is_empty() { "" } else { "#" };
        Some(format!("{rest}{join}session_id={}{hash}{fragment}", self.id))
    }
}

#[cfg(test)]
mod tests {
    use crate::komoju::tests::session;

    #[test]
    fn session_id_joins_the_query_of_the_return_url_before_its_fragment() {
        let back = |url: &str| {
            let mut session = session();
            session.return_url = Some(url.into());
            session.id = "s1".into();
            session.back().expect("it has a return_url")
        };
        assert_eq!(back("https://shop.example/a"), "https://shop.example/a?session_id=s1");
        assert_eq!(back("https://shop.example/a?b=c"), "https://shop.example/a?b=c&session_id=s1");
        assert_eq!(back("https://shop.example/a#f"), "https://shop.example/a?session_id=s1#f");
    }
}
