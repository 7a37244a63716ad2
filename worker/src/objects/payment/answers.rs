//! What the object answers to everything but a start. A hint or a decision is durable before it is answered, and acted
//! on afterwards; where there is no payment, neither is stored.

use super::looking::Looking;
use super::object::{PaymentObject, Whose};
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::payment::{History, Met};
use domain::machine::Input;
use domain::state::decision::{Decided, Taken};
use domain::state::hint::{About, Hint};
use domain::values::ids::{HintId, SessionId};
use domain::values::locale::Locale;
use domain::views::condition::condition;
use domain::views::snapshot::Snapshot;
use domain::views::statement::statement;
use worker::Result;

impl PaymentObject {
    /// Answers from what is known; a look that the question makes due happens after the answer.
    pub(super) async fn status(&self, whose: &Whose, locale: Locale) -> Result<Option<Snapshot>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        if let Ok(setting) = self.setting(whose).await? {
            self.handle(Input::Status, &setting)?;
            self.commit_and_wake(whose).await?;
        }
        self.with(|machine| Some(machine.snapshot(locale)))
    }

    /// Durable when this returns. About an order without a payment there is nothing to keep.
    pub(super) async fn hint(&self, whose: &Whose, hint: Hint) -> Result<()> {
        if !self.records.exist()? {
            if let About::Order { moved, .. } = &hint.about {
                self.with(|machine| machine.order_changed(moved.map(|m| m.to)))?;
            }
            return Ok(());
        }
        self.take_in(hint)?;
        self.commit_and_wake(whose).await
    }

    pub(super) async fn returned(
        &self,
        whose: &Whose,
        session: Option<SessionId>,
        locale: Locale,
    ) -> Result<Option<Snapshot>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        let id = HintId::parse(&format!("return-{}", now_ms()))
            .map_err(|e| worker::Error::RustError(e.to_string()))?;
        self.take_in(Hint { id, about: About::Return { session } })?;
        self.commit_and_wake(whose).await?;
        if let Err(error) = self.work(whose).await {
            log::warn("payment", "look_on_return_failed", &[("error", &error.to_string())]);
        }
        self.with(|machine| Some(machine.snapshot(locale)))
    }

    /// Durable when this returns; acted on by the alarm that follows at once. It is compared with what is known here
    /// without the turn, in one go with being kept, and once more by the machine after it has looked, with the turn.
    pub(super) async fn decide(&self, whose: &Whose, decided: Decided) -> Result<Taken> {
        if !self.records.exist()? {
            return Ok(Taken::Unknown);
        }
        let taken = self.with(|machine| machine.decide(decided, now_ms()))?;
        self.commit_and_wake(whose).await?;
        Ok(taken)
    }

    /// BigCommerce has announced this order. It is read ahead unless a reading or an attempt is there.
    pub(super) async fn announced(&self, whose: &Whose, look: bool) -> Result<()> {
        self.announced.set(Some(now_ms()));
        self.turned_away_until.set(0);
        if !look || self.records.exist()? || self.with(|machine| machine.has_read_order())? {
            return Ok(());
        }
        let Ok(setting) = self.setting(whose).await? else { return Ok(()) };
        let looking = Looking::new(&self.looking);
        let _turn = self.take_turn().await;
        if self.with(|machine| machine.has_read_order())? {
            return Ok(());
        }
        self.handle(Input::ReadAhead, &setting)?;
        // The store's object has granted the slot already, and a start may be waiting for this.
        self.run(whose, &setting, true).await?;
        drop(looking);
        self.tell_looked(whose, true);
        Ok(())
    }

    /// Where the order turns out to be none to keep, nothing is written, not even tables.
    pub(super) async fn meet(&self, whose: &Whose) -> Result<Met> {
        let Ok(setting) = self.confirmed(whose).await? else { return Ok(Met::TryAgain) };
        let _turn = self.take_turn().await;
        self.handle(Input::Meet, &setting)?;
        self.run(whose, &setting, false).await?;
        let met = self.with(|machine| machine.state().head.to_meet)?;
        if met && !self.records.exist()? {
            self.machine.borrow_mut().take();
            return Ok(Met::TryAgain);
        }
        Ok(Met::Done)
    }

    pub(super) async fn history(&self, whose: &Whose) -> Result<Option<History>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        let settings = self.setting(whose).await?.map(|s| s.shop.settings).unwrap_or_default();
        self.with(|machine| {
            let state = machine.state();
            let snapshot = machine.snapshot(Locale::default());
            Some(History {
                condition: condition(state, &settings, &snapshot),
                snapshot,
                statement: statement(state, &settings),
                attention: state.attentions(&settings),
                timeline: state.timeline.clone(),
            })
        })
    }

    pub(super) async fn purge(&self) -> Result<()> {
        let _turn = self.take_turn().await;
        self.forget().await
    }
}
