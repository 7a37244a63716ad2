//! StoreObject: the one owner of the truth about a store. It holds the installation, the sealed secrets, the
//! settings, the learned labels, the staff, and the ledger of the store's payments.
//!
//! Why it is atomic: an object runs on one thread, and everything written between two awaits commits as one. So each
//! change first awaits whatever must be awaited, then reads, changes and writes without awaiting. Input gates do not
//! hold across a fetch, so what was read before a fetch is read again after it: a reinstall may have come in
//! meanwhile.
//!
//! Nothing is stored, not even tables, until BigCommerce has confirmed an installation. So a stranger who makes up
//! store hashes costs no storage.
//!
//! This file: which question and which chore goes to which room. What all rooms share is in `object`. The rooms:
//! `install` (app callbacks), `desk` and `changes` (the panel), `door`, `newcomers`, `guesses` and `pace` (who may use
//! BigCommerce's quota), `ledger` and `funnel` (what payments tell), `sync` (scripts and hooks), `sweep` and `walk`
//! (finding what was missed), `chores` (what is due when), `records` (the tables).

mod changes;
mod chores;
mod consents;
mod desk;
mod door;
mod funnel;
mod guesses;
mod install;
mod ledger;
mod newcomers;
mod object;
mod pace;
mod records;
mod sweep;
mod sync;
mod walk;

use super::alarm::wake_at;
use super::messages::health::SignatureDoubt;
use super::messages::store::{Admission, Importance, StoreAsk};
use super::strays;
use super::turn::Turns;
use crate::config::Config;
use crate::context::now_ms;
use crate::log;
use crate::profile::Profile;
use crate::stored;
use chores::{Chore, Due};
use consents::Consents;
use domain::state::delays::Delays;
use domain::time::{HOUR_MS, MINUTE_MS};
use install::PROBES_MS;
use object::StoreObject;
use pace::{Pace, later};
use records::Records;
use std::cell::{Cell, RefCell};
use worker::{DurableObject, Env, Request, Response, Result, State};

/// If an alarm's work is cut short, the guard alarm rings after this, in ms.
const GUARD_MS: i64 = 5 * MINUTE_MS;
/// While the profile is asked for, it is put into KV again at most this often, in ms. That repairs a copy that was
/// missing or unreadable, and keeps the copy young enough to decide by while this object is silent.
const REPUBLISH_MS: i64 = 2 * MINUTE_MS;

impl DurableObject for StoreObject {
    fn new(state: State, env: Env) -> Self {
        let records = Records::new(state.storage().sql());
        Self {
            state,
            env,
            records,
            syncing: Turns::default(),
            consents: Consents::default(),
            pace: Pace::default(),
            door: RefCell::default(),
            republished_at_ms: Cell::new(0),
            last_page: RefCell::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let ask: StoreAsk = stored::read(&request.text().await?)?;
        self.answer(ask).await
    }

    /// Sets a guard alarm first, works off every chore that is due, and then sets the alarm to the next one.
    async fn alarm(&self) -> Result<Response> {
        if self.records.installation()?.is_none() {
            strays::alarm(&self.state, &self.env).await?;
            self.records.forget();
            return Response::empty();
        }
        wake_at(&self.state.storage(), now_ms() + GUARD_MS).await?;
        for due in self.records.due(now_ms())? {
            self.attend(due).await?;
        }
        self.arm().await?;
        Response::empty()
    }
}

impl StoreObject {
    /// Which question goes to which function.
    async fn answer(&self, ask: StoreAsk) -> Result<Response> {
        // Before an installation, every question gets the answer that means "nothing": callers need no case of their
        // own.
        let installed = self.records.installation()?.is_some();
        match ask {
            StoreAsk::Profile => stored::answer(&self.profile_anew().await?),
            StoreAsk::Install { grant } => stored::answer(&self.install(grant).await?),
            StoreAsk::Open { visit } => stored::answer(&self.open(visit).await?),
            StoreAsk::UninstallHint { issued_at_s } => {
                stored::answer(&self.uninstall_hint(issued_at_s).await?)
            }
            StoreAsk::RemoveUser { issued_at_s, user } => {
                stored::answer(&self.remove_user(issued_at_s, user)?)
            }
            StoreAsk::Desk { session, wish } => stored::answer(&self.desk(session, wish).await?),
            StoreAsk::LearnLabel { channel, label, provider } if installed => {
                match self.records.learn_label(channel, &label, provider)? {
                    true => stored::answer(&self.change(|_| ()).await?),
                    false => stored::answer(&()),
                }
            }
            StoreAsk::UpsertPayment { row } if installed => stored::answer(&self.upsert(&row)?),
            StoreAsk::FindOrder { by } if installed => stored::answer(&self.records.find_order(&by)?),
            StoreAsk::TokenRefused if installed => stored::answer(&self.doubt_token().await?),
            StoreAsk::Rearm if installed => stored::answer(&self.rearm().await?),
            StoreAsk::Heard { side } if installed => stored::answer(&self.heard(side)?),
            StoreAsk::HookSignature { doubt } if installed => stored::answer(&self.note_signature(doubt)?),
            StoreAsk::NewOrder { order } => stored::answer(&self.new_order(order).await?),
            StoreAsk::Knock { order, proof, network } if installed => {
                stored::answer(&self.knock(order, &proof, &network)?)
            }
            StoreAsk::Looked { order, looked, right } if installed => {
                stored::answer(&self.looked(order, looked, right)?)
            }
            StoreAsk::Guess(order, who, right) if installed => {
                stored::answer(&self.guess(order, &who, right)?)
            }
            StoreAsk::Knock { .. } => stored::answer(&Admission::Unproved),
            StoreAsk::Slot { importance } => stored::answer(&self.pace.take(importance, now_ms())),
            StoreAsk::Quota { rate } => {
                self.pace.saw(rate, now_ms());
                stored::answer(&())
            }
            StoreAsk::LearnLabel { .. } | StoreAsk::UpsertPayment { .. } | StoreAsk::FindOrder { .. } => {
                stored::answer(&())
            }
            StoreAsk::TokenRefused
            | StoreAsk::Rearm
            | StoreAsk::Looked { .. }
            | StoreAsk::Guess(..)
            | StoreAsk::Heard { .. }
            | StoreAsk::HookSignature { .. } => stored::answer(&()),
        }
    }

    /// Answers the profile, and has the copy in KV refreshed, because whoever asks could not use it.
    async fn profile_anew(&self) -> Result<Option<Profile>> {
        let mut profile = self.profile()?;
        let now = now_ms();
        if let Some(profile) = &mut profile {
            profile.quota_is_free = self.pace.is_free(now);
        }
        if profile.is_some() && self.republished_at_ms.get() < now - REPUBLISH_MS {
            self.republished_at_ms.set(now);
            self.soon(Chore::Publish).await?;
        }
        Ok(profile)
    }

    /// Counts a try of the chore and sets its next time, does the work, and removes the chore if nothing of it is
    /// left. A failure is logged; the next try has been set already.
    async fn attend(&self, due: Due) -> Result<()> {
        let config = self.config()?;
        self.records.begin(due, now_ms() + again_after(due, &config))?;
        match self.work(due, &config).await {
            Ok(true) => self.records.end(due)?,
            Ok(false) => (),
            Err(error) => {
                log::warn(
                    "alarm",
                    "chore_failed",
                    &[("chore", due.chore.name()), ("error", &error.to_string())],
                );
            }
        }
        Ok(())
    }

    /// Does one chore. True: it is done and can be removed. False: it comes again.
    async fn work(&self, due: Due, config: &Config) -> Result<bool> {
        match due.chore {
            Chore::Publish => self.publish().await.map(|()| true),
            Chore::Sync => match self.pace.take(Importance::Sweep, now_ms()) {
                None => self.sync(config, false).await,
                wait => self.records.set_due(Chore::Sync, later(wait, now_ms())).map(|()| false),
            },
            Chore::Probe => self.probe(config, due.tries).await,
            Chore::Sweep => {
                self.records.forget_guesses(self.guesses_count_from(config))?;
                self.sweep(config).await.map(|()| false)
            }
            Chore::Events => self.read_events(config, due.tries).await,
            Chore::Orders => self.read_orders(config).await,
            Chore::Meet => self.meet(config).await,
            Chore::Poke => self.poke_some().await,
            Chore::Purge => self.purge(config).await,
        }
    }

    /// Keeps what was odd about BigCommerce's own signature of a hook, at most once an hour.
    fn note_signature(&self, doubt: SignatureDoubt) -> Result<()> {
        let Some(mut installation) = self.records.installation()? else { return Ok(()) };
        if installation.health.note(doubt, now_ms()) { self.records.save(&installation) } else { Ok(()) }
    }

    /// Asked daily by the cron, for every store: makes sure that a sweep is due and an alarm is set, in case an alarm
    /// was ever lost.
    async fn rearm(&self) -> Result<()> {
        if self.records.installation()?.is_some_and(|i| i.token.is_some()) {
            self.records.ask_for(Chore::Sweep, now_ms() + self.config()?.scaled_ms(HOUR_MS))?;
        }
        self.arm().await
    }
}

/// How long until the chore's next try, in ms, if this one does not finish it.
fn again_after(due: Due, config: &Config) -> i64 {
    match due.chore {
        Chore::Probe => {
            let step = usize::try_from(due.tries).unwrap_or(usize::MAX);
            config.scaled_ms(PROBES_MS.get(step).copied().unwrap_or(HOUR_MS))
        }
        Chore::Sweep => config.scaled_ms(HOUR_MS + jitter_ms()),
        Chore::Purge => config.scaled_ms(24 * HOUR_MS),
        Chore::Publish | Chore::Sync | Chore::Events | Chore::Orders | Chore::Meet | Chore::Poke => {
            Delays::scaled(config.time_scale).retry(due.tries + 1)
        }
    }
}

/// Up to ten minutes, in ms, so that the stores of one deployment do not all sweep at the same moment.
fn jitter_ms() -> i64 {
    getrandom::u32().map_or(0, |n| i64::from(n) % (10 * MINUTE_MS))
}
