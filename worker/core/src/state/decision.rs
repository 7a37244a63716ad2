//! Decisions: what the merchant settled in the panel.
//!
//! A decision is stored, with who made it and when, before the click is answered. Then [`crate::plan`] acts on it in
//! its own time, because a look or another call may have to come first.
//!
//! Two invariants keep a click from moving money twice:
//!
//! - A decision about money says what it was based on ([`Upon`]). Two staff members have the same page open, each
//!   refunds ¥1,000 of ¥3,000; the first click changes what the page was based on, so the second is
//!   [`Taken::Overtaken`] and moves nothing.
//! - Every decision ends ([`Ending`]). One that could not be begun within six hours is withdrawn, so that it cannot
//!   fire days later, when nobody has it in mind.

use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::ids::{HintId, PaymentId, RefundId};
use crate::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What the merchant decided. A `refund: u64` is the number of a refund made in BigCommerce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// Two-step: capture now. `minor` is a part, in minor units of the payment's currency; None captures all.
    Capture { payment: PaymentId, minor: Option<i64> },
    /// Refund at KOMOJU. `minor` is a part, in minor units of the payment's currency; None refunds all that is left.
    /// `sealed` is the shopper's bank account, for a cash payment. `towards`: it is a part of this refund made in
    /// BigCommerce, for which no single payment holds enough.
    Refund { payment: PaymentId, minor: Option<i64>, sealed: Option<Sealed>, towards: Option<u64> },
    /// Make a refund that was made in BigCommerce at KOMOJU as well. Decided again
    /// after a refusal, it is tried again.
    ConfirmRefund { refund: u64 },
    /// A refund made in BigCommerce was paid back by other means: nothing more is to be done.
    SettleOutside { refund: u64 },
    /// The shopper's bank account for a refund made in BigCommerce of a cash payment. This also confirms the refund.
    BankDetails { refund: u64, sealed: Sealed },
    /// The amount due of an order with store credit or gift certificates, in minor units of the order's currency.
    Owed { minor: i64 },
    /// A call about this payment has no answer, and the merchant has put it right
    /// outside KOMOJU: never send it again.
    SettleUnanswered { payment: PaymentId },
    /// What became of a refund by bank transfer, if KOMOJU's answers do not tell: this refund, or (None) nothing at
    /// all. `transfer` is the `seq` of the deed that asked for it.
    MatchTransfer { transfer: u64, refund: Option<RefundId> },
    /// We took two refunds of one amount, made by hand on both sides, for one. They are two.
    PartPair { refund: u64, komoju: RefundId },
    /// The merchant has seen this; there is nothing more to do about it.
    Dismiss { attention: Attention },
}

/// The kind of a [`Decision`], as stored rows and the timeline name it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
pub enum DecisionKind {
    #[serde(rename = "decided_capture")]
    #[strum(serialize = "decided_capture")]
    Capture,
    #[serde(rename = "decided_refund")]
    #[strum(serialize = "decided_refund")]
    Refund,
    #[serde(rename = "decided_confirm")]
    #[strum(serialize = "decided_confirm")]
    Confirm,
    #[serde(rename = "decided_outside")]
    #[strum(serialize = "decided_outside")]
    Outside,
    #[serde(rename = "decided_bank")]
    #[strum(serialize = "decided_bank")]
    Bank,
    #[serde(rename = "decided_owed")]
    #[strum(serialize = "decided_owed")]
    Owed,
    #[serde(rename = "decided_unanswered")]
    #[strum(serialize = "decided_unanswered")]
    Unanswered,
    #[serde(rename = "decided_transfer")]
    #[strum(serialize = "decided_transfer")]
    Transfer,
    #[serde(rename = "decided_two")]
    #[strum(serialize = "decided_two")]
    Two,
    #[serde(rename = "decided_dismiss")]
    #[strum(serialize = "decided_dismiss")]
    Dismiss,
}

impl DecisionKind {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Decision {
    /// Erases the shopper's bank account, if one came with the decision. True if there was one.
    pub fn forget_account(&mut self) -> bool {
        match self {
            Self::Refund { sealed, .. } => sealed.take().is_some(),
            Self::BankDetails { sealed, .. } => {
                let had_one = !sealed.0.is_empty();
                sealed.0.clear();
                had_one
            }
            Self::Capture { .. }
            | Self::ConfirmRefund { .. }
            | Self::SettleOutside { .. }
            | Self::Owed { .. }
            | Self::SettleUnanswered { .. }
            | Self::MatchTransfer { .. }
            | Self::PartPair { .. }
            | Self::Dismiss { .. } => false,
        }
    }

    pub fn kind(&self) -> DecisionKind {
        match self {
            Self::Capture { .. } => DecisionKind::Capture,
            Self::Refund { .. } => DecisionKind::Refund,
            Self::ConfirmRefund { .. } => DecisionKind::Confirm,
            Self::SettleOutside { .. } => DecisionKind::Outside,
            Self::BankDetails { .. } => DecisionKind::Bank,
            Self::Owed { .. } => DecisionKind::Owed,
            Self::SettleUnanswered { .. } => DecisionKind::Unanswered,
            Self::MatchTransfer { .. } => DecisionKind::Transfer,
            Self::PartPair { .. } => DecisionKind::Two,
            Self::Dismiss { .. } => DecisionKind::Dismiss,
        }
    }

    /// True if money moves because of it, once the plan has got to it. Every other decision takes effect at once.
    pub fn moves_money(&self) -> bool {
        match self {
            Self::Capture { .. }
            | Self::Refund { .. }
            | Self::ConfirmRefund { .. }
            | Self::BankDetails { .. } => true,
            Self::SettleOutside { .. }
            | Self::SettleUnanswered { .. }
            | Self::MatchTransfer { .. }
            | Self::PartPair { .. }
            | Self::Owed { .. }
            | Self::Dismiss { .. } => false,
        }
    }

    /// True if it says that this refund, made in BigCommerce, is to be made at KOMOJU.
    pub fn is_to_pay_back(&self, order_refund: u64) -> bool {
        match self {
            Self::ConfirmRefund { refund } | Self::BankDetails { refund, .. } => *refund == order_refund,
            Self::Capture { .. }
            | Self::Refund { .. }
            | Self::SettleOutside { .. }
            | Self::SettleUnanswered { .. }
            | Self::MatchTransfer { .. }
            | Self::PartPair { .. }
            | Self::Owed { .. }
            | Self::Dismiss { .. } => false,
        }
    }

    /// True if it names this payment as the one to capture or refund.
    pub fn takes_from(&self, of: &PaymentId) -> bool {
        match self {
            Self::Capture { payment, .. } | Self::Refund { payment, .. } => payment == of,
            Self::ConfirmRefund { .. }
            | Self::BankDetails { .. }
            | Self::SettleOutside { .. }
            | Self::SettleUnanswered { .. }
            | Self::MatchTransfer { .. }
            | Self::PartPair { .. }
            | Self::Owed { .. }
            | Self::Dismiss { .. } => false,
        }
    }

    /// The bank account that came with it. None: there was none, or it has been erased.
    pub fn sealed(&self) -> Option<&Sealed> {
        let sealed = match self {
            Self::Refund { sealed, .. } => sealed.as_ref(),
            Self::BankDetails { sealed, .. } => Some(sealed),
            Self::Capture { .. }
            | Self::ConfirmRefund { .. }
            | Self::SettleOutside { .. }
            | Self::SettleUnanswered { .. }
            | Self::MatchTransfer { .. }
            | Self::PartPair { .. }
            | Self::Owed { .. }
            | Self::Dismiss { .. } => None,
        };
        sealed.filter(|blob| !blob.0.is_empty())
    }
}

/// What a decision about money is based on: how much had been decided and begun, and what each payment held, when the
/// panel's page was made. It travels with the page and comes back with the click; the decision is taken only if it is
/// still true. For the form see [`super::State::upon`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Upon(pub String);

impl Upon {
    const SEPARATOR: char = '|';

    /// `begun` counts the decisions and deeds about money so far; `holdings` lists what each payment holds.
    pub fn new(begun: usize, holdings: &str) -> Self {
        Self(format!("{begun}{}{holdings}", Self::SEPARATOR))
    }

    /// What this payment held. None: the page showed nothing of it.
    pub fn held(&self, payment: &PaymentId) -> Option<i64> {
        let held = |line: &str| line.strip_prefix(payment.as_str())?.strip_prefix('=')?.parse().ok();
        self.holdings().split(',').find_map(held)
    }

    /// The part that says what each payment held. When a decision's turn comes only this part is compared: the
    /// decision itself has raised the count.
    pub fn holdings(&self) -> &str {
        self.0.split_once(Self::SEPARATOR).map_or("", |(_, holdings)| holdings)
    }
}

/// The answer to a click that decides something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// Taken, now or by an earlier copy of the same click.
    Yes,
    /// The page was out of date: nothing moves.
    Overtaken,
    /// We keep nothing about this order.
    Unknown,
}

/// How a decision ended. Every decision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// What it asked for is done.
    Done,
    /// KOMOJU refused, or never answered.
    Refused,
    /// It could not be begun in time, or the merchant settled the matter outside KOMOJU.
    Withdrawn,
    /// When its turn came, what it was based on was no longer true.
    Overtaken,
}

/// How and when a decision ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub how: Ending,
    /// Ms since the epoch.
    pub at: Moment,
}

/// A decision as it comes in from the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Names the click, so that a repeated one is the same decision.
    pub id: HintId,
    pub decision: Decision,
    /// The staff member, by a name that the merchant knows.
    pub by: String,
    /// None: the page did not say, so nothing is compared.
    pub upon: Option<Upon>,
}

/// A decision as we keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDecision {
    pub decided: Decided,
    /// Its place among hints, readings and deeds; also its number in [`super::reading::Cause::Merchant`].
    pub seq: u64,
    /// Ms since the epoch.
    pub at: Moment,
    /// None: it is still to be acted on, or under way.
    pub ended: Option<Ended>,
}
