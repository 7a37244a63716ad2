//! The Durable Objects, which tie the pure parts to the platform: `payment` drives one order's machine, `store` owns
//! one store's installation and ledger. `store_client` is how everybody else talks to the latter.

pub mod store;
pub mod store_client;
