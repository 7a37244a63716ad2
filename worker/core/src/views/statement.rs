//! What the merchant may know of a payment, and what may be decided about it: a picture of the state, without words.
//! The panel puts it into sentences and buttons.
//!
//! What is offered here is what the machine accepts: an amount is `capturable` or `refundable` only while nothing
//! else of that payment is decided, under way or unreadable.

use crate::refunds::transfers::{Transfer, TransferStage};
use crate::refunds::{self, PayBack, Settled};
use crate::state::decision::{DecisionKind, Ended, StoredDecision, Upon};
use crate::state::deed::Action;
use crate::state::delays::Delays;
use crate::state::reading::{OrderRefund, PaymentReading, PaymentStatus, RefundReading};
use crate::state::settings::{Mode, Settings};
use crate::state::{Payment, Standing, State};
use crate::time::Moment;
use crate::values::attention::{Attention, Side};
use crate::values::ids::{PaymentId, RefundId};
use crate::values::money::{Currency, Money};
use crate::values::owed::Split;
use serde::{Deserialize, Serialize};

/// One order's payments, refunds and open questions, for the merchant's page about it.
///
/// An order of ¥3,000 was paid by card, and the merchant has refunded ¥1,000 of it in BigCommerce. The setting says
/// that somebody must confirm such refunds:
///
/// ```text
/// due       ¥3,000
/// payments  p1: Captured, credit_card, asked ¥3,000, total ¥3,000, refundable ¥3,000
/// refunds   12: ¥1,000, ToConfirm { amount: ¥1,000, by_transfer: false }
/// reasons   RefundToConfirm
/// upon      "0|p1=3000"                  nothing decided or begun yet; p1 holds ¥3,000
/// ```
///
/// The merchant presses *refund at KOMOJU*. The decision carries `upon` back. If a colleague decided something about
/// this money a second before, `upon` is "1|p1=3000" by now, and the second decision moves nothing: it is answered
/// with "overtaken".
///
/// ```text
/// refunds   12: ¥1,000, UnderWay         until KOMOJU answers
/// refunds   12: ¥1,000, Settled          p1 now has refunded ¥1,000, refundable ¥2,000
/// decisions "decided_confirm" by kana@shop.example, ended: done
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// What the order is due now: its total, less what was paid otherwise. None: not read, or not readable.
    pub due: Option<Money>,
    /// The sums that may be due, if the merchant must choose one; else empty.
    #[serde(default)]
    pub choices: Vec<Money>,
    /// The order's total and the parts that store credit and gift certificates paid; None if they paid nothing.
    pub split: Option<Split>,
    /// What was paid or is reserved, in the order's currency, if that is not what is due.
    pub paid_otherwise: Option<Money>,
    /// Every payment that was ever read.
    #[serde(default)]
    pub payments: Vec<PaymentLine>,
    /// Every refund that the merchant made in BigCommerce about our money.
    #[serde(default)]
    pub refunds: Vec<RefundLine>,
    /// What a person must look at. Dismissed reasons are among them for as long as they last: seen is not settled.
    #[serde(default)]
    pub reasons: Vec<Attention>,
    /// The sides that have not answered for a day.
    #[serde(default)]
    pub silent: Vec<Side>,
    /// What could not be read, by id or name. While there is anything, no money moves by itself.
    #[serde(default)]
    pub unread: Vec<String>,
    /// What a decision made on this page rests on. The page sends it back with the decision, which counts only if it
    /// is still so. None: from a former version.
    pub upon: Option<Upon>,
    /// The decisions about money, the newest first, and what became of each.
    #[serde(default)]
    pub decisions: Vec<DecisionLine>,
}

/// A decision about money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionLine {
    pub what: DecisionKind,
    /// The staff member, as colleagues know them.
    pub by: String,
    pub at: Moment,
    /// How it ended. None: it is under way.
    pub ended: Option<Ended>,
}

/// A call that moves money, or enters a refund, and has no final answer. Nothing else of that payment is offered
/// meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unanswered {
    pub what: Asked,
    /// How much. None: all of it, or in a currency that we do not know.
    pub amount: Option<Money>,
    /// When it was first sent, in ms since the epoch.
    pub since: Moment,
    /// Ms since the epoch. Until then it is sent again; after that it is only looked for. None: a call to
    /// BigCommerce, which is looked for until it answers.
    pub until: Option<Moment>,
}

/// What the unanswered call asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Capture,
    Refund,
    /// A refund by bank transfer.
    Transfer,
    /// Enter in BigCommerce a refund that was made at KOMOJU.
    Entry,
}

/// A refund by bank transfer that KOMOJU accepted, and that its staff carry out days later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferLine {
    /// The `seq` of its deed: a decision names it by this.
    pub id: u64,
    pub amount: Money,
    pub stage: TransferStage,
    pub asked_at: Moment,
    /// Refunds at KOMOJU that may be this transfer. If there is more than one reading of it, the merchant must say
    /// which.
    #[serde(default)]
    pub may_be: Vec<MadeAtKomoju>,
}

/// A refund as KOMOJU has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeAtKomoju {
    pub id: RefundId,
    pub amount: Money,
    pub at: Option<Moment>,
}

/// One payment at KOMOJU. Amounts are in the payment's currency, except `asked`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentLine {
    pub id: PaymentId,
    pub status: PaymentStatus,
    /// KOMOJU's slug of the payment type; empty if it is not known yet.
    #[serde(rename = "method")]
    pub payment_type: String,
    pub mode: Mode,
    /// What the attempt asked for, in the order's currency.
    pub asked: Money,
    /// What the shopper pays, fee included. None: KOMOJU answered in a currency that we do not know.
    pub total: Option<Money>,
    /// The part of `total` that is the payment method's fee; None if there is none.
    pub fee: Option<Money>,
    /// What the merchant paid back; None if nothing.
    pub refunded: Option<Money>,
    /// What a card company took back; None if nothing.
    pub charged_back: Option<Money>,
    /// KOMOJU marked it as fraud.
    #[serde(default)]
    pub fraud: bool,
    /// Two-step: what may be captured now; None if nothing may.
    pub capturable: Option<Money>,
    /// What may be paid back now; None if nothing may.
    pub refundable: Option<Money>,
    /// It was paid with cash, so it goes back by bank transfer only.
    pub by_transfer: bool,
    /// A call without a final answer. While there is one, nothing may be captured or paid back.
    pub unanswered: Option<Unanswered>,
    /// KOMOJU has a bank transfer under way that we did not ask for, and does not say how much it takes. What is left
    /// cannot be known, so nothing is offered.
    #[serde(default)]
    pub rest_is_unknown: bool,
    /// Our refunds by bank transfer that KOMOJU accepted, the oldest first.
    #[serde(default)]
    pub transfers: Vec<TransferLine>,
}

/// A refund made in BigCommerce, and what has become of it at KOMOJU.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundLine {
    pub id: u64,
    /// In the order's currency.
    pub amount: Money,
    pub state: RefundState,
}

/// How far a refund made in BigCommerce has got at KOMOJU.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RefundState {
    /// KOMOJU has paid it back.
    Settled,
    /// The merchant made it by hand on both sides: it and this refund at KOMOJU were taken for one. If they are two,
    /// the merchant can say so.
    ByHand {
        komoju: RefundId,
    },
    /// KOMOJU was asked for a bank transfer, and has not made it yet.
    Requested,
    /// The order was never paid by KOMOJU.
    NeverPaid,
    /// The setting says that KOMOJU pays nothing back by itself, and KOMOJU could not pay all of this.
    Unwanted,
    /// A person said that it was paid back by other means.
    Outside {
        by: String,
        at: Moment,
    },
    UnderWay,
    /// Waits for somebody to confirm it. `amount`: what KOMOJU would pay back, in the payment's currency;
    /// `by_transfer`: to a bank account.
    ToConfirm {
        amount: Money,
        by_transfer: bool,
    },
    /// It goes back by bank transfer, and nobody has said where to.
    NeedsBank {
        amount: Money,
    },
    /// KOMOJU holds too little for all of it.
    TooLarge,
    /// Something about this order's money could not be read, so it cannot be told.
    Unknown,
    /// KOMOJU has a bank transfer under way that we did not ask for: what is left cannot be known.
    Unclear,
    /// A call about its payment has no answer yet.
    Waits,
    /// KOMOJU said no, in its words. Somebody may try again.
    Refused {
        amount: Money,
        reason: String,
        by_transfer: bool,
    },
}

/// The merchant's page of this order, under the settings as they are now.
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
        choices: state.choices(settings),
        split: state.order.reading.as_ref().and_then(|o| o.split),
        paid_otherwise: state.credited().or_else(|| state.reserved().next()).and_then(differs),
        payments: state
            .payments
            .iter()
            .filter_map(|(id, payment)| payment_line(state, id, payment))
            .collect(),
        refunds: refunds::made_in_bigcommerce(state).into_iter().filter_map(refund).collect(),
        reasons: state.reasons(settings),
        silent: state.silent_sides(),
        unread: state.unread(),
        upon: Some(state.upon()),
        decisions: decisions(state),
    }
}

fn decisions(state: &State) -> Vec<DecisionLine> {
    let about_money = state.decisions.iter().rev().filter(|stored| stored.decided.decision.moves_money());
    let line = |stored: &StoredDecision| DecisionLine {
        what: stored.decided.decision.kind(),
        by: stored.decided.by.clone(),
        at: stored.at,
        ended: stored.ended,
    };
    about_money.map(line).collect()
}

/// The open call of a payment, as the merchant sees it. BigCommerce books in the order's currency, KOMOJU in the
/// payment's.
fn unanswered(state: &State, id: &PaymentId, currency: Option<Currency>) -> Option<Unanswered> {
    let deed = state.open_call(id)?;
    let what = match &deed.action {
        Action::Capture { .. } => Asked::Capture,
        Action::RefundPayment { .. } => Asked::Refund,
        Action::RequestRefund { .. } => Asked::Transfer,
        Action::RecordRefund { .. } => Asked::Entry,
        Action::UpdateOrder { .. } | Action::CancelSession { .. } | Action::CancelPayment { .. } => {
            return None;
        }
    };
    let at_komoju = what != Asked::Entry;
    let asked =
        state.payments.get(id).and_then(|p| state.attempt(p.attempt)).map(|a| a.terms.amount.currency);
    let currency = if at_komoju { currency } else { asked };
    Some(Unanswered {
        what,
        amount: deed.minor.and_then(|minor| Some(Money::new(minor, currency?))),
        since: deed.first_sent,
        until: at_komoju.then(|| Delays::unanswered_until(deed.first_sent)),
    })
}

/// The bank transfers of a payment. For one whose refund is not known, the refunds that it may be.
fn transfers(state: &State, id: &PaymentId, reading: &PaymentReading) -> Vec<TransferLine> {
    let Some(currency) = reading.total.map(|total| total.currency) else { return Vec::new() };
    let made = |refund: &RefundReading| MadeAtKomoju {
        id: refund.id.clone(),
        amount: Money::new(refund.minor, currency),
        at: refund.at,
    };
    let line = |transfer: Transfer<'_>| {
        let open = matches!(
            transfer.stage,
            TransferStage::Completed | TransferStage::Vanished | TransferStage::Unseen
        );
        let may_be = reading.refunds.iter().filter(|refund| open && state.may_be_a_transfer(id, refund));
        TransferLine {
            id: transfer.deed.seq,
            amount: Money::new(transfer.minor(), currency),
            stage: transfer.stage,
            asked_at: transfer.deed.first_sent,
            may_be: may_be.map(made).collect(),
        }
    };
    state.transfers(id).into_iter().map(line).collect()
}

/// One line about a payment; None if it was never read.
fn payment_line(state: &State, id: &PaymentId, payment: &Payment) -> Option<PaymentLine> {
    let reading = payment.register.reading.as_ref()?;
    let attempt = state.attempt(payment.attempt)?;
    let currency = reading.total.map(|m| m.currency);
    let money = |minor: i64| currency.filter(|_| minor > 0).map(|c| Money::new(minor, c));
    let free = state.open_call(id).is_none() && state.armed(|d| d.takes_from(id)).is_none();
    let authorized = free && state.standing(attempt) == Standing::Authorized(id.clone());
    Some(PaymentLine {
        id: id.clone(),
        status: reading.status.clone(),
        payment_type: reading.payment_type.clone(),
        mode: attempt.terms.mode,
        asked: attempt.terms.amount,
        total: reading.total,
        fee: reading.total.zip(reading.net).and_then(|(total, net)| money(total.minor - net.minor)),
        refunded: money(payment.refunded()),
        charged_back: money(payment.charged_back()),
        fraud: payment.fraud,
        capturable: reading.net.filter(|_| authorized),
        refundable: money(state.refundable(id)).filter(|_| free && !state.is_partly_unread()),
        by_transfer: refunds::goes_by_transfer(payment),
        unanswered: unanswered(state, id, currency),
        rest_is_unknown: state.remaining(id).is_none(),
        transfers: transfers(state, id, reading),
    })
}

/// How far one refund has got; None if its amount cannot be shown.
fn refund_state(state: &State, settings: &Settings, refund: &OrderRefund) -> Option<RefundState> {
    let in_its_currency = |payment: &PaymentId, minor| {
        let total = state.payments.get(payment)?.register.reading.as_ref()?.total?;
        Some(Money::new(minor, total.currency))
    };
    let by_transfer = |payment: &PaymentId| refunds::is_by_transfer(state, payment);
    Some(match refunds::pay_back(state, settings, refund) {
        PayBack::Settled(Settled::Done) => RefundState::Settled,
        PayBack::Settled(Settled::ByHand) => RefundState::ByHand { komoju: refunds::twin_of(state, refund)? },
        PayBack::Unclear => RefundState::Unclear,
        PayBack::Waits { .. } => RefundState::Waits,
        PayBack::Settled(Settled::Requested) => RefundState::Requested,
        PayBack::Settled(Settled::NeverPaid) => RefundState::NeverPaid,
        PayBack::Settled(Settled::Unwanted) => RefundState::Unwanted,
        PayBack::Settled(Settled::Outside) => {
            let said = refunds::settled_outside(state, refund.id)?;
            RefundState::Outside { by: said.decided.by.clone(), at: said.at }
        }
        PayBack::Due { .. } | PayBack::Settled(Settled::Sent) => RefundState::UnderWay,
        PayBack::TooLarge => RefundState::TooLarge,
        PayBack::Unknown => RefundState::Unknown,
        PayBack::NotConfirmed { payment, minor } => RefundState::ToConfirm {
            amount: in_its_currency(&payment, minor)?,
            by_transfer: by_transfer(&payment),
        },
        PayBack::NeedsBank { payment, minor } => {
            RefundState::NeedsBank { amount: in_its_currency(&payment, minor)? }
        }
        PayBack::Refused { payment, minor, reason } => RefundState::Refused {
            amount: in_its_currency(&payment, minor)?,
            reason,
            by_transfer: by_transfer(&payment),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_value;
    use crate::state::Payment;
    use crate::state::decision::Decision;
    use crate::state::settings::RefundPolicy;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn of<T: DeserializeOwned>(value: Value) -> T {
        read_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
    }

    fn yen(minor: i64) -> Value {
        json!({ "minor": minor, "currency": "JPY" })
    }

    fn payment(id: &str, attempt: u32, method: &str, more: &Value) -> (PaymentId, Payment) {
        let mut reading = json!({
            "id": id, "status": "Captured", "net": yen(1200), "total": yen(1200), "refunded_minor": 0, "refunds": [],
            "refund_requests": [], "method": method, "instructions": {},
        });
        for (name, value) in more.as_object().expect("an object") {
            reading[name] = value.clone();
        }
        let mut payment = Payment::new(attempt, 0);
        payment.captured = reading["status"] == "Captured";
        payment.register.accept(1, 1, of(reading));
        (PaymentId::parse(id).expect("an id"), payment)
    }

    /// An order of ¥1,200 with these payments, each of an attempt of its own, refunded for `minor` in BigCommerce.
    fn refunded(payments: Vec<(PaymentId, Payment)>, minor: i64) -> State {
        let attempts = payments.iter().map(|(_, payment)| {
            of(json!({
                "n": payment.attempt, "created_at": 0, "stage": "open", "url": "", "expires_at": 0, "locale": "en",
                "register": { "seq": 0, "at": 0 },
                "terms": {
                    "account": "a1", "mode": "live", "capture": "auto", "amount": yen(1200), "types": [],
                    "external_order_num": "1", "settings_version": 1,
                },
            }))
        });
        let mut state = State { attempts: attempts.collect(), ..State::default() };
        for (id, payment) in payments {
            state.payments.insert(id, payment);
        }
        let refund = json!({ "id": 12, "minor": minor, "total_minor": minor });
        state.order_refunds.accept(1, 1, vec![of(refund)]);
        state
    }

    fn shown(state: &State, settings: &Settings) -> RefundState {
        let refund = state.order_refunds.reading.iter().flatten().next().expect("one was made");
        refund_state(state, settings, refund).expect("yen are known")
    }

    fn card(more: &Value) -> Vec<(PaymentId, Payment)> {
        vec![payment("p1", 1, "credit_card", more)]
    }

    fn decided(mut state: State, decision: Decision) -> State {
        let decided = json!({ "id": "d1", "by": "kana@shop.example", "decision": decision });
        state.decisions.push(of(json!({ "decided": decided, "seq": 5, "at": 7 })));
        state
    }

    #[test]
    fn done_is_what_komoju_has_paid_back() {
        let refunds =
            json!([{ "id": "r1", "minor": 500, "chargeback": false, "cause": { "OrderRefund": 12 } }]);
        let state = refunded(card(&json!({ "refunds": refunds, "refunded_minor": 500 })), 500);
        assert_eq!(shown(&state, &Settings::default()), RefundState::Settled);
    }

    #[test]
    fn a_transfer_that_was_asked_for_is_not_done_yet() {
        let requested = |status: &str| {
            let requests = json!([{ "minor": 500, "status": status, "cause": { "OrderRefund": 12 } }]);
            let cash = payment("p1", 1, "konbini", &json!({ "refund_requests": requests }));
            shown(&refunded(vec![cash], 500), &Settings::default())
        };
        assert_eq!(requested("Pending"), RefundState::Requested);
        assert_eq!(requested("Completed"), RefundState::Settled);
        assert!(matches!(requested("Rejected"), RefundState::NeedsBank { .. }));
    }

    #[test]
    fn what_was_paid_at_the_counter_is_none_of_komojus() {
        let state = refunded(card(&json!({ "status": "Expired" })), 500);
        assert_eq!(shown(&state, &Settings::default()), RefundState::NeverPaid);
    }

    #[test]
    fn more_than_is_held_is_nobodys_business_where_nothing_goes_back_by_itself() {
        let state = refunded(card(&json!({})), 1500);
        let never = Settings { refunds: RefundPolicy::Never, ..Settings::default() };
        assert_eq!(shown(&state, &never), RefundState::Unwanted);
        assert_eq!(shown(&state, &Settings::default()), RefundState::TooLarge);
    }

    #[test]
    fn what_a_person_settled_names_that_person() {
        let state = decided(refunded(card(&json!({})), 500), Decision::SettleOutside { refund: 12 });
        let by = "kana@shop.example".to_owned();
        assert_eq!(shown(&state, &Settings::default()), RefundState::Outside { by, at: 7 });
    }

    #[test]
    fn it_goes_by_transfer_where_the_payment_it_is_taken_from_was_cash() {
        for (first, second, expected) in [("credit_card", "konbini", false), ("konbini", "credit_card", true)]
        {
            let both = ["p1", "p2"].into_iter().zip([first, second]).zip(1..);
            let both = both.map(|((id, method), n)| payment(id, n, method, &json!({})));
            let never = Settings { refunds: RefundPolicy::Never, ..Settings::default() };
            let shown = shown(&refunded(both.collect(), 500), &never);
            let RefundState::ToConfirm { by_transfer, .. } = shown else { panic!("{shown:?}") };
            assert_eq!(by_transfer, expected, "{first} first");
        }
    }

    /// The merchant began to pay it back piece by piece. It must then never be paid as a whole as well, should KOMOJU
    /// come to hold enough.
    #[test]
    fn a_refund_that_is_paid_in_parts_stays_with_the_person_who_began_so() {
        let at_once = Settings { refunds: RefundPolicy::AtOnce, ..Settings::default() };
        let payment = PaymentId::parse("p1").expect("an id");
        let part = Decision::Refund { payment, minor: Some(300), sealed: None, towards: Some(12) };
        let state = refunded(card(&json!({})), 500);
        assert_eq!(shown(&state, &at_once), RefundState::UnderWay);
        assert_eq!(shown(&decided(state, part), &at_once), RefundState::TooLarge);
    }

    #[test]
    fn what_was_dismissed_is_still_a_reason() {
        use crate::state::Reached;
        use crate::state::deed::{MilestoneKind, Subject};
        let mut state = refunded(card(&json!({})), 500);
        let paid = (Subject::Payment(PaymentId::parse("p1").expect("an id")), MilestoneKind::Paid);
        let reached = Reached { at: 1, attention: Some(Attention::PaidAfterEnd), seen: None };
        state.reached.insert(paid, reached);
        state.dismiss(Attention::PaidAfterEnd);
        let settings = Settings::default();
        assert!(!state.attentions(&settings).contains(&Attention::PaidAfterEnd));
        assert!(statement(&state, &settings).reasons.contains(&Attention::PaidAfterEnd));
    }
}
