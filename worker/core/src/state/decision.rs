//! Decisions: what the merchant settled in the panel. Kept with who and when, before they are answered; the plan acts
//! on them as on readings.

use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::ids::{HintId, PaymentId, RefundId};
use crate::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// Two-step: take the money now, all of it or (minor units of the payment) a part.
    Capture { payment: PaymentId, minor: Option<i64> },
    /// Pay back at KOMOJU, all that is left or a part; a cash payment needs to know where to. `towards`: it is a part of
    /// this refund made in BigCommerce, which is more than KOMOJU holds.
    Refund { payment: PaymentId, minor: Option<i64>, sealed: Option<Sealed>, towards: Option<u64> },
    /// A refund made in BigCommerce is to be made at KOMOJU; said again, it is tried again.
    ConfirmRefund { refund: u64 },
    /// A refund made in BigCommerce was paid back by other means.
    SettleOutside { refund: u64 },
    /// Where KOMOJU shall transfer a refund of a cash payment to.
    BankDetails { refund: u64, sealed: Sealed },
    /// Of the sums that an order with store credit or gift certificates may come to, this one is left to pay.
    Owed { minor: i64 },
    /// A call about this payment has no answer: somebody has put it right outside KOMOJU, and it is not sent again.
    SettleUnanswered { payment: PaymentId },
    /// What became of a refund by bank transfer, where KOMOJU's answers do not tell: this refund, or nothing at all.
    /// `transfer`: the `seq` of the deed.
    MatchTransfer { transfer: u64, refund: Option<RefundId> },
    /// Two refunds of one amount, made by hand on both sides, were taken for one: they are two.
    PartPair { refund: u64, komoju: RefundId },
    /// Seen; nothing more to be done about it.
    Dismiss { attention: Attention },
}

/// What kind of decision it is, as the history names it.
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
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Decision {
    /// Erases the shopper's bank account, where one came with it. True if there was one to erase.
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

    /// Money moves because of it, once the plan has got to it. Every other decision has done its work when it is taken.
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

    /// This refund made in BigCommerce is to be made at KOMOJU.
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

    /// Money of this payment is to be moved by name.
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

    /// The account that came with it, while it is kept.
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

/// What a decision about money is made upon: what had been decided and begun, and what each payment held, as the page
/// showed it. It comes back with the decision, and the decision is taken only where it is still so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Upon(pub String);

impl Upon {
    const SEPARATOR: char = '|';

    pub fn new(begun: usize, holdings: &str) -> Self {
        Self(format!("{begun}{}{holdings}", Self::SEPARATOR))
    }

    /// The part that says what each payment holds.
    pub fn holdings(&self) -> &str {
        self.0.split_once(Self::SEPARATOR).map_or("", |(_, holdings)| holdings)
    }
}

/// What became of a decision when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Taken {
    Yes,
    /// It was decided upon something that is so no longer: nothing moves.
    Overtaken,
    /// No payment of this order is known.
    Unknown,
}

impl Taken {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// How a decision ended. Every one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Ending {
    Done,
    /// The other side said no, or never answered.
    Refused,
    /// Nothing was begun in time, or somebody has settled it otherwise: it will not be begun any more.
    Withdrawn,
    /// When its turn came, what it was decided upon was so no longer.
    Overtaken,
}

impl Ending {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub how: Ending,
    pub at: Moment,
}

/// A decision as it comes in: `id` makes a repeated click one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub id: HintId,
    pub decision: Decision,
    /// The staff member, by the name the merchant knows them by.
    pub by: String,
    /// None: from a page that did not say.
    pub upon: Option<Upon>,
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDecision {
    pub decided: Decided,
    pub seq: u64,
    pub at: Moment,
    /// None: it is still to be acted on, or under way.
    pub ended: Option<Ended>,
}
