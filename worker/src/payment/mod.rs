//! The core: everything that decides about one order's payment, and nothing that touches the world.
//!
//! No clock, no randomness, no network, no platform: time comes in as a number, calls go out as values. So every
//! rule about money can be tested on the host, and one function, [`machine::Machine::handle`], is the only mutator.
//!
//! Three kinds of thing are known. A *hint* is a reason to look and nothing else. A *reading* is an answer to our own
//! request. A *deed* is our mutation of the outside world, written down before it leaves. [`plan`] turns them into
//! the next step.

// Whoever adds a variant is led to every place that must know it.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod attention;
mod books;
mod by_key;
pub mod call;
pub mod condition;
pub mod decision;
pub mod deed;
pub mod delays;
pub mod failure;
pub mod hint;
mod holdings;
pub mod ids;
pub mod instructions;
mod keeping;
pub mod locale;
pub mod machine;
pub mod money;
pub mod notes;
pub mod order_status;
pub mod owed;
pub mod page;
pub mod phase;
pub mod plan;
pub mod reading;
pub mod reasons;
pub mod record;
pub mod refunds;
pub mod register;
pub mod sealed;
pub mod settings;
pub mod shop;
pub mod snapshot;
pub mod start;
pub mod state;
pub mod statement;
pub mod table;
pub mod terms;
pub mod transfers;
pub mod types;
