//! KOMOJU payments. <https://doc.komoju.com/reference/payments-2>
//!
//! A payment is read part by part. If a part that may say where money went cannot be read (an amount, a refund), the
//! rest is read all the same, and that part is named in `unread`: nothing of the order's money then moves by itself.
//!
//! ```text
//! "total": 3520, "payment_method_fee": 220             total ¥3,520, net ¥3,300: the order is credited with the net
//! "refunds": [{"id":"r1"}, {"id":"r2","amount":300}]   r2 is read, "r1" is unread
//! ```

use super::request::{Access, read as read_answer, rows};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, integer, list, present, text};
use crate::state::call::Answer;
use crate::state::failure::Failure;
use crate::state::reading::{
    Cause, PaymentReading, PaymentStatus, RefundReading, RefundRequestReading, RequestStatus,
};
use crate::time::Moment;
use crate::time::{minute_in_utc, parse_rfc3339};
use crate::url;
use crate::values::ids::{PaymentId, RefundId, SessionId};
use crate::values::instructions::Instructions;
use crate::values::money::{Currency, Money};
use crate::values::payment_types;
use serde_json::{Value, json};

/// No amount has more than fifteen digits.
const MOST_MINOR: i64 = 999_999_999_999_999;

/// One payment.
pub fn read_request(access: Access<'_>, id: &PaymentId) -> HttpRequest {
    access.get(&["payments/", id.as_str()].concat())
}

/// Ends a code that waits for cash, or an authorization.
pub fn cancel_request(access: Access<'_>, id: &PaymentId, key: &str) -> HttpRequest {
    access.post(&["payments/", id.as_str(), "/cancel"].concat(), key, &json!({}))
}

/// Two-step: takes the reserved money. `minor`: minor units of the payment's currency; None: all of it.
pub fn capture_request(access: Access<'_>, id: &PaymentId, minor: Option<i64>, key: &str) -> HttpRequest {
    let body = match minor {
        Some(minor) => json!({ "amount": minor }),
        None => json!({}),
    };
    access.post(&["payments/", id.as_str(), "/capture"].concat(), key, &body)
}

/// The payments of an attempt, made since that minute. One page is enough: the session holds one payment for each try
/// of the shopper, and KOMOJU lists the newest first.
pub fn list_request(access: Access<'_>, external_order_num: &str, since: Moment) -> HttpRequest {
    let since = minute_in_utc(since);
    let query =
        url::form(&[("external_order_num", external_order_num), ("start_time", &since), ("per_page", "100")]);
    access.get(&["payments?", &query].concat())
}

/// The answer to [`list_request`], payment by payment. If one cannot be read, the list is not whole: that one might
/// be the paid one.
pub fn parse_list(outcome: &Outcome) -> Answer {
    let page = match read_answer(outcome) {
        Ok(page) => page,
        Err(failure) => return Answer::Failed(failure),
    };
    match rows(&page) {
        Ok(rows) => {
            let list: Vec<_> = rows.iter().filter_map(parse).collect();
            Answer::Payments { whole: list.len() == rows.len(), list }
        }
        Err(failure) => Answer::Failed(failure),
    }
}

/// The answer to every other request for a payment.
pub fn parse_answer(outcome: &Outcome) -> Answer {
    match read_answer(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match parse(&body) {
            Some(reading) => Answer::Payment(Box::new(reading)),
            None => Answer::Failed(Failure::Unreadable("the payment cannot be read".to_owned())),
        },
    }
}

/// A payment from its JSON. None: it has no id or no status. Other parts that may say where its money went and cannot
/// be read are named in `unread`.
pub fn parse(payment: &Value) -> Option<PaymentReading> {
    let id = PaymentId::parse(&text(payment, "id")).ok()?;
    let status = status(&text(payment, "status"))?;
    let details = present(payment, "payment_details").cloned().unwrap_or(Value::Null);
    let mut unread = Vec::new();
    let (total, net) = amounts(payment, &mut unread);
    let refunds = refunds(payment, &mut unread);
    let refunded_minor = refunded(payment, &refunds, &mut unread);
    let refund_requests = refund_requests(payment, &mut unread);
    Some(PaymentReading {
        id,
        status,
        session: SessionId::parse(&text(payment, "session")).ok(),
        net,
        total,
        refunded_minor,
        refunds,
        refund_requests,
        payment_type: text(&details, "type"),
        instructions: instructions(&details),
        deadline: parse_rfc3339(&text(payment, "payment_deadline")),
        unread,
    })
}

/// The refunds that can be read. The others are named in `unread`: by id, or by their place in the list.
fn refunds(payment: &Value, unread: &mut Vec<String>) -> Vec<RefundReading> {
    each(payment, "refunds", unread, refund, |value, n| match text(value, "id") {
        id if id.is_empty() => format!("refund {n}"),
        id => id,
    })
}

/// The elements of a list in the payment that can be read. `name` says how an element that cannot is called in
/// `unread`; it gets the element and its place, the first being 1. If the field is no list, `unread` gets the field's
/// own name.
fn each<T>(
    payment: &Value,
    field: &str,
    unread: &mut Vec<String>,
    read: impl Fn(&Value) -> Option<T>,
    name: impl Fn(&Value, usize) -> String,
) -> Vec<T> {
    if present(payment, field).is_some_and(|listed| !listed.is_array()) {
        unread.push(field.replace('_', " "));
    }
    let mut all = Vec::new();
    for (value, n) in list(payment, field).iter().zip(1..) {
        match read(value) {
            Some(one) => all.push(one),
            None => unread.push(name(value, n)),
        }
    }
    all
}

/// What KOMOJU says has gone back in all, chargebacks included. If it says nothing, the sum of its refunds.
fn refunded(payment: &Value, refunds: &[RefundReading], unread: &mut Vec<String>) -> i64 {
    let sum = refunds.iter().map(|refund| refund.minor).sum();
    match present(payment, "amount_refunded") {
        None => sum,
        Some(_) => minor(payment, "amount_refunded").unwrap_or_else(|| {
            unread.push("amount_refunded".to_owned());
            sum
        }),
    }
}

/// The status by its name; an unknown one is kept as it is. None: no status.
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

/// What the shopper pays in all (`total`), and what of it is the order's (`net`): the payment method's fee is the
/// shopper's alone. None: not readable, or in a currency that we do not know.
fn amounts(payment: &Value, unread: &mut Vec<String>) -> (Option<Money>, Option<Money>) {
    let currency = Currency::parse(&text(payment, "currency")).ok();
    if currency.is_none() && !is_a_code(&text(payment, "currency")) {
        unread.push("currency".to_owned());
    }
    if present(payment, "total").or(present(payment, "amount")).is_none() {
        unread.push("amount".to_owned());
    }
    // A field that is left out is nothing. One that is there and no number may be anything.
    let mut part = |field: &str| match present(payment, field) {
        None => Some(0),
        Some(_) => minor(payment, field).or_else(|| {
            unread.push(field.to_owned());
            None
        }),
    };
    let fee = part("payment_method_fee");
    let total = minor(payment, "total").or_else(|| {
        present(payment, "amount")?;
        Some(part("amount")? + part("tax")? + fee?)
    });
    let money = |minor| Some(Money::new(minor, currency?));
    (total.and_then(money), total.zip(fee).and_then(|(total, fee)| money(total - fee)))
}

/// An amount in minor units. None: absent, no whole number, or more than any amount can be, so that sums of what was read
/// stay numbers.
fn minor(value: &Value, field: &str) -> Option<i64> {
    integer(value, field).filter(|minor| (-MOST_MINOR..=MOST_MINOR).contains(minor))
}

/// True if the text has the form of a currency's code, known to us or not.
fn is_a_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// One refund. None: without an id or an amount.
fn refund(refund: &Value) -> Option<RefundReading> {
    let id = RefundId::parse(&text(refund, "id")).ok()?;
    Some(RefundReading {
        id,
        minor: minor(refund, "amount")?,
        chargeback: flag(refund, "chargeback"),
        cause: Cause::in_text(&text(refund, "description")),
        at: parse_rfc3339(&text(refund, "created_at")),
    })
}

/// The refund requests. KOMOJU's published type has neither an amount nor a sure description, so neither is required:
/// a request that we passed over might be made a second time.
fn refund_requests(payment: &Value, unread: &mut Vec<String>) -> Vec<RefundRequestReading> {
    each(payment, "refund_requests", unread, refund_request, |_, n| format!("refund request {n}"))
}

/// One refund request. None: it does not say what became of it, or nothing tells which one it is.
fn refund_request(request: &Value) -> Option<RefundRequestReading> {
    let id = text(request, "id");
    let cause = Cause::in_text(&text(request, "description"));
    if id.is_empty() && cause.is_none() {
        return None;
    }
    let status = match text(request, "status").as_str() {
        "" => return None,
        "pending" => RequestStatus::Pending,
        "rejected" => RequestStatus::Rejected,
        "completed" => RequestStatus::Completed,
        other => RequestStatus::Other(other.to_owned()),
    };
    Some(RefundRequestReading {
        id,
        minor: minor(request, "amount"),
        status,
        cause,
        at: parse_rfc3339(&text(request, "created_at")),
    })
}

/// What a shopper needs to pay at a till or by transfer, in the order in which it is needed.
fn instructions(details: &Value) -> Instructions {
    let shown =
        payment_types::payment_type(&text(details, "type")).map_or(&[][..], |known| known.instructions);
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
    use crate::komoju::request::tests::answer as answered;
    use crate::secret::Secret;

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

    /// Found by fuzzing: the difference of such numbers is no number any more.
    #[test]
    fn an_amount_that_nobody_can_have_is_no_amount() {
        for field in ["total", "payment_method_fee", "amount", "tax"] {
            for odd in [i64::MIN, i64::MAX, 1_000_000_000_000_000] {
                let mut payment = konbini();
                payment[field] = json!(odd);
                payment["refunds"] = json!([{ "id": "r1", "amount": odd }, { "id": "r2", "amount": odd }]);
                let reading = parse(&payment).expect("a payment");
                let plausible = |m: &Money| m.minor.unsigned_abs() < 10_000_000_000_000_000;
                assert!(reading.total.iter().chain(&reading.net).all(plausible), "{field} {odd}");
                assert!(!reading.unread.is_empty(), "{field} {odd}: what cannot be read is named");
            }
        }
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
        assert_eq!((reading.payment_type.as_str(), reading.net), ("", None));
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
    #[test]
    fn a_refund_says_why_we_made_it_and_a_foreign_one_says_nothing() {
        let mut payment = konbini();
        payment["refunds"] = json!([
            { "id": "r1", "amount": 100, "description": "BigCommerce refund 31 (bc-refund:31)" },
            { "id": "r2", "amount": 50, "description": "called in" },
            { "id": "r3", "amount": 7, "description": null },
        ]);
        let refunds = parse(&payment).expect("a payment").refunds;
        let causes: Vec<_> = refunds.iter().map(|r| r.cause).collect();
        assert_eq!(causes, [Some(Cause::OrderRefund(31)), None, None]);
    }

    #[test]
    fn no_refund_request_is_passed_over() {
        let mut payment = konbini();
        payment["refund_requests"] = json!([
            { "id": "q1", "status": "pending", "amount": 900, "description": "(panel-refund:4)" },
            { "id": "q2", "status": "rejected", "created_at": "2026-11-25T14:59:59Z" },
            { "status": "completed", "description": "(panel-refund:5)" },
            { "status": "completed" },
            {},
            "a request",
        ]);
        let reading = parse(&payment).expect("a payment");
        assert_eq!(reading.unread, ["refund request 4", "refund request 5", "refund request 6"]);
        let requests = reading.refund_requests;
        let request = |id: &str, minor, status, cause| RefundRequestReading {
            id: id.to_owned(),
            minor,
            status,
            cause,
            at: None,
        };
        let second = request("q2", None, RequestStatus::Rejected, None);
        assert_eq!(
            requests,
            [
                request("q1", Some(900), RequestStatus::Pending, Some(Cause::Merchant(4))),
                RefundRequestReading { at: Some(1_795_618_799_000), ..second },
                request("", None, RequestStatus::Completed, Some(Cause::Merchant(5))),
            ]
        );
    }

    #[test]
    fn a_capture_names_an_amount_only_where_it_is_partial() {
        let secret_key = Secret::new("sk_test_c");
        let access = Access { base: "https://k.example", secret_key: &secret_key };
        let id = PaymentId::parse("pay7").expect("an id");
        let all = capture_request(access, &id, None, "k1");
        assert_eq!((all.method, all.url.as_str()), ("POST", "https://k.example/payments/pay7/capture"));
        assert_eq!(all.body.as_deref(), Some("{}"));
        assert_eq!(
            capture_request(access, &id, Some(2_400), "k2").body.as_deref(),
            Some(r#"{"amount":2400}"#)
        );
    }

    #[test]
    fn an_order_number_cannot_change_the_query() {
        let secret_key = Secret::new("sk_test_c");
        let access = Access { base: "https://k.example", secret_key: &secret_key };
        let request = list_request(access, "A&B #1-2", 1_795_618_799_000);
        let url = "https://k.example/payments?external_order_num=A%26B%20%231-2&start_time=2026-11-25T14%3A59%3A00Z&per_page=100";
        assert_eq!((request.method, request.url.as_str(), request.body), ("GET", url, None));
    }

    #[test]
    fn one_bad_payment_hides_no_other_and_leaves_the_list_incomplete() {
        let listed = |data: Value| {
            parse_list(&answered(
                200,
                &json!({ "resource": "list", "data": data, "last_page": 1 }).to_string(),
            ))
        };
        let one = parse(&konbini()).expect("a payment");
        let both = Answer::Payments { list: vec![one.clone(), one.clone()], whole: true };
        assert_eq!(listed(json!([konbini(), konbini()])), both);
        assert_eq!(listed(json!([])), Answer::Payments { list: Vec::new(), whole: true });
        for bad in [json!(null), json!("x"), json!({}), json!({ "id": "p" }), json!([1])] {
            let part = Answer::Payments { list: vec![one.clone()], whole: false };
            assert_eq!(listed(json!([bad, konbini()])), part);
        }
        for no_list in [json!(null), json!({})] {
            assert!(matches!(listed(no_list), Answer::Failed(Failure::Unreadable(_))));
        }
    }

    #[test]
    fn a_refund_that_cannot_be_read_is_named_and_hides_no_other() {
        let good = json!({ "id": "re1", "amount": 300, "description": "" });
        for (bad, name) in [
            (json!(null), "refund 1"),
            (json!({ "amount": 5 }), "refund 1"),
            (json!({ "id": "re0" }), "re0"),
            (json!({ "id": "re0", "amount": "many" }), "re0"),
            (json!({ "id": "re0", "amount": 2.5 }), "re0"),
        ] {
            let mut payment = konbini();
            payment["refunds"] = json!([bad, good]);
            let reading = parse(&payment).expect("a payment");
            assert_eq!((reading.refunds.len(), reading.unread), (1, vec![name.to_owned()]), "{bad}");
        }
        let mut payment = konbini();
        payment["refunds"] = json!("none");
        assert_eq!(parse(&payment).expect("a payment").unread, ["refunds"]);
        payment["refunds"] = json!([good]);
        payment["amount_refunded"] = json!("300.0 JPY");
        let reading = parse(&payment).expect("a payment");
        assert_eq!((reading.refunded_minor, reading.unread), (300, vec!["amount_refunded".to_owned()]));
        payment["amount_refunded"] = json!(300.0);
        let reading = parse(&payment).expect("a payment");
        assert_eq!((reading.refunded_minor, reading.unread.len()), (300, 0));
    }

    #[test]
    fn a_fee_or_a_total_that_is_no_number_leaves_the_amount_unknown() {
        let read = |field: &str, value: Value| {
            let mut payment = konbini();
            payment[field] = value;
            let reading = parse(&payment).expect("a payment");
            (reading.net.map(|net| net.minor), reading.unread)
        };
        let (whole, _) = read("id", json!("pay1"));
        assert_eq!(
            read("payment_method_fee", json!("about 220")),
            (None, vec!["payment_method_fee".to_owned()])
        );
        // Without a readable total, its parts make it up.
        assert_eq!(read("total", json!("about")), (whole, Vec::new()));
        assert_eq!(read("total", json!(null)), (whole, Vec::new()));
        assert_eq!(read("currency", json!(392)).1, ["currency"]);
        assert_eq!(read("currency", json!("XTS")), (None, Vec::new()), "a currency that we do not know");
        assert_eq!(read("refund_requests", json!({ "id": "q1" })).1, ["refund requests"]);
        let mut payment = konbini();
        (payment["total"], payment["amount"]) = (json!(null), json!(null));
        assert_eq!(parse(&payment).expect("a payment").unread, ["amount"]);
        (payment["total"], payment["amount"]) = (json!(null), json!("three thousand"));
        let reading = parse(&payment).expect("a payment");
        assert_eq!((reading.net, reading.unread), (None, vec!["amount".to_owned()]));
    }

    /// Each field in turn becomes something else: nothing panics, and nothing is ever read as more money.
    #[test]
    fn no_field_of_another_shape_makes_money_larger() {
        let mut whole = konbini();
        whole["status"] = json!("captured");
        whole["refunds"] = json!([{ "id": "re1", "amount": 300 }]);
        whole["amount_refunded"] = json!(300);
        let left = |payment: &Value| {
            let reading = parse(payment)?;
            let total = reading.total.map_or(0, |money| money.minor);
            Some(if reading.unread.is_empty() { total - reading.refunded_minor } else { 0 })
        };
        let names: Vec<String> = whole.as_object().expect("an object").keys().cloned().collect();
        for name in names {
            for odd in [json!(null), json!([]), json!({}), json!("x"), json!(true), json!([null])] {
                let mut payment = whole.clone();
                payment[&name] = odd.clone();
                assert!(left(&payment).is_none_or(|left| left <= 3_220), "{name}: {odd}");
            }
        }
    }
}
