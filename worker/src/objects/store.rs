//! StoreObject: the one owner of the truth about a store. Installation, sealed secrets, settings, learned labels,
//! staff, and the ledger of its payments.
//!
//! Atomicity: an object runs on one thread, and everything written between two awaits commits as one. So each change
//! is "await what must be awaited, then read, change and write without awaiting". Input gates do not hold across a
//! fetch: whatever was read before one is read again after it.
//!
//! Nothing is stored, not even tables, until BigCommerce has confirmed an installation.

pub mod changes;
mod chores;
pub mod desk;
pub mod door;
pub mod funnel;
mod install;
pub mod ledger;
mod newcomers;
mod pace;
pub mod records;
mod sweep;
mod sync;
mod walk;

use super::messages::health::SignatureDoubt;
use super::messages::store::{Ask, Entry, Importance};
use super::strays;
use super::turn::Turns;
use super::wake_at;
use crate::bigcommerce::Api;
use crate::bindings::Kv;
use crate::config::Config;
use crate::context::now_ms;
use crate::crypto::Vault;
use crate::fetch;
use crate::http::{HttpRequest, Outcome, TIMEOUT_MS};
use crate::json::{ToJson, read, write};
use crate::log;
use crate::payment::delays::Delays;
use crate::payment::ids::HintId;
use crate::profile::{self, Profile, field};
use crate::secret::Secret;
use crate::time::{HOUR_MS, MINUTE_MS};
use chores::{Chore, Due};
use door::Door;
use newcomers::later;
use pace::Pace;
use records::{Installation, Records};
use std::cell::{Cell, RefCell};
use worker::{DurableObject, Env, Error, Request, Response, Result, State, durable_object, wasm_bindgen};

/// Should the work of an alarm be cut short, it comes again then.
const GUARD_MS: i64 = 5 * MINUTE_MS;
/// What looks like an uninstall may be a slip of BigCommerce's, or a change of scopes: the token is tried now, and then
/// after these. Only where it is refused each time is the app uninstalled.
const PROBES_MS: [i64; 2] = [MINUTE_MS, 9 * MINUTE_MS];
/// While the profile is asked for, the copy in KV is put there anew this often: so it is mended where it was of no use,
/// and young enough to decide while this object is silent.
const REPUBLISH_MS: i64 = 2 * MINUTE_MS;

/// The Durable Object class behind the binding STORES; its name is the store hash.
#[durable_object(alarm)]
pub struct StoreObject {
    state: State,
    env: Env,
    records: Records,
    /// Two syncs at once would undo each other's work.
    syncing: Turns,
    consents: install::Consents,
    pace: Pace,
    door: RefCell<Door>,
    republished_at_ms: Cell<i64>,
    /// The page of events read last: whose walk it was, and its first event.
    last_page: RefCell<Option<(String, HintId)>>,
}

impl std::fmt::Debug for StoreObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreObject")
    }
}

impl DurableObject for StoreObject {
    fn new(state: State, env: Env) -> Self {
        let records = Records::new(state.storage().sql());
        Self {
            state,
            env,
            records,
            syncing: Turns::default(),
            consents: install::Consents::default(),
            pace: Pace::default(),
            door: RefCell::default(),
            republished_at_ms: Cell::new(0),
            last_page: RefCell::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let ask: Ask = read(&request.text().await?)?;
        self.answer(ask).await
    }

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
    async fn answer(&self, ask: Ask) -> Result<Response> {
        // What nobody was told of before the installation is answered as if it were nothing.
        let installed = self.records.installation()?.is_some();
        match ask {
            Ask::Profile => json(&self.profile_anew().await?),
            Ask::Install { grant } => json(&self.install(grant).await?),
            Ask::Open { visit } => json(&self.open(visit).await?),
            Ask::UninstallHint { issued_at_s } => json(&self.uninstall_hint(issued_at_s).await?),
            Ask::RemoveUser { issued_at_s, user } => json(&self.remove_user(issued_at_s, user)?),
            Ask::Desk { session, wish } => json(&self.desk(session, wish).await?),
            Ask::LearnLabel { channel, label, provider } if installed => {
                match self.records.learn_label(channel, &label, provider)? {
                    true => json(&self.change(|_| ()).await?),
                    false => json(&()),
                }
            }
            Ask::UpsertPayment { row } if installed => json(&self.upsert(&row)?),
            Ask::FindOrder { by } if installed => json(&self.records.find_order(&by)?),
            Ask::TokenRefused if installed => json(&self.doubt_token().await?),
            Ask::Rearm if installed => json(&self.rearm().await?),
            Ask::Heard { side } if installed => json(&self.heard(side)?),
            Ask::HookSignature { doubt } if installed => json(&self.note_signature(doubt)?),
            Ask::NewOrder { order } => json(&self.new_order(order).await?),
            Ask::Knock { order, proof, network } if installed => json(&self.knock(order, &proof, &network)?),
            Ask::Looked { order, looked, right } if installed => json(&self.looked(order, looked, right)?),
            Ask::Knock { .. } => json(&Entry::Unproved),
            Ask::Slot { importance } => json(&self.pace.take(importance, now_ms())),
            Ask::Quota { rate } => {
                self.pace.saw(rate, now_ms());
                json(&())
            }
            Ask::LearnLabel { .. } | Ask::UpsertPayment { .. } | Ask::FindOrder { .. } => json(&()),
            Ask::TokenRefused
            | Ask::Rearm
            | Ask::Looked { .. }
            | Ask::Heard { .. }
            | Ask::HookSignature { .. } => json(&()),
        }
    }

    fn config(&self) -> Result<Config> {
        Config::from_env(&self.env).map_err(|e| Error::RustError(e.to_string()))
    }

    fn profile(&self) -> Result<Option<Profile>> {
        match self.records.installation()? {
            Some(installation) => Ok(Some(installation.profile(self.records.labels()?, now_ms()))),
            None => Ok(None),
        }
    }

    /// For whoever needs more than the copy in KV, which may be missing, unreadable, or out of date.
    async fn profile_anew(&self) -> Result<Option<Profile>> {
        let profile = self.profile()?;
        let now = now_ms();
        if profile.is_some() && self.republished_at_ms.get() < now - REPUBLISH_MS {
            self.republished_at_ms.set(now);
            self.soon(Chore::Publish).await?;
        }
        Ok(profile)
    }

    /// Changes the installation, at once, and publishes the profile that follows from it. A put that fails is repeated
    /// by alarm. With other settings or keys, what had come to a halt may go on.
    fn change(&self, change: impl FnOnce(&mut Installation)) -> impl Future<Output = Result<()>> {
        let mut change = Some(change);
        self.spread(self.alter(&mut |installation| {
            if let Some(change) = change.take() {
                change(installation);
            }
        }))
    }

    /// Whether there is an installation.
    fn alter(&self, change: &mut dyn FnMut(&mut Installation)) -> Result<bool> {
        let Some(mut installation) = self.records.installation()? else { return Ok(false) };
        let before = (installation.settings.version, installation.komoju.clone());
        change(&mut installation);
        installation.version += 1;
        self.records.save(&installation)?;
        if before != (installation.settings.version, installation.komoju) {
            self.door.borrow_mut().forget_looks();
            self.stir(None, now_ms())?;
        }
        Ok(true)
    }

    async fn spread(&self, altered: Result<bool>) -> Result<()> {
        if !altered? {
            return Ok(());
        }
        self.arm().await?;
        if let Err(error) = self.publish().await {
            log::warn("store", "publish_failed", &[("error", &error.to_string())]);
            self.soon(Chore::Publish).await?;
        }
        Ok(())
    }

    /// Puts the profile into KV. Two puts may overtake each other: whoever finds that its version is no longer the
    /// newest puts again, so that the last put is the newest.
    async fn publish(&self) -> Result<()> {
        let mut published = None;
        while let Some(profile) = self.profile()?.filter(|p| Some(p.version) != published) {
            let text = write(&profile);
            Kv::of(&self.env)?.put(&profile::key(&profile.store), &text).await?;
            published = Some(profile.version);
        }
        Ok(())
    }

    async fn soon(&self, chore: Chore) -> Result<()> {
        self.records.ask_for(chore, now_ms())?;
        self.arm().await
    }

    async fn arm(&self) -> Result<()> {
        let earliest = match self.records.installation()? {
            Some(_) => self.records.earliest()?,
            None => None,
        };
        match earliest {
            Some(at_ms) => wake_at(&self.state.storage(), at_ms).await,
            None => self.state.storage().delete_alarm().await,
        }
    }

    /// Begins a chore that is due, and ends it where nothing of it is left.
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

    /// Whether the chore is done with.
    async fn work(&self, due: Due, config: &Config) -> Result<bool> {
        match due.chore {
            Chore::Publish => self.publish().await.map(|()| true),
            Chore::Sync => match self.pace.take(Importance::Sweep, now_ms()) {
                None => self.sync(config, false).await,
                wait => self.records.set_due(Chore::Sync, later(wait)).map(|()| false),
            },
            Chore::Probe => self.probe(config, due.tries).await,
            Chore::Sweep => self.sweep(config).await.map(|()| false),
            Chore::Events => self.read_events(config, due.tries).await,
            Chore::Orders => self.read_orders(config).await,
            Chore::Meet => self.meet(config).await,
            Chore::Poke => self.poke_some().await,
            Chore::Purge => self.purge(config).await,
        }
    }

    fn note_signature(&self, doubt: SignatureDoubt) -> Result<()> {
        let Some(mut installation) = self.records.installation()? else { return Ok(()) };
        if installation.health.note(doubt, now_ms()) { self.records.save(&installation) } else { Ok(()) }
    }

    /// Daily, from outside: should an alarm ever have been lost, it is found here.
    async fn rearm(&self) -> Result<()> {
        if self.records.installation()?.is_some_and(|i| i.token.is_some()) {
            self.records.ask_for(Chore::Sweep, now_ms() + self.config()?.scaled_ms(HOUR_MS))?;
        }
        self.arm().await
    }

    /// Makes a call, and keeps in mind what its answer says of the quota.
    async fn call(&self, request: HttpRequest) -> Outcome {
        let outcome = fetch::send(request).await;
        if let Outcome::Answer { headers, .. } = &outcome
            && let Some(rate) = headers.rate
        {
            self.pace.saw(rate, now_ms());
        }
        outcome
    }

    async fn open_token(&self, installation: &Installation, config: &Config) -> Result<Option<Secret>> {
        let vault = Vault::new(&config.encryption_keys);
        match &installation.token {
            Some(token) => Ok(Some(vault.open(&installation.store, field::BIGCOMMERCE_TOKEN, token).await?)),
            None => Ok(None),
        }
    }
}

/// A store's API, with the deadline of background work.
fn api<'a>(config: &'a Config, installation: &'a Installation, token: &'a Secret) -> Api<'a> {
    Api { base: &config.bigcommerce_api_url, store: &installation.store, token, timeout_ms: TIMEOUT_MS }
}

/// How long until a chore's next try, should this one not end it.
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

/// Up to ten minutes, so that the stores of one deployment do not all sweep at once.
fn jitter_ms() -> i64 {
    getrandom::u32().map_or(0, |n| i64::from(n) % (10 * MINUTE_MS))
}

fn json(value: &dyn ToJson) -> Result<Response> {
    Response::ok(write(value))
}
