//! Who may have BigCommerce asked about this order while nothing is known of it. The store's object counts
//! (`store/door.rs`); here it is asked, and told what a look has shown.

use super::object::{PaymentObject, Whose};
use crate::bindings::allows;
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::payment::Started;
use crate::objects::messages::store::Entry;
use crate::objects::store_client::StoreClient;
use crate::request::network_of;
use domain::machine::{Machine, Reply};
use domain::plan::start::{Looked, Proof, Refusal, Start, cart_hash};
use domain::state::delays::Delays;
use domain::values::ids::CartId;
use std::cell::Cell;
use worker::Result;
use worker::wasm_bindgen_futures::spawn_local;

/// A fence per location before the store's object: starts of orders that nothing is known of.
const UNKNOWN_LIMIT: &str = "START_LIMIT_UNKNOWN";
/// A far lower one, for while the store's object is silent and cannot count.
const SILENT_LIMIT: &str = "PROFILE_REFRESH_LIMIT";
/// When a start is to be made again that one of these has held up.
const FENCED_MS: i64 = 2_000;
/// When a start is to be made again that waits for the store's object, or for one of the two sides.
pub(super) const AGAIN_MS: i64 = 3_000;

/// What is known of a proof without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Right,
    Wrong,
    Nothing,
}

/// Counts one who is about to look, for as long as it is held.
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
    pub(super) fn knowledge(&self, proof: &Proof) -> Result<Known> {
        let hash = self.with(|machine| machine.state().head.cart_hash.clone())?;
        Ok(match (proof, hash) {
            (Proof::Link, _) => Known::Right,
            (Proof::Nothing, _) => Known::Wrong,
            (Proof::Cart(_), None) => Known::Nothing,
            (Proof::Cart(cart), Some(hash)) if cart_hash(cart) == hash => Known::Right,
            (Proof::Cart(_), Some(_)) => Known::Wrong,
        })
    }

    /// What a start is told that would have to look at an order of which nothing is known, and may not just now.
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
            false => Entry::Wait(FENCED_MS),
        };
        Ok(match entry {
            Entry::Come => None,
            Entry::Wait(after_ms) => {
                self.turned_away_until.set(now_ms() + after_ms);
                Some(Started::Queued { after_ms })
            }
            Entry::Unproved => Some(Started::Refused(Refusal::WrongProof)),
            Entry::NotOurs => Some(Started::Refused(Refusal::NotOurs)),
        })
    }

    /// A silent store's object must not stop its shoppers; but nobody counts then, so few may look.
    async fn knock(&self, whose: &Whose, cart: &CartId, address: &str) -> Entry {
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
                    true => Entry::Come,
                    false => Entry::Wait(AGAIN_MS),
                }
            }
        }
    }

    /// Whoever comes while this is held joins the look.
    pub(super) fn looks_first(&self, proof: &Proof) -> Result<Option<Looking<'_>>> {
        Ok((self.knowledge(proof)? == Known::Nothing).then(|| Looking::new(&self.looking)))
    }

    pub(super) fn was_just_announced(&self, delays: Delays) -> bool {
        self.announced.get().is_some_and(|at| now_ms() - at < delays.start_limit())
    }

    /// Tells the store's object what a start's look has shown.
    pub(super) fn report(&self, whose: &Whose, reply: &Reply) {
        let wrong = matches!(reply, Reply::Refuse(Refusal::WrongProof | Refusal::OrderNotFound));
        self.tell_looked(whose, !wrong);
    }

    /// Nobody waits for that, a shopper least of all.
    pub(super) fn tell_looked(&self, whose: &Whose, right: bool) {
        let Ok(Some(looked)) = self.with(Machine::take_looked) else { return };
        // Of what was announced a 404 says only that BigCommerce is slow.
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
