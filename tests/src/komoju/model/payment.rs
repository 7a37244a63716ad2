//! A payment, and the two ways money of it goes back: refunds, which are done, and requests for a bank transfer.

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::livemode::Livemode;
use super::locale::Locale;
use crate::komoju::method::Method;
use crate::komoju::money::Currency;

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

    /// What pending requests will take.
    pub(in crate::komoju) fn requested(&self) -> i64 {
        let pending = self.refund_requests.iter().filter(|request| request.status == RequestStatus::Pending);
        pending.map(|request| request.total(self)).sum()
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestStatus {
    Pending,
    Rejected,
    Completed,
}

impl RequestStatus {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Completed => "completed",
        }
    }
}

/// Where the money is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    /// In half-width kana, as banks have it.
    pub customer_name: String,
    pub bank_name: String,
    pub bank_code: Option<String>,
    pub branch_name: Option<String>,
    pub branch_number: String,
    pub account_type: String,
    pub account_number: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    pub id: String,
    pub status: RequestStatus,
    /// Without the customer's fee.
    pub amount: i64,
    pub include_payment_method_fee: bool,
    pub account: BankAccount,
    pub description: Option<String>,
    /// Whether the API shows the description.
    pub described: bool,
    pub created_at: OffsetDateTime,
}

impl RefundRequest {
    /// What the customer would receive.
    #[must_use]
    pub fn total(&self, payment: &Payment) -> i64 {
        self.amount + if self.include_payment_method_fee { payment.payment_method_fee } else { 0 }
    }
}
