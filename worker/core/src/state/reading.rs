//! Readings: what BigCommerce or KOMOJU answered to a request of our own. What a webhook or
//! a browser claims is never one.
//!
//! There is one [`super::register::Register`] per remote object, and it keeps the last reading of that object:
//!
//! ```text
//! object                                  register                    reading
//! the order                               State::order                OrderReading
//! its refunds in BigCommerce's books      State::order_refunds        a list of OrderRefund
//! a KOMOJU session, one per attempt       Attempt::register           SessionReading
//! all payments of that session            Attempt::listing            how many there are
//! a KOMOJU payment                        Payment::register           PaymentReading, with its refunds
//! ```
//!
//! A reading holds what was parsed, never the raw body, and nothing personal. What could not be read stays visible as
//! such ([`Unreadable`], [`Amounts`], [`PaymentReading::unread`], `Other(name)`), because money may hang on it: one
//! bad piece stops its own payment or order, and nothing else.
//!
//! # An example
//!
//! Order 118 comes to ¥3,000. The shopper paid in cash, with a fee of ¥190 on top; the merchant has refunded ¥500 in
//! BigCommerce, and we have paid it back at KOMOJU:
//!
//! ```text
//! OrderReading    status 14, due ¥3,000, refunded_minor 500
//! OrderRefund     id 12, minor 500, total_minor 500, komoju None       the merchant made it in BigCommerce
//! SessionReading  id s1, Completed, amount ¥3,000, payment pay_1
//! PaymentReading  id pay_1, Captured, total ¥3,190, net ¥3,000, refunded_minor 500,
//!                 refunds [ref_a: minor 500, cause OrderRefund(12)]    the mark bc-refund:12 pairs it with id 12
//! ```

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

/// What we keep of a BigCommerce order: nothing personal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReading {
    pub status: OrderStatus,
    /// True if BigCommerce says so, and also after it has answered 404 long enough for an order that it once had.
    pub deleted: bool,
    /// What our payment method is to collect, in the currency that the order is charged in (`default_currency_code`).
    /// Err: it is not known, and the order cannot be paid.
    pub due: Result<Money, Unreadable>,
    /// Set if store credit or gift certificates paid a part; [`crate::values::owed`] then decides what is due.
    pub split: Option<Split>,
    /// True if there is nothing to ship: once paid, the order is Completed and its downloads go out.
    pub digital: bool,
    /// BigCommerce's channel id: the storefront on which the order was placed.
    pub channel: u64,
    /// The payment method's display name at checkout. Orders show only this, and the merchant may rename it.
    pub label: String,
    /// The KOMOJU payment id that we wrote into the order; empty if none.
    pub payment_provider_id: String,
    /// Ms since the epoch; 0 if it could not be read.
    pub placed_at: Moment,
    /// All that was refunded in BigCommerce, store credit included, in minor units of the order's currency. 0 if the
    /// order does not say.
    #[serde(default)]
    pub refunded_minor: i64,
}

/// A refund as BigCommerce's books have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRefund {
    /// BigCommerce's number of it; 0 if it could not be read.
    pub id: u64,
    /// The part on our payment method, in minor units of the order's currency. Only this part moves money at KOMOJU;
    /// store credit and gift certificates do not.
    pub minor: i64,
    /// The whole refund, in minor units of the order's currency.
    pub total_minor: i64,
    /// The refund at KOMOJU that this entry records. None: the merchant made the refund in BigCommerce.
    pub komoju: Option<RefundId>,
    /// The merchant's refund setting when we first saw this refund. None: we did not know it for certain then. A
    /// setting changed later must not pay back what was settled long ago.
    pub policy: Option<RefundPolicy>,
    /// How well the amounts are known. Unless they are [`Amounts::Known`], both are 0.
    #[serde(default)]
    pub amounts: Amounts,
}

/// How well the amounts of a refund in BigCommerce's books could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amounts {
    #[default]
    Known,
    /// BigCommerce lists no payments in it. Other refunds are unaffected. But it may be the entry of any refund that
    /// was made at KOMOJU, so we enter none while it is like this.
    Missing,
    /// It lists something that we cannot read, or that is no refund. It may be any amount, so no money of this order
    /// moves automatically.
    Unreadable,
}

/// Why the amount due is not known. Kept, so that the merchant can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// KOMOJU does not take the order's currency.
    UnsupportedCurrency,
    /// Not a decimal, finer than the currency's minor unit (half a yen), or too large.
    NotAnAmount,
    /// The merchant has not said yet whether the total still contains store credit or gift certificates.
    Undecided,
}

impl From<MoneyError> for Unreadable {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::UnsupportedCurrency => Self::UnsupportedCurrency,
            MoneyError::NotADecimal | MoneyError::TooPrecise | MoneyError::TooLarge => Self::NotAnAmount,
        }
    }
}

/// KOMOJU's session status. Expiry is a flag beside it, see [`SessionReading::expired`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionStatus {
    Pending,
    /// It took a payment. This alone does not mean that the order is paid: a cash code completes a session, too.
    Completed,
    Cancelled,
    /// A status that this version does not know, in KOMOJU's word.
    Other(String),
}

/// What we keep of a KOMOJU session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionReading {
    pub id: SessionId,
    pub status: SessionStatus,
    /// KOMOJU says that it takes no new payment because its time is over.
    pub expired: bool,
    /// The amount that the session asks for. None: KOMOJU answered a currency that we do not know.
    pub amount: Option<Money>,
    /// The one payment that the session shows now. Earlier ones are kept in [`super::State::payments`].
    pub payment: Option<PaymentId>,
    /// What the whole costs by payment types that charge in another currency than the session's. Offers of earlier
    /// readings are kept, because a payment may have been made at an earlier rate.
    #[serde(default)]
    pub offered: Vec<Offered>,
}

/// The whole of a session as one payment type charges it, in a currency of its own: ¥6,000 as $41.06, say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The payment type's slug.
    #[serde(rename = "method")]
    pub payment_type: String,
    pub amount: Money,
}

/// KOMOJU's payment status.
///
/// `Authorized` means reserved money for some payment types, and for others only that a code waits for cash: see
/// [`super::Payment::waits_for_shopper`]. `Failed` ends one try; the shopper may pay the same session again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentStatus {
    Pending,
    Authorized,
    /// Paid. Refunds of a part leave this status as it is.
    Captured,
    /// Refunded in full.
    Refunded,
    Cancelled,
    Expired,
    Failed,
    /// A status that this version does not know, in KOMOJU's word.
    Other(String),
}

impl PaymentStatus {
    /// Its name in the timeline.
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

    /// The status with this name in the timeline. Former versions wrote an unknown one as `Other("on_hold")`, today
    /// it is `on_hold`; both are read alike.
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

/// What we keep of a KOMOJU payment. Its amounts are in the payment's currency, which need not be the order's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentReading {
    pub id: PaymentId,
    pub status: PaymentStatus,
    /// The session that holds it. None: KOMOJU left it out.
    pub session: Option<SessionId>,
    /// `total − payment_method_fee`: what the order is credited with. None: a currency that we do not know.
    pub net: Option<Money>,
    /// What the shopper pays in all, KOMOJU's payment method fee included. None: a currency that we do not know.
    pub total: Option<Money>,
    /// All that was refunded, in minor units: KOMOJU's `amount_refunded`, never a sum of requests.
    pub refunded_minor: i64,
    /// Its refunds, chargebacks included.
    #[serde(default)]
    pub refunds: Vec<RefundReading>,
    /// Refunds by bank transfer that KOMOJU was asked for.
    #[serde(default)]
    pub refund_requests: Vec<RefundRequestReading>,
    /// The payment type's slug (`konbini`, `credit_card`, …); empty while KOMOJU names none.
    #[serde(rename = "method")]
    pub payment_type: String,
    /// What the shopper needs to pay a code at a till or by transfer.
    pub instructions: Instructions,
    /// Ms since the epoch. Until when a code can be paid; None if there is no code.
    pub deadline: Option<Moment>,
    /// Parts of the answer that may say where money went and could not be read, by id or name. While there are any,
    /// we offer and move nothing of this payment's money.
    #[serde(default)]
    pub unread: Vec<String>,
}

impl PaymentReading {
    /// True for types that the shopper pays in cash or by bank transfer, perhaps days later. For these, `authorized`
    /// means that a code was issued, never that money is reserved.
    pub fn waits_for_cash(&self) -> bool {
        payment_types::authorized(&self.payment_type) == Authorized::Code
    }

    /// If this answer could not be read whole, what it lacks of the refunds that an earlier one showed is still there: a
    /// refund is never taken back.
    pub fn keep_refunds_of(&mut self, known: &Self) {
        if self.unread.is_empty() {
            return;
        }
        for refund in &known.refunds {
            if self.refunds.iter().all(|read| read.id != refund.id) {
                self.unread.retain(|name| name != refund.id.as_str());
                self.refunds.push(refund.clone());
            }
        }
        // The answer may name no total, and then counted only the refunds that it could read.
        let sum = self.refunds.iter().map(|refund| refund.minor).sum();
        self.refunded_minor = self.refunded_minor.max(known.refunded_minor).max(sum);
    }

    /// True if all of the order's money went back. KOMOJU may have kept the shopper's fee.
    pub fn went_back_whole(&self) -> bool {
        let whole = self.net.is_some_and(|net| net.minor > 0 && self.refunded_minor >= net.minor);
        self.status == PaymentStatus::Refunded || (self.status == PaymentStatus::Captured && whole)
    }
}

/// A refund of a KOMOJU payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundReading {
    pub id: RefundId,
    /// Minor units of the payment's currency.
    pub minor: i64,
    /// True if the shopper's bank took the money back. No merchant's refund, so it is never paired with one.
    pub chargeback: bool,
    /// Why we made it. None: somebody else made it at KOMOJU, or its description does not carry our mark.
    pub cause: Option<Cause>,
    /// When KOMOJU made it, in ms since the epoch. None: KOMOJU does not say.
    pub at: Option<Moment>,
}

/// A request for a refund by bank transfer, which KOMOJU's staff carry out days later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequestReading {
    /// KOMOJU's id of it; empty if KOMOJU shows none.
    #[serde(default)]
    pub id: String,
    /// Minor units of the payment's currency. KOMOJU documents no amount for a request, so it is known only if a deed
    /// of ours made it. None: not known.
    pub minor: Option<i64>,
    pub status: RequestStatus,
    /// Why we asked for it; None: it is not known to be ours.
    pub cause: Option<Cause>,
    /// When it was made, in ms since the epoch. None: KOMOJU does not say.
    pub at: Option<Moment>,
}

/// KOMOJU's status of a refund request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestStatus {
    Pending,
    Rejected,
    Completed,
    Other(String),
}

/// Why we refunded at KOMOJU.
///
/// We write it as a marker into the refund's description: `BigCommerce refund 12 (bc-refund:12)`. The marker pairs
/// the refunds of both sides one to one, and lets a later look recognise a refund whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// The merchant made this refund in BigCommerce (its number there). Marker: `bc-refund:12`.
    OrderRefund(u64),
    /// The order was paid twice. Marker: `duplicate-payment`.
    Twice,
    /// The merchant asked for it in the panel (the `seq` of that decision). Marker: `panel-refund:57`.
    Merchant(u64),
}

impl Cause {
    const ORDER_REFUND: &str = "bc-refund:";
    const TWICE: &str = "duplicate-payment";
    const MERCHANT: &str = "panel-refund:";

    /// The marker in a description. What stands around it is for people. None: it has no marker of ours.
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

/// The marker in the reason of a refund that we book in BigCommerce; the id of the refund at KOMOJU follows it.
pub const RECORDED: &str = "komoju-refund:";

/// The refund at KOMOJU that a BigCommerce refund's reason names. None: it names none.
pub fn recorded_refund(reason: &str) -> Option<RefundId> {
    marked(reason, RECORDED).and_then(|id| RefundId::parse(id).ok())
}

/// The word that follows a marker, up to the first character that no id has.
fn marked<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(marker)?;
    Some(rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next().unwrap_or(rest))
}
