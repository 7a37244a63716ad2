//! Who may make us ask BigCommerce about this order while nothing is known of it.
//!
//! Anybody can post order numbers, and each first look costs a call from the quota that all apps of the store share.
//! The store's object keeps the count for all of its orders (`store/door.rs`). This module asks it for permission,
//! and reports what the look has shown.
//!
//! ```text
//! shopper with a cart id, nothing known  -> fence per location -> store's object -> look -> report
//! same number again, a second later      -> joins the look under way, asks nobody
//! wrong cart id after the first look     -> refused without a call: by the stored hash, or, if the order is not ours
//!                                           to keep, by what the store's object remembers of the look
//! ```

use super::object::{PaymentObject, Whose};
use crate::bindings::allows;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::payment::Started;
use crate::objects::messages::store::Admission;
use crate::objects::store_client::StoreClient;
use crate::request::network_of;
use domain::machine::{Machine, Reply};
use domain::plan::start::{Looked, Proof, Refusal, Start, cart_hash};
use domain::state::delays::Delays;
use domain::values::ids::CartId;
use std::cell::Cell;
use worker::Result;
use worker::wasm_bindgen_futures::spawn_local;

/// Rate-limit binding, per Cloudflare location, in front of the store's object: starts of orders that we know nothing
/// about.
const UNKNOWN_LIMIT: &str = "START_LIMIT_UNKNOWN";
/// A much lower limit, used while the store's object does not answer and so nobody counts exactly.
const SILENT_LIMIT: &str = "PROFILE_REFRESH_LIMIT";
/// How long the shopper's page waits before it repeats a start that the fence has held up, in ms.
const FENCED_MS: i64 = 2_000;
/// How long the shopper's page waits before it repeats a start that is waiting for the store's object, BigCommerce or
/// KOMOJU, in ms.
pub(super) const AGAIN_MS: i64 = 3_000;

/// What we can say about the shopper's proof without a look at BigCommerce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The proof matches the stored hash of the order's cart id, or is a link that we signed.
    Right,
    /// It does not match, or there is no proof.
    Wrong,
    /// The order has not been read yet, so there is nothing to compare with.
    Nothing,
}

/// Counts one caller that is about to look at the order for the first time, for as long as it is held.
pub struct Looking<'a>(&'a Cell<u32>);

impl<'a> Looking<'a> {
    pub fn new(count: &'a Cell<u32>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl PaymentObject {
    /// Compares the shopper's proof with the hash of the cart id kept from the first reading.
    pub(super) fn knowledge(&self, proof: &Proof) -> Result<Known> {
        let hash = self.with(|machine| machine.state().head.cart_hash.clone())?;
        Ok(match (proof, hash) {
            (Proof::Link | Proof::Opened, _) => Known::Right,
            (Proof::Nothing, _) => Known::Wrong,
            (Proof::Cart(_), None) => Known::Nothing,
            (Proof::Cart(cart), Some(hash)) if cart_hash(cart) == hash => Known::Right,
            (Proof::Cart(_), Some(_)) => Known::Wrong,
        })
    }

    /// Asks for permission to look at an order that we know nothing about. None: go ahead. Some: the answer to give
    /// instead, either "wait and repeat" or a refusal that an earlier look has already settled. Announced orders and
    /// known proofs need no permission.
    pub(super) async fn turn_away(&self, whose: &Whose, start: &Start) -> Result<Option<Started>> {
        let Proof::Cart(cart) = &start.proof else { return Ok(None) };
        if self.announced.get().is_some() || self.knowledge(&start.proof)? != Known::Nothing {
            return Ok(None);
        }
        let wait = self.turned_away_until.get() - now_ms();
        if wait > 0 {
            return Ok(Some(Started::Queued { after_ms: wait }));
        }
        let entry = match allows(&self.env, UNKNOWN_LIMIT, whose.store.as_str()).await {
            true => self.knock(whose, cart, &start.browser.ip).await,
            false => Admission::Wait(FENCED_MS),
        };
        Ok(match entry {
            Admission::Come => None,
            Admission::Wait(after_ms) => {
                self.turned_away_until.set(now_ms() + after_ms);
                Some(Started::Queued { after_ms })
            }
            Admission::Unproved => Some(Started::Refused(Refusal::WrongProof)),
            Admission::NotOurs => Some(Started::Refused(Refusal::NotOurs)),
        })
    }

    /// Asks the store's object. If it is silent, shoppers must still get through; but then nobody counts exactly, so
    /// only a few may look.
    async fn knock(&self, whose: &Whose, cart: &CartId, address: &str) -> Admission {
        let asked = async {
            let store = StoreClient::new(&self.env, &whose.store)?;
            store.knock(whose.order, cart_hash(cart), network_of(address)).await
        };
        match asked.await {
            Ok(entry) => entry,
            Err(error) => {
                log::warn("payment", "door_silent", &[("error", &error.to_string())]);
                let key = [whose.store.as_str(), ":door"].concat();
                match allows(&self.env, SILENT_LIMIT, &key).await {
                    true => Admission::Come,
                    false => Admission::Wait(AGAIN_MS),
                }
            }
        }
    }

    /// Held while the first look runs. Starts that arrive meanwhile join that look instead of asking for permission.
    pub(super) fn looks_first(&self, proof: &Proof) -> Result<Option<Looking<'_>>> {
        Ok((self.knowledge(proof)? == Known::Nothing).then(|| Looking::new(&self.looking)))
    }

    /// True if BigCommerce announced this order less than a minute ago, so that its API may still answer 404.
    pub(super) fn was_just_announced(&self, delays: Delays) -> bool {
        self.announced.get().is_some_and(|at| now_ms() - at < delays.start_limit())
    }

    /// Reports to the store's object what the look of a start has shown, and whether it proved the asker right.
    pub(super) fn report(&self, whose: &Whose, reply: &Reply) {
        let wrong = matches!(reply, Reply::Refuse(Refusal::WrongProof | Refusal::OrderNotFound));
        self.tell_looked(whose, !wrong);
    }

    /// Sent without waiting for the answer: no shopper should wait for our bookkeeping.
    pub(super) fn tell_looked(&self, whose: &Whose, right: bool) {
        let Ok(Some(looked)) = self.with(Machine::take_looked) else { return };
        // BigCommerce announces an order before its API shows it, so a 404 for an announced order proves nothing.
        if looked == Looked::NoSuchOrder && self.announced.get().is_some() {
            return;
        }
        let (Ok(store), order) = (StoreClient::new(&self.env, &whose.store), whose.order) else { return };
        spawn_local(async move {
            if let Err(error) = store.looked(order, looked, right).await {
                log::warn("payment", "look_not_passed_on", &[("error", &error.to_string())]);
            }
        });
    }
}
