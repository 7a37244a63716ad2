//! Paying a session on the merchant's own page.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answered, Shop, refusal};
use crate::komoju::{Livemode, MerchantSpec, PaymentStatus};

const GOOD: &str = "4111111111111111";

fn shop() -> Shop {
    Shop::new(MerchantSpec::default())
}

async fn pay(shop: &Shop, session: &str, details: Value) -> Answered {
    shop.post(&format!("/sessions/{session}/pay"), json!({ "payment_details": details })).await
}

fn card(number: &str) -> Value {
    json!({ "type": "credit_card", "number": number, "month": 12, "year": "31" })
}

/// What there is to know of a payer, whatever the method.
fn payer(kind: &str) -> Value {
    json!({
        "type": kind, "store": "lawson", "email": "hanako@shopper.example", "phone": "0312345678",
        "given_name": "花子", "family_name": "星野", "given_name_kana": "ハナコ", "family_name_kana": "ホシノ",
    })
}

#[tokio::test]
async fn each_way_to_pay_answers_its_status_and_where_to_go() {
    let manual = json!({ "payment_data": { "capture": "manual" } });
    let cases = [
        (json!({}), card(GOOD), ("completed", "captured"), "https://shop.example/back?session_id="),
        (manual.clone(), card(GOOD), ("completed", "authorized"), "https://shop.example/back?session_id="),
        (json!({}), card("4100000000005000"), ("pending", "pending"), "http://pay.localhost:8790/3ds/"),
        (json!({}), json!({ "type": "paypay" }), ("pending", "pending"), "http://pay.localhost:8790/wallet/"),
        (
            json!({}),
            payer("konbini"),
            ("completed", "authorized"),
            "http://pay.localhost:8790/ja/instructions/",
        ),
        (manual, payer("konbini"), ("completed", "authorized"), "http://pay.localhost:8790/ja/instructions/"),
        (json!({}), payer("bank_transfer"), ("completed", "authorized"), "http://pay.localhost:8790/ja/"),
        (json!({}), payer("pay_easy"), ("completed", "authorized"), "http://pay.localhost:8790/ja/"),
    ];
    for (with, details, (status, of_payment), to) in cases {
        let shop = shop();
        let session = shop.session(with).await;
        let (code, body) = pay(&shop, &session, details.clone()).await;
        assert_eq!((code, &body["status"]), (StatusCode::OK, &json!(status)), "{details}: {body}");
        assert_eq!(body["payment"]["status"], of_payment, "{details}");
        assert!(body["redirect_url"].as_str().is_some_and(|url| url.starts_with(to)), "{details}: {body}");
        assert_eq!(body["payment"]["session"], session);
    }
}

#[tokio::test]
async fn a_refused_card_leaves_the_session_to_be_paid_again() {
    for by_status in [false, true] {
        let shop = shop();
        let change = |merchant: &mut crate::komoju::Merchant| merchant.refusals_have_a_status = by_status;
        shop.komoju.change_merchant(&shop.merchant.id, change).expect("it exists");
        let session = shop.session(json!({})).await;
        let refused = pay(&shop, &session, card("4123111111111000")).await;
        assert_eq!(refusal(&refused).1, "insufficient_funds");
        if by_status {
            assert_eq!(refused.0, StatusCode::BAD_GATEWAY);
        } else {
            assert_eq!((refused.0, &refused.1["status"]), (StatusCode::OK, &json!("error")));
            assert_eq!(refused.1.get("payment"), None);
        }
        let (_, paid) = pay(&shop, &session, card(GOOD)).await;
        assert_eq!(paid["payment"]["status"], "captured");
    }
}

#[tokio::test]
async fn what_a_method_needs_to_know_is_asked_for_by_name() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let needed: [(&str, &[&str]); 3] = [
        ("konbini", &["store", "email"]),
        ("bank_transfer", &["phone", "email", "given_name_kana", "family_name_kana"]),
        ("pay_easy", &["email", "phone", "given_name", "family_name", "given_name_kana", "family_name_kana"]),
    ];
    for (kind, names) in needed {
        for name in names {
            let mut details = payer(kind);
            details[name] = Value::Null;
            let answer = pay(&shop, &session, details).await;
            assert_eq!(refusal(&answer), (422, "missing_parameter", Some(*name)), "{kind}");
        }
    }
    let wrong = [
        ("bank_transfer", "given_name_kana", json!("はなこ")),
        ("konbini", "expiry_days", json!(60)),
        ("konbini", "email", json!("nobody")),
    ];
    for (kind, name, value) in wrong {
        let mut details = payer(kind);
        details[name] = value;
        let answer = pay(&shop, &session, details).await;
        assert_eq!(refusal(&answer), (422, "invalid_parameter", Some(name)), "{kind}");
    }
    let answer = shop.post(&format!("/sessions/{session}/pay"), json!({})).await;
    assert_eq!(refusal(&answer), (422, "missing_parameter", Some("payment_details")));
    let answer = pay(&shop, &session, json!("tok_unknown")).await;
    assert_eq!(refusal(&answer), (422, "invalid_token", Some("payment_details")));
    assert!(shop.komoju.payments(&shop.merchant.id).is_empty(), "nothing was begun");
}

#[tokio::test]
async fn a_code_may_be_asked_to_live_longer() {
    let shop = shop();
    let mut details = payer("konbini");
    let deadline = async |details: Value| {
        let session = shop.session(json!({})).await;
        let (_, body) = pay(&shop, &session, details).await;
        let id = body["payment"]["id"].as_str().expect("a payment").to_owned();
        shop.komoju.payment(&id).expect("it exists").deadline.expect("a code has a deadline")
    };
    let usual = deadline(details.clone()).await;
    details["expiry_days"] = 30.into();
    assert_eq!((deadline(details).await - usual).whole_days(), 27);
}

#[tokio::test]
async fn a_session_that_is_paid_takes_no_second_payment() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    pay(&shop, &session, payer("konbini")).await;
    let again = pay(&shop, &session, card(GOOD)).await;
    assert_eq!(refusal(&again), (422, "unprocessable_entity", None));
    let payments = shop.komoju.payments(&shop.merchant.id);
    assert_eq!(
        payments.iter().map(|payment| payment.status).collect::<Vec<_>>(),
        [PaymentStatus::Authorized]
    );
}

#[tokio::test]
async fn a_publishable_key_opens_and_pays_a_session_and_does_nothing_else() {
    let mut shop = shop();
    let session = shop.session(json!({})).await;
    let secret = shop.merchant.secret_key_test.clone();
    shop.merchant.secret_key_test = shop.merchant.publishable_key(Livemode::Test).to_owned();
    assert_eq!(shop.get(&format!("/sessions/{session}")).await.0, StatusCode::OK);
    assert_eq!(pay(&shop, &session, payer("konbini")).await.1["status"], "completed");
    let payment = shop.komoju.payments(&shop.merchant.id).remove(0).id;
    for (method, path) in [
        ("GET", "/payments".to_owned()),
        ("GET", format!("/payments/{payment}")),
        ("POST", "/sessions".to_owned()),
        ("POST", format!("/sessions/{session}/cancel")),
        ("POST", format!("/payments/{payment}/refund")),
        ("GET", "/events".to_owned()),
    ] {
        let request = shop.request(method, &path).body(Body::from("{}")).expect("a request");
        assert_eq!(refusal(&shop.send(request).await), (403, "forbidden", None), "{method} {path}");
    }
    shop.merchant.secret_key_test = secret;
    assert_eq!(shop.get("/payments").await.0, StatusCode::OK);
}
