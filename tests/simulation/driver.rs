//! Runs one machine the way its Durable Object does: commits to a table, calls out, sleeps until woken, and sometimes
//! crashes, with nothing left but the table. Around it: time, the post between the two sides and us, and faults.

use domain::bigcommerce::Api;
use domain::http::{HttpRequest, Outcome};
use domain::json::read;
use domain::komoju::request::Access;
use domain::komoju::session::Origin;
use domain::machine::{Input, Output, Surroundings};
use domain::secret::Secret;
use domain::state::call::Call;
use domain::state::delays::Delays;
use domain::state::shop::Shop;
use domain::wire::{self, Reader};
use serde_json::Value;

use super::answer::answer;
use super::edge::{Ran, Word};
use super::faults::too_many;
use super::odd::spoil_one;
use super::schedule::{Act, Fate, Lists, MINUTE, Side, Trouble};
use super::store::Store;
use super::truth;
use super::world::World;

const GUARD: i64 = 5 * MINUTE;
/// More runs than any order ever needs.
const RUNS: u32 = 3_000;
/// More outputs than any run ever needs.
const OUTPUTS: u32 = 500;

impl World {
    /// One step of a schedule: the act, and the messages that come of it. Nobody does two things in one second.
    pub fn step(&mut self, act: Act, fate: Fate) {
        self.set_time(self.now + 1_000);
        self.post.fate = fate;
        self.perform(act);
        self.collect();
        self.deliver();
    }

    // ---- time ----------------------------------------------------------------------------------------------------

    /// Lets time pass until `until`, waking whatever is to be woken.
    pub fn pass_until(&mut self, until: i64) {
        self.collect();
        self.deliver();
        if !self.violations.is_empty() {
            return;
        }
        while let Some(at) = self.next_moment().filter(|at| *at <= until) {
            self.set_time(at);
            self.collect();
            self.deliver();
            if self.alarm.is_some_and(|at| at <= self.now) {
                self.runs += 1;
                if self.runs > RUNS {
                    self.violations.push("the machine never rests".to_owned());
                    return;
                }
                self.alarm = Some(self.now + GUARD);
                self.meet();
                self.work();
                self.collect();
                self.deliver();
                if !self.violations.is_empty() {
                    return;
                }
            }
        }
        self.set_time(until);
    }

    fn next_moment(&self) -> Option<i64> {
        let of_the_world = [self.post.next_due(), self.bank.next_lapse(), self.store.next_to_finish()];
        of_the_world.into_iter().chain([self.alarm]).flatten().min()
    }

    fn set_time(&mut self, at: i64) {
        self.now = self.now.max(at);
        self.store.now = self.now;
        self.store.finish();
        self.bank.lapse(self.now);
        truth::at_once(self);
    }

    // ---- the machine ---------------------------------------------------------------------------------------------

    pub fn handle(&mut self, input: Input) {
        self.handle_by(&Word::Owner, input);
    }

    pub fn handle_by(&mut self, word: &Word, input: Input) {
        let shop = self.told_by(word);
        let now = Surroundings {
            shop: shop.as_ref().unwrap_or(&self.shop),
            delays: Delays::default(),
            at: self.now,
        };
        self.machine.handle(input, now);
    }

    /// The store where it is not as its own object has it now.
    fn told_by(&self, word: &Word) -> Option<Shop> {
        let spoilt = self.mutation.and_then(|mutation| mutation.spoil_shop(self));
        spoilt.or_else(|| match word {
            Word::Owner => None,
            Word::Copy(shop) => Some((**shop).clone()),
        })
    }

    /// Asks again for a meeting that was lost with the worker, as the store's own queue does.
    fn meet(&mut self) {
        let lost = self.to_meet && !self.is_known() && !self.machine.state().head.to_meet;
        if lost && self.machine.is_at_rest() {
            self.handle(Input::Meet);
        }
    }

    /// Makes durable what was just taken in, and has it looked at.
    pub fn commit_and_wake(&mut self) {
        let is_to_wake = self.machine.is_to_wake();
        if let Some(records) = self.machine.uncommitted() {
            self.commit(&records);
            if !is_to_wake {
                return;
            }
            let at = self.machine.gathers_until().max(self.now);
            self.alarm = Some(self.alarm.map_or(at, |stands| stands.min(at)));
        }
    }

    /// As objects/payment/run.rs runs it.
    pub fn run(&mut self, mut word: Word) -> Ran {
        for _ in 0..OUTPUTS {
            let shop = self.told_by(&word);
            let now = Surroundings {
                shop: shop.as_ref().unwrap_or(&self.shop),
                delays: Delays::default(),
                at: self.now,
            };
            let output = self.machine.poll(now);
            let dies = !matches!(output, Output::Tell { .. }) && self.faults.dies_now();
            match output {
                _ if dies && !matches!(output, Output::Call(_)) => {
                    self.crash();
                    return Ran::Died;
                }
                Output::Commit(records) => {
                    self.commit(&records);
                    self.alarm = Some(self.alarm.map_or(self.now + GUARD, |at| at.min(self.now + GUARD)));
                }
                Output::Call(call) => {
                    if self.call(&call, dies, &word).is_none() {
                        return Ran::Died;
                    }
                }
                Output::Reply(reply) => {
                    self.wake_soon();
                    return Ran::Replied(Box::new(reply));
                }
                Output::Unconfirmed if matches!(word, Word::Owner) => {
                    self.violations.push("a store that is confirmed is asked to confirm".to_owned());
                    return Ran::Rested;
                }
                Output::Unconfirmed if self.owner_answers() => word = Word::Owner,
                Output::Unconfirmed => {
                    self.machine.leave_turn();
                    return Ran::Unconfirmed;
                }
                // No rule of money rests on the ledger, and the object of a silent one goes on as any other.
                Output::Tell { .. } => self.handle_by(&word, Input::LedgerSilent),
                Output::Idle { wake } => {
                    self.to_meet &= !self.is_known() && self.machine.state().head.to_meet;
                    self.note_what_is_shown();
                    self.alarm = wake;
                    return Ran::Rested;
                }
            }
        }
        self.violations.push("the machine goes round and round".to_owned());
        self.crash();
        Ran::Died
    }

    fn note_what_is_shown(&mut self) {
        if self.shown.is_some() {
            let now = self.attentions();
            self.shown.iter_mut().for_each(|shown| shown.extend(now.iter().map(|a| a.key())));
        }
    }

    /// None: the worker died.
    fn call(&mut self, call: &Call, dies: bool, word: &Word) -> Option<()> {
        let side =
            if wire::side(call) == wire::Upstream::BigCommerce { Side::BigCommerce } else { Side::Komoju };
        let (mut request, reader) = self.request(call);
        if let Some(mutation) = self.mutation {
            mutation.spoil_request(call, &mut request, self);
        }
        for act in self.faults.acts_before_this_call() {
            self.perform(act);
            self.collect();
        }
        let trouble = if dies {
            Some(Trouble::CrashAfter)
        } else {
            self.faults.next(side, is_deed(&request), self.now)
        };
        let outcome = self.exchange(side, &request, trouble);
        if matches!(trouble, Some(Trouble::CrashBefore | Trouble::CrashAfter)) {
            self.crash();
            return None;
        }
        if let (Call::CreateSession(_), Outcome::Answer { status, .. }) = (call, &outcome) {
            self.session_is_refused = match status {
                200 => {
                    self.violations.extend(truth::session_is_for_what_is_due(self));
                    Some(false)
                }
                422 => Some(true),
                _ => self.session_is_refused,
            };
        }
        let answer = match self.mutation {
            Some(mutation) => {
                mutation.spoil_answer(call, reader.read(&mutation.spoil_outcome(call, outcome, self)), self)
            }
            None => reader.read(&outcome),
        };
        self.handle_by(word, Input::Answer(answer));
        Some(())
    }

    /// The request on its way, the effect, and what comes back of the answer.
    fn exchange(&mut self, side: Side, request: &HttpRequest, trouble: Option<Trouble>) -> Outcome {
        if let Some(failed) = self.faults.outage(side, self.now) {
            return failed;
        }
        let cut = || Outcome::NoAnswer("cut".to_owned());
        match trouble {
            Some(Trouble::CutBefore | Trouble::CrashBefore) => return cut(),
            Some(Trouble::Broken) => return answer(500, &Value::Null),
            Some(Trouble::TooMany) => return too_many(),
            Some(Trouble::Hiccup) if side == Side::BigCommerce && request.method == "GET" => {
                self.faults.hiccups += 1;
                return answer(404, &Value::Null);
            }
            _ => {}
        }
        let slow = trouble == Some(Trouble::StillRuns);
        let outcome = match side {
            Side::BigCommerce => {
                let known = self.bank.known_of(&Store::payment_of(request));
                self.store.serve(request, slow.then_some(known))
            }
            Side::Komoju => self.bank.serve(request, slow),
        };
        let outcome = self.with_odd_lists(side, request, outcome);
        self.collect();
        self.deliver_early();
        truth::at_once(self);
        let lost = match trouble {
            Some(Trouble::CutAfter | Trouble::CrashAfter | Trouble::StillRuns) => Some(cut()),
            Some(Trouble::BrokenAfter) => Some(answer(500, &Value::Null)),
            _ => None,
        };
        self.bank.answered(lost.is_none());
        self.store.answered(lost.is_none());
        lost.unwrap_or(outcome)
    }

    /// Notes that a list is answered otherwise than it was asked for, and has an element spoilt where that is to be.
    fn with_odd_lists(&mut self, side: Side, request: &HttpRequest, outcome: Outcome) -> Outcome {
        let lists = self.bank.lists;
        if lists == Lists::AsAsked {
            return outcome;
        }
        let Outcome::Answer { status: status @ 200..=299, headers, body } = outcome else { return outcome };
        let is_list = request.method == "GET"
            && (request.url.contains("/payments?") || request.url.ends_with("/payment_actions/refunds"));
        if is_list {
            self.faults.struck.insert(format!("{lists:?} from {side:?}"));
        }
        if lists != Lists::PartlyUnreadable {
            return Outcome::Answer { status, headers, body };
        }
        let mut json: Value = serde_json::from_str(&body).unwrap_or_default();
        self.odd += 1;
        if let Some((was, is)) = spoil_one(&mut json, self.odd) {
            self.faults.note_garbled(side);
            self.bank.untell(&was, &is);
        }
        Outcome::Answer { status, headers, body: json.to_string() }
    }

    fn request(&self, call: &Call) -> (HttpRequest, Reader) {
        let secret = Secret::new("secret");
        let api =
            Api { base: "https://shop.example", store: &self.shop.store, token: &secret, timeout_ms: 1 };
        let access = Access { base: "https://bank.example/v1", secret_key: &secret };
        let origin = Origin { store: &self.shop.store, order: self.shop.order };
        let back = |attempt| format!("https://app.example/return/{attempt}");
        // Nothing is really sealed here.
        let details = call.sealed().map(|sealed| read(&sealed.0).expect("bank details"));
        let call = &details.map_or_else(|| call.clone(), |details| call.clone().opened(details));
        wire::to_bigcommerce(call, &api, self.shop.order)
            .or_else(|| wire::to_komoju(call, access, origin, back))
            .expect("every call goes to one side or the other")
    }
}

/// Whether a request changes something that counts: a session nobody was sent to does not, nor does a quote.
fn is_deed(request: &HttpRequest) -> bool {
    let counts = |end: &str| !request.url.ends_with(end);
    request.method != "GET" && counts("/sessions") && counts("/refund_quotes")
}
