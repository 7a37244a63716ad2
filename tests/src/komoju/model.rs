//! What KOMOJU holds: merchants, sessions, payments, refunds, events.
//!
//! Live and test data of one merchant are strangers to each other, as the keys are. A session's `status` only knows
//! pending, completed and cancelled; that it has expired is told by the clock. `completed` is not paid: only a captured
//! payment is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::error::ApiError;
use super::method::{Kind, Method};
use super::money::{Currency, Rate};
use super::refund_request::{RefundRequest, Transfers};

/// Which of a merchant's two worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Livemode {
    Test,
    Live,
}

impl Livemode {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    Ja,
    En,
    Ko,
}

impl Locale {
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            "ko" => Some(Self::Ko),
            _ => None,
        }
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
            Self::Ko => "ko",
        }
    }

    /// The pages speak Japanese and English; Korean shoppers get English.
    #[must_use]
    pub fn say<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En | Self::Ko => en,
        }
    }
}

/// A KOMOJU account.
#[derive(Clone, Debug)]
pub struct Merchant {
    pub id: String,
    pub name: String,
    pub secret_key_test: String,
    pub secret_key_live: String,
    pub publishable_key_test: String,
    pub publishable_key_live: String,
    /// Active methods, in the order in which they are offered.
    pub methods: Vec<&'static Method>,
    /// Yen that the customer pays on top for konbini and Pay-easy.
    pub fee: i64,
    /// The same for single methods, by slug; these go before [`Merchant::fee`].
    pub fees: BTreeMap<&'static str, i64>,
    /// Charges every session in this currency instead of its own, with an exchange rate.
    pub charge_in: Option<Currency>,
    /// Refunds above this many minor units (of the payment's currency) are refused.
    pub unsettled_balance: Option<i64>,
    /// How long a POST is processed before it is answered; a retry meanwhile meets 409.
    pub processing: Duration,
    /// How long sessions live from now on, whatever was asked for.
    pub session_life: Option<Duration>,
    /// The next capture or refund is refused by the network with this code.
    pub refuse_next: Option<&'static str>,
    /// How the API fares for it.
    pub mood: Mood,
    /// The `type` that its payments show from now on.
    pub shows_type: ShownType,
    /// Whether a payment refused by the network answers `POST /sessions/{id}/pay` with the error's own status (502)
    /// instead of 200 and `"status":"error"`. Both have been met.
    pub refusals_have_a_status: bool,
    /// Parameters of lists that KOMOJU ignores: `start_time`, `page`, …
    pub ignored_parameters: Vec<&'static str>,
    /// How it pays customers back by bank transfer.
    pub transfers: Transfers,
    pub endpoints: Vec<Endpoint>,
}

/// How KOMOJU's API fares, for everything one merchant asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Each answer takes this long.
    Slow(Duration),
    /// Maintenance: 503 to everything.
    Down,
    /// Questions are answered; whatever would change something is refused for good (422).
    Refuses,
}

/// What a payment says its type is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ShownType {
    /// The slug of its method.
    #[default]
    Own,
    /// A slug that may be newer than any client.
    As(String),
    /// `payment_details` have no type.
    Missing,
    /// `payment_details` is null.
    NoDetails,
}

impl Merchant {
    #[must_use]
    pub fn secret_key(&self, livemode: Livemode) -> &str {
        match livemode {
            Livemode::Test => &self.secret_key_test,
            Livemode::Live => &self.secret_key_live,
        }
    }

    #[must_use]
    pub fn publishable_key(&self, livemode: Livemode) -> &str {
        match livemode {
            Livemode::Test => &self.publishable_key_test,
            Livemode::Live => &self.publishable_key_live,
        }
    }

    /// The customer's fee for a method, charged in `currency`: the fee is in yen and never converted.
    pub(super) fn customer_fee(&self, method: &Method, currency: Currency) -> i64 {
        if currency != Currency::JPY {
            return 0;
        }
        let usual = match method.kind {
            Kind::Konbini | Kind::PayEasy => self.fee,
            Kind::Card | Kind::BankTransfer | Kind::Wallet => 0,
        };
        self.fees.get(method.slug).copied().unwrap_or(usual)
    }
}

/// A webhook of a merchant, as made in the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub id: String,
    pub url: String,
    /// Free text chosen by the merchant.
    pub secret: String,
    /// The event types ticked.
    pub events: Vec<String>,
}

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
    pub(super) fn payable(&self, now: OffsetDateTime) -> Result<(), ApiError> {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentStatus {
    Pending,
    Authorized,
    Captured,
    /// Refunded in full; a partial refund stays captured.
    Refunded,
    Cancelled,
    Expired,
    Failed,
}

impl PaymentStatus {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Neither ended nor paid: may be cancelled, may expire.
    #[must_use]
    pub fn open(self) -> bool {
        matches!(self, Self::Pending | Self::Authorized)
    }
}

/// What the method noted about the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Details {
    Card {
        number: String,
        month: u8,
        year: u16,
    },
    /// Some chains go by the receipt number alone.
    Konbini {
        store: &'static str,
        confirmation_code: Option<String>,
        receipt: String,
    },
    BankTransfer {
        account_number: String,
    },
    PayEasy {
        bank_id: String,
        customer_id: String,
        confirmation_id: String,
    },
    Wallet,
}

#[derive(Clone, Debug)]
pub struct Payment {
    pub id: String,
    pub merchant: String,
    pub livemode: Livemode,
    pub session: String,
    pub method: &'static Method,
    pub status: PaymentStatus,
    /// Before tax, in minor units of `currency`, which may differ from the session's.
    pub amount: i64,
    pub tax: i64,
    pub payment_method_fee: i64,
    pub currency: Currency,
    pub deadline: Option<OffsetDateTime>,
    pub details: Details,
    pub email: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub created_at: OffsetDateTime,
    pub captured_at: Option<OffsetDateTime>,
    pub external_order_num: Option<String>,
    pub metadata: Map<String, Value>,
    pub locale: Locale,
    pub refunds: Vec<Refund>,
    pub refund_requests: Vec<RefundRequest>,
    pub marked_as_fraud: bool,
    pub shown_type: ShownType,
}

impl Payment {
    /// What the customer pays.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.amount + self.tax + self.payment_method_fee
    }

    #[must_use]
    pub fn amount_refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: String,
    /// Tax included.
    pub amount: i64,
    pub currency: Currency,
    pub description: Option<String>,
    pub created_at: OffsetDateTime,
    pub chargeback: bool,
}

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

#[cfg(test)]
mod tests {
    use super::super::tests::session;

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
