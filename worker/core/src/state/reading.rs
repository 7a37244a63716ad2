//! Readings: what a remote object answered, once, to our own request. Never what a message claimed.
//!
//! Each remote object has one register. A reading carries the `seq` taken in the write before its request left; the
//! larger `seq` wins, so an answer that overtakes another cannot turn time back.

use super::settings::RefundPolicy;

use crate::time::Moment;
use crate::values::ids::{PaymentId, RefundId, SessionId};
use crate::values::instructions::Instructions;
use crate::values::money::{Money, MoneyError};
use crate::values::order_status::OrderStatus;
use crate::values::owed::Split;
use crate::values::payment_types::{self, Authorized};
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{IntoStaticStr, VariantArray};

/// What we keep of a BigCommerce order. Nothing personal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReading {
    pub status: OrderStatus,
    /// True also where BigCommerce answered 404 for an order that it once had.
    pub deleted: bool,
    /// What is left to pay, in `default_currency_code`. Where parts were paid otherwise: see `split`.
    pub due: Result<Money, Unreadable>,
    /// Set where store credit or gift certificates paid a part; then [`super::owed`] decides what is due.
    pub split: Option<Split>,
    pub digital: bool,
    pub channel: u64,
    /// The payment method's display name at checkout.
    pub label: String,
    pub payment_provider_id: String,
    pub placed_at: Moment,
    /// All that was refunded in BigCommerce, in minor units of the currency due.
    #[serde(default)]
    pub refunded_minor: i64,
}

/// A refund as BigCommerce's books have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRefund {
    pub id: u64,
    /// The part that moves money of ours: on the offline method, never store credit or a gift certificate.
    pub minor: i64,
    /// All of it.
    pub total_minor: i64,
    /// The refund at KOMOJU that it records; none where the merchant made it here.
    pub komoju: Option<RefundId>,
    /// What the merchant wanted done about such refunds when it was first seen: a setting changed later moves no
    /// money that went back long ago.
    pub policy: Option<RefundPolicy>,
    /// Whether the amounts are what BigCommerce says; where they are not, both are 0.
    #[serde(default)]
    pub amounts: Amounts,
}

/// How far the amounts of a refund in BigCommerce's books could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Amounts {
    #[default]
    Known,
    /// It lists no payments at all. Its neighbours are unaffected; but it may be the entry of any refund at KOMOJU, so
    /// none is entered beside it.
    Missing,
    /// It lists something that cannot be read, or is no refund: whatever it holds, nothing more moves by itself.
    Unreadable,
}

impl Amounts {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// Why an amount due could not be known. Kept, so that the merchant can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unreadable {
    UnsupportedCurrency,
    NotAnAmount,
    /// Nobody has said yet whether the total still contains store credit or gift certificates.
    Undecided,
}

impl Unreadable {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl From<MoneyError> for Unreadable {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::UnsupportedCurrency => Self::UnsupportedCurrency,
            MoneyError::NotADecimal | MoneyError::TooPrecise | MoneyError::TooLarge => Self::NotAnAmount,
        }
    }
}

/// KOMOJU's session status. Expiry is a flag of its own, not a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionStatus {
    Pending,
    Completed,
    Cancelled,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionReading {
    pub id: SessionId,
    pub status: SessionStatus,
    pub expired: bool,
    /// None where KOMOJU answered a currency we do not know.
    pub amount: Option<Money>,
    /// The payment the session shows now; earlier ones of the same session are remembered apart.
    pub payment: Option<PaymentId>,
    /// What each type comes to that is paid in another currency than the session's.
    #[serde(default)]
    pub offered: Vec<Offered>,
}

/// What the whole of a session comes to, paid by one type in another currency than the session's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub method: String,
    pub amount: Money,
}

/// KOMOJU's payment status. `failed` is a fact about one try, not an end: the session may still be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentStatus {
    Pending,
    Authorized,
    Captured,
    Refunded,
    Cancelled,
    Expired,
    Failed,
    Other(String),
}

impl PaymentStatus {
    /// What the history calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Pending => "Pending",
            Self::Authorized => "Authorized",
            Self::Captured => "Captured",
            Self::Refunded => "Refunded",
            Self::Cancelled => "Cancelled",
            Self::Expired => "Expired",
            Self::Failed => "Failed",
            Self::Other(name) => name,
        }
    }

    /// The status of that name. Former versions wrote an unknown one as `Other("name")`.
    pub fn named(name: &str) -> Self {
        let known = [
            Self::Pending,
            Self::Authorized,
            Self::Captured,
            Self::Refunded,
            Self::Cancelled,
            Self::Expired,
            Self::Failed,
        ];
        let other = name.strip_prefix("Other(\"").and_then(|rest| rest.strip_suffix("\")")).unwrap_or(name);
        known.into_iter().find(|one| one.name() == name).unwrap_or_else(|| Self::Other(other.to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentReading {
    pub id: PaymentId,
    pub status: PaymentStatus,
    pub session: Option<SessionId>,
    /// `total − payment_method_fee`: what the order is credited with. None for a currency we do not know.
    pub net: Option<Money>,
    /// What the shopper pays in all, fee included, for people to read.
    pub total: Option<Money>,
    pub refunded_minor: i64,
    #[serde(default)]
    pub refunds: Vec<RefundReading>,
    #[serde(default)]
    pub refund_requests: Vec<RefundRequestReading>,
    /// The payment type's slug (`konbini`, `credit_card`, …); empty where KOMOJU says none yet.
    pub method: String,
    pub instructions: Instructions,
    pub deadline: Option<Moment>,
    /// What of it may say where money went and could not be read, by id or name: nothing of the rest is offered or moved.
    #[serde(default)]
    pub unread: Vec<String>,
}

impl PaymentReading {
    /// Types that a shopper pays with cash or by transfer, days after the code was issued. For these, `authorized`
    /// means a code was issued, never that money is reserved.
    pub fn waits_for_cash(&self) -> bool {
        payment_types::authorized(&self.method) == Authorized::Code
    }

    /// All of the order's money went back; the shopper's fee may have stayed.
    pub fn went_back_whole(&self) -> bool {
        let whole = self.net.is_some_and(|net| net.minor > 0 && self.refunded_minor >= net.minor);
        self.status == PaymentStatus::Refunded || (self.status == PaymentStatus::Captured && whole)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundReading {
    pub id: RefundId,
    pub minor: i64,
    pub chargeback: bool,
    /// Why we made it; none where somebody made it at KOMOJU.
    pub cause: Option<Cause>,
    /// When KOMOJU made it, where it says so.
    pub at: Option<Moment>,
}

/// A refund by bank transfer that KOMOJU's staff carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequestReading {
    /// Empty where KOMOJU shows none.
    #[serde(default)]
    pub id: String,
    /// KOMOJU's published type has no amount: known where our own deed made it.
    pub minor: Option<i64>,
    pub status: RequestStatus,
    pub cause: Option<Cause>,
    /// When it was made, where KOMOJU says so.
    pub at: Option<Moment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestStatus {
    Pending,
    Rejected,
    Completed,
    Other(String),
}

/// Why we refunded. Written into the refund's description, it is what pairs the two sides' refunds one to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// The merchant refunded in BigCommerce.
    OrderRefund(u64),
    /// The order was paid twice.
    Twice,
    /// The merchant asked for it in the panel; by the number of the decision.
    Merchant(u64),
}

impl Cause {
    const ORDER_REFUND: &str = "bc-refund:";
    const TWICE: &str = "duplicate-payment";
    const MERCHANT: &str = "panel-refund:";

    /// Found anywhere in a description: whatever stands around it is for people.
    pub fn in_text(text: &str) -> Option<Self> {
        let number = |marker: &str| marked(text, marker).and_then(|digits| digits.parse().ok());
        let twice = text.contains(Self::TWICE).then_some(Self::Twice);
        number(Self::ORDER_REFUND)
            .map(Self::OrderRefund)
            .or_else(|| number(Self::MERCHANT).map(Self::Merchant))
            .or(twice)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OrderRefund(id) => write!(f, "{}{id}", Self::ORDER_REFUND),
            Self::Twice => f.write_str(Self::TWICE),
            Self::Merchant(n) => write!(f, "{}{n}", Self::MERCHANT),
        }
    }
}

/// What stands in a BigCommerce refund's reason where it records one made at KOMOJU.
pub const RECORDED: &str = "komoju-refund:";

/// The refund at KOMOJU that a reason names.
pub fn recorded_refund(reason: &str) -> Option<RefundId> {
    marked(reason, RECORDED).and_then(|id| RefundId::parse(id).ok())
}

/// The word that follows a marker.
fn marked<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(marker)?;
    Some(rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next().unwrap_or(rest))
}
