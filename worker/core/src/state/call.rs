//! What the core asks of the world, and what the world answers: values, without a URL or a secret in them.
//!
//! The protocol folders turn a [`Call`] into HTTP and an HTTP answer into an [`Answer`].

use super::deed::OrderUpdate;
use super::failure::Failure;
use super::reading::{Amounts, Cause, OrderReading, PaymentReading, SessionReading};
use super::settings::Provider;
use super::terms::Terms;

use crate::time::Moment;
use crate::values::ids::{AccountId, CartId, HintId, OrderId, PaymentId, RefundId, SessionId};
use crate::values::locale::Locale;
use crate::values::money::Money;
use crate::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One request to a remote side.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    ReadOrder,
    /// Which payment provider the order was really placed with; for labels never seen before.
    ReadProvider,
    UpdateOrder {
        update: OrderUpdate,
        staff_notes: String,
    },
    CreateSession(Box<NewSession>),
    ReadSession {
        account: AccountId,
        session: SessionId,
    },
    CancelSession {
        account: AccountId,
        session: SessionId,
        key: String,
    },
    ReadPayment {
        account: AccountId,
        payment: PaymentId,
    },
    CancelPayment {
        account: AccountId,
        payment: PaymentId,
        key: String,
    },
    /// All of it where `minor` is none.
    Capture {
        account: AccountId,
        payment: PaymentId,
        minor: Option<i64>,
        key: String,
    },
    /// `minor` in the payment's currency, which need not be the order's.
    RefundPayment {
        account: AccountId,
        payment: PaymentId,
        minor: i64,
        cause: Cause,
        key: String,
    },
    RequestRefund {
        account: AccountId,
        payment: PaymentId,
        minor: i64,
        cause: Cause,
        bank: Bank,
        key: String,
    },
    /// Every payment that an attempt's session ever held: a session shows but one.
    ListPayments {
        account: AccountId,
        /// The attempt's.
        session: SessionId,
        external_order_num: String,
        /// When the attempt was made: no payment of it is older. KOMOJU may have a default period of its own.
        since: Moment,
    },
    /// A message that KOMOJU sent, as KOMOJU itself has it.
    ReadEvent {
        account: AccountId,
        event: HintId,
    },
    ReadOrderRefunds,
    /// How BigCommerce would book a refund; it changes nothing.
    QuoteRefund {
        amount: Money,
    },
    RecordRefund {
        amount: Money,
        provider: Provider,
        refund: RefundId,
    },
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Order(Box<OrderSeen>),
    Provider(Transacted),
    Session(Box<SessionSeen>),
    Payment(Box<PaymentReading>),
    /// `whole`: none of the list had to be passed over.
    Payments {
        list: Vec<PaymentReading>,
        whole: bool,
    },
    Event(EventSeen),
    OrderRefunds(Vec<OrderRefundSeen>),
    /// The ways in which BigCommerce would book a refund, each in one or more parts.
    Quote(Vec<Vec<RefundPart>>),
    /// KOMOJU has taken a refund request.
    Requested,
    Failed(Failure),
}

/// What an order's transactions tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transacted {
    /// The orders that they say they are of.
    pub orders: Vec<OrderId>,
    /// The offline method that the order was placed with; None: not one of them, or nothing is listed yet.
    pub provider: Option<Provider>,
    /// What that method is to collect, where all its rows say the same.
    pub charged: Option<Money>,
}

/// What KOMOJU says one of its events was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSeen {
    pub id: HintId,
    pub kind: String,
    pub payment: Option<PaymentId>,
}

/// A refund in BigCommerce's books; its amounts are decimals of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRefundSeen {
    pub id: u64,
    /// The order that it says it is of.
    pub order: Option<OrderId>,
    pub parts: Vec<RefundPart>,
    pub komoju: Option<RefundId>,
    pub amounts: Amounts,
}

/// What of a refund goes to one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPart {
    /// None: not one of the offline methods (store credit, a gift certificate, a gateway).
    pub provider: Option<Provider>,
    pub decimal: String,
}

/// Where a refund by bank transfer goes. Kept sealed, and no longer than until KOMOJU has it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankDetails {
    /// Half-width kana, as banks write names.
    pub customer_name: String,
    pub bank_name: String,
    pub bank_code: String,
    pub branch_name: String,
    /// Three digits.
    pub branch_number: String,
    /// `normal`, `checking` or `savings`.
    pub account_type: String,
    /// Seven digits.
    pub account_number: String,
}

impl fmt::Debug for BankDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankDetails(…)")
    }
}

/// The account in a call: the core has it sealed, and whoever carries the call out opens it just before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bank {
    Sealed(Sealed),
    Opened(Box<BankDetails>),
}

impl Call {
    /// What must be opened before the call can leave.
    pub fn sealed(&self) -> Option<&Sealed> {
        match self {
            Self::RequestRefund { bank: Bank::Sealed(sealed), .. } => Some(sealed),
            Self::RequestRefund { bank: Bank::Opened(_), .. }
            | Self::ReadOrder
            | Self::ReadProvider
            | Self::UpdateOrder { .. }
            | Self::CreateSession(_)
            | Self::ReadSession { .. }
            | Self::CancelSession { .. }
            | Self::ReadPayment { .. }
            | Self::CancelPayment { .. }
            | Self::Capture { .. }
            | Self::RefundPayment { .. }
            | Self::ListPayments { .. }
            | Self::ReadEvent { .. }
            | Self::ReadOrderRefunds
            | Self::QuoteRefund { .. }
            | Self::RecordRefund { .. } => None,
        }
    }

    /// The same call with its bank details opened.
    pub fn opened(mut self, details: BankDetails) -> Self {
        if let Self::RequestRefund { bank, .. } = &mut self {
            *bank = Bank::Opened(Box::new(details));
        }
        self
    }
}

/// An order as read: what is kept, and beside it what is used once and then forgotten.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSeen {
    /// What the order calls itself; None where it does not say.
    pub id: Option<OrderId>,
    pub reading: OrderReading,
    /// The order's total as BigCommerce has it; None where it cannot be read.
    pub total: Option<Money>,
    pub cart: Option<CartId>,
    pub staff_notes: String,
    pub checkout: Checkout,
}

/// A session as read or created.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSeen {
    /// It lists the ways to pay, and there are none.
    pub offers_nothing: bool,
    pub reading: SessionReading,
    pub url: String,
    /// Unix ms; KOMOJU does not say it, so it is counted from `created_at`.
    pub expires_at: i64,
    pub payment: Option<PaymentReading>,
}

/// The personal part of an order, passed on to KOMOJU and kept nowhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkout {
    pub email: String,
    pub name: String,
    pub phone: String,
    pub customer_id: u64,
    pub billing: Option<Address>,
    pub shipping: Option<Address>,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Address {
    pub name: String,
    pub street1: String,
    pub street2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    /// ISO 3166 two letters.
    pub country: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pub description: String,
    pub quantity: u64,
    /// Minor units of the order's currency, for one.
    pub unit_minor: i64,
    pub product_id: String,
}

/// Everything a new session is asked for with.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    pub attempt: u32,
    pub terms: Terms,
    pub locale: Locale,
    pub checkout: Checkout,
    pub browser: Browser,
    /// Only what KOMOJU needs: it has refused something that it does not.
    pub lean: bool,
    pub key: String,
}

/// What the shopper's browser showed of itself, for KOMOJU's fraud screening.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Browser {
    pub ip: String,
    pub user_agent: String,
    pub language: String,
}

/// Which of the optional fields a refusal names, if it names one: `param`, or else KOMOJU's words, tell.
pub fn optional_field(param: &str, message: &str) -> Option<&'static str> {
    const OPTIONAL: [&str; 12] = [
        "line_item",
        "fraud_detail",
        "billing_address",
        "shipping_address",
        "customer_email",
        "email",
        "phone",
        "address",
        "zipcode",
        "customer_ip",
        "user_agent",
        "name",
    ];
    const NEEDED: [&str; 9] = [
        "external_order_num",
        "currency",
        "payment_type",
        "capture",
        "return_url",
        "locale",
        "metadata",
        "expires_in",
        "merchant",
    ];
    let named = if param.is_empty() { message } else { param };
    let named = named.to_ascii_lowercase().replace(' ', "_");
    let needed = NEEDED.iter().any(|field| named.contains(field));
    OPTIONAL.into_iter().find(|field| !needed && named.contains(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_the_field_it_names() {
        for (param, message) in [
            ("email", ""),
            ("payment_data[billing_address][zipcode]", ""),
            ("fraud_details.phone", "is invalid"),
            ("line_items[0][amount]", ""),
            ("", "Email is invalid"),
            ("", "Billing address is too long"),
            ("payment_data[name]", ""),
        ] {
            assert!(optional_field(param, message).is_some(), "{param} {message}");
        }
        for (param, message) in [
            ("amount", ""),
            ("currency", ""),
            ("payment_types", "konbini is not available for this email"),
            ("external_order_num", ""),
            ("payment_data[capture]", ""),
            ("", "Amount is too small"),
            ("", "Payment types are not enabled"),
            ("", ""),
        ] {
            assert_eq!(optional_field(param, message), None, "{param} {message}");
        }
    }
}
