//! What BigCommerce holds of one order, and everything that ever happened to that order.

use domain::http::HttpRequest;

use crate::bank::Known;
use crate::schedule::Lists;

pub const CART: &str = "5d0c7c7e-6f3a-4c1b-8f0e-2b9d4a7c1e55";

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Merchant,
    App,
    /// BigCommerce itself, after a refund.
    Platform,
}

/// A change of the order's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub at: i64,
    pub from: u8,
    pub to: u8,
    pub by: By,
    /// What the app had last read, where the app did it.
    pub seen: Seen,
    /// The payment that the app named as its reason.
    pub about: String,
    /// The app had given up waiting for it: what it knew of that payment when it sent this.
    pub late: Option<Known>,
}

/// The order as the app has last been told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub status: u8,
    pub due: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub id: u64,
    /// What goes back on the order's offline method, and what as store credit.
    pub ours: i64,
    pub credit: i64,
    pub reason: String,
    pub by: By,
    pub at: i64,
}

impl Refund {
    /// The refund at KOMOJU that this one records.
    pub fn recorded(&self) -> Option<&str> {
        self.reason
            .split_once("komoju-refund:")
            .map(|(_, rest)| rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(rest))
    }
}

/// A message that BigCommerce sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hook {
    pub scope: &'static str,
    pub moved: Option<(u8, u8)>,
    pub at: i64,
}

/// A request whose caller has given up on it, and what that caller knew.
#[derive(Debug, Clone)]
pub struct Running {
    pub ends: i64,
    pub request: HttpRequest,
    pub seen: Seen,
    pub known: Known,
}

#[derive(Debug, Clone)]
pub struct Store {
    pub now: i64,
    pub status: u8,
    pub moves: Vec<Move>,
    pub notes: String,
    /// When a line of ours came into the notes.
    pub told: Vec<(i64, String)>,
    /// Minor units of a currency with this many decimals.
    pub total: i64,
    pub decimals: u32,
    pub store_credit: i64,
    pub digital: bool,
    pub deleted: bool,
    pub deleted_ms: Option<i64>,
    pub edits: u32,
    pub payment_id: String,
    pub refunds: Vec<Refund>,
    /// How often a PUT took effect.
    pub puts: u32,
    pub refunds_refused: u32,
    /// An update is answered 404, though the order is there.
    pub puts_miss: bool,
    /// Updates are refused, whatever they say; and what the refused ones would have said, where that was heard.
    pub refuses_updates: bool,
    pub lists: Lists,
    pub updates_refused: Vec<String>,
    pub violations: Vec<String>,
    pub seen: Seen,
    pub(super) telling: Option<Seen>,
    pub(super) refusing: Option<String>,
    /// Requests that nobody waits for any more, and that take effect all the same.
    pub(super) running: Vec<Running>,
    news: Vec<Hook>,
}

impl Store {
    pub fn with_order(total: i64, now: i64) -> Self {
        Self {
            now,
            status: 7,
            moves: Vec::new(),
            notes: "Wrap as a gift".to_owned(),
            told: Vec::new(),
            total,
            decimals: 0,
            store_credit: 0,
            digital: false,
            deleted: false,
            deleted_ms: None,
            edits: 0,
            payment_id: String::new(),
            refunds: Vec::new(),
            puts: 0,
            refunds_refused: 0,
            puts_miss: false,
            refuses_updates: false,
            lists: Lists::AsAsked,
            updates_refused: Vec::new(),
            violations: Vec::new(),
            seen: Seen { status: 7, due: total },
            telling: None,
            refusing: None,
            running: Vec::new(),
            news: vec![Hook { scope: "store/order/created", moved: None, at: now }],
        }
    }

    pub fn due(&self) -> i64 {
        self.total - self.store_credit
    }

    pub fn currency(&self) -> &'static str {
        if self.decimals == 2 { "USD" } else { "JPY" }
    }

    /// Every status the order ever had.
    pub fn history(&self) -> Vec<u8> {
        std::iter::once(7).chain(self.moves.iter().map(|m| m.to)).collect()
    }

    pub fn news(&mut self) -> Vec<Hook> {
        std::mem::take(&mut self.news)
    }

    /// The merchant's own move.
    pub fn move_to(&mut self, status: u8) {
        self.change(status, By::Merchant);
    }

    pub(super) fn change(&mut self, to: u8, by: By) {
        self.change_because(to, by, self.seen, String::new());
    }

    pub(super) fn change_because(&mut self, to: u8, by: By, seen: Seen, about: String) {
        let from = std::mem::replace(&mut self.status, to);
        if from == to {
            return;
        }
        self.moves.push(Move { at: self.now, from, to, by, seen, about, late: None });
        self.tell("store/order/statusUpdated", Some((from, to)));
    }

    /// The merchant adds or takes away an item.
    pub fn edit(&mut self, total: i64) {
        if total != self.total && total > self.store_credit {
            self.total = total;
            self.edits += 1;
            self.tell("store/order/updated", None);
        }
    }

    pub fn delete(&mut self) {
        self.deleted = true;
        self.deleted_ms = Some(self.now);
        self.tell("store/order/archived", None);
    }

    pub(super) fn tell(&mut self, scope: &'static str, moved: Option<(u8, u8)>) {
        self.news.push(Hook { scope, moved, at: self.now });
    }

    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|r| r.ours + r.credit).sum()
    }

    /// Whether the order ever had one of these statuses from `since` on.
    pub fn was_in(&self, statuses: &[u8], since: i64) -> bool {
        let mut status = 7;
        let mut was = false;
        for step in &self.moves {
            was |= step.at >= since && statuses.contains(&status);
            status = step.to;
            was |= step.at >= since && statuses.contains(&status);
        }
        was || statuses.contains(&status)
    }

    pub fn last_move(&self) -> Option<&Move> {
        self.moves.last()
    }
}

/// BigCommerce refunds only what has been paid for.
pub fn is_paid(status: u8) -> bool {
    matches!(status, 2 | 3 | 8..=14)
}

/// What nobody but the merchant may leave.
pub fn is_final(status: u8) -> bool {
    matches!(status, 2 | 3 | 4 | 10 | 14)
}
