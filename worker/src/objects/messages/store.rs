//! What a store's object is asked, and what it answers. Each question is explained at its function in `store_client`.

use super::Repeat;
use super::desk::{Session, Wish};
use super::health::SignatureDoubt;
use super::ledger::{LedgerKey, LedgerRow};
use domain::bigcommerce::oauth::Grant;
use domain::http::RateLimit;
use domain::plan::start::Looked;
use domain::state::settings::Provider;
use domain::values::attention::Side;
use domain::values::ids::OrderId;
use serde::{Deserialize, Serialize};

/// One question to a StoreObject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum StoreAsk {
    Profile,
    LearnLabel {
        channel: u64,
        label: String,
        provider: Option<Provider>,
    },
    UpsertPayment {
        row: LedgerRow,
    },
    FindOrder {
        by: LedgerKey,
    },
    TokenRefused,
    Install {
        grant: Grant,
    },
    Open {
        visit: Visit,
    },
    UninstallHint {
        issued_at_s: i64,
    },
    RemoveUser {
        issued_at_s: i64,
        user: u64,
    },
    Rearm,
    Heard {
        side: Side,
    },
    Desk {
        session: Session,
        wish: Wish,
    },
    HookSignature {
        doubt: SignatureDoubt,
    },
    NewOrder {
        order: OrderId,
    },
    Knock {
        order: OrderId,
        proof: String,
        network: String,
    },
    Looked {
        order: OrderId,
        looked: Looked,
        right: bool,
    },
    /// The order, who guesses, and whether they were right; None: it is not judged yet.
    Guess(OrderId, String, Option<bool>),
    Slot {
        importance: Importance,
    },
    Quota {
        rate: RateLimit,
    },
}

impl StoreAsk {
    /// An OAuth code can be exchanged only once; a slot or a place at the door is used up by each question; and a
    /// change in the panel is noted each time. Everything else may be asked twice.
    pub fn repeat(&self) -> Repeat {
        match self {
            Self::Install { .. } | Self::Slot { .. } | Self::Knock { .. } | Self::Guess(..) => {
                Repeat::MustNot
            }
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

/// The result of exchanging an OAuth code. `Yes`: installed; `generation` and `user` go into the panel's session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Installed {
    Yes {
        generation: u64,
        user: u64,
    },
    /// This very code was exchanged before: the merchant has reloaded the page. Opens nothing.
    AlreadyDone,
    /// BigCommerce refused the code.
    Refused {
        why: String,
    },
    /// BigCommerce did not answer.
    TryAgain {
        why: String,
    },
}

/// Somebody opens the app with a payload that BigCommerce signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// BigCommerce's user id.
    pub user: u64,
    pub email: String,
    /// When BigCommerce signed the payload, by its own clock, in seconds since the epoch.
    pub issued_at_s: i64,
    /// SHA-256 of the signed payload. A payload opens the app once, and once more shortly afterwards in the same
    /// browser.
    pub payload: String,
    /// SHA-256 of the browser's name (its user agent).
    pub agent: String,
    /// The user id of the store's owner. None: the payload does not name it.
    pub owner: Option<u64>,
}

/// The result of opening the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opened {
    Yes {
        generation: u64,
    },
    NotInstalled,
    /// The payload was signed before this installation, or before the user was removed.
    BeforeInstallation,
    /// The payload has opened the app before. `panel_url`: the store's control panel at BigCommerce, where a new
    /// payload can be had.
    Used {
        panel_url: String,
    },
}

/// What a background call to BigCommerce is for, most important first. The less important, the earlier it gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Importance {
    /// Bringing an order and its money into agreement.
    Money,
    /// A line in an order's staff notes.
    Note,
    /// Reading an order before its shopper comes.
    Ahead,
    /// Looking for what may have been missed.
    Sweep,
}

/// What to do about an order that BigCommerce has announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announced {
    /// It is to be read ahead.
    Read,
    /// New, but there is no room in the quota to read it now: its start will read it.
    Known,
    /// Nothing: it was known already, or nothing can be paid in this store.
    Nothing,
}

/// The answer to a request to look at an order that we know nothing about (`store/door.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Admission {
    /// Look.
    Come,
    /// Ask again after so many milliseconds.
    Wait(i64),
    /// There is no such order, or the proof is wrong. The shopper is told the same in both cases.
    Unproved,
    /// The proof is right, but the order is paid another way.
    NotOurs,
}
