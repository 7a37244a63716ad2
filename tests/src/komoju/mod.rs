//! KOMOJU, played strictly: the API, the hosted pages, the dashboard, the webhooks.
//!
//! [`Komoju`] is the handle for tests: it makes merchants, plays the shopper and the merchant, and looks at what is
//! there. All state sits behind one lock; events are handed to the post office before it is let go, so they leave in
//! the order in which things happened.
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
mod random;
mod render;
mod rules;
mod webhooks;
mod world;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use reqwest::Url;

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
pub use self::webhooks::{EVENTS, sign};
use self::world::World;
use crate::env::Env;

/// KOMOJU, as tests drive it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Komoju {
    env: Env,
    world: Arc<Mutex<World>>,
    /// Host names that may stand in a request although they contain "localhost".
    exempt: Arc<[String]>,
}

impl Komoju {
    #[must_use]
    pub fn new(env: Env) -> Self {
        let world = World::new(env.places.pay());
        let exempt = exempt(&env);
        Self { env, world: Arc::new(Mutex::new(world)), exempt }
    }

    /// The API, relative to `/komoju/api/v1`.
    pub fn api(&self) -> Router {
        api::router(self)
    }

    /// What `pay.localhost` serves: hosted pages, instructions, the dashboard.
    pub fn pages(&self) -> Router {
        pages::router(self)
    }

    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// Works on the state, alone, then posts what happened.
    fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut world);
        for event in std::mem::take(&mut world.outbox) {
            if let Some(merchant) = world.merchant(&event.merchant) {
                webhooks::tell(&self.env.delivery, merchant, &event);
            }
        }
        result
    }

    fn processing(&self, merchant: &str) -> Duration {
        self.with(|world| world.merchant(merchant).map(|merchant| merchant.processing)).unwrap_or_default()
    }

    /// KOMOJU's front rejects every request that contains the word "localhost". The sandbox's own places are exempt.
    fn mentions_localhost(&self, body: &[u8]) -> bool {
        let mut text = String::from_utf8_lossy(body).to_lowercase();
        for host in self.exempt.iter() {
            text = text.replace(host.as_str(), "");
        }
        text.contains("localhost")
    }
}

fn exempt(env: &Env) -> Arc<[String]> {
    let places = [env.app.url.clone(), env.places.panel(), env.places.pay(), env.places.demo_shop()];
    let hosts = places.iter().filter_map(|place| Url::parse(place).ok()?.host_str().map(str::to_owned));
    hosts.collect()
}
