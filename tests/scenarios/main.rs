//! Behaviour of the worker as other programs meet it: BigCommerce, KOMOJU, and whoever else sends it requests.

mod alive;
mod captured_as_asked;
mod captured_otherwise;
mod konbini;
mod order_moved_by_hand;
mod paid_by_card;
mod status_after_the_milestone;
