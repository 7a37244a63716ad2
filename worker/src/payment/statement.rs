//! What the merchant may know of a payment, and what may be decided about it: a picture of the state, without words.

use super::decision::Decision;
use super::ids::PaymentId;
use super::money::Money;
use super::reading::{Moment, OrderRefund, PaymentStatus};
use super::refunds::{self, PayBack};
use super::settings::{Mode, Settings};
use super::snapshot::{Phase, Snapshot};
use super::state::{Payment, Standing, State};
use crate::json::{record, variants};

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What the order is due now.
    pub due: Option<Money>,
    /// What was paid, where that is not what is due.
    pub paid_otherwise: Option<Money>,
    pub payments: Vec<PaymentLine>,
    pub refunds: Vec<RefundLine>,
}
record!(Statement { due, paid_otherwise, payments, refunds });

#[derive(Debug, Clone, PartialEq)]
pub struct PaymentLine {
    pub id: PaymentId,
    pub status: PaymentStatus,
    pub method: String,
    pub mode: Mode,
    pub asked: Money,
    /// With the shopper's fee; none where KOMOJU answered a currency we do not know.
    pub total: Option<Money>,
    /// The part of it that is the shopper's fee.
    pub fee: Option<Money>,
    pub refunded: Option<Money>,
    /// Two-step: what may be captured now.
    pub capturable: Option<Money>,
    /// What may be paid back now.
    pub refundable: Option<Money>,
    /// Only by bank transfer.
    pub by_transfer: bool,
}
record!(PaymentLine {
    id,
    status,
    method,
    mode,
    asked,
    total,
    fee,
    refunded,
    capturable,
    refundable,
    by_transfer,
});

/// A refund made in BigCommerce, and what has become of it at KOMOJU.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundLine {
    pub id: u64,
    /// In the order's currency.
    pub amount: Money,
    pub state: RefundState,
}
record!(RefundLine { id, amount, state });

#[derive(Debug, Clone, PartialEq)]
pub enum RefundState {
    Settled,
    /// A person said so.
    Outside {
        by: String,
        at: Moment,
    },
    UnderWay,
    /// `amount`: what KOMOJU would pay back, in the payment's currency.
    ToConfirm {
        amount: Money,
    },
    NeedsBank {
        amount: Money,
    },
    TooLarge,
    Refused {
        amount: Money,
        reason: String,
    },
}
variants!(RefundState {
    Settled, Outside { by, at }, UnderWay, ToConfirm { amount }, NeedsBank { amount }, TooLarge,
    Refused { amount, reason },
});

/// How the payment stands, by key: as the shopper sees it, but for two things that only the merchant tells apart.
pub fn phase(state: &State, snapshot: &Snapshot) -> &'static str {
    match snapshot.phase {
        // Its shopper has not come.
        _ if state.attempts.is_empty() => "not_started",
        // Two-step: reserved, and not taken yet.
        Phase::Paid if state.captured().count() == 0 => "authorized",
        phase => phase.key(),
    }
}

pub fn statement(state: &State, settings: &Settings) -> Statement {
    let due = state.order.reading.as_ref().and_then(|o| o.due.ok());
    let currency = state.attempts.last().map(|a| a.terms.amount.currency).or(due.map(|m| m.currency));
    let differs = |(_, payment): (&PaymentId, &Payment)| {
        let paid = Money::new(state.credit(payment), currency?);
        due.filter(|due| !state.covers(payment, *due)).map(|_| paid)
    };
    let refund = |refund: &OrderRefund| {
        let amount = Money::new(refund.minor, currency?);
        Some(RefundLine { id: refund.id, amount, state: refund_state(state, settings, refund)? })
    };
    Statement {
        due,
        paid_otherwise: refunds::credited(state).and_then(differs),
        payments: state
            .payments
            .iter()
            .filter_map(|(id, payment)| payment_line(state, id, payment))
            .collect(),
        refunds: refunds::made_in_bigcommerce(state).into_iter().filter_map(refund).collect(),
    }
}

fn payment_line(state: &State, id: &PaymentId, payment: &Payment) -> Option<PaymentLine> {
    let reading = payment.register.reading.as_ref()?;
    let attempt = state.attempt(payment.attempt)?;
    let currency = reading.total.map(|m| m.currency);
    let money = |minor: i64| currency.filter(|_| minor > 0).map(|c| Money::new(minor, c));
    let authorized = state.standing(attempt) == Standing::Authorized(id.clone());
    Some(PaymentLine {
        id: id.clone(),
        status: reading.status.clone(),
        method: reading.method.clone(),
        mode: attempt.terms.mode,
        asked: attempt.terms.amount,
        total: reading.total,
        fee: reading.total.zip(reading.net).and_then(|(total, net)| money(total.minor - net.minor)),
        refunded: money(reading.refunded_minor),
        capturable: reading.net.filter(|_| authorized),
        refundable: money(payment.refundable()),
        by_transfer: refunds::goes_by_transfer(payment),
    })
}

fn refund_state(state: &State, settings: &Settings, refund: &OrderRefund) -> Option<RefundState> {
    let outside = state
        .decisions
        .iter()
        .rev()
        .find(|stored| stored.decided.decision == Decision::SettleOutside { refund: refund.id });
    if let Some(stored) = outside {
        return Some(RefundState::Outside { by: stored.decided.by.clone(), at: stored.at });
    }
    let in_its_currency = |payment: &PaymentId, minor| {
        let total = state.payments.get(payment)?.register.reading.as_ref()?.total?;
        Some(Money::new(minor, total.currency))
    };
    Some(match refunds::pay_back(state, settings, refund) {
        PayBack::Settled => RefundState::Settled,
        PayBack::Due { .. } => RefundState::UnderWay,
        PayBack::TooLarge => RefundState::TooLarge,
        PayBack::NotConfirmed { payment, minor } => {
            RefundState::ToConfirm { amount: in_its_currency(&payment, minor)? }
        }
        PayBack::NeedsBank { payment, minor } => {
            RefundState::NeedsBank { amount: in_its_currency(&payment, minor)? }
        }
        PayBack::Refused { payment, minor, reason } => {
            RefundState::Refused { amount: in_its_currency(&payment, minor)?, reason }
        }
    })
}
