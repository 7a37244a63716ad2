//! KOMOJU sessions: the hosted page that one attempt sends the shopper to.
//! <https://doc.komoju.com/reference/sessions-1>

use super::request::{Access, put, read as read_answer};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, integer, present, text};
use crate::payment::call::{Address, Answer, Failure, Line, NewSession, SessionSeen};
use crate::payment::ids::{OrderId, SessionId, StoreHash};
use crate::payment::money::{Currency, Money};
use crate::payment::reading::{SessionReading, SessionStatus};
use crate::payment::settings::Capture;
use crate::payment::state::SessionFault;
use crate::time::parse_rfc3339;
use serde_json::{Map, Value, json};

/// The longest that KOMOJU allows, and its default.
const LIFE_S: i64 = 86_400;

/// Keys of our metadata. They route a notification to its order; who may be credited is decided by the attempts.
pub const META_STORE: &str = "bc_store";
pub const META_ORDER: &str = "bc_order";
pub const META_ATTEMPT: &str = "bc_attempt";

/// Which order of which store a session is for: what its metadata says.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub store: &'a StoreHash,
    pub order: OrderId,
}

pub fn create(access: Access<'_>, origin: Origin<'_>, new: &NewSession, return_url: &str) -> HttpRequest {
    access.post("sessions", &new.key, &body(origin, new, return_url))
}

pub fn read(access: Access<'_>, id: &SessionId) -> HttpRequest {
    access.get(&["sessions/", id.as_str()].concat())
}

pub fn cancel(access: Access<'_>, id: &SessionId, key: &str) -> HttpRequest {
    access.post(&["sessions/", id.as_str(), "/cancel"].concat(), key, &json!({}))
}

/// A new session that nobody could pay at, or whose page is not on KOMOJU's own host, is as good as refused: nobody is
/// sent there, and the merchant hears why.
pub fn payable(answer: Answer, is_hosted: impl Fn(&str) -> bool) -> Answer {
    let Answer::Session(seen) = &answer else { return answer };
    let (fault, message) = if !is_hosted(&seen.url) {
        (SessionFault::Elsewhere, "the payment page is on a host that is not KOMOJU's")
    } else if seen.offers_nothing {
        (SessionFault::NoMethods, "the payment page offers no payment method")
    } else {
        return answer;
    };
    Answer::Failed(Failure::Refused {
        status: 200,
        code: fault.key().to_owned(),
        param: String::new(),
        message: message.to_owned(),
    })
}

/// The list is there, and empty. One that is left out says nothing.
fn is_empty_list(body: &Value, field: &str) -> bool {
    body.get(field).and_then(Value::as_array).is_some_and(Vec::is_empty)
}

/// The answer to every request of this file.
pub fn answer(outcome: &Outcome) -> Answer {
    match read_answer(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match parse(&body) {
            Some(seen) => Answer::Session(Box::new(seen)),
            None => Answer::Failed(Failure::Indeterminate("the session cannot be read".to_owned())),
        },
    }
}

fn body(origin: Origin<'_>, new: &NewSession, return_url: &str) -> Value {
    let (terms, checkout) = (&new.terms, &new.checkout);
    let mut payment_data = json!({
        "external_order_num": terms.external_order_num,
        "capture": match terms.capture { Capture::Auto => "auto", Capture::Manual => "manual" },
    });
    put(&mut payment_data, "name", &checkout.name);
    put_address(&mut payment_data, "billing_address", checkout.billing.as_ref());
    put_address(&mut payment_data, "shipping_address", checkout.shipping.as_ref());
    let mut body = json!({
        "mode": "payment",
        "amount": terms.amount.minor,
        "currency": terms.amount.currency.code(),
        "return_url": return_url,
        "default_locale": new.locale.code(),
        "expires_in_seconds": LIFE_S,
        "payment_data": payment_data,
        "fraud_details": fraud_details(new),
        "metadata": metadata(origin, new.attempt),
    });
    put(&mut body, "email", &checkout.email);
    if !terms.types.is_empty() {
        body["payment_types"] = json!(terms.types);
    }
    if !checkout.lines.is_empty() {
        body["line_items"] = checkout.lines.iter().map(line_item).collect();
    }
    body
}

fn metadata(origin: Origin<'_>, attempt: u32) -> Value {
    let (store, order) = (origin.store.as_str(), origin.order.to_string());
    json!({ META_STORE: store, META_ORDER: order, META_ATTEMPT: attempt.to_string() })
}

fn put_address(object: &mut Value, field: &str, address: Option<&Address>) {
    let Some(address) = address else { return };
    object[field] = json!({
        "name": address.name,
        "street_address1": address.street1,
        "street_address2": address.street2,
        "city": address.city,
        "state": address.state,
        "zipcode": address.zip,
        "country": address.country,
    });
}

fn line_item(line: &Line) -> Value {
    let description: String = line.description.chars().take(200).collect();
    json!({
        "amount": line.unit_minor,
        "description": description,
        "quantity": line.quantity,
        "external_product_num": line.product_id,
    })
}

fn fraud_details(new: &NewSession) -> Value {
    let mut details = Value::Object(Map::new());
    put(&mut details, "customer_ip", &new.browser.ip);
    put(&mut details, "customer_email", &new.checkout.email);
    put(&mut details, "phone", &new.checkout.phone);
    put(&mut details, "browser_user_agent", &new.browser.user_agent);
    put(&mut details, "browser_language", &new.browser.language);
    if new.checkout.customer_id > 0 {
        details["customer_id"] = json!(new.checkout.customer_id.to_string());
    }
    details
}

fn parse(session: &Value) -> Option<SessionSeen> {
    let id = SessionId::parse(&text(session, "id")).ok()?;
    let status = match text(session, "status").as_str() {
        "" => return None,
        "pending" => SessionStatus::Pending,
        "completed" => SessionStatus::Completed,
        "cancelled" => SessionStatus::Cancelled,
        other => SessionStatus::Other(other.to_owned()),
    };
    let currency = Currency::parse(&text(session, "currency")).ok();
    let amount = integer(session, "amount").and_then(|minor| Some(Money::new(minor, currency?)));
    let payment = match present(session, "payment") {
        Some(payment) => Some(super::payment::parse(payment)?),
        None => None,
    };
    let reading = SessionReading {
        id: id.clone(),
        status,
        expired: flag(session, "expired"),
        amount,
        payment: payment.as_ref().map(|p| p.id.clone()),
    };
    let payment = payment.map(|p| crate::payment::reading::PaymentReading { session: Some(id), ..p });
    let created = parse_rfc3339(&text(session, "created_at")).unwrap_or(0);
    Some(SessionSeen {
        reading,
        url: text(session, "session_url"),
        offers_nothing: is_empty_list(session, "payment_methods"),
        expires_at: created + LIFE_S * 1_000,
        payment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::payment::call::{Browser, Checkout, Locale};
    use crate::payment::ids::AccountId;
    use crate::payment::settings::Mode;
    use crate::payment::terms::Terms;

    fn new_session() -> NewSession {
        let line =
            Line { description: "Beans".into(), quantity: 2, unit_minor: 1_650, product_id: "9".into() };
        NewSession {
            attempt: 2,
            terms: Terms {
                account: AccountId::parse("ab12").expect("an account"),
                mode: Mode::Test,
                capture: Capture::Auto,
                amount: Money::new(3_300, Currency::JPY),
                types: vec!["konbini".into()],
                external_order_num: "BC-118-2".into(),
                settings_version: 4,
            },
            locale: Locale::Ja,
            checkout: Checkout { email: "h@shop.example".into(), lines: vec![line], ..Checkout::default() },
            browser: Browser { ip: "203.0.113.9".into(), ..Browser::default() },
            key: "st0re-118-session-2".into(),
        }
    }

    fn made(changes: &[(&str, Value)]) -> Answer {
        let mut session = json!({
            "id": "s1", "status": "pending", "amount": 3_300, "currency": "JPY",
            "session_url": "https://komoju.example/sessions/s1", "created_at": "2026-11-22T10:59:00.000+09:00",
            "payment_methods": [{ "type": "konbini" }],
        });
        for (name, value) in changes {
            session[*name] = value.clone();
        }
        let seen = parse(&session).expect("a session");
        payable(Answer::Session(Box::new(seen)), |url| url.starts_with("https://komoju.example/"))
    }

    #[test]
    fn a_session_that_nobody_could_pay_at_is_as_good_as_refused() {
        let fault = |changes: &[(&str, Value)]| match made(changes) {
            Answer::Failed(Failure::Refused { code, .. }) => Some(code),
            Answer::Session(_) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault(&[]), None);
        assert_eq!(fault(&[("payment_methods", json!([]))]).as_deref(), Some("no_methods"));
        for url in ["https://pay.example/sessions/s1", "", "javascript:alert(1)"] {
            assert_eq!(fault(&[("session_url", json!(url))]).as_deref(), Some("elsewhere"), "{url}");
        }
        // What is left out, or is no list, says nothing about what is offered.
        for silent in [json!(null), json!("all"), json!({})] {
            assert_eq!(fault(&[("payment_methods", silent.clone())]), None, "{silent}");
        }
    }

    #[test]
    fn a_session_asks_for_exactly_the_frozen_terms() {
        let (store, key) = (StoreHash::parse("st0re").expect("a store"), Secret::new("sk_test_x"));
        let access = Access { base: "https://k.example", secret_key: &key };
        let order = OrderId::new(118).expect("an order");
        let request =
            create(access, Origin { store: &store, order }, &new_session(), "https://app.example/return/t");
        let body: Value = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
        assert_eq!((&body["amount"], &body["currency"]), (&json!(3_300), &json!("JPY")));
        assert_eq!(body["payment_data"], json!({ "external_order_num": "BC-118-2", "capture": "auto" }));
        assert_eq!(body["metadata"], json!({ "bc_store": "st0re", "bc_order": "118", "bc_attempt": "2" }));
        assert_eq!(body["payment_types"], json!(["konbini"]));
        assert_eq!(body["fraud_details"]["customer_ip"], "203.0.113.9");
        assert_eq!(body["line_items"][0]["amount"], 1_650);
    }

    #[test]
    fn a_completed_session_brings_its_payment_along() {
        let session = json!({
            "id": "5e5510naaaaaaaaaaaaaaaaa1", "status": "completed", "expired": false, "amount": 3300, "currency": "JPY",
            "session_url": "https://komoju.example/sessions/1", "created_at": "2026-11-22T10:59:00.000+09:00",
            "payment": super::super::payment::tests::konbini(),
        });
        let seen = parse(&session).expect("a session");
        assert_eq!(seen.reading.status, SessionStatus::Completed);
        assert_eq!(seen.payment.map(|p| p.id), seen.reading.payment);
        assert_eq!(seen.expires_at, 1_795_399_140_000);
    }

    #[test]
    fn what_is_not_a_session_is_no_reading() {
        for body in [
            json!({}),
            json!({ "id": "x" }),
            json!([]),
            json!({ "id": "x", "status": "pending", "payment": {} }),
        ] {
            assert!(parse(&body).is_none(), "{body}");
        }
    }
}
