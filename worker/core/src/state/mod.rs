//! Everything we know about the payment of one order ([`State`]), and the questions that the core asks of it.
//!
//! Taking a payment is not a chain of event handlers: webhooks come late, twice, out of order or never. So we keep
//! three kinds of thing apart:
//!
//! - a *hint* ([`hint`]) is somebody's word that something happened. It makes us look, and does nothing else;
//! - a *reading* ([`reading`], [`register`]) is the answer to our own request. We believe readings only;
//! - a *deed* ([`deed`]) is a change that we make at KOMOJU or BigCommerce, written down before it is sent.
//!
//! Beside them stand the merchant's *decisions* ([`decision`]) and the *milestones* that the order has been told of
//! ([`Reached`]). [`crate::plan`] reads all of it to name the next step; only [`crate::machine::Machine`] changes it.
//!
//! # One order, from start to paid (simplified)
//!
//! `seq` is one counter per order ([`Head::seq`]). Hints, decisions, looks and deeds each take the next number, so
//! comparing two numbers tells which came first, whatever the clocks say.
//!
//! ```text
//! seq  what happens                                        what is kept
//!  1   we read the order: status 7, ¥3,000 due             order: reading of seq 1
//!  2   we create a KOMOJU session                          attempt 1: terms ¥3,000, Creating, then Open
//!  3   a webhook of KOMOJU: payment pay_1 is authorized    the hint; attempt 1 and pay_1: wanted = 3
//!  4   we read the session; it shows pay_1, a konbini      both registers: reading of seq 4. As 4 > 3, the hint
//!      code, `authorized`                                  is answered. The attempt's standing: Waiting(pay_1)
//!  5   we read the order: still 7                          order: reading of seq 5
//!  6   PUT: "a code was issued", a staff note              deed UpdateOrder, Sent, then Done; CodeIssued reached
//!  …   days later: the webhook `payment.captured` is lost
//!  7   the daily look reads the session: pay_1 captured    standing Captured(pay_1), the mark `captured` is set
//!  8   we read the order: still 7
//!  9   PUT: status 11, a staff note                        deed UpdateOrder; Paid reached: from now on, the status
//!                                                          is the merchant's
//! ```
//!
//! # Invariants
//!
//! - An attempt's [`Terms`] never change. When the merchant edits the order, a new attempt is made.
//! - A payment belongs for good to the attempt whose session held it.
//! - A milestone is reached once per [`Subject`], and the order hears of it once. Two exceptions: an update of ours
//!   can overtake the merchant more than once ([`MilestoneKind::Restored`]), and when the merchant orders a capture
//!   again, KOMOJU's earlier refusal of it is forgotten ([`MilestoneKind::CaptureRefused`]).
//! - KOMOJU's answers can go backwards, so what was once seen is kept beside the reading, in marks that only rise:
//!   [`Payment::captured`], [`Payment::refunds`], [`Payment::requests`], [`Payment::most`], [`Payment::reserved`].

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

use crate::texts::locale::Locale;
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::by_key::ByKey;
use crate::values::ids::{HintId, PaymentId, RefundId, SessionId};
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
use settings::{Capture, RefundPolicy, Settings};
use strum::{IntoStaticStr, VariantArray};
use table::Column;
use terms::Terms;

/// The form of the rows that this version writes. Older rows are upgraded as they are read ([`record::restore`]).
///
/// - 1: only payments had milestones; the app did not handle refunds.
/// - 2: a milestone has a [`Subject`]; refunds, captures and decisions are kept.
pub const SCHEMA: u32 = 2;

/// How many hints, and how many timeline entries, are kept per order.
pub const HISTORY: usize = 200;

/// Everything that one order's Durable Object keeps. It is stored as rows, see [`record`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub head: Head,
    /// Looks at the order.
    pub order: Register<OrderReading>,
    /// The order's refunds, as BigCommerce's books have them.
    pub order_refunds: Register<Vec<OrderRefund>>,
    /// Every attempt ever made for this order, oldest first.
    pub attempts: Vec<Attempt>,
    /// Every payment that KOMOJU has shown for one of the attempts' sessions.
    pub payments: ByKey<PaymentId, Payment>,
    /// The newest [`HISTORY`] hints, oldest first.
    pub hints: Vec<StoredHint>,
    /// What the merchant decided in the panel, oldest first.
    pub decisions: Vec<StoredDecision>,
    /// Every try of every deed, oldest first.
    pub deeds: Vec<Deed>,
    /// The milestones that the order has been told of, or that need no telling.
    pub reached: ByKey<(Subject, MilestoneKind), Reached>,
    /// What happened, for the merchant to read: the newest [`HISTORY`] lines.
    pub timeline: Vec<Entry>,
}

/// Schema of a head row that names none: only the first version wrote such rows.
fn first_schema() -> u32 {
    1
}

/// Facts of which an order has just one each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The schema of the stored rows, see [`SCHEMA`].
    #[serde(default = "first_schema")]
    pub schema: u32,
    /// The last number given out by the counter that orders hints, decisions, readings and deeds.
    pub seq: u64,
    /// Rises with every change; the ledger ignores a row with an older version. See [`State::first_version`].
    pub version: u64,
    /// The version that the ledger has confirmed.
    pub ledger_version: u64,
    /// SHA-256 of the order's cart id, in hexadecimal. It lets us reject a wrong proof without a call to BigCommerce.
    pub cart_hash: Option<String>,
    /// True after a start was refused because the shopper's page showed another amount than the order has.
    pub amount_disputed: bool,
    /// KOMOJU's last refusal to make a session, in its words. The next session made clears it.
    pub session_refused: Option<String>,
    /// Set if `session_refused` is our own verdict: KOMOJU did make a session, but with this fault.
    pub session_fault: Option<SessionFault>,
    /// True if KOMOJU did not make the last session because it was asked too much at that moment.
    #[serde(default)]
    pub session_queued: bool,
    /// How store credit and gift certificates were counted when the last attempt was made. None: the order had
    /// neither, or a former version made the attempt.
    pub basis: Option<Basis>,
    /// The amount that our payment method is to collect, by the order's transactions. None: not
    /// looked up, or they do not say.
    pub charged: Option<Money>,
    /// Ms since the epoch. Since when BigCommerce has answered 404 to every look at the order; 0 if
    /// its last answer was another one.
    #[serde(default)]
    pub missed_since: Moment,
    /// BigCommerce announced the order, but no shopper has come: look at it once. Until that look nothing is kept.
    #[serde(default)]
    pub to_meet: bool,
    /// Ms since the epoch. When we first kept this order without an attempt: it was announced and found to be ours,
    /// or a start failed for a reason that the merchant must see. 0: never.
    #[serde(default)]
    pub met_at: Moment,
    /// Set while a status of the merchant's is to be restored: our PUT overwrote it a moment after it was set.
    pub replaced: Option<Moved>,
    /// What the merchant has dismissed, each with a text of what it looked like then. It returns when that changes.
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

/// Why we send no shopper to a session that KOMOJU did make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SessionFault {
    /// Its list of payment methods is empty.
    NoMethods,
    /// Its page is on a host that is not KOMOJU's.
    Elsewhere,
}

impl SessionFault {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// How far the making of an attempt's session got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// `POST /sessions` was written down; it may be on its way.
    Creating,
    /// KOMOJU made the session, and we know its id and URL. It may have ended since: see [`Standing`].
    Open,
    /// There is no usable session: KOMOJU refused, or did not answer. An unanswered one may exist at KOMOJU, but
    /// nobody has its URL, so nobody can pay it.
    Void,
}

impl Stage {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// One try at collecting the money: one KOMOJU session, under terms that were frozen when it was made.
///
/// A second attempt is made when the first can no longer serve: its session has expired, the merchant edited the
/// order so that another amount is due, or the shopper wants to pay another way (what was open is cancelled first).
/// The older attempt is kept, because its money may still arrive. A konbini code that was paid minutes before we
/// cancelled it must be recognised:
///
/// ```text
/// attempt 1   ¥3,000   session s1: pay_1 konbini, cancelled by us          standing Dead
/// attempt 2   ¥3,000   session s2: pay_2 card, failed
///                                  pay_3 card, captured                    standing Captured(pay_3)
/// …later, KOMOJU says that pay_1 was captured after all:
/// attempt 1   ¥3,000   session s1: pay_1 konbini, captured                 standing Captured(pay_1): paid twice
/// ```
///
/// A session holds several payments over time and shows only one of them. We remember every one that we saw
/// ([`State::payments`]), and once the session can take nothing more we list them all (`listing`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// 1 for the order's first attempt; the last part of the `external_order_num`.
    pub n: u32,
    pub terms: Terms,
    /// Ms since the epoch.
    pub created_at: Moment,
    pub stage: Stage,
    /// None until KOMOJU has answered `POST /sessions`.
    pub session: Option<SessionId>,
    /// KOMOJU's payment page; empty as long as `session` is None.
    pub url: String,
    /// Ms since the epoch. Meaningful only once there is a session.
    pub expires_at: Moment,
    /// Looks at the session.
    pub register: Register<SessionReading>,
    /// Where the shopper goes back to: a confirmation page of the order's own shop, without its query.
    pub page: Option<String>,
    /// The shopper's language.
    pub locale: Locale,
    /// When a shopper was first sent to KOMOJU; None: nobody was.
    pub left_at: Option<Moment>,
    /// The page visit that was sent there, if it named itself. It alone may repeat a start whose answer was lost.
    pub left_by: Option<String>,
    /// When a shopper last came back from KOMOJU.
    pub returned_at: Option<Moment>,
    /// Looks at the list of all its payments. The reading is how many there were.
    #[serde(default)]
    pub listing: Register<u32>,
    /// True if we ended it because of what became of the order. The order then gets a staff note about it.
    #[serde(default)]
    pub ended_by_order: bool,
}

/// One payment that an attempt's session held at some time, under KOMOJU's payment id.
///
/// `register` holds what KOMOJU said last. Remote answers can go backwards, so the marks beside it keep what was ever
/// seen; a reading that falls below a mark is shown to the merchant and never hides money:
///
/// ```text
/// KOMOJU answers                    captured   refunds    we conclude
/// authorized                        false      []
/// captured                          true       []
/// captured, refund r1 of ¥500       true       [r1]
/// captured, no refund               true       [r1]       r1 is gone: Attention::CaptureVanished
/// ```
///
/// The amounts that follow from a payment (what is held, left, refundable) are worked out in
/// [`crate::refunds::holdings`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// The number of the attempt whose session held it.
    pub attempt: u32,
    /// Looks at the payment. Empty while only a hint has named it.
    pub register: Register<PaymentReading>,
    /// High-water mark: KOMOJU has called it `captured`.
    pub captured: bool,
    /// High-water mark: every refund ever seen on it, chargebacks included.
    #[serde(default)]
    pub refunds: Vec<RefundId>,
    /// Ms since the epoch.
    pub first_seen: Moment,
    /// High-water mark: the largest `net` ever read, in minor units of the payment's currency. While it was
    /// authorized that was the whole sum, so a smaller net later means that only a part was captured.
    #[serde(default)]
    pub most: i64,
    /// True once KOMOJU's own record of an event has confirmed that the payment was marked as fraud.
    #[serde(default)]
    pub fraud: bool,
    /// A webhook says that the payment was marked as fraud; its event is still to be read at KOMOJU.
    pub suspicion: Option<Suspicion>,
    /// Whether the setting said, when this payment was captured, that a second payment is refunded without asking.
    /// None: not captured yet. A setting changed later does not refund money that was paid long ago.
    pub back_if_second: Option<bool>,
    /// High-water mark: the id of every refund request ever seen on it.
    #[serde(default)]
    pub requests: Vec<String>,
    /// High-water mark: we saw it while it was authorized, so `most` is the whole sum and not just a captured part.
    #[serde(default)]
    pub reserved: bool,
}

/// A webhook whose claim only its event at KOMOJU can confirm: the payment itself shows nothing of a fraud mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// The event to read.
    pub event: HintId,
    /// Looks at the event that failed in a row.
    pub failures: u32,
    /// Ms since the epoch. When the event may be read next.
    pub retry_at: Moment,
}

/// A milestone that needs no more telling: the order has heard of it, or need not, or BigCommerce refused the update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Ms since the epoch.
    pub at: Moment,
    /// What the merchant must look at because of it; None after it was dismissed.
    pub attention: Option<Attention>,
    /// What `attention` was before the merchant dismissed it.
    pub seen: Option<Attention>,
}

/// How far an attempt is: as far as its furthest payment that was captured or still can be.
///
/// What `authorized` means depends on the payment type and on the terms: for a konbini code it means that the code
/// waits for cash; money is reserved only if the capture is by hand and the type is known to reserve it.
///
/// ```text
/// session      its payments                      capture   standing
/// pending      none                              auto      Open
/// pending      pay_1 failed, pay_2 pending       auto      Pending(pay_2)
/// completed    pay_1 konbini authorized          manual    Waiting(pay_1)
/// completed    pay_1 card authorized             auto      Waiting(pay_1)
/// completed    pay_1 card authorized             manual    Authorized(pay_1)
/// completed    pay_1 captured                    auto      Captured(pay_1)
/// completed    pay_1 captured, then refunded     auto      Captured(pay_1)
/// expired      pay_1 expired                     auto      Dead
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The session is being made, or never was.
    None,
    /// The session can be paid, and no payment is under way.
    Open,
    /// The shopper is paying elsewhere (wallet, 3-D Secure).
    Pending(PaymentId),
    /// The payment waits for the shopper: a code for cash, or a wallet that has not confirmed.
    Waiting(PaymentId),
    /// Two-step: the money is reserved, to be captured later.
    Authorized(PaymentId),
    /// The money was captured, and perhaps refunded since. Whether it is what we asked for is another question.
    Captured(PaymentId),
    /// The session can take no more, and nothing in it was captured or can be.
    Dead,
}

impl State {
    /// Takes the next number of the order's counter.
    pub fn next_seq(&mut self) -> u64 {
        self.head.seq += 1;
        self.head.seq
    }

    /// The version to count from: when this payment began, in ms since the epoch; 0 once it has a version.
    ///
    /// A payment is deleted some time after its end. If the same order begins anew, a count from 1 would
    /// look older to the ledger than the row of its former life. A time cannot: versions never rise
    /// faster than one per millisecond.
    pub fn first_version(&self) -> u64 {
        let began = self.attempts.first().map_or(self.head.met_at, |attempt| attempt.created_at);
        match self.head.version {
            0 => u64::try_from(began).unwrap_or(0),
            _ => 0,
        }
    }

    /// Adds a line to the timeline; beyond [`HISTORY`] lines, drops the oldest.
    pub fn log(&mut self, at: Moment, event: Event) {
        self.timeline.push(Entry { at, event });
        if self.timeline.len() > HISTORY {
            self.timeline.remove(0);
            self.head.timeline_start += 1;
        }
    }

    /// Whether anything is to be stored. Before its first attempt an order is none of our business, unless the
    /// merchant must be told why there is no attempt.
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

    /// Every payment that the attempt's session was ever seen to hold.
    pub fn payments_of(&self, attempt: u32) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(move |(_, p)| p.attempt == attempt)
    }

    /// The newest try of this action.
    pub fn deed(&self, action: &Action) -> Option<&Deed> {
        self.deeds.iter().rev().find(|d| d.action == *action)
    }

    /// What we know about the amount that this order still owes. While an attempt can still be paid, or was paid, the
    /// order is counted as it was when that attempt was made: the shopper has seen that amount.
    pub fn evidence(&self, settings: &Settings) -> Evidence {
        let stands = |a: &Attempt| !matches!(self.standing(a), Standing::None | Standing::Dead);
        let standing: Vec<_> = self.attempts.iter().filter(|a| stands(a)).collect();
        // No basis is kept for an attempt of a former version, nor for one made before the order had any credit. If
        // the amount is what a former version would have asked for, one of those made it.
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

    /// The newest decision of that kind that has not ended: it is still to be acted on, or under way.
    pub fn armed(&self, is_it: impl Fn(&Decision) -> bool) -> Option<&StoredDecision> {
        let open = self.decisions.iter().rev().filter(|stored| stored.ended.is_none());
        open.into_iter().find(|stored| is_it(&stored.decided.decision))
    }

    /// True if the merchant ever ordered a capture of this payment by hand. We then never capture it automatically:
    /// they may have wanted less.
    pub fn was_decided_about(&self, id: &PaymentId) -> bool {
        let is_it = |d: &Decision| matches!(d, Decision::Capture { payment, .. } if payment == id);
        self.decisions.iter().any(|stored| is_it(&stored.decided.decision))
    }

    /// What a decision about money is based on now: how many such decisions and deeds there have been, and what each
    /// payment holds. The panel's page carries it, so a click on an outdated page is recognised.
    ///
    /// ```text
    /// 2|pay_1=3000,pay_2=1200      a decision and its deed so far; ¥3,000 left of pay_1, ¥1,200 of pay_2
    /// ```
    pub fn upon(&self) -> Upon {
        let decided = self.decisions.iter().filter(|stored| stored.decided.decision.moves_money()).count();
        let begun = self.deeds.iter().filter(|deed| deed.action.moves_money()).count();
        let holds = |(id, payment): (&PaymentId, &Payment)| {
            let held = match payment.is(&PaymentStatus::Authorized) {
                true => Some(payment.net()),
                false => self.remaining(id).filter(|_| payment.is(&PaymentStatus::Captured)),
            };
            held.map(|minor| format!("{id}={minor}"))
        };
        let holdings: Vec<_> = self.payments.iter().filter_map(holds).collect();
        Upon::new(decided + begun, &holdings.join(","))
    }

    /// The payments that KOMOJU calls captured now. A refunded one is not among them.
    pub fn captured(&self) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(|(_, p)| p.is(&PaymentStatus::Captured))
    }

    /// Freezes, for each newly captured payment, whether a second payment is refunded without asking. A setting that
    /// the merchant changes later must not refund what was paid long ago.
    pub fn note_second_policy(&mut self, give_back: bool) {
        for payment in self.payments.values_mut().filter(|p| p.captured && p.back_if_second.is_none()) {
            payment.back_if_second = Some(give_back);
        }
    }

    /// Freezes the refund setting for each refund that we first saw while it was not known for certain. True if there
    /// was one.
    pub fn note_refund_policy(&mut self, setting: RefundPolicy) -> bool {
        let all = self.order_refunds.reading.iter_mut().flatten();
        let unsure = all.filter(|refund| refund.policy.is_none());
        unsure.map(|refund| refund.policy = Some(setting)).count() > 0
    }

    /// Two-step: the payments whose money is reserved now.
    pub fn reserved(&self) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(|(_, payment)| {
            let capture = self.attempt(payment.attempt).map_or(Capture::Auto, |a| a.terms.capture);
            payment.is(&PaymentStatus::Authorized) && !payment.waits_for_shopper(capture)
        })
    }

    /// True if the order was still unpaid when we told it of the authorization. If the merchant had already moved it
    /// on, it may have been paid another way, so we never capture automatically: a person decides.
    pub fn was_reserved_for_it(&self, id: &PaymentId) -> bool {
        let (subject, milestone) = (Subject::Payment(id.clone()), MilestoneKind::Authorized);
        let told = self.deed(&Action::UpdateOrder { subject, milestone }).and_then(|d| d.update.as_ref());
        told.is_some_and(|update| {
            let unpaid = update.over.is_none_or(|status| Column::of(status, false) == Column::Unpaid);
            // With attention, another amount was reserved than we asked for: the merchant is looking at it.
            unpaid && update.attention.is_none()
        })
    }

    /// True if the order was paid with another payment than this one, and some of that money is still here.
    pub fn is_paid_by_another(&self, id: &PaymentId) -> bool {
        self.captured().any(|(other, payment)| {
            let told = (Subject::Payment(other.clone()), MilestoneKind::Paid);
            other != id && payment.held() > 0 && self.reached.contains_key(&told)
        })
    }

    /// How far an attempt is; see [`Standing`] for examples.
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

    /// Until when an unanswered PUT of ours may still take effect, in ms since the epoch; 0 if there is none.
    ///
    /// BigCommerce has no idempotency keys and may carry a PUT out after we stopped waiting. If we sent another
    /// update before then, the older one could arrive last and set the order back.
    pub fn update_in_doubt_until(&self, delays: Delays) -> Moment {
        let updates = self.deeds.iter().filter(|deed| matches!(deed.action, Action::UpdateOrder { .. }));
        let in_doubt = updates.filter(|deed| deed.is_indeterminate());
        in_doubt.map(|deed| deed.first_sent + delays.under_way()).max().unwrap_or(0)
    }

    /// When the order was told that a payment is captured, as asked or not, in ms since the epoch. None: not yet.
    pub fn told_of_money_at(&self, id: &PaymentId) -> Option<Moment> {
        let kinds = [MilestoneKind::Paid, MilestoneKind::Mismatch].into_iter();
        let told = |kind| self.reached.get(&(Subject::Payment(id.clone()), kind));
        kinds.filter_map(told).map(|reached| reached.at).min()
    }

    /// The column of the [`table`] in which the order stands, by its last reading. None: never read.
    pub fn column(&self) -> Option<Column> {
        self.order.reading.as_ref().map(OrderReading::column)
    }

    /// Whether the payment is unfinished: it may still be paid, or it was paid and the order does not know yet.
    pub fn is_open(&self) -> bool {
        self.attempts.iter().any(|attempt| match self.standing(attempt) {
            Standing::Captured(id) => self.told_of_money_at(&id).is_none(),
            Standing::None | Standing::Dead => false,
            Standing::Open | Standing::Pending(_) | Standing::Waiting(_) | Standing::Authorized(_) => true,
        })
    }

    /// True if a hint waits for a look that answers it.
    pub fn wants_a_look(&self) -> bool {
        self.order.is_wanted()
            || self.order_refunds.is_wanted()
            || self.attempts.iter().any(|attempt| {
                // Nobody looks at any other.
                attempt.stage == Stage::Open && (attempt.register.is_wanted() || attempt.listing.is_wanted())
            })
            || self
                .payments
                .values()
                .any(|payment| payment.register.is_wanted() || payment.suspicion.is_some())
    }

    /// Lets open deeds that wait on the ladder be tried again soon, because the merchant is looking or has put
    /// something right. A call under way may still be answered, so nothing is tried before that could have happened.
    pub fn hurry(&mut self, at: Moment) {
        let soon = at + Delays::UNDER_WAY;
        for deed in self.deeds.iter_mut().filter(|deed| deed.is_open()) {
            deed.retry_at = deed.retry_at.min(soon);
            if let DeedState::Intended { not_before } = &mut deed.state {
                *not_before = soon.min(*not_before);
            }
        }
    }

    /// The furthest payment of an attempt that is not captured but may still be. None: there is none to cancel.
    pub fn live_payment(&self, attempt: &Attempt) -> Option<&PaymentId> {
        let ranked =
            self.payments_of(attempt.n).filter_map(|(id, p)| Some((p.rank(attempt.terms.capture)?, id)));
        ranked.filter(|(rank, _)| *rank != Rank::Captured).max_by_key(|(rank, _)| *rank).map(|(_, id)| id)
    }
}

/// How far a payment is; a larger rank is further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Pending,
    Waiting,
    Authorized,
    Captured,
}

impl Payment {
    /// A payment that nothing is known of yet but its attempt.
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

    /// True if its last reading has this status; false also if there is no reading.
    pub fn is(&self, status: &PaymentStatus) -> bool {
        self.register.reading.as_ref().is_some_and(|r| r.status == *status)
    }

    /// It never took money and never will: nothing about money waits for a look at it.
    pub fn is_spent(&self) -> bool {
        !self.captured && self.is_dead()
    }

    /// KOMOJU calls it cancelled, expired or failed.
    pub fn is_dead(&self) -> bool {
        let dead = [PaymentStatus::Cancelled, PaymentStatus::Expired, PaymentStatus::Failed];
        dead.iter().any(|status| self.is(status))
    }

    /// It is neither captured nor over. False without a reading.
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

    /// True if the payment is `authorized`, and that only means that it waits for the shopper: no money is reserved.
    /// So it is under automatic capture, and under manual capture for every type not known to reserve money.
    pub fn waits_for_shopper(&self, capture: Capture) -> bool {
        let reserves = |method: &str| payment_types::authorized(method) == Authorized::Reserved;
        self.is(&PaymentStatus::Authorized)
            && self
                .register
                .reading
                .as_ref()
                .is_some_and(|r| capture == Capture::Auto || !reserves(&r.payment_type))
    }

    /// None: there is no reading, or the payment came to nothing.
    fn rank(&self, capture: Capture) -> Option<Rank> {
        match &self.register.reading.as_ref()?.status {
            PaymentStatus::Captured | PaymentStatus::Refunded => Some(Rank::Captured),
            PaymentStatus::Authorized if self.waits_for_shopper(capture) => Some(Rank::Waiting),
            PaymentStatus::Authorized => Some(Rank::Authorized),
            // KOMOJU may add a status: until we know it, assume that it can still be paid.
            PaymentStatus::Pending | PaymentStatus::Other(_) => Some(Rank::Pending),
            PaymentStatus::Cancelled | PaymentStatus::Expired | PaymentStatus::Failed => None,
        }
    }
}

impl Attempt {
    /// Whether the session, as last read, may still take a new payment. True before its first reading.
    fn can_take_a_payment(&self) -> bool {
        let Some(session) = &self.register.reading else { return true };
        match &session.status {
            SessionStatus::Pending | SessionStatus::Other(_) => !session.expired,
            SessionStatus::Completed | SessionStatus::Cancelled => false,
        }
    }

    /// True if KOMOJU calls the session completed but shows no payment in it: the payment is still to be found by
    /// listing them. Without this the attempt would look dead, and a second session would be made.
    pub fn took_something_unseen(&self) -> bool {
        let completed = |s: &SessionReading| s.status == SessionStatus::Completed && s.payment.is_none();
        self.register.reading.as_ref().is_some_and(completed) && self.listing.is_wanted()
    }

    /// Whether the session itself can still be cancelled at KOMOJU.
    pub fn session_is_pending(&self) -> bool {
        self.stage == Stage::Open && self.can_take_a_payment()
    }
}
