//! Bad input, and what it gets: each a clear answer of its own, and nothing is changed that should not be.
//!
//! A sender that must not come again is answered 2xx; one that is not who it says it is, 4xx; 5xx stands only where
//! trying again can help.

mod amounts;
mod error_texts;
mod foreign_pages;
mod forged_payloads;
mod forged_tokens;
mod hooks;
mod markup;
mod misconfigured;
mod pages_for_people;
mod starts;
mod strange_returns;
mod webhooks;
