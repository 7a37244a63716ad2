//! What reads text from outside, each with what must be true of whatever it has read.

use std::collections::BTreeMap;
use std::hint::black_box;

use app::crypto::{Key, Purpose, Tokens};
use app::panel::{BankForm, SettingsForm};
use domain::bigcommerce::oauth::Grant;
use domain::bigcommerce::{channels, hooks, order, refunds, scripts, signed_payload, store, waiting};
use domain::http::{Outcome, ResponseHeaders, headers_of};
use domain::json;
use domain::komoju::{events, methods, payment, refund, session, webhook};
use domain::secret::Secret;
use domain::state::call::Answer;
use domain::state::deed::Subject;
use domain::state::record::{self, Rows};
use domain::state::settings::Settings;
use domain::state::shop::same_label;
use domain::texts::locale::Locale;
use domain::time::{in_japan, minute_in_utc, parse_rfc2822, parse_rfc3339};
use domain::url;
use domain::values::contact::{Contacts, Entered};
use domain::values::ids::{CartId, HintId, OrderId, PaymentId, RefundId, SessionId, StoreHash};
use domain::values::money::{Currency, Money};
use domain::values::page::is_confirmation_page;
use domain::views::notes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Target;

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        /// All of them.
        pub const TARGETS: &[Target] = &[$(Target { name: stringify!($name), read: $name }),*];
    };
}

targets![
    order_answer,
    order_provider,
    order_refunds,
    refund_quote,
    refund_record,
    waiting_orders,
    channel_list,
    channel_origins,
    hook_list,
    script_list,
    store_info,
    session_answer,
    payment_answer,
    payment_list,
    event_answer,
    event_page,
    transfer_answer,
    method_list,
    komoju_message,
    bigcommerce_message,
    signed,
    grant,
    token,
    settings_form,
    bank_form,
    query,
    headers,
    address,
    money,
    time,
    label,
    contact,
    ids,
    staff_notes,
    stored_rows,
    lenient_json,
];

/// The text as an answer, as a refusal, and as one that says "later".
fn outcomes(body: &str) -> impl Iterator<Item = Outcome> {
    [200, 201, 204, 400, 404, 409, 422, 429, 503].into_iter().map(|status| Outcome::Answer {
        status,
        headers: ResponseHeaders::default(),
        body: body.to_owned(),
    })
}

/// What was read is kept as text: read again, it is the same.
fn is_kept<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(read: &T) {
    let again: T = json::read(&json::write(read)).expect("what we write, we can read");
    assert_eq!(again, *read);
}

fn answers(body: &str, parse: fn(&Outcome) -> Answer) {
    for outcome in outcomes(body) {
        match parse(&outcome) {
            Answer::Order(seen) => is_kept(&seen.reading),
            Answer::Session(seen) => is_kept(&seen.reading),
            Answer::Payment(reading) => is_kept(&*reading),
            Answer::Payments { list, .. } => list.iter().for_each(is_kept),
            other => drop(black_box(other)),
        }
    }
}

fn order_answer(text: &str) {
    answers(text, order::parse_order);
}

fn order_provider(text: &str) {
    answers(text, order::parse_provider);
}

fn order_refunds(text: &str) {
    answers(text, refunds::parse_list);
}

fn refund_quote(text: &str) {
    answers(text, refunds::parse_quote);
}

fn refund_record(text: &str) {
    answers(text, refunds::parse_record);
}

/// A walk over the orders goes forward or ends.
fn waiting_orders(text: &str) {
    for outcome in outcomes(text) {
        if let Ok(page) = waiting::parse_page(&outcome, 1_795_000_000_000, 100)
            && let waiting::Next::From(next) = page.next
        {
            assert!(next > 100, "{next}");
        }
    }
}

fn channel_list(text: &str) {
    let known = [channels::Channel { id: 1, name: "Shop".to_owned(), origins: Vec::new() }];
    for outcome in outcomes(text) {
        if let Ok(list) = channels::parse_list(&outcome, &known) {
            assert!(!list.is_empty(), "every store has a storefront");
            list.iter().for_each(is_kept);
        }
    }
}

fn channel_origins(text: &str) {
    for outcome in outcomes(text) {
        drop(black_box(channels::parse_origins(&outcome)));
    }
}

fn hook_list(text: &str) {
    let hash = StoreHash::parse("q7w8e9").expect("a hash");
    let wanted = hooks::Wanted::new("https://app.example", &hash, Secret::new("h00k".to_owned()), true);
    for outcome in outcomes(text) {
        if let Ok(list) = hooks::parse_list(&outcome) {
            drop(black_box(hooks::plan(&list, &wanted)));
        }
    }
}

fn script_list(text: &str) {
    let hash = StoreHash::parse("q7w8e9").expect("a hash");
    let wanted = scripts::Wanted::new("https://app.example", &hash, "5cr1pt", "sha384-AAAA", &[]);
    for outcome in outcomes(text) {
        if let Ok(list) = scripts::parse_list(&outcome) {
            drop(black_box(scripts::plan(&list, &[1, 2], &wanted, true)));
        }
    }
}

fn store_info(text: &str) {
    for outcome in outcomes(text) {
        drop(black_box(store::parse_info(&outcome)));
    }
}

fn session_answer(text: &str) {
    answers(text, session::parse_answer);
}

fn payment_answer(text: &str) {
    answers(text, payment::parse_answer);
}

fn payment_list(text: &str) {
    answers(text, payment::parse_list);
}

fn event_answer(text: &str) {
    answers(text, events::parse_event);
}

fn event_page(text: &str) {
    for outcome in outcomes(text) {
        drop(black_box(events::parse_page(&outcome, 1_795_000_000_000, 1)));
    }
}

fn transfer_answer(text: &str) {
    answers(text, refund::parse_transfer);
}

fn method_list(text: &str) {
    for outcome in outcomes(text) {
        drop(black_box(methods::parse_list(&outcome)));
    }
}

fn komoju_message(text: &str) {
    if let Some(notice) = webhook::parse(text) {
        is_kept(&notice.hint());
    }
    assert!(!webhook::is_signed(&[Secret::new("s3cret".to_owned())], text.as_bytes(), text));
}

fn bigcommerce_message(text: &str) {
    if let Some((order, hint)) = json::parse(text).ok().as_ref().and_then(hooks::message) {
        assert!(order.get() > 0);
        is_kept(&hint);
    }
}

/// Nobody but BigCommerce can sign.
fn signed(text: &str) {
    let secret = Secret::new("the app's own secret".to_owned());
    assert!(signed_payload::verify(text, "client", &secret, 1_795_305_600).is_err());
}

fn grant(text: &str) {
    if let Ok(grant) = Grant::parse(&url::pairs(text)) {
        is_kept(&grant);
    }
}

/// Nobody but us can make a token, and none opens for another purpose.
fn token(text: &str) {
    let key = |id: &str, byte: u8| Key { id: id.to_owned(), bytes: vec![byte; 32] };
    let keys = [key("s2", 7), key("s1", 8)];
    let tokens = Tokens::new(&keys);
    assert!(tokens.open(Purpose::Act, text).is_err());
    let made = tokens.sign(Purpose::Status, text.as_bytes());
    assert_eq!(tokens.open(Purpose::Status, &made).as_deref(), Ok(text.as_bytes()));
    assert!(tokens.open(Purpose::Act, &made).is_err());
    drop(black_box(tokens.open_json::<Value>(Purpose::Status, &made, 0)));
}

/// A form that has no fault makes settings that are stored, and shown again without a fault.
fn settings_form(text: &str) {
    for is_owner in [true, false] {
        let read = SettingsForm::read(&url::pairs(text), &Settings::default(), is_owner);
        if let Some(settings) = read.checked() {
            is_kept(&settings);
            assert!(SettingsForm::of(&settings).checked().is_some());
        }
    }
}

fn bank_form(text: &str) {
    if let Some(details) = BankForm::read(&url::pairs(text)).checked() {
        is_kept(&details);
    }
}

/// What is encoded is decoded to the same.
fn query(text: &str) {
    let pairs = url::pairs(text);
    let again =
        url::pairs(&url::form(&pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>()));
    assert_eq!(again, pairs);
    black_box(Locale::among(&[Locale::Ja, Locale::En], text));
}

fn headers(text: &str) {
    let all: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect();
    black_box(headers_of(|name| all.get(name).cloned()));
}

/// A page is a storefront's confirmation page only on that very storefront.
fn address(text: &str) {
    let origins = ["https://shop.example".to_owned()];
    if is_confirmation_page(text, &origins) {
        assert_eq!(url::origin_of(text).as_deref(), Some("https://shop.example"), "{text}");
    }
    black_box(url::is_loopback(text));
}

/// An amount that was read is written as the same amount.
fn money(text: &str) {
    for code in ["JPY", "USD", "KRW", "EUR", text] {
        let Ok(currency) = Currency::parse(code) else { continue };
        if let Ok(read) = Money::parse(text, currency) {
            assert_eq!(Money::parse(&read.decimal(), currency), Ok(read));
        }
    }
}

fn time(text: &str) {
    for read in [parse_rfc3339(text), parse_rfc2822(text)].into_iter().flatten() {
        black_box(in_japan(read));
        // Written to the minute, it is the same minute.
        let minute = read - read.rem_euclid(60_000);
        assert_eq!(parse_rfc3339(&minute_in_utc(read)), Some(minute), "{text}");
    }
}

/// A label is its own, whatever it is, and the order of two does not matter.
fn label(text: &str) {
    let (one, other) = text.split_once('\n').unwrap_or((text, "Pay in Store"));
    assert!(same_label(one, one));
    assert_eq!(same_label(one, other), same_label(other, one));
}

/// What can be entered opens the order that has the same.
fn contact(text: &str) {
    let (email, second) = text.split_once('\n').unwrap_or(("misaki@example.jp", text));
    if let Ok(entered) = Entered::read(email, second) {
        assert!(Contacts::of(email, &[second], &[second]).are(&entered), "{text}");
    }
}

/// What an id was read from is what it says.
fn ids(text: &str) {
    fn same(read: Option<String>, text: &str) {
        assert!(read.is_none_or(|read| read == text), "{text}");
    }
    same(StoreHash::parse(text).ok().map(|id| id.to_string()), text);
    same(SessionId::parse(text).ok().map(|id| id.to_string()), text);
    same(PaymentId::parse(text).ok().map(|id| id.to_string()), text);
    same(RefundId::parse(text).ok().map(|id| id.to_string()), text);
    same(HintId::parse(text).ok().map(|id| id.to_string()), text);
    same(Subject::parse(text).ok().map(|subject| subject.to_string()), text);
    if let Ok(order) = OrderId::parse(text) {
        assert_eq!(OrderId::parse(&order.to_string()), Ok(order));
    }
    if let Ok(cart) = CartId::parse(text) {
        assert_eq!(CartId::parse(cart.as_str()), Ok(cart.clone()));
    }
}

/// A line is added to whatever a person has written, and nothing of that is lost unless there is no room.
fn staff_notes(text: &str) {
    let line = "[KOMOJU] Paid ¥1,000 by card (paid, pay_1)";
    let all = notes::append(text, line);
    assert!(all.ends_with(line) || all == text, "{all}");
}

/// Rows as `[[kind, key, body], …]`. What this version can read, it writes as something that it can read.
fn stored_rows(text: &str) {
    let Ok(list) = serde_json::from_str::<Vec<(String, String, Value)>>(text) else { return };
    let mut rows = Rows::default();
    for (kind, key, body) in list {
        rows.insert((kind, key), body.to_string());
    }
    let Ok(stored) = record::restore(&rows) else { return };
    let (mut state, mut written) = (stored.state, stored.written);
    state.hints.extend(stored.heard);
    for row in written.commit(&mut state) {
        match row.body {
            Some(body) => rows.insert((row.kind, row.key), body),
            None => rows.remove(&(row.kind, row.key)),
        }
    }
    assert!(record::restore(&rows).is_ok(), "what we write, we can read");
}

/// What is JSON is read as it is; what is not, is mended or refused.
fn lenient_json(text: &str) {
    let read = json::parse(text).ok();
    if let Ok(strict) = serde_json::from_str::<Value>(text) {
        assert_eq!(read, Some(strict));
    }
}
