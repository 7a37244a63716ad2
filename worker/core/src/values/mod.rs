//! Small values that everything else is made of: ids, money, statuses, payment types. They import nothing of the core but
//! its sentences, JSON and hashes.

pub mod attention;
pub mod by_key;
pub mod contact;
pub mod ids;
pub mod instructions;
pub mod money;
pub mod name;
pub mod order_status;
pub mod owed;
pub mod page;
pub mod payment_types;
pub mod phase;
pub mod sealed;
