//! What the API accepts, and in which words it refuses.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Shop, refusal};
use crate::komoju::{Currency, Merchant, MerchantSpec, Mood, ShownType};

fn shop() -> Shop {
    Shop::new(MerchantSpec::default())
}

#[tokio::test]
async fn a_key_that_is_nobodys_is_refused() {
    let mut shop = shop();
    shop.merchant.secret_key_test = "sk_test_wrong".into();
    assert_eq!(refusal(&shop.get("/payments").await), (401, "unauthorized", None));
    shop.merchant.secret_key_test = shop.merchant.publishable_key_test.clone();
    assert_eq!(refusal(&shop.get("/payments").await), (403, "forbidden", None));
}

#[tokio::test]
async fn a_request_may_name_no_version_but_none_that_there_is_not() {
    let shop = shop();
    for (named, status) in [(None, 200), (Some("2024-07-15"), 200), (Some("2031-01-01"), 400)] {
        let mut request = shop.request("GET", "/payments").body(Body::empty()).expect("a request");
        request.headers_mut().remove("x-komoju-api-version");
        if let Some(named) = named {
            request.headers_mut().insert("x-komoju-api-version", named.parse().expect("a header"));
        }
        assert_eq!(shop.send(request).await.0.as_u16(), status, "{named:?}");
    }
}

#[tokio::test]
async fn the_api_may_be_slow_down_or_refuse_for_one_merchant() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let id = &shop.merchant.id;
    let path = format!("/sessions/{session}");
    shop.komoju.set_mood(id, Mood::Down).expect("it exists");
    assert_eq!(refusal(&shop.get(&path).await), (503, "service_unavailable", None));
    shop.komoju.set_mood(id, Mood::Refuses).expect("it exists");
    assert_eq!(shop.get(&path).await.0, StatusCode::OK, "questions are answered");
    let cancel = shop.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!(refusal(&cancel), (422, "unprocessable_entity", None));
    assert_eq!(shop.get(&path).await.1["status"], "pending", "nothing was done");
    let pause = Duration::from_millis(80);
    shop.komoju.set_mood(id, Mood::Slow(pause)).expect("it exists");
    let asked = std::time::Instant::now();
    assert_eq!(shop.get(&path).await.0, StatusCode::OK);
    assert!(asked.elapsed() >= pause);
    let other = shop.komoju.create_merchant(MerchantSpec::default());
    assert_eq!(shop.komoju.merchant(&other.id).expect("it exists").mood, Mood::Well);
}

#[tokio::test]
async fn a_payment_may_show_a_type_that_nobody_knows_or_none() {
    let as_new = ShownType::As("bank_of_the_future".into());
    let cases = [
        (ShownType::Own, json!("konbini")),
        (as_new, json!("bank_of_the_future")),
        (ShownType::Missing, Value::Null),
        (ShownType::NoDetails, Value::Null),
    ];
    for (shown, expected) in cases {
        let shop = shop();
        let change = |merchant: &mut Merchant| merchant.shows_type = shown.clone();
        shop.komoju.change_merchant(&shop.merchant.id, change).expect("it exists");
        let session = shop.session(json!({})).await;
        let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
        let (_, body) = shop.get(&format!("/payments/{payment}")).await;
        assert_eq!(body["payment_details"]["type"], expected, "{shown:?}");
        assert_eq!(body["payment_details"].is_null(), shown == ShownType::NoDetails);
        let (_, events) = shop.get("/events").await;
        assert_eq!(events["data"][0]["data"]["payment_details"]["type"], expected, "{shown:?}");
    }
}

#[tokio::test]
async fn a_list_tells_the_times_it_was_asked_for_and_may_ignore_them() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    let later = "/payments?start_time=2999-01-01T00:00:00Z";
    let (_, none) = shop.get(later).await;
    assert_eq!((&none["total"], &none["start_time"]), (&json!(0), &json!("2999-01-01T00:00:00Z")));
    let (_, all) = shop.get("/payments").await;
    assert_eq!(
        (&all["total"], &all["start_time"], &all["end_time"]),
        (&json!(1), &Value::Null, &Value::Null)
    );
    let change = |merchant: &mut Merchant| merchant.ignored_parameters = vec!["start_time", "page"];
    shop.komoju.change_merchant(&shop.merchant.id, change).expect("it exists");
    assert_eq!(shop.get(later).await.1["total"], 1);
    let (_, second) = shop.get("/payments?page=2&per_page=1").await;
    assert_eq!((&second["page"], second["data"].as_array().map(Vec::len)), (&json!(1), Some(1)));
}

#[tokio::test]
async fn live_and_test_do_not_see_each_other() {
    let mut shop = shop();
    let session = shop.session(json!({})).await;
    shop.merchant.secret_key_test = shop.merchant.secret_key_live.clone();
    assert_eq!(refusal(&shop.get(&format!("/sessions/{session}")).await), (404, "not_found", None));
}

#[tokio::test]
async fn a_session_is_complete_as_documented() {
    let shop = shop();
    let body = json!({
        "amount": 4800, "currency": "JPY", "return_url": "https://shop.example/back?state=x", "default_locale": "en",
        "payment_types": ["konbini", "credit_card", "alipay"], "metadata": { "order": "118" },
        "payment_data": { "external_order_num": "BC-118-1", "name": "花子" },
    });
    let (status, session) = shop.post("/sessions", body).await;
    assert_eq!(status, StatusCode::OK);
    let types: Vec<_> =
        session["payment_methods"].as_array().expect("rows").iter().map(|row| &row["type"]).collect();
    assert_eq!(types, ["credit_card", "konbini"], "known but inactive types are not offered");
    assert_eq!(
        session["payment_data"],
        json!({ "capture": "auto", "external_order_num": "BC-118-1", "name": "花子" })
    );
    assert_eq!((&session["status"], &session["expired"]), (&json!("pending"), &json!(false)));
    assert_eq!(session["payment"], Value::Null);
    assert!(session["created_at"].as_str().is_some_and(|at| at.ends_with("+09:00") && at.len() == 29));
    assert!(
        session["session_url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http://pay.localhost:8790/sessions/"))
    );
    assert!(session.get("line_items").is_none() && session.get("email").is_none());
}

#[tokio::test]
async fn wrong_sessions_are_refused_by_field() {
    let shop = shop();
    let cases = [
        (json!({ "amount": null }), ("missing_parameter", "amount")),
        (json!({ "amount": 0 }), ("invalid_parameter", "amount")),
        (json!({ "amount": i64::MAX }), ("invalid_parameter", "amount")),
        (json!({ "amount": "1200" }), ("invalid_parameter", "amount")),
        (json!({ "currency": null }), ("missing_parameter", "currency")),
        (json!({ "currency": "XAU" }), ("invalid_currency", "currency")),
        (json!({ "return_url": "/back" }), ("invalid_parameter", "return_url")),
        (json!({ "payment_types": ["cheque"] }), ("invalid_payment_type", "payment_types")),
        (json!({ "metadata": { "order": 118 } }), ("invalid_parameter", "metadata")),
        (json!({ "metadata": { "k".repeat(31): "v" } }), ("invalid_parameter", "metadata")),
        (json!({ "metadata": { "k": "v".repeat(2001) } }), ("invalid_parameter", "metadata")),
        (json!({ "expires_in_seconds": 86_401 }), ("invalid_parameter", "expires_in_seconds")),
        (json!({ "default_locale": "fr" }), ("invalid_parameter", "default_locale")),
        (json!({ "payment_data": { "capture": false } }), ("invalid_parameter", "capture")),
        (json!({ "line_items": [{ "quantity": 0 }] }), ("invalid_parameter", "line_items")),
        (json!({ "email": "nobody" }), ("invalid_parameter", "email")),
        (json!({ "mode": "subscription" }), ("invalid_parameter", "mode")),
    ];
    for (change, (code, param)) in cases {
        let mut body = json!({ "amount": 1200, "currency": "JPY" });
        for (name, value) in change.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let answer = shop.post("/sessions", body).await;
        assert_eq!(refusal(&answer), (422, code, Some(param)), "{change}");
    }
}

#[tokio::test]
async fn an_order_number_serves_one_session_only() {
    let shop = shop();
    let data = json!({ "payment_data": { "external_order_num": "BC-7-1" } });
    shop.session(data).await;
    let body = json!({ "amount": 1, "currency": "JPY", "payment_data": { "external_order_num": "BC-7-1" } });
    let again = shop.post("/sessions", body).await;
    assert_eq!(refusal(&again), (422, "invalid_parameter", Some("external_order_num")));
}

#[tokio::test]
async fn the_front_blocks_the_word_localhost_but_not_the_sandbox_itself() {
    let shop = shop();
    shop.session(json!({ "return_url": "http://app.localhost:8787/return/x" })).await;
    shop.session(json!({ "metadata": { "page": "http://abc1.shop.localhost:8790/checkout" } })).await;
    let body = json!({ "amount": 1200, "currency": "JPY", "return_url": "http://localhost:3000/" });
    let (status, body) = shop.post("/sessions", body).await;
    assert_eq!((status, body), (StatusCode::FORBIDDEN, Value::Null));
}

#[tokio::test]
async fn a_post_that_comes_again_gets_the_first_answer() {
    let shop = shop();
    let request = |amount: i64| {
        let body = json!({ "amount": amount, "currency": "JPY" }).to_string();
        let request = shop.request("POST", "/sessions").header("x-komoju-idempotency", "k1");
        request.body(Body::from(body)).expect("a request")
    };
    let first = shop.send(request(500)).await;
    assert_eq!(shop.send(request(500)).await, first);
    assert_eq!(shop.komoju.sessions(&shop.merchant.id).len(), 1);
    assert_eq!(refusal(&shop.send(request(501)).await), (422, "unprocessable_entity", None));
    shop.komoju.forget_idempotency_keys(&shop.merchant.id);
    assert_ne!(shop.send(request(500)).await, first, "a day later it is another request");
}

#[tokio::test]
async fn a_retry_before_the_first_answer_meets_409_even_when_the_first_caller_hung_up() {
    let shop = shop();
    shop.komoju.slow_down(&shop.merchant.id, Duration::from_secs(60)).expect("it exists");
    let request = || {
        let request = shop.request("POST", "/sessions").header("x-komoju-idempotency", "k1");
        request.body(Body::from(r#"{"amount":500,"currency":"JPY"}"#)).expect("a request")
    };
    let hung_up = tokio::time::timeout(Duration::from_millis(50), shop.send(request())).await;
    assert!(hung_up.is_err());
    assert_eq!(refusal(&shop.send(request()).await), (409, "conflict", None));
    assert_eq!(shop.komoju.sessions(&shop.merchant.id).len(), 1);
}

#[tokio::test]
async fn idempotency_keys_are_at_most_100_characters() {
    let shop = shop();
    let request = shop.request("POST", "/sessions").header("x-komoju-idempotency", "k".repeat(101));
    let request = request.body(Body::from("{}")).expect("a request");
    assert_eq!(refusal(&shop.send(request).await), (400, "bad_request", None));
}

#[tokio::test]
async fn a_session_in_another_currency_offers_konbini_in_yen() {
    let shop = shop();
    let body = json!({ "amount": 1999, "currency": "USD", "payment_types": ["credit_card", "konbini"] });
    let (_, session) = shop.post("/sessions", body).await;
    let rows = &session["payment_methods"];
    let money = |row: &Value| (row["amount"].clone(), row["currency"].clone(), row["exchange_rate"].clone());
    assert_eq!(money(&rows[0]), (json!(1999), json!("USD"), json!(1)));
    assert_eq!(money(&rows[1]), (json!(3046), json!("JPY"), json!(152.4)));
}

#[tokio::test]
async fn a_merchant_may_be_charged_in_another_currency_throughout() {
    let shop = Shop::new(MerchantSpec { charge_in: Some(Currency::USD), ..MerchantSpec::default() });
    let session = shop.session(json!({})).await;
    shop.komoju.pay_card(&session, "4111111111111111").expect("it is payable");
    let (_, session) = shop.get(&format!("/sessions/{session}")).await;
    assert_eq!((&session["amount"], &session["currency"]), (&json!(1200), &json!("JPY")));
    let payment = &session["payment"];
    assert_eq!((&payment["total"], &payment["currency"]), (&json!(787), &json!("USD")));
}

#[tokio::test]
async fn payments_are_listed_newest_first_by_filter_and_page() {
    let shop = shop();
    for number in ["4123111111111000", "4111111111111111"] {
        let session = shop.session(json!({ "payment_data": { "external_order_num": number } })).await;
        shop.komoju.pay_card(&session, number).expect("it is payable");
    }
    let (_, all) = shop.get("/payments?per_page=1&page=2").await;
    assert_eq!((&all["total"], &all["last_page"]), (&json!(2), &json!(2)));
    assert_eq!(all["data"][0]["status"], "failed");
    let (_, captured) = shop.get("/payments?status=captured,refunded").await;
    assert_eq!(captured["total"], 1);
    let (_, found) = shop.get("/payments?external_order_num=4123111111111000").await;
    assert_eq!(found["data"][0]["payment_details"]["last_four_digits"], "1000");
    let (_, none) = shop.get("/payments?start_time=2099-01-01T00:00:00Z").await;
    assert_eq!((&none["total"], &none["data"]), (&json!(0), &json!([])));
    assert_eq!(
        refusal(&shop.get("/payments?per_page=0").await),
        (422, "invalid_parameter", Some("per_page"))
    );
    assert_eq!(
        refusal(&shop.get("/payments?currency=XAU").await),
        (422, "invalid_currency", Some("currency"))
    );
}

#[tokio::test]
async fn only_description_and_metadata_of_a_payment_can_be_changed() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    let patch = |body: Value| {
        let request = shop.request("PATCH", &format!("/payments/{payment}"));
        shop.send(request.body(Body::from(body.to_string())).expect("a request"))
    };
    let (_, changed) = patch(json!({ "description": "held at the counter" })).await;
    assert_eq!(changed["description"], "held at the counter");
    assert_eq!(refusal(&patch(json!({ "amount": 1 })).await), (422, "invalid_parameter", Some("amount")));
}

#[tokio::test]
async fn events_are_listed_newest_first_with_the_payment_as_it_was() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    shop.komoju.capture(&payment).expect("it is authorized");
    let (_, events) = shop.get("/events").await;
    let told: Vec<_> = events["data"].as_array().expect("rows").iter().map(|event| &event["type"]).collect();
    assert_eq!(told, ["payment.updated", "payment.captured", "payment.authorized"]);
    let oldest = &events["data"][2];
    assert_eq!(oldest["data"]["status"], "authorized");
    let (_, shown) = shop.get(&format!("/events/{}", oldest["id"].as_str().expect("an id"))).await;
    assert_eq!(&shown, oldest);
    let (_, none) = shop.get("/events?end_time=2020-01-01").await;
    assert_eq!(none["total"], 0);
    let (_, second) = shop.get("/events?start_time=2020-01-01&per_page=2&page=2").await;
    assert_eq!(
        (&second["resource"], &second["total"], &second["page"]),
        (&json!("list"), &json!(3), &json!(2))
    );
    assert_eq!(
        (&second["per_page"], &second["last_page"], &second["data"][0]),
        (&json!(2), &json!(2), oldest)
    );
    assert_eq!(refusal(&shop.get("/events/unknown").await), (404, "not_found", None));
}
