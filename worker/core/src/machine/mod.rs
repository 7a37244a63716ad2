//! The machine around one order's payment: inputs go in by [`Machine::handle`], the only mutator; what should happen
//! next comes out of [`Machine::poll`]. No clock, no randomness, no I/O.
//!
//! Order of outputs: whatever changed is committed before anything leaves, so a call, an answer to the shopper and an
//! alarm always rest on durable rows. At most one call is under way.

mod answers;
#[cfg(test)]
pub(super) mod bench;
mod deciding;
mod hearing;
mod outcomes;
mod starting;
mod steps;
#[cfg(test)]
mod tests;

use crate::plan::start::{Looked, Progress, Refusal, Start};
use crate::plan::{Circumstances, Fresh, Step, plan};
use crate::state::call::{Answer, Call, OrderSeen};
use crate::state::decision::Decided;
use crate::state::deed::Action;
use crate::state::delays::Delays;
use crate::state::hint::Hint;
use crate::state::record::{Corrupt, Record, Rows, difference, put_head, restore, rows};
use crate::state::register::Register;
use crate::state::settings::Provider;
use crate::state::shop::{Ownership, Shop};
use crate::state::table::Column;
use crate::state::{Stage, State};
use crate::time::Moment;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::locale::Locale;
use crate::values::order_status::OrderStatus;
use crate::values::page::without_query;
use crate::views::snapshot::{Snapshot, snapshot};

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Start(Box<Start>),
    /// The shopper's page asks how things stand.
    Status,
    Hint(Hint),
    /// The merchant has settled something in the panel.
    Decide(Decided),
    /// An order was placed, and no shopper of it has come: to be kept where it is ours and unpaid.
    Meet,
    /// An order was placed, and its shopper is about to come: read it, so that the start need not.
    ReadAhead,
    Answer(Answer),
    /// The ledger has the row of this version.
    LedgerHas(u64),
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Write these rows, all or none, before anything else.
    Commit(Vec<Record>),
    Call(Call),
    Reply(Reply),
    /// The next step is a decision, and the store is known from a copy only: to be run again once the store's own
    /// object has confirmed settings, keys and installation.
    Unconfirmed,
    /// Nothing until then; None: nothing at all.
    Idle {
        wake: Option<Moment>,
    },
}

/// The answer to a start.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Show { snapshot: Box<Snapshot>, redirect: bool },
    Refuse(Refusal),
}

impl Reply {
    /// Whether a copy of the store that is out of date could have led to this: it hands out a payment page, or refuses one
    /// for what the merchant may have put right since.
    pub fn rests_on_the_copy(&self) -> bool {
        match self {
            Self::Show { redirect, .. } => *redirect,
            Self::Refuse(refusal) => matches!(
                refusal,
                Refusal::NotOurs
                    | Refusal::NotConfigured
                    | Refusal::Disconnected
                    | Refusal::KomojuRefused(_)
                    // How store credit and gift certificates are counted is the merchant's answer, too.
                    | Refusal::AmountUndecided
                    | Refusal::AmountChanged
                    | Refusal::NothingDue
            ),
        }
    }
}

/// A payment method's name whose provider was looked up; None where it cannot be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    pub channel: u64,
    pub label: String,
    pub provider: Option<Provider>,
}

/// What is handed in with every call: the store, the delays, the time.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    pub shop: &'a Shop,
    pub delays: Delays,
    pub at: Moment,
}

#[derive(Debug, Default)]
pub struct Machine {
    state: State,
    written: Rows,
    /// Something has come in or been done since the state was last compared with what is written.
    touched: bool,
    flight: Option<Flight>,
    outbox: Option<Call>,
    start: Option<(Start, Progress, Option<OrderSeen>)>,
    reply: Option<Reply>,
    /// What the very last calls have read.
    fresh: Fresh,
    learned: Vec<Learned>,
    /// In memory only, like all that is read ahead: of an order that is not ours nothing is kept.
    ahead: Ahead,
    /// The look under way is for whoever comes next.
    reads_ahead: bool,
    /// What the last look at the order told, for whoever else asks for it.
    looked: Option<Looked>,
}

/// An order read before its shopper came.
#[derive(Debug, Default, PartialEq)]
enum Ahead {
    #[default]
    No,
    Wanted,
    Read(Box<OrderSeen>, Moment),
}

/// The call under way, and the `seq` it took.
#[derive(Debug, Clone, PartialEq)]
struct Flight {
    seq: u64,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Order,
    Provider,
    Session(u32),
    Payment(PaymentId),
    Payments(u32),
    Event(PaymentId),
    OrderRefunds,
    Quote(RefundId),
    Creation(u32),
    Deed(Action),
}

impl Machine {
    /// From the rows last committed. A call that was under way is lost: a session being made is void, for nobody has
    /// its URL; a deed that was sent stays indeterminate and is looked for.
    pub fn load(written: Rows) -> Result<Self, Corrupt> {
        let mut state = restore(&written)?;
        for attempt in state.attempts.iter_mut().filter(|a| a.stage == Stage::Creating) {
            attempt.stage = Stage::Void;
        }
        // Former versions kept the page's query, in which a permalink bears its token.
        for attempt in &mut state.attempts {
            attempt.page = attempt.page.take().map(|page| without_query(&page).to_owned());
        }
        Ok(Self { state, written, touched: true, ..Self::default() })
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn snapshot(&self, locale: Locale) -> Snapshot {
        snapshot(&self.state, locale)
    }

    /// Whether nobody is in the middle of anything. Whoever takes over from someone who left in the middle (a request
    /// that was cancelled under way) has to load the machine anew: that is as good as a crash.
    pub fn is_at_rest(&self) -> bool {
        self.flight.is_none() && self.outbox.is_none() && self.start.is_none() && self.reply.is_none()
    }

    /// The turn ends before what was planned: by the next one, what was read just now is no longer fresh.
    pub fn leave_turn(&mut self) {
        self.fresh = Fresh::default();
    }

    /// Names looked up since the last time this was asked.
    pub fn take_learned(&mut self) -> Vec<Learned> {
        std::mem::take(&mut self.learned)
    }

    /// What the last look at the order told, once.
    pub fn take_looked(&mut self) -> Option<Looked> {
        self.looked.take()
    }

    /// Whether the order has been read, in this life of the machine or an earlier one.
    pub fn has_read_order(&self) -> bool {
        self.state.order.reading.is_some()
    }

    /// A message says that the order has changed: unless it tells of the very status that was read, what was read
    /// ahead is no longer the order.
    pub fn order_changed(&mut self, to: Option<OrderStatus>) {
        if let Ahead::Read(seen, _) = &self.ahead
            && to != Some(seen.reading.status)
        {
            self.ahead = Ahead::No;
        }
    }

    /// What was read ahead, if a start may rely on it: young, unpaid, not still being placed, and ours by its label.
    fn take_ahead(&mut self, now: Now<'_>) -> Option<OrderSeen> {
        let Ahead::Read(seen, at) = std::mem::take(&mut self.ahead) else { return None };
        let reading = &seen.reading;
        let young = now.at - at < now.delays.read_ahead_is_fresh();
        let placed = reading.column() == Column::Unpaid && reading.status != OrderStatus::INCOMPLETE;
        let ours = matches!(now.shop.ownership(reading.channel, &reading.label), Ownership::Ours(_));
        (young && placed && ours).then_some(*seen)
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Now<'_>) {
        self.touched = true;
        match input {
            Input::Start(start) => self.start = Some((*start, Progress::default(), None)),
            Input::Status => self.look_for_shopper(now),
            Input::Hint(hint) => self.hear(hint, now.at),
            Input::Decide(decided) => drop(self.decide(decided, now.at)),
            Input::Meet => self.state.head.to_meet = !self.state.is_worth_keeping(),
            Input::ReadAhead => self.ahead = Ahead::Wanted,
            Input::Answer(answer) => {
                self.answer(answer, now);
                if now.shop.confirmed {
                    self.state.note_second_policy(now.shop.settings.refund_second);
                    self.state.forget_settled_dismissals(&now.shop.settings);
                }
            }
            Input::LedgerHas(version) => self.state.head.ledger_version = version,
        }
    }

    /// The rows that must be written before anything leaves.
    pub fn uncommitted(&mut self) -> Option<Vec<Record>> {
        if !std::mem::take(&mut self.touched) || !self.state.is_worth_keeping() {
            return None;
        }
        let mut new = rows(&self.state);
        let changed = difference(&self.written, &new);
        if changed.is_empty() {
            return None;
        }
        if changed.iter().any(|record| record.kind != "head") {
            let version = self.state.head.version.max(self.state.first_version());
            self.state.head.version = version + 1;
            put_head(&mut new, &self.state);
        }
        let records = difference(&self.written, &new);
        self.written = new;
        Some(records)
    }

    /// The next thing to do. Call it again after each output has been carried out, until it is idle.
    pub fn poll(&mut self, now: Now<'_>) -> Output {
        loop {
            if let Some(records) = self.uncommitted() {
                return Output::Commit(records);
            }
            if let Some(call) = self.outbox.take() {
                return Output::Call(call);
            }
            if let Some(reply) = self.reply.take() {
                return Output::Reply(reply);
            }
            if self.flight.is_some() {
                return Output::Idle { wake: None };
            }
            self.touched = true;
            if self.start.is_some() {
                self.step_of_start(now);
                continue;
            }
            if self.ahead == Ahead::Wanted {
                self.ahead = Ahead::No;
                self.take_off(What::Order, |_| Call::ReadOrder);
                self.reads_ahead = true;
                continue;
            }
            let circumstances =
                Circumstances { shop: now.shop, delays: now.delays, now: now.at, fresh: &self.fresh };
            let step = plan(&self.state, circumstances);
            if let Step::Rest(wake) = step {
                if now.shop.confirmed && self.state.forget_spent_details(&now.shop.settings) {
                    continue;
                }
                self.fresh = Fresh::default();
                return Output::Idle { wake };
            }
            if step.decides() && !now.shop.confirmed {
                return Output::Unconfirmed;
            }
            self.carry_out(step, now);
        }
    }
}

/// Wants a look now: news is a reason not to wait for the ladder.
fn want<T>(register: &mut Register<T>, seq: u64) {
    register.want(seq);
    register.retry_at = 0;
}
