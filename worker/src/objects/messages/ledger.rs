//! The ledger, as others see it: its rows, the keys by which an order is found, and what the panel lists.
//! `store/ledger.rs` keeps it.

use domain::komoju::webhook::Notice;
use domain::state::settings::Mode;
use domain::values::attention::Attention;
use domain::values::ids::{OrderId, StoreHash};
use domain::values::money::Money;
use domain::values::name::Name;
use domain::views::condition::Condition;
use serde::{Deserialize, Serialize};

/// One row of the ledger: what lists and searches show of one payment. It holds no personal data, so it outlives the
/// payment's own object.
///
/// ```text
/// {"order":118,"version":7,"phase":"waiting","amount":"¥1,530","amount_minor":1530,"currency":"JPY","refunded":null,
///  "mode":"live","refs":["{session id}","BC-q7w8e9-118-1","{payment id}"],"attention":[],
///  "updated_at_ms":1795305600000,"placed_at_ms":1795305540000,"next_alarm_ms":1795392000000,"open":true}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub order: OrderId,
    /// Rises with each change of the payment. A row that is not newer than the stored one is ignored, so rows may
    /// arrive in any order.
    pub version: u64,
    /// The payment's condition. The field keeps its first name, because it is stored.
    pub phase: Name<Condition>,
    /// As shown: "¥1,200". Empty: not known yet.
    pub amount: String,
    /// The same in minor units of `currency`.
    pub amount_minor: i64,
    /// ISO 4217. Empty: not known yet.
    pub currency: String,
    /// What the merchant has paid back. None in rows of former versions.
    pub refunded: Option<Money>,
    pub mode: Mode,
    /// Session ids, payment ids and external_order_nums: everything a notification or a search may name it by.
    #[serde(default)]
    pub refs: Vec<String>,
    /// Why a person must look at it; empty: nobody need.
    #[serde(default)]
    pub attention: Vec<Name<Attention>>,
    /// Ms since the epoch.
    pub updated_at_ms: i64,
    /// When the order was placed, in ms since the epoch; 0 in rows of former versions.
    #[serde(default)]
    pub placed_at_ms: i64,
    /// When the payment's object means to wake, in ms since the epoch; the hourly sweep pokes those that are long
    /// overdue. None: it does not mean to.
    pub next_alarm_ms: Option<i64>,
    /// True while something of it can still be paid, or is paid and the order has not been told.
    #[serde(default = "unknown_is_open")]
    pub open: bool,
}

/// Rows of former versions did not say; keeping a store's keys too long is the safe mistake.
fn unknown_is_open() -> bool {
    true
}

/// What an order is found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedgerKey {
    Session(String),
    Payment(String),
    ExternalOrderNum(String),
}

impl LedgerKey {
    /// The id or number itself; the three kinds never collide, so they share one index.
    pub fn text(&self) -> &str {
        match self {
            Self::Session(text) | Self::Payment(text) | Self::ExternalOrderNum(text) => text,
        }
    }
}

/// Whose payment a notice from KOMOJU is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// This order's, according to our own metadata on the session.
    Order(OrderId),
    /// Another shop's. One KOMOJU account can serve several shops, and its webhooks carry all of their payments.
    NotOurs,
    /// The notice does not say. The ledger may know one of these.
    Look(Vec<LedgerKey>),
}

/// Finds out whose payment a notice is about: by our metadata, whose store must be this one; else by the ledger. An
/// `external_order_num` is looked up as a whole, never taken apart: any shop could have written a number that looks
/// like ours.
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
    /// An order number, or the beginning of a KOMOJU id or external_order_num. Empty: all payments.
    pub search: String,
    pub attention_only: bool,
    /// How many rows to skip.
    pub skip: u32,
}

/// One page of payments, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPage {
    #[serde(default)]
    pub rows: Vec<LedgerRow>,
    /// How many rows to skip for the next page. None: this is the last.
    pub next: Option<u32>,
}

/// How many payments the ledger has, and how many of them need attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub payments: u32,
    pub attention: u32,
}
