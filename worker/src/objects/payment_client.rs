//! How to talk to the PaymentObject of one order: one typed call per question. Errors are the platform's: the object
//! threw, could not be reached, or is overloaded.

use super::messages::payment::{History, Met, PaymentAsk, Question, Started};
use super::stub::{Stub, location};
use crate::profile::Profile;
use crate::stored;
use domain::plan::start::Start;
use domain::state::decision::{Decided, Taken};
use domain::state::hint::Hint;
use domain::texts::locale::Locale;
use domain::values::ids::{OrderId, SessionId, StoreHash};
use domain::views::snapshot::Snapshot;
use serde::de::DeserializeOwned;
use worker::Env;

/// The Durable Object namespace. An object's name is `{store}/{order}`.
pub const BINDING: &str = "PAYMENTS";

/// One order's PaymentObject, seen from outside.
#[derive(Debug)]
pub struct PaymentClient {
    stub: Stub,
    store: StoreHash,
    order: OrderId,
}

impl PaymentClient {
    /// For an object that may not exist yet. The first question ever asked decides for good in which region the
    /// object lives, even if a stranger or a webhook asks it. So whoever may be the first names the store's country
    /// (ISO 3166-1 alpha-2).
    pub fn near(env: &Env, store: &StoreHash, order: OrderId, country: &str) -> Self {
        let stub = Stub::new(env, BINDING, format!("{store}/{order}"), location(country));
        Self { stub, store: store.clone(), order }
    }

    /// [`Self::near`], when the store's profile is at hand.
    pub fn of(env: &Env, profile: &Profile, order: OrderId) -> Self {
        Self::near(env, &profile.store, order, &profile.country)
    }

    /// For an object that must exist already, because one of our tokens, the ledger or the panel names it. It stays
    /// where it is, so no country is needed.
    pub fn existing(env: &Env, store: &StoreHash, order: OrderId) -> Self {
        Self::near(env, store, order, "")
    }

    /// The shopper wants to pay. Waits for the answer, up to a few calls to BigCommerce and KOMOJU.
    pub async fn start(&self, start: Start) -> worker::Result<Started> {
        self.ask(PaymentAsk::Start(Box::new(start))).await
    }

    /// What the shopper is shown. None: nothing is known of this order.
    pub async fn status(&self, locale: Locale) -> worker::Result<Option<Snapshot>> {
        self.ask(PaymentAsk::Status { locale }).await
    }

    /// Returns once the hint is durable, or if there is no payment that it could be about.
    pub async fn hint(&self, hint: Hint) -> worker::Result<()> {
        self.ask(PaymentAsk::Hint { hint }).await
    }

    /// The shopper is back from KOMOJU: looks first, then says how things stand. None: nothing is known of this
    /// order.
    pub async fn returned(
        &self,
        session: Option<SessionId>,
        locale: Locale,
    ) -> worker::Result<Option<Snapshot>> {
        self.ask(PaymentAsk::Return { session, locale }).await
    }

    /// Returns once the merchant's decision is durable, or is known not to apply any more.
    pub async fn decide(&self, decided: Decided) -> worker::Result<Taken> {
        self.ask(PaymentAsk::Decide { decided }).await
    }

    /// Looks at an order whose shopper has not come, and keeps it if it is ours and unpaid.
    pub async fn meet(&self) -> worker::Result<Met> {
        self.ask(PaymentAsk::Meet).await
    }

    /// BigCommerce has announced the order. With `look`, it is read ahead, unless it is known already.
    pub async fn announced(&self, look: bool) -> worker::Result<()> {
        self.ask(PaymentAsk::Announced { look }).await
    }

    /// Everything the panel shows of the payment. None: nothing is known of this order.
    pub async fn history(&self) -> worker::Result<Option<History>> {
        self.ask(PaymentAsk::History).await
    }

    /// Makes the object delete everything it holds.
    pub async fn purge(&self) -> worker::Result<()> {
        self.ask(PaymentAsk::Purge).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: PaymentAsk) -> worker::Result<T> {
        let repeat = ask.repeat();
        let question = Question { store: self.store.clone(), order: self.order, ask };
        stored::read(&self.stub.ask(&question, repeat, None).await?)
    }
}
