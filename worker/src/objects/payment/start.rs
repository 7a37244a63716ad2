//! A shopper starts to pay.
//!
//! Speed matters here, and so does the merchant's latest word. So a start runs by the copy of the store in KV, while
//! the store's own object (the *owner*) is asked at the same time. The address of a payment page leaves this worker
//! only if both agree, or if the owner is silent and the copy is younger than five minutes.
//!
//! ```text
//!  0 ms  start by the copy: GET the order     | ask the owner
//! 12 ms                                       | owner answers
//! 90 ms  POST the session, wait for KOMOJU
//! 400 ms session S is made:
//!          owner agrees                        -> answer with S's address
//!          owner has other methods or accounts -> cancel S, start again by the owner's word
//!          owner disconnected                  -> cancel S, refuse
//!          owner silent, copy 30 s old         -> answer with S's address
//!          owner silent, copy 10 min old       -> keep S, answer "wait and repeat"
//! ```
//!
//! An answer that no surroundings could change (a wrong proof, no such order) does not wait for the owner.
//!
//! A crash while KOMOJU makes the session leaves an attempt without an address: it is void, and the next start makes
//! a new one. A crash after the session was stored costs nothing: the next start hands out the same session.

use super::looking::{AGAIN_MS, Known};
use super::object::{PaymentObject, Whose};
use super::run::Ran;
use super::surroundings::RunSurroundings;
use crate::context::now_ms;
use crate::objects::beside::beside;
use crate::objects::messages::payment::Started;
use crate::objects::profiles::{self, Absent};
use domain::machine::{Input, Reply};
use domain::plan::start::{Proof, Refusal, Start};
use domain::state::delays::Delays;
use std::cell::RefCell;
use std::pin::pin;
use worker::Result;

/// The longest that a queued start is told to wait, in ms.
const LONGEST_AGAIN_MS: i64 = 60_000;
/// How many starts of one order are served within a minute to a shopper who has proved to be the order's.
const STARTS_A_MINUTE: usize = 10;
/// While the store's own object is silent, a copy in KV older than this (in ms) may not hand out a payment page.
const COPY_IS_YOUNG_MS: i64 = 5 * 60_000;

impl PaymentObject {
    /// Answers one start. First it is decided whether this caller may have BigCommerce asked at all; then, with the
    /// turn, the machine runs until it replies.
    ///
    /// Errors: the rows cannot be read or written. What the shopper can be told is an `Ok`.
    pub(super) async fn start(&self, whose: &Whose, start: Start) -> Result<Started> {
        let surroundings = match self.surroundings(whose).await? {
            Ok(surroundings) => surroundings,
            Err(Absent::NeverInstalled) => return Ok(Started::UnknownStore),
            Err(Absent::CannotTell) => return Ok(Started::CannotTell),
        };
        let delays = surroundings.delays;
        // Whoever was let in by e-mail address neither uses up the shopper's starts nor fills the turn.
        let counts = start.proof != Proof::Opened;
        if !counts {
            if let Some(until) = too_often(&self.opened, delays) {
                return Ok(Started::Refused(Refusal::TooOften { until }));
            }
            self.opened.borrow_mut().push(now_ms());
        }
        // A caller that joins a look under way needs no permission of its own. If that look does not answer its
        // question, it must get permission after all, below.
        let joins = self.looking.get() > 0;
        if !joins && let Some(told) = self.turn_away(whose, &start).await? {
            return Ok(told);
        }
        let looking = self.looks_first(&start.proof)?;
        let _turn = self.take_turn().await;
        if joins && let Some(told) = self.turn_away(whose, &start).await? {
            return Ok(told);
        }
        let known = self.knowledge(&start.proof)?;
        if known == Known::Right
            && counts
            && let Some(until) = too_often(&self.starts, delays)
        {
            return Ok(Started::Refused(Refusal::TooOften { until }));
        }
        let reply = match known {
            // Refused from the stored hash: costs no call, so the owner need not be asked.
            Known::Wrong => self.begin(whose, &surroundings, &start).await?,
            Known::Right | Known::Nothing => self.begin_beside_owner(whose, surroundings, &start).await?,
        };
        drop(looking);
        self.report(whose, &reply);
        // BigCommerce announces an order a moment before its API shows it: the page is told to wait, not that there
        // is no order.
        if reply == Reply::Refuse(Refusal::OrderNotFound) && self.was_just_announced(delays) {
            return Ok(Started::Queued { after_ms: AGAIN_MS });
        }
        if counts {
            self.count_start(&reply);
        }
        Ok(match reply {
            Reply::Show { snapshot, redirect } => Started::Show { snapshot, redirect },
            Reply::Refuse(Refusal::Busy { after_ms }) => {
                let after = after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(AGAIN_MS);
                Started::Queued { after_ms: after.clamp(AGAIN_MS, LONGEST_AGAIN_MS) }
            }
            Reply::Refuse(refusal) => Started::Refused(refusal),
        })
    }

    /// One run of the machine for a start. The caller holds the turn.
    async fn begin(&self, whose: &Whose, surroundings: &RunSurroundings, start: &Start) -> Result<Reply> {
        self.handle(Input::Start(Box::new(start.clone())), surroundings)?;
        match self.run(whose, surroundings, true).await? {
            Ran::Replied(reply) => Ok(*reply),
            Ran::Rested | Ran::Unconfirmed => {
                Err(worker::Error::RustError("a start ended without a reply".to_owned()))
            }
        }
    }

    /// Runs the start by the copy in KV, and asks the store's owner at the same time. The module's head tells what
    /// follows from their answers.
    async fn begin_beside_owner(
        &self,
        whose: &Whose,
        surroundings: RunSurroundings,
        start: &Start,
    ) -> Result<Reply> {
        let env = self.env.clone();
        let mut owner = pin!(async { profiles::owner(&env, &whose.store).await });
        // The last attempt before this start: another one afterwards was made by it, and can be recalled.
        let before = self.with(|machine| machine.state().attempts.last().map(|a| a.n))?;
        let began = now_ms();
        let (reply, told) = beside(self.begin(whose, &surroundings, start), owner.as_mut()).await;
        let reply = reply?;
        if !reply.rests_on_the_copy() {
            return Ok(reply);
        }
        let told = match told {
            Some(told) => told,
            None => owner.await,
        };
        let now = match told {
            Ok(now) if now.agrees_on_starts(&surroundings.profile) => return Ok(reply),
            Err(Absent::CannotTell) if now_ms() - surroundings.profile.as_of_ms < COPY_IS_YOUNG_MS => {
                return Ok(reply);
            }
            Err(Absent::CannotTell) => {
                // No shopper has the address yet, so the attempt is marked as not left for: the repeated start may
                // still redirect to it.
                self.with(|machine| machine.withhold(began))?;
                self.commit_and_wake(whose).await?;
                return Ok(Reply::Refuse(Refusal::Busy { after_ms: None }));
            }
            Ok(now) => now,
            Err(Absent::NeverInstalled) => surroundings.profile.disconnected(),
        };
        let Ok(surroundings) = self.set(whose, Ok(now), Some(now_ms()))? else {
            return Ok(Reply::Refuse(Refusal::Disconnected));
        };
        let made = self.with(|machine| machine.state().attempts.last().map(|a| a.n))?;
        if let Some(n) = made.filter(|_| made != before) {
            self.with(|machine| machine.recall(n, surroundings.now()))?;
            self.run(whose, &surroundings, true).await?;
        }
        match surroundings.profile.connected {
            true => self.begin(whose, &surroundings, start).await,
            false => Ok(Reply::Refuse(Refusal::Disconnected)),
        }
    }

    /// Counts only starts that were proved and served. Strangers' starts and starts told to wait do not count, or a
    /// stranger could lock the shopper out.
    fn count_start(&self, reply: &Reply) {
        let counts = match reply {
            Reply::Show { .. } => true,
            Reply::Refuse(refusal) => !matches!(
                refusal,
                Refusal::WrongProof
                    | Refusal::OrderNotFound
                    | Refusal::Busy { .. }
                    | Refusal::TooOften { .. }
            ),
        };
        if counts {
            self.starts.borrow_mut().push(now_ms());
        }
    }
}

/// If the starts of this minute are used up, the moment (ms since the epoch) when the next is allowed.
fn too_often(starts: &RefCell<Vec<i64>>, delays: Delays) -> Option<i64> {
    let mut starts = starts.borrow_mut();
    let now = now_ms();
    starts.retain(|at| now - at < delays.start_limit());
    starts.first().filter(|_| starts.len() >= STARTS_A_MINUTE).map(|at| at + delays.start_limit())
}
