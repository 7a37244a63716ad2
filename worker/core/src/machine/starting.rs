//! How a start goes on, step by step, until it is answered.

use super::{Machine, Now, Reply, What};
use crate::plan::start::{Proof, Refusal, StartStep, cart_hash, next};
use crate::plan::{Circumstances, Fresh, next_cancel};
use crate::state::call::{Call, NewSession};
use crate::state::history::Event;
use crate::state::register::Register;
use crate::state::terms::Terms;
use crate::state::{Attempt, Stage};
use crate::time::Moment;
use crate::views::snapshot::snapshot;

impl Machine {
    pub(super) fn step_of_start(&mut self, now: Now<'_>) {
        let Some((start, done, order)) = self.start.as_mut() else { return };
        let fresh = Fresh::default();
        let circumstances = Circumstances { shop: now.shop, delays: now.delays, now: now.at, fresh: &fresh };
        match next(&self.state, start, done, circumstances, order.as_ref()) {
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

    /// The order as it was read ahead, else a look.
    fn order_for_start(&mut self, now: Now<'_>) {
        match self.take_ahead(now) {
            Some(seen) => {
                if let Some((_, _, order)) = self.start.as_mut() {
                    *order = Some(seen);
                }
                // By the settings of this start, which may be newer than those it was read ahead under.
                self.settle_due(now);
            }
            None => self.take_off(What::Order, |_| Call::ReadOrder),
        }
    }

    /// Answers the start with the picture. Where the order is not ours to remember there is none to show.
    pub(super) fn show(&mut self, redirect: bool, at: Moment) {
        let Some((start, _, order)) = self.start.take() else { return };
        self.state.head.amount_disputed = false;
        let mut snapshot = snapshot(&self.state, start.locale);
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

    pub(super) fn refuse(&mut self, refusal: Refusal, at: Moment) {
        self.state.head.amount_disputed |= refusal == Refusal::AmountChanged;
        if refusal.calls_a_person() {
            // Known from now on, also once that is cleared up and nobody pays.
            if self.state.head.met_at == 0 {
                self.state.head.met_at = at;
            }
        }
        self.start = None;
        self.reply = Some(Reply::Refuse(refusal));
    }

    /// The page of a start that began then is not handed out after all.
    pub fn withhold(&mut self, began: Moment) {
        for attempt in self.state.attempts.iter_mut().filter(|a| a.left_at.is_some_and(|at| at >= began)) {
            attempt.left_at = None;
            self.touched = true;
        }
    }

    /// A session that was made by what turned out to be out of date: nobody has its address, and it is ended.
    pub fn recall(&mut self, n: u32, now: Now<'_>) {
        let action = self.state.attempt(n).and_then(|attempt| next_cancel(&self.state, attempt));
        if let Some(action) = action {
            self.touched = true;
            self.state.log(now.at, Event::Recalled { attempt: n.to_string() });
            self.cancel(&action, false, now);
        }
    }

    pub(super) fn new_attempt(&mut self, terms: Terms, page: Option<String>, now: Now<'_>) {
        let Some((start, done, Some(order))) = self.start.as_ref() else { return };
        let lean = done.lean;
        let (locale, browser, checkout) = (start.locale, start.browser.clone(), order.checkout.clone());
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
