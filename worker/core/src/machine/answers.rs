//! What an answer, or the lack of one, changes. A reading is taken only if its `seq` is larger than the one held, so
//! an answer that overtakes another cannot turn time back.
//!
//! An answer that cannot be read never undoes what is known, and an answer about something else is never taken.

use super::{Ahead, Flight, Learned, Machine, Surroundings, What, want};
use crate::plan::start::{Looked, Refusal, cart_hash};
use crate::state::Payment;
use crate::state::call::{Answer, OrderRefundSeen, OrderSeen, RefundPart, SessionSeen, Transacted};
use crate::state::deed::{Action, DeedState};
use crate::state::delays::Delays;
use crate::state::failure::Failure;
use crate::state::hint::FRAUD_MARKED;
use crate::state::history::Event;
use crate::state::reading::{Amounts, OrderRefund, PaymentReading, PaymentStatus, SessionStatus, Unreadable};
use crate::state::settings::RefundPolicy;
use crate::state::shop::Ownership;
use crate::time::Moment;
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::Money;
use crate::values::order_status::OrderStatus;

impl Machine {
    /// Gives the answer to whatever was under way.
    pub(super) fn answer(&mut self, answer: Answer, now: Surroundings<'_>) {
        let Some(Flight { seq, what }) = self.flight.take() else { return };
        match (what, answer) {
            (What::Order, answer) => self.order_answered(seq, answer, now),
            (What::Provider, answer) => self.provider_answered(answer, now),
            (What::Session(n), Answer::Session(seen)) => self.take_session(n, seq, *seen, now),
            (What::Session(n), answer) => self.session_look_failed(n, failure_of(answer), now),
            (What::Payment(id), Answer::Payment(reading)) => self.take_payment_by_id(&id, seq, *reading, now),
            (What::Payment(id), answer) => self.payment_look_failed(&id, failure_of(answer), now),
            (What::Payments(n), Answer::Payments { list, whole }) => {
                self.take_payments(n, seq, list, whole, now);
            }
            (What::Payments(n), answer) => self.listing_failed(n, failure_of(answer), now),
            (What::Event(id), answer) => self.event_answered(&id, answer, now),
            (What::OrderRefunds, Answer::OrderRefunds(list)) => self.take_order_refunds(seq, list, now),
            (What::OrderRefunds, answer) => {
                let failure = failure_of(answer);
                let retry = now.at + wait(&failure, self.state.order_refunds.failures, now.delays);
                self.state.order_refunds.failed(&failure, retry);
            }
            (What::Quote(_), Answer::Quote(options)) => self.fresh.quote = Some(options),
            (What::Quote(refund), answer) => self.quote_failed(refund, failure_of(answer), now),
            (What::Creation(n), Answer::Session(seen)) => self.session_made(n, seq, *seen, now),
            (What::Creation(n), answer) => self.session_not_made(n, failure_of(answer), now.at),
            (What::Deed(action), answer) => self.deed_answered(&action, seq, answer, now),
        }
    }

    /// The order was read, or was not. A 404 counts as deleted only once it has persisted: see `is_missed_for_good`.
    pub(super) fn order_answered(&mut self, seq: u64, answer: Answer, now: Surroundings<'_>) {
        let moved = self.moved_meanwhile.take();
        if let Answer::Order(seen) = answer {
            self.note_look(&seen, now);
            if moved.is_some_and(|to| to != Some(seen.reading.status)) {
                return self.look_again();
            }
            return self.take_order(seq, *seen, now);
        }
        let failure = failure_of(answer);
        let missed = failure == Failure::NotFound;
        if missed && self.is_missed_for_good(now) {
            return self.order_is_gone(seq, now.at);
        }
        self.looked = missed.then_some(Looked::NoSuchOrder);
        self.reads_ahead = false;
        if missed && self.state.head.missed_since == 0 {
            // Earlier failures were no misses. These are counted from here, from the foot of the ladder, so that the
            // fifth miss is really minutes after the first.
            self.state.order.failures = 0;
        }
        self.state.head.missed_since = match self.state.head.missed_since {
            0 if missed => now.at,
            since if missed => since,
            _ => 0,
        };
        let retry = now.at + wait(&failure, self.state.order.failures, now.delays);
        // Many starts cause many looks and climb the ladder fast. Whatever the rung, one look comes when it can be
        // told that the order is gone, and soon after a start that came then and concluded nothing.
        let gone_at = self.state.head.missed_since + now.delays.missed_for_good();
        let retry = match missed {
            true if now.at < gone_at => retry.min(gone_at),
            true if self.start.is_some() => retry.min(now.at + now.delays.retry(1)),
            true | false => retry,
        };
        self.state.order.failed(&failure, retry);
        self.fail_start(bigcommerce_refusal(&failure));
    }

    /// The order moved while it was being read. A start that waits looks again; what was read ahead for a shopper who
    /// has not come is dropped.
    fn look_again(&mut self) {
        self.reads_ahead = false;
        if let Some((_, done, _)) = self.start.as_mut() {
            done.looked_at_order = false;
        }
    }

    /// True if BigCommerce has answered 404 five times in a row, over at least 10 minutes, for an order that it once
    /// had: it was deleted. Fewer, or five within a moment, may be a hiccup of BigCommerce's. While a start waits,
    /// nothing is concluded.
    ///
    /// ```text
    /// 10:00:00  10:00:05  10:00:35  10:02:35     404 each time: asked for again, by the ladder
    /// 10:10:00                                   the fifth 404: deleted
    /// ```
    fn is_missed_for_good(&self, now: Surroundings<'_>) -> bool {
        let since = self.state.head.missed_since;
        const MISSED_BEFORE: u32 = 4;
        let for_good = since > 0 && now.at - since >= now.delays.missed_for_good();
        let often = self.state.order.failures >= MISSED_BEFORE;
        for_good && often && self.state.order.reading.is_some() && self.start.is_none()
    }

    /// Takes a reading of the order, for whoever asked: the start, a shopper still to come, or the plan.
    pub(super) fn take_order(&mut self, seq: u64, seen: OrderSeen, now: Surroundings<'_>) {
        self.state.head.missed_since = 0;
        self.state.order.accept(seq, now.at, seen.reading.clone());
        match self.start.as_mut() {
            Some((_, _, order)) => *order = Some(seen),
            None if std::mem::take(&mut self.reads_ahead) => self.ahead = Ahead::Read(Box::new(seen), now.at),
            None => self.fresh.order = Some(seen),
        }
        self.settle_due(now);
    }

    /// Computes what is due from all that is known now (settings, transactions, decisions), in every place that holds
    /// the order. Only an order that was partly paid by store credit or gift certificates needs this.
    pub(super) fn settle_due(&mut self, now: Surroundings<'_>) {
        let known = self.state.evidence(&now.shop.settings);
        let of_start = self.start.as_mut().and_then(|(_, _, order)| order.as_mut());
        let ahead = match &mut self.ahead {
            Ahead::Read(seen, _) => Some(&mut **seen),
            Ahead::No | Ahead::Wanted => None,
        };
        let read = [of_start, self.fresh.order.as_mut(), ahead].into_iter().flatten();
        let read = read.map(|seen| &mut seen.reading);
        for reading in read.chain(self.state.order.reading.as_mut()) {
            if let Some(split) = reading.split {
                let due = split.decide(&known).map(|(_, due)| due);
                reading.due = due.ok_or(Unreadable::Undecided);
            }
        }
    }

    /// Notes what this look tells other requests for the same order: the hash of its cart, and whether it is ours. An
    /// *Incomplete* order may not have its cart yet, so a missing cart then proves nothing.
    fn note_look(&mut self, seen: &OrderSeen, now: Surroundings<'_>) {
        let hash = seen.cart.as_ref().map(cart_hash);
        if hash.is_none() && seen.reading.status == OrderStatus::INCOMPLETE {
            return;
        }
        if hash.is_some() {
            self.state.head.cart_hash.clone_from(&hash);
        }
        let ownership = now.shop.ownership(seen.reading.channel, &seen.reading.label);
        self.looked = Some(Looked::Order { cart_hash: hash, ours: ownership != Ownership::NotOurs });
    }

    /// The order was deleted. That is a reading, too: the last one, marked as deleted.
    pub(super) fn order_is_gone(&mut self, seq: u64, at: Moment) {
        let Some(mut reading) = self.state.order.reading.clone() else { return };
        reading.deleted = true;
        self.state.order.accept(seq, at, reading.clone());
        // BigCommerce's refunds are gone with the order: nothing waits for them any more.
        self.state.order_refunds.rest();
        let gone = OrderSeen {
            id: None,
            reading,
            total: None,
            cart: None,
            staff_notes: String::new(),
            checkout: Default::default(),
        };
        self.fresh.order = Some(gone);
    }

    /// The order's transactions were read: which offline method it was really placed with, and what that method is to
    /// collect. An unknown label is learned for the store.
    pub(super) fn provider_answered(&mut self, answer: Answer, now: Surroundings<'_>) {
        let Answer::Provider(transacted) = answer else {
            let failure = failure_of(answer);
            let retry = now.at + wait(&failure, self.state.order.failures, now.delays);
            self.state.order.failed(&failure, retry);
            self.fresh.order = None;
            return self.fail_start(bigcommerce_refusal(&failure));
        };
        let Transacted { provider, charged, orders: _ } = transacted;
        let reading = match self.start.as_mut() {
            Some((_, done, order)) => {
                done.provider = Some(provider);
                order.as_ref().map(|order| &order.reading)
            }
            None => {
                self.fresh.provider = Some(provider);
                self.fresh.order.as_ref().map(|order| &order.reading)
            }
        };
        let Some((channel, label)) = reading.map(|r| (r.channel, r.label.clone())) else { return };
        if now.shop.ownership(channel, &label) == Ownership::Unknown {
            if let Some(Looked::Order { ours, .. }) = &mut self.looked {
                *ours = provider.is_some_and(|p| now.shop.ownership_of(p) != Ownership::NotOurs);
            }
            self.learned.push(Learned { channel, label, provider });
        }
        self.state.head.charged = charged;
        self.settle_due(now);
    }

    /// Lets the start end with this refusal, if there is one.
    pub(super) fn fail_start(&mut self, refusal: Refusal) {
        if let Some((_, done, _)) = self.start.as_mut() {
            done.failed = Some(refusal);
        }
    }

    /// Takes a session's reading, and with the same `seq` the reading of the payment that it shows.
    pub(super) fn take_session(&mut self, n: u32, seq: u64, seen: SessionSeen, now: Surroundings<'_>) {
        let at = now.at;
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        if attempt.session.as_ref() != Some(&seen.reading.id) {
            return;
        }
        let mut reading = seen.reading;
        let earlier = attempt.register.reading.iter().flat_map(|known| known.offered.clone());
        // KOMOJU offers the session in other currencies, at rates that move. Every amount it was ever offered as
        // stays known: a payment of that amount is the whole.
        for offered in earlier.collect::<Vec<_>>() {
            if reading.offered.len() < MOST_OFFERED && !reading.offered.contains(&offered) {
                reading.offered.push(offered);
            }
        }
        let was_completed =
            attempt.register.reading.as_ref().is_some_and(|known| known.status == SessionStatus::Completed);
        let is_unseen = reading.status == SessionStatus::Completed && reading.payment.is_none();
        attempt.register.accept(seq, at, reading);
        if is_unseen && !was_completed {
            let seq = self.state.next_seq();
            if let Some(attempt) = self.state.attempt_mut(n) {
                want(&mut attempt.listing, seq);
            }
        }
        if let Some(payment) = seen.payment {
            self.take_payment(n, seq, payment, now);
        }
    }

    /// Takes a payment that was asked for by its id.
    pub(super) fn take_payment_by_id(
        &mut self,
        id: &PaymentId,
        seq: u64,
        reading: PaymentReading,
        now: Surroundings<'_>,
    ) {
        let Some(payment) = self.state.payments.get_mut(id) else { return };
        let (n, failures) = (payment.attempt, payment.register.failures);
        if self.is_ours(id, &reading) {
            self.take_payment(n, seq, reading, now);
        } else if let Some(known) = self.state.payments.get_mut(id).filter(|p| p.register.reading.is_some()) {
            // An answer about another payment does not undo what is known. It is asked for again.
            let odd = Failure::Unreadable("an answer about another payment".to_owned());
            known.register.failed(&odd, now.at + now.delays.retry(failures + 1));
        } else {
            // A webhook named it, but KOMOJU says that it belongs to another session: it is not ours.
            self.state.payments.remove(id);
        }
    }

    /// True if the reading is of this payment, and the payment is of the attempt's session. Once that was seen, an
    /// answer that omits the session is believed.
    pub(super) fn is_ours(&self, id: &PaymentId, reading: &PaymentReading) -> bool {
        let Some(payment) = self.state.payments.get(id) else { return false };
        let session = self.state.attempt(payment.attempt).and_then(|a| a.session.as_ref());
        let left_out = reading.session.is_none() && payment.register.reading.is_some();
        reading.id == *id && (left_out || reading.session.as_ref() == session)
    }

    /// Takes a payment's reading and raises its high-water marks: ever reserved, ever captured, the largest amount,
    /// every refund id ever seen.
    pub(super) fn take_payment(
        &mut self,
        n: u32,
        seq: u64,
        mut reading: PaymentReading,
        now: Surroundings<'_>,
    ) {
        let (id, at) = (reading.id.clone(), now.at);
        let payment = self.state.payments.get_or_insert_with(&id, || Payment::new(n, at));
        if payment.attempt != n {
            return;
        }
        if let Some(known) = &payment.register.reading {
            reading.keep_refunds_of(known);
        }
        let before = payment.register.reading.as_ref().map(|r| r.status.clone());
        let reserved = [before.as_ref(), Some(&reading.status)].contains(&Some(&PaymentStatus::Authorized));
        payment.reserved |= reserved;
        let is_second = reading.status == PaymentStatus::Captured && !payment.captured;
        payment.captured |= matches!(reading.status, PaymentStatus::Captured);
        payment.most = payment.most.max(reading.net.map_or(0, |net| net.minor));
        let new = reading.refunds.iter().map(|r| &r.id).filter(|id| !payment.refunds.contains(id));
        let new: Vec<_> = new.cloned().collect();
        payment.refunds.extend(new);
        let status = reading.status.clone();
        match reading.unread.is_empty() {
            true => payment.register.accept(seq, at, reading),
            false => payment.register.accept_part(seq, at, reading, now.delays),
        }
        self.state.follow_transfers(&id);
        self.state.measure_by_offer(&id);
        // A second payment was captured. Part of the first may have gone back without our hearing, so all are read
        // again before anything is paid back as a duplicate.
        if is_second && self.state.payments.values().filter(|p| p.captured).count() > 1 {
            self.want_captured();
        }
        if before.as_ref() != Some(&status) {
            self.state.log(at, Event::PaymentIs { payment: id, status });
        }
    }

    /// Takes the list of all payments that the session ever held. If one of them could not be read, the others count
    /// all the same, and the list is asked for again: that one might be the paid one.
    fn take_payments(
        &mut self,
        n: u32,
        seq: u64,
        list: Vec<PaymentReading>,
        whole: bool,
        now: Surroundings<'_>,
    ) {
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        let session = attempt.session.clone();
        let of_it: Vec<_> =
            list.into_iter().filter(|p| p.session.is_some() && p.session == session).collect();
        if whole {
            attempt.listing.accept(seq, now.at, u32::try_from(of_it.len()).unwrap_or(u32::MAX));
        }
        for reading in of_it {
            self.take_payment(n, seq, reading, now);
        }
        if !whole {
            self.listing_failed(n, Failure::Unreadable("a payment of the list".to_owned()), now);
        }
    }

    fn listing_failed(&mut self, n: u32, failure: Failure, now: Surroundings<'_>) {
        let Some(attempt) = self.state.attempt_mut(n) else { return };
        let retry = now.at + wait(&failure, attempt.listing.failures, now.delays);
        attempt.listing.failed(&failure, retry);
    }

    /// KOMOJU's own copy of an event was read. Only that confirms a fraud mark; an event that KOMOJU does not know
    /// says nothing.
    fn event_answered(&mut self, id: &PaymentId, answer: Answer, now: Surroundings<'_>) {
        let Some(payment) = self.state.payments.get_mut(id) else { return };
        if let Answer::Event(seen) = answer {
            payment.fraud |= seen.kind == FRAUD_MARKED && seen.payment.as_ref() == Some(id);
            payment.suspicion = None;
            return;
        }
        let failure = failure_of(answer);
        if matches!(failure, Failure::NotFound | Failure::Refused { .. }) {
            payment.suspicion = None;
        } else if let Some(suspicion) = payment.suspicion.as_mut() {
            suspicion.retry_at = now.at + wait(&failure, suspicion.failures, now.delays);
            suspicion.failures = suspicion.failures.saturating_add(1);
        }
    }

    /// Takes BigCommerce's refunds. Refunds that cannot be told apart any more are kept as they were last read.
    fn take_order_refunds(&mut self, seq: u64, list: Vec<OrderRefundSeen>, now: Surroundings<'_>) {
        let policy = now.shop.confirmed.then_some(now.shop.settings.refunds);
        let mut read: Vec<OrderRefund> = Vec::new();
        for refund in list.iter().map(|seen| self.order_refund(seen, policy)) {
            // BigCommerce may list a refund twice: it still refunds once.
            if read.iter().all(|known| known.id != refund.id) {
                read.push(refund);
            }
        }
        let unread = read.iter().any(|refund| refund.amounts != Amounts::Known);
        if read.iter().any(|refund| refund.amounts == Amounts::Unreadable) {
            // An unreadable entry may be any refund that we know. Those that seem to be missing are still there.
            let known = self.state.order_refunds.reading.iter().flatten();
            let hidden = known.filter(|k| k.id != 0 && read.iter().all(|refund| refund.id != k.id));
            let hidden: Vec<_> = hidden.cloned().collect();
            read.extend(hidden);
        }
        let list = read;
        let is_news =
            |refund: &OrderRefund| refund.komoju.is_none() && self.known_refund(refund.id).is_none();
        if list.iter().any(is_news) {
            self.want_captured();
        }
        match unread {
            false => self.state.order_refunds.accept(seq, now.at, list),
            true => self.state.order_refunds.accept_part(seq, now.at, list, now.delays),
        }
        self.fresh.refunds = true;
    }

    /// Wants a look at every captured payment. The merchant may have made the same refund at KOMOJU by hand, and its
    /// webhook may be lost: nothing is paid back before we have looked.
    fn want_captured(&mut self) {
        let seq = self.state.next_seq();
        for payment in self.state.payments.values_mut().filter(|p| p.captured) {
            want(&mut payment.register, seq);
        }
    }

    /// This refund as it was last read.
    fn known_refund(&self, id: u64) -> Option<&OrderRefund> {
        self.state.order_refunds.reading.iter().flatten().find(|known| known.id == id)
    }

    /// What of a BigCommerce refund is ours: the part on an offline method, in minor units of the currency that was
    /// asked for. BigCommerce never changes a refund, so an amount once read stays known even if a later answer is
    /// unreadable.
    fn order_refund(&self, seen: &OrderRefundSeen, policy: Option<RefundPolicy>) -> OrderRefund {
        let asked = self.state.attempts.last().map(|a| a.terms.amount.currency);
        let currency =
            asked.or(self.state.order.reading.as_ref().and_then(|o| o.due.ok()).map(|m| m.currency));
        let minor = |part: &RefundPart| {
            currency.and_then(|c| Money::parse(&part.decimal, c).ok()).map(|money| money.minor)
        };
        let known = self.known_refund(seen.id);
        let ours: Option<i64> = seen.parts.iter().filter(|part| part.provider.is_some()).map(minor).sum();
        let amounts = match ours {
            Some(_) => seen.amounts,
            None => Amounts::Unreadable,
        };
        if let Some(known) = known.filter(|k| amounts != Amounts::Known && k.amounts == Amounts::Known) {
            return known.clone();
        }
        let ours = ours.filter(|_| amounts == Amounts::Known).unwrap_or(0);
        // Store credit and other methods count only for the comparison with the order's `refunded_amount`.
        let elsewhere = seen.parts.iter().filter(|part| part.provider.is_none()).filter_map(minor);
        OrderRefund {
            id: seen.id,
            minor: ours,
            total_minor: if amounts == Amounts::Known { ours + elsewhere.sum::<i64>() } else { 0 },
            komoju: seen.komoju.clone().or_else(|| known.and_then(|known| known.komoju.clone())),
            policy: known.map_or(policy, |known| known.policy.or(policy)),
            amounts,
        }
    }

    fn quote_failed(&mut self, refund: RefundId, failure: Failure, now: Surroundings<'_>) {
        let action = Action::RecordRefund { refund };
        match failure {
            Failure::NotFound | Failure::Refused { .. } => self.deed_failed(&action, failure, now),
            // A quote changes nothing, so it can simply be asked for again.
            Failure::Indeterminate(_)
            | Failure::Unreadable(_)
            | Failure::Later { .. }
            | Failure::Unauthorized
            | Failure::Forbidden => {
                let Some(deed) = self.deed_mut(&action) else { return };
                let retry = now.at + wait(&failure, deed.failures, now.delays);
                deed.failures = deed.failures.saturating_add(1);
                deed.retry_at = retry;
                if !deed.is_indeterminate() {
                    deed.state = DeedState::Intended { not_before: retry };
                }
            }
        }
    }

    /// A look at a session failed. A start that waits for it fails with it.
    pub(super) fn session_look_failed(&mut self, n: u32, failure: Failure, now: Surroundings<'_>) {
        if let Some(attempt) = self.state.attempt_mut(n) {
            let retry = now.at + wait(&failure, attempt.register.failures, now.delays);
            attempt.register.failed(&failure, retry);
        }
        self.fail_start(komoju_refusal(&failure));
    }

    /// A look at a payment failed. One that only a webhook named, and that KOMOJU does not know, is dropped.
    pub(super) fn payment_look_failed(&mut self, id: &PaymentId, failure: Failure, now: Surroundings<'_>) {
        let Some(payment) = self.state.payments.get_mut(id) else { return };
        if failure == Failure::NotFound && payment.register.reading.is_none() {
            self.state.payments.remove(id);
            return;
        }
        let retry = now.at + wait(&failure, payment.register.failures, now.delays);
        payment.register.failed(&failure, retry);
        self.fail_start(komoju_refusal(&failure));
    }
}

/// The failure that an answer is. An answer of another kind than was asked for is unreadable.
pub(super) fn failure_of(answer: Answer) -> Failure {
    let Answer::Failed(failure) = answer else {
        return Failure::Unreadable("an answer of another kind".to_owned());
    };
    failure
}

/// The most offers of a session that we remember: more than KOMOJU has types and currencies for one shop.
const MOST_OFFERED: usize = 64;

/// The longest wait in ms, however long the other side asks for: a payment is looked after once a day at least.
const LONGEST_WAIT: i64 = 86_400_000;

/// How long to wait after a failure, in ms: as long as the other side asks for, or as the ladder says, whichever is
/// longer.
pub(super) fn wait(failure: &Failure, failures: u32, delays: Delays) -> i64 {
    let ladder = delays.retry(failures.saturating_add(1));
    match failure {
        Failure::Later { after_ms: Some(ms), .. } => {
            ladder.max(i64::try_from(*ms).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
        }
        Failure::Later { after_ms: None, .. }
        | Failure::Indeterminate(_)
        | Failure::Unreadable(_)
        | Failure::Unauthorized
        | Failure::Forbidden
        | Failure::NotFound
        | Failure::Refused { .. } => ladder,
    }
}

/// How a start ends that BigCommerce did not answer.
fn bigcommerce_refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::NotFound => Refusal::OrderNotFound,
        Failure::Unauthorized | Failure::Forbidden => Refusal::Disconnected,
        Failure::Later { after_ms, .. } => Refusal::Busy { after_ms: *after_ms },
        Failure::Indeterminate(_) | Failure::Unreadable(_) | Failure::Refused { .. } => {
            Refusal::BigCommerceUnavailable
        }
    }
}

/// How a start ends that KOMOJU did not answer, or that asked KOMOJU too much.
pub(super) fn komoju_refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::Later { after_ms, .. } => Refusal::Busy { after_ms: *after_ms },
        Failure::Indeterminate(_)
        | Failure::Unreadable(_)
        | Failure::Unauthorized
        | Failure::Forbidden
        | Failure::NotFound
        | Failure::Refused { .. } => Refusal::KomojuUnavailable,
    }
}

/// A failure in words, for the history.
pub(super) fn describe(failure: &Failure) -> String {
    match failure {
        Failure::Indeterminate(why) => format!("no answer ({why})"),
        Failure::Unreadable(what) => format!("an answer that cannot be read ({what})"),
        Failure::Later { .. } => "not now".to_owned(),
        Failure::Unauthorized => "the key or token is not accepted".to_owned(),
        Failure::Forbidden => "a permission is missing".to_owned(),
        Failure::NotFound => "not found".to_owned(),
        Failure::Refused { status, code, message, .. } => format!("{status} {code}: {message}"),
    }
}
