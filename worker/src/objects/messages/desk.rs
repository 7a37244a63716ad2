//! What the control panel asks of a store, and the answers. Each question carries the session in which it is asked.

use super::health::Health;
use super::ledger::{LedgerPage, Query, Tally};
use crate::profile::{KomojuAccount, LearnedLabel, Profile};
use domain::komoju::methods::PaymentType;
use domain::state::settings::{Method, Provider, Settings};
use domain::values::owed::Counting;
use domain::values::sealed::Sealed;
use serde::{Deserialize, Serialize};

/// Who acts, according to the panel's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// BigCommerce's user id.
    pub user: u64,
    /// The installation under which they were admitted. A later one no longer admits them.
    pub generation: u64,
}

/// One request at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// Show everything.
    Look,
    /// List payments.
    Payments {
        query: Query,
    },
    /// Use this key, which KOMOJU has just accepted. It becomes the current one; earlier ones stay for the attempts
    /// that were made with them.
    SaveKey {
        account: KomojuAccount,
        types: Vec<PaymentType>,
    },
    /// Add a webhook secret. The latest earlier ones stay valid for the rotation.
    NewWebhookSecret {
        secret: Sealed,
    },
    /// Keep only the newest webhook secret.
    RetireWebhookSecrets,
    SaveMethods {
        methods: Vec<Method>,
    },
    /// Save everything but the methods, which have a wish of their own, and the version, which the object raises
    /// itself.
    SaveSettings {
        settings: Settings,
    },
    /// The merchant says what a label is. None: not one of ours.
    PlaceLabel {
        channel: u64,
        label: String,
        provider: Option<Provider>,
    },
    /// The merchant says how order totals count store credit and gift certificates. None: not asked about this one.
    LearnCounting {
        store_credit: Option<Counting>,
        gift_certificates: Option<Counting>,
    },
    /// Who changed what.
    Changes,
    /// Put scripts and hooks right, and switch on what the merchant had switched off.
    Repair,
}

/// The desk's answer to a wish.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum DeskAnswer {
    /// Not a member of the staff, or admitted by an earlier installation.
    Denied,
    /// The store as it is now, after the wish was carried out.
    Desk(Box<Desk>),
    Payments(LedgerPage),
    Changes(Vec<Change>),
    /// The merchant allows this to the store's owner only.
    OwnerOnly,
}

/// Everything that the panel's pages are made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Desk {
    pub profile: Profile,
    /// The payment types that the current KOMOJU account offers.
    #[serde(default)]
    pub payment_types: Vec<PaymentType>,
    pub health: Health,
    /// Labels seen on orders that nobody could place, and about which the merchant has not decided.
    #[serde(default)]
    pub undecided: Vec<LearnedLabel>,
    pub tally: Tally,
    pub funnel: Funnel,
    /// When the last webhook of KOMOJU came in, in ms since the epoch. None: never.
    pub heard_komoju_ms: Option<i64>,
    /// The name under which colleagues know the user who asks: an e-mail address.
    pub staff_name: String,
    pub is_owner: bool,
    /// The change, if somebody has pointed the store at another KOMOJU account in the last 30 days.
    pub account_changed: Option<Change>,
}

/// Orders placed within one hour, or within several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hour {
    /// The (first) hour, in hours since the epoch.
    pub hour: i64,
    /// Orders placed with our payment methods.
    #[serde(default)]
    pub placed: u32,
    /// Of these, those whose shopper reached KOMOJU from the confirmation page.
    #[serde(default)]
    pub started: u32,
    /// Of these, those whose shopper came only after the order was listed as not started: by a payment link, or by
    /// visiting again.
    #[serde(default)]
    pub late: u32,
}

/// How many orders are started, for the overview.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funnel {
    /// The hours of the last day in which orders were placed, newest first.
    #[serde(default)]
    pub hours: Vec<Hour>,
    /// The sum of the last 30 days; its `hour` is the first of them.
    pub month: Hour,
}

/// What a change was about, other than a setting: the keys by which the panel finds the words for it.
pub const KEY: &str = "key";
pub const WEBHOOK_SECRET: &str = "webhook_secret";
pub const METHODS: &str = "methods";
pub const LABEL: &str = "label";

/// One change that somebody made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Ms since the epoch.
    pub at_ms: i64,
    pub user: u64,
    /// The name under which colleagues knew them at the time.
    pub name: String,
    /// A setting's name, or one of the keys above.
    pub what: String,
    pub from: String,
    pub to: String,
}
