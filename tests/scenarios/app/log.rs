//! The log tells what happened, and nothing that must stay secret or private.

use sandbox::bigcommerce::{OrderSpec, SignedPayload};
use sandbox::harness::{Shop, World, eventually, world};
use serde_json::{Value, json};

#[tokio::test]
async fn a_payment_from_installation_to_refusal_leaves_no_secret_in_the_log() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(4_980));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    let paid = shop.paid_order(order.order_id).await;
    shop.come_back(&session).await;
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    let forged = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new().secret("other"));
    for path in [format!("/load?signed_payload_jwt={jwt}"), format!("/load?signed_payload_jwt={forged}")] {
        world.get(&path).await;
    }
    shop.arrive_with(&order, json!({ "cart_id": "" })).await.is_problem(404, "order_not_found");

    let log = log_with(&shop, "komoju_webhook").await;
    let token = world.sandbox.bigcommerce.installation(&shop.hash).and_then(|i| i.token).expect("installed");
    let (hook_secret, billing) = (hook_secret(world, &shop), &paid.billing);
    for (what, secret) in [
        ("BigCommerce's token", token.as_str()),
        ("KOMOJU's key", &shop.merchant.secret_key_live),
        ("the webhook secret", &shop.webhook_secret),
        ("the hook secret", &hook_secret),
        ("the client secret", sandbox::App::CLIENT_SECRET),
        ("a status token", &told.token()),
        ("the cart id", &order.cart_id),
        ("a signed payload", &jwt),
        ("a forged payload", &forged),
        ("an e-mail", &billing.email),
        ("a family name", &billing.last_name),
        ("a phone number", &billing.phone),
        ("a street", &billing.street_1),
        ("a card number", "4111111111111111"),
    ] {
        assert!(!secret.is_empty(), "{what} is empty");
        assert!(!log.contains(secret), "{what} is in the log:\n{log}");
    }
    assert!(!log.contains("eyJ"), "something in base64 JSON is in the log:\n{log}");
}

#[tokio::test]
async fn every_line_of_the_log_is_json_with_a_request_id() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(order.order_id).await;
    let log = log_with(&shop, "komoju_webhook").await;
    let own = log.lines().filter(|line| line.contains("\"event\""));
    let lines: Vec<Value> = own
        .map(|line| {
            line.split_once('{').map_or(Value::Null, |(_, rest)| {
                serde_json::from_str(&format!("{{{rest}")).unwrap_or_default()
            })
        })
        .collect();
    assert!(lines.iter().any(|line| line["event"] == "komoju_webhook"), "{log}");
    for line in lines {
        assert!(line["level"].is_string() && line["request"].is_string(), "{line} in {log}");
    }
}

/// The whole log, once it tells of this event in the shop; lines come a moment after what they tell of.
async fn log_with(shop: &Shop<'_>, event: &str) -> String {
    let told = async || {
        let log = shop.world.worker.log();
        log.lines().any(|line| line.contains(event) && line.contains(&shop.hash)).then_some(log)
    };
    eventually(format!("{event} in the log"), told).await
}

fn hook_secret(world: &World, shop: &Shop<'_>) -> String {
    let hooks = world.sandbox.bigcommerce.hooks(&shop.hash);
    hooks[0].headers.values().next().expect("a header of ours").clone()
}
