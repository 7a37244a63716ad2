//! Finding what was missed. Webhooks get lost and alarms can fail, so each store looks for itself once an hour (plus
//! up to ten minutes of jitter), by its own alarm:
//! - KOMOJU's events, in case a webhook could not be delivered;
//! - BigCommerce's unpaid orders, in case an order was never announced;
//! - payments that did not wake when they meant to;
//! - scripts, hooks and the copy of the profile in KV, in case somebody changed them.
//!
//! What is found becomes a hint, the same as the webhook would have been, so a payment that has heard it already
//! ignores it. Long lists are read one page per alarm, and a failed page is tried again from where it stood (see
//! `walk`):
//!
//! ```text
//! 10:00  sweep: begins the walk over KOMOJU's events since 09:00 (less 10 min overlap), page 1
//! 10:00  page 1 read, place = 2, next alarm at once
//! 10:00  page 2: KOMOJU answers 503; place stays 2, tried again after 5 s, 30 s, 2 min ...
//! 10:02  pages 2 and 3 read; 3 was the last: the next walk begins at 10:00, when this one began
//! 11:00  sweep: events since 10:00 ...
//! ```
//!
//! If the walk is given up instead (the key was refused, say), the next one begins at 09:00 again.

use super::chores::Chore;
use super::object::{StoreObject, api};
use super::pace::later;
use super::records::Installation;
use super::walk::{POKE, Walk};
use crate::config::Config;
use crate::context::now_ms;
use crate::crypto::Vault;
use crate::log;
use crate::objects::messages::health::Trouble;
use crate::objects::messages::ledger::{Route, route};
use crate::objects::messages::store::Importance;
use crate::objects::payment_client::PaymentClient;
use crate::profile::{KomojuAccount, field};
use domain::bigcommerce::waiting::{self, Next, Waiting, WaitingPage};
use domain::komoju::events;
use domain::komoju::request::Access;
use domain::komoju::webhook::Notice;
use domain::state::failure::Failure;
use domain::state::hint::{About, Hint};
use domain::state::shop::Ownership;
use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::values::ids::{HintId, OrderId, StoreHash};
use worker::Result;

/// A payment is poked if it has not woken this long (ms) after it meant to.
const OVERSLEPT_MS: i64 = 10 * MINUTE_MS;
/// A sweep asks for no sync if the last one is younger than this (ms).
const SYNCED_MS: i64 = 10 * MINUTE_MS;
/// How far before the last walk's beginning events are read again, in ms: clocks differ, and KOMOJU may list an event
/// a little after the moment that it bears.
const EVENTS_OVERLAP_MS: i64 = 10 * MINUTE_MS;
/// How far before the last walk's beginning orders are read again, in ms: an order may have been incomplete, and so
/// not listed, when it was last looked for.
const ORDERS_OVERLAP_MS: i64 = HOUR_MS;
/// Nobody looks back further than this, in ms, however long the store was away.
const LOOK_BACK_MS: i64 = 30 * DAY_MS;
/// How long the events of a replaced key's account are still read, in ms: the longest that its last payment can take.
const REPLACED_MS: i64 = 60 * DAY_MS;
/// The e-mail address of staff who have not opened the app for this long (ms) is erased.
const NAMES_KEPT_MS: i64 = 400 * DAY_MS;
/// After this many tries, an event whose payment cannot be told is passed over, so that the events behind it are not
/// held up.
const PATIENCE: u32 = 5;

/// Names of walks. The first two are followed by an account's id; `CURRENT` is only a mark: when that account was
/// last the current one.
const EVENTS: &str = "events:";
const CURRENT: &str = "current:";
const ORDERS: &str = "orders";

impl StoreObject {
    /// Once an hour: begins the walks and asks for the chores that do the work.
    pub(super) async fn sweep(&self, config: &Config) -> Result<()> {
        let Some(installation) = self.records.installation()? else { return Ok(()) };
        let now = now_ms();
        if installation.health.checked_at_ms < now - config.scaled_ms(SYNCED_MS) {
            self.records.ask_for(Chore::Sync, now)?;
        }
        for account in &installation.komoju {
            if self.may_have_news(account, now)? {
                let name = [EVENTS, account.id.as_str()].concat();
                self.records.begin_walk(&name, now - DAY_MS, 1, now)?;
            }
        }
        self.records.ask_for(Chore::Events, now)?;
        if installation.watches_new_orders() {
            let installed = installation.first_installed_ms() + ORDERS_OVERLAP_MS;
            self.records.begin_walk(ORDERS, installed, 1, now)?;
            self.records.ask_for(Chore::Orders, now)?;
            self.records.ask_for(Chore::Meet, now)?;
        }
        // If KV has lost its copy of the profile, nobody who names this store would be served: so it is put there
        // again.
        self.records.ask_for(Chore::Publish, now)?;
        self.records.forget_names(now - config.scaled_ms(NAMES_KEPT_MS))?;
        let overslept = self.records.overslept(now - OVERSLEPT_MS)?;
        self.poke_all(&installation.store, &overslept).await;
        Ok(())
    }

    /// True for the current KOMOJU account, and for 60 days after it was replaced.
    fn may_have_news(&self, account: &KomojuAccount, now: i64) -> Result<bool> {
        let name = [CURRENT, account.id.as_str()].concat();
        let last = self.records.marked(&name)?;
        if account.current || last.is_none() {
            self.records.mark(&name, now)?;
        }
        Ok(account.current || last.is_none_or(|last| now - last < REPLACED_MS))
    }

    // ---- KOMOJU's events -----------------------------------------------------------------------------------------

    /// Reads one page of events of each account. True: all accounts were read to their end.
    pub(super) async fn read_events(&self, config: &Config, tries: u32) -> Result<bool> {
        let mut failed = false;
        for walk in self.records.walks(EVENTS)? {
            failed |= !self.read_page(&walk, config, tries).await?;
        }
        let done = self.records.walks(EVENTS)?.is_empty();
        if !done && !failed {
            self.records.set_due(Chore::Events, now_ms())?;
        }
        Ok(done)
    }

    /// Reads one page and passes its events on as hints. False: this page is to be tried again.
    async fn read_page(&self, walk: &Walk, config: &Config, tries: u32) -> Result<bool> {
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let id = walk.name.trim_start_matches(EVENTS);
        let Some(account) = installation.komoju.iter().find(|account| account.id.as_str() == id) else {
            return self.records.drop_walk(&walk.name).map(|()| true);
        };
        let vault = Vault::new(&config.encryption_keys);
        let key = vault.open(&installation.store, field::KOMOJU_SECRET_KEY, &account.secret_key).await?;
        let access = Access { base: &config.komoju_api_url, secret_key: &key };
        let since = (walk.since_ms - EVENTS_OVERLAP_MS).max(now_ms() - LOOK_BACK_MS);
        let number = walk.place.max(1).unsigned_abs();
        let answer = self.call(events::page_request(access, since, number)).await;
        let page = match events::parse_page(&answer, since, number) {
            Ok(page) => page,
            Err(Failure::Indeterminate(_) | Failure::Unreadable(_) | Failure::Later { .. }) => {
                return Ok(false);
            }
            Err(failure) => return self.no_events(walk, account.current, &failure).map(|()| true),
        };
        for notice in page.notices {
            if !self.pass_on(notice, &installation.store).await && tries < PATIENCE {
                return Ok(false);
            }
        }
        let again = number > 1 && self.is_same_page(walk, page.first.as_ref());
        self.last_page.replace(page.first.map(|first| (walk.name.clone(), first)));
        match page.more {
            // KOMOJU ignores the page number, so what stands behind the first page cannot be read now.
            true if again => self.records.leave_walk(walk)?,
            true => self.records.go_on(walk, walk.place + 1)?,
            false => self.records.finish_walk(walk)?,
        }
        Ok(true)
    }

    /// True if the page read before, in this walk, began with the same event.
    fn is_same_page(&self, walk: &Walk, first: Option<&HintId>) -> bool {
        let before = self.last_page.borrow();
        before.as_ref().is_some_and(|(name, known)| *name == walk.name && Some(known) == first)
    }

    /// KOMOJU refuses to list events. If it refused the current key, a sync is asked for, which checks the key and
    /// tells the merchant.
    fn no_events(&self, walk: &Walk, current: bool, failure: &Failure) -> Result<()> {
        if current && *failure == Failure::Unauthorized {
            self.records.ask_for(Chore::Sync, now_ms())?;
        }
        self.records.leave_walk(walk)
    }

    /// Gives the payment the hint that the event's webhook would have given. If it has heard that one, it ignores
    /// this. False: the payment's object did not answer.
    async fn pass_on(&self, notice: Notice, store: &StoreHash) -> bool {
        let passed = async {
            let order = match route(&notice, store) {
                Route::Order(order) => Some(order),
                Route::NotOurs => None,
                Route::Look(keys) => self.records.find_first(&keys)?,
            };
            match order {
                Some(order) => PaymentClient::existing(&self.env, store, order).hint(notice.hint()).await,
                None => Ok(()),
            }
        };
        passed
            .await
            .inspect_err(|e| log::warn("sweep", "not_passed_on", &[("error", &e.to_string())]))
            .is_ok()
    }

    // ---- BigCommerce's orders ------------------------------------------------------------------------------------

    /// Reads one page of the orders that wait for payment. True: it was the last.
    pub(super) async fn read_orders(&self, config: &Config) -> Result<bool> {
        let Some(walk) = self.records.walks(ORDERS)?.pop() else { return Ok(true) };
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let wait = self.pace.take(Importance::Sweep, now_ms());
        if wait.is_some() {
            self.records.set_due(Chore::Orders, later(wait, now_ms()))?;
            return Ok(false);
        }
        let Some(token) = self.open_token(&installation, config).await? else {
            return self.records.leave_walk(&walk).map(|()| true);
        };
        let back = (walk.since_ms - ORDERS_OVERLAP_MS).max(now_ms() - LOOK_BACK_MS);
        let since = back.max(installation.first_installed_ms());
        let request = waiting::page_request(api(config, &installation, &token), since, walk.place);
        match waiting::parse_page(&self.call(request).await, since, walk.place) {
            Ok(page) => self.expect_ours(&walk, installation, &page, config),
            Err(Failure::Indeterminate(_) | Failure::Unreadable(_) | Failure::Later { .. }) => Ok(false),
            Err(failure) => self.no_orders(&walk, &failure).map(|()| true),
        }
    }

    /// Queues the orders of the page that may be ours, to be looked at one by one, and goes on, or ends the walk.
    fn expect_ours(
        &self,
        walk: &Walk,
        installation: Installation,
        page: &WaitingPage,
        config: &Config,
    ) -> Result<bool> {
        self.set_trouble(None)?;
        if let Some(last) = page.orders.last() {
            let shop = installation.profile(self.records.labels()?, now_ms()).shop(last.id);
            let ours =
                |o: &&Waiting| !matches!(shop.ownership(o.channel_id, &o.payment_method), Ownership::NotOurs);
            let ours: Vec<OrderId> = page.orders.iter().filter(ours).map(|order| order.id).collect();
            self.expect(&ours, config)?;
        }
        match page.next {
            Next::Done => self.records.finish_walk(walk).map(|()| true),
            Next::Lost => {
                log::warn("sweep", "orders_not_as_asked_for", &[("from", &walk.place.to_string())]);
                self.records.leave_walk(walk).map(|()| true)
            }
            Next::From(number) => {
                self.records.go_on(walk, number)?;
                self.records.set_due(Chore::Orders, now_ms()).map(|()| false)
            }
        }
    }

    /// BigCommerce refuses to list orders: if it refused the token, the token is tried; anything else is shown to the
    /// merchant.
    fn no_orders(&self, walk: &Walk, failure: &Failure) -> Result<()> {
        match failure {
            Failure::Unauthorized => self.records.ask_once(Chore::Probe, now_ms())?,
            _ => self.set_trouble(Some(Trouble::of(ORDERS, failure)))?,
        }
        self.records.leave_walk(walk)
    }

    /// Keeps, or clears, what the sweep itself finds wrong. Everything else in the store's health belongs to the
    /// sync.
    fn set_trouble(&self, trouble: Option<Trouble>) -> Result<()> {
        let Some(mut installation) = self.records.installation()? else { return Ok(()) };
        let troubles = &mut installation.health.troubles;
        let before = troubles.clone();
        troubles.retain(|known| !known.is_of_sweep());
        troubles.extend(trouble);
        if *troubles == before { Ok(()) } else { self.records.save(&installation) }
    }

    // ---- payments ------------------------------------------------------------------------------------------------

    /// Pokes up to 50 of the payments that a change of settings or keys may set going again. True: there are none
    /// left.
    pub(super) async fn poke_some(&self) -> Result<bool> {
        let Some(walk) = self.records.walks(POKE)?.pop() else { return Ok(true) };
        let Some(installation) = self.records.installation()? else { return Ok(true) };
        let orders = self.records.stirred(walk.since_ms, walk.place)?;
        let Some(last) = orders.last() else {
            return self.records.drop_walk(POKE).map(|()| true);
        };
        let place = i64::try_from(last.get()).unwrap_or(0);
        self.poke_all(&installation.store, &orders).await;
        // The place moves on only after the work, so work that was cut short is done again. While we poked, settings
        // may have changed once more and begun the walk from the top: then its place is left alone.
        if self.records.walks(POKE)?.pop().as_ref() == Some(&walk) {
            self.records.go_on(&walk, place)?;
        }
        self.records.set_due(Chore::Poke, now_ms()).map(|()| false)
    }

    /// Pokes each; a payment that cannot be reached must not keep the others waiting.
    async fn poke_all(&self, store: &StoreHash, orders: &[OrderId]) {
        for order in orders {
            if let Err(error) = self.poke(store, *order).await {
                let order = order.to_string();
                log::warn("sweep", "poke_failed", &[("order", &order), ("error", &error.to_string())]);
            }
        }
    }

    /// A hint without news: the payment looks at everything, and so finds what it slept through.
    async fn poke(&self, store: &StoreHash, order: OrderId) -> Result<()> {
        let id = HintId::parse(&["sweep-", &now_ms().to_string()].concat());
        let Ok(id) = id else { return Ok(()) };
        PaymentClient::existing(&self.env, store, order).hint(Hint { id, about: About::Click }).await
    }
}

impl Trouble {
    /// True for troubles that a sweep finds, and that the next successful sweep clears.
    pub fn is_of_sweep(&self) -> bool {
        matches!(self, Self::ScopeMissing { call } | Self::Unreachable { call, .. } if call == ORDERS)
    }
}
