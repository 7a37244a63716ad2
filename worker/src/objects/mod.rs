//! The Durable Objects: they tie the pure core (`domain`) to the platform. `payment` drives one order's machine;
//! `store` owns one store's installation and ledger.
//!
//! Everybody else talks to them through `payment_client` and `store_client`. The questions and answers are defined in
//! `messages`, which knows neither side. `profiles` finds a store's settings: in the copy in KV, or by asking
//! `store`.

mod alarm;
mod beside;
pub mod messages;
pub mod payment;
pub mod payment_client;
pub mod profiles;
mod sql;
pub mod store;
pub mod store_client;
pub mod strays;
mod stub;
pub mod turn;
