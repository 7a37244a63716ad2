//! Deeds: our mutations of the outside world, written down before they leave.
//!
//! `sent` is committed before the call; a `sent` deed without an answer is *indeterminate* and is looked for before
//! it is sent again. A try that was finally refused is over; another try has its own number and key.

use super::ids::PaymentId;
use super::reading::{Moment, OrderStatus};
use super::state::Attention;
use crate::json::{names, record, variants};
use std::fmt;

/// How often a refused cancel is tried anew before a person is asked.
pub const CANCEL_TRIES: u32 = 3;

/// What a deed does. Its text form is the key it is stored under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Carry a milestone to the order: status, payment id and note in one PUT.
    UpdateOrder { payment: PaymentId, milestone: MilestoneKind },
    /// End an attempt's session, so that nobody can pay it any more.
    CancelSession { attempt: u32 },
    /// End a code or an authorization.
    CancelPayment { payment: PaymentId },
}
variants!(Action {
    UpdateOrder { payment, milestone }, CancelSession { attempt }, CancelPayment { payment },
});

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpdateOrder { payment, milestone } => write!(f, "order-{}-{payment}", milestone.key()),
            Self::CancelSession { attempt } => write!(f, "cancel-session-{attempt}"),
            Self::CancelPayment { payment } => write!(f, "cancel-{payment}"),
        }
    }
}

/// What is reached once per payment, and told to the order once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MilestoneKind {
    /// A code was issued that waits for cash.
    CodeIssued,
    /// Two-step: the money is reserved.
    Authorized,
    /// Captured, exactly as asked.
    Paid,
    /// Captured, but not as asked.
    Mismatch,
    /// Money went back at KOMOJU.
    Refunded,
    /// A chargeback, or a fraud mark.
    Disputed,
}
names!(MilestoneKind, key {
    CodeIssued = "code",
    Authorized = "authorized",
    Paid = "paid",
    Mismatch = "mismatch",
    Refunded = "refunded",
    Disputed = "disputed",
});

/// The content of an order PUT, frozen when it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderUpdate {
    /// None leaves the status as it is.
    pub status: Option<OrderStatus>,
    pub payment_provider_id: String,
    /// The line added to the staff notes; holds the payment's id, so that it is never added twice.
    pub note: String,
    /// What a person must look at because of it.
    pub attention: Option<Attention>,
}
record!(OrderUpdate { status, payment_provider_id, note, attention });

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeedState {
    /// Not under way; may be sent from `not_before` on.
    Intended {
        not_before: Moment,
    },
    /// Left, or about to. Until it is answered nobody knows whether it took effect.
    Sent,
    Done,
    Refused {
        reason: String,
    },
}
variants!(DeedState { Intended { not_before }, Sent, Done, Refused { reason } });

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub action: Action,
    /// Which try; a new one after a final refusal.
    pub n: u32,
    pub state: DeedState,
    pub seq: u64,
    /// When this try first left: a KOMOJU idempotency key holds for 24 h from then.
    pub first_sent: Moment,
    pub failures: u32,
    /// When an indeterminate deed may be looked for or sent again, or a refused one be tried anew.
    pub retry_at: Moment,
    /// The PUT's content, for deeds that update the order.
    pub update: Option<OrderUpdate>,
}
record!(Deed { action, n, state, seq, first_sent, failures, retry_at, update });

impl Deed {
    pub fn is_indeterminate(&self) -> bool {
        matches!(self.state, DeedState::Sent)
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, DeedState::Intended { .. } | DeedState::Sent)
    }

    /// Same key for every send of the same try. `scope` names the order (at most 49 characters), so the key stays
    /// within KOMOJU's 100.
    pub fn idempotency_key(&self, scope: &str) -> String {
        format!("{scope}-{}-{}", self.action, self.n)
    }
}
