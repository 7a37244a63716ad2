//! An order's refunds: v3 payment actions. For an offline payment BigCommerce only keeps the books; no money moves.
//! <https://developer.bigcommerce.com/docs/store-operations/orders/refunds>
//!
//! A list is read refund by refund. One whose amounts cannot be read stays in the list as *unreadable*: if it were
//! left out, a refund of ours could be booked a second time.
//!
//! ```text
//! {"id":41,"payments":[{"provider_id":"instore","amount":500}]}      refund 41: ¥500 on our method
//! {"id":42,"payments":[{"provider_id":"instore","amount":null}]}     refund 42: unreadable, nothing moves by itself
//! {"id":43,"payments":null,"total_amount":500}                       refund 43: payments missing
//! {"id":44,"items":[{"reason":"… (komoju-refund:re7)"}], …}          our own entry of KOMOJU's refund re7
//! ```

use super::{Api, success};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, list, text, unsigned};
use crate::state::call::{Answer, OrderRefundSeen, RefundPart};
use crate::state::failure::Failure;
use crate::state::reading::{Amounts, RECORDED, recorded_refund};
use crate::state::settings::Provider;
use crate::values::ids::{OrderId, RefundId};
use crate::values::money::Money;
use serde_json::{Number, Value, json};

/// Asks for all of an order's refunds. One page holds more than any order has; see [`parse_list`].
pub fn list_request(api: &Api<'_>, order: OrderId) -> HttpRequest {
    api.get(&format!("/v3/orders/{order}/payment_actions/refunds"))
}

/// Asks how BigCommerce would book a refund of the order as a whole. Changes nothing.
pub fn quote_request(api: &Api<'_>, order: OrderId, amount: Money) -> HttpRequest {
    let body = json!({ "items": [item(order, amount)] });
    api.request("POST", &format!("/v3/orders/{order}/payment_actions/refund_quotes"), Some(body.to_string()))
}

/// Books what KOMOJU has paid back. The entry names KOMOJU's refund, so a later look knows it again whatever becomes
/// of the answer.
pub fn record_request(
    api: &Api<'_>,
    order: OrderId,
    amount: Money,
    provider: Provider,
    refund: &RefundId,
) -> HttpRequest {
    let mut item = item(order, amount);
    item["reason"] = json!(format!("Refunded at KOMOJU ({RECORDED}{refund})"));
    let payment = json!({ "provider_id": provider.id(), "amount": number(amount), "offline": true });
    let body = json!({ "items": [item], "payments": [payment] });
    api.request("POST", &format!("/v3/orders/{order}/payment_actions/refunds"), Some(body.to_string()))
}

/// The order as a whole, as the one item that is refunded.
fn item(order: OrderId, amount: Money) -> Value {
    json!({ "item_type": "ORDER", "item_id": order.get(), "amount": number(amount) })
}

/// The amount as a JSON number: BigCommerce takes nothing else. No amount has more than fifteen significant digits,
/// and that many go through a double unchanged.
fn number(amount: Money) -> Value {
    amount.decimal().parse::<Number>().map_or(Value::Null, Value::Number)
}

// ---- answers -----------------------------------------------------------------------------------------------------

/// The answer to [`list_request`]. 204 is an empty list.
pub fn parse_list(outcome: &Outcome) -> Answer {
    read(outcome, |body| match body {
        "" => Some(Answer::OrderRefunds(Vec::new())),
        body => {
            let body = parse(body)?;
            let is_whole =
                body.pointer("/meta/pagination/total_pages").and_then(Value::as_u64).unwrap_or(1) <= 1;
            let mut refunds: Vec<_> = body.get("data")?.as_array()?.iter().map(refund).collect();
            // What stands on another page might be anything.
            refunds.extend((!is_whole).then(|| refund(&Value::Null)));
            Some(Answer::OrderRefunds(refunds))
        }
    })
}

/// The answer to [`quote_request`]: the ways, each in one or more parts.
pub fn parse_quote(outcome: &Outcome) -> Answer {
    read(outcome, |body| {
        let body = parse(body)?;
        let methods = body.get("data")?.get("refund_methods")?.as_array()?.iter();
        let options = methods.map(|method| method.as_array()?.iter().map(part).collect());
        Some(Answer::Quote(options.collect::<Option<_>>()?))
    })
}

/// The answer to [`record_request`]: the refund as booked. While another refund of the order is being made, the answer is
/// "busy".
pub fn parse_record(outcome: &Outcome) -> Answer {
    let answer = read(outcome, |body| {
        let booked = refund(parse(body)?.get("data")?);
        (booked.amounts == Amounts::Known).then(|| Answer::OrderRefunds(vec![booked]))
    });
    let busy = matches!(&answer, Answer::Failed(Failure::Refused { message, .. }) if is_busy(message));
    if busy { Answer::Failed(Failure::busy(None)) } else { answer }
}

/// True if these words say that another refund of the order is being made: BigCommerce makes them one after the
/// other. How it says so is not documented; mostly by a status that passes, and here by its words.
fn is_busy(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("another refund") || message.contains("being processed")
}

/// The answer that this outcome is, read by `parse`.
fn read(outcome: &Outcome, parse: impl FnOnce(&str) -> Option<Answer>) -> Answer {
    let unreadable = || Answer::Failed(Failure::Unreadable("the refunds cannot be read".to_owned()));
    match success(outcome) {
        Ok(body) => parse(body).unwrap_or_else(unreadable),
        Err(failure) => Answer::Failed(failure),
    }
}

fn parse(body: &str) -> Option<Value> {
    crate::json::parse(body).ok()
}

/// One refund. A declined part went to nobody. A refund that does not tell its id has number 0.
fn refund(refund: &Value) -> OrderRefundSeen {
    let id = unsigned(refund, "id");
    let (parts, amounts) = match refund.get("payments") {
        Some(Value::Array(payments)) => match payments.iter().filter_map(taken).collect::<Option<_>>() {
            Some(parts) => (parts, Amounts::Known),
            None => (Vec::new(), Amounts::Unreadable),
        },
        None | Some(Value::Null) => (Vec::new(), without_payments(refund)),
        Some(_) => (Vec::new(), Amounts::Unreadable),
    };
    let amounts = if id.is_some() && has_readable_reasons(refund) { amounts } else { Amounts::Unreadable };
    let order = unsigned(refund, "order_id").and_then(|id| OrderId::new(id).ok());
    OrderRefundSeen { id: id.unwrap_or(0), order, parts, komoju: recorded(refund), amounts }
}

/// The part of a payment that was not declined and may be ours. None: not ours, or declined. `Some(None)`: it may be
/// ours and cannot be read. Store credit and certificates are not ours, so their amount may be missing.
fn taken(payment: &Value) -> Option<Option<RefundPart>> {
    if flag(payment, "is_declined") {
        return None;
    }
    let foreign = !text(payment, "provider_id").is_empty()
        && Provider::from_id(&text(payment, "provider_id")).is_none();
    match part(payment).filter(|_| !text(payment, "provider_id").is_empty()) {
        Some(part) => Some(Some(part)),
        None if foreign => None,
        None => Some(None),
    }
}

/// What it means that a refund lists no payments: nothing, if its total is 0; else they are missing.
fn without_payments(refund: &Value) -> Amounts {
    let total = text(refund, "total_amount");
    let is_zero = !total.is_empty() && total.bytes().all(|b| matches!(b, b'0' | b'.' | b'-'));
    if is_zero { Amounts::Known } else { Amounts::Missing }
}

/// True if its reasons can be read, so that an entry of our own would be known again.
fn has_readable_reasons(refund: &Value) -> bool {
    let reads = |item: &Value| matches!(item.get("reason"), None | Some(Value::Null | Value::String(_)));
    let items = match refund.get("items") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(items)) => items.as_slice(),
        Some(_) => return false,
    };
    items.iter().all(|item| item.is_object() && reads(item)) && reads(refund)
}

/// The refund at KOMOJU that this entry names. The reason stands with the items; a refund without items has one of
/// its own.
fn recorded(refund: &Value) -> Option<RefundId> {
    let items = list(refund, "items").iter().chain([refund]);
    items.filter_map(|item| recorded_refund(&text(item, "reason"))).next()
}

/// One part of a refund. None: without an amount.
fn part(payment: &Value) -> Option<RefundPart> {
    let decimal = text(payment, "amount");
    let provider = Provider::from_id(&text(payment, "provider_id"));
    (!decimal.is_empty()).then_some(RefundPart { provider, decimal })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::tests::answer;
    use crate::secret::Secret;
    use crate::values::ids::StoreHash;
    use crate::values::money::Currency;

    fn sent(make: impl FnOnce(&Api<'_>, OrderId) -> HttpRequest) -> HttpRequest {
        let (store, token) = (StoreHash::parse("q7w8e9").expect("a hash"), Secret::new("t0ken"));
        let api = Api { base: "https://api.example", store: &store, token: &token, timeout_ms: 1 };
        make(&api, OrderId::new(118).expect("an order"))
    }

    fn path(request: &HttpRequest) -> &str {
        request.url.strip_prefix("https://api.example/stores/q7w8e9").expect("the store's API")
    }

    fn yen(minor: i64) -> Money {
        Money::new(minor, Currency::JPY)
    }

    fn dollars(minor: i64) -> Money {
        Money::new(minor, Currency::parse("USD").expect("USD"))
    }

    fn part_of(provider: Option<Provider>, decimal: &str) -> RefundPart {
        RefundPart { provider, decimal: decimal.to_owned() }
    }

    fn booked() -> Value {
        json!({ "id": 41, "order_id": 118, "user_id": 3, "reason": "", "total_amount": 1640.5,
            "items": [{ "item_type": "ORDER", "item_id": 118, "requested_amount": "1640.50",
                "reason": "Refunded at KOMOJU (komoju-refund:re7)" }],
            "payments": [
                { "id": 1, "provider_id": "instore", "amount": 1600.5, "offline": true, "is_declined": false },
                { "id": 2, "provider_id": "storecredit", "amount": "40.00", "offline": false, "is_declined": false },
                { "id": 3, "provider_id": "instore", "amount": 9, "offline": true, "is_declined": true },
            ] })
    }

    fn seen() -> OrderRefundSeen {
        let parts = vec![part_of(Some(Provider::InStore), "1600.5"), part_of(None, "40.00")];
        let (order, komoju) = (OrderId::new(118).ok(), RefundId::parse("re7").ok());
        OrderRefundSeen { id: 41, order, parts, komoju, amounts: Amounts::Known }
    }

    #[test]
    fn a_record_is_an_offline_refund_that_names_its_counterpart() {
        let refund = RefundId::parse("re7").expect("an id");
        let request = sent(|api, order| record_request(api, order, dollars(1_205), Provider::Cod, &refund));
        assert_eq!((request.method, path(&request)), ("POST", "/v3/orders/118/payment_actions/refunds"));
        let body: Value = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
        let wanted = json!({
            "items": [{ "item_type": "ORDER", "item_id": 118, "amount": 12.05,
                "reason": "Refunded at KOMOJU (komoju-refund:re7)" }],
            "payments": [{ "provider_id": "cod", "amount": 12.05, "offline": true }],
        });
        assert_eq!(body, wanted);
        assert_eq!(recorded(&body), Some(refund));
    }

    #[test]
    fn a_quote_asks_for_the_order_as_a_whole() {
        let request = sent(|api, order| quote_request(api, order, yen(900)));
        assert_eq!(
            (request.method, path(&request)),
            ("POST", "/v3/orders/118/payment_actions/refund_quotes")
        );
        let body: Value = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
        assert_eq!(body, json!({ "items": [{ "item_type": "ORDER", "item_id": 118, "amount": 900 }] }));
    }

    #[test]
    fn amounts_go_out_as_exactly_the_decimal() {
        for (amount, written) in [
            (yen(1), "1"),
            (yen(999_999_999_999_999), "999999999999999"),
            (dollars(5), "0.05"),
            (dollars(10), "0.1"),
            (dollars(110), "1.1"),
            (dollars(100), "1.0"),
            (dollars(1_999), "19.99"),
            (dollars(999_999_999_999_999), "9999999999999.99"),
        ] {
            let number = number(amount);
            assert_eq!((number.is_number(), number.to_string().as_str()), (true, written));
        }
    }

    #[test]
    fn refunds_are_read_with_their_parts_and_their_counterpart() {
        let by_hand = json!({ "id": 42, "reason": "scratched", "items": [{ "item_type": "PRODUCT", "reason": "scratched" }],
            "payments": [{ "provider_id": "custom", "amount": 20, "offline": true }] });
        let by_tax = json!({ "id": 43, "reason": "komoju-refund:re9", "items": [], "payments": [] });
        let body = json!({ "data": [booked(), by_hand, by_tax], "meta": {} }).to_string();
        let seen_as =
            |id, parts, komoju| OrderRefundSeen { id, order: None, parts, komoju, amounts: Amounts::Known };
        let by_hand = seen_as(42, vec![part_of(None, "20")], None);
        let by_tax = seen_as(43, Vec::new(), RefundId::parse("re9").ok());
        assert_eq!(parse_list(&answer(200, &body)), Answer::OrderRefunds(vec![seen(), by_hand, by_tax]));
        let request = sent(list_request);
        assert_eq!(path(&request), "/v3/orders/118/payment_actions/refunds");
    }

    #[test]
    fn none_is_an_empty_list_and_what_cannot_be_read_is_not() {
        for (status, body) in [(204, ""), (200, ""), (200, r#"{"data":[]}"#)] {
            assert_eq!(parse_list(&answer(status, body)), Answer::OrderRefunds(Vec::new()));
        }
        for body in ["{}", "<html>", r#"{"data":{}}"#] {
            let answer = parse_list(&answer(200, body));
            assert!(matches!(answer, Answer::Failed(Failure::Unreadable(_))), "{body}");
        }
    }

    fn listed(data: &Value) -> Vec<OrderRefundSeen> {
        let answer = parse_list(&answer(200, &json!({ "data": data, "meta": {} }).to_string()));
        let Answer::OrderRefunds(list) = answer else { panic!("{answer:?}") };
        list
    }

    /// Whatever one refund becomes, its neighbours are read, and it is never read as less than it may be.
    #[test]
    fn one_bad_refund_hides_no_other() {
        let bad = [
            json!(null),
            json!("x"),
            json!(7),
            json!([]),
            json!({}),
            json!({ "id": "many", "payments": [] }),
            json!({ "id": 9, "payments": "none" }),
            json!({ "id": 9, "payments": { "0": {} } }),
            json!({ "id": 9, "payments": [null] }),
            json!({ "id": 9, "payments": [{ "provider_id": "cod" }] }),
            json!({ "id": 9, "payments": [{ "provider_id": "cod", "amount": {} }] }),
            json!({ "id": 9, "payments": [{ "amount": 5 }] }),
            json!({ "id": 9, "payments": [{ "provider_id": "cod", "amount": 5 }, { "provider_id": "instore", "amount": null }] }),
        ];
        for bad in bad {
            for at in 0..3 {
                let mut list = vec![booked(), booked(), booked()];
                list[at] = bad.clone();
                let mut read = listed(&json!(list));
                assert_eq!(read.remove(at).amounts, Amounts::Unreadable, "{bad}");
                assert_eq!(read, [seen(), seen()], "{bad} at {at}");
            }
        }
    }

    #[test]
    fn a_refund_without_payments_is_told_from_one_that_cannot_be_read() {
        let amounts = |refund: Value| listed(&json!([refund]))[0].amounts;
        assert_eq!(amounts(json!({ "id": 9, "payments": null, "total_amount": 500 })), Amounts::Missing);
        assert_eq!(amounts(json!({ "id": 9 })), Amounts::Missing);
        assert_eq!(amounts(json!({ "id": 9, "payments": null, "total_amount": "0.0000" })), Amounts::Known);
        assert_eq!(amounts(json!({ "id": 9, "payments": [] })), Amounts::Known);
        // Credit is not ours, whatever it says of its amount; nor is what was declined.
        let credit = json!({ "provider_id": "storecredit", "amount": null });
        let declined = json!({ "provider_id": "cod", "amount": "much", "is_declined": true });
        assert_eq!(amounts(json!({ "id": 9, "payments": [credit, declined] })), Amounts::Known);
    }

    #[test]
    fn what_stands_on_another_page_is_not_known() {
        let body = json!({ "data": [booked()], "meta": { "pagination": { "total_pages": 2 } } }).to_string();
        let Answer::OrderRefunds(list) = parse_list(&answer(200, &body)) else { panic!("a list") };
        assert_eq!(list.iter().map(|r| r.amounts).collect::<Vec<_>>(), [Amounts::Known, Amounts::Unreadable]);
    }

    #[test]
    fn a_quote_lists_the_ways_each_in_its_parts() {
        let methods = json!([
            [{ "provider_id": "storecredit", "amount": 88.2, "offline": false }],
            [{ "provider_id": "bankdeposit", "amount": 80.1, "offline": true }, { "provider_id": "storecredit", "amount": 8.1 }],
        ]);
        let body = json!({ "data": { "total_refund_amount": 88.2, "refund_methods": methods } }).to_string();
        let wanted = vec![
            vec![part_of(None, "88.2")],
            vec![part_of(Some(Provider::BankDeposit), "80.1"), part_of(None, "8.1")],
        ];
        assert_eq!(parse_quote(&answer(201, &body)), Answer::Quote(wanted));
        assert!(matches!(parse_quote(&answer(201, "{}")), Answer::Failed(Failure::Unreadable(_))));
    }

    #[test]
    fn a_booked_refund_is_answered_as_a_list_of_one() {
        let body = json!({ "data": booked(), "meta": {} }).to_string();
        assert_eq!(parse_record(&answer(201, &body)), Answer::OrderRefunds(vec![seen()]));
        assert!(matches!(parse_record(&answer(201, "")), Answer::Failed(Failure::Unreadable(_))));
    }

    /// If an entry of our own cannot be known again, it would be made once more.
    #[test]
    fn a_refund_whose_reason_cannot_be_read_is_unreadable() {
        let whole = json!({
            "id": 5, "items": [{ "item_type": "ORDER", "reason": "Refunded at KOMOJU (komoju-refund:re9)" }],
            "payments": [{ "provider_id": "instore", "amount": 300, "is_declined": false }],
        });
        let read = |refund: Value| {
            let body = json!({ "data": [refund] }).to_string();
            let Answer::OrderRefunds(mut list) = parse_list(&answer(200, &body)) else {
                panic!("{body} is a list");
            };
            list.remove(0)
        };
        assert_eq!(read(whole.clone()).amounts, Amounts::Known);
        for items in
            [json!("all"), json!([7]), json!([{ "reason": 5 }]), json!([{ "reason": ["x"] }]), json!({})]
        {
            let mut refund = whole.clone();
            refund["items"] = items.clone();
            assert_eq!(read(refund).amounts, Amounts::Unreadable, "{items}");
        }
        for items in [json!(null), json!([]), json!([{}]), json!([{ "reason": null }])] {
            let mut refund = whole.clone();
            refund["items"] = items.clone();
            assert_eq!(read(refund).amounts, Amounts::Known, "{items}");
        }
    }

    #[test]
    fn while_another_refund_is_under_way_the_answer_is_later() {
        let later = Answer::Failed(Failure::busy(None));
        for status in [409, 423] {
            assert_eq!(parse_record(&answer(status, "{}")), later, "{status}");
        }
        assert_eq!(parse_record(&answer(429, "{}")), Answer::Failed(Failure::later(None)));
        let busy = r#"{"data":[{"status":422,"title":"Another refund of this order is being processed."}]}"#;
        assert_eq!(parse_record(&answer(422, busy)), later);
        let unpaid = r#"{"data":[{"status":422,"title":"The order must have received payment."}]}"#;
        assert!(matches!(parse_record(&answer(422, unpaid)), Answer::Failed(Failure::Refused { .. })));
    }
}
