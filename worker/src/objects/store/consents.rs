//! In which order consents arrived at this object. BigCommerce's clock has whole seconds; of two consents given
//! within one second, the one whose code arrived later is the younger.

use std::cell::Cell;

/// Gives each consent a moment of its own (ms since the epoch), later than every one before it, even if our clock is
/// set back.
#[derive(Debug, Default)]
pub struct Consents(Cell<i64>);

impl Consents {
    /// The moment of the next consent.
    pub fn next(&self, now_ms: i64) -> i64 {
        let next = now_ms.max(self.0.get() + 1);
        self.0.set(next);
        next
    }
}
