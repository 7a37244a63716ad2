//! The ground: ids, money, statuses, languages and other small values that everything above is made of.

pub mod attention;
pub mod by_key;
pub mod ids;
pub mod instructions;
pub mod locale;
pub mod money;
pub mod name;
pub mod order_status;
pub mod owed;
pub mod page;
pub mod payment_types;
pub mod phase;
pub mod sealed;
