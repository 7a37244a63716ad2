//! What a run of the machine goes by: the store, its configuration, the time.
//!
//! A surroundings read from the copy in KV is good enough to look. To move money, to ship or to end an order, it must come
//! from the store's own object, in the same turn: otherwise a merchant who has just switched automatic capture off
//! would see one more capture.

use super::object::{PaymentObject, Whose};
use crate::config::Config;
use crate::context::now_ms;
use crate::objects::profiles::{self, Absent};
use crate::profile::Profile;
use domain::machine::{Input, Surroundings};
use domain::state::delays::Delays;
use domain::state::shop::Shop;
use std::cell::Cell;
use std::rc::Rc;
use worker::Result;

/// If slow remote sides have drawn a turn out beyond this, in ms, the store's own object is asked again before the
/// turn goes on.
const CONFIRMED_FOR_MS: i64 = 10_000;

/// Everything one run of the machine needs, gathered before it begins.
pub struct RunSurroundings {
    pub config: Rc<Config>,
    pub profile: Profile,
    pub shop: Shop,
    pub delays: Delays,
    /// When the store's own object confirmed it, in ms since the epoch. None: from the copy in KV, by which nothing
    /// is decided.
    pub confirmed_at: Option<i64>,
    /// Calls to BigCommerce need no slot: the owner says so, and no answer of this run has said otherwise.
    pub quota_is_free: Cell<bool>,
}

impl RunSurroundings {
    /// True if the confirmation is too old to decide by.
    pub fn has_aged(&self) -> bool {
        self.confirmed_at.is_some_and(|at| now_ms() - at >= CONFIRMED_FOR_MS)
    }

    /// The surroundings for one call of the machine, with the time as it is now.
    pub fn now(&self) -> Surroundings<'_> {
        Surroundings { shop: &self.shop, delays: self.delays, at: now_ms() }
    }
}

impl PaymentObject {
    /// The store by the copy in KV: good for looking, never for deciding. Inner error: the profile is not to be had.
    pub(super) async fn surroundings(
        &self,
        whose: &Whose,
    ) -> Result<std::result::Result<RunSurroundings, Absent>> {
        let profile = profiles::load(&self.env, &whose.store).await?;
        self.set(whose, profile, None)
    }

    /// The store as its own object has it now. `CannotTell` after two seconds of silence.
    pub(super) async fn confirmed(
        &self,
        whose: &Whose,
    ) -> Result<std::result::Result<RunSurroundings, Absent>> {
        let profile = profiles::owner(&self.env, &whose.store).await;
        self.set(whose, profile, Some(now_ms()))
    }

    /// Makes a surroundings from a profile.
    pub(super) fn set(
        &self,
        whose: &Whose,
        profile: profiles::Lookup,
        confirmed_at: Option<i64>,
    ) -> Result<std::result::Result<RunSurroundings, Absent>> {
        let config = self.config()?;
        let delays = Delays::scaled(config.time_scale);
        Ok(profile.map(|profile| {
            let shop = Shop { confirmed: confirmed_at.is_some(), ..profile.shop(whose.order) };
            let quota_is_free = Cell::new(profile.quota_is_free);
            RunSurroundings { shop, config, profile, delays, confirmed_at, quota_is_free }
        }))
    }

    /// Hands an input to the machine, with the surroundings of this run.
    pub(super) fn handle(&self, input: Input, surroundings: &RunSurroundings) -> Result<()> {
        self.with(|machine| machine.handle(input, surroundings.now()))
    }
}
