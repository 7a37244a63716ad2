//! How to talk to the PaymentObject of one order: typed questions and answers, carried as JSON.

use super::door::{Door, Repeat, location};
use crate::json::{FromJson, names, read, record, variants};
use crate::payment::attention::Attention;
use crate::payment::call::Locale;
use crate::payment::condition::Condition;
use crate::payment::decision::{Decided, Taken};
use crate::payment::hint::Hint;
use crate::payment::ids::{OrderId, SessionId, StoreHash};
use crate::payment::snapshot::Snapshot;
use crate::payment::start::{Intent, Refusal, Seen};
use crate::payment::state::Entry;
use crate::payment::statement::Statement;
use crate::profile::Profile;
use worker::Env;

/// The Durable Object namespace; an object's name is `{store}/{order}`.
pub const BINDING: &str = "PAYMENTS";

/// A question, and whose payment it is about: an object cannot tell its own name when an alarm wakes it.
#[derive(Debug)]
pub struct Question {
    pub store: StoreHash,
    pub order: OrderId,
    pub ask: Ask,
}
record!(Question { store, order, ask });

#[derive(Debug)]
pub enum Ask {
    Start(Box<StartAsk>),
    Status {
        locale: Locale,
    },
    /// Stored before it is answered; looked into afterwards.
    Hint {
        hint: Hint,
    },
    /// A hint whose look the asker waits for.
    Return {
        session: Option<SessionId>,
        locale: Locale,
    },
    /// The merchant has settled something; stored before it is answered, acted on afterwards.
    Decide {
        decided: Decided,
    },
    /// An order was placed, and its shopper may never come.
    Meet,
    /// BigCommerce has announced the order: it may be looked at, and with `look`, is.
    Announced {
        look: bool,
    },
    History,
    /// The store is forgotten, and with it all its payments.
    Purge,
}
variants!(Ask {
    Start(content), Status { locale }, Hint { hint }, Return { session, locale }, Decide { decided }, Meet,
    Announced { look }, History, Purge,
});

impl Ask {
    /// Hints and decisions bear ids, so the second is known. Only a shopper who asks for another way than the one
    /// that is open must not be heard twice: the second would end what the first has opened.
    fn repeat(&self) -> Repeat {
        match self {
            Self::Start(start) if start.intent == Intent::Restart => Repeat::MustNot,
            Self::Start(_)
            | Self::Status { .. }
            | Self::Hint { .. }
            | Self::Return { .. }
            | Self::Decide { .. }
            | Self::Meet
            | Self::Announced { .. }
            | Self::History
            | Self::Purge => Repeat::May,
        }
    }
}

#[derive(Debug)]
pub struct StartAsk {
    /// The cart's id; None where a signed link stands in for it.
    pub cart_id: Option<String>,
    pub intent: Intent,
    pub page: Option<String>,
    pub locale: Locale,
    pub ip: String,
    pub user_agent: String,
    pub language: String,
    pub seen: Option<Seen>,
    pub visit: Option<String>,
}
record!(StartAsk { cart_id, intent, page, locale, ip, user_agent, language, seen, visit });

/// What a start came to.
#[derive(Debug)]
pub enum Started {
    Show {
        snapshot: Box<Snapshot>,
        redirect: bool,
    },
    Refused(Refusal),
    /// It is not this start's turn yet: the same again after so many milliseconds.
    Queued {
        after_ms: i64,
    },
    UnknownStore,
    /// The store's own object does not answer.
    CannotTell,
}
variants!(Started {
    Show { snapshot, redirect }, Refused(content), Queued { after_ms }, UnknownStore, CannotTell,
});

/// What came of meeting an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Kept, or none of ours: nothing more to be done.
    Done,
    /// One side did not answer.
    TryAgain,
}
names!(Met, key { Done = "done", TryAgain = "try_again" });

/// What the merchant may read of one payment.
#[derive(Debug)]
pub struct History {
    pub snapshot: Snapshot,
    pub statement: Statement,
    pub condition: Condition,
    pub attention: Vec<Attention>,
    pub timeline: Vec<Entry>,
}
record!(History { snapshot, statement, condition, attention, timeline });

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

    pub async fn start(&self, start: StartAsk) -> worker::Result<Started> {
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

    async fn ask<T: FromJson>(&self, ask: Ask) -> worker::Result<T> {
        let repeat = ask.repeat();
        let question = Question { store: self.store.clone(), order: self.order, ask };
        Ok(read(&self.door.ask(&question, repeat, None).await?)?)
    }
}
