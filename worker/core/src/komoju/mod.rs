//! KOMOJU's protocol, pure: requests are built, answers parsed, signatures checked. Nothing here decides anything.
//! API version 2025-01-28. <https://doc.komoju.com/reference>

pub mod events;
pub mod methods;
pub mod payment;
pub mod refund;
pub mod request;
pub mod session;
pub mod webhook;
