//! [`Komoju`]: all state behind one lock. Events are handed to the post office before it is let go, so they leave in the
//! order in which things happened.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;

use super::webhooks;
use super::world::World;
use crate::env::Env;

/// KOMOJU, as tests drive it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Komoju {
    pub(super) env: Env,
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

    /// Works on the state, alone, then posts what happened.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut world);
        for event in std::mem::take(&mut world.outbox) {
            if let Some(merchant) = world.merchant(&event.merchant) {
                webhooks::tell(&self.env.delivery, merchant, &event);
            }
        }
        result
    }

    pub(super) fn processing(&self, merchant: &str) -> Duration {
        self.with(|world| world.merchant(merchant).map(|merchant| merchant.processing)).unwrap_or_default()
    }

    /// KOMOJU's front rejects every request that contains the word "localhost". The sandbox's own places are exempt.
    pub(super) fn mentions_localhost(&self, body: &[u8]) -> bool {
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
