//! KOMOJU, played strictly: the API, the hosted pages, the dashboard, the webhooks.
//!
//! [`Komoju`] is the handle for tests: it makes merchants, plays the shopper and the merchant, and looks at what is
//! there.
//!
//! ```no_run
//! # async fn example(sandbox: sandbox::Sandbox) -> Result<(), sandbox::komoju::ApiError> {
//! use sandbox::komoju::{EVENTS, MerchantSpec, Outcome};
//! let komoju = &sandbox.komoju;
//! let merchant = komoju.create_merchant(MerchantSpec { fee: 190, ..MerchantSpec::default() });
//! komoju.set_webhook(&merchant.id, "http://app.localhost:8787/webhooks/komoju/abc", "secret", &EVENTS)?;
//! // … the worker makes a session with merchant.secret_key_test …
//! let session = komoju.sessions(&merchant.id).remove(0);
//! let payment = komoju.pay_konbini(&session.id, "lawson")?;
//! komoju.capture(&payment)?; // paid at the till
//! # Ok(()) }
//! ```

mod api;
mod card;
mod clock;
mod error;
mod handle;
mod idempotency;
mod method;
mod model;
mod money;
mod pages;
mod paying;
mod paying_back;
mod platform;
mod random;
mod render;
mod rules;
mod webhooks;
mod world;

#[cfg(test)]
mod tests;

use axum::Router;

pub use self::card::{CARDS, CHALLENGE_PASSWORD};
pub use self::error::ApiError;
pub use self::handle::MerchantSpec;
pub use self::method::{Kind, METHODS, Method, STORES};
pub use self::model::{
    BankAccount, Capture, Details, Endpoint, Event, Livemode, Locale, Merchant, Mood, Offer, Payment,
    PaymentStatus, Refund, RefundRequest, RequestStatus, Session, SessionStatus, ShownType, Transfers,
};
pub use self::money::{Currency, Rate};
pub use self::paying::{Outcome, Payer, WalletAnswer};
pub use self::platform::Komoju;
pub use self::webhooks::{EVENTS, sign};

impl Komoju {
    /// The API, relative to `/komoju/api/v1`.
    pub fn api(&self) -> Router {
        api::router(self)
    }

    /// What `pay.localhost` serves: hosted pages, instructions, the dashboard.
    pub fn pages(&self) -> Router {
        pages::router(self)
    }
}
