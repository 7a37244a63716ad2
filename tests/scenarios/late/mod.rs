//! What comes late, or should not come at all.

mod another_shops_payment;
mod keys_replaced;
mod refunded_before_it_was_seen;
