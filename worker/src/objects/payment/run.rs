//! The turn: look, plan, act until the machine rests or a start is answered. Whoever runs calls holds the turn, so two
//! calls to one remote object never overlap.

use super::object::{PaymentObject, Whose};
use super::remote::Remote;
use super::setting::Setting;
use crate::context::now_ms;
use crate::log;
use crate::objects::profiles::Absent;
use crate::objects::store_client::StoreClient;
use domain::machine::{Input, Machine, Output, Reply};
use worker::Result;
use worker::wasm_bindgen_futures::spawn_local;

/// How a run of the machine ended.
pub enum Ran {
    Replied(Box<Reply>),
    /// Nothing is left to be done now.
    Rested,
    /// What comes next is a decision, and the store's own object did not answer: to be tried again.
    Unconfirmed,
}

impl PaymentObject {
    /// Everything that is due, without a shopper waiting. Decided is only what the store's own object has confirmed;
    /// while it is silent, the copy in KV is good enough to look, so that the shopper's page tells the truth. False:
    /// this is to be tried again. Only a store that was never installed lets a payment rest.
    pub(super) async fn work(&self, whose: &Whose) -> Result<bool> {
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

    /// Carries out what the machine says until it rests, or a start is answered. The caller holds the turn.
    pub(super) async fn run(&self, whose: &Whose, setting: &Setting, hurried: bool) -> Result<Ran> {
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
}
