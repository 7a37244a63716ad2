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

pub mod bigcommerce;
pub mod hash;
pub mod http;
pub mod json;
pub mod komoju;
pub mod machine;
pub mod plan;
pub mod refunds;
pub mod secret;
pub mod state;
pub mod time;
pub mod url;
pub mod values;
pub mod views;
pub mod wire;
