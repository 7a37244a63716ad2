//! The desk that serves the control panel: what the panel is shown, and what it may change. Each request brings its
//! session, which is checked against the staff and the installation as they are now. So a removed user's session, or
//! one from before a reinstall, ends at once.

use super::changes::{self, Difference};
use super::chores::Chore;
use super::object::StoreObject;
use super::records::Installation;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::desk::{Desk, DeskAnswer, LABEL, Session, WEBHOOK_SECRET, Wish};
use crate::objects::messages::health::Trouble;
use crate::profile::KomojuAccount;
use domain::komoju::methods::PaymentType;
use domain::state::settings::{Method, Provider, Settings};
use domain::values::attention::Side;
use domain::values::owed::Counting;
use std::cell::RefCell;
use worker::Result;

/// How many webhook secrets are valid at once: the newest, and those that a rotation may still need.
const WEBHOOK_SECRETS: usize = 3;

impl StoreObject {
    /// Answers one wish of the panel. After a change, the answer is the whole desk as it is then.
    pub(super) async fn desk(&self, session: Session, wish: Wish) -> Result<DeskAnswer> {
        if !self.admits(session)? {
            return Ok(DeskAnswer::Denied);
        }
        if self.is_kept_from(session.user, &wish)? {
            return Ok(DeskAnswer::OwnerOnly);
        }
        let user = session.user;
        match wish {
            Wish::Look => (),
            Wish::Payments { query } => return Ok(DeskAnswer::Payments(self.records.list(&query)?)),
            Wish::Changes => return Ok(DeskAnswer::Changes(self.records.changes()?)),
            Wish::SaveKey { account, types } => {
                self.change_as(user, |i| save_key(i, account, types)).await?;
            }
            Wish::NewWebhookSecret { secret } => {
                self.change_as(user, |i| {
                    i.webhook_secrets.insert(0, secret);
                    i.webhook_secrets.truncate(WEBHOOK_SECRETS);
                })
                .await?;
            }
            Wish::RetireWebhookSecrets => {
                self.change_as(user, |i| i.webhook_secrets.truncate(1)).await?;
            }
            Wish::SaveMethods { methods } => self.save_methods(user, methods).await?,
            Wish::SaveSettings { settings } => self.save_settings(user, settings).await?,
            Wish::PlaceLabel { channel, label, provider } => {
                let placed = provider.map_or("", Provider::id).to_owned();
                let change = (LABEL.to_owned(), label.clone(), placed);
                self.records.note_changes(user, now_ms(), &[change])?;
                self.place_label(channel, &label, provider).await?
            }
            Wish::LearnCounting { store_credit, gift_certificates } => {
                self.learn_counting(user, store_credit, gift_certificates).await?
            }
            Wish::Repair => self.put_right(true).await?,
        }
        self.whole_desk(session.user)
    }

    /// True if the merchant has kept this to the store's owner, and somebody else asks for it.
    fn is_kept_from(&self, user: u64, wish: &Wish) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let kept = installation.settings.keys_for_owner;
        let touches = match wish {
            Wish::SaveKey { .. } | Wish::NewWebhookSecret { .. } | Wish::RetireWebhookSecrets => kept,
            Wish::SaveSettings { settings } => settings.keys_for_owner != kept,
            Wish::Look
            | Wish::Payments { .. }
            | Wish::Changes
            | Wish::SaveMethods { .. }
            | Wish::PlaceLabel { .. }
            | Wish::LearnCounting { .. }
            | Wish::Repair => false,
        };
        Ok(touches && installation.owner != Some(user))
    }

    /// Changes the installation on behalf of a member of the staff. What is different afterwards is noted in the same
    /// commit.
    async fn change_as(&self, user: u64, change: impl FnOnce(&mut Installation)) -> Result<()> {
        let differences = RefCell::default();
        let spread = self.change(|installation| {
            let before = installation.clone();
            change(installation);
            differences.replace(what_changed(&before, installation));
        });
        self.records.note_changes(user, now_ms(), &differences.borrow())?;
        spread.await
    }

    /// True if this session's installation is the present one and its user is still staff.
    fn admits(&self, session: Session) -> Result<bool> {
        match self.records.installation()? {
            Some(i) if i.generation == session.generation && i.token.is_some() => {
                self.records.is_staff(session.user)
            }
            _ => Ok(false),
        }
    }

    /// Everything that the panel's pages are made of.
    fn whole_desk(&self, user: u64) -> Result<DeskAnswer> {
        let Some(installation) = self.records.installation()? else { return Ok(DeskAnswer::Denied) };
        let mut health = installation.health.clone();
        health.troubles.extend(self.flow_troubles(&installation)?);
        Ok(DeskAnswer::Desk(Box::new(Desk {
            payment_types: installation.payment_types.clone(),
            health,
            funnel: self.records.funnel(now_ms())?,
            heard_komoju_ms: self.records.ear(Side::Komoju)?.heard,
            undecided: self.records.undecided_labels()?,
            tally: self.records.tally()?,
            staff_name: self.records.staff_name(user)?,
            is_owner: installation.owner == Some(user),
            account_changed: self.records.account_changed(now_ms() - changes::ANNOUNCED_MS)?,
            profile: installation.profile(self.records.labels()?, now_ms()),
        })))
    }

    /// Saves the methods. The script's address names them, so the storefronts' scripts are put right too.
    async fn save_methods(&self, user: u64, methods: Vec<Method>) -> Result<()> {
        for method in &methods {
            self.records.unlearn_label(&method.label)?;
        }
        self.change_as(user, |i| {
            i.settings.version += 1;
            i.settings.methods = methods;
            i.settings.methods_chosen = true;
        })
        .await?;
        self.put_right(false).await
    }

    /// Saves everything but the methods. Whether BigCommerce announces new orders is a setting, so the hooks may have
    /// to be put right.
    async fn save_settings(&self, user: u64, settings: Settings) -> Result<()> {
        let mut hooks_differ = false;
        self.change_as(user, |i| {
            hooks_differ = settings.watch_new_orders != i.settings.watch_new_orders;
            let methods = std::mem::take(&mut i.settings.methods);
            let (version, methods_chosen) = (i.settings.version + 1, i.settings.methods_chosen);
            i.settings = Settings { version, methods, methods_chosen, ..settings };
        })
        .await?;
        if hooks_differ {
            self.put_right(false).await?;
        }
        Ok(())
    }

    /// The merchant says what a label is. None: not one of ours.
    async fn place_label(&self, channel: u64, label: &str, provider: Option<Provider>) -> Result<()> {
        match provider {
            Some(_) => {
                self.records.learn_label(channel, label, provider)?;
                self.change(|_| ()).await
            }
            None => self.records.dismiss_label(channel, label),
        }
    }

    /// Keeps how order totals count store credit and gift certificates. The settings get a new version, so that
    /// orders that were held for this answer are looked at again.
    async fn learn_counting(
        &self,
        user: u64,
        credit: Option<Counting>,
        certificates: Option<Counting>,
    ) -> Result<()> {
        if credit.is_none() && certificates.is_none() {
            return Ok(());
        }
        self.change_as(user, |i| {
            i.settings.version += 1;
            i.settings.store_credit = credit.or(i.settings.store_credit);
            i.settings.gift_certificates = certificates.or(i.settings.gift_certificates);
        })
        .await
    }

    /// A sync whose result the merchant sees. If it is cut short, the alarm does it again.
    async fn put_right(&self, repair: bool) -> Result<()> {
        self.records.ask_for(Chore::Sync, now_ms())?;
        if repair {
            self.records.ask_for(Chore::Sweep, now_ms())?;
        }
        self.arm().await?;
        let config = self.config()?;
        match self.sync(&config, repair).await {
            Ok(true) => self.records.drop_chore(Chore::Sync)?,
            Ok(false) => (),
            Err(error) => log::warn("desk", "sync_failed", &[("error", &error.to_string())]),
        }
        self.arm().await
    }
}

/// The differences between two installations that are kept as changes.
fn what_changed(before: &Installation, after: &Installation) -> Vec<Difference> {
    let current = |i: &Installation| i.komoju.iter().find(|account| account.current).cloned();
    let key = current(after).and_then(|account| changes::of_key(current(before).as_ref(), &account));
    let secret = (before.webhook_secrets != after.webhook_secrets).then(|| {
        let newest = before.webhook_secrets.first() != after.webhook_secrets.first();
        let to = if newest { "new" } else { "retired" };
        (WEBHOOK_SECRET.to_owned(), "••••".to_owned(), to.to_owned())
    });
    let settings = changes::differences(&before.settings, &after.settings);
    key.into_iter().chain(secret).chain(settings).collect()
}

/// Makes this account the current one. Earlier ones stay, for the attempts that they made.
fn save_key(installation: &mut Installation, account: KomojuAccount, types: Vec<PaymentType>) {
    let accounts = &mut installation.komoju;
    accounts.retain(|known| known.id != account.id);
    accounts.iter_mut().for_each(|known| known.current = false);
    accounts.insert(0, account);
    installation.payment_types = types;
    installation.health.troubles.retain(|t| *t != Trouble::KomojuKeyRefused);
}
