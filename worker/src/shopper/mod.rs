//! What the shopper meets: the start, the way to KOMOJU and back, how things stand. Everything here is public; every
//! answer is either proved by the cart's id or by a token of ours, or says nothing.

pub mod api;
pub mod journey;
pub mod page;
pub mod view;
pub mod words;
