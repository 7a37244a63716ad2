//! Why a call brought no reading.

/// Why there is no reading, grouped by what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No answer, or a 5xx: of a mutation nobody knows whether it took effect.
    Indeterminate(String),
    /// An answer that says yes and cannot be read. The same follows from it; but it is not true that nobody answered.
    Unreadable(String),
    /// Not now: too many requests, or something else is in the way (see `busy`).
    Later {
        after_ms: Option<u64>,
        /// Another request holds it, an earlier send of the same one perhaps (409, 423), or it came at a bad moment (408,
        /// 425): whoever reads of this need not look for what asks too much.
        busy: bool,
    },
    /// The token or key is no longer good.
    Unauthorized,
    /// The token lacks a scope.
    Forbidden,
    NotFound,
    /// A final no, in the other side's words.
    Refused {
        status: u16,
        code: String,
        /// The field that it names, if any.
        param: String,
        message: String,
    },
}

impl Failure {
    /// Asked too much.
    pub fn later(after_ms: Option<u64>) -> Self {
        Self::Later { after_ms, busy: false }
    }

    /// Held by another request.
    pub fn busy(after_ms: Option<u64>) -> Self {
        Self::Later { after_ms, busy: true }
    }
}
