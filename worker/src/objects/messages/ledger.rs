//! The ledger as others see it: its rows, what an order is looked up by, and what the panel lists. `store/ledger.rs`
//! keeps it.

use domain::komoju::webhook::Notice;
use domain::state::settings::Mode;
use domain::values::attention::Attention;
use domain::values::ids::{OrderId, StoreHash};
use domain::values::money::Money;
use domain::values::name::Name;
use domain::views::condition::Condition;
use serde::{Deserialize, Serialize};

/// One row of the ledger: what lists and searches show of one payment. Without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub order: OrderId,
    /// Rises with each change of the payment; an upsert with an older one is ignored.
    pub version: u64,
    /// Its condition. `phase` is what the first version called it.
    pub phase: Name<Condition>,
    /// As shown: "¥1,200".
    pub amount: String,
    pub amount_minor: i64,
    pub currency: String,
    /// What the merchant paid back. None in rows of former versions.
    pub refunded: Option<Money>,
    pub mode: Mode,
    /// Session ids, payment ids and external_order_nums: what a notification or a search may name it by.
    #[serde(default)]
    pub refs: Vec<String>,
    /// What the merchant must look at.
    #[serde(default)]
    pub attention: Vec<Name<Attention>>,
    pub updated_at_ms: i64,
    /// When the order was placed; 0 in rows of former versions.
    #[serde(default)]
    pub placed_at_ms: i64,
    /// When the payment's object means to wake; what is long overdue is poked.
    pub next_alarm_ms: Option<i64>,
    /// Something of it may still be paid, or is paid and its order does not know yet.
    #[serde(default = "unknown_is_open")]
    pub open: bool,
}

/// Rows of former versions did not say.
fn unknown_is_open() -> bool {
    true
}

/// What an order is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedgerKey {
    Session(String),
    Payment(String),
    ExternalOrderNum(String),
}

impl LedgerKey {
    pub fn text(&self) -> &str {
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

/// Which payments to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Query {
    /// An order number, or the beginning of a KOMOJU id or external_order_num.
    pub search: String,
    pub attention_only: bool,
    /// How many to pass over.
    pub skip: u32,
}

/// One page of payments, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    #[serde(default)]
    pub rows: Vec<LedgerRow>,
    /// How many to pass over for the next page, where there is one.
    pub next: Option<u32>,
}

/// How the ledger stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub payments: u32,
    pub attention: u32,
}
