//! How to talk to a store's StoreObject: one typed call per question, carried as JSON over `stub.fetch`.

use super::door::{Door, Repeat, location};
use super::store::desk::{Answer, Session, Wish};
use super::store::door::Entry;
use super::store::health::SignatureDoubt;
use crate::bigcommerce::oauth::Grant;
use crate::http::RateLimit;
use crate::json::{FromJson, names, read, record, variants};
use crate::komoju::webhook::Notice;
use crate::payment::attention::Side;
use crate::payment::ids::{OrderId, StoreHash};
use crate::payment::money::Money;
use crate::payment::settings::{Mode, Provider};
use crate::payment::start::Looked;
use crate::profile::Profile;
use worker::Env;

/// The Durable Object namespace; an object's name is its store hash.
pub const BINDING: &str = "STORES";

/// One row of the ledger: what lists and searches show of one payment. Without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    pub order: OrderId,
    /// Rises with each change of the payment; an upsert with an older one is ignored.
    pub version: u64,
    /// The key of its [`Condition`](crate::payment::condition::Condition), or what another version calls it.
    pub phase: String,
    /// As shown: "¥1,200".
    pub amount: String,
    pub amount_minor: i64,
    pub currency: String,
    /// What the merchant paid back. None in rows of former versions.
    pub refunded: Option<Money>,
    pub mode: Mode,
    /// Session ids, payment ids and external_order_nums: what a notification or a search may name it by.
    pub refs: Vec<String>,
    /// Keys of what the merchant must look at.
    pub attention: Vec<String>,
    pub updated_at_ms: i64,
    /// When the order was placed; 0 in rows of former versions.
    pub placed_at_ms: i64,
    /// When the payment's object means to wake; what is long overdue is poked.
    pub next_alarm_ms: Option<i64>,
    /// Something of it may still be paid, or is paid and its order does not know yet.
    pub open: bool,
}
record!(LedgerRow {
    order,
    version,
    phase,
    amount,
    amount_minor,
    currency,
    refunded,
    mode,
    refs,
    attention,
    updated_at_ms,
    placed_at_ms or 0,
    next_alarm_ms,
    open or true,
});

/// What an order is looked up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerKey {
    Session(String),
    Payment(String),
    ExternalOrderNum(String),
}
variants!(LedgerKey { Session(content), Payment(content), ExternalOrderNum(content) });

impl LedgerKey {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Session(text) | Self::Payment(text) | Self::ExternalOrderNum(text) => text,
        }
    }
}

/// Whose payment a notice of KOMOJU's is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// By our own metadata.
    Order(OrderId),
    /// An account's messages carry other shops' payments too.
    NotOurs,
    /// What the ledger may know it by.
    Look(Vec<LedgerKey>),
}

/// Our metadata first, and its store must be this one; else the ledger. Never by taking a string apart.
pub fn route(notice: &Notice, store: &StoreHash) -> Route {
    if let (Some(named), Some(order)) = (&notice.store, notice.order) {
        return if named == store { Route::Order(order) } else { Route::NotOurs };
    }
    let keys = [
        notice.session.as_ref().map(|s| LedgerKey::Session(s.to_string())),
        notice.payment.as_ref().map(|p| LedgerKey::Payment(p.to_string())),
        notice.external_order_num.clone().map(LedgerKey::ExternalOrderNum),
    ];
    Route::Look(keys.into_iter().flatten().collect())
}

/// What background work calls BigCommerce for, the most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    /// An order and its money must be brought to agree.
    Money,
    /// A line in an order's notes.
    Note,
    /// Reading an order before its shopper comes.
    Ahead,
    /// Looking for what may have been missed.
    Sweep,
}
names!(Importance, key { Money = "money", Note = "note", Ahead = "ahead", Sweep = "sweep" });

/// What becomes of an order that BigCommerce has announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announced {
    /// It is to be read ahead.
    Read,
    /// It is new, but there is no room for reading it now: its start looks itself.
    Known,
    /// Nothing: it is no news, or nothing can be paid here.
    Nothing,
}
names!(Announced, key { Read = "read", Known = "known", Nothing = "nothing" });

/// How long an asker waits to be told whether to wait.
const SLOT_TIMEOUT_MS: u32 = 2_000;

/// How long whoever needs the owner's word waits for it. An object that answers at all answers in milliseconds.
const OWNER_TIMEOUT_MS: u32 = 2_000;

/// One question to a StoreObject.
#[derive(Debug, Clone)]
pub enum Ask {
    Profile,
    LearnLabel { channel: u64, label: String, provider: Option<Provider> },
    UpsertPayment { row: LedgerRow },
    FindOrder { by: LedgerKey },
    TokenRefused,
    Install { grant: Grant },
    Open { visit: Visit },
    UninstallHint { issued_at_s: i64 },
    RemoveUser { issued_at_s: i64, user: u64 },
    Rearm,
    Heard { side: Side },
    Desk { session: Session, wish: Wish },
    HookSignature { doubt: SignatureDoubt },
    NewOrder { order: OrderId },
    Knock { order: OrderId, proof: String, network: String },
    Looked { order: OrderId, looked: Looked, right: bool },
    Slot { importance: Importance },
    Quota { rate: RateLimit },
}
variants!(Ask {
    Profile, LearnLabel { channel, label, provider }, UpsertPayment { row }, FindOrder { by }, TokenRefused,
    Install { grant }, Open { visit }, UninstallHint { issued_at_s }, RemoveUser { issued_at_s, user }, Rearm,
    Heard { side },
    Desk { session, wish }, NewOrder { order }, HookSignature { doubt }, Knock { order, proof, network },
    Looked { order, looked, right }, Slot { importance }, Quota { rate },
});

impl Ask {
    /// A code can be exchanged once, a slot is taken each time, and the panel tells a change from a page.
    fn repeat(&self) -> Repeat {
        match self {
            Self::Install { .. } | Self::Slot { .. } | Self::Knock { .. } => Repeat::MustNot,
            Self::Desk { wish: Wish::Look | Wish::Payments { .. } | Wish::Changes, .. } => Repeat::May,
            Self::Desk { .. } => Repeat::MustNot,
            Self::Profile
            | Self::LearnLabel { .. }
            | Self::UpsertPayment { .. }
            | Self::FindOrder { .. }
            | Self::TokenRefused
            | Self::Open { .. }
            | Self::UninstallHint { .. }
            | Self::RemoveUser { .. }
            | Self::Rearm
            | Self::NewOrder { .. }
            | Self::Looked { .. }
            | Self::HookSignature { .. }
            | Self::Heard { .. }
            | Self::Quota { .. } => Repeat::May,
        }
    }
}

/// What came of exchanging a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    Yes {
        generation: u64,
        user: u64,
    },
    /// This very code was exchanged before: a reload, which opens nothing.
    AlreadyDone,
    /// BigCommerce said no.
    Refused {
        why: String,
    },
    /// BigCommerce did not say.
    TryAgain {
        why: String,
    },
}
variants!(Installed { Yes { generation, user }, AlreadyDone, Refused { why }, TryAgain { why } });

/// Someone opens the app with a payload that BigCommerce signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub user: u64,
    pub email: String,
    /// By BigCommerce's clock.
    pub issued_at_s: i64,
    /// SHA-256 of the signed payload, and of the browser's name: a payload opens the app once, and shortly after again
    /// in the same browser.
    pub payload: String,
    pub agent: String,
    /// The store's owner, where BigCommerce names one.
    pub owner: Option<u64>,
}
record!(Visit { user, email, issued_at_s, payload, agent, owner });

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    Yes {
        generation: u64,
    },
    NotInstalled,
    /// The payload is older than the installation: it was made for an earlier one.
    BeforeInstallation,
    /// The payload has opened the app before. `panel_url`: the store's control panel, which makes another.
    Used {
        panel_url: String,
    },
}
variants!(Opened { Yes { generation }, NotInstalled, BeforeInstallation, Used { panel_url } });

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
        Ok(read(&self.door.ask(&Ask::Profile, Repeat::May, Some(OWNER_TIMEOUT_MS)).await?)?)
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
        Ok(read(&self.door.ask(&ask, ask.repeat(), Some(OWNER_TIMEOUT_MS)).await?)?)
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

    async fn ask<T: FromJson>(&self, ask: &Ask) -> worker::Result<T> {
        Ok(read(&self.door.ask(ask, ask.repeat(), None).await?)?)
    }
}
