//! How to talk to a store's StoreObject: one typed call per question. Errors are the platform's: the object threw,
//! could not be reached, or is overloaded.

use super::messages::Repeat;
use super::messages::desk::{DeskAnswer, Session, Wish};
use super::messages::health::SignatureDoubt;
use super::messages::ledger::{LedgerKey, LedgerRow};
use super::messages::store::{Admission, Announced, Importance, Installed, Opened, StoreAsk, Visit};
use super::stub::{Stub, location};
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

/// The Durable Object namespace. An object's name is its store hash.
pub const BINDING: &str = "STORES";

/// How long (ms) a caller waits to hear whether it may call BigCommerce.
const SLOT_TIMEOUT_MS: u32 = 2_000;

/// How long (ms) a caller waits for the owner's word. An object that answers at all answers in milliseconds.
const OWNER_TIMEOUT_MS: u32 = 2_000;

/// A store's StoreObject, seen from outside.
#[derive(Debug)]
pub struct StoreClient {
    stub: Stub,
}

impl StoreClient {
    /// For an object that exists, or whose region does not matter.
    pub fn new(env: &Env, store: &StoreHash) -> worker::Result<Self> {
        Ok(Self::near(env, store, ""))
    }

    /// For an object that may not exist yet: it is created near this country (ISO 3166-1 alpha-2).
    pub fn near(env: &Env, store: &StoreHash, country: &str) -> Self {
        Self { stub: Stub::new(env, BINDING, store.to_string(), location(country)) }
    }

    /// The store as it is now. None: the app was never installed.
    pub async fn profile(&self) -> worker::Result<Option<Profile>> {
        self.ask(&StoreAsk::Profile).await
    }

    /// The same, but gives up after two seconds, for callers that cannot wait for an object that has stopped
    /// answering.
    pub async fn profile_soon(&self) -> worker::Result<Option<Profile>> {
        stored::read(&self.stub.ask(&StoreAsk::Profile, Repeat::May, Some(OWNER_TIMEOUT_MS)).await?)
    }

    /// Remembers what a payment-method label was found to be. None: it could not be found out; the merchant will be
    /// asked.
    pub async fn learn_label(
        &self,
        channel: u64,
        label: &str,
        provider: Option<Provider>,
    ) -> worker::Result<()> {
        self.ask(&StoreAsk::LearnLabel { channel, label: label.to_owned(), provider }).await
    }

    /// Writes a payment's row. A version that is not newer than the stored one is ignored.
    pub async fn upsert_payment(&self, row: LedgerRow) -> worker::Result<()> {
        self.ask(&StoreAsk::UpsertPayment { row }).await
    }

    /// The order that a KOMOJU id or number belongs to. None: it is not one of this store's.
    pub async fn find_order(&self, by: LedgerKey) -> worker::Result<Option<OrderId>> {
        self.ask(&StoreAsk::FindOrder { by }).await
    }

    /// BigCommerce answered 401 to the store's token. Has the object try it, and uninstall if it is refused three
    /// times.
    pub async fn token_refused(&self) -> worker::Result<()> {
        self.ask(&StoreAsk::TokenRefused).await
    }

    /// Exchanges an OAuth code and installs the app, or gives the installation its new token.
    pub async fn install(&self, grant: Grant) -> worker::Result<Installed> {
        self.ask(&StoreAsk::Install { grant }).await
    }

    /// A member of the staff opens the app.
    pub async fn open(&self, visit: Visit) -> worker::Result<Opened> {
        self.ask(&StoreAsk::Open { visit }).await
    }

    /// BigCommerce says that the app was uninstalled; the object tries the token before it believes that.
    /// `issued_at_s`: when BigCommerce signed this, in seconds since the epoch.
    pub async fn uninstall_hint(&self, issued_at_s: i64) -> worker::Result<()> {
        self.ask(&StoreAsk::UninstallHint { issued_at_s }).await
    }

    /// BigCommerce says that a user may no longer use the app.
    pub async fn remove_user(&self, issued_at_s: i64, user: u64) -> worker::Result<()> {
        self.ask(&StoreAsk::RemoveUser { issued_at_s, user }).await
    }

    /// Makes sure that the object's alarm is set.
    pub async fn rearm(&self) -> worker::Result<()> {
        self.ask(&StoreAsk::Rearm).await
    }

    /// A message of this side came in, and its signature or secret was right.
    pub async fn heard(&self, side: Side) -> worker::Result<()> {
        self.ask(&StoreAsk::Heard { side }).await
    }

    /// What the control panel asks for, in the session of a member of the store's staff.
    pub async fn desk(&self, session: Session, wish: Wish) -> worker::Result<DeskAnswer> {
        self.ask(&StoreAsk::Desk { session, wish }).await
    }

    /// An order was placed, and its shopper may never come. Returns once that is kept, or if there is nothing to
    /// keep.
    pub async fn new_order(&self, order: OrderId) -> worker::Result<Announced> {
        self.ask(&StoreAsk::NewOrder { order }).await
    }

    /// Asks for permission to look at an order that we know nothing about, for somebody at this network who shows
    /// `proof` (the hash of a cart id). Gives up after two seconds.
    pub async fn knock(&self, order: OrderId, proof: String, network: String) -> worker::Result<Admission> {
        let ask = StoreAsk::Knock { order, proof, network };
        stored::read(&self.stub.ask(&ask, ask.repeat(), Some(OWNER_TIMEOUT_MS)).await?)
    }

    /// Reports what a look has shown, and whether it proved its asker right.
    pub async fn looked(&self, order: OrderId, looked: Looked, right: bool) -> worker::Result<()> {
        self.ask(&StoreAsk::Looked { order, looked, right }).await
    }

    /// Somebody shows an e-mail address and a number for this order. Some: nothing is judged for so many ms. None: it is
    /// counted, and may be judged; then `right` says how that went, unless it was wrong, and takes the count back (true:
    /// right; false: nobody could judge). `who`: a keyed hash of that address. Gives up after two seconds: what nobody
    /// counts, nobody judges.
    pub async fn guess(&self, order: OrderId, who: &str, right: Option<bool>) -> worker::Result<Option<u64>> {
        let ask = StoreAsk::Guess(order, who.to_owned(), right);
        stored::read(&self.stub.ask(&ask, ask.repeat(), Some(OWNER_TIMEOUT_MS)).await?)
    }

    /// Asks for a slot for a call to BigCommerce that no shopper waits for. Some: wait this many milliseconds, then
    /// ask again. None: go ahead. If the store object does not answer in time, go ahead: the slot is only rate-limit
    /// etiquette, and correctness never depends on it.
    pub async fn slot(&self, importance: Importance) -> Option<u64> {
        let ask = StoreAsk::Slot { importance };
        read(&self.stub.ask(&ask, ask.repeat(), Some(SLOT_TIMEOUT_MS)).await.ok()?).ok()?
    }

    /// A hook that our own header had proved carried an odd signature of BigCommerce's.
    pub async fn hook_signature(&self, doubt: SignatureDoubt) -> worker::Result<()> {
        self.ask(&StoreAsk::HookSignature { doubt }).await
    }

    /// Reports that BigCommerce's quota runs low.
    pub async fn quota(&self, rate: RateLimit) -> worker::Result<()> {
        self.ask(&StoreAsk::Quota { rate }).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: &StoreAsk) -> worker::Result<T> {
        stored::read(&self.stub.ask(ask, ask.repeat(), None).await?)
    }
}
