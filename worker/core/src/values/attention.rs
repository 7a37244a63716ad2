//! What the merchant must look at, as a closed set of keys, and the two sides that we talk to.
//!
//! When each one applies is decided in [`crate::views::reasons`] and [`crate::state::table`]; the sentences stand in
//! the panel's texts. What clears up by itself is not here: a delayed webhook needs nobody's attention.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// One reason for the merchant to look at an order's payment.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Attention {
    /// The shopper paid, but the order had been cancelled, refunded or deleted.
    PaidAfterEnd,
    /// Captured or authorized, but in another amount or currency than the order's.
    AmountMismatch,
    /// The merchant edited the order after it was paid: now another amount is due than was paid.
    OrderEdited,
    /// The merchant cancelled an order whose money we hold. They may want to refund it.
    CancelledWhilePaid,
    /// Two payments of one order were captured.
    PaidTwice,
    /// The shopper's bank charged a payment back.
    Disputed,
    /// KOMOJU marked a payment as fraud.
    FraudMarked,
    /// Money was refunded at KOMOJU, but BigCommerce's books do not show it and we cannot enter it.
    RefundedAtKomoju,
    /// The merchant refunded in BigCommerce, and has to confirm that we refund at KOMOJU.
    RefundToConfirm,
    /// KOMOJU refused a refund. It may be tried again.
    RefundRefused,
    /// The merchant refunded more in BigCommerce than any one payment holds at KOMOJU.
    RefundTooLarge,
    /// A cash payment is to be refunded by bank transfer, and nobody has entered the shopper's account.
    RefundNeedsBank,
    /// BigCommerce refused the order's new status.
    OrderUpdateRefused,
    /// Two-step: KOMOJU refused to capture.
    CaptureRefused,
    /// Two-step: the authorization lapses within days, or the order has shipped and nobody has captured yet.
    CaptureDue,
    /// Two-step: the authorization is gone, but the order still looks as if its money were safe.
    AuthorizationLost,
    /// KOMOJU will not cancel a session or code that must not be paid any more.
    CancelRefused,
    /// KOMOJU refuses to make a session.
    SessionRefused,
    /// KOMOJU made a session without any payment method.
    NoMethods,
    /// KOMOJU made a session whose page is not on KOMOJU's host.
    SessionElsewhere,
    /// KOMOJU does not take the order's currency.
    CurrencyUnsupported,
    /// The order's amount is no amount of its currency, such as half a yen.
    AmountUnreadable,
    /// The shopper's page showed another amount than the order has.
    AmountDisputed,
    /// Store credit or gift certificates paid a part, and the merchant has not said yet what is left to pay.
    AmountUndecided,
    /// KOMOJU or BigCommerce has not answered for a day.
    Unreachable,
    /// KOMOJU or BigCommerce answers, but for a day in a form that we cannot read.
    Garbled,
    /// A refund could not be read. No money of this order moves automatically until it can.
    RefundUnreadable,
    /// KOMOJU's answers do not tell what became of a refund by bank transfer, or how much it takes.
    TransferToCheck,
    /// KOMOJU once called a payment captured and no longer does, or a refund that it once showed is gone.
    CaptureVanished,
}

impl Attention {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// One of the two services that we talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Side {
    Komoju,
    #[serde(rename = "bigcommerce")]
    #[strum(serialize = "bigcommerce")]
    BigCommerce,
}

impl Side {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
