//! How to talk to the PaymentObject of one order: one typed call per question.

use super::door::{Door, location};
use super::messages::payment::{Ask, History, Met, Question, Started};
use crate::profile::Profile;
use crate::stored;
use domain::plan::start::Start;
use domain::state::decision::{Decided, Taken};
use domain::state::hint::Hint;
use domain::values::ids::{OrderId, SessionId, StoreHash};
use domain::values::locale::Locale;
use domain::views::snapshot::Snapshot;
use serde::de::DeserializeOwned;
use worker::Env;

/// The Durable Object namespace; an object's name is `{store}/{order}`.
pub const BINDING: &str = "PAYMENTS";

/// One order's PaymentObject, as seen from elsewhere.
#[derive(Debug)]
pub struct PaymentClient {
    door: Door,
    store: StoreHash,
    order: OrderId,
}

impl PaymentClient {
    /// For an object that may be new. The first question of all, a stranger's or a webhook's too, decides for good where
    /// an object lives, so whoever may be the first names the store's country.
    pub fn near(env: &Env, store: &StoreHash, order: OrderId, country: &str) -> Self {
        let door = Door::new(env, BINDING, format!("{store}/{order}"), location(country));
        Self { door, store: store.clone(), order }
    }

    /// [`Self::near`], where the store's profile is at hand.
    pub fn of(env: &Env, profile: &Profile, order: OrderId) -> Self {
        Self::near(env, &profile.store, order, &profile.country)
    }

    /// For an object that exists, since a token of ours, the ledger or the panel names it: it stays where it is.
    pub fn existing(env: &Env, store: &StoreHash, order: OrderId) -> Self {
        Self::near(env, store, order, "")
    }

    pub async fn start(&self, start: Start) -> worker::Result<Started> {
        self.ask(Ask::Start(Box::new(start))).await
    }

    /// None: nothing is known of this order.
    pub async fn status(&self, locale: Locale) -> worker::Result<Option<Snapshot>> {
        self.ask(Ask::Status { locale }).await
    }

    /// Returns once the hint is durable, or there is nothing it could be about.
    pub async fn hint(&self, hint: Hint) -> worker::Result<()> {
        self.ask(Ask::Hint { hint }).await
    }

    /// The shopper is back: looks, and says how things stand then.
    pub async fn returned(
        &self,
        session: Option<SessionId>,
        locale: Locale,
    ) -> worker::Result<Option<Snapshot>> {
        self.ask(Ask::Return { session, locale }).await
    }

    /// Returns once the decision is durable, or is known to be none.
    pub async fn decide(&self, decided: Decided) -> worker::Result<Taken> {
        self.ask(Ask::Decide { decided }).await
    }

    /// Looks at an order without its shopper.
    pub async fn meet(&self) -> worker::Result<Met> {
        self.ask(Ask::Meet).await
    }

    /// BigCommerce has announced the order. With `look` it is read ahead, unless it is known already.
    pub async fn announced(&self, look: bool) -> worker::Result<()> {
        self.ask(Ask::Announced { look }).await
    }

    /// None: nothing is known of this order.
    pub async fn history(&self) -> worker::Result<Option<History>> {
        self.ask(Ask::History).await
    }

    /// Has the object forget everything.
    pub async fn purge(&self) -> worker::Result<()> {
        self.ask(Ask::Purge).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> worker::Result<T> {
        let repeat = ask.repeat();
        let question = Question { store: self.store.clone(), order: self.order, ask };
        stored::read(&self.door.ask(&question, repeat, None).await?)
    }
}
