//! What is written, and when the object wakes.
//!
//! Rows and the alarm that will act on them are written without an await between them, so the platform commits both
//! or neither: no crash leaves a row that nobody wakes up for. If writing fails, the machine is dropped from memory,
//! so that nothing is done on the strength of something that is not on disk.
//!
//! ```text
//! crash before the commit   the caller gets an error and repeats; the rows are as before
//! crash after the commit    the alarm stands: it loads the rows and goes on from them
//! crash during a call       the deed is stored as `sent`: the alarm's run looks for its effect before it sends again
//! ```

use super::object::{PaymentObject, Whose};
use crate::context::now_ms;
use crate::objects::alarm::wake_at;
use domain::state::delays::Delays;
use domain::state::record::Record;
use worker::Result;

impl PaymentObject {
    /// Writes rows. If that fails, drops the machine: the next use loads it from what is really on disk.
    pub(super) fn write(&self, whose: &Whose, records: &[Record]) -> Result<()> {
        let written = self.records.write(&whose.store, whose.order, records);
        if written.is_err() {
            self.machine.borrow_mut().take();
        }
        written
    }

    /// Commits what was just taken in, with an alarm for the work it makes, if any. No await between the two. Does nothing
    /// if nothing has changed.
    pub(super) async fn commit_and_wake(&self, whose: &Whose) -> Result<()> {
        let (is_to_wake, records) = self.with(|machine| (machine.is_to_wake(), machine.uncommitted()))?;
        let Some(records) = records else { return Ok(()) };
        self.write(whose, &records)?;
        match is_to_wake {
            true => self.wake_by(self.with(|machine| machine.gathers_until())?.max(now_ms())).await,
            false => Ok(()),
        }
    }

    /// Makes sure that an alarm rings at this moment (ms since the epoch) at the latest. Sets none if the one that
    /// stands is early enough: of many messages that come together, the first sets it.
    async fn wake_by(&self, at: i64) -> Result<()> {
        match self.alarm.get() {
            Some(stands) if stands <= at => Ok(()),
            _ => self.wake_at(at).await,
        }
    }

    /// Makes sure that an alarm will ring if the work under way never ends, because the isolate dies or the request
    /// is cancelled. Leaves an alarm that already rings before then. Nothing is awaited before the alarm is set, so
    /// it commits with the rows.
    pub(super) async fn guard(&self, delays: Delays) -> Result<()> {
        let guard = now_ms() + delays.guard();
        match self.alarm.get() {
            Some(at) if (now_ms()..=guard).contains(&at) => Ok(()),
            _ => self.wake_at(guard).await,
        }
    }

    /// Wakes this object at once, as an alarm.
    pub(super) async fn wake_soon(&self) -> Result<()> {
        self.wake_at(now_ms()).await
    }

    /// Wakes this object a little later, with backoff by the number of alarms in a row that did not finish. Keeps an
    /// alarm that rings earlier.
    pub(super) async fn come_again(&self) -> Result<()> {
        let again = now_ms() + self.delays()?.come_again(self.records.unfinished_alarms()?);
        self.wake_at(self.alarm.get().filter(|at| *at > now_ms()).map_or(again, |at| at.min(again))).await
    }

    /// Sets the alarm to a moment, in ms since the epoch. Does nothing while the object has no rows: an alarm alone
    /// would create storage for any order number that a stranger makes up.
    pub(super) async fn wake_at(&self, at: i64) -> Result<()> {
        if !self.records.exist()? {
            return Ok(());
        }
        self.alarm.set(Some(at));
        let set = wake_at(&self.state.storage(), at).await;
        if set.is_err() {
            self.alarm.set(None);
        }
        set
    }
}
