//! Installed, opened, uninstalled: what the app callbacks come to once they have been found authentic.

use super::chores::Chore;
use super::health::{Health, why};
use super::records::Installation;
use super::{PROBES_MS, StoreObject, api};
use crate::bigcommerce::{oauth, store, success};
use crate::bindings::Kv;
use crate::config::Config;
use crate::context::now_ms;
use crate::crypto::{Secret, Vault, random_hex, sha256_hex};
use crate::http::{self, Outcome};
use crate::log;
use crate::objects::store_client::{Installed, Opened, Visit};
use crate::payment::call::Failure;
use crate::payment::settings::Settings;
use crate::profile::{self, field};
use worker::Result;

const DAY_MS: i64 = 24 * super::HOUR_MS;
/// Longest that sealed KOMOJU keys are kept for payments that were open at an uninstall.
const PURGE_AFTER_MS: i64 = 60 * DAY_MS;
/// A sync at every opening of the app would be one at every click of some merchants.
const SYNC_EVERY_MS: i64 = super::MINUTE_MS;

impl StoreObject {
    /// Exchanges the code; only with BigCommerce's yes is anything stored. Comes again with every change of scopes.
    pub(super) async fn install(&self, grant: oauth::Grant) -> Result<Installed> {
        let code_hash = sha256_hex(grant.code.as_bytes());
        let known = self.records.installation()?;
        if known.is_some_and(|i| i.code_hash == code_hash && i.token.is_some()) {
            return Ok(Installed::AlreadyDone);
        }
        let config = self.config()?;
        let outcome = http::send(oauth::exchange(config.app(), &grant)).await;
        let consent = match oauth::consent(&outcome, &grant) {
            Ok(consent) => consent,
            Err(failure) => return Ok(refused(&failure)),
        };
        let installed_at_s = clock_ms(&outcome).div_euclid(1000);
        let fresh = self.fresh(&config, &grant, &consent.token, code_hash, installed_at_s).await?;
        let generation = self.commit(&config, fresh, consent.user_id, &consent.user_email)?;
        self.change(|_| ()).await?;
        self.arm().await?;
        // The merchant's next page should show a store that is set up. What fails here, the alarm repeats.
        if let Err(error) = self.sync(&config, true).await {
            log::warn("install", "sync_failed", &[("error", &error.to_string())]);
        }
        Ok(Installed::Yes { generation, user: consent.user_id })
    }

    /// All that takes an await to make, made before the one write.
    async fn fresh(
        &self,
        config: &Config,
        grant: &oauth::Grant,
        token: &Secret,
        code_hash: String,
        installed_at_s: i64,
    ) -> Result<Installation> {
        let vault = Vault::new(&config.encryption_keys);
        let (webhook_secret, hook_secret) = (Secret::new(random_hex(24)?), Secret::new(random_hex(24)?));
        // Two shops of one merchant may share a KOMOJU account, where every order number must be its own.
        let order_prefix = ["BC-", grant.store.as_str(), "-"].concat();
        Ok(Installation {
            version: 0,
            store: grant.store.clone(),
            generation: 0,
            installed_at_s,
            first_installed_at_s: Some(installed_at_s),
            code_hash,
            token: Some(vault.seal(&grant.store, field::BIGCOMMERCE_TOKEN, token).await?),
            komoju: Vec::new(),
            payment_types: Vec::new(),
            webhook_secrets: vec![
                vault.seal(&grant.store, field::KOMOJU_WEBHOOK_SECRET, &webhook_secret).await?,
            ],
            hook_secret: vault.seal(&grant.store, field::HOOK_SECRET, &hook_secret).await?,
            settings: Settings { order_prefix, ..Settings::default() },
            channels: Vec::new(),
            store_name: String::new(),
            country: String::new(),
            panel_url: String::new(),
            health: Health::default(),
            uninstalled_at_ms: None,
        })
    }

    /// The one write: a new installation, or a known one with a new token. Returns its generation.
    fn commit(&self, config: &Config, fresh: Installation, user: u64, email: &str) -> Result<u64> {
        let now = now_ms();
        let mut installation = match self.records.installation()? {
            Some(known) => {
                let (token, code_hash, installed_at_s) = (fresh.token, fresh.code_hash, fresh.installed_at_s);
                let first_installed_at_s = Some(known.first_installed_at_s.unwrap_or(known.installed_at_s));
                Installation { token, code_hash, installed_at_s, first_installed_at_s, ..known }
            }
            None => fresh,
        };
        installation.generation += 1;
        let uninstalled_at_ms = installation.uninstalled_at_ms.take();
        self.records.save(&installation)?;
        self.records.admit(user, email, now)?;
        self.records.drop_chore(Chore::Purge)?;
        self.records.drop_chore(Chore::Probe)?;
        self.records.ask_for(Chore::Sync, now)?;
        match uninstalled_at_ms {
            // Back again: what went on meanwhile goes on now, once every copy of the profile has the new token.
            Some(at_ms) => {
                let at_hand = now + config.scaled_ms(super::MINUTE_MS);
                self.records.ask_for(Chore::Sweep, at_hand)?;
                self.stir(Some(at_ms), at_hand)?;
            }
            None => self.records.ask_for(Chore::Sweep, now + config.scaled_ms(super::HOUR_MS))?,
        }
        Ok(installation.generation)
    }

    /// Someone of the store's staff opens the app with a payload that BigCommerce signed.
    pub(super) async fn open(&self, visit: Visit) -> Result<Opened> {
        let installation = match self.records.installation()? {
            Some(installation) if installation.token.is_some() => installation,
            _ => return Ok(Opened::NotInstalled),
        };
        let is_old = visit.issued_at_s < installation.installed_at_s;
        if is_old || self.records.was_removed_since(visit.user, visit.issued_at_s)? {
            return Ok(Opened::BeforeInstallation);
        }
        self.records.admit(visit.user, &visit.email, now_ms())?;
        if installation.health.checked_at_ms < now_ms() - self.config()?.scaled_ms(SYNC_EVERY_MS) {
            self.soon(Chore::Sync).await?;
        }
        Ok(Opened::Yes { generation: installation.generation })
    }

    /// A hint: whoever holds an old payload must not be able to take a shop's payments down. The token tells.
    pub(super) async fn uninstall_hint(&self, issued_at_s: i64) -> Result<()> {
        match self.records.installation()? {
            Some(i) if i.token.is_some() && issued_at_s >= i.installed_at_s => self.soon(Chore::Probe).await,
            _ => Ok(()),
        }
    }

    pub(super) fn remove_user(&self, issued_at_s: i64, user: u64) -> Result<()> {
        match self.records.installation()? {
            Some(i) if issued_at_s >= i.installed_at_s => self.records.remove_user(user, issued_at_s),
            _ => Ok(()),
        }
    }

    /// Whether the question is settled: by a 401, or by the last of the tries.
    pub(super) async fn probe(&self, config: &Config, tries: u32) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let Some(token) = self.open_token(&installation, config).await? else { return Ok(true) };
        let outcome = http::send(store::info_request(api(config, &installation, &token))).await;
        let generation = self.records.installation()?.map(|i| i.generation);
        let refused = matches!(success(&outcome), Err(Failure::Unauthorized));
        if refused && generation == Some(installation.generation) {
            self.uninstall(config).await?;
            return Ok(true);
        }
        Ok(usize::try_from(tries).is_ok_and(|n| n >= PROBES_MS.len()))
    }

    /// The token is gone for good: erase it, refuse new starts. KOMOJU keys stay sealed for payments still open.
    async fn uninstall(&self, config: &Config) -> Result<()> {
        log::info("store", "uninstalled", &[]);
        for chore in [Chore::Sync, Chore::Sweep, Chore::Events, Chore::Orders, Chore::Meet, Chore::Poke] {
            self.records.drop_chore(chore)?;
        }
        self.records.ask_for(Chore::Purge, now_ms() + config.scaled_ms(DAY_MS))?;
        self.change(|installation| {
            installation.token = None;
            installation.health = Health::default();
            installation.uninstalled_at_ms = Some(now_ms());
        })
        .await
    }

    /// Forgets everything of a store that stayed uninstalled, once no payment of it is open any more: until then its
    /// messages are heard, and a reinstall resumes it.
    pub(super) async fn purge(&self, config: &Config) -> Result<()> {
        let Some(installation) = self.records.installation()? else { return Ok(()) };
        if installation.token.is_some() {
            return self.records.drop_chore(Chore::Purge);
        }
        let kept_from = now_ms() - config.scaled_ms(PURGE_AFTER_MS);
        let open = self.records.open_payments()?;
        if open > 0 && installation.uninstalled_at_ms.is_some_and(|at| at > kept_from) {
            log::info(
                "store",
                "kept_for_open_payments",
                &[("store", installation.store.as_str()), ("open", &open.to_string())],
            );
            return Ok(());
        }
        log::info("store", "purged", &[("store", installation.store.as_str())]);
        Kv::of(&self.env)?.delete(&profile::key(&installation.store)).await?;
        self.state.storage().delete_all().await?;
        self.records.forget();
        Ok(())
    }
}

fn refused(failure: &Failure) -> Installed {
    match failure {
        Failure::Indeterminate(_) | Failure::Unreadable(_) | Failure::Later { .. } => {
            Installed::TryAgain { why: why(failure) }
        }
        Failure::Unauthorized | Failure::Forbidden | Failure::NotFound | Failure::Refused { .. } => {
            Installed::Refused { why: why(failure) }
        }
    }
}

/// BigCommerce's clock where the answer shows it: what its own payloads are dated by.
fn clock_ms(outcome: &Outcome) -> i64 {
    match outcome {
        Outcome::Answer { headers, .. } => headers.date_ms.unwrap_or_else(now_ms),
        Outcome::NoAnswer(_) => now_ms(),
    }
}
