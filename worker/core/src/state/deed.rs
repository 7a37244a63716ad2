//! Deeds: our mutations of the outside world, written down before they leave.
//!
//! `sent` is committed before the call; a `sent` deed without an answer is *indeterminate* and is looked for before
//! it is sent again. A try that was finally refused is over; another try has its own number and key.

use super::reading::Cause;
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::ids::{InvalidId, PaymentId, RefundId};
use crate::values::order_status::OrderStatus;
use crate::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How often a refused cancel is tried anew before a person is asked.
const CANCEL_TRIES: u32 = 3;

/// Tries of a cancel that KOMOJU did not answer, each for most of a day: longer than anything stays reserved.
const UNANSWERED_CANCELS: u32 = 40;

/// Why a try is over that was never answered, and of which a look has shown no effect. Another may follow at once.
pub const UNANSWERED: &str = "unanswered";

/// Why a try is over that somebody has settled outside KOMOJU.
pub const SETTLED: &str = "settled outside KOMOJU";

/// What a deed does. Its text form is the key it is stored under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Carry a milestone to the order: status, payment id and note in one PUT.
    UpdateOrder { subject: Subject, milestone: MilestoneKind },
    /// End an attempt's session, so that nobody can pay it any more.
    CancelSession { attempt: u32 },
    /// End a code or an authorization.
    CancelPayment { payment: PaymentId },
    /// Two-step: take the money.
    Capture { payment: PaymentId },
    /// Pay back at KOMOJU.
    RefundPayment { payment: PaymentId, cause: Cause },
    /// Ask KOMOJU to pay back by bank transfer, where a payment was made with cash.
    RequestRefund { payment: PaymentId, cause: Cause },
    /// Enter a refund made at KOMOJU into BigCommerce's books.
    RecordRefund { refund: RefundId },
}

/// What kind of deed an action is, without what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum ActionKind {
    UpdateOrder,
    CancelSession,
    CancelPayment,
    Capture,
    RequestRefund,
    RefundPayment,
    RecordRefund,
}

impl ActionKind {
    /// How the key of such a deed begins. Where one beginning is another's, the longer stands first in the list.
    fn prefix(self) -> &'static str {
        match self {
            Self::UpdateOrder => "order-",
            Self::CancelSession => "cancel-session-",
            Self::CancelPayment => "cancel-",
            Self::Capture => "capture-",
            Self::RequestRefund => "refund-request-",
            Self::RefundPayment => "refund-",
            Self::RecordRefund => "record-",
        }
    }

    /// The kind of deed that is stored under this key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|kind| key.starts_with(kind.prefix()))
    }
}

impl Action {
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::UpdateOrder { .. } => ActionKind::UpdateOrder,
            Self::CancelSession { .. } => ActionKind::CancelSession,
            Self::CancelPayment { .. } => ActionKind::CancelPayment,
            Self::Capture { .. } => ActionKind::Capture,
            Self::RequestRefund { .. } => ActionKind::RequestRefund,
            Self::RefundPayment { .. } => ActionKind::RefundPayment,
            Self::RecordRefund { .. } => ActionKind::RecordRefund,
        }
    }

    /// What must never take effect twice, and is therefore looked for before it is sent again.
    pub fn moves_money(&self) -> bool {
        self.is_refund() || matches!(self, Self::Capture { .. })
    }

    /// The payment at KOMOJU that it changes.
    pub fn payment(&self) -> Option<&PaymentId> {
        match self {
            Self::CancelPayment { payment }
            | Self::Capture { payment }
            | Self::RefundPayment { payment, .. }
            | Self::RequestRefund { payment, .. } => Some(payment),
            Self::UpdateOrder { .. } | Self::CancelSession { .. } | Self::RecordRefund { .. } => None,
        }
    }

    /// Why money goes back, where it does.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::RefundPayment { cause, .. } | Self::RequestRefund { cause, .. } => Some(*cause),
            Self::UpdateOrder { .. }
            | Self::CancelSession { .. }
            | Self::CancelPayment { .. }
            | Self::Capture { .. }
            | Self::RecordRefund { .. } => None,
        }
    }

    /// While one of these is under way or unanswered, no other is begun.
    pub fn is_refund(&self) -> bool {
        matches!(self, Self::RefundPayment { .. } | Self::RequestRefund { .. } | Self::RecordRefund { .. })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().prefix())?;
        match self {
            Self::UpdateOrder { subject, milestone } => write!(f, "{}-{subject}", milestone.key()),
            Self::CancelSession { attempt } => attempt.fmt(f),
            Self::CancelPayment { payment } | Self::Capture { payment } => payment.fmt(f),
            Self::RefundPayment { payment, cause: Cause::Twice } => write!(f, "{payment}-twice"),
            // No payment's id here: such a cause is unique within its order, and KOMOJU's keys are short.
            Self::RefundPayment { cause, .. } | Self::RequestRefund { cause, .. } => cause.fmt(f),
            Self::RecordRefund { refund } => refund.fmt(f),
        }
    }
}

/// What a milestone is about. Its text form never looks like another's: no id of a payment has a `#` in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    Payment(PaymentId),
    Attempt(u32),
    Refund(RefundId),
    Order,
}

impl Subject {
    const ATTEMPT: &str = "attempt#";
    const REFUND: &str = "refund#";
    const ORDER: &str = "order#";

    /// Errors: none of the forms that [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if text == Self::ORDER {
            return Ok(Self::Order);
        }
        if let Some(n) = text.strip_prefix(Self::ATTEMPT) {
            return n.parse().map(Self::Attempt).map_err(|_| InvalidId("attempt"));
        }
        match text.strip_prefix(Self::REFUND) {
            Some(id) => RefundId::parse(id).map(Self::Refund),
            None => PaymentId::parse(text).map(Self::Payment),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payment(id) => id.fmt(f),
            Self::Attempt(n) => write!(f, "{}{n}", Self::ATTEMPT),
            Self::Refund(id) => write!(f, "{}{id}", Self::REFUND),
            Self::Order => f.write_str(Self::ORDER),
        }
    }
}

/// What is reached once per subject, and told to the order once.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MilestoneKind {
    /// A code was issued that waits for cash.
    #[serde(rename = "code")]
    #[strum(serialize = "code")]
    CodeIssued,
    /// Two-step: the money is reserved.
    Authorized,
    /// Captured, exactly as asked.
    Paid,
    /// Captured, but not as asked.
    Mismatch,
    /// Money went back at KOMOJU.
    Refunded,
    /// A chargeback.
    Disputed,
    /// KOMOJU marked the payment as fraud.
    Fraud,
    /// KOMOJU will not capture.
    CaptureRefused,
    /// An authorization has only days left.
    LapsesSoon,
    /// A code or session was ended because the order is not to be paid any more.
    Ended,
    /// Nobody paid, nothing can be paid any more, and the grace is over.
    Unpaid,
    /// Our update had replaced what the merchant set a moment before; that stands again.
    Restored,
}

impl MilestoneKind {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// The content of an order PUT, frozen when it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderUpdate {
    /// None leaves the status as it is.
    pub status: Option<OrderStatus>,
    /// None leaves it as it is.
    pub payment_provider_id: Option<String>,
    /// The status that this is decided over.
    pub over: Option<OrderStatus>,
    /// The line added to the staff notes; holds the payment's id, so that it is never added twice.
    pub note: String,
    /// What a person must look at because of it.
    pub attention: Option<Attention>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How much, for deeds that move money; frozen, for the same key must carry the same body.
    pub minor: Option<i64>,
    /// Where to, for refunds by bank transfer; erased once KOMOJU has answered.
    pub bank: Option<Sealed>,
    /// The `seq` of the decision that this try answers to; 0 where nobody had to decide.
    #[serde(default)]
    pub decided: u64,
    /// For refunds by bank transfer: the request that KOMOJU made of it, and the refund that it became. Known once, they
    /// stay.
    pub request: Option<String>,
    pub refund: Option<RefundId>,
}

impl Deed {
    pub fn is_indeterminate(&self) -> bool {
        matches!(self.state, DeedState::Sent)
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, DeedState::Intended { .. } | DeedState::Sent)
    }

    /// A cancel that was asked for often enough: nothing comes of it, or nobody answers.
    pub fn was_in_vain(&self) -> bool {
        let most = if self.went_unanswered() { UNANSWERED_CANCELS } else { CANCEL_TRIES };
        !self.is_open() && self.n >= most
    }

    pub fn went_unanswered(&self) -> bool {
        matches!(&self.state, DeedState::Refused { reason } if reason == UNANSWERED)
    }

    /// Somebody has found out what became of it, or put it right outside KOMOJU: it is not sent again.
    pub fn settle(&mut self) {
        (self.state, self.bank) = (DeedState::Refused { reason: SETTLED.to_owned() }, None);
    }

    pub fn was_settled(&self) -> bool {
        matches!(&self.state, DeedState::Refused { reason } if reason == SETTLED)
    }

    /// Same key for every send of the same try. `scope` names the order (at most 49 characters), so the key stays
    /// within KOMOJU's 100.
    pub fn idempotency_key(&self, scope: &str) -> String {
        format!("{scope}-{}-{}", self.action, self.n)
    }
}
