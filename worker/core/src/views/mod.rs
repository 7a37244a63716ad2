//! What people may see of a payment: what the merchant must look at and why, the pages of the merchant and of the
//! shopper, the lines in the staff notes. A view reads the state and changes nothing, except what somebody has seen
//! or dismissed.

pub mod condition;
pub mod keeping;
pub mod notes;
pub mod reasons;
pub mod snapshot;
pub mod statement;
