//! Deeds: the changes that we make at KOMOJU and BigCommerce, each written down before it is sent.
//!
//! Invariant: `Sent` is committed before the call leaves. So after a crash at any point we know of every call that
//! may have taken effect. A sent deed without an answer is *indeterminate*: we look for its effect before we send it
//! again. A final refusal ends the try; another try is a deed of its own, with the next number and its own
//! idempotency key. [`Deed`] tells this by an example.

use super::reading::Cause;
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::ids::{InvalidId, PaymentId, RefundId};
use crate::values::order_status::OrderStatus;
use crate::values::sealed::Sealed;
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// After how many refused tries of a cancel we stop and ask the merchant.
const CANCEL_TRIES: u32 = 3;

/// After how many tries without any answer we stop. Each try lasts 20 h, the life of its idempotency key, so this is
/// more than the 30 days for which money stays reserved.
const UNANSWERED_CANCELS: u32 = 40;

/// The reason of a try that KOMOJU never answered, and whose effect a later look did not find.
/// The next try may follow at once.
pub const UNANSWERED: &str = "unanswered";

/// The reason of a try that the merchant settled outside KOMOJU, for example by paying the shopper back in cash.
pub const SETTLED: &str = "settled outside KOMOJU";

/// The reason of a try that nothing asks for any more: the merchant has moved the order on, or the news has passed.
pub const UNASKED: &str = "nothing asks for it any more";

/// What a deed changes, and where.
///
/// Its text form is the key under which the deed is stored, and a part of the idempotency key. It must never change:
/// the rows of former versions hold it.
///
/// ```text
/// UpdateOrder                        order-paid-pay_1       order-ended-attempt#2      order-unpaid-order#
/// CancelSession, CancelPayment       cancel-session-2       cancel-pay_1
/// Capture                            capture-pay_1
/// RefundPayment                      refund-bc-refund:12    refund-panel-refund:57     refund-pay_2-twice
/// RequestRefund                      refund-request-bc-refund:12
/// RecordRefund                       record-ref_9
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Tell the order in BigCommerce of a milestone: status, payment id and staff note in one PUT.
    UpdateOrder { subject: Subject, milestone: MilestoneKind },
    /// Cancel an attempt's session at KOMOJU, so that nobody can pay it any more.
    CancelSession { attempt: u32 },
    /// Cancel a payment at KOMOJU: a code that waits for cash, or an authorization.
    CancelPayment { payment: PaymentId },
    /// Two-step: capture an authorized payment.
    Capture { payment: PaymentId },
    /// Refund a payment through KOMOJU's API.
    RefundPayment { payment: PaymentId, cause: Cause },
    /// Ask KOMOJU's staff to refund by bank transfer, for a payment made with cash.
    RequestRefund { payment: PaymentId, cause: Cause },
    /// Enter a refund that was made at KOMOJU into BigCommerce's books.
    RecordRefund { refund: RefundId },
}

/// The kind of an [`Action`], without what it is about.
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
    /// How the key of such a deed begins. [`Self::of_key`] takes the first that fits, so of two such as
    /// `cancel-session-` and `cancel-` the longer must be declared first.
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

    /// The kind of the deed that is stored under this key. None: another version wrote it.
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

    /// True for captures and refunds: they must never take effect twice, so we look for
    /// them before we send them again.
    pub fn moves_money(&self) -> bool {
        self.is_refund() || matches!(self, Self::Capture { .. })
    }

    /// The payment at KOMOJU that it changes; None if it changes a session or the order.
    pub fn payment(&self) -> Option<&PaymentId> {
        match self {
            Self::CancelPayment { payment }
            | Self::Capture { payment }
            | Self::RefundPayment { payment, .. }
            | Self::RequestRefund { payment, .. } => Some(payment),
            Self::UpdateOrder { .. } | Self::CancelSession { .. } | Self::RecordRefund { .. } => None,
        }
    }

    /// Why money goes back; None if it does not.
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

    /// True for a refund on either side. While one is under way or unanswered, no other refund of the order is begun.
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
            // Without the payment's id: the cause is unique within its order, and KOMOJU
            // limits a key to 100 characters.
            Self::RefundPayment { cause, .. } | Self::RequestRefund { cause, .. } => cause.fmt(f),
            Self::RecordRefund { refund } => refund.fmt(f),
        }
    }
}

/// What a milestone is about.
///
/// In text: `pay_1`, `attempt#2`, `refund#ref_9`, `order#`. These cannot be confused,
/// because no payment id has a `#`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    Payment(PaymentId),
    /// The number of an attempt.
    Attempt(u32),
    /// A refund made at KOMOJU.
    Refund(RefundId),
    /// The order itself: nobody paid it, or a status of the merchant's is restored.
    Order,
}

impl Subject {
    const ATTEMPT: &str = "attempt#";
    const REFUND: &str = "refund#";
    const ORDER: &str = "order#";

    /// Errors: the text is none of the forms that [`fmt::Display`] writes.
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

/// Something that the order in BigCommerce is told once per [`Subject`]. From then on its
/// status belongs to the merchant.
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
    /// KOMOJU issued a code that waits for cash.
    #[serde(rename = "code")]
    #[strum(serialize = "code")]
    CodeIssued,
    /// Two-step: the money is reserved.
    Authorized,
    /// Captured, exactly as asked.
    Paid,
    /// Captured, but another amount or currency than we asked for.
    Mismatch,
    /// Money was refunded at KOMOJU. Its subject is the refund.
    Refunded,
    /// The shopper's bank charged the payment back.
    Disputed,
    /// KOMOJU marked the payment as fraud.
    Fraud,
    /// Two-step: KOMOJU refused to capture.
    CaptureRefused,
    /// Two-step: the authorization lapses within days.
    LapsesSoon,
    /// We cancelled a code or session because the order is not to be paid any more.
    Ended,
    /// Nobody paid, nothing can be paid any more, and the grace that the merchant set is over.
    Unpaid,
    /// Our PUT had overwritten a status that the merchant set a moment before; we set theirs again.
    Restored,
}

impl MilestoneKind {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// The content of a PUT to the order, frozen when we decided on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderUpdate {
    /// None leaves the status as it is.
    pub status: Option<OrderStatus>,
    /// None leaves the field as it is.
    pub payment_provider_id: Option<String>,
    /// The status that we had read when we decided. If BigCommerce later reports that our PUT replaced another one,
    /// it overtook somebody. None: a former version kept none, or the PUT was given up after a send without effect.
    pub over: Option<OrderStatus>,
    /// The line added to the staff notes. It names its milestone and subject, so a later look can find it.
    pub note: String,
    /// What the merchant must look at because of it.
    pub attention: Option<Attention>,
}

/// How far a deed is; see [`Deed`] for the way from one state to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeedState {
    /// Not under way, and certainly without effect so far. May be sent from `not_before` on, in ms since the epoch.
    Intended {
        not_before: Moment,
    },
    /// Sent, or about to be. Until an answer comes, nobody knows whether it took effect.
    Sent,
    Done,
    /// This try is over without effect. The reason is the other side's final no in its words, or one of ours, such as
    /// [`UNANSWERED`], [`UNASKED`] and [`SETTLED`].
    Refused {
        reason: String,
    },
}

/// One try at one change at KOMOJU or BigCommerce.
///
/// # States
///
/// ```text
/// Intended ──► Sent ──► Done         answered yes, or a look found the effect
///    ▲          │ └───► Refused      answered with a final no; given up; or settled by the merchant
///    └──────────┘                    BigCommerce says "not now" (429): this had no effect, and is sent again later
///               ↺                    no answer, a 5xx, or KOMOJU says "not now": stays Sent; looked for, sent again
/// ```
///
/// # A refund whose answer is lost
///
/// The merchant refunds ¥1,000 in BigCommerce (refund 12) of order 118 in store `abc123`:
///
/// ```text
/// time     try  state    seq   what happens
/// 0 s       1   Sent     41    committed; then POST …/pay_1/refund leaves,
///                              with the key abc123-118-refund-bc-refund:12-1
/// 30 s      1   Sent     41    no answer: indeterminate. KOMOJU may have paid. We want a look at pay_1
/// 35 s      1   Sent     41    the look (seq 42 > 41) shows no refund that is marked bc-refund:12
/// 35 s      1   Sent     43    sent again with the same key and body: KOMOJU carries it out at most once
/// 36 s      1   Done     43    answered
/// ```
///
/// Without any answer this goes on up the ladder of [`super::delays`] for 20 h, because KOMOJU forgets a key after
/// 24 h. Then comes one more look, late enough that the last send cannot take effect any more. If it finds nothing,
/// try 1 becomes `Refused("unanswered")`, and try 2 begins with its own key. Had KOMOJU answered 422, try 1 would be
/// `Refused` with its words, the merchant would see them, and only a new decision of theirs would begin try 2.
///
/// BigCommerce has no idempotency keys. There, what was sent is always looked for first: an [`Action::UpdateOrder`]
/// by its line in the staff notes, an [`Action::RecordRefund`] by its marker in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub action: Action,
    /// The number of this try, from 1. After a refusal, the next try is a new deed.
    pub n: u32,
    pub state: DeedState,
    /// The `seq` of the call that sent it last; 0 before the first. A reading with a larger one was asked for later.
    pub seq: u64,
    /// Ms since the epoch. When the life of this try's idempotency key began: its first send that may have had
    /// effect. For an update of the order, which has no key: its last send.
    pub first_sent: Moment,
    /// How many sends of this try have failed.
    pub failures: u32,
    /// Ms since the epoch. When an indeterminate deed may be looked for or sent again. For one that is over: when the
    /// next try may begin.
    pub retry_at: Moment,
    /// The PUT's content; None unless the action is [`Action::UpdateOrder`].
    pub update: Option<OrderUpdate>,
    /// The amount, for deeds that move money: in minor units of the payment's currency, for [`Action::RecordRefund`]
    /// of the order's. Frozen, because the same key must carry the same body. None: a capture of the whole.
    pub minor: Option<i64>,
    /// The shopper's bank account, for refunds by bank transfer. Erased once KOMOJU has answered.
    pub bank: Option<Sealed>,
    /// The `seq` of the merchant's decision that this try carries out; 0 if nobody had to decide.
    #[serde(default)]
    pub decided: u64,
    /// For refunds by bank transfer: the id of the request that KOMOJU made of it. Once known it never changes.
    pub request: Option<String>,
    /// For refunds by bank transfer: the refund that the request became. Once known it never changes.
    pub refund: Option<RefundId>,
}

impl Deed {
    /// It was sent and has no answer: nobody knows whether it took effect.
    pub fn is_indeterminate(&self) -> bool {
        matches!(self.state, DeedState::Sent)
    }

    /// It is neither done nor refused.
    pub fn is_open(&self) -> bool {
        matches!(self.state, DeedState::Intended { .. } | DeedState::Sent)
    }

    /// For a cancel: we have tried often enough and stop. KOMOJU keeps refusing, says yes without
    /// any effect, or does not answer.
    pub fn was_in_vain(&self) -> bool {
        let no_answer = self.went_unanswered() || self.went_unasked();
        let most = if no_answer { UNANSWERED_CANCELS } else { CANCEL_TRIES };
        !self.is_open() && self.n >= most
    }

    /// Its try ended without an answer, and a look found no effect.
    pub fn went_unanswered(&self) -> bool {
        matches!(&self.state, DeedState::Refused { reason } if reason == UNANSWERED)
    }

    /// Its try ended because nothing asked for it any more. Neither side refused it.
    pub fn went_unasked(&self) -> bool {
        matches!(&self.state, DeedState::Refused { reason } if reason == UNASKED)
    }

    /// It was sent, and nobody has said that this changed nothing.
    pub fn may_have_had_effect(&self) -> bool {
        match &self.state {
            DeedState::Sent | DeedState::Done => true,
            DeedState::Intended { .. } => false,
            DeedState::Refused { .. } => self.went_unanswered() || self.went_unasked() || self.was_settled(),
        }
    }

    /// Ends it because the merchant has found out what became of it, or put it right outside KOMOJU. It is never sent
    /// again, and the shopper's bank account is erased.
    pub fn settle(&mut self) {
        (self.state, self.bank) = (DeedState::Refused { reason: SETTLED.to_owned() }, None);
    }

    /// The merchant has ended it, see [`Self::settle`].
    pub fn was_settled(&self) -> bool {
        matches!(&self.state, DeedState::Refused { reason } if reason == SETTLED)
    }

    /// The idempotency key, the same for every send of this try. `scope` names the store and the order in at most 49
    /// characters (`abc123-118`), so that the key stays within KOMOJU's 100.
    pub fn idempotency_key(&self, scope: &str) -> String {
        format!("{scope}-{}-{}", self.action, self.n)
    }
}
