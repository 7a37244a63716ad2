//! Decisions: what the merchant settled in the panel. Kept with who and when, before they are answered; the plan acts
//! on them as on readings.

use super::attention::Attention;
use super::ids::{HintId, PaymentId};
use super::reading::Moment;
use crate::json::{FromJson, Json, ToJson, record, variants};
use serde_json::Value;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Two-step: take the money now, all of it or (minor units of the payment) a part.
    Capture { payment: PaymentId, minor: Option<i64> },
    /// Pay back at KOMOJU, all that is left or a part; a cash payment needs to know where to. `towards`: it is a part of
    /// this refund made in BigCommerce, which is more than KOMOJU holds.
    Refund { payment: PaymentId, minor: Option<i64>, sealed: Option<Blob>, towards: Option<u64> },
    /// A refund made in BigCommerce is to be made at KOMOJU; said again, it is tried again.
    ConfirmRefund { refund: u64 },
    /// A refund made in BigCommerce was paid back by other means.
    SettleOutside { refund: u64 },
    /// Where KOMOJU shall transfer a refund of a cash payment to.
    BankDetails { refund: u64, sealed: Blob },
    /// Of the sums that an order with store credit or gift certificates may come to, this one is left to pay.
    Owed { minor: i64 },
    /// Seen; nothing more to be done about it.
    Dismiss { attention: Attention },
}
variants!(Decision {
    Capture { payment, minor }, Refund { payment, minor, sealed, towards }, ConfirmRefund { refund }, SettleOutside { refund },
    BankDetails { refund, sealed }, Owed { minor }, Dismiss { attention },
});

impl Decision {
    /// What the history calls it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Capture { .. } => "decided_capture",
            Self::Refund { .. } => "decided_refund",
            Self::ConfirmRefund { .. } => "decided_confirm",
            Self::SettleOutside { .. } => "decided_outside",
            Self::BankDetails { .. } => "decided_bank",
            Self::Owed { .. } => "decided_owed",
            Self::Dismiss { .. } => "decided_dismiss",
        }
    }
}

/// A decision as it comes in: `id` makes a repeated click one decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub id: HintId,
    pub decision: Decision,
    /// The staff member, by the name the merchant knows them by.
    pub by: String,
}
record!(Decided { id, decision, by });

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDecision {
    pub decided: Decided,
    pub seq: u64,
    pub at: Moment,
}
record!(StoredDecision { decided, seq, at });

/// Sealed text that only the caller around the core can open.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob(pub String);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blob(…)")
    }
}

impl ToJson for Blob {
    fn to_json(&self) -> Value {
        self.0.to_json()
    }
}

impl FromJson for Blob {
    fn from_json(json: Json<'_>) -> Option<Self> {
        String::from_json(json).map(Self)
    }
}
