//! What the machine does as a whole, rule by rule.

mod worst_first;
