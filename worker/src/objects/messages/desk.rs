//! What the control panel asks of a store, and what it is answered. Each question brings the session it is asked in.

use super::health::Health;
use super::ledger::{Page, Query, Tally};
use crate::profile::{KomojuAccount, LearnedLabel, Profile};
use domain::values::sealed::Sealed;

use domain::komoju::methods::PaymentType;
use domain::state::settings::{Method, Provider, Settings};
use domain::values::owed::Counting;
use serde::{Deserialize, Serialize};

/// Who acts, as the panel's token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub user: u64,
    /// The installation that admitted them.
    pub generation: u64,
}

/// One thing asked for at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    Look,
    Payments {
        query: Query,
    },
    /// A key that KOMOJU has accepted. It becomes the current one; earlier ones stay for their attempts.
    SaveKey {
        account: KomojuAccount,
        types: Vec<PaymentType>,
    },
    NewWebhookSecret {
        secret: Sealed,
    },
    /// Only the newest stays valid.
    RetireWebhookSecrets,
    SaveMethods {
        methods: Vec<Method>,
    },
    /// Everything but the methods, which are saved apart, and the version, which rises by itself.
    SaveSettings {
        settings: Settings,
    },
    /// The merchant says what a label is; None: none of ours.
    PlaceLabel {
        channel: u64,
        label: String,
        provider: Option<Provider>,
    },
    /// How order totals count store credit and gift certificates, as far as the merchant has just said so.
    LearnCounting {
        store_credit: Option<Counting>,
        gift_certificates: Option<Counting>,
    },
    /// Who changed what.
    Changes,
    /// Put scripts and hooks right, and switch on what was switched off.
    Repair,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Answer {
    /// Not a member of the staff, or of an earlier installation.
    Denied,
    /// The store as it is now.
    Desk(Box<Desk>),
    Payments(Page),
    Changes(Vec<Change>),
    /// The merchant keeps this to the store's owner.
    OwnerOnly,
}

/// Everything the panel's pages are made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Desk {
    pub profile: Profile,
    #[serde(default)]
    pub payment_types: Vec<PaymentType>,
    pub health: Health,
    /// Labels on orders that nobody could place.
    #[serde(default)]
    pub undecided: Vec<LearnedLabel>,
    pub tally: Tally,
    pub funnel: Funnel,
    /// When the last webhook of KOMOJU came in.
    pub heard_komoju_ms: Option<i64>,
    /// Who is asking, as colleagues know them.
    pub staff_name: String,
    pub is_owner: bool,
    /// Somebody has pointed the store at another KOMOJU account a short while ago.
    pub account_changed: Option<Change>,
}

/// Orders placed within one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hour {
    /// Hours since the epoch.
    pub hour: i64,
    #[serde(default)]
    pub placed: u32,
    /// Of these, whose shopper reached KOMOJU from the confirmation page.
    #[serde(default)]
    pub started: u32,
    /// Whose shopper had not come when the order was met, and came later, by a payment link or a second visit.
    #[serde(default)]
    pub late: u32,
}

/// What the overview shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funnel {
    /// The hours of the last day in which orders were placed, the newest first.
    #[serde(default)]
    pub hours: Vec<Hour>,
    /// All of the last 30 days; its `hour` is the first of them.
    pub month: Hour,
}

/// What was changed, as the panel finds its words by.
pub const KEY: &str = "key";
pub const WEBHOOK_SECRET: &str = "webhook_secret";
pub const METHODS: &str = "methods";
pub const LABEL: &str = "label";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub at_ms: i64,
    pub user: u64,
    /// What colleagues knew them by then.
    pub name: String,
    pub what: String,
    pub from: String,
    pub to: String,
}
