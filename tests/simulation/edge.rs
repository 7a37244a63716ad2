//! Who can say what of the store: its own object, or the copy at the edge.

use domain::machine::Reply;
use domain::state::shop::Shop;

#[derive(Debug, Default)]
pub struct Edge {
    /// The store as it was when that copy was made, when that was, and until when it stays so.
    pub stale: Option<(Shop, i64, i64)>,
    /// Until when there is no copy.
    pub fails_until: i64,
    /// Until when the store's own object does not answer.
    pub silent_until: i64,
    /// Alarms in a row that were not carried to their end.
    pub unfinished: u32,
}

impl Edge {
    /// From now on all goes well.
    pub fn recover(&mut self) {
        (self.stale, self.fails_until, self.silent_until) = (None, 0, 0);
    }
}

/// Whoever speaks for the store.
#[derive(Debug, Clone)]
pub enum Word {
    Owner,
    Copy(Box<Shop>),
}

/// How a run of the machine ended.
#[derive(Debug)]
pub enum Ran {
    Replied(Box<Reply>),
    Rested,
    /// What comes next is a decision, and the store's own object is silent.
    Unconfirmed,
    /// The worker died.
    Died,
}

impl Ran {
    pub fn reply(self) -> Option<Reply> {
        match self {
            Self::Replied(reply) => Some(*reply),
            Self::Rested | Self::Unconfirmed | Self::Died => None,
        }
    }
}
