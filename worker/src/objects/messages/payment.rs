//! What a payment's object is asked, and what it answers.

use super::Repeat;
use domain::plan::start::{Intent, Refusal, Start};
use domain::state::decision::Decided;
use domain::state::hint::Hint;
use domain::state::history::Entry;
use domain::texts::locale::Locale;
use domain::values::attention::Attention;
use domain::values::ids::{OrderId, SessionId, StoreHash};
use domain::views::condition::Condition;
use domain::views::snapshot::Snapshot;
use domain::views::statement::Statement;
use serde::{Deserialize, Serialize};

/// A question, and which payment it is about. The object needs that because the platform does not tell it its own
/// name. For example `{"store":"q7w8e9","order":118,"ask":{"Status":{"locale":"en"}}}`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    pub store: StoreHash,
    pub order: OrderId,
    pub ask: PaymentAsk,
}

/// One question to a PaymentObject.
#[derive(Debug, Serialize, Deserialize)]
pub enum PaymentAsk {
    /// The shopper wants to pay.
    Start(Box<Start>),
    /// The shopper's page asks how things stand.
    Status {
        locale: Locale,
    },
    /// Something may have happened. Stored before it is answered; looked into afterwards.
    Hint {
        hint: Hint,
    },
    /// The shopper is back from KOMOJU: a hint, and the asker waits for its look.
    Return {
        session: Option<SessionId>,
        locale: Locale,
    },
    /// The merchant's decision. Stored before it is answered; acted on afterwards.
    Decide {
        decided: Decided,
    },
    /// An order was placed, and its shopper has not come: look at it.
    Meet,
    /// BigCommerce has announced the order. A start may look at it without asking for permission; with `look`, it is
    /// read ahead now.
    Announced {
        look: bool,
    },
    History,
    /// The store is being purged, and all its payments with it.
    Purge,
}

impl PaymentAsk {
    /// Hints and decisions carry ids, so the second of two is recognised. A start finds what the first has made. Only
    /// a shopper who asks for another way of paying must not be heard twice: the second would cancel what the first
    /// has just opened.
    pub fn repeat(&self) -> Repeat {
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

/// The result of a start.
#[derive(Debug, Serialize, Deserialize)]
pub enum Started {
    /// How things stand. With `redirect`, the page may leave for KOMOJU now.
    Show {
        snapshot: Box<Snapshot>,
        redirect: bool,
    },
    Refused(Refusal),
    /// Not yet: repeat the same start after this many milliseconds.
    Queued {
        after_ms: i64,
    },
    /// The app was never installed on this store.
    UnknownStore,
    /// The store's own object did not answer, and KV has no copy.
    CannotTell,
}

/// The result of looking at an order whose shopper has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// Kept, or not ours, or no longer unpaid: nothing more to do.
    Done,
    /// BigCommerce or the store's own object did not answer.
    TryAgain,
}

/// Everything the merchant can see of one payment.
#[derive(Debug, Serialize, Deserialize)]
pub struct History {
    pub snapshot: Snapshot,
    pub statement: Statement,
    pub condition: Condition,
    #[serde(default)]
    pub attention: Vec<Attention>,
    #[serde(default)]
    pub timeline: Vec<Entry>,
}
