//! KOMOJU sessions: the hosted page that one attempt sends the shopper to.
//! <https://doc.komoju.com/reference/sessions-1>
//!
//! Creating a session is safe to lose: nobody has the URL of a session that was never answered, so such an attempt is
//! void and the next one gets a new number. Its amount, currency, types and capture mode are the attempt's frozen
//! terms.

use super::request::{Access, put, read as read_answer};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, integer, list, present, text};
use crate::state::SessionFault;
use crate::state::call::{Address, Answer, Checkout, Line, NewSession, SESSION_LIFE_MS, SessionSeen};
use crate::state::failure::Failure;
use crate::state::reading::{Offered, SessionReading, SessionStatus};
use crate::state::settings::Capture;
use crate::texts::locale::Locale;
use crate::time::parse_rfc3339;
use crate::values::ids::{OrderId, SessionId, StoreHash};
use crate::values::money::{Currency, Money};
use serde_json::{Map, Value, json};

/// The keys of our metadata on a session. They route a webhook to its order and nothing more: only the attempts
/// decide whose payment it is.
pub const META_STORE: &str = "bc_store";
/// See [`META_STORE`].
pub const META_ORDER: &str = "bc_order";
/// See [`META_STORE`].
pub const META_ATTEMPT: &str = "bc_attempt";

/// The order and store that a session is for, as its metadata says.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub store: &'a StoreHash,
    pub order: OrderId,
}

/// Asks for a new session. `return_url`: where KOMOJU sends the shopper back to.
pub fn create_request(
    access: Access<'_>,
    origin: Origin<'_>,
    new: &NewSession,
    return_url: &str,
) -> HttpRequest {
    access.post("sessions", &new.key, &body(origin, new, return_url))
}

/// One session, with the payment that it shows now.
pub fn read_request(access: Access<'_>, id: &SessionId) -> HttpRequest {
    access.get(&["sessions/", id.as_str()].concat())
}

/// Ends a session, so that nobody can pay it any more.
pub fn cancel_request(access: Access<'_>, id: &SessionId, key: &str) -> HttpRequest {
    access.post(&["sessions/", id.as_str(), "/cancel"].concat(), key, &json!({}))
}

/// Turns a new session that nobody could pay into a refusal: one without any way to pay, or whose page is not on
/// KOMOJU's own host. Nobody is sent there, and the merchant hears why.
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

/// True if the list is there and empty. A list that is left out says nothing.
fn is_empty_list(body: &Value, field: &str) -> bool {
    body.get(field).and_then(Value::as_array).is_some_and(Vec::is_empty)
}

/// The answer to every request of this file.
pub fn parse_answer(outcome: &Outcome) -> Answer {
    match read_answer(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match parse(&body) {
            Some(seen) => Answer::Session(Box::new(seen)),
            None => Answer::Failed(Failure::Unreadable("the session cannot be read".to_owned())),
        },
    }
}

/// The language of KOMOJU's own page: English where it does not know the shopper's.
fn page_language(locale: Locale) -> &'static str {
    let known = ["ja", "en", "ko"];
    if known.contains(&locale.code()) { locale.code() } else { Locale::En.code() }
}

/// The body of a new session. Amount, currency, types and capture mode are the terms. All else is for people and for
/// fraud screening, and is left out if `new.lean`: KOMOJU has refused one of those fields before.
fn body(origin: Origin<'_>, new: &NewSession, return_url: &str) -> Value {
    let terms = &new.terms;
    let mut body = json!({
        "mode": "payment",
        "amount": terms.amount.minor,
        "currency": terms.amount.currency.code(),
        "return_url": return_url,
        "default_locale": page_language(new.locale),
        "expires_in_seconds": SESSION_LIFE_MS / 1_000,
        "payment_data": {
            "external_order_num": terms.external_order_num,
            "capture": match terms.capture { Capture::Auto => "auto", Capture::Manual => "manual" },
        },
        "metadata": metadata(origin, new.attempt),
    });
    if !terms.types.is_empty() {
        body["payment_types"] = json!(terms.types);
    }
    if !new.lean {
        put_optional(&mut body, new);
    }
    body
}

/// Adds what KOMOJU does not need: name, addresses, e-mail, fraud details, lines.
fn put_optional(body: &mut Value, new: &NewSession) {
    let checkout = &new.checkout;
    put(&mut body["payment_data"], "name", &cut(&checkout.name, NAME));
    put_address(&mut body["payment_data"], "billing_address", checkout.billing.as_ref());
    put_address(&mut body["payment_data"], "shipping_address", checkout.shipping.as_ref());
    put(body, "email", email(checkout));
    body["fraud_details"] = fraud_details(new);
    if !checkout.lines.is_empty() {
        let sum = checkout.lines.iter().try_fold(0_i64, |sum, line| {
            let quantity = i64::try_from(line.quantity).ok()?;
            sum.checked_add(line.unit_minor.checked_mul(quantity)?)
        });
        // Lines that do not add up to the amount (shipping, discounts) are sent without amounts of their own.
        let add_up = sum == Some(new.terms.amount.minor);
        body["line_items"] = checkout.lines.iter().map(|line| line_item(line, add_up)).collect();
    }
}

/// The longest texts that we send, in UTF-16 units, as JavaScript and Java count: far more than people need.
const NAME: usize = 100;
const ADDRESS: usize = 200;
const DESCRIPTION: usize = 200;
const CODE: usize = 50;
const USER_AGENT: usize = 500;

/// As much of a text as fits, without half a character at its end and without control characters.
fn cut(text: &str, units: usize) -> String {
    let mut left = units;
    let fits = |c: &char| match left.checked_sub(c.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    text.chars().filter(|c| !c.is_control()).take_while(fits).collect()
}

/// The e-mail address, whole or not at all: an address that is cut is somebody else's.
fn email(checkout: &Checkout) -> &str {
    Some(checkout.email.trim()).filter(|email| email.len() <= 254).unwrap_or("")
}

/// What routes this session's webhooks to its order.
fn metadata(origin: Origin<'_>, attempt: u32) -> Value {
    let (store, order) = (origin.store.as_str(), origin.order.to_string());
    json!({ META_STORE: store, META_ORDER: order, META_ATTEMPT: attempt.to_string() })
}

/// Adds an address, if there is one.
fn put_address(object: &mut Value, field: &str, address: Option<&Address>) {
    let Some(address) = address else { return };
    object[field] = json!({
        "name": cut(&address.name, NAME),
        "street_address1": cut(&address.street1, ADDRESS),
        "street_address2": cut(&address.street2, ADDRESS),
        "city": cut(&address.city, NAME),
        "state": cut(&address.state, NAME),
        "zipcode": cut(&address.zip, CODE),
        "country": cut(&address.country, CODE),
    });
}

/// One line of the order, as KOMOJU's page shows it.
fn line_item(line: &Line, with_amount: bool) -> Value {
    let mut item = json!({ "description": cut(&line.description, DESCRIPTION), "quantity": line.quantity });
    put(&mut item, "external_product_num", &cut(&line.product_id, CODE));
    if with_amount {
        item["amount"] = json!(line.unit_minor);
    }
    item
}

/// What the shopper's browser and the order tell KOMOJU's fraud screening.
fn fraud_details(new: &NewSession) -> Value {
    let mut details = Value::Object(Map::new());
    put(&mut details, "customer_ip", plain_ip(&new.browser.ip));
    put(&mut details, "customer_email", email(&new.checkout));
    put(&mut details, "phone", &cut(&new.checkout.phone, CODE));
    put(&mut details, "browser_user_agent", &cut(&new.browser.user_agent, USER_AGENT));
    put(&mut details, "browser_language", &cut(&new.browser.language, NAME));
    if new.checkout.customer_id > 0 {
        details["customer_id"] = json!(new.checkout.customer_id.to_string());
    }
    details
}

/// An IPv4 address that is written in IPv6's form (`::ffff:203.0.113.9`), as the IPv4 address that it is.
fn plain_ip(ip: &str) -> &str {
    let prefix = ip.get(..7).filter(|prefix| prefix.eq_ignore_ascii_case("::ffff:"));
    let mapped = prefix.and(ip.get(7..)).filter(|rest| rest.parse::<std::net::Ipv4Addr>().is_ok());
    mapped.unwrap_or(ip)
}

/// A session from its JSON. None: no id or status, or its payment cannot be read.
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
        // A payment that says it is of another session is as useless as one that cannot be read.
        Some(payment) => {
            let shown = super::payment::parse(payment)?;
            Some(Some(shown).filter(|p| p.session.as_ref().is_none_or(|of| *of == id))?)
        }
        None => None,
    };
    let reading = SessionReading {
        id: id.clone(),
        status,
        expired: flag(session, "expired"),
        amount,
        payment: payment.as_ref().map(|p| p.id.clone()),
        offered: list(session, "payment_methods")
            .iter()
            .filter_map(offered)
            .filter(|offered| amount.is_none_or(|amount| offered.amount.currency != amount.currency))
            .collect(),
    };
    let payment = payment.map(|p| crate::state::reading::PaymentReading { session: Some(id), ..p });
    let created = parse_rfc3339(&text(session, "created_at")).unwrap_or(0);
    Some(SessionSeen {
        reading,
        url: text(session, "session_url"),
        offers_nothing: is_empty_list(session, "payment_methods"),
        expires_at: created + SESSION_LIFE_MS,
        payment,
    })
}

/// What the session comes to, paid by one type in that type's currency.
fn offered(method: &Value) -> Option<Offered> {
    let currency = Currency::parse(&text(method, "currency")).ok()?;
    let amount = Money::new(integer(method, "amount")?, currency);
    Some(Offered { payment_type: text(method, "type"), amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::state::call::Browser;
    use crate::state::settings::Mode;
    use crate::state::terms::Terms;
    use crate::values::ids::AccountId;

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
            lean: false,
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
        let fault = |changes: &[(&str, Value)]| {
            let answer = made(changes);
            if let Answer::Failed(Failure::Refused { code, .. }) = answer {
                return Some(code);
            }
            assert!(matches!(answer, Answer::Session(_)), "{answer:?}");
            None
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
        let request = create_request(
            access,
            Origin { store: &store, order },
            &new_session(),
            "https://app.example/return/t",
        );
        let body: Value = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
        assert_eq!((&body["amount"], &body["currency"]), (&json!(3_300), &json!("JPY")));
        assert_eq!(body["payment_data"], json!({ "external_order_num": "BC-118-2", "capture": "auto" }));
        assert_eq!(body["metadata"], json!({ "bc_store": "st0re", "bc_order": "118", "bc_attempt": "2" }));
        assert_eq!(body["payment_types"], json!(["konbini"]));
        assert_eq!(body["fraud_details"]["customer_ip"], "203.0.113.9");
        assert_eq!(body["line_items"][0]["amount"], 1_650);
    }

    fn sent(new: &NewSession) -> Value {
        let store = StoreHash::parse("st0re").expect("a store");
        let order = OrderId::new(118).expect("an order");
        body(Origin { store: &store, order }, new, "https://app.example/return/t")
    }

    #[test]
    fn without_what_komoju_does_not_need_the_terms_stay() {
        let (full, lean) = (sent(&new_session()), sent(&NewSession { lean: true, ..new_session() }));
        for needed in
            ["mode", "amount", "currency", "return_url", "payment_types", "payment_data", "metadata"]
        {
            assert_eq!((&lean[needed], lean[needed].is_null()), (&full[needed], false), "{needed}");
        }
        for optional in ["email", "line_items", "fraud_details"] {
            assert!(lean.get(optional).is_none() && full.get(optional).is_some(), "{optional}");
        }
    }

    #[test]
    fn lines_carry_amounts_only_where_they_add_up() {
        let with = |quantity| {
            let mut new = new_session();
            new.checkout.lines[0].quantity = quantity;
            sent(&new)["line_items"][0].clone()
        };
        assert_eq!(with(2)["amount"], json!(1_650));
        for other in [1, 3, u64::MAX] {
            assert_eq!((with(other).get("amount"), &with(other)["quantity"]), (None, &json!(other)));
        }
    }

    #[test]
    fn texts_are_cut_between_characters_and_mails_not_at_all() {
        assert_eq!(cut("Hoshi", 3), "Hos");
        assert_eq!(cut("珈琲😀豆", 3), "珈琲", "an emoji takes two units");
        assert_eq!(cut("珈琲😀豆", 4), "珈琲😀");
        assert_eq!(cut("a\u{0}b\nc", 9), "abc");
        let mut new = new_session();
        new.checkout.email = ["a".repeat(260).as_str(), "@shop.example"].concat();
        assert_eq!(sent(&new).get("email"), None);
    }

    #[test]
    fn an_ipv4_address_is_sent_as_one() {
        assert_eq!(plain_ip("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(plain_ip("::FFFF:203.0.113.9"), "203.0.113.9");
        for other in ["203.0.113.9", "2001:db8::1", "::ffff:1:2", "::ffff:", ""] {
            assert_eq!(plain_ip(other), other);
        }
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
