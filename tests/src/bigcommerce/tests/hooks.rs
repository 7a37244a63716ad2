use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::Fixture;
use crate::bigcommerce::{OrderSpec, Signing};
use crate::faults::Side;

type Received = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// An app that notes what it is told.
async fn app() -> (String, Received) {
    let received = Received::default();
    let router = Router::new().fallback(note).with_state(received.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://app.localhost:{port}"), received)
}

async fn note(State(received): State<Received>, headers: HeaderMap, body: Bytes) {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    received.lock().expect("nobody panics while holding it").push((headers, body));
}

#[tokio::test]
async fn a_status_change_is_told_thinly_and_signed() {
    let (url, received) = app().await;
    let fixture = Fixture::with_app(&url).await;
    let hook = json!({
        "scope": "store/order/statusUpdated",
        "destination": format!("{url}/webhooks/bigcommerce/{}", fixture.hash),
        "headers": { "x-own-secret": "s3cret" },
    });
    assert_eq!(fixture.post("/v3/hooks", hook).await.status, 200);
    let id = fixture.place(&OrderSpec::new()).order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, 5);
    fixture.sandbox.delivery().settled(&fixture.hash, Side::BigCommerce).await;
    let received = received.lock().expect("nobody panics while holding it");
    let (headers, body) = received.last().expect("it was delivered");
    assert_eq!(headers["x-own-secret"], "s3cret");
    assert!(headers["webhook-signature"].to_str().is_ok_and(|signature| signature.starts_with("v1,")));
    assert!(headers.contains_key("webhook-id") && headers.contains_key("webhook-timestamp"));
    assert_eq!(body["scope"], "store/order/statusUpdated");
    assert_eq!(body["producer"], format!("stores/{}", fixture.hash));
    let status = json!({ "previous_status_id": 7, "new_status_id": 5 });
    assert_eq!(body["data"], json!({ "type": "order", "id": id, "status": status }));
}

#[tokio::test]
async fn a_hook_may_be_signed_otherwise_and_keeps_the_apps_own_headers() {
    let (url, received) = app().await;
    let fixture = Fixture::with_app(&url).await;
    let hook = json!({
        "scope": "store/order/statusUpdated", "destination": format!("{url}/hooks"),
        "headers": { "x-own-secret": "s3cret" },
    });
    assert_eq!(fixture.post("/v3/hooks", hook).await.status, 200);
    let order = fixture.place(&OrderSpec::new()).order_id;
    let old = std::time::Duration::from_secs(86_400);
    for signing in [Signing::EachPost, Signing::Aged(old), Signing::OtherKey, Signing::Never] {
        fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| settings.signing = signing);
        let to = if fixture.sandbox.bigcommerce.order(&fixture.hash, order).status_id == 5 { 7 } else { 5 };
        fixture.sandbox.bigcommerce.set_status(&fixture.hash, order, to);
        fixture.sandbox.delivery().settled(&fixture.hash, Side::BigCommerce).await;
        let received = received.lock().expect("nobody panics while holding it");
        let (headers, _) = received.last().expect("it was delivered");
        assert_eq!(headers["x-own-secret"], "s3cret", "{signing:?}");
        assert_eq!(headers.contains_key("webhook-signature"), signing != Signing::Never);
        let sent = headers.get("webhook-timestamp").and_then(|at| at.to_str().ok()?.parse::<i64>().ok());
        let age = sent.map(|at| time::OffsetDateTime::now_utc().unix_timestamp() - at);
        let expected = match signing {
            Signing::Never => age.is_none(),
            Signing::Aged(_) => age.is_some_and(|age| age >= 86_400),
            Signing::EachPost | Signing::FirstPost | Signing::OtherKey => age.is_some_and(|age| age < 3600),
        };
        assert!(expected, "{signing:?}: {age:?}");
    }
}

#[tokio::test]
async fn a_repeated_hook_may_carry_its_first_signature() {
    for (signing, same) in [(Signing::FirstPost, true), (Signing::EachPost, false)] {
        // Nobody listens there: every post fails, and is made again a second later.
        let fixture = Fixture::with_app("http://app.localhost:1").await;
        fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| settings.signing = signing);
        let hook = json!({ "scope": "store/order/created", "destination": "http://app.localhost:1/hooks" });
        assert_eq!(fixture.post("/v3/hooks", hook).await.status, 200);
        fixture.place(&OrderSpec::new());
        let twice = |records: &[crate::delivery::Record]| records.iter().any(|record| record.posts.len() > 1);
        fixture.sandbox.delivery().until(&fixture.hash, Side::BigCommerce, twice).await;
        let records = fixture.sandbox.delivery().deliveries(&fixture.hash, Side::BigCommerce);
        let headers: Vec<_> = records[0].posts.iter().map(|post| &post.headers).collect();
        assert_eq!(headers[0]["webhook-id"], headers[1]["webhook-id"]);
        assert_eq!(headers[0]["webhook-signature"] == headers[1]["webhook-signature"], same, "{signing:?}");
    }
}

/// Scope, and what the hook says besides the order.
fn said(received: &Received) -> Vec<(String, Value)> {
    let received = received.lock().expect("nobody panics while holding it");
    let told = received.iter().map(|(_, body)| {
        let mut data = body["data"].clone();
        let more = ["status", "refund"].into_iter().map(|name| data[name].take());
        (body["scope"].as_str().unwrap_or_default().into(), more.filter(|value| !value.is_null()).collect())
    });
    told.collect()
}

#[tokio::test]
async fn every_actors_deeds_are_told() {
    let (url, received) = app().await;
    let fixture = Fixture::with_app(&url).await;
    for scope in ["created", "statusUpdated", "refund/created"] {
        let hook = json!({ "scope": format!("store/order/{scope}"), "destination": format!("{url}/hooks") });
        assert_eq!(fixture.post("/v3/hooks", hook).await.status, 200);
    }
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11 })).await;
    let refund = fixture.sandbox.bigcommerce.create_refund(&fixture.hash, id, 300).expect("it is paid");
    let own = json!({
        "items": [{ "item_type": "ORDER", "item_id": id, "amount": 900 }],
        "payments": [{ "provider_id": "instore", "amount": 900, "offline": true }],
    });
    let own = fixture.post(&format!("/v3/orders/{id}/payment_actions/refunds"), own).await;
    fixture.sandbox.delivery().settled(&fixture.hash, Side::BigCommerce).await;
    let status = |from: u8, to: u8| {
        let moved = json!([{ "previous_status_id": from, "new_status_id": to }]);
        ("store/order/statusUpdated".to_owned(), moved)
    };
    let refunded = |id: &Value| ("store/order/refund/created".to_owned(), json!([{ "refund_id": id }]));
    let expected = [
        ("store/order/created".to_owned(), json!([])),
        status(0, 7),
        status(7, 11),
        refunded(&refund.id.into()),
        status(11, 14),
        refunded(&own.body["data"]["id"]),
        status(14, 4),
    ];
    assert_eq!(said(&received), expected);
}

#[tokio::test]
async fn hooks_can_go_missing_or_be_changed() {
    let fixture = Fixture::start().await;
    for scope in ["store/order/created", "store/order/statusUpdated"] {
        let hook = json!({ "scope": scope, "destination": "https://pay.example.com/hook" });
        assert_eq!(fixture.post("/v3/hooks", hook).await.status, 200);
    }
    fixture.sandbox.bigcommerce.delete_hooks(&fixture.hash, "store/order/created");
    let change = |hook: &mut crate::bigcommerce::Hook| hook.destination = "https://elsewhere.example/".into();
    fixture.sandbox.bigcommerce.change_hooks(&fixture.hash, change);
    let left = fixture.get("/v3/hooks").await.body["data"].clone();
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!(left[0]["destination"], "https://elsewhere.example/");
}

#[tokio::test]
async fn a_hook_is_unique_by_scope_and_destination() {
    let fixture = Fixture::start().await;
    let hook = json!({ "scope": "store/order/created", "destination": "https://pay.example.com/hook" });
    let created = fixture.post("/v3/hooks", hook.clone()).await;
    assert_eq!(created.body["data"]["is_active"], true);
    assert_eq!(fixture.post("/v3/hooks", hook).await.status, 409);
    let id = &created.body["data"]["id"];
    let updated = fixture.put(&format!("/v3/hooks/{id}"), json!({ "is_active": false })).await;
    assert_eq!(updated.body["data"]["is_active"], false);
    assert_eq!(fixture.get("/v3/hooks?is_active=true").await.body["data"], json!([]));
}

#[tokio::test]
async fn a_hook_without_a_destination_is_refused() {
    let fixture = Fixture::start().await;
    let refused = fixture.post("/v3/hooks", json!({ "scope": "store/order/created" })).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.body["errors"]["destination"], "error.path.missing.");
}
