//! PaymentObject: drives one order's machine. It decides nothing; it makes what the machine says durable, carries its
//! calls out and wakes it in time.
//!
//! Atomicity: rows and alarm are written without an await between them, so they commit as one, and the platform's
//! output gate holds every answer and every call until they are durable. The machine is looked into only between
//! awaits; whoever runs calls holds the turn, so two calls to one remote object never overlap. A hint needs no turn:
//! it is taken in and written in one go, even while a call is under way.

mod records;
mod remote;

use super::alarm::wake_at;
use super::beside::beside;
use super::messages::ledger::LedgerRow;
use super::messages::payment::{Ask, History, Met, Question, StartAsk, Started};
use super::messages::store::Entry;
use super::profiles::{self, Absent};
use super::store_client::StoreClient;
use super::strays;
use super::turn::{Turn, Turns};
use crate::bindings::allows;
use crate::config::Config;
use crate::context::now_ms;
use crate::json::{ToJson, read, write};
use crate::log;
use crate::payment::call::{Browser, Locale};
use crate::payment::condition::condition;
use crate::payment::decision::{Decided, Taken};
use crate::payment::delays::Delays;
use crate::payment::hint::{About, Hint};
use crate::payment::ids::{CartId, HintId, OrderId, SessionId, StoreHash};
use crate::payment::machine::{Input, Machine, Now, Output, Reply};
use crate::payment::settings::Mode;
use crate::payment::shop::Shop;
use crate::payment::snapshot::Snapshot;
use crate::payment::start::{Looked, Proof, Refusal, Start, cart_hash};
use crate::payment::statement::statement;
use crate::profile::Profile;
use crate::request::network_of;
use records::Records;
use remote::Remote;
use std::cell::{Cell, RefCell};
use std::pin::pin;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

/// A fence per location before the store's object: starts of orders that nothing is known of.
const UNKNOWN_LIMIT: &str = "START_LIMIT_UNKNOWN";
/// A far lower one, for while the store's object is silent and cannot count.
const SILENT_LIMIT: &str = "PROFILE_REFRESH_LIMIT";
/// When a start is to be made again that one of these has held up.
const FENCED_MS: i64 = 2_000;
/// How often one order may be started within a minute by whoever has proved to be its shopper.
const STARTS_A_MINUTE: usize = 10;
/// A copy in KV that is older decides nothing while the store's object is silent.
const COPY_IS_YOUNG_MS: i64 = 5 * 60_000;
/// When a start is to be made again that waits for the store's object, or for one of the two sides.
const AGAIN_MS: i64 = 3_000;
const LONGEST_AGAIN_MS: i64 = 60_000;
/// In a turn that a slow side has drawn out beyond this, the store's own object is asked again before anything else.
const CONFIRMED_FOR_MS: i64 = 10_000;
/// How long after a ledger row could not be written it is tried again.
const LEDGER_RETRY_MS: i64 = 60_000;

/// The Durable Object class behind the binding PAYMENTS; its name is `{store}/{order}`.
#[derive(Debug)]
#[durable_object(alarm)]
pub struct PaymentObject {
    state: State,
    env: Env,
    records: Records,
    machine: RefCell<Option<Machine>>,
    turns: Turns,
    /// When the alarm stands, as far as this instance has set it.
    alarm: Cell<Option<i64>>,
    // What follows is in memory only: nothing is kept of an order that is not ours.
    /// When BigCommerce announced this order.
    announced: Cell<Option<i64>>,
    /// How many are about to look at the order for the first time.
    looking: Cell<u32>,
    /// Until then, no start of this order need ask whether it may look.
    turned_away_until: Cell<i64>,
    /// When its shopper has started this order of late.
    starts: RefCell<Vec<i64>>,
}

impl DurableObject for PaymentObject {
    fn new(state: State, env: Env) -> Self {
        let records = Records::new(state.storage().sql());
        Self {
            state,
            env,
            records,
            machine: RefCell::new(None),
            turns: Turns::default(),
            alarm: Cell::new(None),
            announced: Cell::new(None),
            looking: Cell::new(0),
            turned_away_until: Cell::new(0),
            starts: RefCell::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Question { store, order, ask } = read(&request.text().await?)?;
        let whose = Whose { store, order };
        match ask {
            Ask::Start(start) => json(&self.start(&whose, *start).await?),
            Ask::Status { locale } => json(&self.status(&whose, locale).await?),
            Ask::Hint { hint } => json(&self.hint(&whose, hint).await?),
            Ask::Return { session, locale } => json(&self.returned(&whose, session, locale).await?),
            Ask::Decide { decided } => json(&self.decide(&whose, decided).await?),
            Ask::Meet => json(&self.meet(&whose).await?),
            Ask::Announced { look } => json(&self.announced(&whose, look).await?),
            Ask::History => json(&self.history(&whose).await?),
            Ask::Purge => json(&self.purge().await?),
        }
    }

    /// First a guard, in case this never ends; then the work, which sets the exact time.
    async fn alarm(&self) -> Result<Response> {
        let Some((store, order)) = self.records.identity()? else {
            strays::alarm(&self.state, &self.env).await?;
            return Response::empty();
        };
        let tries = self.records.unfinished_alarms()?;
        self.records.set_unfinished_alarms(tries.saturating_add(1))?;
        // Whatever is wrong with the configuration, this comes back.
        let delays = self.delays().unwrap_or_default();
        self.wake_at(now_ms() + delays.guard().max(delays.retry(tries))).await?;
        if self.work(&Whose { store, order }).await? {
            self.records.set_unfinished_alarms(0)?;
        }
        Response::empty()
    }
}

struct Whose {
    store: StoreHash,
    order: OrderId,
}

/// What one run of the machine needs, gathered before it begins.
struct Setting {
    config: Config,
    profile: Profile,
    shop: Shop,
    delays: Delays,
    /// When the store's own object said so; None: from the copy in KV, by which nothing is decided.
    confirmed_at: Option<i64>,
}

/// How a run of the machine ended.
enum Ran {
    Replied(Box<Reply>),
    /// Nothing is left to be done now.
    Rested,
    /// What comes next is a decision, and the store's own object did not answer: to be tried again.
    Unconfirmed,
}

impl PaymentObject {
    // ---- questions -----------------------------------------------------------------------------------------------

    async fn start(&self, whose: &Whose, ask: StartAsk) -> Result<Started> {
        let setting = match self.setting(whose).await? {
            Ok(setting) => setting,
            Err(Absent::NeverInstalled) => return Ok(Started::UnknownStore),
            Err(Absent::CannotTell) => return Ok(Started::CannotTell),
        };
        let start = start_of(ask);
        let delays = setting.delays;
        // Whoever joins a look under way needs no leave of his own, unless it leaves open what he asks for.
        let joins = self.looking.get() > 0;
        if !joins && let Some(told) = self.turn_away(whose, &start).await? {
            return Ok(told);
        }
        let looking = self.looks_first(&start.proof)?;
        let _turn = self.take_turn().await;
        if joins && let Some(told) = self.turn_away(whose, &start).await? {
            return Ok(told);
        }
        let known = self.knowledge(&start.proof)?;
        if known == Known::Right
            && let Some(until) = self.started_too_often(delays)
        {
            return Ok(Started::Refused(Refusal::TooOften { until }));
        }
        let reply = match known {
            // Costs no call, and so asks nobody.
            Known::Wrong => self.begin(whose, &setting, &start).await?,
            Known::Right | Known::Nothing => self.begin_beside_owner(whose, setting, &start).await?,
        };
        drop(looking);
        self.report(whose, &reply);
        // It was announced a moment ago: BigCommerce is not ready to show it yet.
        if reply == Reply::Refuse(Refusal::OrderNotFound) && self.was_just_announced(delays) {
            return Ok(Started::Queued { after_ms: AGAIN_MS });
        }
        self.count_start(&reply);
        Ok(match reply {
            Reply::Show { snapshot, redirect } => Started::Show { snapshot, redirect },
            Reply::Refuse(Refusal::Busy { after_ms }) => {
                let after = after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(AGAIN_MS);
                Started::Queued { after_ms: after.clamp(AGAIN_MS, LONGEST_AGAIN_MS) }
            }
            Reply::Refuse(refusal) => Started::Refused(refusal),
        })
    }

    async fn begin(&self, whose: &Whose, setting: &Setting, start: &Start) -> Result<Reply> {
        self.handle(Input::Start(Box::new(start.clone())), setting)?;
        match self.run(whose, setting, true).await? {
            Ran::Replied(reply) => Ok(*reply),
            Ran::Rested | Ran::Unconfirmed => {
                Err(worker::Error::RustError("a start ended without a reply".to_owned()))
            }
        }
    }

    /// A start goes by the copy in KV, and asks the store's owner beside its first call out. The address of a payment
    /// page is handed out only if the owner agrees with the copy; where he does not, what was made is ended at KOMOJU
    /// and the start is made again by his word. While he is silent, a young copy decides.
    async fn begin_beside_owner(&self, whose: &Whose, setting: Setting, start: &Start) -> Result<Reply> {
        let env = self.env.clone();
        let mut owner = pin!(async { profiles::owner(&env, &whose.store).await });
        let before = self.with(|machine| machine.state().attempts.last().map(|a| a.n))?;
        let began = now_ms();
        let (reply, told) = beside(self.begin(whose, &setting, start), owner.as_mut()).await;
        let reply = reply?;
        if !reply.rests_on_the_copy() {
            return Ok(reply);
        }
        let told = match told {
            Some(told) => told,
            None => owner.await,
        };
        let now = match told {
            Ok(now) if now.agrees_on_starts(&setting.profile) => return Ok(reply),
            Err(Absent::CannotTell) if now_ms() - setting.profile.as_of_ms < COPY_IS_YOUNG_MS => {
                return Ok(reply);
            }
            Err(Absent::CannotTell) => {
                // Nobody has left for it yet: whoever asks again still arrives.
                self.with(|machine| machine.withhold(began))?;
                self.commit_and_wake(whose).await?;
                return Ok(Reply::Refuse(Refusal::Busy { after_ms: None }));
            }
            Ok(now) => now,
            Err(Absent::NeverInstalled) => setting.profile.disconnected(),
        };
        let Ok(setting) = self.set(whose, Ok(now), Some(now_ms()))? else {
            return Ok(Reply::Refuse(Refusal::Disconnected));
        };
        let made = self.with(|machine| machine.state().attempts.last().map(|a| a.n))?;
        if let Some(n) = made.filter(|_| made != before) {
            self.with(|machine| machine.recall(n, setting.now()))?;
            self.run(whose, &setting, true).await?;
        }
        match setting.profile.connected {
            true => self.begin(whose, &setting, start).await,
            false => Ok(Reply::Refuse(Refusal::Disconnected)),
        }
    }

    // ---- who may look --------------------------------------------------------------------------------------------

    fn knowledge(&self, proof: &Proof) -> Result<Known> {
        let hash = self.with(|machine| machine.state().head.cart_hash.clone())?;
        Ok(match (proof, hash) {
            (Proof::Link, _) => Known::Right,
            (Proof::Nothing, _) => Known::Wrong,
            (Proof::Cart(_), None) => Known::Nothing,
            (Proof::Cart(cart), Some(hash)) if cart_hash(cart) == hash => Known::Right,
            (Proof::Cart(_), Some(_)) => Known::Wrong,
        })
    }

    /// What a start is told that would have to look at an order of which nothing is known, and may not just now.
    async fn turn_away(&self, whose: &Whose, start: &Start) -> Result<Option<Started>> {
        let Proof::Cart(cart) = &start.proof else { return Ok(None) };
        if self.announced.get().is_some() || self.knowledge(&start.proof)? != Known::Nothing {
            return Ok(None);
        }
        let wait = self.turned_away_until.get() - now_ms();
        if wait > 0 {
            return Ok(Some(Started::Queued { after_ms: wait }));
        }
        let entry = match allows(&self.env, UNKNOWN_LIMIT, whose.store.as_str()).await {
            true => self.knock(whose, cart, &start.browser.ip).await,
            false => Entry::Wait(FENCED_MS),
        };
        Ok(match entry {
            Entry::Come => None,
            Entry::Wait(after_ms) => {
                self.turned_away_until.set(now_ms() + after_ms);
                Some(Started::Queued { after_ms })
            }
            Entry::Unproved => Some(Started::Refused(Refusal::WrongProof)),
            Entry::NotOurs => Some(Started::Refused(Refusal::NotOurs)),
        })
    }

    /// A silent store's object must not stop its shoppers; but nobody counts then, so few may look.
    async fn knock(&self, whose: &Whose, cart: &CartId, address: &str) -> Entry {
        let asked = async {
            let store = StoreClient::new(&self.env, &whose.store)?;
            store.knock(whose.order, cart_hash(cart), network_of(address)).await
        };
        match asked.await {
            Ok(entry) => entry,
            Err(error) => {
                log::warn("payment", "door_silent", &[("error", &error.to_string())]);
                let key = [whose.store.as_str(), ":door"].concat();
                match allows(&self.env, SILENT_LIMIT, &key).await {
                    true => Entry::Come,
                    false => Entry::Wait(AGAIN_MS),
                }
            }
        }
    }

    /// Whoever comes while this is held joins the look.
    fn looks_first(&self, proof: &Proof) -> Result<Option<Looking<'_>>> {
        Ok((self.knowledge(proof)? == Known::Nothing).then(|| Looking::new(&self.looking)))
    }

    /// BigCommerce has announced this order. It is read ahead unless a reading or an attempt is there.
    async fn announced(&self, whose: &Whose, look: bool) -> Result<()> {
        self.announced.set(Some(now_ms()));
        self.turned_away_until.set(0);
        if !look || self.records.exist()? || self.with(|machine| machine.has_read_order())? {
            return Ok(());
        }
        let Ok(setting) = self.setting(whose).await? else { return Ok(()) };
        let looking = Looking::new(&self.looking);
        let _turn = self.take_turn().await;
        if self.with(|machine| machine.has_read_order())? {
            return Ok(());
        }
        self.handle(Input::ReadAhead, &setting)?;
        // The store's object has granted the slot already, and a start may be waiting for this.
        self.run(whose, &setting, true).await?;
        drop(looking);
        self.tell_looked(whose, true);
        Ok(())
    }

    fn was_just_announced(&self, delays: Delays) -> bool {
        self.announced.get().is_some_and(|at| now_ms() - at < delays.start_limit())
    }

    /// Tells the store's object what a start's look has shown.
    fn report(&self, whose: &Whose, reply: &Reply) {
        let wrong = matches!(reply, Reply::Refuse(Refusal::WrongProof | Refusal::OrderNotFound));
        self.tell_looked(whose, !wrong);
    }

    /// Nobody waits for that, a shopper least of all.
    fn tell_looked(&self, whose: &Whose, right: bool) {
        let Ok(Some(looked)) = self.with(Machine::take_looked) else { return };
        // Of what was announced a 404 says only that BigCommerce is slow.
        if looked == Looked::NoSuchOrder && self.announced.get().is_some() {
            return;
        }
        let (Ok(store), order) = (StoreClient::new(&self.env, &whose.store), whose.order) else { return };
        spawn_local(async move {
            if let Err(error) = store.looked(order, looked, right).await {
                log::warn("payment", "look_not_passed_on", &[("error", &error.to_string())]);
            }
        });
    }

    /// Until when its shopper must wait, who has started this order as often as one may.
    fn started_too_often(&self, delays: Delays) -> Option<i64> {
        let mut starts = self.starts.borrow_mut();
        let now = now_ms();
        starts.retain(|at| now - at < delays.start_limit());
        starts.first().filter(|_| starts.len() >= STARTS_A_MINUTE).map(|at| at + delays.start_limit())
    }

    /// Only what was proved and served counts: neither a stranger's starts nor what was put off.
    fn count_start(&self, reply: &Reply) {
        let counts = match reply {
            Reply::Show { .. } => true,
            Reply::Refuse(refusal) => !matches!(
                refusal,
                Refusal::WrongProof
                    | Refusal::OrderNotFound
                    | Refusal::Busy { .. }
                    | Refusal::TooOften { .. }
            ),
        };
        if counts {
            self.starts.borrow_mut().push(now_ms());
        }
    }

    /// Answers from what is known; a look that the question makes due happens after the answer.
    async fn status(&self, whose: &Whose, locale: Locale) -> Result<Option<Snapshot>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        if let Ok(setting) = self.setting(whose).await? {
            self.handle(Input::Status, &setting)?;
            self.commit_and_wake(whose).await?;
        }
        self.with(|machine| Some(machine.snapshot(locale)))
    }

    /// Durable when this returns. About an order without a payment there is nothing to keep.
    async fn hint(&self, whose: &Whose, hint: Hint) -> Result<()> {
        if !self.records.exist()? {
            if let About::Order { moved, .. } = &hint.about {
                self.with(|machine| machine.order_changed(moved.map(|m| m.to)))?;
            }
            return Ok(());
        }
        self.take_in(hint)?;
        self.commit_and_wake(whose).await
    }

    async fn returned(
        &self,
        whose: &Whose,
        session: Option<SessionId>,
        locale: Locale,
    ) -> Result<Option<Snapshot>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        let id = HintId::parse(&format!("return-{}", now_ms()))
            .map_err(|e| worker::Error::RustError(e.to_string()))?;
        self.take_in(Hint { id, about: About::Return { session } })?;
        self.commit_and_wake(whose).await?;
        if let Err(error) = self.work(whose).await {
            log::warn("payment", "look_on_return_failed", &[("error", &error.to_string())]);
        }
        self.with(|machine| Some(machine.snapshot(locale)))
    }

    /// Durable when this returns; acted on by the alarm that follows at once. It is compared with what is known here
    /// without the turn, in one go with being kept, and once more by the machine after it has looked, with the turn.
    async fn decide(&self, whose: &Whose, decided: Decided) -> Result<Taken> {
        if !self.records.exist()? {
            return Ok(Taken::Unknown);
        }
        let taken = self.with(|machine| machine.decide(decided, now_ms()))?;
        self.commit_and_wake(whose).await?;
        Ok(taken)
    }

    /// Where the order turns out to be none to keep, nothing is written, not even tables.
    async fn meet(&self, whose: &Whose) -> Result<Met> {
        let Ok(setting) = self.confirmed(whose).await? else { return Ok(Met::TryAgain) };
        let _turn = self.take_turn().await;
        self.handle(Input::Meet, &setting)?;
        self.run(whose, &setting, false).await?;
        let met = self.with(|machine| machine.state().head.to_meet)?;
        if met && !self.records.exist()? {
            self.machine.borrow_mut().take();
            return Ok(Met::TryAgain);
        }
        Ok(Met::Done)
    }

    async fn history(&self, whose: &Whose) -> Result<Option<History>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        let settings = self.setting(whose).await?.map(|s| s.shop.settings).unwrap_or_default();
        self.with(|machine| {
            let state = machine.state();
            let snapshot = machine.snapshot(Locale::default());
            Some(History {
                condition: condition(state, &settings, &snapshot),
                snapshot,
                statement: statement(state, &settings),
                attention: state.attentions(&settings),
                timeline: state.timeline.clone(),
            })
        })
    }

    // ---- the machine ---------------------------------------------------------------------------------------------

    /// Looks into the machine, loading it first where this instance is new. Never across an await.
    fn with<T>(&self, look: impl FnOnce(&mut Machine) -> T) -> Result<T> {
        let mut slot = self.machine.borrow_mut();
        if slot.is_none() {
            let rows = self.records.load()?;
            *slot = Some(Machine::load(rows).map_err(|e| worker::Error::RustError(e.to_string()))?);
        }
        let machine = slot.get_or_insert_with(Machine::default);
        Ok(look(machine))
    }

    /// Waits for the turn. Whoever had it before may have been cancelled in the middle of a call, when a shopper left;
    /// what was committed is then all there is.
    async fn take_turn(&self) -> Turn<'_> {
        let turn = self.turns.take().await;
        let mut slot = self.machine.borrow_mut();
        if slot.as_ref().is_some_and(|machine| !machine.is_at_rest()) {
            slot.take();
        }
        turn
    }

    fn handle(&self, input: Input, setting: &Setting) -> Result<()> {
        self.with(|machine| machine.handle(input, setting.now()))
    }

    fn take_in(&self, hint: Hint) -> Result<()> {
        self.with(|machine| machine.hear(hint, now_ms()))
    }

    /// Everything that is due, without a shopper waiting. Decided is only what the store's own object has confirmed;
    /// while it is silent, the copy in KV is good enough to look, so that the shopper's page tells the truth. False:
    /// this is to be tried again. Only a store that was never installed lets a payment rest.
    async fn work(&self, whose: &Whose) -> Result<bool> {
        let setting = match self.confirmed(whose).await? {
            Err(Absent::CannotTell) => self.setting(whose).await?,
            answer => answer,
        };
        let setting = match setting {
            Ok(setting) => setting,
            Err(absent) => {
                log::warn("payment", "store_unknown", &[("store", whose.store.as_str())]);
                return match absent {
                    Absent::NeverInstalled => {
                        self.wake_at(now_ms() + self.delays()?.retry(u32::MAX)).await.map(|()| true)
                    }
                    Absent::CannotTell => self.come_again().await.map(|()| false),
                };
            }
        };
        let is_confirmed = setting.confirmed_at.is_some();
        let _turn = self.take_turn().await;
        match self.run(whose, &setting, false).await? {
            Ran::Replied(_) | Ran::Rested if is_confirmed => Ok(true),
            // A copy may be too old to know of something to do.
            Ran::Replied(_) | Ran::Rested | Ran::Unconfirmed => self.come_again().await.map(|()| false),
        }
    }

    /// Wakes this object soon, later each time; earlier where something is due by then anyway.
    async fn come_again(&self) -> Result<()> {
        let again = now_ms() + self.delays()?.come_again(self.records.unfinished_alarms()?);
        self.wake_at(self.alarm.get().filter(|at| *at > now_ms()).map_or(again, |at| at.min(again))).await
    }

    /// Carries out what the machine says until it rests, or a start is answered. The caller holds the turn.
    async fn run(&self, whose: &Whose, setting: &Setting, hurried: bool) -> Result<Ran> {
        let mut ledger_tried = false;
        let mut newer = None;
        loop {
            let mut setting = newer.as_ref().unwrap_or(setting);
            if setting.has_aged() && !hurried {
                match self.confirmed(whose).await? {
                    Ok(confirmed) => setting = newer.insert(confirmed),
                    Err(_) => return self.with(Machine::leave_turn).map(|()| Ran::Unconfirmed),
                }
            }
            match self.with(|machine| machine.poll(setting.now()))? {
                Output::Commit(records) => {
                    self.write(whose, &records)?;
                    self.guard(setting.delays).await?;
                }
                Output::Call(call) => {
                    let remote = Remote {
                        env: &self.env,
                        config: &setting.config,
                        profile: &setting.profile,
                        order: whose.order,
                        now_ms: now_ms(),
                        hurried,
                    };
                    let answer = remote.call(&call).await;
                    self.handle(Input::Answer(answer), setting)?;
                    self.pass_on_learned(whose);
                }
                Output::Reply(reply) => {
                    self.wake_soon().await?;
                    return Ok(Ran::Replied(Box::new(reply)));
                }
                Output::Unconfirmed => match self.confirmed(whose).await? {
                    Ok(confirmed) => newer = Some(confirmed),
                    Err(_) => return self.with(Machine::leave_turn).map(|()| Ran::Unconfirmed),
                },
                Output::Idle { wake } if !ledger_tried && self.ledger_row(setting, wake)?.is_some() => {
                    ledger_tried = true;
                    self.write_ledger(whose, setting, wake).await?;
                }
                Output::Idle { wake } => {
                    self.rest(setting, wake).await?;
                    return Ok(Ran::Rested);
                }
            }
        }
    }

    /// Tells the store's object which payment-method names were looked up: the whole store's knowledge. Nobody waits
    /// for that, a shopper least of all. Losing one costs a look, nothing else.
    fn pass_on_learned(&self, whose: &Whose) {
        let learned = self.with(Machine::take_learned).unwrap_or_default();
        for one in learned {
            let Ok(store) = StoreClient::new(&self.env, &whose.store) else { return };
            spawn_local(async move {
                if let Err(error) = store.learn_label(one.channel, &one.label, one.provider).await {
                    log::warn("payment", "label_not_learned", &[("error", &error.to_string())]);
                }
            });
        }
    }

    // ---- durability and time -------------------------------------------------------------------------------------

    /// Writes, or forgets the machine: what could not be written must not be acted on.
    fn write(&self, whose: &Whose, records: &[crate::payment::record::Record]) -> Result<()> {
        let written = self.records.write(&whose.store, whose.order, records);
        if written.is_err() {
            self.machine.borrow_mut().take();
        }
        written
    }

    /// Commits what was just taken in, with an alarm for the work it makes: no await in between.
    async fn commit_and_wake(&self, whose: &Whose) -> Result<()> {
        let records = self.with(Machine::uncommitted)?;
        match records {
            Some(records) => {
                self.write(whose, &records)?;
                self.wake_soon().await
            }
            None => Ok(()),
        }
    }

    /// Makes sure that something wakes this object if the work under way never ends. Nothing is awaited before the
    /// alarm is set, so it commits with the rows.
    async fn guard(&self, delays: Delays) -> Result<()> {
        let guard = now_ms() + delays.guard();
        match self.alarm.get() {
            Some(at) if (now_ms()..=guard).contains(&at) => Ok(()),
            _ => self.wake_at(guard).await,
        }
    }

    async fn wake_soon(&self) -> Result<()> {
        self.wake_at(now_ms()).await
    }

    /// An object without rows has nothing to wake for: whoever sets its alarm leaves storage behind for a stranger.
    async fn wake_at(&self, at: i64) -> Result<()> {
        if !self.records.exist()? {
            return Ok(());
        }
        self.alarm.set(Some(at));
        wake_at(&self.state.storage(), at).await
    }

    /// Sets the exact time, or none. Where the ledger could not be told, it is tried again soon.
    async fn rest(&self, setting: &Setting, wake: Option<i64>) -> Result<()> {
        if !self.records.exist()? {
            return Ok(());
        }
        let ledger = self.ledger_row(setting, wake)?.map(|_| now_ms() + LEDGER_RETRY_MS);
        let end = self.with(|machine| machine.state().ends_at(&setting.shop.settings, setting.delays))?;
        if setting.shop.confirmed && ledger.is_none() && end.is_some_and(|end| end <= now_ms()) {
            return self.end(setting).await;
        }
        match wake.into_iter().chain(ledger).chain(end).min() {
            Some(at) => self.wake_at(at).await,
            None => {
                self.alarm.set(None);
                self.state.storage().delete_alarm().await
            }
        }
    }

    /// The end of a payment. Its row in the ledger is the last thing it writes: nobody is to wake it any more.
    async fn end(&self, setting: &Setting) -> Result<()> {
        let (row, last) = self.with(|m| (ledger_row(m, &setting.shop), m.state().last_event()))?;
        let row = LedgerRow {
            version: row.version + 1,
            updated_at_ms: last,
            next_alarm_ms: None,
            open: false,
            ..row
        };
        let order = row.order.to_string();
        let told = async { StoreClient::new(&self.env, &setting.shop.store)?.upsert_payment(row).await };
        if let Err(error) = told.await {
            log::warn("payment", "ledger_not_written", &[("error", &error.to_string())]);
            return self.wake_at(now_ms() + LEDGER_RETRY_MS).await;
        }
        // Somebody may have told of something meanwhile: that is an event, and puts the end off.
        let end = self.with(|machine| machine.state().ends_at(&setting.shop.settings, setting.delays))?;
        if end.is_none_or(|end| end > now_ms()) {
            return Ok(());
        }
        log::info("payment", "ended", &[("store", setting.shop.store.as_str()), ("order", &order)]);
        self.forget().await
    }

    /// The payment is over for good, or its store is. What remains is its row in the store's ledger, which names nobody.
    async fn forget(&self) -> Result<()> {
        self.alarm.set(None);
        self.machine.borrow_mut().take();
        self.state.storage().delete_alarm().await?;
        self.state.storage().delete_all().await
    }

    async fn purge(&self) -> Result<()> {
        let _turn = self.take_turn().await;
        self.forget().await
    }

    // ---- the ledger ----------------------------------------------------------------------------------------------

    /// The row the ledger lacks; None where it has the newest.
    fn ledger_row(&self, setting: &Setting, wake: Option<i64>) -> Result<Option<LedgerRow>> {
        self.with(|machine| {
            let state = machine.state();
            let news = state.is_worth_keeping() && state.head.version > state.head.ledger_version;
            news.then(|| LedgerRow { next_alarm_ms: wake, ..ledger_row(machine, &setting.shop) })
        })
    }

    async fn write_ledger(&self, whose: &Whose, setting: &Setting, wake: Option<i64>) -> Result<()> {
        let Some(row) = self.ledger_row(setting, wake)? else { return Ok(()) };
        let version = row.version;
        let written = async { StoreClient::new(&self.env, &whose.store)?.upsert_payment(row).await };
        match written.await {
            Ok(()) => self.handle(Input::LedgerHas(version), setting),
            Err(error) => {
                log::warn("payment", "ledger_not_written", &[("error", &error.to_string())]);
                Ok(())
            }
        }
    }

    // ---- surroundings --------------------------------------------------------------------------------------------

    fn config(&self) -> Result<Config> {
        Config::from_env(&self.env).map_err(|e| worker::Error::RustError(e.to_string()))
    }

    fn delays(&self) -> Result<Delays> {
        Ok(Delays::scaled(self.config()?.time_scale))
    }

    /// The store by the copy in KV: good for looks, and never for what moves money, ships or ends an order.
    async fn setting(&self, whose: &Whose) -> Result<std::result::Result<Setting, Absent>> {
        let profile = profiles::load(&self.env, &whose.store).await?;
        self.set(whose, profile, None)
    }

    /// The store as its own object says it is now.
    async fn confirmed(&self, whose: &Whose) -> Result<std::result::Result<Setting, Absent>> {
        let profile = profiles::owner(&self.env, &whose.store).await;
        self.set(whose, profile, Some(now_ms()))
    }

    fn set(
        &self,
        whose: &Whose,
        profile: profiles::Lookup,
        confirmed_at: Option<i64>,
    ) -> Result<std::result::Result<Setting, Absent>> {
        let config = self.config()?;
        let delays = Delays::scaled(config.time_scale);
        Ok(profile.map(|profile| {
            let shop = Shop { confirmed: confirmed_at.is_some(), ..profile.shop(whose.order) };
            Setting { shop, config, profile, delays, confirmed_at }
        }))
    }
}

/// What is known of a proof without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Right,
    Wrong,
    Nothing,
}

/// Counts one who is about to look, for as long as it is held.
struct Looking<'a>(&'a Cell<u32>);

impl<'a> Looking<'a> {
    fn new(count: &'a Cell<u32>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Setting {
    fn has_aged(&self) -> bool {
        self.confirmed_at.is_some_and(|at| now_ms() - at >= CONFIRMED_FOR_MS)
    }

    fn now(&self) -> Now<'_> {
        Now { shop: &self.shop, delays: self.delays, at: now_ms() }
    }
}

fn json(value: &dyn ToJson) -> Result<Response> {
    Response::ok(write(value))
}

/// A cart id that is none proves nothing, and no cart id at all means that a signed link was shown.
fn start_of(ask: StartAsk) -> Start {
    let proof = match &ask.cart_id {
        None => Proof::Link,
        Some(cart) => CartId::parse(cart).map_or(Proof::Nothing, Proof::Cart),
    };
    Start {
        proof,
        intent: ask.intent,
        page: ask.page,
        locale: ask.locale,
        browser: Browser { ip: ask.ip, user_agent: ask.user_agent, language: ask.language },
        seen: ask.seen,
        visit: ask.visit,
    }
}

fn ledger_row(machine: &Machine, shop: &Shop) -> LedgerRow {
    let state = machine.state();
    let snapshot = machine.snapshot(Locale::default());
    let due = state.order.reading.as_ref().and_then(|o| o.due.ok());
    let amount = snapshot.amount.or(due);
    let sessions = state.attempts.iter().filter_map(|a| a.session.as_ref()).map(ToString::to_string);
    let numbers = state.attempts.iter().map(|a| a.terms.external_order_num.clone());
    let payments = state.payments.keys().map(ToString::to_string);
    LedgerRow {
        order: shop.order,
        version: state.head.version,
        phase: condition(state, &shop.settings, &snapshot).key().to_owned(),
        amount: amount.map(|m| m.to_string()).unwrap_or_default(),
        amount_minor: amount.map_or(0, |m| m.minor),
        currency: amount.map(|m| m.currency.code().to_owned()).unwrap_or_default(),
        refunded: state.paid_back(),
        mode: if snapshot.test { Mode::Test } else { Mode::Live },
        refs: sessions.chain(numbers).chain(payments).collect(),
        attention: state.attentions(&shop.settings).into_iter().map(|a| a.key().to_owned()).collect(),
        updated_at_ms: now_ms(),
        placed_at_ms: state.order.reading.as_ref().map_or(0, |order| order.placed_at),
        next_alarm_ms: None,
        open: state.is_open(),
    }
}
