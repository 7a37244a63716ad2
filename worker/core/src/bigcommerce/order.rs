//! BigCommerce orders: requests and answers of v2 `/orders` and v3 `/orders/{id}/transactions`.
//!
//! All amounts are decimal text in `default_currency_code`, the currency that the shopper pays in; `currency_code` is
//! only what was displayed. `payment_method` is a label that the merchant may rename at any time.
//!
//! ```text
//! "currency_code": "USD", "default_currency_code": "JPY", "total_inc_tax": "5280.0000"    ¥5,280
//! "gift_certificate_amount": "280.0000"      ¥280 were paid otherwise: ¥5,280 or ¥5,000 due, undecided here
//! ```

use super::Api;
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, integer, list, present, text, unsigned};
use crate::state::call::{Address, Answer, Checkout, Line, OrderSeen, Transacted};
use crate::state::deed::OrderUpdate;
use crate::state::failure::Failure;
use crate::state::reading::{OrderReading, Unreadable};
use crate::state::settings::Provider;
use crate::time::parse_rfc2822;
use crate::values::contact::Contacts;
use crate::values::ids::{CartId, OrderId};
use crate::values::money::{Currency, Money};
use crate::values::order_status::OrderStatus;
use crate::values::owed::Split;
use serde_json::{Value, json};

/// The most lines that we pass on to KOMOJU's page: a very long order needs no more there.
const MOST_LINES: usize = 50;

/// Asks for the order with its line items, in one call.
pub fn read_request(api: &Api<'_>, order: OrderId) -> HttpRequest {
    let query = "?include=consignments.line_items&consignment_structure=object";
    api.request("GET", &format!("/v2/orders/{order}{query}"), None)
}

/// Writes status, payment id and note in one PUT. What is None in `update` stays as it is, and no other field is ever
/// sent back: those are the merchant's. `staff_notes`: all of the notes, our line added.
pub fn update_request(api: &Api<'_>, order: OrderId, update: &OrderUpdate, staff_notes: &str) -> HttpRequest {
    let mut body = json!({ "staff_notes": staff_notes });
    if let Some(id) = &update.payment_provider_id {
        body["payment_provider_id"] = json!(id);
    }
    if let Some(status) = update.status {
        body["status_id"] = json!(status.0);
    }
    api.request("PUT", &format!("/v2/orders/{order}"), Some(body.to_string()))
}

/// Asks for the order's transactions, which tell the payment method that it was really placed with.
pub fn transactions_request(api: &Api<'_>, order: OrderId) -> HttpRequest {
    api.request("GET", &format!("/v3/orders/{order}/transactions"), None)
}

/// The answer to [`read_request`] or [`update_request`].
pub fn parse_order(outcome: &Outcome) -> Answer {
    match super::success(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match parse_body(body).as_ref().and_then(parse) {
            Some(seen) => Answer::Order(Box::new(seen)),
            None => Answer::Failed(Failure::Unreadable("the order cannot be read".to_owned())),
        },
    }
}

/// The answer to [`transactions_request`]: the offline method, and what it is to collect. Nothing if none of ours is listed,
/// or if the list is empty (204).
pub fn parse_provider(outcome: &Outcome) -> Answer {
    let unreadable = || Answer::Failed(Failure::Unreadable("the transactions cannot be read".to_owned()));
    match super::success(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok("") => Answer::Provider(Transacted::default()),
        Ok(body) => match parse_body(body).as_ref().and_then(|body| body.get("data")?.as_array()) {
            Some(rows) => Answer::Provider(transacted(rows)),
            None => unreadable(),
        },
    }
}

/// What the rows tell. `charged` only if all rows of the method that collect money name the same amount.
fn transacted(rows: &[Value]) -> Transacted {
    let orders = rows.iter().filter_map(|row| OrderId::new(unsigned(row, "order_id")?).ok()).collect();
    let provider = rows.iter().find_map(|row| Provider::from_id(&text(row, "gateway")));
    let Some(known) = provider else { return Transacted { orders, ..Transacted::default() } };
    let collects = |row: &&Value| !["refund", "void"].contains(&text(row, "event").as_str());
    let own = rows.iter().filter(|row| text(row, "gateway") == known.id()).filter(collects);
    let amount = |row: &Value| {
        let currency = Currency::parse(&text(row, "currency")).ok()?;
        Money::parse(&text(row, "amount"), currency).ok()
    };
    let amounts: Option<Vec<Money>> = own.map(amount).collect();
    let charged = match amounts.as_deref() {
        Some([first, rest @ ..]) if rest.iter().all(|other| other == first) => Some(*first),
        _ => None,
    };
    Transacted { orders, provider, charged }
}

fn parse_body(body: &str) -> Option<Value> {
    crate::json::parse(body).ok()
}

/// An order from its JSON. None: without a status.
fn parse(order: &Value) -> Option<OrderSeen> {
    let status = u8::try_from(unsigned(order, "status_id")?).ok()?;
    let total = total(order);
    let split = total.and_then(|total| split(order, total));
    let reading = OrderReading {
        status: OrderStatus(status),
        deleted: flag(order, "is_deleted"),
        due: match split {
            Ok(Some(_)) => Err(Unreadable::Undecided),
            Ok(None) => total,
            Err(why) => Err(why),
        },
        split: split.ok().flatten(),
        digital: flag(order, "order_is_digital"),
        channel: unsigned(order, "channel_id").unwrap_or(1),
        label: text(order, "payment_method"),
        payment_provider_id: text(order, "payment_provider_id"),
        placed_at: parse_rfc2822(&text(order, "date_created")).unwrap_or(0),
        refunded_minor: refunded(order).unwrap_or(0),
    };
    let id = unsigned(order, "id").and_then(|id| OrderId::new(id).ok());
    let cart = CartId::parse(&text(order, "cart_id")).ok();
    let staff_notes = text(order, "staff_notes");
    Some(OrderSeen { id, reading, total: total.ok(), cart, staff_notes, checkout: checkout(order) })
}

/// The parts that store credit and gift certificates paid; None if they paid nothing. Errors: an amount cannot be
/// read.
fn split(order: &Value, total: Money) -> Result<Option<Split>, Unreadable> {
    let part = |field: &str| match present(order, field) {
        None => Ok(0),
        Some(_) => Money::parse(&text(order, field), total.currency).map(|m| m.minor.max(0)),
    };
    let (credit, certificates) = (part("store_credit_amount")?, part("gift_certificate_amount")?);
    Ok((credit > 0 || certificates > 0).then_some(Split { total, credit, certificates }))
}

/// What was refunded of the whole order, store credit included, in minor units. None: unreadable; the refunds
/// themselves are read separately.
fn refunded(order: &Value) -> Option<i64> {
    let currency = Currency::parse(&text(order, "default_currency_code")).ok()?;
    Money::parse(&text(order, "refunded_amount"), currency).ok().map(|m| m.minor)
}

/// The order's total. Errors: no currency that KOMOJU takes, or not an amount of it.
fn total(order: &Value) -> Result<Money, Unreadable> {
    let currency = Currency::parse(&text(order, "default_currency_code"))?;
    present(order, "total_inc_tax").ok_or(Unreadable::NotAnAmount)?;
    Ok(Money::parse(&text(order, "total_inc_tax"), currency)?)
}

/// The personal part of the order. It is passed on to KOMOJU and kept nowhere.
fn checkout(order: &Value) -> Checkout {
    let empty = Value::Null;
    let billing = order.get("billing_address").unwrap_or(&empty);
    let consignments = order.get("consignments").unwrap_or(&empty);
    Checkout {
        email: text(billing, "email"),
        name: name(billing),
        phone: text(billing, "phone"),
        customer_id: unsigned(order, "customer_id").unwrap_or(0),
        billing: address(billing),
        shipping: list(consignments, "shipping").first().and_then(address),
        lines: lines(order, consignments),
        contacts: contacts(billing, list(consignments, "shipping")),
    }
}

/// By what the order opens: the shopper's own e-mail address, with a phone number or postal code of any address.
fn contacts(billing: &Value, shipping: &[Value]) -> Contacts {
    let all = |field: &str| -> Vec<String> {
        [billing].into_iter().chain(shipping).map(|address| text(address, field)).collect()
    };
    Contacts::of(&text(billing, "email"), &all("phone"), &all("zip"))
}

/// The name with the given name first, as KOMOJU wants it.
fn name(address: &Value) -> String {
    let (first, last) = (text(address, "first_name"), text(address, "last_name"));
    [first.trim(), last.trim()].join(" ").trim().to_owned()
}

/// An address. None: too little of one to be of use.
fn address(value: &Value) -> Option<Address> {
    let address = Address {
        name: name(value),
        street1: text(value, "street_1"),
        street2: text(value, "street_2"),
        city: text(value, "city"),
        state: text(value, "state"),
        zip: text(value, "zip"),
        country: text(value, "country_iso2"),
    };
    (!address.country.is_empty() && !address.street1.is_empty()).then_some(address)
}

/// The order's lines, the shipped ones first, then pick-ups and downloads.
fn lines(order: &Value, consignments: &Value) -> Vec<Line> {
    let Ok(currency) = Currency::parse(&text(order, "default_currency_code")) else { return Vec::new() };
    ["shipping", "pickups", "downloads"]
        .into_iter()
        .flat_map(|kind| list(consignments, kind))
        .flat_map(|consignment| list(consignment, "line_items"))
        .filter_map(|item| line(item, currency))
        .take(MOST_LINES)
        .collect()
}

/// One line. None: a link instead of the item itself, or without name, price or quantity.
fn line(item: &Value, currency: Currency) -> Option<Line> {
    let description = text(item, "name");
    let unit = Money::parse(&text(item, "price_inc_tax"), currency).ok()?;
    let quantity = integer(item, "quantity").and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0)?;
    (!description.is_empty() && unit.minor >= 0).then(|| Line {
        description,
        quantity,
        unit_minor: unit.minor,
        product_id: text(item, "product_id"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::values::ids::StoreHash;

    fn order() -> Value {
        json!({
            "id": 4711, "status_id": 7, "date_created": "Sat, 21 Nov 2026 01:02:03 +0000",
            "total_inc_tax": "5280.0000", "store_credit_amount": "0.0000", "gift_certificate_amount": "280.0000",
            "currency_code": "USD", "default_currency_code": "JPY", "payment_method": "コンビニ・カード",
            "payment_provider_id": null, "channel_id": 3, "cart_id": "0b9f2c1e-5a64-4d3e-9f10-3c2b1a000001",
            "order_is_digital": false, "staff_notes": "gift wrap",
            "billing_address": { "first_name": "Hanako", "last_name": "Sato", "street_1": "1-2-3", "street_2": "",
                "city": "Setagaya", "state": "Tokyo", "zip": "154-0001", "country_iso2": "JP",
                "phone": "0312345678", "email": "hanako@shop.example" },
            "consignments": { "shipping": [{ "first_name": "Jiro", "last_name": "Sato", "street_1": "9",
                "country_iso2": "JP", "line_items": [
                    { "name": "Filter paper", "price_inc_tax": "640.0000", "quantity": 2, "product_id": 77 },
                    { "url": "https://example/link" } ] }] },
        })
    }

    #[test]
    fn the_amount_due_is_in_the_currency_that_is_paid() {
        let seen = parse(&order()).expect("an order");
        let split = Split { total: Money::new(5_280, Currency::JPY), credit: 0, certificates: 280 };
        assert_eq!((seen.reading.due, seen.reading.split), (Err(Unreadable::Undecided), Some(split)));
        assert_eq!((seen.reading.status, seen.reading.channel), (OrderStatus::AWAITING_PAYMENT, 3));
        assert_eq!(seen.reading.placed_at, 1_795_222_923_000);
        assert_eq!((seen.checkout.name.as_str(), seen.checkout.lines.len()), ("Hanako Sato", 1));
        assert_eq!(seen.checkout.shipping.map(|a| a.name).as_deref(), Some("Jiro Sato"));
    }

    #[test]
    fn an_amount_that_cannot_be_read_is_no_amount() {
        let broken = |field: &str, value: Value| {
            let mut order = order();
            order[field] = value;
            parse(&order).map(|seen| seen.reading.due)
        };
        assert_eq!(broken("total_inc_tax", json!("12.5")), Some(Err(Unreadable::NotAnAmount)));
        assert_eq!(broken("total_inc_tax", Value::Null), Some(Err(Unreadable::NotAnAmount)));
        assert_eq!(broken("default_currency_code", json!("XAU")), Some(Err(Unreadable::UnsupportedCurrency)));
        assert_eq!(broken("status_id", json!("seven")), None);
    }

    #[test]
    fn an_offline_order_tells_its_provider_by_its_transactions() {
        let answer = |status, body: &str| {
            parse_provider(&Outcome::Answer { status, headers: Default::default(), body: body.to_owned() })
        };
        let nothing = Answer::Provider(Transacted::default());
        let cod = |charged| {
            Answer::Provider(Transacted { orders: Vec::new(), provider: Some(Provider::Cod), charged })
        };
        assert_eq!(answer(200, r#"{"data":[{"gateway":"cod"}]}"#), cod(None));
        assert_eq!(answer(200, r#"{"data":[{"gateway":"braintree"}]}"#), nothing);
        assert_eq!(answer(204, ""), nothing);
        for body in ["<html>", "{}", r#"{"data":{}}"#] {
            assert!(matches!(answer(200, body), Answer::Failed(Failure::Unreadable(_))), "{body}");
        }
    }

    #[test]
    fn what_our_method_is_to_collect_stands_in_its_own_rows() {
        let charged = |rows: Value| {
            let rows = rows.as_array().expect("rows").clone();
            transacted(&rows).charged
        };
        let row = |amount: Value, event: &str| json!({ "gateway": "cod", "amount": amount, "currency": "JPY", "event": event });
        let credit =
            json!({ "gateway": "storecredit", "amount": 500, "currency": "JPY", "event": "purchase" });
        let yen = |minor| Some(Money::new(minor, Currency::JPY));
        assert_eq!(charged(json!([credit, row(json!(1530), "purchase")])), yen(1_530));
        assert_eq!(
            charged(json!([row(json!("1530.0000"), "authorization"), row(json!(1530), "capture")])),
            yen(1_530)
        );
        assert_eq!(charged(json!([row(json!(1530), "purchase"), row(json!(300), "refund")])), yen(1_530));
        // Two different sums, or one that cannot be read: nothing is known.
        assert_eq!(charged(json!([row(json!(1530), "purchase"), row(json!(2030), "purchase")])), None);
        assert_eq!(charged(json!([row(json!(1530), "purchase"), row(json!("many"), "purchase")])), None);
        assert_eq!(charged(json!([credit])), None);
    }

    #[test]
    fn what_was_refunded_is_read_in_the_currency_that_is_paid() {
        let refunded = |amount: Value, currency: &str| {
            let mut order = order();
            order["refunded_amount"] = amount;
            order["default_currency_code"] = json!(currency);
            parse(&order).expect("an order").reading.refunded_minor
        };
        assert_eq!(refunded(json!("1280.0000"), "JPY"), 1_280);
        assert_eq!(refunded(json!("12.8000"), "USD"), 1_280);
        assert_eq!(refunded(Value::Null, "JPY"), 0);
        assert_eq!(refunded(json!("9.0000"), "XAU"), 0);
    }

    #[test]
    fn a_put_says_only_what_is_to_change() {
        let (store, token) = (StoreHash::parse("q7w8e9").expect("a hash"), Secret::new("t0ken"));
        let api = Api { base: "https://api.example", store: &store, token: &token, timeout_ms: 1 };
        let put = |status, id: Option<&str>| {
            let change = OrderUpdate {
                status,
                payment_provider_id: id.map(str::to_owned),
                over: None,
                note: "unused here".into(),
                attention: None,
            };
            let request = update_request(&api, OrderId::new(31).expect("an id"), &change, "notes");
            serde_json::from_str::<Value>(&request.body.expect("a body")).expect("JSON")
        };
        assert_eq!(put(None, None), json!({ "staff_notes": "notes" }));
        assert_eq!(
            put(Some(OrderStatus(11)), Some("pay5")),
            json!({ "staff_notes": "notes", "payment_provider_id": "pay5", "status_id": 11 })
        );
    }
}
