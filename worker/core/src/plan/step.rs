//! What a plan may say, and what it is made from.

use crate::state::call::{OrderSeen, RefundPart};
use crate::state::decision::Ending;
use crate::state::deed::{Action, Deed, DeedState, MilestoneKind, OrderUpdate, Subject};
use crate::state::delays::Delays;
use crate::state::settings::Provider;
use crate::state::shop::Shop;
use crate::values::attention::Attention;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::Money;
use crate::values::sealed::Sealed;

use crate::time::Moment;

/// What to do now.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    LookAtOrder,
    LookAtSession {
        attempt: u32,
    },
    LookAtPayment {
        payment: PaymentId,
    },
    /// Look at every payment an attempt ever had.
    LookAtPayments {
        attempt: u32,
    },
    /// Look at what KOMOJU itself has of a message.
    LookAtEvent {
        payment: PaymentId,
    },
    LookAtOrderRefunds,
    LookAtProvider,
    /// The order that was to be met is one of ours and unpaid; or it is none to keep.
    Meet {
        keep: bool,
    },
    /// Tell the order of a milestone.
    UpdateOrder {
        subject: Subject,
        milestone: MilestoneKind,
        update: OrderUpdate,
    },
    /// A milestone is reached, with or without an update that is already there.
    Conclude {
        subject: Subject,
        milestone: MilestoneKind,
        attention: Option<Attention>,
    },
    /// End something at KOMOJU; `because_of_order`: the order has left the unpaid statuses.
    Cancel {
        action: Action,
        because_of_order: bool,
    },
    /// Move money, at KOMOJU.
    Transfer(Transfer),
    /// Ask BigCommerce how it would book a refund.
    QuoteRefund {
        refund: RefundId,
        amount: Money,
    },
    RecordRefund {
        refund: RefundId,
        amount: Money,
        provider: Provider,
    },
    /// A deed whose answer was lost: a look has shown that it took effect.
    Found(Action),
    /// A deed that is over without effect, and why.
    GiveUp {
        action: Action,
        reason: String,
    },
    /// A decision is over.
    EndDecision {
        seq: u64,
        how: Ending,
    },
    /// Nothing until then; None: nothing at all.
    Rest(Option<Moment>),
}

impl Step {
    /// True for what moves money, moves or ends an order, or settles that it stays as it is: settings decide it, so
    /// they must be the store's own. A look changes nothing, and what a look has shown is true under any settings.
    pub fn decides(&self) -> bool {
        match self {
            Self::LookAtOrder
            | Self::LookAtSession { .. }
            | Self::LookAtPayment { .. }
            | Self::LookAtPayments { .. }
            | Self::LookAtEvent { .. }
            | Self::LookAtOrderRefunds
            | Self::LookAtProvider
            | Self::Found(_)
            | Self::GiveUp { .. }
            | Self::Rest(_) => false,
            Self::Meet { .. }
            | Self::UpdateOrder { .. }
            | Self::Conclude { .. }
            | Self::Cancel { .. }
            | Self::Transfer(_)
            | Self::QuoteRefund { .. }
            | Self::RecordRefund { .. }
            | Self::EndDecision { .. } => true,
        }
    }
}

/// A capture or a refund, with everything that is frozen when it is first sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    pub action: Action,
    /// None: all of it, where the action allows that.
    pub minor: Option<i64>,
    /// The `seq` of the decision it answers to.
    pub decided: u64,
    pub bank: Option<Sealed>,
}

/// What the very last calls have read. Anything older does not license a PUT to the order, or a refund in its books.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fresh {
    pub order: Option<OrderSeen>,
    /// The order's refunds have just been read.
    pub refunds: bool,
    /// What BigCommerce has just answered to how it would book a refund.
    pub quote: Option<Vec<Vec<RefundPart>>>,
    /// The provider of an order that is being met, just looked up.
    pub provider: Option<Option<Provider>>,
}

/// Everything a plan depends on beside the state.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub shop: &'a Shop,
    pub delays: Delays,
    pub now: Moment,
    pub fresh: &'a Fresh,
}

/// Collects the moments that are not yet due; the earliest is when to come back.
pub(super) struct Wake {
    pub(super) now: Moment,
    pub(super) next: Option<Moment>,
}

impl Wake {
    pub(super) fn is_due(&mut self, at: Moment) -> bool {
        if at <= self.now {
            return true;
        }
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
        false
    }

    pub(super) fn is_due_opt(&mut self, at: Option<Moment>) -> bool {
        at.is_some_and(|at| self.is_due(at))
    }
}

pub(super) fn not_before(deed: &Deed) -> Moment {
    match deed.state {
        DeedState::Intended { not_before } => not_before,
        DeedState::Sent | DeedState::Done | DeedState::Refused { .. } => deed.retry_at,
    }
}
