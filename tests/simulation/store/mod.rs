//! BigCommerce, as far as one order sees it.
//!
//! [`state`] is what it holds, [`api`] and [`refunds`] are what the worker is told of it and may change.

mod api;
mod refunds;
mod state;

pub use state::{By, CART, Hook, Move, Refund, Store, is_final};
