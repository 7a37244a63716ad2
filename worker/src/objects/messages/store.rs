//! What a store's object is asked, and what it answers.

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

impl Ask {
    /// A code can be exchanged once, a slot is taken each time, and the panel tells a change from a page.
    pub fn repeat(&self) -> Repeat {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Someone opens the app with a payload that BigCommerce signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// What background work calls BigCommerce for, the most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What becomes of an order that BigCommerce has announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announced {
    /// It is to be read ahead.
    Read,
    /// It is new, but there is no room for reading it now: its start looks itself.
    Known,
    /// Nothing: it is no news, or nothing can be paid here.
    Nothing,
}

/// What is answered to whoever asks to have BigCommerce asked about an order (`store/door.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    Come,
    /// Ask again after so many milliseconds.
    Wait(i64),
    /// No such order, or the wrong proof.
    Unproved,
    /// The right proof of an order that is paid another way.
    NotOurs,
}
