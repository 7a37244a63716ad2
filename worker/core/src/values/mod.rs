//! Small values that everything else is made of: ids, money, statuses, languages, payment types. They import nothing
//! of the core but JSON.

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
