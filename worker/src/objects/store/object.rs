//! The object itself: what it keeps in memory, and what all its rooms share. The installation is changed in one way
//! only ([`StoreObject::change`]), which also publishes the new profile and sets the alarm.

use super::chores::Chore;
use super::consents::Consents;
use super::door::Door;
use super::pace::Pace;
use super::records::{Installation, Records};
use crate::bindings::Kv;
use crate::config::Config;
use crate::context::now_ms;
use crate::crypto::Vault;
use crate::fetch;
use crate::log;
use crate::objects::alarm::wake_at;
use crate::objects::turn::Turns;
use crate::profile::{self, Profile, field};
use domain::bigcommerce::Api;
use domain::http::{HttpRequest, Outcome, TIMEOUT_MS};
use domain::json::write;
use domain::secret::Secret;
use domain::values::ids::HintId;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use worker::{Env, Error, Result, State, durable_object, wasm_bindgen};

/// The Durable Object class behind the binding STORES. One instance per store; its name is the store hash.
#[durable_object(alarm)]
pub struct StoreObject {
    pub(super) state: State,
    pub(super) env: Env,
    pub(super) records: Records,
    /// Held during a sync: two at once would each create what the other has just created.
    pub(super) syncing: Turns,
    pub(super) consents: Consents,
    pub(super) pace: Pace,
    pub(super) door: RefCell<Door>,
    /// When a caller's question last had the profile put into KV again, in ms since the epoch.
    pub(super) republished_at_ms: Cell<i64>,
    /// Which walk over KOMOJU's events read a page last, and the id of that page's first event. Shows if KOMOJU
    /// ignores the page number.
    pub(super) last_page: RefCell<Option<(String, HintId)>>,
}

impl std::fmt::Debug for StoreObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreObject")
    }
}

impl StoreObject {
    pub(super) fn config(&self) -> Result<Rc<Config>> {
        Config::from_env(&self.env).map_err(|e| Error::RustError(e.to_string()))
    }

    /// What the hot path may know of this store. None: never installed.
    pub(super) fn profile(&self) -> Result<Option<Profile>> {
        match self.records.installation()? {
            Some(installation) => Ok(Some(installation.profile(self.records.labels()?, now_ms()))),
            None => Ok(None),
        }
    }

    /// Changes the installation at once, and then, by the returned future, publishes the profile that follows from
    /// it. If the put into KV fails, the alarm repeats it. A change of settings or keys also wakes the payments that
    /// had come to a halt.
    pub(super) fn change(&self, change: impl FnOnce(&mut Installation)) -> impl Future<Output = Result<()>> {
        let mut change = Some(change);
        self.spread(self.alter(&mut |installation| {
            if let Some(change) = change.take() {
                change(installation);
            }
        }))
    }

    /// The change itself, without an await. True if there is an installation.
    pub(super) fn alter(&self, change: &mut dyn FnMut(&mut Installation)) -> Result<bool> {
        let Some(mut installation) = self.records.installation()? else { return Ok(false) };
        let before = (installation.settings.version, installation.komoju.clone());
        change(&mut installation);
        installation.version += 1;
        self.records.save(&installation)?;
        if before != (installation.settings.version, installation.komoju) {
            self.door.borrow_mut().forget_looks();
            self.records.stir(None, now_ms())?;
        }
        Ok(true)
    }

    /// What must follow a change: the alarm, and the copy in KV.
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

    /// Puts the profile into KV. Two puts may overtake each other, so after each put we check whether its version is
    /// still the newest, and put again if not: the last put is always the newest.
    pub(super) async fn publish(&self) -> Result<()> {
        let mut published = None;
        while let Some(profile) = self.profile()?.filter(|p| Some(p.version) != published) {
            let text = write(&profile);
            Kv::of(&self.env)?.put(&profile::key(&profile.store), &text).await?;
            published = Some(profile.version);
        }
        Ok(())
    }

    /// Makes a chore due now.
    pub(super) async fn soon(&self, chore: Chore) -> Result<()> {
        self.records.ask_for(chore, now_ms())?;
        self.arm().await
    }

    /// Sets the alarm to the earliest chore, or deletes it if there is none.
    pub(super) async fn arm(&self) -> Result<()> {
        let earliest = match self.records.installation()? {
            Some(_) => self.records.earliest()?,
            None => None,
        };
        match earliest {
            Some(at_ms) => wake_at(&self.state.storage(), at_ms).await,
            None => self.state.storage().delete_alarm().await,
        }
    }

    /// Makes a call, and remembers what the answer says about BigCommerce's quota.
    pub(super) async fn call(&self, request: HttpRequest) -> Outcome {
        let outcome = fetch::send(request).await;
        if let Outcome::Answer { headers, .. } = &outcome
            && let Some(rate) = headers.rate
        {
            self.pace.saw(rate, now_ms());
        }
        outcome
    }

    /// The store's BigCommerce token, opened. None: uninstalled.
    pub(super) async fn open_token(
        &self,
        installation: &Installation,
        config: &Config,
    ) -> Result<Option<Secret>> {
        let vault = Vault::new(&config.encryption_keys);
        match &installation.token {
            Some(token) => Ok(Some(vault.open(&installation.store, field::BIGCOMMERCE_TOKEN, token).await?)),
            None => Ok(None),
        }
    }
}

/// The store's BigCommerce API, with the timeout of background work.
pub(super) fn api<'a>(config: &'a Config, installation: &'a Installation, token: &'a Secret) -> Api<'a> {
    Api { base: &config.bigcommerce_api_url, store: &installation.store, token, timeout_ms: TIMEOUT_MS }
}
