//! Nothing ships on a wrong amount.

mod edited_after_payment;
mod edited_before_payment;
mod fees;
mod shown;
mod store_credit;
mod undecided;
