//! Where a store's profile comes from: the copy in KV, or its owner.
//!
//! KV is a cache. The copy can be a minute old, or not to be had at all, and neither must matter:
//! * On a miss, an error of KV, a bad signature or a 401 the owner is asked once (rate-limited) before anything is
//!   refused. Not being able to ask is never read as a no.
//! * What moves money, ships or ends an order is decided on the owner's own word ([`owner`]), in the same turn. An
//!   owner who cannot be reached means waiting.

use super::store_client::StoreClient;
use crate::bindings::{Kv, allows};
use crate::log;
use crate::problem::Problem;
use crate::profile::{Profile, key};
use domain::json::read;
use domain::values::ids::StoreHash;
use worker::Env;

/// Rate limit on asking StoreObject on behalf of requests that may be anyone's.
const REFRESH_LIMIT: &str = "PROFILE_REFRESH_LIMIT";

/// Why a store's profile is not at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The owner says so.
    NeverInstalled,
    /// The owner did not answer, or may not be asked again yet: says nothing about the store.
    CannotTell,
}

impl Absent {
    /// What whoever named the store is told.
    pub fn problem(self) -> Problem {
        match self {
            Self::NeverInstalled => {
                Problem::new(404, "unknown_store", "The app is not installed on this store", "No such store.")
            }
            Self::CannotTell => Problem::try_again(),
        }
    }
}

pub type Lookup = std::result::Result<Profile, Absent>;

/// What makes the copy in KV doubtful. Each has a limit of its own, so that whoever exhausts one of them leaves the
/// others be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// A KOMOJU webhook was signed with none of the secrets.
    Webhook,
    /// A BigCommerce hook carries another secret.
    Hook,
    /// A page is on none of the store's sites.
    Origin,
    /// BigCommerce refused the token.
    Token,
}

impl Doubt {
    fn key(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Hook => "hook",
            Self::Origin => "origin",
            Self::Token => "token",
        }
    }
}

/// The store's profile. Asks StoreObject where KV has none or fails, and unlimited: a limit here could be used up by anyone
/// and would hide the store. Of a store that never was, StoreObject writes nothing.
pub async fn load(env: &Env, store: &StoreHash) -> worker::Result<Lookup> {
    let copy = async { Kv::of(env)?.text(&key(store)).await };
    let copy = copy.await.unwrap_or_else(|error| {
        log::warn("profile", "kv_failed", &[("store", store.as_str()), ("error", &error.to_string())]);
        None
    });
    match copy.as_deref().and_then(parse) {
        Some(profile) => Ok(Ok(profile)),
        None => ask(env, store).await,
    }
}

/// The profile of a store that somebody names who may be a stranger. Every store has its copy in KV before a storefront
/// or a webhook can name it; where KV says that there is none, there is no store, and no object is made to say so. Where
/// KV says nothing, or nothing that can be read, the owner is asked.
pub async fn named(env: &Env, store: &StoreHash) -> worker::Result<Lookup> {
    let asked = async { Kv::of(env)?.text(&key(store)).await };
    match asked.await {
        Ok(None) => Ok(Err(Absent::NeverInstalled)),
        Ok(Some(copy)) => match parse(&copy) {
            Some(profile) => Ok(Ok(profile)),
            None => ask(env, store).await,
        },
        Err(_) => ask(env, store).await,
    }
}

/// Asks StoreObject itself, for when the copy was refused by someone, as often as the rate limit allows.
pub async fn refresh(env: &Env, store: &StoreHash, doubt: Doubt) -> worker::Result<Lookup> {
    let key = [store.as_str(), ":", doubt.key()].concat();
    match allows(env, REFRESH_LIMIT, &key).await {
        true => ask(env, store).await,
        false => Ok(Err(Absent::CannotTell)),
    }
}

/// The store as its owner has it now. Whatever moves money, ships, ends an order or hands out a payment page is decided
/// on this, never on the copy in KV. `CannotTell` after two seconds of silence: wait, and ask again.
pub async fn owner(env: &Env, store: &StoreHash) -> Lookup {
    let asked = async { StoreClient::new(env, store)?.profile_soon().await };
    lookup(asked.await, store)
}

/// A copy that another build wrote and this one cannot read is as good as none.
fn parse(copy: &str) -> Option<Profile> {
    read(copy).ok()
}

async fn ask(env: &Env, store: &StoreHash) -> worker::Result<Lookup> {
    Ok(lookup(StoreClient::new(env, store)?.profile().await, store))
}

fn lookup(asked: worker::Result<Option<Profile>>, store: &StoreHash) -> Lookup {
    asked.map_or_else(
        |error| {
            log::warn("profile", "store_silent", &[("store", store.as_str()), ("error", &error.to_string())]);
            Err(Absent::CannotTell)
        },
        |found| found.ok_or(Absent::NeverInstalled),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_another_build_wrote_is_no_copy() {
        for copy in ["", "null", "{}", r#"{"version":1,"store":"q7w8e9","connected":true}"#] {
            assert_eq!(parse(copy), None, "{copy}");
        }
    }
}
