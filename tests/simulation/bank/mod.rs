//! KOMOJU, as far as one order sees it: sessions, their payments, refunds, events, and idempotency.
//!
//! [`state`] is what it holds, [`api`] is what the worker is told of it, [`acts`] is what people do.

mod acts;
mod api;
mod requests;
mod show;
mod state;

pub use acts::part;
pub use state::{Bank, Event, Known, Payment, Refund};
