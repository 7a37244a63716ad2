//! KOMOJU's webhooks, and what else is posted to their address.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::delivery::Mode;
use sandbox::harness::{Reply, Shop, calm_world};
use sandbox::komoju::{Session, sign};
use serde_json::{Value, json};

#[tokio::test]
async fn only_a_webhook_signed_with_our_secret_is_heard() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    let body = captured(&shop, order.order_id, &session);
    let good = sign(&shop.webhook_secret, body.as_bytes());
    let signatures = [
        String::new(),
        sign("", body.as_bytes()),
        sign("another secret", body.as_bytes()),
        sign(&shop.webhook_secret, b"{}"),
        good[..good.len() - 2].to_owned(),
        format!("sha256={good}"),
        "0".repeat(64),
    ];
    for signature in &signatures {
        post(&shop, &body, Some(signature)).await.is_problem(401, "bad_signature");
    }
    post(&shop, &body, None).await.is_problem(401, "bad_signature");
    post(&shop, &body[..body.len() - 9], Some(&good)).await.is_problem(401, "bad_signature");
    assert_eq!(
        shop.requests(&Method::GET, &format!("/sessions/{}", session.id)).len(),
        0,
        "nobody made us look"
    );

    for spelled in [&good, &good.to_uppercase()] {
        let reply = post(&shop, &body, Some(spelled)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

#[tokio::test]
async fn unsigned_posts_in_any_number_hide_no_store() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let mut told_to_wait = false;
    // More than the store is asked in two minutes whether its secret is new (wrangler.toml).
    for n in 0..15 {
        let reply = post(&shop, "{}", Some(&sign(&format!("guess {n}"), b"{}"))).await;
        if reply.status == 503 {
            reply.is_problem(503, "try_again");
            assert_eq!(reply.header("retry-after"), "30");
            told_to_wait = true;
        } else {
            reply.is_problem(401, "bad_signature");
        }
    }
    assert!(told_to_wait, "what may be a new secret is not refused unasked");

    let ping = json!({ "id": "ev1", "type": "ping", "resource": "event", "data": {} });
    assert_eq!(signed(&shop, &ping.to_string()).await.status, 200);
    shop.begin(&OrderSpec::new()).await;
}

#[tokio::test]
async fn a_store_that_never_was_stays_unknown_however_often_it_is_named() {
    let world = calm_world().await;
    for _ in 0..15 {
        let reply = world.send(Method::POST, "/webhooks/komoju/neverwashere", &[], "{}").await;
        reply.is_problem(404, "unknown_store");
    }
}

#[tokio::test]
async fn a_webhook_that_says_paid_is_not_believed() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    let body = captured(&shop, order.order_id, &session);
    assert_eq!(signed(&shop, &body).await.status, 200);
    shop.quiet(&order).await;
    assert_eq!(shop.now(&order).status_id, status::AWAITING_PAYMENT);
    assert_eq!(shop.order_puts(order.order_id), 0);
}

#[tokio::test]
async fn a_signed_body_that_is_no_event_is_refused() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    for body in ["", "{", "[]", "null", "{}", r#"{"id":"e1"}"#, r#"{"type":"ping"}"#] {
        signed(&shop, body).await.is_problem(400, "malformed_body");
    }
    let huge = format!("{}{{}}", " ".repeat(1 << 20));
    signed(&shop, &huge).await.is_problem(413, "body_too_large");
}

#[tokio::test]
async fn what_is_none_of_ours_is_accepted_and_nothing_is_looked_at() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    // Nobody announces this one, so nobody reads it ahead.
    shop.set(&[("watch_new_orders", "")]).await;
    let order = shop.order(&OrderSpec::new());
    let payment = |metadata: Value| {
        json!({ "id": "ev1", "type": "payment.captured", "resource": "event", "data": {
            "id": "pay1", "resource": "payment", "status": "captured", "amount": 1, "currency": "JPY",
            "session": "sess1", "external_order_num": "SHOP-1", "metadata": metadata } })
    };
    let ours = |store: &str, order: u64| json!({ "bc_store": store, "bc_order": order.to_string() });
    for body in [
        json!({ "id": "ev2", "type": "ping", "resource": "event", "data": {} }),
        json!({ "id": "ev3", "type": "settlement.created", "resource": "event", "data": [1, 2] }),
        json!({ "id": "ev4", "type": "something.new", "data": null }),
        json!({ "id": "ev5", "type": "payment.captured", "data": "gone" }),
        payment(json!({})),
        payment(Value::Null),
        payment(ours("anotherstore", order.order_id)),
        payment(ours("../../x", order.order_id)),
        payment(ours(&shop.hash, 99_999_999)),
        payment(ours(&shop.hash, order.order_id)),
    ] {
        let reply = signed(&shop, &body.to_string()).await;
        assert_eq!(reply.status, 200, "{body}: {reply:?}");
    }
    // Whatever any of it had set off would have come before this.
    let (last, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(last.order_id).await;
    assert_eq!(shop.calls_about(order.order_id), [""; 0]);
    assert_eq!(shop.calls_about(99_999_999), [""; 0]);
    for id in ["pay1", "sess1"] {
        assert_eq!(shop.requests(&Method::GET, id).len(), 0, "{id} is not asked for");
    }
}

#[tokio::test]
async fn a_payment_that_only_claims_to_be_the_orders_is_not_asked_for() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let body = json!({ "id": "ev1", "type": "payment.captured", "resource": "event", "data": {
        "id": "foreignpayment", "resource": "payment", "status": "captured", "session": "foreignsession",
        "metadata": { "bc_store": shop.hash, "bc_order": order.order_id.to_string() } } });
    assert_eq!(signed(&shop, &body.to_string()).await.status, 200);
    shop.quiet(&order).await;
    assert_eq!(shop.requests(&Method::GET, "foreign").len(), 0);
    assert_eq!(shop.now(&order).status_id, status::AWAITING_PAYMENT);
}

#[tokio::test]
async fn a_webhook_for_a_store_without_the_app_is_refused() {
    let world = calm_world().await;
    for store in ["nosuchstore", "..", "a%2Fb"] {
        let reply = world.send(Method::POST, &format!("/webhooks/komoju/{store}"), &[], "{}").await;
        assert!((400..500).contains(&reply.status), "{store}: {reply:?}");
    }
}

/// What KOMOJU would post of a payment in this session, had there been one.
fn captured(shop: &Shop<'_>, order: u64, session: &Session) -> String {
    let body = json!({ "id": "ev1", "type": "payment.captured", "resource": "event", "data": {
        "id": "pay1", "resource": "payment", "status": "captured", "amount": session.amount, "currency": "JPY",
        "session": session.id, "external_order_num": session.external_order_num,
        "metadata": { "bc_store": shop.hash, "bc_order": order.to_string() } } });
    body.to_string()
}

async fn signed(shop: &Shop<'_>, body: &str) -> Reply {
    post(shop, body, Some(&sign(&shop.webhook_secret, body.as_bytes()))).await
}

async fn post(shop: &Shop<'_>, body: &str, signature: Option<&str>) -> Reply {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signature.map(|signature| ("x-komoju-signature", signature)));
    shop.world.send(Method::POST, &format!("/webhooks/komoju/{}", shop.hash), &headers, body).await
}
