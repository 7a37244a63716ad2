//! In which order consents came to this object. Of two that were given within one second of BigCommerce's clock, the
//! one whose code came later is the younger.

use std::cell::Cell;

/// Gives every consent a moment of its own, later than all before it.
#[derive(Debug, Default)]
pub struct Consents(Cell<i64>);

impl Consents {
    pub fn next(&self, now_ms: i64) -> i64 {
        let next = now_ms.max(self.0.get() + 1);
        self.0.set(next);
        next
    }
}
