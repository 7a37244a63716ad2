//! The machine around one order's payment: inputs go in by [`Machine::handle`], the only mutator; what should happen
//! next comes out of [`Machine::poll`]. No clock, no randomness, no I/O.
//!
//! Order of outputs: whatever changed is committed before anything leaves, so a call, an answer to the shopper and an
//! alarm always rest on durable rows. At most one call is under way.

use super::call::{Answer, Call, Failure, NewSession, OrderSeen, SessionSeen};
use super::deed::{Action, Deed, DeedState, MilestoneKind, OrderUpdate};
use super::hint::{About, Hint, StoredHint};
use super::ids::{PaymentId, SessionId};
use super::notes;
use super::plan::{Circumstances, Step, plan};
use super::reading::{Moment, PaymentReading, Register};
use super::record::{Corrupt, Record, Rows, difference, restore, rows};
use super::settings::Provider;
use super::shop::Shop;
use super::snapshot::{Snapshot, snapshot};
use super::start::{Progress, Proof, Refusal, Start, StartStep, cart_hash, next};
use super::state::{Attempt, Attention, HISTORY, Payment, Reached, Stage, State};
use super::terms::Terms;
use super::{call::Locale, delays::Delays};
use std::collections::BTreeSet;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Start(Box<Start>),
    /// The shopper's page asks how things stand.
    Status,
    Hint(Hint),
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
    /// Nothing until then; None: nothing at all.
    Idle {
        wake: Option<Moment>,
    },
}

/// The answer to a start.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Show { snapshot: Snapshot, redirect: bool },
    Refuse(Refusal),
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
    flight: Option<Flight>,
    outbox: Option<Call>,
    start: Option<(Start, Progress, Option<OrderSeen>)>,
    reply: Option<Reply>,
    /// The order as the very last call read it.
    fresh: Option<OrderSeen>,
    learned: Vec<Learned>,
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
        Ok(Self { state, written, ..Self::default() })
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

    /// Names looked up since the last time this was asked.
    pub fn take_learned(&mut self) -> Vec<Learned> {
        std::mem::take(&mut self.learned)
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Now<'_>) {
        match input {
            Input::Start(start) => self.start = Some((*start, Progress::default(), None)),
            Input::Status => self.look_for_shopper(now),
            Input::Hint(hint) => self.hear(hint, now.at),
            Input::Answer(answer) => self.answer(answer, now),
            Input::LedgerHas(version) => self.state.head.ledger_version = version,
        }
    }

    /// The rows that must be written before anything leaves.
    pub fn uncommitted(&mut self) -> Option<Vec<Record>> {
        if !self.state.is_worth_keeping() {
            return None;
        }
        let mut new = rows(&self.state);
        let changed = difference(&self.written, &new);
        if changed.is_empty() {
            return None;
        }
        if changed.iter().any(|record| record.kind != "head") {
            self.state.head.version += 1;
            new = rows(&self.state);
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
            if self.start.is_some() {
                self.step_of_start(now);
                continue;
            }
            let circumstances =
                Circumstances { shop: now.shop, delays: now.delays, now: now.at, fresh: self.fresh.as_ref() };
            match plan(&self.state, circumstances) {
                Step::Rest(wake) => {
                    self.fresh = None;
                    return Output::Idle { wake };
                }
                step => self.carry_out(step, now),
            }
        }
    }

    // ---- hints ---------------------------------------------------------------------------------------------------

    /// Keeps a hint and wants a look; what [`Self::handle`] does with one, for whoever knows only the time. A hint
    /// about nothing of ours is dropped, a repeated one is one.
    pub fn hear(&mut self, hint: Hint, at: Moment) {
        if !self.state.is_worth_keeping() || self.state.hints.iter().any(|known| known.hint.id == hint.id) {
            return;
        }
        let seq = self.state.next_seq();
        match &hint.about {
            About::Komoju { session, payment, event } => {
                if !self.want_komoju(session.as_ref(), payment.as_ref(), seq, at) {
                    return;
                }
                self.state.log(at, "heard_komoju", event.clone());
            }
            About::Return { session } => {
                if !self.returned(session.as_ref(), seq, at) {
                    return;
                }
            }
            About::Order { scope } => {
                want(&mut self.state.order, seq);
                self.state.log(at, "heard_bigcommerce", scope.clone());
            }
            About::Click => self.want_everything(seq),
        }
        self.state.hints.push(StoredHint { hint, seq, at });
        if self.state.hints.len() > HISTORY {
            self.state.hints.remove(0);
        }
    }

    /// Only a session among this order's attempts, or a payment known to be one of theirs, is ours to look at.
    fn want_komoju(
        &mut self,
        session: Option<&SessionId>,
        payment: Option<&PaymentId>,
        seq: u64,
        at: Moment,
    ) -> bool {
        let by_payment = payment.and_then(|id| self.state.payments.get(id)).map(|p| p.attempt);
        let by_session = session.and_then(|id| self.state.attempt_of_session(id)).map(|a| a.n);
        let Some(n) = by_session.or(by_payment) else { return false };
        if let Some(attempt) = self.state.attempt_mut(n) {
            want(&mut attempt.register, seq);
        }
        if let Some(id) = payment {
            let unknown = || Payment {
                attempt: n,
                register: Register::default(),
                captured: false,
                refunds: BTreeSet::new(),
                first_seen: at,
            };
            let payment = self.state.payments.entry(id.clone()).or_insert_with(unknown);
            want(&mut payment.register, seq);
        }
        true
    }

    /// The shopper is back. The session named in the address is a hint like any other: not ours, no look.
    fn returned(&mut self, session: Option<&SessionId>, seq: u64, at: Moment) -> bool {
        let named = session.and_then(|id| self.state.attempt_of_session(id)).map(|a| a.n);
        let Some(n) = named else { return false };
        if let Some(attempt) = self.state.attempt_mut(n) {
            attempt.returned_at = Some(at);
            want(&mut attempt.register, seq);
        }
        self.state.log(at, "shopper_returned", "");
        true
    }

    fn want_everything(&mut self, seq: u64) {
        want(&mut self.state.order, seq);
        for attempt in self.state.attempts.iter_mut().filter(|a| a.stage == Stage::Open) {
            want(&mut attempt.register, seq);
        }
    }

    /// A shopper's status call causes a look only after a return, and not more often than the table of delays says.
    fn look_for_shopper(&mut self, now: Now<'_>) {
        let due =
            |a: &Attempt| a.returned_at.is_some() && now.at - a.register.at >= now.delays.between_polls();
        let unsettled = |s: &State, a: &Attempt| {
            use super::state::Standing::*;
            matches!(s.standing(a), Open | Pending(_))
        };
        let Some(attempt) = self.state.current() else { return };
        if !due(attempt) || !unsettled(&self.state, attempt) || attempt.register.failures > 0 {
            return;
        }
        let n = attempt.n;
        let seq = self.state.next_seq();
        if let Some(attempt) = self.state.attempt_mut(n) {
            want(&mut attempt.register, seq);
        }
    }

    // ---- the start -----------------------------------------------------------------------------------------------

    fn step_of_start(&mut self, now: Now<'_>) {
        let Some((start, done, order)) = self.start.as_mut() else { return };
        let circumstances = Circumstances { shop: now.shop, delays: now.delays, now: now.at, fresh: None };
        match next(&self.state, start, done, circumstances, order.as_ref()) {
            StartStep::LookAtOrder => {
                done.looked_at_order = true;
                self.take_off(What::Order, |_| Call::ReadOrder);
            }
            StartStep::LookAtProvider => self.take_off(What::Provider, |_| Call::ReadProvider),
            StartStep::LookAtSession { attempt } => {
                done.looked_at = Some(attempt);
                self.look_at_session(attempt);
            }
            StartStep::LookAtPayment { payment } => self.look_at_payment(payment),
            StartStep::Cancel(action) => {
                done.cancels += 1;
                self.cancel(&action, now);
            }
            StartStep::NewAttempt { terms, page } => {
                done.sessions_tried += 1;
                self.new_attempt(*terms, page, now);
            }
            StartStep::Show { redirect } => self.show(redirect),
            StartStep::Refuse(refusal) => self.refuse(refusal),
        }
    }

    /// Answers the start with the picture. Where the order is not ours to remember there is none to show.
    fn show(&mut self, redirect: bool) {
        let Some((start, _, order)) = self.start.take() else { return };
        self.state.head.amount_disputed = false;
        let mut snapshot = snapshot(&self.state, start.locale);
        if self.state.order.reading.is_none() {
            let due = order.and_then(|o| o.reading.due.ok());
            snapshot.amount = snapshot.amount.or(due);
        }
        let redirect = redirect && snapshot.session_url.is_some();
        self.reply = Some(Reply::Show { snapshot, redirect });
    }

    fn refuse(&mut self, refusal: Refusal) {
        if refusal == Refusal::AmountChanged {
            self.state.head.amount_disputed = true;
        }
        self.start = None;
        self.reply = Some(Reply::Refuse(refusal));
    }

    fn new_attempt(&mut self, terms: Terms, page: Option<String>, now: Now<'_>) {
        let Some((start, _, Some(order))) = self.start.as_ref() else { return };
        let (locale, browser, checkout) = (start.locale, start.browser.clone(), order.checkout.clone());
        if let Proof::Cart(cart) = &start.proof {
            self.state.head.cart_hash = Some(cart_hash(cart));
        }
        let n = self.state.attempts.last().map_or(1, |a| a.n + 1);
        self.state.attempts.push(Attempt {
            n,
            terms: terms.clone(),
            created_at: now.at,
            stage: Stage::Creating,
            session: None,
            url: String::new(),
            expires_at: now.at,
            register: Register::default(),
            page,
            locale,
            returned_at: None,
        });
        self.state.log(now.at, "attempt", format!("{} {}", terms.external_order_num, terms.amount));
        let key = format!("{}-{}-session-{n}", now.shop.store, now.shop.order);
        let new = NewSession { attempt: n, terms, locale, checkout, browser, key };
        self.take_off(What::Creation(n), |_| Call::CreateSession(Box::new(new)));
    }

    // ---- steps ---------------------------------------------------------------------------------------------------

    fn carry_out(&mut self, step: Step, now: Now<'_>) {
        match step {
            Step::LookAtOrder => self.take_off(What::Order, |_| Call::ReadOrder),
            Step::LookAtSession { attempt } => self.look_at_session(attempt),
            Step::LookAtPayment { payment } => self.look_at_payment(payment),
            Step::UpdateOrder { payment, milestone, update } => {
                self.update_order(payment, milestone, update, now)
            }
            Step::Conclude { payment, milestone, attention } => {
                self.conclude(payment, milestone, attention, now.at)
            }
            Step::Cancel(action) => self.cancel(&action, now),
            Step::Rest(_) => {}
        }
    }

    /// Takes a `seq`, remembers what is under way, and puts the call where `poll` finds it after the commit.
    fn take_off(&mut self, what: What, call: impl FnOnce(u64) -> Call) {
        let seq = self.state.next_seq();
        self.fresh = None;
        self.outbox = Some(call(seq));
        self.flight = Some(Flight { seq, what });
    }

    fn look_at_session(&mut self, n: u32) {
        let Some(attempt) = self.state.attempt(n) else { return };
        let Some(session) = attempt.session.clone() else { return };
        let account = attempt.terms.account.clone();
        self.take_off(What::Session(n), |_| Call::ReadSession { account, session });
    }

    fn look_at_payment(&mut self, payment: PaymentId) {
        let Some(account) = self.account_of(&payment) else { return };
        let what = What::Payment(payment.clone());
        self.take_off(what, |_| Call::ReadPayment { account, payment });
    }

    fn account_of(&self, payment: &PaymentId) -> Option<super::ids::AccountId> {
        let attempt = self.state.attempt(self.state.payments.get(payment)?.attempt)?;
        Some(attempt.terms.account.clone())
    }

    /// Sends the update with the order just read: its notes are the ones the line is added to.
    fn update_order(
        &mut self,
        payment: PaymentId,
        milestone: MilestoneKind,
        update: OrderUpdate,
        now: Now<'_>,
    ) {
        let Some(fresh) = self.fresh.take() else { return };
        let action = Action::UpdateOrder { payment, milestone };
        let deed = self.deed_to_send(&action, now.at);
        deed.update = Some(update.clone());
        let staff_notes = notes::append(&fresh.staff_notes, &update.note);
        self.take_off(What::Deed(action.clone()), |_| Call::UpdateOrder { update, staff_notes });
        self.stamp(&action);
    }

    fn conclude(
        &mut self,
        payment: PaymentId,
        milestone: MilestoneKind,
        attention: Option<Attention>,
        at: Moment,
    ) {
        let action = Action::UpdateOrder { payment: payment.clone(), milestone };
        if let Some(deed) = self.deed_mut(&action).filter(|d| d.is_open()) {
            deed.state = DeedState::Done;
        }
        self.state.log(at, milestone.key(), payment.to_string());
        self.state.reached.insert((payment, milestone), Reached { at, attention });
    }

    fn cancel(&mut self, action: &Action, now: Now<'_>) {
        let Some(call) = self.cancel_call(action, now) else { return };
        self.take_off(What::Deed(action.clone()), |_| call);
        self.stamp(action);
    }

    /// The call of a cancel; past the life of its idempotency key only looking is safe, so it becomes a new try.
    fn cancel_call(&mut self, action: &Action, now: Now<'_>) -> Option<Call> {
        let scope = format!("{}-{}", now.shop.store, now.shop.order);
        let deed = self.deed_to_send(action, now.at);
        if deed.is_indeterminate() && !now.delays.idempotency_holds(deed.first_sent, now.at) {
            deed.state = DeedState::Refused { reason: "unanswered".to_owned() };
            self.want_target(action);
            return None;
        }
        deed.state = DeedState::Sent;
        let key = deed.idempotency_key(&scope);
        match action {
            Action::CancelPayment { payment } => {
                let account = self.account_of(payment)?;
                Some(Call::CancelPayment { account, payment: payment.clone(), key })
            }
            Action::CancelSession { attempt } => {
                let attempt = self.state.attempt(*attempt)?;
                let (account, session) = (attempt.terms.account.clone(), attempt.session.clone()?);
                Some(Call::CancelSession { account, session, key })
            }
            Action::UpdateOrder { .. } => None,
        }
    }

    /// The deed to send now: the open one again, or the next number after a refusal.
    fn deed_to_send(&mut self, action: &Action, at: Moment) -> &mut Deed {
        let last = self.state.deeds.iter().rposition(|d| d.action == *action);
        let index = match last {
            Some(index) if self.state.deeds[index].is_open() => index,
            other => {
                let n = other.map_or(1, |index| self.state.deeds[index].n + 1);
                self.state.deeds.push(Deed {
                    action: action.clone(),
                    n,
                    state: DeedState::Intended { not_before: at },
                    seq: 0,
                    first_sent: at,
                    failures: 0,
                    retry_at: 0,
                    update: None,
                });
                self.state.deeds.len() - 1
            }
        };
        &mut self.state.deeds[index]
    }

    /// Marks the deed as sent with the `seq` of the flight that carries it.
    fn stamp(&mut self, action: &Action) {
        let seq = self.flight.as_ref().map_or(0, |f| f.seq);
        if let Some(deed) = self.deed_mut(action) {
            deed.state = DeedState::Sent;
            deed.seq = seq;
        }
    }

    fn deed_mut(&mut self, action: &Action) -> Option<&mut Deed> {
        self.state.deeds.iter_mut().rev().find(|d| d.action == *action)
    }

    // ---- answers -------------------------------------------------------------------------------------------------

    fn answer(&mut self, answer: Answer, now: Now<'_>) {
        let Some(Flight { seq, what }) = self.flight.take() else { return };
        match (what, answer) {
            (What::Order, answer) => self.order_answered(seq, answer, now),
            (What::Provider, answer) => self.provider_answered(answer),
            (What::Session(n), Answer::Session(seen)) => self.take_session(n, seq, *seen, now.at),
            (What::Session(n), answer) => self.session_look_failed(n, failure_of(answer), now),
            (What::Payment(id), Answer::Payment(reading)) => {
                self.take_payment_by_id(&id, seq, *reading, now.at)
            }
            (What::Payment(id), answer) => self.payment_look_failed(&id, failure_of(answer), now),
            (What::Creation(n), Answer::Session(seen)) => self.session_made(n, seq, *seen, now.at),
            (What::Creation(n), answer) => self.session_not_made(n, failure_of(answer), now.at),
            (What::Deed(action), answer) => self.deed_answered(&action, seq, answer, now),
        }
    }

    fn order_answered(&mut self, seq: u64, answer: Answer, now: Now<'_>) {
        match answer {
            Answer::Order(seen) => self.take_order(seq, *seen, now.at),
            answer => match failure_of(answer) {
                Failure::NotFound if self.state.order.reading.is_some() && self.start.is_none() => {
                    self.order_is_gone(seq, now.at);
                }
                failure => {
                    let retry = now.at + wait(&failure, self.state.order.failures, now.delays);
                    self.state.order.failed(retry);
                    self.fail_start(bigcommerce_refusal(&failure));
                }
            },
        }
    }

    fn take_order(&mut self, seq: u64, seen: OrderSeen, at: Moment) {
        self.state.order.accept(seq, at, seen.reading.clone());
        match self.start.as_mut() {
            Some((_, _, order)) => *order = Some(seen),
            None => self.fresh = Some(seen),
        }
    }

    /// 404 for an order that was once there: deleted. That, too, is a reading.
    fn order_is_gone(&mut self, seq: u64, at: Moment) {
        let Some(mut reading) = self.state.order.reading.clone() else { return };
        reading.deleted = true;
        self.state.order.accept(seq, at, reading.clone());
        let gone = OrderSeen {
            reading,
            total: None,
            cart: None,
            staff_notes: String::new(),
            checkout: Default::default(),
        };
        self.fresh = Some(gone);
    }

    fn provider_answered(&mut self, answer: Answer) {
        let provider = match answer {
            Answer::Provider(provider) => provider,
            answer => return self.fail_start(bigcommerce_refusal(&failure_of(answer))),
        };
        let Some((_, done, Some(order))) = self.start.as_mut() else { return };
        done.provider = Some(provider);
        let (channel, label) = (order.reading.channel, order.reading.label.clone());
        self.learned.push(Learned { channel, label, provider });
    }

    fn fail_start(&mut self, refusal: Refusal) {
        if let Some((_, done, _)) = self.start.as_mut() {
            done.failed = Some(refusal);
        }
    }

    /// A session's reading brings its current payment's reading along, of the same `seq`.
    fn take_session(&mut self, n: u32, seq: u64, seen: SessionSeen, at: Moment) {
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        if attempt.session.as_ref() != Some(&seen.reading.id) {
            return;
        }
        attempt.register.accept(seq, at, seen.reading);
        if let Some(payment) = seen.payment {
            self.take_payment(n, seq, payment, at);
        }
    }

    fn take_payment_by_id(&mut self, id: &PaymentId, seq: u64, reading: PaymentReading, at: Moment) {
        let Some(n) = self.state.payments.get(id).map(|p| p.attempt) else { return };
        let session = self.state.attempt(n).and_then(|a| a.session.clone());
        match reading.id == *id && reading.session == session {
            true => self.take_payment(n, seq, reading, at),
            // A hint named it, but it is not of this session: none of ours.
            false => drop(self.state.payments.remove(id)),
        }
    }

    fn take_payment(&mut self, n: u32, seq: u64, reading: PaymentReading, at: Moment) {
        let id = reading.id.clone();
        let fresh = || Payment {
            attempt: n,
            register: Register::default(),
            captured: false,
            refunds: BTreeSet::new(),
            first_seen: at,
        };
        let payment = self.state.payments.entry(id.clone()).or_insert_with(fresh);
        if payment.attempt != n {
            return;
        }
        let before = payment.register.reading.as_ref().map(|r| r.status.clone());
        payment.captured |= matches!(reading.status, super::reading::PaymentStatus::Captured);
        payment.refunds.extend(reading.refunds.iter().map(|r| r.id.clone()));
        let status = reading.status.clone();
        payment.register.accept(seq, at, reading);
        if before.as_ref() != Some(&status) {
            self.state.log(at, "payment_is", format!("{status:?} {id}"));
        }
    }

    fn session_look_failed(&mut self, n: u32, failure: Failure, now: Now<'_>) {
        if let Some(attempt) = self.state.attempt_mut(n) {
            let retry = now.at + wait(&failure, attempt.register.failures, now.delays);
            attempt.register.failed(retry);
        }
        self.fail_start(Refusal::KomojuUnavailable);
    }

    fn payment_look_failed(&mut self, id: &PaymentId, failure: Failure, now: Now<'_>) {
        let Some(payment) = self.state.payments.get_mut(id) else { return };
        if failure == Failure::NotFound && payment.register.reading.is_none() {
            self.state.payments.remove(id);
            return;
        }
        let retry = now.at + wait(&failure, payment.register.failures, now.delays);
        payment.register.failed(retry);
        self.fail_start(Refusal::KomojuUnavailable);
    }

    fn session_made(&mut self, n: u32, seq: u64, seen: SessionSeen, at: Moment) {
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        if seen.reading.amount != Some(attempt.terms.amount) {
            let message = "the session that KOMOJU made has another amount".to_owned();
            return self.session_not_made(n, refused(message), at);
        }
        attempt.stage = Stage::Open;
        attempt.session = Some(seen.reading.id.clone());
        attempt.url = seen.url.clone();
        attempt.expires_at = seen.expires_at;
        self.state.head.session_refused = None;
        self.state.log(at, "session_made", seen.reading.id.to_string());
        self.take_session(n, seq, seen, at);
        self.show(true);
    }

    /// The attempt is void. A number already used at KOMOJU is tried once more with the next one.
    fn session_not_made(&mut self, n: u32, failure: Failure, at: Moment) {
        if let Some(attempt) = self.state.attempt_mut(n) {
            attempt.stage = Stage::Void;
        }
        self.state.log(at, "session_not_made", describe(&failure));
        let refusal = match failure {
            Failure::Refused { ref param, .. } if param == "external_order_num" => return,
            Failure::Refused { message, .. } => Refusal::KomojuRefused(message),
            Failure::Unauthorized | Failure::Forbidden | Failure::NotFound => {
                Refusal::KomojuRefused("KOMOJU does not accept the secret key".to_owned())
            }
            Failure::Indeterminate(_) | Failure::Later { .. } => Refusal::KomojuUnavailable,
        };
        if let Refusal::KomojuRefused(message) = &refusal {
            self.state.head.session_refused = Some(message.clone());
        }
        self.fail_start(refusal);
    }

    fn deed_answered(&mut self, action: &Action, seq: u64, answer: Answer, now: Now<'_>) {
        match answer {
            Answer::Order(seen) => {
                self.state.order.accept(seq, now.at, seen.reading);
                if let Action::UpdateOrder { payment, milestone } = action.clone() {
                    self.order_updated(payment, milestone, now);
                }
            }
            Answer::Session(seen) => {
                self.done(action, now.at);
                if let Action::CancelSession { attempt } = action {
                    self.take_session(*attempt, seq, *seen, now.at);
                }
            }
            Answer::Payment(reading) => {
                self.done(action, now.at);
                if let Action::CancelPayment { payment } = action {
                    self.take_payment_by_id(payment, seq, *reading, now.at);
                }
                self.want_target(action);
            }
            answer => self.deed_failed(action, failure_of(answer), now),
        }
    }

    fn done(&mut self, action: &Action, at: Moment) {
        if let Some(deed) = self.deed_mut(action) {
            deed.state = DeedState::Done;
        }
        self.state.log(at, "done", action.to_string());
    }

    fn order_updated(&mut self, payment: PaymentId, milestone: MilestoneKind, now: Now<'_>) {
        let update = self
            .deed_mut(&Action::UpdateOrder { payment: payment.clone(), milestone })
            .and_then(|deed| deed.update.clone());
        let attention = update.and_then(|u| milestone_attention(milestone, &u));
        self.conclude(payment, milestone, attention, now.at);
    }

    fn deed_failed(&mut self, action: &Action, failure: Failure, now: Now<'_>) {
        let is_order = matches!(action, Action::UpdateOrder { .. });
        let Some(deed) = self.deed_mut(action) else { return };
        let retry = now.at + wait(&failure, deed.failures, now.delays);
        deed.failures = deed.failures.saturating_add(1);
        deed.retry_at = retry;
        match &failure {
            Failure::Indeterminate(_) => {}
            // KOMOJU's 409: an earlier send of the same key still runs.
            Failure::Later { .. } if !is_order => {}
            Failure::Later { .. } | Failure::Unauthorized | Failure::Forbidden => {
                deed.state = DeedState::Intended { not_before: retry };
            }
            Failure::NotFound | Failure::Refused { .. } => {
                deed.state = DeedState::Refused { reason: describe(&failure) };
                self.refused(action, &failure, now.at);
            }
        }
        self.state.log(now.at, "failed", format!("{action}: {}", describe(&failure)));
        if self.start.is_some() && !matches!(failure, Failure::NotFound | Failure::Refused { .. }) {
            self.fail_start(Refusal::KomojuUnavailable);
        }
    }

    /// A final no. At KOMOJU it means "look": what was to be ended may have ended by itself. At BigCommerce a person
    /// must know, unless the order is simply gone.
    fn refused(&mut self, action: &Action, failure: &Failure, at: Moment) {
        match action {
            Action::UpdateOrder { payment, milestone } if *failure != Failure::NotFound => {
                let reached = Reached { at, attention: Some(Attention::OrderUpdateRefused) };
                self.state.reached.insert((payment.clone(), *milestone), reached);
            }
            _ => self.want_target(action),
        }
        if let Some((_, done, _)) = self.start.as_mut() {
            done.looked_at = None;
        }
    }

    /// Wants a look at whatever an action was about.
    fn want_target(&mut self, action: &Action) {
        let seq = self.state.next_seq();
        let attempt = match action {
            Action::UpdateOrder { .. } => return want(&mut self.state.order, seq),
            Action::CancelSession { attempt } => Some(*attempt),
            Action::CancelPayment { payment } => {
                let payment = self.state.payments.get_mut(payment);
                payment.map(|p| {
                    want(&mut p.register, seq);
                    p.attempt
                })
            }
        };
        if let Some(attempt) = attempt.and_then(|n| self.state.attempt_mut(n)) {
            want(&mut attempt.register, seq);
        }
    }
}

/// Wants a look now: news is a reason not to wait for the ladder.
fn want<T>(register: &mut Register<T>, seq: u64) {
    register.want(seq);
    register.retry_at = 0;
}

/// What a person must look at once an update has been taken: 12 and 13 are for people.
fn milestone_attention(milestone: MilestoneKind, update: &OrderUpdate) -> Option<Attention> {
    use super::reading::OrderStatus;
    match (milestone, update.status) {
        (MilestoneKind::Mismatch, _) => Some(Attention::AmountMismatch),
        (MilestoneKind::Disputed, _) => Some(Attention::Disputed),
        (MilestoneKind::Refunded, _) => Some(Attention::RefundedAtKomoju),
        (MilestoneKind::Paid, Some(OrderStatus::MANUAL_VERIFICATION)) => Some(Attention::PaidAfterEnd),
        (MilestoneKind::Paid | MilestoneKind::CodeIssued | MilestoneKind::Authorized, _) => None,
    }
}

fn failure_of(answer: Answer) -> Failure {
    match answer {
        Answer::Failed(failure) => failure,
        _ => Failure::Indeterminate("an answer of another kind".to_owned()),
    }
}

fn refused(message: String) -> Failure {
    Failure::Refused { status: 0, code: String::new(), param: String::new(), message }
}

/// How long to wait after a failure: what the other side asks for, or the ladder, whichever is longer.
fn wait(failure: &Failure, failures: u32, delays: Delays) -> i64 {
    let ladder = delays.retry(failures.saturating_add(1));
    match failure {
        Failure::Later { after_ms: Some(ms) } => ladder.max(i64::try_from(*ms).unwrap_or(i64::MAX)),
        _ => ladder,
    }
}

fn bigcommerce_refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::NotFound => Refusal::OrderNotFound,
        Failure::Unauthorized | Failure::Forbidden => Refusal::Disconnected,
        Failure::Indeterminate(_) | Failure::Later { .. } | Failure::Refused { .. } => {
            Refusal::BigCommerceUnavailable
        }
    }
}

fn describe(failure: &Failure) -> String {
    match failure {
        Failure::Indeterminate(why) => format!("no answer ({why})"),
        Failure::Later { .. } => "not now".to_owned(),
        Failure::Unauthorized => "the key or token is not accepted".to_owned(),
        Failure::Forbidden => "a permission is missing".to_owned(),
        Failure::NotFound => "not found".to_owned(),
        Failure::Refused { status, code, message, .. } => format!("{status} {code}: {message}"),
    }
}
