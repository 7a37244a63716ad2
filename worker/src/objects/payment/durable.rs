//! What is written, and when the object wakes. Rows and the alarm that answers for them are written without an await in
//! between, so they commit as one. What could not be written is forgotten, and so never acted on.

use super::object::{PaymentObject, Whose};
use crate::context::now_ms;
use crate::objects::alarm::wake_at;
use domain::machine::Machine;
use domain::state::delays::Delays;
use domain::state::record::Record;
use worker::Result;

impl PaymentObject {
    /// Writes, or forgets the machine: what could not be written must not be acted on.
    pub(super) fn write(&self, whose: &Whose, records: &[Record]) -> Result<()> {
        let written = self.records.write(&whose.store, whose.order, records);
        if written.is_err() {
            self.machine.borrow_mut().take();
        }
        written
    }

    /// Commits what was just taken in, with an alarm for the work it makes: no await in between.
    pub(super) async fn commit_and_wake(&self, whose: &Whose) -> Result<()> {
        let records = self.with(Machine::uncommitted)?;
        match records {
            Some(records) => {
                self.write(whose, &records)?;
                self.wake_soon().await
            }
            None => Ok(()),
        }
    }

    /// Makes sure that something wakes this object if the work under way never ends. Nothing is awaited before the
    /// alarm is set, so it commits with the rows.
    pub(super) async fn guard(&self, delays: Delays) -> Result<()> {
        let guard = now_ms() + delays.guard();
        match self.alarm.get() {
            Some(at) if (now_ms()..=guard).contains(&at) => Ok(()),
            _ => self.wake_at(guard).await,
        }
    }

    pub(super) async fn wake_soon(&self) -> Result<()> {
        self.wake_at(now_ms()).await
    }

    /// Wakes this object soon, later each time; earlier where something is due by then anyway.
    pub(super) async fn come_again(&self) -> Result<()> {
        let again = now_ms() + self.delays()?.come_again(self.records.unfinished_alarms()?);
        self.wake_at(self.alarm.get().filter(|at| *at > now_ms()).map_or(again, |at| at.min(again))).await
    }

    /// An object without rows has nothing to wake for: whoever sets its alarm leaves storage behind for a stranger.
    pub(super) async fn wake_at(&self, at: i64) -> Result<()> {
        if !self.records.exist()? {
            return Ok(());
        }
        self.alarm.set(Some(at));
        wake_at(&self.state.storage(), at).await
    }
}
