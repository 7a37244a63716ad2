//! What a merchant must look at, and who we talk to: keys alone. The rules stand in [`super::reasons`], the words in the
//! panel.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// By key; the panel has the words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Attention {
    /// Paid, though the order was cancelled, refunded or deleted.
    PaidAfterEnd,
    /// Captured, but another amount or currency than the order's.
    AmountMismatch,
    /// The order was edited after it was paid: another amount is due than was paid.
    OrderEdited,
    /// The merchant cancelled an order whose money we hold: it may want to be paid back.
    CancelledWhilePaid,
    /// Two payments of one order are both paid.
    PaidTwice,
    Disputed,
    FraudMarked,
    /// Refunded at KOMOJU; BigCommerce's books do not show it, and it will not enter it.
    RefundedAtKomoju,
    /// Refunded in BigCommerce; KOMOJU waits for a person to say so.
    RefundToConfirm,
    /// KOMOJU refuses a refund; it may be tried again.
    RefundRefused,
    /// More was refunded in BigCommerce than KOMOJU holds.
    RefundTooLarge,
    /// A cash payment is paid back by bank transfer, and nobody has said where to.
    RefundNeedsBank,
    /// BigCommerce will not take the order's new status.
    OrderUpdateRefused,
    /// KOMOJU will not capture an authorized payment.
    CaptureRefused,
    /// An authorization lapses within days.
    CaptureDue,
    /// An authorization is gone, and the order still looks as if its money were safe.
    AuthorizationLost,
    /// KOMOJU will not end a session or code that must not be paid any more.
    CancelRefused,
    /// KOMOJU refuses to make a session.
    SessionRefused,
    /// KOMOJU made a session that offers no way to pay.
    NoMethods,
    /// KOMOJU made a session whose page is on a host that we send nobody to.
    SessionElsewhere,
    /// KOMOJU does not take the order's currency.
    CurrencyUnsupported,
    /// The order's amount is none of its currency: half a yen.
    AmountUnreadable,
    /// The shopper's page showed another amount than the order has.
    AmountDisputed,
    /// Paid in part by store credit or gift certificates, and nobody has said yet what is left to pay.
    AmountUndecided,
    /// One side has not answered for a day.
    Unreachable,
    /// One side answers, but for a day in a form that cannot be read.
    Garbled,
    /// A refund, or what was paid back, could not be read: nothing of this order's money is moved by itself.
    RefundUnreadable,
    /// A refund by bank transfer of which KOMOJU's answers do not tell what became, or how much it takes.
    TransferToCheck,
    /// A payment KOMOJU once called captured no longer is, or a refund it once showed is gone.
    CaptureVanished,
}

impl Attention {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// Who we talk to.
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
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
