//! What becomes of sessions and payments.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Shop, refusal};
use crate::komoju::{MerchantSpec, Outcome, PaymentStatus, SessionStatus, WalletAnswer};

const GOOD: &str = "4111111111111111";
const POOR: &str = "4123111111111000";
const ASKED: &str = "4100000000005000";

fn shop() -> Shop {
    Shop::new(MerchantSpec::default())
}

async fn paid(shop: &Shop, with: Value) -> String {
    let session = shop.session(with).await;
    shop.komoju.pay_card(&session, GOOD).expect("it is payable").payment().to_owned()
}

#[tokio::test]
async fn a_refused_card_leaves_the_session_open_for_another_payment() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let refused = shop.komoju.pay_card(&session, POOR).expect("it is payable");
    assert!(matches!(refused, Outcome::Refused { code: "insufficient_funds", .. }));
    let (_, shown) = shop.get(&format!("/sessions/{session}")).await;
    assert_eq!((&shown["status"], &shown["payment"]["status"]), (&json!("pending"), &json!("failed")));
    let paid = shop.komoju.pay_card(&session, GOOD).expect("it is still payable");
    let (_, shown) = shop.get(&format!("/sessions/{session}")).await;
    assert_eq!(shown["payment"]["id"], paid.payment());
    assert_eq!(shop.events(), ["payment.failed", "payment.captured", "payment.updated"]);
}

#[tokio::test]
async fn konbini_completes_the_session_before_it_is_paid() {
    let shop = Shop::new(MerchantSpec { fee: 190, ..MerchantSpec::default() });
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "seven-eleven").expect("it is payable");
    let (_, shown) = shop.get(&format!("/sessions/{session}")).await;
    assert_eq!((&shown["status"], &shown["payment"]["status"]), (&json!("completed"), &json!("authorized")));
    let body = &shown["payment"];
    assert_eq!(
        (&body["amount"], &body["payment_method_fee"], &body["total"]),
        (&json!(1200), &json!(190), &json!(1390))
    );
    assert!(body["payment_deadline"].as_str().is_some_and(|at| at.ends_with("T14:59:59Z")));
    assert_eq!(body["captured_at"], Value::Null);
    assert_eq!(
        shop.komoju.pay_card(&session, GOOD).expect_err("it is complete").code,
        "unprocessable_entity"
    );
    shop.komoju.capture(&payment).expect("it is authorized");
    assert_eq!(shop.events(), ["payment.authorized", "payment.captured", "payment.updated"]);
}

#[tokio::test]
async fn cash_can_not_be_captured_or_refunded_through_the_api() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    let capture = shop.post(&format!("/payments/{payment}/capture"), json!({})).await;
    assert_eq!(refusal(&capture), (422, "not_capturable", None));
    shop.komoju.capture(&payment).expect("it is authorized");
    let refund = shop.post(&format!("/payments/{payment}/refund"), json!({})).await;
    assert_eq!(refusal(&refund), (422, "not_refundable", None));
}

#[tokio::test]
async fn a_code_can_be_cancelled_until_it_is_paid() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    let cancel = shop.post(&format!("/sessions/{session}/cancel"), json!({})).await;
    assert_eq!(refusal(&cancel), (422, "unprocessable_entity", None), "the session is complete");
    let (status, body) = shop.post(&format!("/payments/{payment}/cancel"), json!({})).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("cancelled")));
    let again = shop.post(&format!("/payments/{payment}/cancel"), json!({})).await;
    assert_eq!(refusal(&again), (422, "not_cancellable", None));
    assert!(shop.komoju.capture(&payment).is_err());
}

#[tokio::test]
async fn the_issuer_asks_for_a_password() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let first = shop.komoju.pay_card(&session, ASKED).expect("it is payable");
    assert!(matches!(first, Outcome::Pending(_)));
    let failed = shop.komoju.finish_challenge(first.payment(), "wrong").expect("it is pending");
    assert!(matches!(failed, Outcome::Refused { .. }));
    let second = shop.komoju.pay_card(&session, ASKED).expect("it is still payable");
    let captured = shop.komoju.finish_challenge(second.payment(), "123456").expect("it is pending");
    assert!(matches!(captured, Outcome::Captured(_)));
    assert!(shop.komoju.finish_challenge(second.payment(), "123456").is_err(), "it is decided");
}

#[tokio::test]
async fn a_wallet_may_still_pay_after_the_session_was_cancelled() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.start_wallet(&session, "paypay").expect("it is payable");
    let (status, body) = shop.post(&format!("/sessions/{session}/cancel"), json!({})).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("cancelled")));
    shop.komoju.finish_wallet(&payment, WalletAnswer::Approve).expect("it is pending");
    assert_eq!(shop.komoju.payment(&payment).expect("it exists").status, PaymentStatus::Captured);
    assert_eq!(shop.komoju.session(&session).expect("it exists").status, SessionStatus::Cancelled);
}

#[tokio::test]
async fn a_shopper_who_refuses_in_the_wallet_cancels_the_payment_only() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.start_wallet(&session, "paypay").expect("it is payable");
    shop.komoju.finish_wallet(&payment, WalletAnswer::Refuse).expect("it is pending");
    assert_eq!(shop.komoju.payment(&payment).expect("it exists").status, PaymentStatus::Cancelled);
    assert_eq!(shop.komoju.session(&session).expect("it exists").status, SessionStatus::Pending);
}

#[tokio::test]
async fn expiry_is_no_status_of_a_session() {
    let shop = shop();
    let session = shop.session(json!({ "expires_in_seconds": 600 })).await;
    shop.komoju.expire_session(&session).expect("it exists");
    let (_, shown) = shop.get(&format!("/sessions/{session}")).await;
    assert_eq!((&shown["status"], &shown["expired"]), (&json!("pending"), &json!(true)));
    assert!(shop.komoju.pay_card(&session, GOOD).is_err());
}

#[tokio::test]
async fn two_step_payments_wait_for_the_merchant() {
    let shop = shop();
    let payment = paid(&shop, json!({ "payment_data": { "capture": "manual" } })).await;
    assert_eq!(shop.komoju.payment(&payment).expect("it exists").status, PaymentStatus::Authorized);
    let too_much = shop.post(&format!("/payments/{payment}/capture"), json!({ "amount": 1201 })).await;
    assert_eq!(refusal(&too_much), (422, "invalid_parameter", Some("amount")));
    let (_, body) =
        shop.post(&format!("/payments/{payment}/capture"), json!({ "amount": 1000, "tax": 0 })).await;
    assert_eq!((&body["status"], &body["total"]), (&json!("captured"), &json!(1000)));
    assert_eq!((&body["amount_refunded"], &body["refunds"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn partial_refunds_stay_captured_until_the_last_one() {
    let shop = shop();
    let payment = paid(&shop, json!({})).await;
    let path = format!("/payments/{payment}/refund");
    let (_, body) = shop.post(&path, json!({ "amount": 500, "description": "bc-refund:9" })).await;
    assert_eq!((&body["status"], &body["amount_refunded"]), (&json!("captured"), &json!(500)));
    assert_eq!(body["refunds"][0]["description"], "bc-refund:9");
    assert_eq!(refusal(&shop.post(&path, json!({ "amount": 701 })).await), (422, "not_refundable", None));
    let (_, body) = shop.post(&path, json!({})).await;
    assert_eq!((&body["status"], &body["amount_refunded"]), (&json!("refunded"), &json!(1200)));
    assert_eq!(refusal(&shop.post(&path, json!({})).await), (422, "not_refundable", None));
    let told = &shop.events()[2..];
    assert_eq!(told, ["payment.refund.created", "payment.refunded", "payment.refund.created"]);
}

#[tokio::test]
async fn refunds_above_the_unsettled_balance_are_refused() {
    let shop = Shop::new(MerchantSpec { unsettled_balance: Some(1000), ..MerchantSpec::default() });
    let payment = paid(&shop, json!({})).await;
    let path = format!("/payments/{payment}/refund");
    assert_eq!(refusal(&shop.post(&path, json!({})).await), (422, "unprocessable_entity", None));
    assert_eq!(shop.post(&path, json!({ "amount": 1000 })).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_of_the_network_is_a_502_with_a_card_code() {
    let shop = shop();
    let payment = paid(&shop, json!({})).await;
    shop.komoju.refuse_next(&shop.merchant.id, "restricted_account").expect("a known code");
    let path = format!("/payments/{payment}/refund");
    assert_eq!(refusal(&shop.post(&path, json!({})).await), (502, "restricted_account", None));
    assert_eq!(shop.post(&path, json!({})).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_chargeback_is_a_refund_that_says_so() {
    let shop = shop();
    let payment = paid(&shop, json!({})).await;
    shop.komoju.refund(&payment, Some(200)).expect("it is captured");
    shop.komoju.chargeback(&payment).expect("it is captured");
    let (_, body) = shop.get(&format!("/payments/{payment}")).await;
    assert_eq!(body["status"], "refunded");
    let refunds: Vec<_> = body["refunds"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (&row["amount"], &row["chargeback"]))
        .collect();
    assert_eq!(refunds, [(&json!(200), &json!(false)), (&json!(1000), &json!(true))]);
}

#[tokio::test]
async fn a_scenario_makes_every_payment_of_the_session_fail() {
    let shop = shop();
    let request = shop.request("POST", "/sessions").header("komoju-scenario", "exceeds_limit");
    let request =
        request.body(axum::body::Body::from(r#"{"amount":500,"currency":"JPY"}"#)).expect("a request");
    let (_, session) = shop.send(request).await;
    let session = session["id"].as_str().expect("an id");
    for _ in 0..2 {
        let outcome = shop.komoju.pay_card(session, GOOD).expect("it is payable");
        assert!(matches!(outcome, Outcome::Refused { code: "exceeds_limit", .. }));
    }
}

#[tokio::test]
async fn payments_inherit_metadata_and_order_number() {
    let shop = shop();
    let with =
        json!({ "metadata": { "order": "118" }, "payment_data": { "external_order_num": "BC-118-1" } });
    let payment = paid(&shop, with).await;
    let (_, body) = shop.get(&format!("/payments/{payment}")).await;
    assert_eq!(
        (&body["metadata"]["order"], &body["external_order_num"]),
        (&json!("118"), &json!("BC-118-1"))
    );
}
