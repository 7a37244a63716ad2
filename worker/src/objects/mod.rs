//! The Durable Objects, which tie the pure parts to the platform: `payment` drives one order's machine, `store` owns
//! one store's installation and ledger.
//!
//! Everybody else talks to them through `payment_client` and `store_client`. What is said stands in `messages`, which
//! knows neither side. `profiles` answers what a store's settings are: by the copy in KV, or by asking `store`.

mod alarm;
mod beside;
mod door;
pub mod messages;
pub mod payment;
pub mod payment_client;
pub mod profiles;
mod sql;
pub mod store;
pub mod store_client;
pub mod strays;
pub mod turn;
