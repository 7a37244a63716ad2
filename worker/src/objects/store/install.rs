//! Installed, opened, uninstalled: what the app callbacks come to once they have been found authentic.

use super::chores::Chore;
use super::object::{StoreObject, api};
use super::records::Installation;
use crate::bindings::Kv;
use crate::config::Config;
use crate::context::now_ms;
use crate::crypto::{Vault, random_hex};
use crate::fetch;
use crate::log;
use crate::objects::messages::health::{Health, why};
use crate::objects::messages::store::{Installed, Opened, Visit};
use crate::objects::payment_client::PaymentClient;
use crate::profile::{self, field};
use domain::bigcommerce::{Api, oauth, store, success};
use domain::hash::sha256_hex;
use domain::http::{self, Outcome};
use domain::secret::Secret;
use domain::state::failure::Failure;
use domain::state::settings::Settings;
use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::values::ids::StoreHash;
use worker::Result;

/// Longest that sealed KOMOJU keys are kept for payments that were open at an uninstall.
const PURGE_AFTER_MS: i64 = 60 * DAY_MS;
/// The walk that has every payment forget.
const PURGE: &str = "purge";
/// How often in a row the token was refused, among the marks of walks.
const REFUSED: &str = "token_refused";
/// A payload opens the app again so soon after the first time: a reload, or a request that was repeated.
const OPENS_AGAIN_MS: i64 = 2 * MINUTE_MS;
/// A sync at every opening of the app would be one at every click of some merchants.
const SYNC_EVERY_MS: i64 = MINUTE_MS;

/// What looks like an uninstall may be a slip of BigCommerce's, or a change of scopes: the token is tried now, and then
/// after these. Only where it is refused each time is the app uninstalled.
pub(super) const PROBES_MS: [i64; 2] = [MINUTE_MS, 9 * MINUTE_MS];

impl StoreObject {
    /// Exchanges the code; only with BigCommerce's yes is anything stored. Comes again with every change of scopes.
    pub(super) async fn install(&self, grant: oauth::Grant) -> Result<Installed> {
        let code_hash = sha256_hex(grant.code.as_bytes());
        let came_at_ms = self.consents.next(now_ms());
        let known = self.records.installation()?;
        if known.is_some_and(|i| i.code_hash == code_hash && i.token.is_some()) {
            return Ok(Installed::AlreadyDone);
        }
        let config = self.config()?;
        let outcome = fetch::send(oauth::exchange(config.app(), &grant)).await;
        let consent = match oauth::consent(&outcome, &grant) {
            Ok(consent) => consent,
            Err(failure) => return Ok(refused(&failure)),
        };
        let installed_at_s = clock_ms(&outcome).div_euclid(1000);
        let fresh = self.fresh(&config, &grant, &consent.token, code_hash, installed_at_s).await?;
        let fresh = Installation { owner: Some(consent.owner_id), consent_came_at_ms: came_at_ms, ..fresh };
        // A younger consent has made this token void. It may be kept already, or be kept while this token is tried.
        let (mut tried_against, mut younger_than) = (None, None);
        while let Some(known) =
            self.other_than(&fresh)?.filter(|known| Some(known.generation) != tried_against)
        {
            tried_against = Some(known.generation);
            // The other's token is older than this trial: where this one is good, it is the younger.
            match self.is_taken(&config, &grant, &consent.token).await {
                Some(true) => younger_than = tried_against,
                Some(false) => {
                    self.records.admit(consent.user_id, &consent.user_email, now_ms())?;
                    return Ok(Installed::Yes { generation: known.generation, user: consent.user_id });
                }
                None => {}
            }
        }
        let generation = self.commit(&config, fresh, younger_than, consent.user_id, &consent.user_email)?;
        self.change(|_| ()).await?;
        self.arm().await?;
        // The merchant's next page should show a store that is set up. What fails here, the alarm repeats.
        if let Err(error) = self.sync(&config, true).await {
            log::warn("install", "sync_failed", &[("error", &error.to_string())]);
        }
        Ok(Installed::Yes { generation, user: consent.user_id })
    }

    /// The installation of another consent.
    fn other_than(&self, fresh: &Installation) -> Result<Option<Installation>> {
        let known = self.records.installation()?;
        Ok(known.filter(|known| known.token.is_some() && known.code_hash != fresh.code_hash))
    }

    /// Whether BigCommerce still takes a token that it has just made. None: it cannot be asked.
    async fn is_taken(&self, config: &Config, grant: &oauth::Grant, token: &Secret) -> Option<bool> {
        let base = &config.bigcommerce_api_url;
        let api = Api { base, store: &grant.store, token, timeout_ms: http::TIMEOUT_MS };
        match success(&self.call(store::info_request(api)).await) {
            Ok(_) => Some(true),
            Err(Failure::Unauthorized) => Some(false),
            Err(_) => None,
        }
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
            consent_came_at_ms: 0,
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
            owner: None,
        })
    }

    /// The one write: a new installation, or a known one with a new token. Returns its generation. Of two consents at
    /// once, whose exchanges may end in any order, the younger wins: it has made the other's token void. Where
    /// BigCommerce could not be asked about the token, the consents' own times decide.
    fn commit(
        &self,
        config: &Config,
        fresh: Installation,
        younger_than: Option<u64>,
        user: u64,
        email: &str,
    ) -> Result<u64> {
        let now = now_ms();
        let mut installation = match self.records.installation()? {
            Some(known)
                if known.token.is_some()
                    && younger_than != Some(known.generation)
                    && known.given() > fresh.given() =>
            {
                self.records.admit(user, email, now)?;
                return Ok(known.generation);
            }
            Some(known) => {
                let first_installed_at_s = Some(known.first_installed_at_s.unwrap_or(known.installed_at_s));
                let owner = fresh.owner.or(known.owner);
                Installation {
                    token: fresh.token,
                    code_hash: fresh.code_hash,
                    installed_at_s: fresh.installed_at_s,
                    consent_came_at_ms: fresh.consent_came_at_ms,
                    first_installed_at_s,
                    owner,
                    ..known
                }
            }
            None => fresh,
        };
        installation.generation += 1;
        let uninstalled_at_ms = installation.uninstalled_at_ms.take();
        // The first save makes the tables: nothing is looked up in them before.
        self.records.save(&installation)?;
        // Whatever failed while the former token was refused is tried again as after an uninstall.
        let refused_since = self.records.marked(REFUSED)?.map(|_| now - config.scaled_ms(HOUR_MS));
        let uninstalled_at_ms = uninstalled_at_ms.or(refused_since);
        self.records.admit(user, email, now)?;
        self.records.drop_chore(Chore::Purge)?;
        self.records.drop_chore(Chore::Probe)?;
        self.records.drop_walk(REFUSED)?;
        self.records.drop_walk(PURGE)?;
        self.records.ask_for(Chore::Sync, now)?;
        match uninstalled_at_ms {
            // Back again: what went on meanwhile goes on now, once every copy of the profile has the new token.
            Some(at_ms) => {
                let at_hand = now + config.scaled_ms(MINUTE_MS);
                self.records.ask_for(Chore::Sweep, at_hand)?;
                self.records.stir(Some(at_ms), at_hand)?;
            }
            None => self.records.ask_for(Chore::Sweep, now + config.scaled_ms(HOUR_MS))?,
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
        let again_within = self.config()?.scaled_ms(OPENS_AGAIN_MS);
        if !self.records.opens(&visit.payload, &visit.agent, now_ms(), again_within)? {
            return Ok(Opened::Used { panel_url: installation.panel_url });
        }
        self.records.admit(visit.user, &visit.email, now_ms())?;
        if visit.owner.is_some() && visit.owner != installation.owner {
            self.alter(&mut |installation| installation.owner = visit.owner)?;
        }
        if installation.health.checked_at_ms < now_ms() - self.config()?.scaled_ms(SYNC_EVERY_MS) {
            self.soon(Chore::Sync).await?;
        }
        Ok(Opened::Yes { generation: installation.generation })
    }

    /// A hint: whoever holds an old payload must not be able to take a shop's payments down. The token tells.
    pub(super) async fn uninstall_hint(&self, issued_at_s: i64) -> Result<()> {
        match self.records.installation()? {
            Some(i) if i.token.is_some() && issued_at_s >= i.installed_at_s => self.doubt_token().await,
            _ => Ok(()),
        }
    }

    /// Has the token tried, unless that is going on: whoever is refused meanwhile must not begin it anew.
    pub(super) async fn doubt_token(&self) -> Result<()> {
        self.records.ask_once(Chore::Probe, now_ms())?;
        self.arm().await
    }

    pub(super) fn remove_user(&self, issued_at_s: i64, user: u64) -> Result<()> {
        match self.records.installation()? {
            Some(i) if issued_at_s >= i.installed_at_s => self.records.remove_user(user, issued_at_s),
            _ => Ok(()),
        }
    }

    /// Whether the question is settled. The app is uninstalled by refusals at three probes in a row, over ten minutes;
    /// any success ends the suspicion, and what is no answer counts for nothing.
    pub(super) async fn probe(&self, config: &Config, tries: u32) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let Some(token) = self.open_token(&installation, config).await? else { return Ok(true) };
        let outcome = fetch::send(store::info_request(api(config, &installation, &token))).await;
        let generation = self.records.installation()?.map(|i| i.generation);
        if generation != Some(installation.generation) {
            return Ok(true);
        }
        let last_try = usize::try_from(tries).is_ok_and(|n| n >= PROBES_MS.len());
        match success(&outcome) {
            // Whatever else is refused, the token is taken.
            Ok(_) | Err(Failure::Forbidden | Failure::NotFound | Failure::Refused { .. }) => {
                self.records.drop_walk(REFUSED).map(|()| last_try)
            }
            Err(Failure::Unauthorized) => self.token_is_refused(config).await,
            Err(Failure::Indeterminate(_) | Failure::Unreadable(_) | Failure::Later { .. }) => {
                let again = now_ms() + config.scaled_ms(MINUTE_MS);
                self.records.set_due(Chore::Probe, again).map(|()| false)
            }
        }
    }

    /// One more probe that was refused. Whether it was the last.
    async fn token_is_refused(&self, config: &Config) -> Result<bool> {
        let so_often = self.records.marked(REFUSED)?.unwrap_or(0);
        let next = usize::try_from(so_often).ok().and_then(|n| PROBES_MS.get(n));
        match next {
            Some(wait) => {
                self.records.mark(REFUSED, so_often + 1)?;
                self.records.set_due(Chore::Probe, now_ms() + config.scaled_ms(*wait))?;
                Ok(false)
            }
            None => self.uninstall(config).await.map(|()| true),
        }
    }

    /// The token is gone for good: erase it, refuse new starts. KOMOJU keys stay sealed for payments still open.
    async fn uninstall(&self, config: &Config) -> Result<()> {
        log::info("store", "uninstalled", &[]);
        for chore in [Chore::Sync, Chore::Sweep, Chore::Events, Chore::Orders, Chore::Meet, Chore::Poke] {
            self.records.drop_chore(chore)?;
        }
        self.records.drop_walk(REFUSED)?;
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
    pub(super) async fn purge(&self, config: &Config) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(false) };
        if installation.token.is_some() {
            return Ok(true);
        }
        let kept_from = now_ms() - config.scaled_ms(PURGE_AFTER_MS);
        let open = self.records.open_payments()?;
        if open > 0 && installation.uninstalled_at_ms.is_some_and(|at| at > kept_from) {
            log::info(
                "store",
                "kept_for_open_payments",
                &[("store", installation.store.as_str()), ("open", &open.to_string())],
            );
            return Ok(false);
        }
        if !self.purge_payments(&installation.store).await? {
            return self.records.set_due(Chore::Purge, now_ms()).map(|()| false);
        }
        if self.is_back()? {
            return Ok(true);
        }
        Kv::of(&self.env)?.delete(&profile::key(&installation.store)).await?;
        // The app may have been installed again meanwhile: then the copy just deleted may be the new one.
        if self.is_back()? {
            return self.soon(Chore::Publish).await.map(|()| true);
        }
        log::info("store", "purged", &[("store", installation.store.as_str())]);
        self.state.storage().delete_all().await?;
        self.records.forget();
        // Nor is there a table any more in which this chore could end.
        Ok(false)
    }

    /// Whether the store that is being forgotten has the app again.
    fn is_back(&self) -> Result<bool> {
        Ok(self.records.installation()?.is_some_and(|installation| installation.token.is_some()))
    }

    /// Has some of the payments forget everything, each by its own object. Whether these were the last.
    async fn purge_payments(&self, store: &StoreHash) -> Result<bool> {
        self.records.begin_walk(PURGE, 0, 0, now_ms())?;
        let Some(walk) = self.records.walks(PURGE)?.pop() else { return Ok(true) };
        let orders = self.records.orders_above(walk.place)?;
        let Some(last) = orders.last() else { return Ok(true) };
        for order in &orders {
            if self.is_back()? {
                return Ok(true);
            }
            PaymentClient::existing(&self.env, store, *order).purge().await?;
        }
        self.records.go_on(&walk, i64::try_from(last.get()).unwrap_or(i64::MAX)).map(|()| false)
    }
}

impl Installation {
    fn given(&self) -> Given {
        Given { at_s: self.installed_at_s, came_at_ms: self.consent_came_at_ms }
    }
}

/// When a consent was given: by BigCommerce's clock, which has whole seconds, and within a second by the order in which
/// the codes came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Given {
    at_s: i64,
    came_at_ms: i64,
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

#[cfg(test)]
mod tests {
    use super::super::consents::Consents;
    use super::*;

    #[test]
    fn of_two_consents_within_a_second_the_one_that_came_later_is_the_younger() {
        let consents = Consents::default();
        // Both within one millisecond, and then the clock is set back.
        let came = [500, 500, 400].map(|now| consents.next(now));
        let given = |at_s, came_at_ms| Given { at_s, came_at_ms };
        assert!(given(7, came[0]) < given(7, came[1]) && given(7, came[1]) < given(7, came[2]));
        assert!(given(7, came[2]) < given(8, came[0]), "BigCommerce's clock comes first");
        assert!(given(7, 0) < given(7, came[0]), "a consent of a former version is the older one");
    }
}
