//! KOMOJU payments. <https://doc.komoju.com/reference/payments-2>

use super::request::{Access, read as read_answer};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, integer, list, present, text};
use crate::payment::call::{Answer, Failure};
use crate::payment::ids::{PaymentId, RefundId, SessionId};
use crate::payment::money::{Currency, Money};
use crate::payment::reading::{InstructionKind, Instructions, PaymentReading, PaymentStatus, RefundReading};
use crate::time::parse_rfc3339;
use serde_json::{Value, json};

pub fn read(access: Access<'_>, id: &PaymentId) -> HttpRequest {
    access.get(&["payments/", id.as_str()].concat())
}

pub fn cancel(access: Access<'_>, id: &PaymentId, key: &str) -> HttpRequest {
    access.post(&["payments/", id.as_str(), "/cancel"].concat(), key, &json!({}))
}

/// The answer to every request of this file.
pub fn answer(outcome: &Outcome) -> Answer {
    match read_answer(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match parse(&body) {
            Some(reading) => Answer::Payment(Box::new(reading)),
            None => Answer::Failed(Failure::Indeterminate("the payment cannot be read".to_owned())),
        },
    }
}

/// None where the object has no id or status: then nothing else of it can be trusted either.
pub fn parse(payment: &Value) -> Option<PaymentReading> {
    let id = PaymentId::parse(&text(payment, "id")).ok()?;
    let status = status(&text(payment, "status"))?;
    let details = present(payment, "payment_details").cloned().unwrap_or(Value::Null);
    let (total, net) = amounts(payment);
    Some(PaymentReading {
        id,
        status,
        session: SessionId::parse(&text(payment, "session")).ok(),
        net,
        total,
        refunded_minor: integer(payment, "amount_refunded").unwrap_or(0),
        refunds: list(payment, "refunds").iter().filter_map(refund).collect(),
        method: text(&details, "type"),
        instructions: instructions(&details),
        deadline: parse_rfc3339(&text(payment, "payment_deadline")),
    })
}

fn status(name: &str) -> Option<PaymentStatus> {
    Some(match name {
        "" => return None,
        "pending" => PaymentStatus::Pending,
        "authorized" => PaymentStatus::Authorized,
        "captured" => PaymentStatus::Captured,
        "refunded" => PaymentStatus::Refunded,
        "cancelled" => PaymentStatus::Cancelled,
        "expired" => PaymentStatus::Expired,
        "failed" => PaymentStatus::Failed,
        other => PaymentStatus::Other(other.to_owned()),
    })
}

/// What the shopper pays, and what of it is the order's: the fee of the payment method is the shopper's alone.
fn amounts(payment: &Value) -> (Option<Money>, Option<Money>) {
    let currency = Currency::parse(&text(payment, "currency")).ok();
    let total = integer(payment, "total").or_else(|| {
        let part = |field| integer(payment, field);
        Some(part("amount")? + part("tax").unwrap_or(0) + part("payment_method_fee").unwrap_or(0))
    });
    let fee = integer(payment, "payment_method_fee").unwrap_or(0);
    let money = |minor| Some(Money::new(minor, currency?));
    (total.and_then(money), total.and_then(|total| money(total - fee)))
}

fn refund(refund: &Value) -> Option<RefundReading> {
    let id = RefundId::parse(&text(refund, "id")).ok()?;
    Some(RefundReading { id, minor: integer(refund, "amount")?, chargeback: flag(refund, "chargeback") })
}

/// What is shown of each cash type, in the order in which a shopper needs it.
fn instructions(details: &Value) -> Instructions {
    use InstructionKind::*;
    let shown: &[(InstructionKind, &str)] = match text(details, "type").as_str() {
        "konbini" => &[(Store, "store"), (Receipt, "receipt"), (ConfirmationCode, "confirmation_code")],
        "bank_transfer" => &[
            (Bank, "bank_name"),
            (Branch, "account_branch_name"),
            (AccountType, "account_type"),
            (AccountNumber, "account_number"),
            (AccountName, "account_name"),
            (OrderNumber, "order_id"),
        ],
        "pay_easy" => {
            &[(BankId, "bank_id"), (CustomerNumber, "customer_id"), (ConfirmationNumber, "confirmation_id")]
        }
        _ => &[],
    };
    let lines = shown
        .iter()
        .map(|(kind, field)| (*kind, text(details, field)))
        .filter(|(_, value)| !value.is_empty());
    let url = Some(text(details, "instructions_url")).filter(|url| url.starts_with("http"));
    Instructions { lines: lines.collect(), url }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn konbini() -> Value {
        json!({
            "id": "5k0nb1n1paymentaaaaaaaaa1", "resource": "payment", "status": "authorized", "amount": 3300, "tax": 0,
            "payment_method_fee": 220, "total": 3520, "currency": "JPY", "amount_refunded": 0,
            "session": "5e5510naaaaaaaaaaaaaaaaa1", "payment_deadline": "2026-11-25T14:59:59Z",
            "payment_details": { "type": "konbini", "store": "seicomart", "receipt": "40017", "confirmation_code": null,
                "instructions_url": "https://komoju.example/i/1" },
            "refunds": [], "captured_at": null,
        })
    }

    #[test]
    fn the_order_is_credited_without_the_shoppers_fee() {
        let reading = parse(&konbini()).expect("a payment");
        assert_eq!(reading.net, Some(Money::new(3_300, Currency::JPY)));
        assert_eq!(reading.total, Some(Money::new(3_520, Currency::JPY)));
        assert!(reading.waits_for_cash());
        assert_eq!(reading.deadline, Some(1_795_618_799_000));
        let lines: Vec<_> = reading.instructions.lines.iter().map(|(_, v)| v.as_str()).collect();
        assert_eq!(lines, ["seicomart", "40017"]);
    }

    #[test]
    fn an_unknown_status_survives_and_a_missing_one_is_no_reading() {
        let with = |status: Value| {
            let mut payment = konbini();
            payment["status"] = status;
            parse(&payment).map(|r| r.status)
        };
        assert_eq!(with(json!("disputed")), Some(PaymentStatus::Other("disputed".to_owned())));
        assert_eq!(with(Value::Null), None);
    }

    #[test]
    fn a_pending_payment_may_have_no_details_and_an_unknown_currency_no_amount() {
        let mut payment = konbini();
        payment["payment_details"] = Value::Null;
        payment["currency"] = json!("XAU");
        let reading = parse(&payment).expect("a payment");
        assert_eq!((reading.method.as_str(), reading.net), ("", None));
    }

    #[test]
    fn every_partial_refund_and_the_chargeback_among_them_is_read() {
        let mut payment = konbini();
        payment["refunds"] = json!([{ "id": "r1", "amount": 100, "chargeback": false }, { "id": "r2", "amount": 50, "chargeback": true }]);
        let refunds = parse(&payment).expect("a payment").refunds;
        assert_eq!(
            refunds.iter().map(|r| (r.minor, r.chargeback)).collect::<Vec<_>>(),
            [(100, false), (50, true)]
        );
    }
}
