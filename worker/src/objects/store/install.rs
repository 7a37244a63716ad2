//! Install, open, uninstall: what BigCommerce's app callbacks lead to, once their signatures have been verified.
//!
//! The hard part is two consents at once. A merchant who confirms a change of scopes twice, or two staff members at
//! the same time, send two codes; each exchange makes a new token, and *the younger token makes the older one void*.
//! The exchanges may end in any order, and we must keep the younger:
//!
//! ```text
//! 0 ms    code A arrives, exchange begins           (BigCommerce makes token A)
//! 100 ms  code B arrives, exchange begins           (BigCommerce makes token B; token A is now void)
//! 400 ms  B's exchange ends: B is kept
//! 900 ms  A's exchange ends: another consent is kept, so token A is tried with one GET
//!           401         -> A is the older: B stays; the user of A is admitted
//!           200         -> A is the younger: A replaces B
//!           no answer   -> the times of the consents decide (BigCommerce's clock, then order of arrival)
//! ```
//!
//! An uninstall callback is only a hint: whoever holds an old signed payload must not be able to take a shop's
//! payments down. The token decides: it is tried at once, after 1 minute and after 10 minutes, and only if
//! BigCommerce answers 401 each time is the app uninstalled. Then the token is erased and no payment can start;
//! KOMOJU keys stay sealed until the last open payment has ended, at most 60 days.

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

/// The longest that sealed KOMOJU keys are kept, in ms, for payments that were open when the app was uninstalled.
const PURGE_AFTER_MS: i64 = 60 * DAY_MS;
/// The walk over the ledger that has every payment's object delete itself.
const PURGE: &str = "purge";
/// The mark that counts how often in a row the token was refused.
const REFUSED: &str = "token_refused";
/// A signed payload opens the app a second time within this (ms): a reload, or a request that the browser repeated.
const OPENS_AGAIN_MS: i64 = 2 * MINUTE_MS;
/// Opening the app syncs at most this often (ms): some merchants open it with every click.
const SYNC_EVERY_MS: i64 = MINUTE_MS;

/// Waits between the three probes of the token, in ms. A single 401 may be a slip of BigCommerce's, or a change of
/// scopes under way; only three refusals over ten minutes uninstall the app.
pub(super) const PROBES_MS: [i64; 2] = [MINUTE_MS, 9 * MINUTE_MS];

impl StoreObject {
    /// Exchanges the code for a token. Only with BigCommerce's yes is anything stored. Runs again with every change
    /// of scopes.
    pub(super) async fn install(&self, grant: oauth::Grant) -> Result<Installed> {
        let code_hash = sha256_hex(grant.code.as_bytes());
        let came_at_ms = self.consents.next(now_ms());
        let known = self.records.installation()?;
        if known.is_some_and(|i| i.code_hash == code_hash && i.token.is_some()) {
            return Ok(Installed::AlreadyDone);
        }
        let config = self.config()?;
        let outcome = fetch::send(oauth::exchange_request(config.app(), &grant)).await;
        let consent = match oauth::consent(&outcome, &grant) {
            Ok(consent) => consent,
            Err(failure) => return Ok(refused(&failure)),
        };
        let installed_at_s = clock_ms(&outcome).div_euclid(1000);
        let fresh = self.fresh(&config, &grant, &consent.token, code_hash, installed_at_s).await?;
        let fresh = Installation { owner: Some(consent.owner_id), consent_came_at_ms: came_at_ms, ..fresh };
        // The younger consent's token makes the older one void. The other consent may be stored already, or may be
        // stored while we try this token: so we look again after each try.
        let (mut tried_against, mut younger_than) = (None, None);
        while let Some(known) =
            self.other_than(&fresh)?.filter(|known| Some(known.generation) != tried_against)
        {
            tried_against = Some(known.generation);
            // The other token was made before this try. If this one still works, it is the younger of the two.
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
        // The merchant's next page should show a store that is set up, so we sync before answering. What fails here,
        // the alarm repeats.
        if let Err(error) = self.sync(&config, true).await {
            log::warn("install", "sync_failed", &[("error", &error.to_string())]);
        }
        Ok(Installed::Yes { generation, user: consent.user_id })
    }

    /// The installation that another consent has stored, if there is one.
    fn other_than(&self, fresh: &Installation) -> Result<Option<Installation>> {
        let known = self.records.installation()?;
        Ok(known.filter(|known| known.token.is_some() && known.code_hash != fresh.code_hash))
    }

    /// Tries a token that BigCommerce has just made. Some(false): refused, so a younger token exists. None:
    /// BigCommerce did not answer.
    async fn is_taken(&self, config: &Config, grant: &oauth::Grant, token: &Secret) -> Option<bool> {
        let base = &config.bigcommerce_api_url;
        let api = Api { base, store: &grant.store, token, timeout_ms: http::TIMEOUT_MS };
        match success(&self.call(store::info_request(api)).await) {
            Ok(_) => Some(true),
            Err(Failure::Unauthorized) => Some(false),
            Err(_) => None,
        }
    }

    /// Makes everything that needs an await (sealing, random secrets), so that the write afterwards needs none.
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
        // Two shops of one merchant may share a KOMOJU account, where every external_order_num must be unique.
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

    /// The one write: a new installation, or the known one with a new token. Returns the generation that is stored
    /// afterwards. Of two consents at once, the younger is kept (see the module's head). `younger_than`: the
    /// generation whose consent a try has shown to be older than this one; if BigCommerce could not be asked, the
    /// consents' own times decide.
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
        // The first save makes the tables, so nothing may be looked up in them before.
        self.records.save(&installation)?;
        // While the former token was refused, calls failed: they are tried again now, as after an uninstall.
        let refused_since = self.records.marked(REFUSED)?.map(|_| now - config.scaled_ms(HOUR_MS));
        let uninstalled_at_ms = uninstalled_at_ms.or(refused_since);
        self.records.admit(user, email, now)?;
        self.records.drop_chore(Chore::Purge)?;
        self.records.drop_chore(Chore::Probe)?;
        self.records.drop_walk(REFUSED)?;
        self.records.drop_walk(PURGE)?;
        self.records.ask_for(Chore::Sync, now)?;
        match uninstalled_at_ms {
            // The app is back: what was left undone goes on, a minute from now, when every copy of the profile in KV
            // has the new token.
            Some(at_ms) => {
                let at_hand = now + config.scaled_ms(MINUTE_MS);
                self.records.ask_for(Chore::Sweep, at_hand)?;
                self.records.stir(Some(at_ms), at_hand)?;
            }
            None => self.records.ask_for(Chore::Sweep, now + config.scaled_ms(HOUR_MS))?,
        }
        Ok(installation.generation)
    }

    /// A member of the store's staff opens the app with a payload that BigCommerce signed.
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

    /// The uninstall callback: has the token tried. A payload from before this installation is ignored.
    pub(super) async fn uninstall_hint(&self, issued_at_s: i64) -> Result<()> {
        match self.records.installation()? {
            Some(i) if i.token.is_some() && issued_at_s >= i.installed_at_s => self.doubt_token().await,
            _ => Ok(()),
        }
    }

    /// Has the token tried, unless that is under way: calls that are refused meanwhile must not restart the three
    /// probes.
    pub(super) async fn doubt_token(&self) -> Result<()> {
        self.records.ask_once(Chore::Probe, now_ms())?;
        self.arm().await
    }

    /// BigCommerce says that this user may no longer use the app. A message from before this installation is ignored.
    pub(super) fn remove_user(&self, issued_at_s: i64, user: u64) -> Result<()> {
        match self.records.installation()? {
            Some(i) if issued_at_s >= i.installed_at_s => self.records.remove_user(user, issued_at_s),
            _ => Ok(()),
        }
    }

    /// Tries the token once. True: the question is settled. Three 401s in a row, over ten minutes, uninstall the app;
    /// any success ends the suspicion; no answer counts for nothing.
    pub(super) async fn probe(&self, config: &Config, tries: u32) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let Some(token) = self.open_token(&installation, config).await? else { return Ok(true) };
        let outcome = fetch::send(store::info_request(api(config, &installation, &token))).await;
        let generation = self.records.installation()?.map(|i| i.generation);
        // A new token was stored while we asked about the old one.
        if generation != Some(installation.generation) {
            return Ok(true);
        }
        let last_try = usize::try_from(tries).is_ok_and(|n| n >= PROBES_MS.len());
        match success(&outcome) {
            // BigCommerce refused the request, but not the token.
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

    /// Counts one more refusal. True: it was the last, and the app is uninstalled.
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

    /// The token is refused for good: erases it, and with it the possibility of new starts. KOMOJU keys stay sealed,
    /// for the payments that are still open.
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

    /// Deletes everything about a store that stayed uninstalled, once none of its payments is open. Until then its
    /// webhooks are still heard, and a reinstall resumes where it left off. True: the chore is done.
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
        // If the app was installed again while we deleted the copy, we may have deleted the new one: publish again.
        if self.is_back()? {
            return self.soon(Chore::Publish).await.map(|()| true);
        }
        log::info("store", "purged", &[("store", installation.store.as_str())]);
        self.state.storage().delete_all().await?;
        self.records.forget();
        // False, because the table from which this chore would be removed no longer exists.
        Ok(false)
    }

    /// True if the app has been installed again on the store that is being purged.
    fn is_back(&self) -> Result<bool> {
        Ok(self.records.installation()?.is_some_and(|installation| installation.token.is_some()))
    }

    /// Has the next 50 payments of the ledger delete themselves, each by its own object. True: none is left.
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
    /// When its consent was given.
    fn given(&self) -> Given {
        Given { at_s: self.installed_at_s, came_at_ms: self.consent_came_at_ms }
    }
}

/// When a consent was given: by BigCommerce's clock, which has whole seconds; within one second, by the order in
/// which the codes arrived here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Given {
    at_s: i64,
    came_at_ms: i64,
}

/// What the merchant is told about a failed exchange: "try again" if BigCommerce did not decide.
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

/// BigCommerce's clock, if the answer carries it, else ours: its payloads are dated by its own clock. Ms since the
/// epoch.
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
