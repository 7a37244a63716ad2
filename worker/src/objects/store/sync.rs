//! Brings BigCommerce in line with what the app needs there. Reads the store, its storefronts, scripts and hooks, and
//! changes what is not as it should be. Safe to run at any time and any number of times: it compares with what is
//! there, and changes nothing that is right. What it could not do is kept as troubles for the panel.
//!
//! One failure does not stop the rest: if scripts cannot be listed, hooks are still put right.

use super::chores::Chore;
use super::object::{StoreObject, api};
use super::records::Installation;
use crate::config::Config;
use crate::context::now_ms;
use crate::crypto::Vault;
use crate::log;
use crate::objects::messages::health::{Trouble, why};
use crate::profile::field;
use crate::storefront;
use domain::bigcommerce::channels::{self, Channel};
use domain::bigcommerce::{Api, hooks, scripts, store, success};
use domain::komoju::methods::{self, PaymentType};
use domain::komoju::request::Access;
use domain::state::failure::Failure;
use domain::values::ids::AccountId;
use worker::Result;

/// What a sync has found out so far. None: that could not be read.
#[derive(Default)]
struct Findings {
    info: Option<store::StoreInfo>,
    channels: Option<Vec<Channel>>,
    /// With the account that was asked, because the key may be replaced meanwhile.
    payment_types: Option<(AccountId, Vec<PaymentType>)>,
    troubles: Vec<Trouble>,
    /// BigCommerce refused the token at least once.
    unauthorized: bool,
}

impl Findings {
    /// Takes the value, or notes the failure as a trouble; the rest of the sync goes on.
    fn note<T>(&mut self, call: &str, result: std::result::Result<T, Failure>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(failure) => {
                self.unauthorized |= failure == Failure::Unauthorized;
                self.troubles.push(Trouble::of(call, &failure));
                None
            }
        }
    }
}

impl StoreObject {
    /// One sync. True: everything at BigCommerce and KOMOJU could be looked at. `repair`: the merchant asked for it,
    /// so scripts that they had switched off may be switched on again.
    pub(super) async fn sync(&self, config: &Config, repair: bool) -> Result<bool> {
        let _turn = self.syncing.take().await;
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let Some(token) = self.open_token(&installation, config).await? else { return Ok(true) };
        let api = api(config, &installation, &token);
        let mut findings = Findings::default();
        self.look(api, &installation.channels, &mut findings).await;
        let channels = findings.channels.clone().unwrap_or_else(|| installation.channels.clone());
        self.sync_scripts(config, &installation, api, &channels, repair, &mut findings).await?;
        self.sync_hooks(config, &installation, api, &mut findings).await?;
        self.check_key(config, &installation, &mut findings).await?;
        self.conclude(findings).await
    }

    /// Reads the store, its channels and their sites. If one site cannot be read, the known channels stay as they
    /// are.
    async fn look(&self, api: Api<'_>, known: &[Channel], findings: &mut Findings) {
        let info = store::parse_info(&self.call(store::info_request(api)).await);
        findings.info = findings.note("store", info);
        let listed = channels::parse_list(&self.call(channels::list_request(api)).await, known);
        let Some(mut listed) = findings.note("channels", listed) else { return };
        for channel in &mut listed {
            let site = channels::parse_origins(&self.call(channels::site_request(api, channel.id)).await);
            let Some(origins) = findings.note("sites", site) else { return };
            channel.origins = origins;
        }
        findings.channels = Some(listed);
    }

    /// Puts the storefront scripts right.
    async fn sync_scripts(
        &self,
        config: &Config,
        installation: &Installation,
        api: Api<'_>,
        channels: &[Channel],
        repair: bool,
        findings: &mut Findings,
    ) -> Result<()> {
        // Our own script must be there to be served before any store is told to load it. If it is not, only the
        // scripts are left alone; hooks and the rest still go on.
        if let Err(error) = storefront::check_published(&self.env).await {
            log::error("store", "script_not_published", &[("error", &error.to_string())]);
            findings.troubles.push(Trouble::Unreachable {
                call: "published script".to_owned(),
                why: "not there, or not whole".to_owned(),
            });
            return Ok(());
        }
        let found = scripts::parse_list(&self.call(scripts::list_request(api)).await);
        let Some(found) = findings.note("scripts", found) else { return Ok(()) };
        let methods: Vec<_> = installation.settings.methods.iter().map(|m| m.provider).collect();
        let wanted = scripts::Wanted::new(
            &config.app_url,
            &installation.store,
            storefront::HASH,
            storefront::INTEGRITY,
            &methods,
        );
        let ids: Vec<u64> = channels.iter().map(|c| c.id).collect();
        let plan = scripts::plan(&found, &ids, &wanted, repair);
        findings.troubles.extend(plan.disabled.iter().map(|&channel| Trouble::ScriptDisabled { channel }));
        for deed in plan.deeds {
            let outcome = self.call(deed.request(api)).await;
            if let (Err(failure), Some(channel)) = (success(&outcome), deed.channel()) {
                findings.troubles.push(Trouble::Script { channel, why: why(&failure) });
            }
        }
        Ok(())
    }

    /// Puts the hooks right.
    async fn sync_hooks(
        &self,
        config: &Config,
        installation: &Installation,
        api: Api<'_>,
        findings: &mut Findings,
    ) -> Result<()> {
        let vault = Vault::new(&config.encryption_keys);
        let secret = vault.open(&installation.store, field::HOOK_SECRET, &installation.hook_secret).await?;
        let found = hooks::parse_list(&self.call(hooks::list_request(api)).await);
        let Some(found) = findings.note("hooks", found) else { return Ok(()) };
        let wanted = hooks::Wanted::new(
            &config.app_url,
            &installation.store,
            secret,
            installation.settings.watch_new_orders,
        );
        for deed in hooks::plan(&found, &wanted) {
            let outcome = self.call(deed.request(api)).await;
            if let (Err(failure), Some(scope)) = (success(&outcome), deed.scope()) {
                findings.troubles.push(Trouble::Hook { scope: scope.to_owned(), why: why(&failure) });
            }
        }
        Ok(())
    }

    /// Checks whether KOMOJU still takes the current key, and which payment types it offers by now.
    async fn check_key(
        &self,
        config: &Config,
        installation: &Installation,
        findings: &mut Findings,
    ) -> Result<()> {
        let Some(account) = installation.komoju.iter().find(|account| account.current) else { return Ok(()) };
        let vault = Vault::new(&config.encryption_keys);
        let key = vault.open(&installation.store, field::KOMOJU_SECRET_KEY, &account.secret_key).await?;
        let access = Access { base: &config.komoju_api_url, secret_key: &key };
        match methods::parse_list(&self.call(methods::list_request(access)).await) {
            Ok(types) => findings.payment_types = Some((account.id.clone(), types)),
            Err(Failure::Unauthorized) => findings.troubles.push(Trouble::KomojuKeyRefused),
            Err(failure) => {
                findings
                    .troubles
                    .push(Trouble::Unreachable { call: "komoju".to_owned(), why: why(&failure) });
            }
        }
        Ok(())
    }

    /// Writes what was found. True: everything could be looked at. Troubles and the time of the check are not part of
    /// the profile, so they alone do not publish it.
    async fn conclude(&self, findings: Findings) -> Result<bool> {
        if findings.unauthorized {
            self.records.ask_once(Chore::Probe, now_ms())?;
        }
        let Some(mut installation) = self.records.installation()? else { return Ok(true) };
        let before =
            (installation.channels.clone(), installation.store_name.clone(), installation.panel_url.clone());
        let of_sweep = installation.health.troubles.iter().filter(|t| t.is_of_sweep()).cloned().collect();
        let troubles = [checkout_troubles(findings.info.as_ref()), findings.troubles, of_sweep].concat();
        // A missing scope does not count as unreachable: only the merchant can grant it, so trying again brings
        // nothing.
        let unreachable =
            troubles.iter().any(|t| matches!(t, Trouble::Unreachable { .. }) && !t.is_of_sweep());
        if let Some(info) = findings.info {
            installation.store_name = info.name;
            installation.country = info.country;
            installation.panel_url = info.panel_url;
        }
        if let Some(channels) = findings.channels {
            installation.channels = channels;
        }
        if let Some((account, types)) = findings.payment_types {
            // The key may have been replaced while we asked.
            if installation.komoju.iter().any(|a| a.current && a.id == account) {
                installation.payment_types = types;
            }
        }
        installation.health = installation.health.after_look(troubles, now_ms());
        let after =
            (installation.channels.clone(), installation.store_name.clone(), installation.panel_url.clone());
        self.records.save(&installation)?;
        if before != after {
            self.change(|_| ()).await?;
        }
        self.arm().await?;
        Ok(!unreachable)
    }
}

/// What the store's own checkout or theme cannot do for us.
fn checkout_troubles(info: Option<&store::StoreInfo>) -> Vec<Trouble> {
    let Some(info) = info else { return Vec::new() };
    let checkout = (!info.checkout_is_optimized).then_some(Trouble::CheckoutNotOptimized);
    let theme = (!info.theme_is_stencil).then_some(Trouble::ThemeNotStencil);
    checkout.into_iter().chain(theme).collect()
}
