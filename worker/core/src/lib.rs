//! The core: everything that decides about one order's payment, and nothing that touches the world.
//!
//! No clock, no randomness, no network, no platform. Time comes in as a number, and calls go out as values, so every
//! rule about money is tested on the host. [`machine::Machine`] is the only thing that changes a payment's state.
//!
//! Three kinds of thing are known. A *hint* (a webhook, a return, a click) is a reason to look and nothing else. A
//! *reading* is an answer to our own request. A *deed* is our mutation of the outside world, written down before it
//! leaves. [`plan`] turns them into the next step:
//!
//! ```text
//! hint     ─┐
//! reading  ─┼─ state ── plan ── step ── call ── answer ─┐
//! deed     ─┘                                           │
//!    ▲                                                  │
//!    └──────────────────────────────────────────────────┘
//! ```
//!
//! Where to begin reading: [`machine::Machine`] for the whole life of one payment, [`state`] for what is known,
//! [`plan`] for what is done about it. [`wire`] turns calls into HTTP by [`komoju`] and [`bigcommerce`]. What people
//! see of it is in [`views`].

// Nobody matches our own enums by `_`: the compiler then leads whoever adds a variant to every place that must know
// it.
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
pub mod texts;
pub mod time;
pub mod url;
pub mod values;
pub mod views;
pub mod wire;
