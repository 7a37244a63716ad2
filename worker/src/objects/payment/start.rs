//! A shopper starts to pay. The start goes by the copy in KV, and the store's own object is asked beside its first call
//! out. The address of a payment page is handed out only where both agree, or the store's object is silent and the copy
//! is young.

use super::looking::{AGAIN_MS, Known};
use super::object::{PaymentObject, Whose};
use super::run::Ran;
use super::setting::Setting;
use crate::context::now_ms;
use crate::objects::beside::beside;
use crate::objects::messages::payment::Started;
use crate::objects::profiles::{self, Absent};
use domain::machine::{Input, Reply};
use domain::plan::start::{Refusal, Start};

use domain::state::delays::Delays;

use std::pin::pin;
use worker::Result;

const LONGEST_AGAIN_MS: i64 = 60_000;
/// How often one order may be started within a minute by whoever has proved to be its shopper.
const STARTS_A_MINUTE: usize = 10;
/// A copy in KV that is older decides nothing while the store's object is silent.
const COPY_IS_YOUNG_MS: i64 = 5 * 60_000;

impl PaymentObject {
    pub(super) async fn start(&self, whose: &Whose, start: Start) -> Result<Started> {
        let setting = match self.setting(whose).await? {
            Ok(setting) => setting,
            Err(Absent::NeverInstalled) => return Ok(Started::UnknownStore),
            Err(Absent::CannotTell) => return Ok(Started::CannotTell),
        };
        let delays = setting.delays;
        // Whoever joins a look under way needs no leave of his own, unless it leaves open what he asks for.
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
            && let Some(until) = self.started_too_often(delays)
        {
            return Ok(Started::Refused(Refusal::TooOften { until }));
        }
        let reply = match known {
            // Costs no call, and so asks nobody.
            Known::Wrong => self.begin(whose, &setting, &start).await?,
            Known::Right | Known::Nothing => self.begin_beside_owner(whose, setting, &start).await?,
        };
        drop(looking);
        self.report(whose, &reply);
        // It was announced a moment ago: BigCommerce is not ready to show it yet.
        if reply == Reply::Refuse(Refusal::OrderNotFound) && self.was_just_announced(delays) {
            return Ok(Started::Queued { after_ms: AGAIN_MS });
        }
        self.count_start(&reply);
        Ok(match reply {
            Reply::Show { snapshot, redirect } => Started::Show { snapshot, redirect },
            Reply::Refuse(Refusal::Busy { after_ms }) => {
                let after = after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(AGAIN_MS);
                Started::Queued { after_ms: after.clamp(AGAIN_MS, LONGEST_AGAIN_MS) }
            }
            Reply::Refuse(refusal) => Started::Refused(refusal),
        })
    }

    async fn begin(&self, whose: &Whose, setting: &Setting, start: &Start) -> Result<Reply> {
        self.handle(Input::Start(Box::new(start.clone())), setting)?;
        match self.run(whose, setting, true).await? {
            Ran::Replied(reply) => Ok(*reply),
            Ran::Rested | Ran::Unconfirmed => {
                Err(worker::Error::RustError("a start ended without a reply".to_owned()))
            }
        }
    }

    /// A start goes by the copy in KV, and asks the store's owner beside its first call out. The address of a payment
    /// page is handed out only if the owner agrees with the copy; where he does not, what was made is ended at KOMOJU
    /// and the start is made again by his word. While he is silent, a young copy decides.
    async fn begin_beside_owner(&self, whose: &Whose, setting: Setting, start: &Start) -> Result<Reply> {
        let env = self.env.clone();
        let mut owner = pin!(async { profiles::owner(&env, &whose.store).await });
        let before = self.with(|machine| machine.state().attempts.last().map(|a| a.n))?;
        let began = now_ms();
        let (reply, told) = beside(self.begin(whose, &setting, start), owner.as_mut()).await;
        let reply = reply?;
        if !reply.rests_on_the_copy() {
            return Ok(reply);
        }
        let told = match told {
            Some(told) => told,
            None => owner.await,
        };
        let now = match told {
            Ok(now) if now.agrees_on_starts(&setting.profile) => return Ok(reply),
            Err(Absent::CannotTell) if now_ms() - setting.profile.as_of_ms < COPY_IS_YOUNG_MS => {
                return Ok(reply);
            }
            Err(Absent::CannotTell) => {
                // Nobody has left for it yet: whoever asks again still arrives.
                self.with(|machine| machine.withhold(began))?;
                self.commit_and_wake(whose).await?;
                return Ok(Reply::Refuse(Refusal::Busy { after_ms: None }));
            }
            Ok(now) => now,
            Err(Absent::NeverInstalled) => setting.profile.disconnected(),
        };
        let Ok(setting) = self.set(whose, Ok(now), Some(now_ms()))? else {
            return Ok(Reply::Refuse(Refusal::Disconnected));
        };
        let made = self.with(|machine| machine.state().attempts.last().map(|a| a.n))?;
        if let Some(n) = made.filter(|_| made != before) {
            self.with(|machine| machine.recall(n, setting.now()))?;
            self.run(whose, &setting, true).await?;
        }
        match setting.profile.connected {
            true => self.begin(whose, &setting, start).await,
            false => Ok(Reply::Refuse(Refusal::Disconnected)),
        }
    }

    /// Until when its shopper must wait, who has started this order as often as one may.
    fn started_too_often(&self, delays: Delays) -> Option<i64> {
        let mut starts = self.starts.borrow_mut();
        let now = now_ms();
        starts.retain(|at| now - at < delays.start_limit());
        starts.first().filter(|_| starts.len() >= STARTS_A_MINUTE).map(|at| at + delays.start_limit())
    }

    /// Only what was proved and served counts: neither a stranger's starts nor what was put off.
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
