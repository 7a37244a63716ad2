//! Refunds by bank transfer. A payment made in cash goes back this way: we ask KOMOJU, and its staff make the
//! transfer days later.
//!
//! KOMOJU documents no amount for a request and no link from a request to the refund that it becomes, and no page
//! says that either carries our description. So the deed that asked keeps all of it: the amount ([`Deed::minor`]),
//! the request that KOMOJU made of it ([`Deed::request`]), and the refund that the request became ([`Deed::refund`]).
//!
//! Invariant: each link is learned once and stays. A request belongs to one deed at most, a refund to one request at
//! most. Until its refund is known or KOMOJU rejects it, the money of a transfer is *promised*: we do not give it
//! away a second time.
//!
//! # One transfer
//!
//! The merchant refunds ¥2,000 of a konbini payment of ¥3,000 in BigCommerce, and enters the shopper's bank account:
//!
//! ```text
//! day  KOMOJU shows                           what we conclude                        stage       left of ¥3,000
//!  0   "accepted", and nothing else           deed 40: done, minor 2,000              Unseen      ¥1,000
//!  0   request rr_1, pending                  the only new request, and we wait for   Pending     ¥1,000
//!                                             just one: deed.request = rr_1
//!  4   a refund ref_9 of ¥2,000, newer        may be the transfer: not booked yet     Pending     −¥1,000: nothing
//!      than rr_1, without any mark                                                                is offered
//!  5   request rr_1, completed                deed.refund = ref_9: it is refund 12    Refunded    ¥1,000
//!                                             of BigCommerce, booked already
//! ```
//!
//! # When it does not come out even
//!
//! ```text
//! completed, and no refund of ¥2,000 shows        Completed    the merchant says which refund it became, if any
//! the request is not shown any more               Vanished     the same; its money stays promised
//! a refund with our mark, but of ¥1,400 (a fee)   Refunded     paired; shown until the merchant dismisses it
//! KOMOJU's staff reject it                        Rejected     its money is free again; the merchant may ask anew
//! a request that no deed of ours made             –            without an amount, nobody knows what is left
//! ```
//!
//! The merchant's answer is [`Decision::MatchTransfer`].

use crate::state::State;
use crate::state::decision::Decision;
use crate::state::deed::{Action, Deed, DeedState};
use crate::state::delays::Delays;
use crate::state::reading::{Cause, RefundReading, RefundRequestReading, RequestStatus};
use crate::time::Moment;
use crate::values::ids::{PaymentId, RefundId};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// How far a transfer is, once KOMOJU has accepted our request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TransferStage {
    /// KOMOJU accepted the request, but does not show it yet.
    Unseen,
    /// KOMOJU's staff have it, for all we can tell: a part of the payment that we could not read may say more.
    Pending,
    /// KOMOJU says that the transfer is made, but shows no refund that we could take for it.
    Completed,
    /// We know which refund it became.
    Refunded,
    /// KOMOJU's staff will not make it.
    Rejected,
    /// KOMOJU once showed the request, and no longer does.
    Vanished,
}

impl TransferStage {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// True if KOMOJU's answers leave open whether it came to anything: only then may a person say that it did not.
    fn may_have_come_to_nothing(self) -> bool {
        match self {
            Self::Unseen | Self::Completed | Self::Vanished => true,
            Self::Pending | Self::Refunded | Self::Rejected => false,
        }
    }

    /// True if the money is on its way, or may be: it must not be given away again.
    fn is_promised(self) -> bool {
        match self {
            Self::Unseen | Self::Pending | Self::Completed | Self::Vanished => true,
            Self::Refunded | Self::Rejected => false,
        }
    }
}

/// One transfer that we asked for and KOMOJU accepted.
#[derive(Debug, Clone, Copy)]
pub struct Transfer<'a> {
    /// The deed that asked for it.
    pub deed: &'a Deed,
    /// Why money goes back.
    pub cause: Cause,
    pub stage: TransferStage,
    /// The request as KOMOJU shows it now.
    request: Option<&'a RefundRequestReading>,
}

impl Transfer<'_> {
    /// The amount we asked for, in minor units of the payment's currency.
    pub fn minor(&self) -> i64 {
        self.deed.minor.unwrap_or(0)
    }

    /// True if the transfer was asked for before this refund was made, so that it may have become it. True also if
    /// KOMOJU does not say when the refund was made.
    fn is_older_than(&self, refund: &RefundReading) -> bool {
        let asked_at =
            self.request.and_then(|r| r.at).unwrap_or(self.deed.first_sent - Delays::CLOCKS_DIFFER);
        refund.at.is_none_or(|at| at >= asked_at)
    }
}

impl State {
    /// The transfers of a payment that KOMOJU accepted, oldest first, each with its stage by the last reading.
    pub fn transfers(&self, payment: &PaymentId) -> Vec<Transfer<'_>> {
        let Some(held) = self.payments.get(payment) else { return Vec::new() };
        let register = &held.register;
        let requests = register.reading.as_ref().map_or(&[][..], |r| &r.refund_requests);
        let refunds = register.reading.as_ref().map_or(&[][..], |r| &r.refunds);
        let accepted = self.deeds.iter().filter(|deed| deed.state == DeedState::Done);
        let view = |deed| {
            let cause = cause_of(deed, payment)?;
            let request = requests.iter().find(|request| is_of(request, deed, cause));
            let became = deed.refund.is_some() || refunds.iter().any(|r| r.cause == Some(cause));
            let stage = match request.map(|request| &request.status) {
                Some(RequestStatus::Rejected) => TransferStage::Rejected,
                _ if became => TransferStage::Refunded,
                Some(RequestStatus::Completed) => TransferStage::Completed,
                Some(RequestStatus::Pending | RequestStatus::Other(_)) => TransferStage::Pending,
                None if deed.request.is_some() => TransferStage::Vanished,
                None => TransferStage::Unseen,
            };
            // What is missing may be what could not be read. To ask a person now what became of it would be to ask
            // whether it shall be paid once more.
            let stage = match held.is_partly_unread() && stage.may_have_come_to_nothing() {
                true => TransferStage::Pending,
                false => stage,
            };
            Some(Transfer { deed, cause, stage, request })
        };
        accepted.filter_map(view).collect()
    }

    /// Open requests at KOMOJU without an amount. A request of ours has one, because we write the deed's amount into
    /// the reading; so these were made by somebody else, and nobody can tell how much they will take.
    pub fn foreign_requests(&self, payment: &PaymentId) -> impl Iterator<Item = &RefundRequestReading> {
        let reading = self.payments.get(payment).and_then(|p| p.register.reading.as_ref());
        reading.into_iter().flat_map(|r| &r.refund_requests).filter(|request| {
            let over = [RequestStatus::Rejected, RequestStatus::Completed].contains(&request.status);
            !over && !request.has_amount()
        })
    }

    /// What transfers under way will take of a payment, in minor units of its currency. None: nobody can tell, see
    /// [`Self::foreign_requests`].
    pub fn promised(&self, payment: &PaymentId) -> Option<i64> {
        if self.foreign_requests(payment).next().is_some() {
            return None;
        }
        let transfers = self.transfers(payment);
        let ours: i64 = transfers.iter().filter(|t| t.stage.is_promised()).map(Transfer::minor).sum();
        let reading = self.payments.get(payment).and_then(|p| p.register.reading.as_ref());
        let requests = reading.into_iter().flat_map(|r| &r.refund_requests);
        // Requests that no deed of ours is known to have made, but for which KOMOJU does show an amount.
        let others = requests.filter(|request| {
            let over = [RequestStatus::Rejected, RequestStatus::Completed].contains(&request.status);
            !over && !transfers.iter().any(|t| t.request.is_some_and(|known| std::ptr::eq(known, *request)))
        });
        let others: i64 = others.filter_map(|request| request.minor).sum();
        Some(ours + others)
    }

    /// True if a refund without any mark may be what a transfer of ours became. Until that is known we do not book
    /// it: BigCommerce has that refund already, and would show it twice.
    pub fn may_be_a_transfer(&self, payment: &PaymentId, refund: &RefundReading) -> bool {
        refund.cause.is_none()
            && !refund.chargeback
            && self.transfers(payment).iter().any(|transfer| {
                let possible = match transfer.stage {
                    TransferStage::Completed | TransferStage::Vanished => true,
                    // KOMOJU may show the refund before it calls the request completed.
                    TransferStage::Unseen | TransferStage::Pending => transfer.minor() == refund.minor,
                    TransferStage::Refunded | TransferStage::Rejected => false,
                };
                possible && transfer.is_older_than(refund)
            })
    }

    /// What the merchant must find out about a payment's transfers; empty if all is clear. Somebody else's request by
    /// its id, one of ours as `{seq of its deed} {stage}`.
    pub fn unclear_transfers(&self, payment: &PaymentId) -> Vec<String> {
        let Some(held) = self.payments.get(payment) else { return Vec::new() };
        let refunds = held.register.reading.as_ref().map_or(&[][..], |r| &r.refunds);
        let foreign = self.foreign_requests(payment).map(|request| request.id.clone());
        let unclear = |transfer: &Transfer<'_>| {
            let deed = transfer.deed;
            let became = refunds.iter().find(|refund| {
                deed.refund.as_ref().map_or(refund.cause == Some(transfer.cause), |id| refund.id == *id)
            });
            match transfer.stage {
                TransferStage::Completed | TransferStage::Vanished => true,
                // KOMOJU may need a moment to show the request, so the first look may have come too early.
                TransferStage::Unseen => held.register.seq > deed.seq && held.register.at > deed.retry_at,
                // KOMOJU took a fee off, or added one. If the merchant matched the two by hand, they know.
                TransferStage::Refunded => {
                    let differs = became.is_some_and(|refund| refund.minor != transfer.minor());
                    differs && !self.is_matched_by_a_person(deed.seq)
                }
                TransferStage::Pending | TransferStage::Rejected => false,
            }
        };
        let ours = self.transfers(payment).into_iter().filter(unclear);
        foreign.chain(ours.map(|t| [&t.deed.seq.to_string(), " ", t.stage.key()].concat())).collect()
    }

    /// The merchant has said which refund this transfer became. They saw both amounts, so a difference is settled.
    fn is_matched_by_a_person(&self, seq: u64) -> bool {
        self.decisions.iter().any(|stored| match &stored.decided.decision {
            Decision::MatchTransfer { transfer, refund } => *transfer == seq && refund.is_some(),
            Decision::Dismiss { .. }
            | Decision::Capture { .. }
            | Decision::Refund { .. }
            | Decision::ConfirmRefund { .. }
            | Decision::BankDetails { .. }
            | Decision::SettleOutside { .. }
            | Decision::SettleUnanswered { .. }
            | Decision::PartPair { .. }
            | Decision::Owed { .. } => false,
        })
    }

    /// When the newest transfer was asked for whose outcome KOMOJU has not shown yet, in ms since the epoch. None: we
    /// wait for none. The daily looks at the payment count from here.
    pub fn awaits_a_transfer_since(&self, payment: &PaymentId) -> Option<Moment> {
        let first_seen = self.payments.get(payment).map_or(0, |held| held.first_seen);
        let foreign = self.foreign_requests(payment).map(|request| request.at.unwrap_or(first_seen));
        let transfers = self.transfers(payment);
        let promised = transfers.iter().filter(|t| t.stage.is_promised()).map(|t| t.deed.first_sent);
        foreign.chain(promised).max()
    }

    /// Learns what a new reading of the payment tells about its transfers, and writes into that reading what only our
    /// deeds know (amounts and causes). Call it after each reading.
    pub fn follow_transfers(&mut self, payment: &PaymentId) {
        let Some(reading) = self.payments.get(payment).and_then(|p| p.register.reading.clone()) else {
            return;
        };
        self.adopt(payment, &reading.refund_requests);
        self.absorb(payment, &reading.refund_requests, &reading.refunds);
        self.write_into_reading(payment);
        if let Some(held) = self.payments.get_mut(payment) {
            for request in &reading.refund_requests {
                if !request.id.is_empty() && !held.requests.contains(&request.id) {
                    held.requests.push(request.id.clone());
                }
            }
        }
    }

    /// Finds the request that each deed made: by our mark in it. Failing that, if there are exactly as many new
    /// unmarked requests as deeds that wait for one, they belong together in order. If the numbers differ, one of
    /// them may be somebody else's, and we learn nothing.
    fn adopt(&mut self, payment: &PaymentId, requests: &[RefundRequestReading]) {
        let seen = self.payments.get(payment).map(|p| p.requests.clone()).unwrap_or_default();
        let taken: Vec<String> = self.deeds.iter().filter_map(|deed| deed.request.clone()).collect();
        let mut new: Vec<_> = requests
            .iter()
            .filter(|r| !r.id.is_empty() && !taken.contains(&r.id) && !seen.contains(&r.id))
            .collect();
        for deed in self.deeds.iter_mut().filter(|deed| deed.request.is_none() && has_left(deed)) {
            let Some(cause) = cause_of(deed, payment) else { continue };
            if let Some(i) = new.iter().position(|request| request.cause == Some(cause)) {
                deed.request = Some(new.remove(i).id.clone());
            }
        }
        new.retain(|request| request.cause.is_none());
        let waits = |deed: &Deed| {
            let may_be_there = matches!(deed.state, DeedState::Sent | DeedState::Done);
            may_be_there && deed.request.is_none() && cause_of(deed, payment).is_some()
        };
        if self.deeds.iter().filter(|deed| waits(deed)).count() == new.len() {
            for (deed, request) in self.deeds.iter_mut().filter(|deed| waits(deed)).zip(new) {
                deed.request = Some(request.id.clone());
            }
        }
    }

    /// Finds the refund that each transfer became: by our mark in it. Failing that, if KOMOJU calls
    /// the request completed, an unmarked refund of the same amount that is newer than the request and
    /// that no entry in the books names.
    fn absorb(&mut self, payment: &PaymentId, requests: &[RefundRequestReading], refunds: &[RefundReading]) {
        let mut taken: Vec<RefundId> = self.deeds.iter().filter_map(|deed| deed.refund.clone()).collect();
        let mut pairs: Vec<(usize, RefundId)> = Vec::new();
        for by_mark in [true, false] {
            for (i, deed) in self.deeds.iter().enumerate().filter(|(_, deed)| deed.refund.is_none()) {
                let Some(cause) = cause_of(deed, payment) else { continue };
                let request = requests.iter().find(|r| is_of(r, deed, cause));
                let done = request.is_some_and(|r| r.status == RequestStatus::Completed)
                    && deed.state == DeedState::Done;
                if pairs.iter().any(|(known, _)| *known == i) || !(by_mark || done) {
                    continue;
                }
                let transfer = Transfer { deed, cause, stage: TransferStage::Completed, request };
                let found = refunds.iter().find(|refund| {
                    let is_it = match by_mark {
                        true => refund.cause == Some(cause),
                        false => {
                            let unmarked = refund.cause.is_none() && refund.minor == transfer.minor();
                            unmarked
                                && transfer.is_older_than(refund)
                                && !super::is_recorded(self, &refund.id)
                        }
                    };
                    is_it && !refund.chargeback && !taken.contains(&refund.id)
                });
                if let Some(refund) = found {
                    taken.push(refund.id.clone());
                    pairs.push((i, refund.id.clone()));
                }
            }
        }
        for (i, refund) in pairs {
            if let Some(deed) = self.deeds.get_mut(i) {
                deed.refund = Some(refund);
            }
        }
    }

    /// Writes into the reading what our deeds know of its requests and refunds: KOMOJU's answers lack it.
    fn write_into_reading(&mut self, payment: &PaymentId) {
        let deeds = &self.deeds;
        let Some(reading) = self.payments.get_mut(payment).and_then(|p| p.register.reading.as_mut()) else {
            return;
        };
        for deed in deeds {
            let Some(cause) = cause_of(deed, payment) else { continue };
            let request = reading.refund_requests.iter_mut().find(|r| is_of(r, deed, cause));
            if let Some(request) = request {
                (request.minor, request.cause) = (deed.minor, Some(cause));
                // The merchant has found out that nothing came of it, so it promises no money any more.
                if deed.was_settled() {
                    request.status = RequestStatus::Rejected;
                }
            }
            let refund = reading.refunds.iter_mut().find(|r| deed.refund.as_ref() == Some(&r.id));
            if let Some(refund) = refund {
                refund.cause = Some(cause);
            }
        }
    }

    /// Takes the merchant's word on what became of a transfer: this refund, or nothing at all (None). `seq` is that
    /// of its deed. False: there is no such transfer, the refund cannot be what it became, or
    /// KOMOJU has it in hand.
    pub fn match_transfer(&mut self, seq: u64, refund: Option<&RefundId>) -> bool {
        let accepted = self.deeds.iter().find(|deed| deed.seq == seq && deed.state == DeedState::Done);
        let payment = accepted.and_then(|deed| Some((deed, deed.action.payment()?)));
        let payment = payment.filter(|(deed, payment)| cause_of(deed, payment).is_some());
        let Some(payment) = payment.map(|(_, payment)| payment.clone()) else { return false };
        let of_it = |id: &RefundId| {
            let reading = self.payments.get(&payment).and_then(|p| p.register.reading.as_ref());
            reading.is_some_and(|r| {
                r.refunds.iter().any(|one| one.id == *id && self.may_be_a_transfer(&payment, one))
            })
        };
        // KOMOJU's staff have it, or it is known what became of it: "nothing" would free money that they still pay out.
        let may_be_nothing = || {
            let transfers = self.transfers(&payment);
            transfers.iter().any(|t| t.deed.seq == seq && t.stage.may_have_come_to_nothing())
        };
        if !refund.map_or_else(may_be_nothing, of_it) {
            return false;
        }
        let deed =
            self.deeds.iter_mut().find(|deed| deed.seq == seq && deed.action.payment() == Some(&payment));
        let Some(deed) = deed else { return false };
        match refund {
            Some(id) => deed.refund = Some(id.clone()),
            None => deed.settle(),
        }
        self.write_into_reading(&payment);
        true
    }
}

/// Why a deed asked for a transfer of this payment. None: it asked for no such thing.
fn cause_of(deed: &Deed, of: &PaymentId) -> Option<Cause> {
    match &deed.action {
        Action::RequestRefund { payment, cause } if payment == of => Some(*cause),
        Action::RequestRefund { .. }
        | Action::RefundPayment { .. }
        | Action::RecordRefund { .. }
        | Action::Capture { .. }
        | Action::CancelPayment { .. }
        | Action::CancelSession { .. }
        | Action::UpdateOrder { .. } => None,
    }
}

/// True if the deed's request may have reached KOMOJU.
fn has_left(deed: &Deed) -> bool {
    match &deed.state {
        DeedState::Sent | DeedState::Done => true,
        DeedState::Refused { .. } => deed.went_unanswered() || deed.was_settled(),
        DeedState::Intended { .. } => false,
    }
}

/// Whether this request is the one that the deed made: by its id. Readings of a former version, and an answer that lost
/// it, have no id; there our mark tells.
fn is_of(request: &RefundRequestReading, deed: &Deed, cause: Cause) -> bool {
    match request.id.as_str() {
        "" => request.cause == Some(cause),
        id => deed.request.as_deref() == Some(id),
    }
}

impl RefundRequestReading {
    /// False also for 0: a former version wrote that if KOMOJU did not say the amount.
    fn has_amount(&self) -> bool {
        self.minor.is_some_and(|minor| minor > 0)
    }
}
