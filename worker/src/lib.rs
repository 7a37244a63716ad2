//! The komoju-bigcommerce worker: entry points only. `routes` holds the URL space, `payment` the rules.

pub mod payment;
