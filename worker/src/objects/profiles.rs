//! Where a store's profile (settings, sealed keys, storefronts) comes from: the copy in KV, or its owner, the
//! StoreObject.
//!
//! KV is a cache. Its copy may be a minute old or more, or not to be had at all, and neither may matter:
//! - If the copy is missing, unreadable, or leads to a refusal (a bad signature, a 401), the owner is asked once,
//!   within a rate limit, before anything is refused. Not being able to ask is never taken as a no.
//! - Whatever moves money, ships or ends an order is decided on the owner's own word ([`owner`]), asked in the same
//!   turn. If the owner cannot be reached, the decision waits.

use super::store_client::StoreClient;
use crate::bindings::{Kv, allows};
use crate::log;
use crate::problem::Problem;
use crate::profile::{Profile, key};
use crate::stop::Stop;
use domain::json::read;
use domain::values::ids::StoreHash;
use std::cell::RefCell;
use worker::Env;

/// Rate-limit binding for asking the StoreObject on behalf of requests that anybody may send.
const REFRESH_LIMIT: &str = "PROFILE_REFRESH_LIMIT";

/// Why there is no profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// There is no such store: the owner says so, or KV, which would know it.
    NeverInstalled,
    /// The owner did not answer, or may not be asked again yet. It says nothing about the store.
    CannotTell,
}

impl Absent {
    /// The HTTP answer to whoever named the store.
    pub fn problem(self) -> Problem {
        match self {
            Self::NeverInstalled => {
                Problem::new(404, "unknown_store", "The app is not installed on this store", "No such store.")
            }
            Self::CannotTell => Problem::try_again(),
        }
    }
}

impl From<Absent> for Stop {
    fn from(absent: Absent) -> Self {
        Self::Problem(absent.problem())
    }
}

/// A profile, or why there is none. The outer `worker::Result` of the functions below is for failures of the
/// platform.
pub type Lookup = std::result::Result<Profile, Absent>;

/// Why the copy in KV may be out of date. Each reason has a rate limit of its own, so that a flood of one does not
/// block the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// A KOMOJU webhook was signed with none of the secrets in the copy.
    Webhook,
    /// A BigCommerce hook carried another secret than the copy's.
    Hook,
    /// A page is on none of the sites in the copy.
    Origin,
    /// BigCommerce refused the token in the copy.
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

/// The store's profile from KV, or from the StoreObject if KV has none or fails. This has no rate limit: anybody
/// could use a limit up, and so hide the store from its shoppers. For a store that does not exist, the StoreObject
/// writes nothing.
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

/// The profile of a store that a stranger may have named. Every store has its copy in KV before a storefront or a
/// webhook can name it, so if KV says that there is no copy, there is no store, and no object is created to confirm
/// that. If KV fails, or its copy cannot be read, the owner is asked.
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

/// Asks the StoreObject itself because the copy has led to a refusal, as often as the rate limit allows.
pub async fn refresh(env: &Env, store: &StoreHash, doubt: Doubt) -> worker::Result<Lookup> {
    let key = [store.as_str(), ":", doubt.key()].concat();
    match allows(env, REFRESH_LIMIT, &key).await {
        true => ask(env, store).await,
        false => Ok(Err(Absent::CannotTell)),
    }
}

/// The store as its owner has it now. Everything that moves money, ships, ends an order or hands out a payment page
/// is decided on this, never on the copy in KV. `CannotTell`: two seconds of silence; wait, and ask again.
pub async fn owner(env: &Env, store: &StoreHash) -> Lookup {
    let asked = async { StoreClient::new(env, store)?.profile_soon().await };
    lookup(asked.await, store)
}

thread_local! {
    /// The copies read lately, the oldest first, each with what it says: the same store's messages come one after the
    /// other, and reading costs more than comparing.
    static READ: RefCell<Vec<(String, Profile)>> = const { RefCell::new(Vec::new()) };
}

/// How many of them an isolate remembers.
const REMEMBERED: usize = 16;

/// Reads the copy. None: another build wrote it in a form that this one cannot read, which counts as no copy.
fn parse(copy: &str) -> Option<Profile> {
    READ.with_borrow_mut(|all| {
        if let Some((_, known)) = all.iter().find(|(text, _)| text == copy) {
            return Some(known.clone());
        }
        let profile: Profile = read(copy).ok()?;
        if all.len() >= REMEMBERED {
            all.remove(0);
        }
        all.push((copy.to_owned(), profile.clone()));
        Some(profile)
    })
}

/// Asks the StoreObject, however long it takes.
async fn ask(env: &Env, store: &StoreHash) -> worker::Result<Lookup> {
    Ok(lookup(StoreClient::new(env, store)?.profile().await, store))
}

/// Silence is `CannotTell`; only the owner's own word is `NeverInstalled`.
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
