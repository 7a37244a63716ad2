//! What the object answers to every question but a start.
//!
//! A hint (webhook, return, poke) or a decision of the merchant is committed before it is answered, and acted on
//! afterwards, by the alarm that is set in the same commit. If this order has no payment, neither is stored: then
//! nothing is known that it could be about.

use super::looking::Looking;
use super::object::{PaymentObject, Whose};
use crate::context::now_ms;
use crate::log;
use crate::objects::messages::payment::{History, Met};
use domain::machine::Input;
use domain::state::decision::{Decided, Taken};
use domain::state::hint::{About, Hint};
use domain::texts::locale::Locale;
use domain::values::ids::{HintId, SessionId};
use domain::views::condition::condition;
use domain::views::snapshot::Snapshot;
use domain::views::statement::statement;
use worker::Result;

impl PaymentObject {
    /// Answers from what is stored. If the question makes a look due, the alarm does it after the answer. None: no
    /// payment.
    pub(super) async fn status(&self, whose: &Whose, locale: Locale) -> Result<Option<Snapshot>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        if let Ok(surroundings) = self.surroundings(whose).await? {
            self.handle(Input::Status, &surroundings)?;
            self.commit_and_wake(whose).await?;
        }
        self.with(|machine| Some(machine.snapshot(locale)))
    }

    /// Stores the hint; it is durable when this returns. For an order without a payment nothing is stored, but a
    /// message that BigCommerce has changed the order discards what was read ahead in memory.
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

    /// The shopper is back from KOMOJU: stores that as a hint, looks, and answers what is known then. If the look
    /// fails, the shopper still gets an answer, from what was known before.
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

    /// Stores the merchant's decision; it is durable when this returns, and the alarm that follows at once acts on
    /// it.
    ///
    /// It is checked twice against what the merchant saw. First here, without the turn, in one step with storing it:
    /// of two open pages that offer the same refund, the second is answered "overtaken". Then by the machine, with
    /// the turn, after it has looked at KOMOJU.
    pub(super) async fn decide(&self, whose: &Whose, decided: Decided) -> Result<Taken> {
        if !self.records.exist()? {
            return Ok(Taken::Unknown);
        }
        let taken = self.with(|machine| machine.decide(decided, now_ms()))?;
        self.commit_and_wake(whose).await?;
        Ok(taken)
    }

    /// BigCommerce has announced this order (`store/order/created`). With `look`, the order is read ahead into
    /// memory, unless it has been read or has a payment already.
    pub(super) async fn announced(&self, whose: &Whose, look: bool) -> Result<()> {
        self.announced.set(Some(now_ms()));
        self.turned_away_until.set(0);
        if !look || self.records.exist()? || self.with(|machine| machine.has_read_order())? {
            return Ok(());
        }
        let Ok(surroundings) = self.surroundings(whose).await? else { return Ok(()) };
        let looking = Looking::new(&self.looking);
        let _turn = self.take_turn().await;
        // Whoever held the turn before may have read the order meanwhile.
        if self.with(|machine| machine.has_read_order())? {
            return Ok(());
        }
        self.handle(Input::ReadAhead, &surroundings)?;
        // Hurried: the store's object has already granted the slot for this call, and a shopper's start may be
        // waiting for it.
        self.run(whose, &surroundings, true).await?;
        drop(looking);
        self.tell_looked(whose, true);
        Ok(())
    }

    /// Looks at an order whose shopper has not come. If the order is not ours, or no longer unpaid, nothing is
    /// written, not even tables. `TryAgain`: the store's own object or a remote side did not answer.
    pub(super) async fn meet(&self, whose: &Whose) -> Result<Met> {
        let Ok(surroundings) = self.confirmed(whose).await? else { return Ok(Met::TryAgain) };
        let _turn = self.take_turn().await;
        self.handle(Input::Meet, &surroundings)?;
        self.run(whose, &surroundings, false).await?;
        let met = self.with(|machine| machine.state().head.to_meet)?;
        if met && !self.records.exist()? {
            // Drops the wish to meet the order from memory; the store's object asks again later.
            self.machine.borrow_mut().take();
            return Ok(Met::TryAgain);
        }
        Ok(Met::Done)
    }

    /// Everything the panel shows of this payment. None: no payment.
    pub(super) async fn history(&self, whose: &Whose) -> Result<Option<History>> {
        if !self.records.exist()? {
            return Ok(None);
        }
        let settings = self.surroundings(whose).await?.map(|s| s.shop.settings).unwrap_or_default();
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

    /// Deletes everything this object holds. Waits for the turn, so that no call is under way.
    pub(super) async fn purge(&self) -> Result<()> {
        let _turn = self.take_turn().await;
        self.forget().await
    }
}
