//! How a payment stands, for the merchant: one word for the list and the page, without the language.
//!
//! The shopper's [`Phase`] hides what is no business of the shopper's. The merchant must tell a chargeback from a
//! refund of their own, and a payment that is whole from one of which a part went back.
//!
//! What weighs more wins. An order of ¥3,000 whose card company took ¥500 back, after the merchant had refunded
//! ¥1,000, is *Disputed*, not *PartlyRefunded*.

use super::snapshot::Snapshot;
use crate::state::reading::{PaymentStatus, RefundReading};
use crate::state::settings::Settings;
use crate::state::table::Column;
use crate::state::{Payment, State};
use crate::values::attention::Attention;
use crate::values::money::Money;
use crate::values::phase::Phase;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// One word about the order's payment, by which the merchant's list is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Condition {
    /// The shopper has not begun to pay.
    NotStarted,
    Unpaid,
    /// A code or a session ended before anybody paid. The order still waits for its money.
    Expired,
    /// The shopper did something at KOMOJU; what came of it is not known yet.
    Confirming,
    /// A code was issued and waits for cash.
    Waiting,
    /// Two-step: the money is reserved and not captured yet.
    #[serde(rename = "authorized")]
    #[strum(serialize = "authorized")]
    Reserved,
    Paid,
    PartlyRefunded,
    Refunded,
    /// Refunded in BigCommerce, and KOMOJU has not paid it back.
    RefundWanted,
    /// The card company took the money back, or wants to.
    Disputed,
    #[serde(rename = "fraud")]
    #[strum(serialize = "fraud")]
    FraudMarked,
    /// The order was cancelled or declined, and KOMOJU holds no money of it.
    Cancelled,
    /// The merchant moved the order on by hand, without a payment at KOMOJU.
    #[serde(rename = "by_hand")]
    #[strum(serialize = "by_hand")]
    SettledByHand,
    /// The order was deleted.
    Deleted,
    /// Written by former versions only: money and order do not agree.
    Review,
    /// Written by former versions only: refunded, cancelled or settled another way.
    Closed,
}

impl Condition {
    /// Its stable name, as it is stored and logged and as texts are looked up.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// Reasons that mean: BigCommerce's books say refunded, KOMOJU's do not. A dismissed reason still does.
const REFUND_WANTED: [Attention; 4] = [
    Attention::RefundToConfirm,
    Attention::RefundNeedsBank,
    Attention::RefundTooLarge,
    Attention::RefundRefused,
];

/// The condition. What weighs more comes first: a dispute before a refund, a refund before the payment that it is
/// taken from.
pub fn condition(state: &State, settings: &Settings, snapshot: &Snapshot) -> Condition {
    let holds_money = |payment: &Payment| payment.held() > 0 || payment.is(&PaymentStatus::Authorized);
    if state.payments.values().any(|payment| payment.chargebacks().next().is_some()) {
        return Condition::Disputed;
    }
    if state.payments.values().any(|payment| payment.fraud && holds_money(payment)) {
        return Condition::FraudMarked;
    }
    if state.reasons(settings).iter().any(|reason| REFUND_WANTED.contains(reason)) {
        return Condition::RefundWanted;
    }
    match snapshot.phase {
        Phase::Unpaid if state.attempts.is_empty() => Condition::NotStarted,
        Phase::Unpaid if snapshot.ended || has_lapsed(state) => Condition::Expired,
        Phase::Unpaid => Condition::Unpaid,
        Phase::Confirming => Condition::Confirming,
        Phase::Waiting => Condition::Waiting,
        Phase::Paid | Phase::Review | Phase::Closed => of_money(state),
    }
}

/// True if a code of the newest attempt lapsed. Its session may still be paid another way, but the number that the
/// shopper holds is dead.
fn has_lapsed(state: &State) -> bool {
    let newest = state.current().map_or(0, |attempt| attempt.n);
    let expired = |payment: &Payment| payment.is(&PaymentStatus::Expired);
    state.payments_of(newest).any(|(_, payment)| expired(payment))
}

/// What the money says once the order has left the unpaid phases: whether it is here, is reserved, or went back; if
/// there is none, the order's own status.
fn of_money(state: &State) -> Condition {
    if state.captured().next().is_some() {
        let some_went_back = state.captured().any(|(_, payment)| payment.refunded() > 0);
        return if some_went_back { Condition::PartlyRefunded } else { Condition::Paid };
    }
    if state.reserved().next().is_some() {
        return Condition::Reserved;
    }
    if state.payments.values().any(|payment| payment.is(&PaymentStatus::Refunded)) {
        return Condition::Refunded;
    }
    match state.column() {
        Some(Column::Ended) => Condition::Cancelled,
        Some(Column::Refunded | Column::MovedOn) => Condition::SettledByHand,
        Some(Column::Deleted) => Condition::Deleted,
        Some(Column::Unpaid) | None if state.attempts.is_empty() => Condition::NotStarted,
        Some(Column::Unpaid) | None => Condition::Unpaid,
    }
}

impl Payment {
    fn chargebacks(&self) -> impl Iterator<Item = &RefundReading> {
        let all = self.register.reading.iter().flat_map(|reading| &reading.refunds);
        all.filter(|refund| refund.chargeback)
    }

    /// What a card company took back, in minor units of the payment's currency.
    pub fn charged_back(&self) -> i64 {
        self.chargebacks().map(|refund| refund.minor).sum()
    }

    /// What the merchant paid back, in minor units of the payment's currency. A chargeback is none of it.
    pub fn refunded(&self) -> i64 {
        let all = self.register.reading.as_ref().map_or(0, |reading| reading.refunded_minor);
        (all - self.charged_back()).max(0)
    }
}

impl State {
    /// What the merchant paid back of all payments of the order, in the currency of the first of them; refunds in
    /// another currency are left out of the sum. None: nothing.
    pub fn paid_back(&self) -> Option<Money> {
        let refunded = self.payments.values().filter_map(|payment| {
            let currency = payment.register.reading.as_ref()?.total?.currency;
            Some(Money::new(payment.refunded(), currency)).filter(|money| money.minor > 0)
        });
        refunded.reduce(|sum, next| match next.currency == sum.currency {
            true => Money::new(sum.minor + next.minor, sum.currency),
            false => sum,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_value;
    use crate::state::reading::OrderReading;
    use crate::texts::locale::Locale;
    use crate::values::ids::PaymentId;
    use crate::views::snapshot::snapshot;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn of<T: DeserializeOwned>(value: Value) -> T {
        read_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
    }

    fn yen(minor: i64) -> Value {
        json!({ "minor": minor, "currency": "JPY" })
    }

    fn ordered(status: u8) -> State {
        let reading: OrderReading = of(json!({
            "status": status, "deleted": false, "due": { "Ok": yen(1200) }, "digital": false, "channel": 1,
            "label": "Pay in Store", "payment_provider_id": "", "placed_at": 1,
        }));
        let mut state = State::default();
        state.order.accept(1, 1, reading);
        state
    }

    /// An order of ¥1,200 in this status, with one attempt and this payment of it.
    fn paid(order: u8, capture: &str, more: &Value) -> State {
        let mut state = ordered(order);
        state.attempts.push(of(json!({
            "n": 1, "created_at": 0, "stage": "open", "session": "s1", "url": "", "expires_at": 0, "locale": "en",
            "register": { "seq": 0, "at": 0 },
            "terms": {
                "account": "a1", "mode": "live", "capture": capture, "amount": yen(1200), "types": [],
                "external_order_num": "1", "settings_version": 1,
            },
        })));
        let mut reading = json!({
            "id": "p1", "status": "Captured", "net": yen(1200), "total": yen(1200), "refunded_minor": 0, "refunds": [],
            "refund_requests": [], "method": "credit_card", "instructions": {},
        });
        for (name, value) in more.as_object().expect("an object") {
            reading[name] = value.clone();
        }
        let mut payment = Payment::new(1, 0);
        payment.captured = reading["status"] == "Captured" || reading["status"] == "Refunded";
        payment.register.accept(1, 1, of(reading));
        state.payments.insert(PaymentId::parse("p1").expect("an id"), payment);
        state
    }

    fn shown(state: &State) -> Condition {
        condition(state, &Settings::default(), &snapshot(state, Locale::En))
    }

    fn went_back(minor: i64, chargeback: bool) -> Value {
        let status = if minor == 1200 { "Refunded" } else { "Captured" };
        let refunds = json!([{ "id": "r1", "minor": minor, "chargeback": chargeback }]);
        json!({ "status": status, "refunded_minor": minor, "refunds": refunds })
    }

    #[test]
    fn what_a_card_company_took_back_is_a_dispute_in_whole_and_in_part() {
        for minor in [1200, 500, 1] {
            let state = paid(13, "auto", &went_back(minor, true));
            assert_eq!(shown(&state), Condition::Disputed, "{minor}");
            assert_eq!(state.paid_back(), None, "{minor}: the merchant paid nothing back");
        }
    }

    #[test]
    fn what_the_merchant_paid_back_is_a_refund() {
        let whole = paid(4, "auto", &went_back(1200, false));
        let part = paid(14, "auto", &went_back(500, false));
        assert_eq!((shown(&whole), shown(&part)), (Condition::Refunded, Condition::PartlyRefunded));
        assert_eq!(part.paid_back().map(|m| m.to_string()).as_deref(), Some("¥500"));
    }

    #[test]
    fn a_fraud_mark_is_shown_as_long_as_money_hangs_on_it() {
        let marked = |more: &Value| {
            let mut state = paid(12, "manual", more);
            for payment in state.payments.values_mut() {
                payment.fraud = true;
            }
            shown(&state)
        };
        assert_eq!(marked(&json!({})), Condition::FraudMarked);
        assert_eq!(marked(&json!({ "status": "Authorized" })), Condition::FraudMarked);
        assert_eq!(marked(&went_back(1200, false)), Condition::Refunded);
    }

    #[test]
    fn a_refund_that_komoju_has_not_paid_is_wanted_also_once_it_was_seen() {
        let mut state = paid(4, "auto", &json!({}));
        state.order_refunds.accept(1, 1, vec![of(json!({ "id": 12, "minor": 500, "total_minor": 500 }))]);
        assert_eq!(shown(&state), Condition::RefundWanted);
        state.dismiss(Attention::RefundToConfirm);
        assert!(state.attentions(&Settings::default()).is_empty());
        assert_eq!(shown(&state), Condition::RefundWanted);
    }

    #[test]
    fn reserved_money_is_not_paid_yet() {
        assert_eq!(shown(&paid(11, "manual", &json!({ "status": "Authorized" }))), Condition::Reserved);
        let code = json!({ "status": "Authorized", "method": "konbini" });
        assert_eq!(shown(&paid(7, "auto", &code)), Condition::Waiting);
    }

    #[test]
    fn an_order_that_holds_no_money_says_why() {
        let lapsed = json!({ "status": "Expired", "method": "konbini" });
        assert_eq!(shown(&paid(7, "auto", &lapsed)), Condition::Expired);
        for (status, expected) in
            [(5, Condition::Cancelled), (6, Condition::Cancelled), (2, Condition::SettledByHand)]
        {
            assert_eq!(shown(&paid(status, "auto", &lapsed)), expected, "status {status}");
            assert_eq!(shown(&ordered(status)), expected, "status {status}, not started");
        }
        assert_eq!(shown(&ordered(7)), Condition::NotStarted);
    }
}
