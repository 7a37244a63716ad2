//! The rules as a merchant's server meets them: the API over HTTP, the shopper and the dashboard by hand.

mod api;
mod pages;
mod pay;
mod refunds;
mod rules;
mod webhooks;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use time::Duration;
use tower::ServiceExt;

use super::model::{Capture, Livemode, Locale, Session, SessionStatus};
use super::{Currency, Komoju, Merchant, MerchantSpec, clock};
use crate::env::{App, Env, Places};

pub fn komoju() -> Komoju {
    Komoju::new(Env::new(Places::new(8790), App::new("http://app.localhost:8787")))
}

/// A merchant, and its server's calls.
pub struct Shop {
    pub komoju: Komoju,
    pub merchant: Merchant,
}

/// An answer: status and JSON body (null where there is none).
pub type Answered = (StatusCode, Value);

impl Shop {
    pub fn new(spec: MerchantSpec) -> Self {
        let komoju = komoju();
        let merchant = komoju.create_merchant(spec);
        Self { komoju, merchant }
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let key = STANDARD.encode(format!("{}:", self.merchant.secret_key_test));
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Basic {key}"))
            .header("x-komoju-api-version", "2025-01-28")
            .header("content-type", "application/json")
    }

    pub async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.komoju.api().oneshot(request).await.expect("the router is infallible");
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body in memory");
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.send(self.request("GET", path).body(Body::empty()).expect("a request")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answered {
        self.send(self.request("POST", path).body(Body::from(body.to_string())).expect("a request")).await
    }

    /// A session of 1,200 yen, changed by `with`; gives its id.
    pub async fn session(&self, with: Value) -> String {
        let mut body =
            json!({ "amount": 1200, "currency": "JPY", "return_url": "https://shop.example/back" });
        for (name, value) in with.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let (status, session) = self.post("/sessions", body).await;
        assert_eq!(status, StatusCode::OK, "{session}");
        session["id"].as_str().expect("an id").to_owned()
    }

    pub fn events(&self) -> Vec<String> {
        self.komoju.events(&self.merchant.id).into_iter().map(|event| event.kind).collect()
    }
}

/// `(status, code, param)` of an error body.
pub fn refusal((status, body): &Answered) -> (u16, &str, Option<&str>) {
    let error = &body["error"];
    (status.as_u16(), error["code"].as_str().unwrap_or_default(), error["param"].as_str())
}

/// A session without a merchant.
pub fn session() -> Session {
    let now = clock::now();
    Session {
        id: "session".into(),
        merchant: "merchant".into(),
        livemode: Livemode::Test,
        amount: 1200,
        currency: Currency::JPY,
        return_url: None,
        default_locale: Locale::Ja,
        offers: Vec::new(),
        created_at: now,
        cancelled_at: None,
        completed_at: None,
        expires_at: now + Duration::hours(24),
        status: SessionStatus::Pending,
        metadata: Map::new(),
        capture: Capture::Auto,
        external_order_num: None,
        name: None,
        name_kana: None,
        email: None,
        line_items: None,
        scenario: None,
        payments: Vec::new(),
        completed_by: None,
        request: Value::Null,
    }
}
