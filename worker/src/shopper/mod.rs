//! Everything that the shopper meets: the start, the way to KOMOJU and back, how the payment stands. All of it is
//! public. An answer that says anything about an order needs the cart's id or a token of ours as proof.

pub mod api;
pub mod card;
pub mod journey;
pub mod line;
pub mod page;
pub mod view;
pub mod voucher;
pub mod way_back;
pub mod whose;
pub mod words;
