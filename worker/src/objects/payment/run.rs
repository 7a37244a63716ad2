//! The turn: look, plan, act, until the machine has nothing to do or a start is answered.
//!
//! Why it is atomic: the object runs on one thread, the caller holds the turn, and the machine asks for a commit
//! before every call. The platform's output gate holds the call back until that commit is on disk. So at each point a
//! crash leaves rows from which the next run goes on by looking, not by guessing. A capture, for example:
//!
//! ```text
//! 1 Commit  deed/capture-p1#1 = sent (key k1, seq 7), guard alarm +5 min
//!                       crash here: KOMOJU was never called. The next run finds `sent` without an answer, looks
//!                       at the payment, finds it authorized, and sends again with the same key k1
//! 2 Call    POST capture, idempotency key k1
//!                       crash here: KOMOJU may have captured. The next run looks; if it finds the payment captured,
//!                       the deed is done; if not, it sends again with k1, so KOMOJU captures at most once
//! 3 Answer  deed = done, payment reading = captured
//!                       crash before the next commit: the same as a crash in 2
//! 4 Commit  deed done, reading
//!                       crash here: the guard alarm rings and goes on with the order's PUT
//! 5 Tell    the store's ledger has the row
//! 6 Idle    exact alarm set
//! ```

use super::object::{PaymentObject, Whose};
use super::remote::CallSurroundings;
use super::surroundings::RunSurroundings;
use crate::context::now_ms;
use crate::log;
use crate::objects::profiles::Absent;
use crate::objects::store_client::StoreClient;
use domain::machine::{Input, Machine, Output, Reply};
use worker::Result;
use worker::wasm_bindgen_futures::spawn_local;

/// How a run of the machine ended.
pub enum Ran {
    /// A start was answered; everything that follows is left to the alarm.
    Replied(Box<Reply>),
    /// Nothing is left to be done now.
    Rested,
    /// The next step would move money or move or end an order, and the store's own object did not confirm the
    /// settings: to be tried again.
    Unconfirmed,
}

impl PaymentObject {
    /// Does everything that is due while no shopper waits.
    ///
    /// Only the store's own object can confirm what is decided (money, shipping, ending an order). While it is
    /// silent, we still look, by the copy in KV, so that the shopper's page tells the truth.
    ///
    /// False: try again later; the alarm for that is already set. A store that was never installed is no reason to
    /// keep trying: its payment is left with a distant alarm.
    pub(super) async fn work(&self, whose: &Whose) -> Result<bool> {
        let surroundings = match self.confirmed(whose).await? {
            Err(Absent::CannotTell) => self.surroundings(whose).await?,
            answer => answer,
        };
        let surroundings = match surroundings {
            Ok(surroundings) => surroundings,
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
        let is_confirmed = surroundings.confirmed_at.is_some();
        let _turn = self.take_turn().await;
        match self.run(whose, &surroundings, false).await? {
            Ran::Replied(_) | Ran::Rested if is_confirmed => Ok(true),
            // The copy in KV may be older than a change that makes something due, so an unconfirmed run never counts
            // as finished.
            Ran::Replied(_) | Ran::Rested | Ran::Unconfirmed => self.come_again().await.map(|()| false),
        }
    }

    /// Carries out what the machine asks for, until it is idle or a start is answered. The caller holds the turn.
    ///
    /// `hurried`: a shopper is waiting. Calls then have a short timeout, ask for no slot, and the settings are not
    /// confirmed again however long the run takes.
    pub(super) async fn run(
        &self,
        whose: &Whose,
        surroundings: &RunSurroundings,
        hurried: bool,
    ) -> Result<Ran> {
        let mut newer = None;
        loop {
            let mut surroundings = newer.as_ref().unwrap_or(surroundings);
            if surroundings.has_aged() && !hurried {
                match self.confirmed(whose).await? {
                    Ok(confirmed) => surroundings = newer.insert(confirmed),
                    Err(_) => return self.with(Machine::leave_turn).map(|()| Ran::Unconfirmed),
                }
            }
            match self.with(|machine| machine.poll(surroundings.now()))? {
                Output::Commit(records) => {
                    self.write(whose, &records)?;
                    self.guard(surroundings.delays).await?;
                }
                Output::Call(call) => {
                    let remote = CallSurroundings {
                        env: &self.env,
                        config: &surroundings.config,
                        profile: &surroundings.profile,
                        order: whose.order,
                        now_ms: now_ms(),
                        hurried,
                        quota_is_free: &surroundings.quota_is_free,
                    };
                    let answer = remote.call(&call).await;
                    self.handle(Input::Answer(answer), surroundings)?;
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
                Output::Tell { wake } => self.tell_ledger(whose, surroundings, wake).await?,
                Output::Idle { wake } => {
                    self.rest(surroundings, wake).await?;
                    return Ok(Ran::Rested);
                }
            }
        }
    }

    /// Tells the store's object which payment-method labels were looked up, for the good of all of the store's
    /// orders. Nobody waits for it: losing one costs one more look.
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
}
