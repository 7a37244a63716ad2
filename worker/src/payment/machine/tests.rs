//! What the machine does as a whole, rule by rule.

mod before_us;
mod lean_session;
mod partly_unread;
mod worst_first;
