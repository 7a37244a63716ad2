//! What the core asks of BigCommerce and KOMOJU, and what they answer: plain values, without a URL or a secret.
//!
//! [`crate::wire`] and the two protocol folders turn a [`Call`] into an HTTP request, and its response into an
//! [`Answer`]. So every rule about money can be tested without a network.

use super::deed::OrderUpdate;
use super::failure::Failure;
use super::reading::{Amounts, Cause, OrderReading, PaymentReading, SessionReading};
use super::settings::Provider;
use super::terms::Terms;
use crate::texts::locale::Locale;
use crate::time::{DAY_MS, Moment};
use crate::values::contact::Contacts;
use crate::values::ids::{AccountId, CartId, HintId, OrderId, PaymentId, RefundId, SessionId};
use crate::values::money::Money;
use crate::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a session is asked to live: the longest that KOMOJU allows, and its default.
pub const SESSION_LIFE_MS: i64 = DAY_MS;

/// One request to BigCommerce or KOMOJU.
///
/// What is sent to KOMOJU names the account whose secret key signs it: an attempt stays with the account that made
/// it. A `key` is the idempotency key, see [`super::deed::Deed::idempotency_key`].
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    ReadOrder,
    /// Read the order's transactions, to learn with which payment method it was really placed. Needed for a label
    /// that we have never seen.
    ReadProvider,
    /// One PUT. `staff_notes` is the whole text: the notes as last read, and our line.
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
    /// `minor` in the payment's currency; None captures all of it.
    Capture {
        account: AccountId,
        payment: PaymentId,
        minor: Option<i64>,
        key: String,
    },
    /// `minor` in the payment's currency.
    RefundPayment {
        account: AccountId,
        payment: PaymentId,
        minor: i64,
        cause: Cause,
        key: String,
    },
    /// Ask for a refund by bank transfer. `minor` in the payment's currency.
    RequestRefund {
        account: AccountId,
        payment: PaymentId,
        minor: i64,
        cause: Cause,
        bank: Bank,
        key: String,
    },
    /// List every payment that an attempt's session ever held, because the session itself shows only one.
    ListPayments {
        account: AccountId,
        /// The attempt's session; payments of others in the list are passed over.
        session: SessionId,
        external_order_num: String,
        /// When the attempt was made, in ms since the epoch: no payment of it is older. Without it, KOMOJU may list
        /// only a period of its own choice.
        since: Moment,
    },
    /// Read an event at KOMOJU, to see whether a webhook told the truth.
    ReadEvent {
        account: AccountId,
        event: HintId,
    },
    ReadOrderRefunds,
    /// Ask BigCommerce how it would book a refund. It changes nothing.
    QuoteRefund {
        amount: Money,
    },
    /// Book a refund in BigCommerce that was made at KOMOJU.
    RecordRefund {
        amount: Money,
        provider: Provider,
        refund: RefundId,
    },
}

/// What became of a [`Call`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Order(Box<OrderSeen>),
    Provider(Transacted),
    Session(Box<SessionSeen>),
    Payment(Box<PaymentReading>),
    /// `whole` is false if an element of KOMOJU's list could not be read; it is missing from `list`.
    Payments {
        list: Vec<PaymentReading>,
        whole: bool,
    },
    Event(EventSeen),
    OrderRefunds(Vec<OrderRefundSeen>),
    /// The ways in which BigCommerce would book a refund, each split over one or more payment methods.
    Quote(Vec<Vec<RefundPart>>),
    /// KOMOJU has accepted a request for a refund by bank transfer.
    Requested,
    Failed(Failure),
}

/// What an order's transactions tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transacted {
    /// The orders that the rows name. Anything but the order we asked about makes the answer unusable.
    pub orders: Vec<OrderId>,
    /// The offline method that the order was placed with. None: another kind of method, or no row is listed yet.
    pub provider: Option<Provider>,
    /// The amount that this method is to collect. None: its rows do not agree, or there are none.
    pub charged: Option<Money>,
}

/// An event as KOMOJU's API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSeen {
    pub id: HintId,
    /// Its type, such as `payment.marked.as.fraud`.
    pub kind: String,
    /// The payment that it is about, if any.
    pub payment: Option<PaymentId>,
}

/// A refund in BigCommerce's books, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRefundSeen {
    /// 0 if it could not be read.
    pub id: u64,
    /// The order that it names.
    pub order: Option<OrderId>,
    pub parts: Vec<RefundPart>,
    /// The refund at KOMOJU that its reason names, by our marker.
    pub komoju: Option<RefundId>,
    pub amounts: Amounts,
}

/// The part of a refund that goes back by one payment method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPart {
    /// None: not an offline method (store credit, a gift certificate, a gateway).
    pub provider: Option<Provider>,
    /// The amount as a decimal string in the order's currency.
    pub decimal: String,
}

/// The shopper's bank account, for a refund by bank transfer. It is kept sealed, and erased once KOMOJU has it.
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

/// The bank account in a call. The core only knows it sealed; the platform opens it just before it sends the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bank {
    Sealed(Sealed),
    Opened(Box<BankDetails>),
}

impl Call {
    /// The bank account that must be opened before the call can be sent. None: there is none, or it is open.
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

/// An order as read: the part that we keep, and what is used once and then forgotten.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSeen {
    /// The order's own id; None if the answer does not say.
    pub id: Option<OrderId>,
    /// The part that we keep.
    pub reading: OrderReading,
    /// The order's total by BigCommerce, before any part is taken off; None if it cannot be read.
    pub total: Option<Money>,
    /// The proof that a shopper has to show. None: the order names no cart.
    pub cart: Option<CartId>,
    /// The whole text. A PUT replaces it, so our line is appended to what was just read.
    pub staff_notes: String,
    pub checkout: Checkout,
}

/// A session as read or created.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSeen {
    /// True if its list of payment methods is there and empty.
    pub offers_nothing: bool,
    pub reading: SessionReading,
    /// KOMOJU's payment page.
    pub url: String,
    /// Ms since the epoch. KOMOJU does not say it, so it is `created_at` and the life that we ask for.
    pub expires_at: i64,
    /// The one payment that the session shows.
    pub payment: Option<PaymentReading>,
}

/// The personal part of an order. We pass it on to KOMOJU and keep it nowhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkout {
    pub email: String,
    /// Given name first.
    pub name: String,
    pub phone: String,
    /// BigCommerce's; 0 for a guest.
    pub customer_id: u64,
    /// None: the order has no street or country, as for a download.
    pub billing: Option<Address>,
    /// The first of the order's shipping addresses, if any.
    pub shipping: Option<Address>,
    pub lines: Vec<Line>,
    /// By what the order opens for a shopper without the cart's id. KOMOJU is not told.
    pub contacts: Contacts,
}

/// A billing or shipping address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Address {
    pub name: String,
    pub street1: String,
    pub street2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    /// Two letters, ISO 3166-1.
    pub country: String,
}

/// A line item of an order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pub description: String,
    pub quantity: u64,
    /// The price of one, in minor units of the order's currency.
    pub unit_minor: i64,
    pub product_id: String,
}

/// Everything that `POST /sessions` asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    pub attempt: u32,
    pub terms: Terms,
    pub locale: Locale,
    pub checkout: Checkout,
    pub browser: Browser,
    /// Send only what KOMOJU needs, because it has just refused one of the optional fields.
    pub lean: bool,
    /// The idempotency key. A session is made once per attempt, so it holds the attempt's number.
    pub key: String,
}

/// What the shopper's browser shows of itself, for KOMOJU's fraud screening.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Browser {
    pub ip: String,
    pub user_agent: String,
    pub language: String,
}

/// The optional field that KOMOJU's refusal of a session names, by `param` or, if that is empty, by its message.
///
/// A bad phone number must not cost the payment: such a session is asked for once more without the optional fields.
/// None: the refusal is about something that we never leave out, such as the amount, or names no field.
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
