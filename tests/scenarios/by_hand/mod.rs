//! The merchant's own moves: nobody's decision is overruled.

mod cancelled_after_it_was_paid;
mod quicker_than_our_update;
mod shipped_before_it_was_paid;
