//! What may be decided about a payment now, and which decision follows from it. Pure.
//!
//! A decision is offered, stated and taken from the same [`Offer`], so nothing can be taken that was not offered. An
//! example: the order is cancelled in BigCommerce, and its ¥1,200 are still held.
//!
//! ```text
//! payment's page       Offer::find(history, "refund", payment=p1) -> most ¥1,200: a form asks how much
//! merchant: 500        the page before the decision says: "KOMOJU pays ¥500 of ¥1,200 back to the shopper now ..."
//! merchant: "Pay back" find again with the history as it is now; decision = Refund { p1, 500 }
//!                      somebody else has refunded all of it meanwhile: no offer, nothing is taken
//! ```

use super::forms::choice;
use crate::objects::messages::payment::History;
use domain::refunds::transfers::TransferStage;
use domain::state::decision::Decision;
use domain::url::{Pair, value};
use domain::values::attention::Attention;
use domain::values::ids::{PaymentId, RefundId};
use domain::values::money::Money;
use domain::values::sealed::Sealed;
use domain::views::statement::{RefundLine, RefundState, TransferLine};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A kind of decision. Each has a page of its own that says what will happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Act {
    /// Take authorized money.
    Capture,
    /// Pay back at KOMOJU, without a refund in BigCommerce.
    Refund,
    /// Pay back at KOMOJU what was refunded in BigCommerce, or try that again.
    Confirm,
    /// The same for a cash payment, whose refund goes to a bank account.
    Bank,
    /// The merchant has paid it back by other means.
    Outside,
    /// The merchant says how much is left to pay of an order with store credit or gift certificates.
    Owed,
    /// The merchant has settled, by other means, a call that was never answered.
    Unanswered,
    /// The merchant says what became of a refund by bank transfer.
    Transfer,
    /// Two refunds made by hand, which we took for one, are two.
    Two,
}

impl Act {
    /// The name that addresses and forms use.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferAbout {
    /// The order as a whole.
    Order,
    Payment(PaymentId),
    /// Part of a refund that was made in BigCommerce and is larger than what KOMOJU holds. It is paid back from this
    /// payment.
    Part {
        payment: PaymentId,
        id: u64,
        amount: Money,
    },
    /// A refund made in BigCommerce. `amount` is in the order's currency.
    Refund {
        id: u64,
        amount: Money,
    },
    /// A call about this payment that was never answered.
    Call(PaymentId),
    /// A refund by bank transfer, and the refund at KOMOJU that it became. None: it came to nothing.
    Transfer {
        id: u64,
        became: Option<(RefundId, Money)>,
    },
    /// A refund made in BigCommerce, and the refund at KOMOJU that we took for the same one.
    Pair {
        id: u64,
        amount: Money,
        komoju: RefundId,
    },
}

/// One decision that may be made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub act: Act,
    pub about: OfferAbout,
    /// The amount; if a part of it may be chosen, the largest possible one.
    pub most: Money,
    /// The money goes to a bank account, which the merchant must enter.
    pub needs_bank: bool,
}

/// Reasons for attention that a refund from this page can settle, because the order itself is no longer the place to
/// make one.
const REFUND_HELPS: [Attention; 6] = [
    Attention::PaidAfterEnd,
    Attention::AmountMismatch,
    Attention::OrderEdited,
    Attention::CancelledWhilePaid,
    Attention::PaidTwice,
    Attention::RefundTooLarge,
];

/// True if a payment may be refunded from here: two payments hold money, or one of the reasons above applies. A
/// reason that the merchant has dismissed still counts, because the money is still here.
fn may_refund(history: &History) -> bool {
    held(history) > 1 || history.statement.reasons.iter().any(|one| REFUND_HELPS.contains(one))
}

/// How many payments hold money that can be paid back.
fn held(history: &History) -> usize {
    history.statement.payments.iter().filter(|line| line.refundable.is_some()).count()
}

/// What a refund of this payment counts towards. If two payments hold money, one of them is a duplicate, and its
/// refund belongs to no refund in BigCommerce.
fn about_refund(history: &History, payment: PaymentId) -> OfferAbout {
    let too_large = history.statement.refunds.iter().find(|line| line.state == RefundState::TooLarge);
    match too_large.filter(|_| held(history) == 1) {
        Some(line) => OfferAbout::Part { payment, id: line.id, amount: line.amount },
        None => OfferAbout::Payment(payment),
    }
}

/// True for a transfer of which the merchant may say that it came to nothing.
pub fn is_open(transfer: &TransferLine) -> bool {
    match transfer.stage {
        TransferStage::Unseen | TransferStage::Completed | TransferStage::Vanished => true,
        TransferStage::Pending | TransferStage::Refunded | TransferStage::Rejected => false,
    }
}

/// What may be decided about a refund that was made in BigCommerce.
pub fn acts_on_refund(refund: &RefundLine) -> &'static [Act] {
    match &refund.state {
        RefundState::Settled
        | RefundState::ByHand { .. }
        | RefundState::Waits
        | RefundState::Requested
        | RefundState::NeverPaid
        | RefundState::Outside { .. }
        | RefundState::UnderWay => &[],
        RefundState::ToConfirm { by_transfer: false, .. }
        | RefundState::Refused { by_transfer: false, .. } => &[Act::Confirm, Act::Outside],
        RefundState::ToConfirm { .. } | RefundState::Refused { .. } | RefundState::NeedsBank { .. } => {
            &[Act::Bank, Act::Outside]
        }
        RefundState::TooLarge | RefundState::Unclear | RefundState::Unwanted => &[Act::Outside],
        RefundState::Unknown => &[],
    }
}

impl Offer {
    /// The offer for this act. None: there is no such thing, or nothing about it can be decided any more.
    pub fn find(history: &History, act: &str, form: &[Pair]) -> Option<Self> {
        let act: Act = choice(act)?;
        match act {
            Act::Owed => {
                let sum = value(form, "sum")?;
                let most = history.statement.choices.iter().find(|choice| choice.decimal() == sum)?;
                Some(Self { act, about: OfferAbout::Order, most: *most, needs_bank: false })
            }
            Act::Unanswered => {
                let id = value(form, "payment")?;
                let line = history.statement.payments.iter().find(|line| line.id.as_str() == id)?;
                let most = line.unanswered.as_ref()?.amount.or(line.total)?;
                Some(Self { act, about: OfferAbout::Call(line.id.clone()), most, needs_bank: false })
            }
            Act::Transfer => {
                let id: u64 = value(form, "transfer")?.parse().ok()?;
                let mut transfers = history.statement.payments.iter().flat_map(|line| &line.transfers);
                let transfer = transfers.find(|transfer| transfer.id == id)?;
                let became = match value(form, "refund").unwrap_or("") {
                    "" if is_open(transfer) => None,
                    "" => return None,
                    refund => {
                        let made = transfer.may_be.iter().find(|made| made.id.as_str() == refund)?;
                        Some((made.id.clone(), made.amount))
                    }
                };
                Some(Self {
                    act,
                    about: OfferAbout::Transfer { id, became },
                    most: transfer.amount,
                    needs_bank: false,
                })
            }
            Act::Two => {
                let id: u64 = value(form, "refund")?.parse().ok()?;
                let line = history.statement.refunds.iter().find(|line| line.id == id)?;
                let RefundState::ByHand { komoju } = &line.state else { return None };
                let about = OfferAbout::Pair { id, amount: line.amount, komoju: komoju.clone() };
                Some(Self { act, about, most: line.amount, needs_bank: false })
            }
            Act::Capture | Act::Refund => Self::on_payment(history, act, value(form, "payment")?),
            Act::Confirm | Act::Bank | Act::Outside => {
                let id: u64 = value(form, "refund")?.parse().ok()?;
                let refund = history.statement.refunds.iter().find(|line| line.id == id)?;
                acts_on_refund(refund).contains(&act).then(|| Self::on_refund(act, refund))
            }
        }
    }

    /// An offer to capture or to refund one payment.
    fn on_payment(history: &History, act: Act, id: &str) -> Option<Self> {
        let line = history.statement.payments.iter().find(|line| line.id.as_str() == id)?;
        let refund = act == Act::Refund;
        let most = if refund { line.refundable.filter(|_| may_refund(history)) } else { line.capturable };
        let about = match refund {
            true => about_refund(history, line.id.clone()),
            false => OfferAbout::Payment(line.id.clone()),
        };
        Some(Self { act, about, most: most?, needs_bank: refund && line.by_transfer })
    }

    /// The amount is KOMOJU's where KOMOJU pays, and the order's where it does not.
    fn on_refund(act: Act, refund: &RefundLine) -> Self {
        let at_komoju = match &refund.state {
            RefundState::ToConfirm { amount, .. }
            | RefundState::NeedsBank { amount }
            | RefundState::Refused { amount, .. } => *amount,
            _ => refund.amount,
        };
        let most = if act == Act::Outside { refund.amount } else { at_komoju };
        let about = OfferAbout::Refund { id: refund.id, amount: refund.amount };
        Self { act, about, most, needs_bank: act == Act::Bank }
    }

    /// True if less than all of it may be chosen.
    pub fn takes_a_part(&self) -> bool {
        matches!(self.about, OfferAbout::Payment(_) | OfferAbout::Part { .. })
    }

    /// The amount that was entered; nothing entered means all of it. None: it is not an amount, or more than there
    /// is.
    pub fn amount(&self, entered: &str) -> Option<Money> {
        let entered: String = entered.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
        if entered.is_empty() || !self.takes_a_part() {
            return Some(self.most);
        }
        let amount = Money::parse(&entered, self.most.currency).ok()?;
        (1..=self.most.minor).contains(&amount.minor).then_some(amount)
    }

    /// The decision that follows. None: bank details are needed and were not entered.
    pub fn decision(&self, amount: Money, sealed: Option<Sealed>) -> Option<Decision> {
        if self.needs_bank && sealed.is_none() {
            return None;
        }
        Some(match (&self.about, self.act) {
            (OfferAbout::Order, _) => Decision::Owed { minor: amount.minor },
            (OfferAbout::Payment(payment), Act::Capture) => {
                let minor = (amount != self.most).then_some(amount.minor);
                Decision::Capture { payment: payment.clone(), minor }
            }
            (OfferAbout::Payment(payment), _) => {
                let payment = payment.clone();
                Decision::Refund { payment, minor: Some(amount.minor), sealed, towards: None }
            }
            (OfferAbout::Part { payment, id, .. }, _) => {
                let payment = payment.clone();
                Decision::Refund { payment, minor: Some(amount.minor), sealed, towards: Some(*id) }
            }
            (OfferAbout::Call(payment), _) => Decision::SettleUnanswered { payment: payment.clone() },
            (OfferAbout::Transfer { id, became }, _) => {
                let refund = became.as_ref().map(|(refund, _)| refund.clone());
                Decision::MatchTransfer { transfer: *id, refund }
            }
            (OfferAbout::Pair { id, komoju, .. }, _) => {
                Decision::PartPair { refund: *id, komoju: komoju.clone() }
            }
            (OfferAbout::Refund { id, .. }, Act::Bank) => {
                Decision::BankDetails { refund: *id, sealed: sealed? }
            }
            (OfferAbout::Refund { id, .. }, Act::Outside) => Decision::SettleOutside { refund: *id },
            (OfferAbout::Refund { id, .. }, _) => Decision::ConfirmRefund { refund: *id },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::json::read_value;
    use domain::url::pairs;
    use domain::values::money::Currency;
    use serde_json::{Value, json};

    fn yen(minor: i64) -> Money {
        Money::new(minor, Currency::JPY)
    }

    fn money(minor: i64) -> Value {
        json!({ "minor": minor, "currency": "JPY" })
    }

    fn payment(id: &str, method: &str, more: Value) -> Value {
        let mut line = json!({
            "id": id, "status": "Captured", "method": method, "mode": "live", "asked": money(1200),
            "total": money(1200), "by_transfer": method == "konbini",
        });
        for (name, value) in more.as_object().expect("an object") {
            line[name] = value.clone();
        }
        line
    }

    fn history(payments: &[Value], refunds: Value, reasons: Value) -> History {
        let snapshot = json!({
            "phase": "paid", "attempt": 1, "locale": "en", "test": false, "method": "", "instructions": {}, "ended": false,
            "declined": false, "until": 0,
        });
        let statement = json!({ "payments": payments, "refunds": refunds, "reasons": reasons });
        let history = json!({
            "snapshot": snapshot, "statement": statement, "condition": "paid", "attention": [], "timeline": [],
        });
        read_value(history).expect("a history")
    }

    fn refund(state: Value) -> Value {
        json!([{ "id": 12, "amount": money(500), "state": state }])
    }

    fn find(history: &History, act: &str, form: &str) -> Option<Offer> {
        Offer::find(history, act, &pairs(form))
    }

    #[test]
    fn an_authorized_payment_is_captured_whole_or_in_part() {
        let line = payment("p1", "credit_card", json!({ "status": "Authorized", "capturable": money(1200) }));
        let history = history(&[line], json!([]), json!([]));
        let offer = find(&history, "capture", "payment=p1").expect("it may be captured");
        let decided = |entered: &str| {
            offer.amount(entered).and_then(|a| offer.decision(a, None)).map(|decision| match decision {
                Decision::Capture { minor, .. } => minor,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(
            (decided(""), decided("1,200"), decided("500")),
            (Some(None), Some(None), Some(Some(500)))
        );
        for bad in ["0", "1201", "-5", "5.5", "much"] {
            assert_eq!(offer.amount(bad), None, "{bad}");
        }
        assert_eq!(find(&history, "capture", "payment=p2"), None);
        assert_eq!(find(&history, "refund", "payment=p1"), None);
    }

    #[test]
    fn money_goes_back_from_here_only_where_the_order_is_no_place_for_it() {
        let line = || payment("p1", "credit_card", json!({ "refundable": money(1200) }));
        let find = |reasons| find(&history(&[line()], json!([]), reasons), "refund", "payment=p1");
        assert_eq!(find(json!([])), None);
        assert!(find(json!(["cancelled_while_paid"])).is_some_and(|offer| !offer.needs_bank));
        let two = [line(), payment("p2", "konbini", json!({ "refundable": money(1200) }))];
        let twice = history(&two, json!([]), json!([]));
        let second = Offer::find(&twice, "refund", &pairs("payment=p2")).expect("paid twice");
        assert!(second.needs_bank);
        assert_eq!(second.decision(yen(700), None), None);
        let sealed = Some(Sealed("k.a.b".to_owned()));
        assert!(matches!(
            second.decision(yen(700), sealed),
            Some(Decision::Refund { minor: Some(700), sealed: Some(_), .. })
        ));
    }

    /// A refund that KOMOJU cannot pay back as a whole is paid back in parts, which count towards that refund and no
    /// other.
    #[test]
    fn what_is_left_goes_towards_the_refund_that_is_more_than_that() {
        let line = |id| payment(id, "credit_card", json!({ "refundable": money(300) }));
        let towards = |payments: &[Value]| {
            let history = history(payments, refund(json!("TooLarge")), json!(["refund_too_large"]));
            let offer = find(&history, "refund", "payment=p1").expect("something is left");
            assert!(offer.takes_a_part());
            match offer.decision(yen(300), None) {
                Some(Decision::Refund { minor: Some(300), towards, .. }) => towards,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(towards(&[line("p1")]), Some(12));
        assert_eq!(towards(&[line("p1"), line("p2")]), None, "one of two is too much anyway");
    }

    #[test]
    fn a_refund_is_decided_by_what_it_waits_for() {
        // Paid by card first, and then at the till as well: the refund is taken from one of the two.
        let both = [
            payment("p1", "credit_card", json!({ "refundable": money(1200) })),
            payment("p2", "konbini", json!({ "refundable": money(1200) })),
        ];
        let to_confirm = |cash| json!({ "ToConfirm": { "amount": money(490), "by_transfer": cash } });
        let refused =
            |cash| json!({ "Refused": { "amount": money(490), "reason": "no", "by_transfer": cash } });
        for (state, acts) in [
            (to_confirm(false), vec!["confirm", "outside"]),
            (to_confirm(true), vec!["bank", "outside"]),
            (json!({ "NeedsBank": { "amount": money(490) } }), vec!["bank", "outside"]),
            (refused(false), vec!["confirm", "outside"]),
            (refused(true), vec!["bank", "outside"]),
            (json!("TooLarge"), vec!["outside"]),
            (json!("Unwanted"), vec!["outside"]),
            (json!("UnderWay"), vec![]),
            (json!("Requested"), vec![]),
            (json!("NeverPaid"), vec![]),
            (json!("Settled"), vec![]),
            (json!({ "Outside": { "by": "k", "at": 1 } }), vec![]),
        ] {
            let history = history(&both, refund(state.clone()), json!([]));
            let offered = ["confirm", "bank", "outside"];
            let offered: Vec<_> =
                offered.into_iter().filter(|act| find(&history, act, "refund=12").is_some()).collect();
            assert_eq!(offered, acts, "{state}");
            assert_eq!(find(&history, "outside", "refund=13"), None);
        }
    }

    #[test]
    fn the_amount_is_komojus_where_komoju_pays_and_the_orders_where_it_does_not() {
        let card = payment("p1", "credit_card", json!({ "refundable": money(1200) }));
        let to_confirm = json!({ "ToConfirm": { "amount": money(490), "by_transfer": false } });
        let history = history(&[card], refund(to_confirm), json!([]));
        let most = |act| find(&history, act, "refund=12").map(|offer| offer.most);
        assert_eq!((most("confirm"), most("outside")), (Some(yen(490)), Some(yen(500))));
    }

    #[test]
    fn a_call_without_an_answer_may_be_settled_outside_and_only_that_one() {
        let open = json!({ "what": "refund", "amount": money(500), "since": 1, "until": 2 });
        let lines = [
            payment("p1", "credit_card", json!({ "unanswered": open })),
            payment("p2", "credit_card", json!({})),
        ];
        let history = history(&lines, json!([]), json!([]));
        let offer = find(&history, "unanswered", "payment=p1").expect("it has no answer");
        assert_eq!((offer.most, offer.takes_a_part()), (yen(500), false));
        let id = PaymentId::parse("p1").expect("an id");
        assert_eq!(offer.decision(offer.most, None), Some(Decision::SettleUnanswered { payment: id }));
        assert_eq!(find(&history, "unanswered", "payment=p2"), None);
        assert_eq!(find(&history, "refund", "payment=p1"), None, "nothing else is offered");
    }

    #[test]
    fn a_transfer_becomes_a_refund_that_may_be_it_or_comes_to_nothing_where_that_is_open() {
        let transfer = |stage| {
            let may_be = json!([{ "id": "r9", "amount": money(480) }]);
            let transfers =
                json!([{ "id": 7, "amount": money(500), "stage": stage, "asked_at": 1, "may_be": may_be }]);
            history(&[payment("p1", "konbini", json!({ "transfers": transfers }))], json!([]), json!([]))
        };
        let decided = |stage, form: &str| {
            let offer = find(&transfer(stage), "transfer", form)?;
            match offer.decision(offer.most, None) {
                Some(Decision::MatchTransfer { transfer: 7, refund }) => {
                    Some(refund.map(|id| id.to_string()))
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(decided("completed", "transfer=7&refund=r9"), Some(Some("r9".to_owned())));
        assert_eq!(decided("completed", "transfer=7&refund=r1"), None, "another refund");
        assert_eq!(decided("completed", "transfer=8&refund=r9"), None, "another transfer");
        for (stage, open) in [
            ("unseen", true),
            ("completed", true),
            ("vanished", true),
            ("pending", false),
            ("refunded", false),
            ("rejected", false),
        ] {
            assert_eq!(decided(stage, "transfer=7&refund=").is_some(), open, "{stage}");
        }
    }

    #[test]
    fn two_refunds_that_were_taken_for_one_may_be_parted() {
        let card = payment("p1", "credit_card", json!({ "refundable": money(700) }));
        let by_hand =
            history(std::slice::from_ref(&card), refund(json!({ "ByHand": { "komoju": "r3" } })), json!([]));
        let offer = find(&by_hand, "two", "refund=12").expect("they were taken for one");
        let komoju = RefundId::parse("r3").expect("an id");
        assert_eq!(offer.decision(offer.most, None), Some(Decision::PartPair { refund: 12, komoju }));
        let settled = history(&[card], refund(json!("Settled")), json!([]));
        assert_eq!(find(&settled, "two", "refund=12"), None);
    }
}
