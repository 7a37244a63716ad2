//! The machine around one order's payment. Inputs go in by [`Machine::handle`]; what should happen next comes out of
//! [`Machine::poll`]. It has no clock, no randomness and no I/O: the caller hands in the time and carries out the
//! calls.
//!
//! Invariant: whatever changed is committed before anything leaves. A call, an answer to the shopper and an alarm
//! therefore always rest on durable rows, and a crash at any point loses nothing that left. At most one call is under
//! way.
//!
//! Each file of this folder is one way in or out: `hearing` (hints), `deciding` (the merchant's decisions),
//! `starting` (a shopper wants to pay), `answers` (readings), `outcomes` (what became of sessions and deeds), `steps`
//! (how a step of the plan is carried out). What the next step *is*, [`crate::plan`] says.

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
use crate::plan::{Fresh, PlanSurroundings, Step, plan};
use crate::state::call::{Answer, Call, OrderSeen};
use crate::state::decision::Decided;
use crate::state::deed::Action;
use crate::state::delays::Delays;
use crate::state::hint::Hint;
use crate::state::record::{Corrupt, Record, Rows, Stored, Written, restore};
use crate::state::register::Register;
use crate::state::settings::Provider;
use crate::state::shop::{Ownership, Shop};
use crate::state::table::Column;
use crate::state::{Stage, State};
use crate::texts::locale::Locale;
use crate::time::Moment;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::order_status::OrderStatus;
use crate::values::page::without_query;
use crate::views::snapshot::{Snapshot, snapshot};

/// What happened. Goes into [`Machine::handle`].
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A shopper wants to pay. Answered by one [`Output::Reply`], which may come many calls later.
    Start(Box<Start>),
    /// The shopper's page polls. Causes a look at most, and only after the shopper's return; the caller answers from
    /// [`Machine::snapshot`].
    Status,
    /// A webhook, a return or a click: a reason to look, never believed.
    Hint(Hint),
    /// The merchant has decided something in the panel.
    Decide(Decided),
    /// BigCommerce announced an order and no shopper came within minutes. The machine looks at it, and keeps it only
    /// if it is ours and unpaid.
    Meet,
    /// BigCommerce announced an order whose shopper is about to come. The machine reads it now, so that the start
    /// needs no call for it.
    ReadAhead,
    /// What became of the call under way. Ignored if there is none.
    Answer(Answer),
    /// The store's ledger confirmed the row of this version.
    LedgerHas(u64),
    /// The store's ledger could not be told.
    LedgerSilent,
}

/// What the caller should do now. Comes out of [`Machine::poll`].
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Write these rows, all or none, before asking again.
    Commit(Vec<Record>),
    /// Make this call, then bring its answer by [`Input::Answer`].
    Call(Call),
    Reply(Reply),
    /// The next step would decide something (move money, move the order), but [`Shop::confirmed`] is false: the store
    /// is known from a copy. Ask the store's own object for settings, keys and installation, then poll again with
    /// those.
    Unconfirmed,
    /// Nothing else is to be done, and the store's ledger lacks this version of the payment: tell it, then bring
    /// [`Input::LedgerHas`] or [`Input::LedgerSilent`]. `wake` as in [`Output::Idle`].
    Tell {
        wake: Option<Moment>,
    },
    /// Nothing to do now. `wake`: ms since the epoch when something falls due by itself; None while a call is under
    /// way, or when nothing ever will.
    Idle {
        wake: Option<Moment>,
    },
}

/// The answer to a start.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The picture of the payment. `redirect`: the browser should go to KOMOJU's page now.
    Show { snapshot: Box<Snapshot>, redirect: bool },
    /// No picture, and why.
    Refuse(Refusal),
}

impl Reply {
    /// True if an outdated copy of the store could have led to this answer: it hands out a payment page, or refuses
    /// one for a reason that the merchant may have removed since (keys entered, method mapped). The caller then asks
    /// the store's own object and starts again.
    pub fn rests_on_the_copy(&self) -> bool {
        match self {
            Self::Show { redirect, .. } => *redirect,
            Self::Refuse(refusal) => matches!(
                refusal,
                Refusal::NotOurs
                    | Refusal::NotConfigured
                    | Refusal::Disconnected
                    | Refusal::KomojuRefused(_)
                    // The merchant's setting says how store credit and gift certificates are counted, so a copy can
                    // be wrong here too.
                    | Refusal::AmountUndecided
                    | Refusal::AmountChanged
                    | Refusal::NothingDue
            ),
        }
    }
}

/// A payment method's display name whose provider we looked up in the order's transactions. The store keeps it, so
/// that the next order with this name needs no look. `provider` is None if the transactions did not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    pub channel: u64,
    pub label: String,
    pub provider: Option<Provider>,
}

/// The surroundings of a call to the machine: the store, the table of delays, and the time.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The store. If it is only a copy (`confirmed` is false), the machine looks but decides nothing.
    pub shop: &'a Shop,
    pub delays: Delays,
    /// Ms since the epoch.
    pub at: Moment,
}

/// All that is known about one order's payment, and the one call that may be under way.
///
/// One machine belongs to one (store, order). The caller loads it from the rows last committed, hands in what
/// happened by [`Machine::handle`], and then calls [`Machine::poll`] again and again, carrying out each output before
/// the next call, until it says [`Output::Idle`].
///
/// What goes in ([`Input`]): a start, a hint, a decision, the shopper's polling, an announced order, the answer to
/// the call under way, the ledger's confirmation. Each only changes the state in memory. Nothing leaves from
/// `handle`.
///
/// What comes out ([`Output`]), the first that applies:
///
/// 1. `Commit`: rows changed since the last commit.
/// 2. `Call`: a call was decided, and its deed and `seq` are committed by now.
/// 3. `Reply`: a start is answered.
/// 4. `Idle`, while a call is under way. The answer comes in by `handle`.
/// 5. The next step of a start, if a shopper waits; else of an order to be read ahead; else of the
///    [plan](crate::plan). A step becomes a change and mostly a call, so the next outputs are 1 and 2 again.
/// 6. `Unconfirmed`, if that step decides something and the store is only a copy.
/// 7. `Tell`, if the store's ledger lacks the present version, and was not silent already in this turn.
/// 8. `Idle` with the time of the next alarm. The plan (5) also rests for a moment after a message, because others of
///    the same payment mostly follow: see [`Delays::gathering`].
///
/// One card payment of ¥3,000, captured at once:
///
/// ```text
/// in                              out
/// Start                           Call ReadOrder              nothing is written for an order not yet known
/// Answer: order 7, ¥3,000 due     Commit attempt 1 "creating"
///                                 Call CreateSession
/// Answer: session s1              Commit attempt 1 "open"
///                                 Reply Show, redirect
///                                 Idle, wake in 2 min         the first look at an open session without a hint
///    (the shopper pays)
/// Hint payment.captured           Commit the hint             now the webhook may be answered with 200
///                                 Idle, wake in 400 ms        others of this payment may follow
///                                 Commit seq, Call ReadSession
/// Answer: s1, p1 captured ¥3,000  Commit the readings
///                                 Commit seq, Call ReadOrder  no PUT without a reading of the order just before
/// Answer: order 7                 Commit the reading
///                                 Commit deed order-paid-p1 "sent"
///                                 Call UpdateOrder 11, note
/// Answer: order 11                Commit the deed "done", milestone Paid reached
///                                 Idle, wake in 1 h           a refund or a move by hand may be missed otherwise
/// ```
///
/// If the webhook is lost, the look after 2 minutes finds the payment and everything goes on as above. If the worker
/// dies after `Commit deed "sent"`, the next life loads that deed as *indeterminate*: it reads the order, finds its
/// line in the staff notes (or not), and concludes or sends again.
#[derive(Debug, Default)]
pub struct Machine {
    state: State,
    /// The state as last committed. A commit is the difference to it.
    written: Written,
    /// True if something came in or was done since the state was last compared with `written`: the comparison is not
    /// free.
    touched: bool,
    /// True if nothing but messages came in since the last commit of everything. Their own rows are then enough: what
    /// follows from them, the next life derives again, as it does what [`Machine::load`] puts right.
    only_heard: bool,
    /// The call under way, already handed to the caller or still in `outbox`.
    flight: Option<Flight>,
    /// A call that waits for the commit before it.
    outbox: Option<Call>,
    /// The start under way, what it has done so far, and the order as read for it.
    start: Option<(Start, Progress, Option<OrderSeen>)>,
    reply: Option<Reply>,
    /// What the very last calls read. Only this may be acted upon at BigCommerce.
    fresh: Fresh,
    /// Names looked up, until the caller takes them for the store.
    learned: Vec<Learned>,
    /// The order as read ahead. Never written: of an order that may not be ours we keep nothing.
    ahead: Ahead,
    /// True while the look under way is a read-ahead, made for a shopper who has not come yet.
    reads_ahead: bool,
    /// What BigCommerce said that the order moved to while a look at it was under way: that look may be the older one.
    moved_meanwhile: Option<Option<OrderStatus>>,
    /// What the last look at the order showed, for other requests that ask about the same order number.
    looked: Option<Looked>,
    /// True if the store's ledger could not be told in this turn. Another turn tries again.
    ledger_is_silent: bool,
    /// Until when the plan waits for more messages, in ms since the epoch. In memory only: after a crash it looks at
    /// once.
    gathering_until: Moment,
    /// When a shopper's page last asked how the payment stands, in ms since the epoch.
    watched_at: Moment,
    /// True until the plan rests next: somebody waits for what this turn finds, so it waits for no messages.
    hurried: bool,
}

/// An order read before its shopper came: not asked for, asked for, or read at this moment.
#[derive(Debug, Default, PartialEq)]
enum Ahead {
    #[default]
    No,
    Wanted,
    Read(Box<OrderSeen>, Moment),
}

/// The call under way, and the `seq` that its answer will carry.
#[derive(Debug, Clone, PartialEq)]
struct Flight {
    seq: u64,
    what: What,
}

/// What the call under way is about, so that its answer finds its place.
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
    /// The machine, from the rows last committed. Errors: a row that this version cannot read.
    ///
    /// A call that was under way when the former life ended is lost. A session being made is void, because nobody has
    /// its URL; the next start makes another. A deed that was sent stays indeterminate and is looked for.
    ///
    /// A message whose row was written alone is taken in again.
    pub fn load(rows: &Rows) -> Result<Self, Corrupt> {
        let Stored { state, written, heard } = restore(rows)?;
        let only_heard = written.is_as_written();
        let mut machine = Self { state, written, touched: true, only_heard, ..Self::default() };
        for stored in heard {
            machine.take_in(stored.hint, stored.at);
        }
        let state = &mut machine.state;
        for attempt in state.attempts.iter_mut().filter(|a| a.stage == Stage::Creating) {
            attempt.stage = Stage::Void;
        }
        // Former versions kept the page's query. A permalink to an order bears its access token there.
        for attempt in &mut state.attempts {
            attempt.page = attempt.page.take().map(|page| without_query(&page).to_owned());
        }
        Ok(machine)
    }

    /// Everything known, for views and for the ledger.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the shopper may see now.
    pub fn snapshot(&self, locale: Locale) -> Snapshot {
        snapshot(&self.state, locale)
    }

    /// True if no call, start or answer is pending. If a request was cancelled in the middle (the shopper closed the
    /// tab), the next request finds this false and must load the machine anew, as after a crash.
    pub fn is_at_rest(&self) -> bool {
        self.flight.is_none() && self.outbox.is_none() && self.start.is_none() && self.reply.is_none()
    }

    /// Ends a turn before the plan was done. What was read just now must not license a PUT in the next turn, which
    /// may come much later.
    pub fn leave_turn(&mut self) {
        self.fresh = Fresh::default();
        (self.ledger_is_silent, self.hurried) = (false, false);
    }

    /// Somebody waits for what comes of this: the plan gathers no messages now.
    fn hurry(&mut self) {
        (self.gathering_until, self.hurried) = (0, true);
    }

    /// Until when the plan waits for more messages, in ms since the epoch; a moment that has passed if it does not.
    pub fn gathers_until(&self) -> Moment {
        self.gathering_until
    }

    /// True if the store's ledger lacks the present version of a payment that is to be listed.
    pub fn ledger_lacks_it(&self) -> bool {
        self.state.is_worth_keeping() && self.state.head.version > self.state.head.ledger_version
    }

    /// Names looked up since the last call of this function.
    pub fn take_learned(&mut self) -> Vec<Learned> {
        std::mem::take(&mut self.learned)
    }

    /// What the last look at the order showed. Each look is handed out once.
    pub fn take_looked(&mut self) -> Option<Looked> {
        self.looked.take()
    }

    /// True if the order was ever read, in this life of the machine or an earlier one.
    pub fn has_read_order(&self) -> bool {
        self.state.order.reading.is_some()
    }

    /// BigCommerce says that the order moved to this status (None: it did not say). Drops what was read ahead, or is
    /// being read, unless it shows this status.
    pub fn order_changed(&mut self, to: Option<OrderStatus>) {
        if self.flight.as_ref().is_some_and(|flight| flight.what == What::Order) {
            self.moved_meanwhile = Some(to);
        }
        if let Ahead::Read(seen, _) = &self.ahead
            && to != Some(seen.reading.status)
        {
            self.ahead = Ahead::No;
        }
    }

    /// The order as read ahead, if a start may rely on it: read at most 10 s ago, unpaid, not *Incomplete* (its cart
    /// and label may still be missing), and ours by its label.
    fn take_ahead(&mut self, now: Surroundings<'_>) -> Option<OrderSeen> {
        let Ahead::Read(seen, at) = std::mem::take(&mut self.ahead) else { return None };
        let reading = &seen.reading;
        let young = now.at - at < now.delays.read_ahead_is_fresh();
        let placed = reading.column() == Column::Unpaid && reading.status != OrderStatus::INCOMPLETE;
        let ours = matches!(now.shop.ownership(reading.channel, &reading.label), Ownership::Ours(_));
        (young && placed && ours).then_some(*seen)
    }

    /// Takes in what happened. Changes the state in memory only; call [`Machine::poll`] for what follows.
    pub fn handle(&mut self, input: Input, now: Surroundings<'_>) {
        if !matches!(input, Input::Hint(_)) {
            self.touch();
        }
        match input {
            Input::Start(start) => self.start = Some((*start, Progress::default(), None)),
            Input::Status => self.look_for_shopper(now),
            Input::Hint(hint) => self.hear(hint, now.at, now.delays),
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
            Input::LedgerSilent => self.ledger_is_silent = true,
        }
    }

    /// The rows that must be written before anything leaves; they count as written from then on. None: nothing
    /// changed, or the order is not ours to keep.
    ///
    /// If nothing but messages came in, these are their rows. Otherwise they are all that changed, and a commit with
    /// more than bookkeeping in it raises the version by which the ledger tells newer rows from older ones.
    pub fn uncommitted(&mut self) -> Option<Vec<Record>> {
        let records = match self.only_heard {
            true => self.written.commit_hints(&self.state),
            false => return self.commit_all(),
        };
        (!records.is_empty()).then_some(records)
    }

    /// True if what is to be committed makes work. A message that says nothing new makes none: it is stored, and whatever alarm stands
    /// is left to ring when it would.
    pub fn is_to_wake(&self) -> bool {
        !self.only_heard || self.state.wants_a_look()
    }

    /// The rows of all that changed since the last such commit.
    fn commit_all(&mut self) -> Option<Vec<Record>> {
        if !std::mem::take(&mut self.touched) || !self.state.is_worth_keeping() {
            return None;
        }
        self.only_heard = true;
        let records = self.written.commit(&mut self.state);
        (!records.is_empty()).then_some(records)
    }

    /// Something but a message came in or was done: the next commit compares everything.
    fn touch(&mut self) {
        (self.touched, self.only_heard) = (true, false);
    }

    /// The next thing to do. Call it again after each output was carried out, until it is idle.
    pub fn poll(&mut self, now: Surroundings<'_>) -> Output {
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
            if self.start.is_some() {
                self.touch();
                self.step_of_start(now);
                continue;
            }
            if self.ahead == Ahead::Wanted {
                self.touch();
                self.ahead = Ahead::No;
                self.take_off(What::Order, |_| Call::ReadOrder);
                self.reads_ahead = true;
                continue;
            }
            if now.at < self.gathering_until {
                self.leave_turn();
                return Output::Idle { wake: Some(self.gathering_until) };
            }
            let surroundings =
                PlanSurroundings { shop: now.shop, delays: now.delays, now: now.at, fresh: &self.fresh };
            let step = plan(&self.state, surroundings);
            if let Step::Rest(wake) = step {
                if now.shop.confirmed && self.settle_what_was_unsure(now.shop) {
                    self.touch();
                    continue;
                }
                // A message that needed no look: what else it changed is written now.
                if self.only_heard && self.touched {
                    self.only_heard = false;
                    continue;
                }
                // What came in while the ledger was told has a newer version, and is told as well.
                if self.ledger_lacks_it() && !self.ledger_is_silent {
                    return Output::Tell { wake };
                }
                self.leave_turn();
                return Output::Idle { wake };
            }
            if step.decides() && !now.shop.confirmed {
                return Output::Unconfirmed;
            }
            self.touch();
            self.carry_out(step, now);
        }
    }

    /// Does what only certain settings allow, once they are known. True if that was anything.
    fn settle_what_was_unsure(&mut self, shop: &Shop) -> bool {
        self.state.note_refund_policy(shop.settings.refunds) | self.state.forget_spent_details(&shop.settings)
    }
}

/// Wants a look now. New information is a reason not to wait for the retry ladder.
fn want<T>(register: &mut Register<T>, seq: u64) {
    register.want(seq);
    register.retry_at = 0;
}
