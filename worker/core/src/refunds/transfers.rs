//! Refunds by bank transfer, which KOMOJU's staff carry out days later: which request at KOMOJU is which of ours, what of
//! a payment is promised by them, and which refund each became.
//!
//! KOMOJU publishes no amount for a request and no link from a request to its refund, and nobody has published that
//! either carries our description. So our own deed knows all of it: the amount it asked for, the request that it made, the
//! refund that the request became. Each is learned once and stays: a request belongs to one deed at most, a refund to one
//! request at most.

use crate::state::State;
use crate::state::decision::Decision;
use crate::state::deed::{Action, Deed, DeedState};
use crate::state::delays::Delays;
use crate::state::reading::{Cause, RefundReading, RefundRequestReading, RequestStatus};
use crate::time::Moment;
use crate::values::ids::{PaymentId, RefundId};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// How far a transfer is that KOMOJU accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// KOMOJU took the request, and has not shown it yet.
    Unseen,
    /// KOMOJU's staff have it.
    Pending,
    /// KOMOJU says that it is done, and shows no refund that could be it.
    Completed,
    /// It became a refund.
    Refunded,
    Rejected,
    /// KOMOJU showed the request once, and does not any more.
    Vanished,
}

impl Stage {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Stage {
    /// The money is on its way, or may be.
    fn is_promised(self) -> bool {
        match self {
            Self::Unseen | Self::Pending | Self::Completed | Self::Vanished => true,
            Self::Refunded | Self::Rejected => false,
        }
    }
}

/// One transfer of ours.
#[derive(Debug, Clone, Copy)]
pub struct Transfer<'a> {
    pub deed: &'a Deed,
    pub cause: Cause,
    pub stage: Stage,
    request: Option<&'a RefundRequestReading>,
}

impl Transfer<'_> {
    /// In minor units of the payment's currency.
    pub fn minor(&self) -> i64 {
        self.deed.minor.unwrap_or(0)
    }

    /// Whether a refund was made after this was asked for, as far as KOMOJU says when.
    fn is_older_than(&self, refund: &RefundReading) -> bool {
        let asked_at =
            self.request.and_then(|r| r.at).unwrap_or(self.deed.first_sent - Delays::CLOCKS_DIFFER);
        refund.at.is_none_or(|at| at >= asked_at)
    }
}

impl State {
    /// The transfers of a payment that KOMOJU accepted, oldest first.
    pub fn transfers(&self, payment: &PaymentId) -> Vec<Transfer<'_>> {
        let Some(register) = self.payments.get(payment).map(|p| &p.register) else { return Vec::new() };
        let requests = register.reading.as_ref().map_or(&[][..], |r| &r.refund_requests);
        let refunds = register.reading.as_ref().map_or(&[][..], |r| &r.refunds);
        let accepted = self.deeds.iter().filter(|deed| deed.state == DeedState::Done);
        let view = |deed| {
            let cause = cause_of(deed, payment)?;
            let request = requests.iter().find(|request| is_of(request, deed, cause));
            let became = deed.refund.is_some() || refunds.iter().any(|r| r.cause == Some(cause));
            let stage = match request.map(|request| &request.status) {
                Some(RequestStatus::Rejected) => Stage::Rejected,
                _ if became => Stage::Refunded,
                Some(RequestStatus::Completed) => Stage::Completed,
                Some(RequestStatus::Pending | RequestStatus::Other(_)) => Stage::Pending,
                None if deed.request.is_some() => Stage::Vanished,
                None => Stage::Unseen,
            };
            Some(Transfer { deed, cause, stage, request })
        };
        accepted.filter_map(view).collect()
    }

    /// Requests at KOMOJU that are still open and none of ours: nobody can tell how much they take.
    pub fn foreign_requests(&self, payment: &PaymentId) -> impl Iterator<Item = &RefundRequestReading> {
        let reading = self.payments.get(payment).and_then(|p| p.register.reading.as_ref());
        reading.into_iter().flat_map(|r| &r.refund_requests).filter(|request| {
            let over = [RequestStatus::Rejected, RequestStatus::Completed].contains(&request.status);
            !over && !request.has_amount()
        })
    }

    /// What transfers under way will take of a payment. None: not to be known.
    pub fn promised(&self, payment: &PaymentId) -> Option<i64> {
        if self.foreign_requests(payment).next().is_some() {
            return None;
        }
        let transfers = self.transfers(payment);
        let ours: i64 = transfers.iter().filter(|t| t.stage.is_promised()).map(Transfer::minor).sum();
        let reading = self.payments.get(payment).and_then(|p| p.register.reading.as_ref());
        let requests = reading.into_iter().flat_map(|r| &r.refund_requests);
        // An amount that KOMOJU shows, of a request that no deed of ours is known to have made.
        let others = requests.filter(|request| {
            let over = [RequestStatus::Rejected, RequestStatus::Completed].contains(&request.status);
            !over && !transfers.iter().any(|t| t.request.is_some_and(|known| std::ptr::eq(known, *request)))
        });
        let others: i64 = others.filter_map(|request| request.minor).sum();
        Some(ours + others)
    }

    /// A refund that says nothing of why it was made, and may be what a transfer of ours became: it is entered in no book
    /// before that is known.
    pub fn may_be_a_transfer(&self, payment: &PaymentId, refund: &RefundReading) -> bool {
        refund.cause.is_none()
            && !refund.chargeback
            && self.transfers(payment).iter().any(|transfer| {
                let possible = match transfer.stage {
                    Stage::Completed | Stage::Vanished => true,
                    // Shown before the request reads completed.
                    Stage::Unseen | Stage::Pending => transfer.minor() == refund.minor,
                    Stage::Refunded | Stage::Rejected => false,
                };
                possible && transfer.is_older_than(refund)
            })
    }

    /// What of a payment's transfers a person must find out; empty where all is clear.
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
                Stage::Completed | Stage::Vanished => true,
                // The look right after it may have come too early.
                Stage::Unseen => held.register.seq > deed.seq && held.register.at > deed.retry_at,
                // A fee was taken off, or added, and no person has looked at it.
                Stage::Refunded => {
                    let differs = became.is_some_and(|refund| refund.minor != transfer.minor());
                    differs && !self.is_matched_by_a_person(deed.seq)
                }
                Stage::Pending | Stage::Rejected => false,
            }
        };
        let ours = self.transfers(payment).into_iter().filter(unclear);
        foreign.chain(ours.map(|t| [&t.deed.seq.to_string(), " ", t.stage.key()].concat())).collect()
    }

    /// Somebody has said which refund this transfer became: they saw both amounts.
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

    /// Since when something of a payment's transfers is still to be seen.
    pub fn awaits_a_transfer_since(&self, payment: &PaymentId) -> Option<Moment> {
        let first_seen = self.payments.get(payment).map_or(0, |held| held.first_seen);
        let foreign = self.foreign_requests(payment).map(|request| request.at.unwrap_or(first_seen));
        let transfers = self.transfers(payment);
        let promised = transfers.iter().filter(|t| t.stage.is_promised()).map(|t| t.deed.first_sent);
        foreign.chain(promised).max()
    }

    /// Takes in what a new reading of the payment tells of transfers, and writes into that reading what only our deeds
    /// know.
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

    /// Finds out which new request each deed has made: by our mark, else by there being as many as we made.
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

    /// Finds out which refund each transfer became: by our mark, else one of its amount that is newer than a request
    /// that KOMOJU calls completed.
    fn absorb(&mut self, payment: &PaymentId, requests: &[RefundRequestReading], refunds: &[RefundReading]) {
        let mut taken: Vec<RefundId> = self.deeds.iter().filter_map(|deed| deed.refund.clone()).collect();
        let mut pairs: Vec<(usize, RefundId)> = Vec::new();
        for by_mark in [true, false] {
            for (i, deed) in self.deeds.iter().enumerate().filter(|(_, deed)| deed.refund.is_none()) {
                let Some(cause) = cause_of(deed, payment) else { continue };
                let request = requests.iter().find(|r| deed.request.as_ref() == Some(&r.id));
                let done = request.is_some_and(|r| r.status == RequestStatus::Completed)
                    && deed.state == DeedState::Done;
                if pairs.iter().any(|(known, _)| *known == i) || !(by_mark || done) {
                    continue;
                }
                let transfer = Transfer { deed, cause, stage: Stage::Completed, request };
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

    fn write_into_reading(&mut self, payment: &PaymentId) {
        let deeds = &self.deeds;
        let Some(reading) = self.payments.get_mut(payment).and_then(|p| p.register.reading.as_mut()) else {
            return;
        };
        for deed in deeds {
            let Some(cause) = cause_of(deed, payment) else { continue };
            let request = reading.refund_requests.iter_mut().find(|r| deed.request.as_ref() == Some(&r.id));
            if let Some(request) = request {
                (request.minor, request.cause) = (deed.minor, Some(cause));
                // Somebody has found out that nothing came of it.
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

    /// A person has found out what became of a transfer. False: there is no such transfer, or no such refund to be had.
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
        if refund.is_some_and(|id| !of_it(id)) {
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

/// Why a deed asked for a transfer of this payment; none: it did not.
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

/// It may have reached KOMOJU.
fn has_left(deed: &Deed) -> bool {
    match &deed.state {
        DeedState::Sent | DeedState::Done => true,
        DeedState::Refused { .. } => deed.went_unanswered() || deed.was_settled(),
        DeedState::Intended { .. } => false,
    }
}

/// Known by its id; what a former version has read, by its mark.
fn is_of(request: &RefundRequestReading, deed: &Deed, cause: Cause) -> bool {
    match &deed.request {
        Some(id) => request.id == *id,
        None => request.id.is_empty() && request.cause == Some(cause),
    }
}

impl RefundRequestReading {
    fn has_amount(&self) -> bool {
        self.minor.is_some_and(|minor| minor > 0)
    }
}
