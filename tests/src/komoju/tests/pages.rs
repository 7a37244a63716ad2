//! The shopper's and the merchant's way through the pages.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

use super::Shop;
use crate::komoju::{MerchantSpec, Mood, PaymentStatus};

/// Status, Location (or nothing) and body.
struct Seen {
    status: StatusCode,
    location: String,
    body: String,
}

impl Shop {
    async fn browse(&self, path: &str) -> Seen {
        self.visit(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    async fn submit(&self, path: &str, form: &str) -> Seen {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.visit(request.body(Body::from(form.to_owned())).expect("a request")).await
    }

    async fn visit(&self, request: Request<Body>) -> Seen {
        let response = self.komoju.pages().oneshot(request).await.expect("the router is infallible");
        let location = response.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
        let (status, location) = (response.status(), location.to_owned());
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body in memory");
        Seen { status, location, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

fn shop() -> Shop {
    Shop::new(MerchantSpec { fee: 190, ..MerchantSpec::default() })
}

const CARD: &str = "number=4111+1111+1111+1111&expiry=12+%2F+99&cvc=123";

#[tokio::test]
async fn paid_by_card_and_back_at_the_shop() {
    let shop = shop();
    let session = shop.session(json!({ "return_url": "https://shop.example/back?order=7" })).await;
    let seen = shop.submit(&format!("/sessions/{session}/card"), CARD).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    assert_eq!(seen.location, format!("https://shop.example/back?order=7&session_id={session}"));
    let again = shop.browse(&format!("/sessions/{session}")).await;
    assert!(again.body.contains(r#"id="session-completed""#));
}

#[tokio::test]
async fn a_refused_card_returns_to_the_page_with_the_reason() {
    let shop = shop();
    let session = shop.session(json!({ "default_locale": "ja" })).await;
    let poor = CARD.replace("4111+1111+1111+1111", "4123111111111000");
    let seen = shop.submit(&format!("/sessions/{session}/card"), &poor).await;
    let page = shop.browse(&seen.location).await;
    assert!(
        page.body.contains(r#"data-code="insufficient_funds""#)
            && page.body.contains("残高が不足しています。")
    );
}

#[tokio::test]
async fn a_challenge_leads_through_the_issuers_page() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let asked = CARD.replace("4111+1111+1111+1111", "4100000000005000");
    let issuer = shop.submit(&format!("/sessions/{session}/card"), &asked).await.location;
    assert!(shop.browse(&issuer).await.body.contains(r#"id="password""#));
    let back = shop.submit(&issuer, "password=123456").await;
    assert!(back.location.starts_with("https://shop.example/back?session_id="));
    assert_eq!(
        shop.browse(&issuer).await.location,
        format!("/sessions/{session}"),
        "there is nothing left to ask"
    );
}

#[tokio::test]
async fn konbini_shows_the_code_and_can_be_paid_at_the_till() {
    let shop = shop();
    let session = shop.session(json!({ "default_locale": "en" })).await;
    let form = "store=lawson&name=Hanako&email=hanako%40shopper.example";
    let instructions = shop.submit(&format!("/sessions/{session}/konbini"), form).await.location;
    let page = shop.browse(&instructions).await.body;
    for id in ["confirmation-code", "receipt", "deadline", "return-to-shop", "pay-at-till"] {
        assert!(page.contains(&format!(r#"id="{id}""#)), "{id}");
    }
    assert!(page.contains("¥1,390") && page.contains("Lawson"));
    let payment = shop.komoju.payments(&shop.merchant.id).remove(0).id;
    let seen = shop.submit(&format!("/instructions/{payment}/till"), "").await;
    assert_eq!(seen.location, instructions);
    assert!(shop.browse(&instructions).await.body.contains(r#"data-status="captured""#));
}

#[tokio::test]
async fn codes_are_not_issued_to_nobody() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let seen = shop.submit(&format!("/sessions/{session}/konbini"), "store=lawson&name=&email=").await;
    assert!(seen.location.contains("error=payer_missing"));
    assert!(shop.komoju.payments(&shop.merchant.id).is_empty());
}

#[tokio::test]
async fn leaving_the_wallet_goes_back_to_the_shop_with_the_session_open() {
    let shop = shop();
    let session = shop.session(json!({})).await;
    let wallet = shop.submit(&format!("/sessions/{session}/wallet/paypay"), "").await.location;
    assert!(shop.browse(&wallet).await.body.contains(r#"id="wallet-approve""#));
    let back = shop.submit(&wallet, "answer=refuse").await;
    assert!(back.location.starts_with("https://shop.example/back?session_id="));
    assert!(shop.browse(&format!("/sessions/{session}")).await.body.contains(r#"data-status="pending""#));
}

#[tokio::test]
async fn what_the_shop_sent_is_text_on_the_page() {
    let shop = shop();
    let session = shop
        .session(json!({
            "return_url": "https://shop.example/\"><script>alert(1)</script>",
            "line_items": [{ "description": "<script>alert(2)</script>", "quantity": 1, "amount": 1200 }],
            "payment_data": { "name": "\"><script>alert(3)</script>" },
        }))
        .await;
    let page = shop
        .browse(&format!("/sessions/{session}?error=%3Cscript%3E&locale=%3Cscript%3E&method=%3Cscript%3E"))
        .await;
    assert!(!page.body.contains("<script>"));
}

#[tokio::test]
async fn ended_sessions_say_so_and_lead_back() {
    let shop = shop();
    let (expired, cancelled) = (shop.session(json!({})).await, shop.session(json!({})).await);
    shop.komoju.expire_session(&expired).expect("it exists");
    shop.komoju.cancel_session(&cancelled).expect("it is pending");
    for (session, state) in [(expired, "expired"), (cancelled, "cancelled")] {
        let page = shop.browse(&format!("/sessions/{session}")).await.body;
        assert!(
            page.contains(&format!(r#"id="session-{state}""#)) && page.contains(r#"id="back-to-merchant""#)
        );
        let late = shop.submit(&format!("/sessions/{session}/card"), CARD).await;
        assert!(late.location.starts_with(&format!("/sessions/{session}")));
    }
    assert_eq!(shop.browse("/sessions/unknown").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_dashboard_shows_payments_and_refunds_them_in_part() {
    let shop = shop();
    let session = shop.session(json!({ "amount": 2000, "currency": "USD" })).await;
    let outcome = shop.komoju.pay_card(&session, "4111111111111111").expect("it is payable");
    let (id, payment) = (&shop.merchant.id, outcome.payment());
    assert!(
        shop.browse(&format!("/dashboard/{id}")).await.body.contains(&format!(r#"id="payment-{payment}""#))
    );
    assert!(shop.browse("/dashboard").await.body.contains(&format!("/dashboard/{id}")));
    let page = format!("/dashboard/{id}/payments/{payment}");
    assert!(shop.browse(&page).await.body.contains(r#"id="refund-partial""#));
    let seen = shop.submit(&format!("{page}/refund"), "amount=5.5").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    let payment = shop.komoju.payment(payment).expect("it exists");
    assert_eq!((payment.amount_refunded(), payment.status), (550, PaymentStatus::Captured));
    let wrong = shop.submit(&format!("{page}/refund"), "amount=5.555").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn settings_hold_for_sessions_made_afterwards() {
    let shop = shop();
    let id = &shop.merchant.id;
    let form = "methods=konbini&fee=0&charge_in=USD&balance=";
    assert_eq!(shop.submit(&format!("/dashboard/{id}/settings"), form).await.status, StatusCode::SEE_OTHER);
    let (_, session) = shop.post("/sessions", json!({ "amount": 1200, "currency": "JPY" })).await;
    let rows = session["payment_methods"].as_array().expect("rows");
    assert_eq!((rows.len(), &rows[0]["currency"], &rows[0]["customer_fee"]), (1, &json!("USD"), &json!(0)));
}

#[tokio::test]
async fn the_dashboard_makes_the_api_slow_down_or_refuse_and_well_again() {
    let shop = shop();
    let id = &shop.merchant.id;
    let body = json!({ "amount": 1200, "currency": "JPY" });
    for (mood, status) in [("down", 503), ("refuses", 422), ("well", 200)] {
        let set = shop.submit(&format!("/dashboard/{id}/api"), &format!("mood={mood}")).await;
        assert_eq!(set.status, StatusCode::SEE_OTHER);
        let page = shop.browse(&format!("/dashboard/{id}")).await.body;
        assert!(page.contains(&format!(r#"<option value="{mood}" selected>"#)), "{mood}");
        assert_eq!(shop.post("/sessions", body.clone()).await.0.as_u16(), status, "{mood}");
    }
    shop.submit(&format!("/dashboard/{id}/api"), "mood=slow").await;
    assert!(matches!(shop.komoju.merchant(id).expect("it exists").mood, Mood::Slow(wait) if !wait.is_zero()));
    let unknown = shop.submit(&format!("/dashboard/{id}/api"), "mood=happy").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}
