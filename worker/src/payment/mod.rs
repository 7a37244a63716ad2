//! The core: everything that decides about one order's payment, and nothing that touches the world.
//!
//! No clock, no randomness, no network, no platform: time comes in as a number, calls go out as values. So every
//! rule about money can be tested on the host, and one function, `Machine::handle`, is the only mutator.

pub mod ids;
pub mod settings;
