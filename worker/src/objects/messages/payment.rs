//! What a payment's object is asked, and what it answers.

use super::Repeat;
use domain::plan::start::{Intent, Refusal, Start};
use domain::state::decision::Decided;
use domain::state::hint::Hint;
use domain::state::history::Entry;
use domain::values::attention::Attention;
use domain::values::ids::{OrderId, SessionId, StoreHash};
use domain::values::locale::Locale;
use domain::views::condition::Condition;
use domain::views::snapshot::Snapshot;
use domain::views::statement::Statement;
use serde::{Deserialize, Serialize};

/// A question, and whose payment it is about: an object cannot tell its own name when an alarm wakes it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    pub store: StoreHash,
    pub order: OrderId,
    pub ask: Ask,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Ask {
    Start(Box<Start>),
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

impl Ask {
    /// Hints and decisions bear ids, so the second is known. Only a shopper who asks for another way than the one
    /// that is open must not be heard twice: the second would end what the first has opened.
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

/// What a start came to.
#[derive(Debug, Serialize, Deserialize)]
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

/// What came of meeting an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// Kept, or none of ours: nothing more to be done.
    Done,
    /// One side did not answer.
    TryAgain,
}

/// What the merchant may read of one payment.
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
