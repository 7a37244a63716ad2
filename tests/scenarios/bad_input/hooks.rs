//! BigCommerce's hooks, and what else is posted to their address.

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use sandbox::App;
use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::harness::{Reply, Shop, calm_world, eventually};
use serde_json::{Value, json};
use sha2::Sha256;
use time::OffsetDateTime;

/// The header that every hook of ours is registered with.
const SECRET: &str = "X-Komoju-Bigcommerce-Secret";

#[tokio::test]
async fn a_hook_without_our_secret_is_refused() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let body = moved(order.order_id).to_string();
    let secret = secret(&shop);
    for shown in ["", "guess", &secret[1..], &secret.to_uppercase(), &format!("{secret}0")] {
        post(&shop, &body, &[(SECRET, shown)]).await.is_problem(401, "bad_signature");
    }
    post(&shop, &body, &[]).await.is_problem(401, "bad_signature");
    // A good signature of the Standard Webhooks scheme does not stand in for it.
    let signed = signature(&body, now(), App::CLIENT_SECRET);
    post(&shop, &body, &refs(&signed)).await.is_problem(401, "bad_signature");
    assert_eq!(post(&shop, &body, &[(SECRET, &secret)]).await.status, 200);
}

#[tokio::test]
async fn a_signature_that_is_old_or_wrong_turns_no_proved_hook_away_and_is_noted() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let secret = secret(&shop);
    let body = moved(order.order_id).to_string();
    let post_with = async |headers: &[(&'static str, String)]| {
        let mut all = headers.to_vec();
        all.push((SECRET, secret.clone()));
        let reply = post(&shop, &body, &refs(&all)).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "kept"), "{headers:?}");
    };
    let noted = async |words: &str| {
        let page = async || shop.panel("").await.contains(words).then_some(());
        eventually(format!("the overview to say {words:?}"), page).await;
    };
    post_with(&signature(&body, now(), App::CLIENT_SECRET)).await;
    assert!(!shop.panel("").await.contains("own signature"), "a good one is nothing to note");
    post_with(&signature(&body, now() - 3_600, App::CLIENT_SECRET)).await;
    noted("whose own signature was old").await;
    for odd in [
        signature(&body, now(), "another client secret"),
        signature(&body, now(), ""),
        signature("{}", now(), App::CLIENT_SECRET),
        [("webhook-signature", "v1,".to_owned())].to_vec(),
        [("webhook-signature", "v1,%%%".to_owned())].to_vec(),
        [("webhook-signature", "v2,abc v1a,def".to_owned())].to_vec(),
    ] {
        post_with(&odd).await;
    }
    noted("own signature of its webhooks could not be checked").await;
    assert!(shop.panel("").await.contains("The script and the webhooks are as they should be"));
}

#[tokio::test]
async fn a_hook_about_an_order_without_a_payment_is_accepted_and_nothing_is_read() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    // Nobody announces this one, so nobody reads it ahead.
    shop.set(&[("watch_new_orders", "")]).await;
    let order = shop.order(&OrderSpec::new());
    let secret = secret(&shop);
    let mut bodies = vec![moved(order.order_id), moved(99_999_999), moved(0)];
    bodies.extend([
        json!({ "scope": "store/cart/converted", "hash": "h1", "created_at": 1, "data": { "id": "x" } }),
        json!({ "scope": "store/order/statusUpdated", "hash": "h2", "created_at": 1 }),
        json!({ "scope": "store/something/new", "hash": "h3", "created_at": 1, "data": { "id": order.order_id } }),
        json!([]),
        Value::Null,
    ]);
    for body in bodies {
        let reply = post(&shop, &body.to_string(), &[(SECRET, &secret)]).await;
        assert_eq!(reply.status, 200, "{body}: {reply:?}");
    }
    // BigCommerce's own hooks about the new order are on the way too; whatever any of them had set off would have
    // come before this.
    let (last, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(last.order_id).await;
    shop.quiet(&last).await;
    assert_eq!(shop.calls_about(order.order_id), [""; 0]);
    assert_eq!(shop.calls_about(99_999_999), [""; 0]);
}

#[tokio::test]
async fn a_hook_that_says_refunded_changes_nothing_by_itself() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let mut body = moved(order.order_id);
    body["data"]["status"]["new_status_id"] = status::CANCELLED.into();
    let before = shop.deeds();
    let reply = post(&shop, &body.to_string(), &[(SECRET, &secret(&shop))]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    shop.quiet(&order).await;
    assert_eq!(shop.deeds(), before, "the order itself says that it still waits to be paid");
}

#[tokio::test]
async fn a_hook_body_that_is_too_large_or_for_no_store_is_refused() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let secret = secret(&shop);
    let body = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    post(&shop, &body(128 * 1024 + 1), &[(SECRET, &secret)]).await.is_problem(413, "body_too_large");
    assert_eq!(post(&shop, &body(128 * 1024), &[(SECRET, &secret)]).await.status, 200);
    let elsewhere =
        world.send(Method::POST, "/webhooks/bigcommerce/nosuchstore", &[(SECRET, &secret)], "{}").await;
    elsewhere.is_problem(404, "unknown_store");
}

fn moved(order: u64) -> Value {
    json!({ "scope": "store/order/statusUpdated", "store_id": "1", "hash": format!("made-up-{order}"),
        "created_at": now(), "producer": "stores/x",
        "data": { "type": "order", "id": order, "status": { "previous_status_id": 7, "new_status_id": 11 } } })
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// What the hooks of this store are registered with.
fn secret(shop: &Shop<'_>) -> String {
    let hooks = shop.world.sandbox.bigcommerce.hooks(&shop.hash);
    hooks[0].headers.get(SECRET).expect("our header").clone()
}

/// The three headers of the Standard Webhooks scheme.
fn signature(body: &str, at: i64, secret: &str) -> Vec<(&'static str, String)> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("msg_1.{at}.{body}").as_bytes());
    let signature = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    vec![
        ("webhook-id", "msg_1".into()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signature),
    ]
}

fn refs<'a>(headers: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn post(shop: &Shop<'_>, body: &str, headers: &[(&str, &str)]) -> Reply {
    shop.world.send(Method::POST, &format!("/webhooks/bigcommerce/{}", shop.hash), headers, body).await
}
