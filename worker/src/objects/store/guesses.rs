//! How much of what is guessed of an order is judged (`shopper/way_back.rs`).
//!
//! An e-mail address and a phone number or postal code can be guessed, or are known to others. So what was wrong is
//! counted, exactly and for an hour, in the tables of the store, which are there anyway: a number that is no order
//! costs no database of its own. Both limits are the same for orders and for numbers that are none:
//!
//! | what was wrong within an hour | limit | why |
//! |---|---|---|
//! | with one e-mail address, at one order | 3 | a shopper who mistypes needs no more |
//! | with one e-mail address, at all orders | 20 | who knows one person's address and postal code must not try every number |
//!
//! They go by the address that was entered, from whatever network: nobody is stopped by what others enter who do not know
//! their address, and many networks guess no faster than one. How often a network may ask at all, and how often
//! BigCommerce is asked, is bounded before this (`shopper/way_back.rs`, `door.rs`). Who knows a shopper's address can shut
//! them out of this way for an hour, and out of nothing else: the confirmation page, the link that the merchant sends and
//! a browser that has been let in are not asked for any of this.
//!
//! A count is taken before anything is judged, and given back if it was right or could not be judged. So of many at
//! once no more are judged than one after the other. Kept are the number that was asked for, a moment, and a keyed
//! hash of the address.

use super::object::StoreObject;
use super::records::{Records, integer};
use crate::config::Config;
use crate::context::now_ms;
use crate::objects::messages::store::Admission;
use crate::objects::sql::row;
use domain::state::delays::Delays;
use domain::values::ids::OrderId;
use worker::{Result, SqlStorageValue};

/// When the last count was taken that reaches one of the two limits of this file's head. NULL: neither is reached.
const SHUT_OUT: &str = "SELECT max(at_ms) FROM (\
     SELECT * FROM (SELECT at_ms FROM guess WHERE order_id = ?1 AND who = ?2 AND at_ms > ?3 \
         ORDER BY n DESC LIMIT 1 OFFSET 2) UNION ALL \
     SELECT * FROM (SELECT at_ms FROM guess WHERE who = ?2 AND at_ms > ?3 ORDER BY n DESC LIMIT 1 OFFSET 19))";
const COUNT: &str = "INSERT INTO guess (order_id, who, at_ms) VALUES (?1, ?2, ?3)";
const TAKE_BACK: &str =
    "DELETE FROM guess WHERE n = (SELECT max(n) FROM guess WHERE order_id = ?1 AND who = ?2)";
/// What is older than an hour, and the oldest beyond 4,000: more than BigCommerce is asked for within an hour.
const FORGET: &str = "DELETE FROM guess WHERE at_ms <= ?1 OR n <= (SELECT max(n) FROM guess) - 4000";

impl Records {
    /// Drops what no longer counts.
    pub fn forget_guesses(&self, until_ms: i64) -> Result<()> {
        self.sql().exec(FORGET, vec![until_ms.into()]).map(drop)
    }
}

impl StoreObject {
    /// Counts a guess at this order, or takes the count back: see `StoreClient::guess`. No await, so two at once are
    /// counted one after the other.
    pub(super) fn guess(&self, order: OrderId, who: &str, right: Option<bool>) -> Result<Option<u64>> {
        let config = self.config()?;
        let mut door = self.door.borrow_mut();
        let mut values: Vec<SqlStorageValue> = vec![integer(order.get())?, who.into()];
        if let Some(right) = right {
            if right {
                door.guessed_right();
            }
            return self.records.sql().exec(TAKE_BACK, values).map(|_| None);
        }
        let (now, since) = (now_ms(), self.guesses_count_from(&config));
        values.push(since.into());
        let shut_out = row(self.records.sql(), SHUT_OUT, values.clone())?.optional_number()?;
        let wait = match shut_out {
            Some(at) => Some(at - since),
            None => match door.ask_to_guess(order.get(), now.saturating_mul(config.scale())) {
                Admission::Wait(ms) => Some(ms / config.scale()),
                Admission::Come | Admission::Unproved | Admission::NotOurs => None,
            },
        };
        if let Some(ms) = wait {
            return Ok(Some(u64::try_from(ms).unwrap_or(0).max(1)));
        }
        self.records.forget_guesses(since)?;
        values[2] = now.into();
        self.records.sql().exec(COUNT, values).map(|_| None)
    }

    /// What was counted at this moment (ms since the epoch) or earlier no longer counts.
    pub(super) fn guesses_count_from(&self, config: &Config) -> i64 {
        now_ms() - Delays::scaled(config.time_scale).guess_limit()
    }
}
