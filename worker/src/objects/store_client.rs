//! How to talk to a store's StoreObject: one typed call per question.

use super::door::{Door, location};
use super::messages::Repeat;
use super::messages::desk::{Answer, Session, Wish};
use super::messages::health::SignatureDoubt;
use super::messages::ledger::{LedgerKey, LedgerRow};
use super::messages::store::{Announced, Ask, Entry, Importance, Installed, Opened, Visit};
use crate::profile::Profile;
use crate::stored;
use domain::bigcommerce::oauth::Grant;
use domain::http::RateLimit;
use domain::json::read;
use domain::plan::start::Looked;
use domain::state::settings::Provider;
use domain::values::attention::Side;
use domain::values::ids::{OrderId, StoreHash};
use serde::de::DeserializeOwned;
use worker::Env;

/// The Durable Object namespace; an object's name is its store hash.
pub const BINDING: &str = "STORES";

/// How long an asker waits to be told whether to wait.
const SLOT_TIMEOUT_MS: u32 = 2_000;

/// How long whoever needs the owner's word waits for it. An object that answers at all answers in milliseconds.
const OWNER_TIMEOUT_MS: u32 = 2_000;

/// A store's StoreObject, as seen from elsewhere.
#[derive(Debug)]
pub struct StoreClient {
    door: Door,
}

impl StoreClient {
    pub fn new(env: &Env, store: &StoreHash) -> worker::Result<Self> {
        Ok(Self::near(env, store, ""))
    }

    /// For an object that may be new: it is placed near this country.
    pub fn near(env: &Env, store: &StoreHash, country: &str) -> Self {
        Self { door: Door::new(env, BINDING, store.to_string(), location(country)) }
    }

    /// The store as it is now; None where the app was never installed.
    pub async fn profile(&self) -> worker::Result<Option<Profile>> {
        self.ask(&Ask::Profile).await
    }

    /// The same, for whoever cannot wait for an object that has stopped answering.
    pub async fn profile_soon(&self) -> worker::Result<Option<Profile>> {
        stored::read(&self.door.ask(&Ask::Profile, Repeat::May, Some(OWNER_TIMEOUT_MS)).await?)
    }

    /// Remembers what a payment-method label turned out to be. None: unknown, for the merchant to say.
    pub async fn learn_label(
        &self,
        channel: u64,
        label: &str,
        provider: Option<Provider>,
    ) -> worker::Result<()> {
        self.ask(&Ask::LearnLabel { channel, label: label.to_owned(), provider }).await
    }

    /// Writes a payment's row; an older version than the stored one is ignored.
    pub async fn upsert_payment(&self, row: LedgerRow) -> worker::Result<()> {
        self.ask(&Ask::UpsertPayment { row }).await
    }

    /// The order that a KOMOJU object belongs to, if it is one of this store's.
    pub async fn find_order(&self, by: LedgerKey) -> worker::Result<Option<OrderId>> {
        self.ask(&Ask::FindOrder { by }).await
    }

    /// BigCommerce answered 401 to the store's token: makes the object probe it, and disconnect if that is so.
    pub async fn token_refused(&self) -> worker::Result<()> {
        self.ask(&Ask::TokenRefused).await
    }

    pub async fn install(&self, grant: Grant) -> worker::Result<Installed> {
        self.ask(&Ask::Install { grant }).await
    }

    pub async fn open(&self, visit: Visit) -> worker::Result<Opened> {
        self.ask(&Ask::Open { visit }).await
    }

    pub async fn uninstall_hint(&self, issued_at_s: i64) -> worker::Result<()> {
        self.ask(&Ask::UninstallHint { issued_at_s }).await
    }

    pub async fn remove_user(&self, issued_at_s: i64, user: u64) -> worker::Result<()> {
        self.ask(&Ask::RemoveUser { issued_at_s, user }).await
    }

    /// Sees to it that the object's alarm is set.
    pub async fn rearm(&self) -> worker::Result<()> {
        self.ask(&Ask::Rearm).await
    }

    /// A proved message of this side has come in.
    pub async fn heard(&self, side: Side) -> worker::Result<()> {
        self.ask(&Ask::Heard { side }).await
    }

    /// What the control panel asks for, in the session of one of the store's staff.
    pub async fn desk(&self, session: Session, wish: Wish) -> worker::Result<Answer> {
        self.ask(&Ask::Desk { session, wish }).await
    }

    /// An order was placed, and its shopper may never come. Returns once that is kept, or is nothing to keep.
    pub async fn new_order(&self, order: OrderId) -> worker::Result<Announced> {
        self.ask(&Ask::NewOrder { order }).await
    }

    /// Whether BigCommerce may be asked about an order that nothing is known of, for somebody who shows `proof` (the
    /// hash of a cart id) from this network.
    pub async fn knock(&self, order: OrderId, proof: String, network: String) -> worker::Result<Entry> {
        let ask = Ask::Knock { order, proof, network };
        stored::read(&self.door.ask(&ask, ask.repeat(), Some(OWNER_TIMEOUT_MS)).await?)
    }

    /// What a look has shown, and whether it proved right whoever asked for it.
    pub async fn looked(&self, order: OrderId, looked: Looked, right: bool) -> worker::Result<()> {
        self.ask(&Ask::Looked { order, looked, right }).await
    }

    /// Asks for a call to BigCommerce that no shopper waits for: how many milliseconds to wait and then ask again; none
    /// to go ahead. Whoever is not answered goes ahead too: this is about manners, never about money.
    pub async fn slot(&self, importance: Importance) -> Option<u64> {
        let ask = Ask::Slot { importance };
        read(&self.door.ask(&ask, ask.repeat(), Some(SLOT_TIMEOUT_MS)).await.ok()?).ok()?
    }

    /// A proved hook bore a signature of BigCommerce's that was not as it should be.
    pub async fn hook_signature(&self, doubt: SignatureDoubt) -> worker::Result<()> {
        self.ask(&Ask::HookSignature { doubt }).await
    }

    /// Passes on that BigCommerce's quota runs low.
    pub async fn quota(&self, rate: RateLimit) -> worker::Result<()> {
        self.ask(&Ask::Quota { rate }).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: &Ask) -> worker::Result<T> {
        stored::read(&self.door.ask(ask, ask.repeat(), None).await?)
    }
}
