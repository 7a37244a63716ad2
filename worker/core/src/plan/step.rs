//! What a plan may say, and what it is made from.

use crate::state::call::{OrderSeen, RefundPart};
use crate::state::decision::Ending;
use crate::state::deed::{Action, Deed, DeedState, MilestoneKind, OrderUpdate, Subject};
use crate::state::delays::Delays;
use crate::state::settings::Provider;
use crate::state::shop::Shop;
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::Money;
use crate::values::sealed::Sealed;

/// What to do now. The machine carries it out; each step that leaves becomes one call.
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
    /// Look at KOMOJU's own copy of the event that a webhook claimed.
    LookAtEvent {
        payment: PaymentId,
    },
    LookAtOrderRefunds,
    LookAtProvider,
    /// An announced order that no shopper came to pay was looked at. `keep`: it is ours and unpaid; else it leaves no
    /// trace.
    Meet {
        keep: bool,
    },
    /// Tell the order of a milestone: status, payment id and note in one PUT.
    UpdateOrder {
        subject: Subject,
        milestone: MilestoneKind,
        update: OrderUpdate,
    },
    /// A milestone is reached without a PUT: the table has nothing to say to the order, or a reading shows that an
    /// earlier PUT took effect.
    Conclude {
        subject: Subject,
        milestone: MilestoneKind,
        attention: Option<Attention>,
    },
    /// End a session or a payment at KOMOJU. `because_of_order`: the order left the unpaid statuses, which deserves a
    /// line in its notes.
    Cancel {
        action: Action,
        because_of_order: bool,
    },
    /// Move money at KOMOJU: capture, refund, or ask for a refund by bank transfer.
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
    /// A deed's answer was lost, and a look shows that it took effect.
    Found(Action),
    /// A deed is over without effect, and why.
    GiveUp {
        action: Action,
        reason: String,
    },
    /// A decision is over, and how.
    EndDecision {
        seq: u64,
        how: Ending,
    },
    /// Nothing until this moment (ms since the epoch); None: nothing at all.
    Rest(Option<Moment>),
}

impl Step {
    /// True for a step that moves money, moves or ends an order, or settles that the order stays as it is. The
    /// settings decide such a step, so they must be the store's own and not a copy's. A look changes nothing, and
    /// what a look has shown is true under any settings.
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
    /// Minor units of the payment's currency. None: all of it, where the action allows that.
    pub minor: Option<i64>,
    /// The `seq` of the decision that it carries out; 0 if nobody had to decide.
    pub decided: u64,
    /// Where a bank transfer goes. None where the payment is not paid back by transfer.
    pub bank: Option<Sealed>,
}

/// What the very last calls read. BigCommerce offers no compare-and-set, so a PUT to the order, or a refund in its
/// books, is decided only on a reading made just before. [`Default`] means: nothing is fresh.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fresh {
    pub order: Option<OrderSeen>,
    /// True if the order's refunds were just read.
    pub refunds: bool,
    /// The ways in which BigCommerce would book a refund, each in one or more parts, as just quoted.
    pub quote: Option<Vec<Vec<RefundPart>>>,
    /// The offline provider of an order that is being met, just looked up. `Some(None)`: looked up, and its
    /// transactions do not tell.
    pub provider: Option<Option<Provider>>,
}

/// Everything a plan depends on besides the state.
#[derive(Debug, Clone, Copy)]
pub struct PlanSurroundings<'a> {
    pub shop: &'a Shop,
    pub delays: Delays,
    /// Ms since the epoch.
    pub now: Moment,
    pub fresh: &'a Fresh,
}

/// Collects what the plan still waits for: the moments at which something will fall due, of which the earliest is when
/// the alarm must ring, and the updates and cancels that some part would send.
pub(super) struct Wake {
    pub(super) now: Moment,
    pub(super) next: Option<Moment>,
    asked: Vec<Action>,
}

impl Wake {
    pub(super) fn at(now: Moment) -> Self {
        Self { now, next: None, asked: Vec::new() }
    }

    /// Notes that a part of the plan would send this update or cancel, now or at its time.
    pub(super) fn ask_for(&mut self, action: &Action) {
        self.asked.push(action.clone());
    }

    /// True if some part of the plan would.
    pub(super) fn is_asked_for(&self, action: &Action) -> bool {
        self.asked.contains(action)
    }

    /// True if this moment has come; else remembers it for the alarm.
    pub(super) fn is_due(&mut self, at: Moment) -> bool {
        if at <= self.now {
            return true;
        }
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
        false
    }

    /// The same; None is never due.
    pub(super) fn is_due_opt(&mut self, at: Option<Moment>) -> bool {
        at.is_some_and(|at| self.is_due(at))
    }
}

/// When a deed may be sent next.
pub(super) fn not_before(deed: &Deed) -> Moment {
    match deed.state {
        DeedState::Intended { not_before } => not_before,
        DeedState::Sent | DeedState::Done | DeedState::Refused { .. } => deed.retry_at,
    }
}
