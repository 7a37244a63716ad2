//! How a start goes on, one step per `poll`, until the shopper is answered. What must be true in which order,
//! [`crate::plan::start`] says.

use super::{Machine, Reply, Surroundings, What};
use crate::plan::start::{Proof, Refusal, StartStep, cart_hash, next};
use crate::plan::{Fresh, PlanSurroundings, next_cancel};
use crate::state::call::{Call, NewSession};
use crate::state::history::Event;
use crate::state::register::Register;
use crate::state::terms::Terms;
use crate::state::{Attempt, Stage};
use crate::time::Moment;
use crate::views::snapshot::snapshot;

impl Machine {
    /// Takes the start's next step.
    pub(super) fn step_of_start(&mut self, now: Surroundings<'_>) {
        let Some((start, done, order)) = self.start.as_mut() else { return };
        let fresh = Fresh::default();
        let surroundings =
            PlanSurroundings { shop: now.shop, delays: now.delays, now: now.at, fresh: &fresh };
        match next(&self.state, start, done, surroundings, order.as_ref()) {
            StartStep::LookAtOrder => {
                done.looked_at_order = true;
                self.order_for_start(now);
            }
            StartStep::LookAtProvider => self.take_off(What::Provider, |_| Call::ReadProvider),
            StartStep::LookAtSession { attempt } => {
                done.looked_at = Some(attempt);
                self.look_at_session(attempt);
            }
            StartStep::LookAtPayment { payment } => self.look_at_payment(payment),
            StartStep::Cancel(action) => {
                done.cancels += 1;
                self.cancel(&action, false, now);
            }
            StartStep::NewAttempt { terms, page } => {
                done.sessions_tried += 1;
                self.new_attempt(*terms, page, now);
            }
            StartStep::Show { redirect } => self.show(redirect, now.at),
            StartStep::Refuse(refusal) => self.refuse(refusal, now.at),
        }
    }

    /// Takes the order as read ahead, or looks.
    fn order_for_start(&mut self, now: Surroundings<'_>) {
        match self.take_ahead(now) {
            Some(seen) => {
                if let Some((_, _, order)) = self.start.as_mut() {
                    *order = Some(seen);
                }
                // The order was read ahead under the settings of that moment; this start may come with newer ones.
                self.settle_due(now);
            }
            None => self.take_off(What::Order, |_| Call::ReadOrder),
        }
    }

    /// Answers the start with the picture. If the order is not ours to remember, the state holds no reading of it,
    /// and the amount comes from what was read for this start.
    ///
    /// Remembers the first time anybody is sent to KOMOJU, and by which page visit: that visit alone may leave again
    /// by itself.
    pub(super) fn show(&mut self, redirect: bool, at: Moment) {
        let Some((start, _, order)) = self.start.take() else { return };
        self.state.head.amount_disputed = false;
        let mut snapshot = snapshot(&self.state, start.locale.0);
        if self.state.order.reading.is_none() {
            let due = order.and_then(|o| o.reading.due.ok());
            snapshot.amount = snapshot.amount.or(due);
        }
        let redirect = redirect && snapshot.session_url.is_some();
        let leaves_first =
            self.state.attempt_mut(snapshot.attempt).filter(|a| redirect && a.left_at.is_none());
        if let Some(attempt) = leaves_first {
            attempt.left_at = Some(at);
            attempt.left_by = start.visit;
        }
        self.reply = Some(Reply::Show { snapshot: Box::new(snapshot), redirect });
    }

    /// Answers the start with a refusal.
    pub(super) fn refuse(&mut self, refusal: Refusal, at: Moment) {
        self.state.head.amount_disputed |= refusal == Refusal::AmountChanged;
        if refusal.calls_a_person() {
            // From now on the order is kept: a person must see it, also if it is cleared up later and nobody ever
            // pays.
            if self.state.head.met_at == 0 {
                self.state.head.met_at = at;
            }
        }
        self.start = None;
        self.reply = Some(Reply::Refuse(refusal));
    }

    /// Takes back the pages handed out since `began`. The caller could not confirm them with the store's own object,
    /// and told the shopper to wait: nobody has left, so the next visit may still leave by itself.
    pub fn withhold(&mut self, began: Moment) {
        self.touch();
        for attempt in self.state.attempts.iter_mut().filter(|a| a.left_at.is_some_and(|at| at >= began)) {
            attempt.left_at = None;
        }
    }

    /// Ends a session that was made from an outdated copy of the store (the merchant has changed keys or settings
    /// since). Nobody has its address, so nobody is cut off.
    pub fn recall(&mut self, n: u32, now: Surroundings<'_>) {
        let action = self.state.attempt(n).and_then(|attempt| next_cancel(&self.state, attempt));
        if let Some(action) = action {
            self.touch();
            self.state.log(now.at, Event::Recalled { attempt: n.to_string() });
            self.cancel(&action, false, now);
        }
    }

    /// Begins an attempt under these terms and asks KOMOJU for its session.
    pub(super) fn new_attempt(&mut self, terms: Terms, page: Option<String>, now: Surroundings<'_>) {
        let Some((start, done, Some(order))) = self.start.as_ref() else { return };
        let lean = done.lean;
        let (locale, browser, checkout) = (start.locale.0, start.browser.clone(), order.checkout.clone());
        if let Proof::Cart(cart) = &start.proof {
            self.state.head.cart_hash = Some(cart_hash(cart));
        }
        if let Some(split) = order.reading.split {
            let decided = split.decide(&self.state.evidence(&now.shop.settings));
            self.state.head.basis = decided.map(|(basis, _)| basis);
        }
        let n = self.state.attempts.last().map_or(1, |a| a.n + 1);
        self.state.attempts.push(Attempt {
            n,
            terms: terms.clone(),
            created_at: now.at,
            stage: Stage::Creating,
            session: None,
            url: String::new(),
            expires_at: now.at,
            register: Register::default(),
            page,
            locale,
            left_at: None,
            left_by: None,
            returned_at: None,
            listing: Register::default(),
            ended_by_order: false,
        });
        let asked = [&terms.external_order_num, " ", &terms.amount.to_string()].concat();
        self.state.log(now.at, Event::Begun { asked });
        let key = format!("{}-{}-session-{n}", now.shop.store, now.shop.order);
        let new = NewSession { attempt: n, terms, locale, checkout, browser, lean, key };
        self.take_off(What::Creation(n), |_| Call::CreateSession(Box::new(new)));
    }
}
