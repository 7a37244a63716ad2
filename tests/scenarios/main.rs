//! Behaviour of the worker as other programs meet it: BigCommerce, KOMOJU, and whoever else sends it requests.

mod alive;
mod paid_by_card;
