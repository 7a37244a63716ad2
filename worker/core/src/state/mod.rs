//! All that is known about the payment of one order.
//!
//! Invariants: an attempt's terms never change; a payment belongs to the attempt whose session holds it, for good;
//! a milestone is reached once per payment; `captured` and the refunds seen are high-water marks that only rise.

pub mod call;
pub mod decision;
pub mod deed;
pub mod delays;
pub mod failure;
pub mod hint;
pub mod history;
pub mod reading;
pub mod record;
pub mod register;
pub mod settings;
pub mod shop;
pub mod table;
pub mod terms;

use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::by_key::ByKey;
use crate::values::ids::{HintId, PaymentId, RefundId, SessionId};
use crate::values::locale::Locale;
use crate::values::money::Money;
use crate::values::owed::{Basis, Evidence};
use crate::values::payment_types::{self, Authorized};
use decision::{Decision, StoredDecision, Upon};
use deed::{Action, Deed, DeedState, MilestoneKind, Subject};
use delays::Delays;
use hint::{Moved, StoredHint};
use history::{Entry, Event};
use reading::{OrderReading, OrderRefund, PaymentReading, PaymentStatus, SessionReading, SessionStatus};
use register::Register;
use serde::{Deserialize, Serialize};
use settings::{Capture, Settings};
use strum::{IntoStaticStr, VariantArray};
use table::Column;
use terms::Terms;

/// 1: milestones were a payment's alone, and refunds nobody's.
/// 2: milestones have subjects; refunds, captures and decisions are kept.
pub const SCHEMA: u32 = 2;

/// How many hints and timeline entries are kept.
pub const HISTORY: usize = 200;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub head: Head,
    pub order: Register<OrderReading>,
    /// The order's refunds, as BigCommerce's books have them.
    pub order_refunds: Register<Vec<OrderRefund>>,
    pub attempts: Vec<Attempt>,
    pub payments: ByKey<PaymentId, Payment>,
    pub hints: Vec<StoredHint>,
    pub decisions: Vec<StoredDecision>,
    pub deeds: Vec<Deed>,
    pub reached: ByKey<(Subject, MilestoneKind), Reached>,
    pub timeline: Vec<Entry>,
}

/// The first version did not write its schema down.
fn first_schema() -> u32 {
    1
}

/// What there is one of per order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// In what form the rows are written.
    #[serde(default = "first_schema")]
    pub schema: u32,
    /// The counter that orders hints, readings and deeds.
    pub seq: u64,
    /// Rises with every change; the ledger ignores older ones. See [`State::first_version`].
    pub version: u64,
    /// The version that the ledger has confirmed.
    pub ledger_version: u64,
    /// SHA-256 of the cart id, hexadecimal: a wrong proof then costs no call.
    pub cart_hash: Option<String>,
    /// The amount in the shopper's page differed from the order's.
    pub amount_disputed: bool,
    /// KOMOJU's last refusal to make a session, in its words; cleared by the next one made.
    pub session_refused: Option<String>,
    /// What was wrong with the session that KOMOJU did make, where that was the refusal.
    pub session_fault: Option<SessionFault>,
    /// KOMOJU's last word on a session was that it is asked too much just now.
    #[serde(default)]
    pub session_queued: bool,
    /// How store credit and gift certificates were counted when the last attempt was made.
    pub basis: Option<Basis>,
    /// What the order's transactions say that our method is to collect.
    pub charged: Option<Money>,
    /// Since when BigCommerce has answered every look at the order by 404; 0 where its last answer was another.
    #[serde(default)]
    pub missed_since: Moment,
    /// An order that is to be looked at although no shopper of it has come; until that look, nothing is kept.
    #[serde(default)]
    pub to_meet: bool,
    /// When an unpaid order of ours was met without a shopper.
    #[serde(default)]
    pub met_at: Moment,
    /// Our update replaced this status, which the merchant had set a moment before.
    pub replaced: Option<Moved>,
    /// What the merchant has seen and dismissed, each with what it looked like then.
    #[serde(default)]
    pub dismissed: Vec<(Attention, String)>,
    /// How many of the oldest timeline entries have been dropped.
    pub timeline_start: u64,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            seq: 0,
            version: 0,
            ledger_version: 0,
            cart_hash: None,
            amount_disputed: false,
            session_refused: None,
            session_fault: None,
            session_queued: false,
            basis: None,
            charged: None,
            missed_since: 0,
            to_meet: false,
            met_at: 0,
            replaced: None,
            dismissed: Vec::new(),
            timeline_start: 0,
        }
    }
}

/// Why a session that KOMOJU made takes nobody's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SessionFault {
    /// It offers no way to pay.
    NoMethods,
    /// Its page is on a host that is not KOMOJU's.
    Elsewhere,
}

impl SessionFault {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// How far the making of an attempt's session got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// The request may be on its way.
    Creating,
    Open,
    /// No usable session: unanswered or refused. Nobody has its URL.
    Void,
}

impl Stage {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// One try at collecting the money: one KOMOJU session under frozen terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub n: u32,
    pub terms: Terms,
    pub created_at: Moment,
    pub stage: Stage,
    pub session: Option<SessionId>,
    pub url: String,
    pub expires_at: Moment,
    pub register: Register<SessionReading>,
    /// Where the shopper goes back to: a confirmation page of the order's own shop.
    pub page: Option<String>,
    pub locale: Locale,
    /// When a shopper was first sent to KOMOJU, and by which page visit, where it named itself.
    pub left_at: Option<Moment>,
    pub left_by: Option<String>,
    /// When one last came back.
    pub returned_at: Option<Moment>,
    /// Looks at all its payments, of which the session shows but one.
    #[serde(default)]
    pub listing: Register<u32>,
    /// It was ended because of what became of the order; that deserves a line in its notes.
    #[serde(default)]
    pub ended_by_order: bool,
}

/// One payment that an attempt's session held at some time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub attempt: u32,
    pub register: Register<PaymentReading>,
    /// High-water mark: KOMOJU has said `captured` of it.
    pub captured: bool,
    /// High-water mark: every refund ever seen on it.
    #[serde(default)]
    pub refunds: Vec<RefundId>,
    pub first_seen: Moment,
    /// High-water mark, in minor units without the shopper's fee: what a capture takes a part of.
    #[serde(default)]
    pub most: i64,
    /// KOMOJU itself has an event that marks it as fraud.
    #[serde(default)]
    pub fraud: bool,
    /// A message said so; what KOMOJU has of that message is looked at first.
    pub suspicion: Option<Suspicion>,
    /// Whether, when it was captured, the merchant wanted a second payment to be given back.
    pub back_if_second: Option<bool>,
    /// High-water mark: the ids of every refund request ever seen on it.
    #[serde(default)]
    pub requests: Vec<String>,
    /// High-water mark: it was seen while its money was reserved, so that `most` is the whole of it.
    #[serde(default)]
    pub reserved: bool,
}

/// A message that must be read at its source before it means anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    pub event: HintId,
    pub failures: u32,
    pub retry_at: Moment,
}

/// A milestone, and what telling the order came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    pub at: Moment,
    /// What a person must look at because of it, until it is dismissed.
    pub attention: Option<Attention>,
    /// The same once it was dismissed.
    pub seen: Option<Attention>,
}

/// How far an attempt is: as far as its furthest payment that is paid or can still be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Being made, or never was.
    None,
    /// May be paid; nothing under way.
    Open,
    /// The shopper is paying elsewhere (wallet, 3-D Secure).
    Pending(PaymentId),
    /// A code waits for cash.
    Waiting(PaymentId),
    /// Two-step: money is reserved.
    Authorized(PaymentId),
    /// Captured; whether as asked is a question of its own.
    Captured(PaymentId),
    /// Can take no more.
    Dead,
}

impl State {
    pub fn next_seq(&mut self) -> u64 {
        self.head.seq += 1;
        self.head.seq
    }

    /// Versions count from the moment at which the payment began. So the ledger takes those of a payment that was
    /// forgotten at its end, and begins anew, for newer than those of its former life: nobody writes once a millisecond.
    pub fn first_version(&self) -> u64 {
        let began = self.attempts.first().map_or(self.head.met_at, |attempt| attempt.created_at);
        match self.head.version {
            0 => u64::try_from(began).unwrap_or(0),
            _ => 0,
        }
    }

    /// Adds a line to the history; the oldest give way.
    pub fn log(&mut self, at: Moment, event: Event) {
        self.timeline.push(Entry { at, event });
        if self.timeline.len() > HISTORY {
            self.timeline.remove(0);
            self.head.timeline_start += 1;
        }
    }

    /// Whether there is anything to keep: an order is not ours to remember before its first attempt, unless a
    /// person must look at why there is none.
    pub fn is_worth_keeping(&self) -> bool {
        !self.attempts.is_empty() || self.head.amount_disputed || self.head.met_at > 0
    }

    pub fn attempt(&self, n: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|a| a.n == n)
    }

    pub fn attempt_mut(&mut self, n: u32) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|a| a.n == n)
    }

    pub fn attempt_of_session(&self, session: &SessionId) -> Option<&Attempt> {
        self.attempts.iter().find(|a| a.session.as_ref() == Some(session))
    }

    /// The newest attempt that has a session.
    pub fn current(&self) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|a| a.stage == Stage::Open)
    }

    pub fn payments_of(&self, attempt: u32) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(move |(_, p)| p.attempt == attempt)
    }

    pub fn deed(&self, action: &Action) -> Option<&Deed> {
        self.deeds.iter().rev().find(|d| d.action == *action)
    }

    /// All that is known about what this order still owes. What an attempt that still stands was made by does not change.
    pub fn evidence(&self, settings: &Settings) -> Evidence {
        let stands = |a: &Attempt| !matches!(self.standing(a), Standing::None | Standing::Dead);
        let standing: Vec<_> = self.attempts.iter().filter(|a| stands(a)).collect();
        // Without a basis it was made by a former version, or before any credit came to the order: the amount tells.
        let split = self.order.reading.as_ref().and_then(|order| order.split);
        let as_former = |a: &&Attempt| split.is_some_and(|s| s.due(Basis::FORMER) == a.terms.amount);
        let former = || standing.iter().any(as_former).then_some(Basis::FORMER);
        Evidence {
            frozen: if standing.is_empty() { None } else { self.head.basis.or_else(former) },
            said: self.decisions.iter().rev().find_map(|stored| {
                let Decision::Owed { minor } = &stored.decided.decision else { return None };
                Some(*minor)
            }),
            charged: self.head.charged,
            ..settings.evidence()
        }
    }

    /// The newest decision of that kind that has not ended.
    pub fn armed(&self, is_it: impl Fn(&Decision) -> bool) -> Option<&StoredDecision> {
        let open = self.decisions.iter().rev().filter(|stored| stored.ended.is_none());
        open.into_iter().find(|stored| is_it(&stored.decided.decision))
    }

    /// Somebody has said, of this very payment, what is to be taken of it.
    pub fn was_decided_about(&self, id: &PaymentId) -> bool {
        let is_it = |d: &Decision| matches!(d, Decision::Capture { payment, .. } if payment == id);
        self.decisions.iter().any(|stored| is_it(&stored.decided.decision))
    }

    /// What a decision about money would be made upon now.
    pub fn upon(&self) -> Upon {
        let decided = self.decisions.iter().filter(|stored| stored.decided.decision.moves_money()).count();
        let begun = self.deeds.iter().filter(|deed| deed.action.moves_money()).count();
        let holds = |(id, payment): (&PaymentId, &Payment)| {
            let held = match payment.is(&PaymentStatus::Authorized) {
                true => Some(payment.net()),
                false => self.left(id).filter(|_| payment.is(&PaymentStatus::Captured)),
            };
            held.map(|minor| format!("{id}={minor}"))
        };
        let holdings: Vec<_> = self.payments.iter().filter_map(holds).collect();
        Upon::new(decided + begun, &holdings.join(","))
    }

    /// The payments that hold the shop's money now.
    pub fn captured(&self) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(|(_, p)| p.is(&PaymentStatus::Captured))
    }

    /// A setting that is changed later moves no money that was paid long ago.
    pub fn note_second_policy(&mut self, give_back: bool) {
        for payment in self.payments.values_mut().filter(|p| p.captured && p.back_if_second.is_none()) {
            payment.back_if_second = Some(give_back);
        }
    }

    /// Two-step: the payments whose money is reserved.
    pub fn reserved(&self) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(|(_, payment)| {
            let capture = self.attempt(payment.attempt).map_or(Capture::Auto, |a| a.terms.capture);
            payment.is(&PaymentStatus::Authorized) && !payment.waits_for_shopper(capture)
        })
    }

    /// The order was still to be paid when it was told of the money. One that the merchant had moved on by then may
    /// have been paid otherwise: what is reserved for it is taken only when somebody says so.
    pub fn was_reserved_for_it(&self, id: &PaymentId) -> bool {
        let (subject, milestone) = (Subject::Payment(id.clone()), MilestoneKind::Authorized);
        let told = self.deed(&Action::UpdateOrder { subject, milestone }).and_then(|d| d.update.as_ref());
        told.is_some_and(|update| {
            let unpaid = update.over.is_none_or(|status| Column::of(status, false) == Column::Unpaid);
            // Reserved as another amount than was asked, it was shown to a person.
            unpaid && update.attention.is_none()
        })
    }

    /// Another payment than this one is what the order was paid with.
    pub fn is_paid_by_another(&self, id: &PaymentId) -> bool {
        self.captured().any(|(other, payment)| {
            let told = (Subject::Payment(other.clone()), MilestoneKind::Paid);
            other != id && payment.held() > 0 && self.reached.contains_key(&told)
        })
    }

    pub fn standing(&self, attempt: &Attempt) -> Standing {
        if attempt.stage != Stage::Open {
            return Standing::None;
        }
        let furthest = self
            .payments_of(attempt.n)
            .filter_map(|(id, payment)| Some((payment.rank(attempt.terms.capture)?, id)))
            .max_by_key(|(rank, _)| *rank);
        match furthest {
            Some((Rank::Captured, id)) => Standing::Captured(id.clone()),
            Some((Rank::Authorized, id)) => Standing::Authorized(id.clone()),
            Some((Rank::Waiting, id)) => Standing::Waiting(id.clone()),
            Some((Rank::Pending, id)) => Standing::Pending(id.clone()),
            None if attempt.can_take_a_payment() || attempt.took_something_unseen() => Standing::Open,
            None => Standing::Dead,
        }
    }

    /// Until when an update of ours that went unanswered may still take effect. BigCommerce knows no idempotency keys and
    /// may act late: told anything else before that, the order could fall back to what the older update says.
    pub fn update_in_doubt_until(&self, delays: Delays) -> Moment {
        let updates = self.deeds.iter().filter(|deed| matches!(deed.action, Action::UpdateOrder { .. }));
        let in_doubt = updates.filter(|deed| deed.is_indeterminate());
        in_doubt.map(|deed| deed.first_sent + delays.under_way()).max().unwrap_or(0)
    }

    /// When the order was told that a payment is captured, as asked or not.
    pub fn told_of_money_at(&self, id: &PaymentId) -> Option<Moment> {
        let kinds = [MilestoneKind::Paid, MilestoneKind::Mismatch].into_iter();
        let told = |kind| self.reached.get(&(Subject::Payment(id.clone()), kind));
        kinds.filter_map(told).map(|reached| reached.at).min()
    }

    /// What the order is, as it was last read.
    pub fn column(&self) -> Option<Column> {
        self.order.reading.as_ref().map(OrderReading::column)
    }

    /// Whether something may still be paid, or is paid and the order has not been told.
    pub fn is_open(&self) -> bool {
        self.attempts.iter().any(|attempt| match self.standing(attempt) {
            Standing::Captured(id) => self.told_of_money_at(&id).is_none(),
            Standing::None | Standing::Dead => false,
            Standing::Open | Standing::Pending(_) | Standing::Waiting(_) | Standing::Authorized(_) => true,
        })
    }

    /// What waits on the ladder is tried again soon: somebody is there, or something was put right. Never before an
    /// answer to what is under way could have come.
    pub fn hurry(&mut self, at: Moment) {
        let soon = at + Delays::UNDER_WAY;
        for deed in self.deeds.iter_mut().filter(|deed| deed.is_open()) {
            deed.retry_at = deed.retry_at.min(soon);
            if let DeedState::Intended { not_before } = &mut deed.state {
                *not_before = soon.min(*not_before);
            }
        }
    }

    /// The furthest payment of an attempt that is not captured but may still be.
    pub fn live_payment(&self, attempt: &Attempt) -> Option<&PaymentId> {
        let ranked =
            self.payments_of(attempt.n).filter_map(|(id, p)| Some((p.rank(attempt.terms.capture)?, id)));
        ranked.filter(|(rank, _)| *rank != Rank::Captured).max_by_key(|(rank, _)| *rank).map(|(_, id)| id)
    }
}

/// Orders what a payment may still become; the larger is further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Pending,
    Waiting,
    Authorized,
    Captured,
}

impl Payment {
    pub fn new(attempt: u32, first_seen: Moment) -> Self {
        Self {
            attempt,
            register: Register::default(),
            captured: false,
            refunds: Vec::new(),
            first_seen,
            most: 0,
            fraud: false,
            suspicion: None,
            back_if_second: None,
            requests: Vec::new(),
            reserved: false,
        }
    }

    pub fn is(&self, status: &PaymentStatus) -> bool {
        self.register.reading.as_ref().is_some_and(|r| r.status == *status)
    }

    /// Nothing was ever taken by it, and nothing will be.
    pub fn is_spent(&self) -> bool {
        !self.captured && self.is_dead()
    }

    /// It came to nothing, or was given up.
    pub fn is_dead(&self) -> bool {
        let dead = [PaymentStatus::Cancelled, PaymentStatus::Expired, PaymentStatus::Failed];
        dead.iter().any(|status| self.is(status))
    }

    /// Not captured, and not over.
    pub fn may_still_be_paid(&self) -> bool {
        match self.register.reading.as_ref().map(|reading| &reading.status) {
            Some(PaymentStatus::Pending | PaymentStatus::Authorized | PaymentStatus::Other(_)) => true,
            Some(
                PaymentStatus::Captured
                | PaymentStatus::Refunded
                | PaymentStatus::Cancelled
                | PaymentStatus::Expired
                | PaymentStatus::Failed,
            )
            | None => false,
        }
    }

    /// Everything waits for the shopper while `authorized`, but for types that are known to reserve money, where capture
    /// is by hand.
    pub fn waits_for_shopper(&self, capture: Capture) -> bool {
        let reserves = |method: &str| payment_types::authorized(method) == Authorized::Reserved;
        self.is(&PaymentStatus::Authorized)
            && self
                .register
                .reading
                .as_ref()
                .is_some_and(|r| capture == Capture::Auto || !reserves(&r.method))
    }

    fn rank(&self, capture: Capture) -> Option<Rank> {
        match &self.register.reading.as_ref()?.status {
            PaymentStatus::Captured | PaymentStatus::Refunded => Some(Rank::Captured),
            PaymentStatus::Authorized if self.waits_for_shopper(capture) => Some(Rank::Waiting),
            PaymentStatus::Authorized => Some(Rank::Authorized),
            // A status we do not know may still become a payment.
            PaymentStatus::Pending | PaymentStatus::Other(_) => Some(Rank::Pending),
            PaymentStatus::Cancelled | PaymentStatus::Expired | PaymentStatus::Failed => None,
        }
    }
}

impl Attempt {
    /// Whether the session, as last read, may still take a payment. `expired` and `cancelled` end it; `completed`
    /// leaves it as far as its payments are.
    fn can_take_a_payment(&self) -> bool {
        let Some(session) = &self.register.reading else { return true };
        match &session.status {
            SessionStatus::Pending | SessionStatus::Other(_) => !session.expired,
            SessionStatus::Completed | SessionStatus::Cancelled => false,
        }
    }

    /// KOMOJU calls the session completed, and shows no payment: what it took is still to be found in the list.
    pub fn took_something_unseen(&self) -> bool {
        let completed = |s: &SessionReading| s.status == SessionStatus::Completed && s.payment.is_none();
        self.register.reading.as_ref().is_some_and(completed) && self.listing.is_wanted()
    }

    /// Whether the session itself should be told to end, should it have to.
    pub fn session_is_pending(&self) -> bool {
        self.stage == Stage::Open && self.can_take_a_payment()
    }
}
