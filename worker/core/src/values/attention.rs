//! What a merchant must look at, and who we talk to: keys alone. The rules stand in [`super::reasons`], the words in the
//! panel.

use crate::json::names;

/// By key; the panel has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
names!(Attention, key {
    PaidAfterEnd = "paid_after_end",
    AmountMismatch = "amount_mismatch",
    OrderEdited = "order_edited",
    CancelledWhilePaid = "cancelled_while_paid",
    PaidTwice = "paid_twice",
    Disputed = "disputed",
    FraudMarked = "fraud_marked",
    RefundedAtKomoju = "refunded_at_komoju",
    RefundToConfirm = "refund_to_confirm",
    RefundRefused = "refund_refused",
    RefundTooLarge = "refund_too_large",
    RefundNeedsBank = "refund_needs_bank",
    OrderUpdateRefused = "order_update_refused",
    CaptureRefused = "capture_refused",
    CaptureDue = "capture_due",
    AuthorizationLost = "authorization_lost",
    CancelRefused = "cancel_refused",
    SessionRefused = "session_refused",
    NoMethods = "no_methods",
    SessionElsewhere = "session_elsewhere",
    CurrencyUnsupported = "currency_unsupported",
    AmountUnreadable = "amount_unreadable",
    AmountDisputed = "amount_disputed",
    AmountUndecided = "amount_undecided",
    Unreachable = "unreachable",
    Garbled = "garbled",
    RefundUnreadable = "refund_unreadable",
    TransferToCheck = "transfer_to_check",
    CaptureVanished = "capture_vanished",
});

/// Who we talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Komoju,
    BigCommerce,
}
names!(Side, key { Komoju = "komoju", BigCommerce = "bigcommerce" });
