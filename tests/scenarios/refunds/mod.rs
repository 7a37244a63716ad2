//! Money that goes back, from either side: each refund has exactly one counterpart, whatever is lost, late or refused.

mod across_currencies;
mod by_hand_on_both_sides;
mod cash;
mod confirmed_in_the_panel;
mod decided_twice;
mod made_at_komoju;
mod made_in_bigcommerce;
mod more_than_was_paid;
mod refused_by_bigcommerce;
mod refused_by_komoju;
mod transfers;
mod unanswered;
mod unsettled_in_the_panel;
