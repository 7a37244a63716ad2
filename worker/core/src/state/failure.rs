//! Why a call brought no reading.

/// Why a call brought no reading, grouped by what we can do about it: retry, retry later, tell the merchant, give up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No answer, or a 5xx. If the call was to change something, nobody knows whether it did.
    Indeterminate(String),
    /// The answer says yes, but we cannot read it. We treat it like [`Self::Indeterminate`], but must not tell
    /// anybody that the other side does not answer.
    Unreadable(String),
    /// Not now. Retry, at the earliest after `after_ms` if the other side says that.
    Later {
        after_ms: Option<u64>,
        /// False: we ask too often (429). True: another request is in the way, perhaps an earlier send of the same
        /// one (409, 423), or it came at a bad moment (408, 425). Then nobody need look for what asks too often.
        busy: bool,
    },
    /// The token or secret key is no longer accepted.
    Unauthorized,
    /// The token lacks a scope.
    Forbidden,
    NotFound,
    /// A final no, in the other side's words.
    Refused {
        /// The HTTP status; 0 if the verdict is ours.
        status: u16,
        code: String,
        /// The field that it names; empty if none.
        param: String,
        message: String,
    },
}

impl Failure {
    /// We ask too often (429).
    pub fn later(after_ms: Option<u64>) -> Self {
        Self::Later { after_ms, busy: false }
    }

    /// Another request is in the way.
    pub fn busy(after_ms: Option<u64>) -> Self {
        Self::Later { after_ms, busy: true }
    }
}
