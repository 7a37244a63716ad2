//! Ways money goes back, and two-step payments that never became money.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Shop, refusal};
use crate::komoju::{Currency, MerchantSpec, PaymentStatus, RequestStatus, Transfers};

const GOOD: &str = "4111111111111111";

async fn paid_in_cash(spec: MerchantSpec) -> (Shop, String) {
    let shop = Shop::new(spec);
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    shop.komoju.capture(&payment).expect("it is authorized");
    (shop, payment)
}

async fn paid_by_card(spec: MerchantSpec, with: Value) -> (Shop, String) {
    let shop = Shop::new(spec);
    let session = shop.session(with).await;
    let payment = shop.komoju.pay_card(&session, GOOD).expect("it is payable").payment().to_owned();
    (shop, payment)
}

fn request(with: Value) -> Value {
    let mut body = json!({
        "amount": 1200, "customer_name": "ﾎｼﾉ ﾊﾅｺ", "bank_name": "みなと銀行", "branch_number": "012",
        "account_type": "normal", "account_number": "0123456", "include_payment_method_fee": false,
        "description": "bc-refund:9",
    });
    for (name, value) in with.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

async fn ask(shop: &Shop, payment: &str, with: Value) -> super::Answered {
    shop.post(&format!("/payments/{payment}/refund_request"), request(with)).await
}

#[tokio::test]
async fn a_refund_request_is_checked_field_by_field() {
    let (shop, payment) = paid_in_cash(MerchantSpec::default()).await;
    let cases = [
        (json!({ "amount": null }), ("missing_parameter", "amount")),
        (json!({ "amount": 0 }), ("invalid_parameter", "amount")),
        (json!({ "customer_name": "" }), ("missing_parameter", "customer_name")),
        (json!({ "customer_name": "ホシノ ハナコ" }), ("invalid_parameter", "customer_name")),
        (json!({ "bank_name": null }), ("missing_parameter", "bank_name")),
        (json!({ "bank_code": "12" }), ("invalid_parameter", "bank_code")),
        (json!({ "branch_number": "12" }), ("invalid_parameter", "branch_number")),
        (json!({ "account_type": "current" }), ("invalid_parameter", "account_type")),
        (json!({ "account_number": "１２３４５６７" }), ("invalid_parameter", "account_number")),
        (json!({ "include_payment_method_fee": null }), ("missing_parameter", "include_payment_method_fee")),
        (json!({ "include_payment_method_fee": "no" }), ("invalid_parameter", "include_payment_method_fee")),
    ];
    for (change, (code, param)) in cases {
        let answer = ask(&shop, &payment, change.clone()).await;
        assert_eq!(refusal(&answer), (422, code, Some(param)), "{change}");
    }
    assert!(shop.komoju.refund_requests(&payment).expect("it exists").is_empty());
}

#[tokio::test]
async fn a_completed_request_is_a_refund_with_its_description() {
    let (shop, payment) = paid_in_cash(MerchantSpec::default()).await;
    assert_eq!(ask(&shop, &payment, json!({})).await, (StatusCode::NO_CONTENT, Value::Null));
    let (_, body) = shop.get(&format!("/payments/{payment}")).await;
    assert_eq!((&body["status"], &body["amount_refunded"]), (&json!("captured"), &json!(0)));
    assert_eq!(body["refund_requests"][0]["status"], "pending");
    let id = shop.komoju.refund_requests(&payment).expect("it exists").remove(0).id;
    shop.komoju.complete_refund_request(&payment, &id).expect("it is pending");
    let (_, body) = shop.get(&format!("/payments/{payment}")).await;
    assert_eq!((&body["status"], &body["amount_refunded"]), (&json!("refunded"), &json!(1200)));
    assert_eq!(body["refunds"][0]["description"], "bc-refund:9");
    assert_eq!(body["refund_requests"][0]["status"], "completed");
    let told = &shop.events()[3..];
    assert_eq!(told, ["payment.refunded", "payment.refund.created", "refund_request.updated"]);
    assert!(shop.komoju.reject_refund_request(&payment, &id).is_err(), "it is decided");
}

#[tokio::test]
async fn a_refund_request_shows_neither_its_amount_nor_the_type_of_the_account() {
    let (shop, payment) = paid_in_cash(MerchantSpec::default()).await;
    ask(&shop, &payment, json!({ "amount": 700 })).await;
    let (_, body) = shop.get(&format!("/payments/{payment}")).await;
    let row = body["refund_requests"][0].as_object().expect("a request");
    let mut members: Vec<&str> = row.keys().map(String::as_str).collect();
    members.sort_unstable();
    let published = [
        "account_number",
        "bank_code",
        "bank_name",
        "branch_name",
        "branch_number",
        "created_at",
        "customer_name",
        "description",
        "id",
        "payment",
        "status",
    ];
    assert_eq!(members, published);
    assert_eq!((&row["status"], &row["payment"]), (&json!("pending"), &json!(payment)));
}

#[tokio::test]
async fn a_transfer_may_show_no_description_and_cost_something() {
    for (cost, refunded, status) in [(600, 1300, "refunded"), (-600, 100, "captured")] {
        let (shop, payment) = paid_in_cash(MerchantSpec::default()).await;
        let unexplained =
            Transfers { described_requests: false, described_refunds: false, cost, ..Transfers::default() };
        shop.komoju.set_transfers(&shop.merchant.id, unexplained).expect("it exists");
        ask(&shop, &payment, json!({ "amount": 700 })).await;
        let id = shop.komoju.refund_requests(&payment).expect("it exists").remove(0).id;
        shop.komoju.complete_refund_request(&payment, &id).expect("it is pending");
        let (_, body) = shop.get(&format!("/payments/{payment}")).await;
        assert_eq!(body["refund_requests"][0].get("description"), None);
        assert_eq!(body["refunds"][0]["description"], "");
        assert_eq!((&body["amount_refunded"], &body["status"]), (&json!(refunded), &json!(status)), "{cost}");
    }
}

#[tokio::test]
async fn an_account_number_may_be_a_number_and_may_have_to_be_one() {
    let (shop, payment) = paid_in_cash(MerchantSpec::default()).await;
    let as_number = json!({ "amount": 100, "account_number": 1_234_567 });
    assert_eq!(ask(&shop, &payment, as_number.clone()).await.0, StatusCode::NO_CONTENT);
    let strict = Transfers { numeric_accounts: true, ..Transfers::default() };
    shop.komoju.set_transfers(&shop.merchant.id, strict).expect("it exists");
    let as_text = json!({ "amount": 100, "account_number": "1234567" });
    let refused = ask(&shop, &payment, as_text).await;
    assert_eq!(refusal(&refused), (422, "invalid_parameter", Some("account_number")));
    assert_eq!(ask(&shop, &payment, as_number).await.0, StatusCode::NO_CONTENT);
    let short = ask(&shop, &payment, json!({ "amount": 100, "account_number": 123_456 })).await;
    assert_eq!(refusal(&short), (422, "invalid_parameter", Some("account_number")));
}

#[tokio::test]
async fn a_rejected_request_frees_its_money() {
    let (shop, payment) = paid_in_cash(MerchantSpec::default()).await;
    ask(&shop, &payment, json!({ "amount": 700 })).await;
    assert_eq!(refusal(&ask(&shop, &payment, json!({ "amount": 501 })).await), (422, "not_refundable", None));
    let id = shop.komoju.refund_requests(&payment).expect("it exists").remove(0).id;
    shop.komoju.reject_refund_request(&payment, &id).expect("it is pending");
    assert_eq!(shop.events().last().map(String::as_str), Some("refund_request.updated"));
    assert_eq!(ask(&shop, &payment, json!({})).await.0, StatusCode::NO_CONTENT);
    let requests = shop.komoju.refund_requests(&payment).expect("it exists");
    let statuses: Vec<_> = requests.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [RequestStatus::Rejected, RequestStatus::Pending]);
    assert_eq!(shop.komoju.payment(&payment).expect("it exists").amount_refunded(), 0);
}

#[tokio::test]
async fn the_customers_fee_goes_back_only_when_asked() {
    for (with_fee, refunded, status) in
        [(false, 1200, PaymentStatus::Captured), (true, 1390, PaymentStatus::Refunded)]
    {
        let (shop, payment) = paid_in_cash(MerchantSpec { fee: 190, ..MerchantSpec::default() }).await;
        ask(&shop, &payment, json!({ "include_payment_method_fee": with_fee })).await;
        let id = shop.komoju.refund_requests(&payment).expect("it exists").remove(0).id;
        shop.komoju.complete_refund_request(&payment, &id).expect("it is pending");
        let payment = shop.komoju.payment(&payment).expect("it exists");
        assert_eq!((payment.amount_refunded(), payment.status), (refunded, status));
    }
}

#[tokio::test]
async fn what_is_not_paid_can_not_be_asked_back() {
    let shop = Shop::new(MerchantSpec::default());
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_bank_transfer(&session).expect("it is payable");
    assert_eq!(refusal(&ask(&shop, &payment, json!({})).await), (422, "not_refundable", None));
}

#[tokio::test]
async fn no_cash_method_is_refunded_directly() {
    let shop = Shop::new(MerchantSpec::default());
    let komoju = &shop.komoju;
    let payments = [
        komoju.pay_konbini(&shop.session(json!({})).await, "lawson"),
        komoju.pay_bank_transfer(&shop.session(json!({})).await),
        komoju.pay_easy(&shop.session(json!({})).await),
    ];
    for payment in payments {
        let payment = payment.expect("it is payable");
        komoju.capture(&payment).expect("it is authorized");
        let refund = shop.post(&format!("/payments/{payment}/refund"), json!({})).await;
        assert_eq!(refusal(&refund), (422, "not_refundable", None));
    }
}

#[tokio::test]
async fn a_small_unsettled_balance_refuses_until_it_has_grown() {
    let (shop, payment) = paid_by_card(MerchantSpec::default(), json!({})).await;
    let path = format!("/payments/{payment}/refund");
    shop.komoju.set_unsettled_balance(&shop.merchant.id, Some(0)).expect("it exists");
    let refused = shop.post(&path, json!({ "amount": 1 })).await;
    assert_eq!(refusal(&refused), (422, "unprocessable_entity", None));
    assert!(refused.1["error"]["message"].as_str().is_some_and(|words| words.contains("unsettled balance")));
    shop.komoju.set_unsettled_balance(&shop.merchant.id, None).expect("it exists");
    assert_eq!(shop.post(&path, json!({ "amount": 1 })).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_payment_in_another_currency_is_refunded_in_its_own() {
    let spec = MerchantSpec { charge_in: Some(Currency::USD), ..MerchantSpec::default() };
    let (shop, payment) = paid_by_card(spec, json!({})).await;
    let path = format!("/payments/{payment}/refund");
    assert_eq!(refusal(&shop.post(&path, json!({ "amount": 1200 })).await), (422, "not_refundable", None));
    let (_, body) = shop.post(&path, json!({ "amount": 394 })).await;
    assert_eq!(
        (&body["refunds"][0]["amount"], &body["refunds"][0]["currency"]),
        (&json!(394), &json!("USD"))
    );
    let (_, body) = shop.post(&path, json!({})).await;
    assert_eq!((&body["status"], &body["amount_refunded"]), (&json!("refunded"), &json!(787)));
}

#[tokio::test]
async fn each_method_may_have_a_fee_of_its_own() {
    let fees = vec![("bank_transfer", 250), ("konbini", 0)];
    let shop = Shop::new(MerchantSpec { fee: 190, fees, ..MerchantSpec::default() });
    let session = shop.session(json!({})).await;
    let (_, shown) = shop.get(&format!("/sessions/{session}")).await;
    let fee = |slug: &str| {
        let rows = shown["payment_methods"].as_array().expect("rows").iter();
        rows.filter(|row| row["type"] == slug).map(|row| row["customer_fee"].clone()).next()
    };
    assert_eq!(fee("bank_transfer"), Some(json!(250)));
    assert_eq!((fee("konbini"), fee("pay_easy")), (Some(json!(0)), Some(json!(190))));
    let payment = shop.komoju.pay_bank_transfer(&session).expect("it is payable");
    assert_eq!(shop.komoju.payment(&payment).expect("it exists").total(), 1450);
}

#[tokio::test]
async fn an_authorization_lapses_and_can_not_be_captured_any_more() {
    let manual = json!({ "payment_data": { "capture": "manual" } });
    let (shop, payment) = paid_by_card(MerchantSpec::default(), manual).await;
    shop.komoju.expire_payment(&payment).expect("it is authorized");
    assert_eq!(shop.events(), ["payment.authorized", "payment.expired"]);
    let capture = shop.post(&format!("/payments/{payment}/capture"), json!({})).await;
    assert_eq!(refusal(&capture), (422, "not_capturable", None));
}

#[tokio::test]
async fn the_dashboard_captures_a_part() {
    let manual = json!({ "payment_data": { "capture": "manual" } });
    let (shop, payment) = paid_by_card(MerchantSpec::default(), manual).await;
    assert!(shop.komoju.capture_part(&payment, 1201).is_err());
    shop.komoju.capture_part(&payment, 900).expect("it is authorized");
    let (_, body) = shop.get(&format!("/payments/{payment}")).await;
    assert_eq!((&body["total"], &body["amount_refunded"]), (&json!(900), &json!(0)));
    assert!(shop.komoju.capture_part(&payment, 100).is_err(), "once");
}

#[tokio::test]
async fn a_fraud_mark_is_an_event_and_changes_no_status() {
    let (shop, payment) = paid_by_card(MerchantSpec::default(), json!({})).await;
    shop.komoju.mark_fraud(&payment).expect("it exists");
    let (_, events) = shop.get("/events?per_page=1").await;
    let marked = &events["data"][0];
    assert_eq!(
        (&marked["type"], &marked["data"]["id"]),
        (&json!("payment.marked.as.fraud"), &json!(payment))
    );
    assert_eq!(marked["data"]["status"], "captured");
}
