//! The real machine and the real protocol code against models of BigCommerce and KOMOJU, on the host, in made-up time.
//!
//! What is shuffled: every hint may be lost, doubled, late or early; every call may be refused, delayed, cut before or
//! after its effect; the worker may crash at any commit or call. What must hold is written down once, in
//! [`quiet`](hints::quiet): what the world looks like when nothing happens any more.

mod bank;
mod driver;
mod hints;
mod store;
