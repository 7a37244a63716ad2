//! KOMOJU's protocol, pure: requests are built, answers parsed, signatures checked. Nothing here decides anything.
//! API version 2025-01-28. <https://doc.komoju.com/reference>
//!
//! What a stranger must know about KOMOJU:
//!
//! - A *session* is the hosted page that one attempt sends the shopper to. It holds payments, and shows one of them.
//! - A *payment* is one try to pay. Its status `authorized` means "a code waits for cash" for konbini and other cash
//!   types, and "money is reserved" for cards with manual capture.
//! - Amounts are integers in minor units of the payment's currency (0 decimals for JPY, KRW and VND, 2 for the rest).
//!   With FX, the payment's currency is another than the session's.
//! - Every POST carries an idempotency key, which KOMOJU keeps for 24 hours.

pub mod events;
pub mod methods;
pub mod payment;
pub mod refund;
pub mod request;
pub mod session;
pub mod webhook;
