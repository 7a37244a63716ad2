//! KOMOJU marks a payment as fraud. Nothing in the payment shows it, so the message is read at its source first.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, eventually, moves, words, world};
use serde_json::{Value, json};

#[tokio::test]
async fn the_order_is_held_for_a_person_wherever_it_stands() {
    let shop = Shop::open(world().await).await;
    for stands in [11, 2, 10] {
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, stands);
        shop.world.sandbox.komoju.mark_fraud(&payment).expect("it exists");
        shop.when_status(&order, 12).await;
        shop.attention_when(&order, words::FRAUD_MARKED).await;
        let now = shop.at_rest(&order).await;
        assert_eq!(moves(&now), [11, 12], "of an order at {stands}");
        assert!(now.staff_notes.contains("（不正判定、"), "{}", now.staff_notes);
    }
}

#[tokio::test]
async fn while_the_message_cannot_be_read_it_is_asked_for_again() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    shop.komoju_fault(Method::GET, "/events/", FaultKind::Status(503), 2);
    shop.world.sandbox.komoju.mark_fraud(&payment).expect("it exists");
    shop.when_status(&order, 12).await;
}

#[tokio::test]
async fn a_message_that_komoju_does_not_know_changes_nothing() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    send(&shop, &mark("made-up", &payment)).await;
    let looked = async || (shop.requests(&Method::GET, "/events/made-up").len() == 1).then_some(());
    eventually("a look at the source", looked).await;
    is_untouched(&shop, &order).await;
}

#[tokio::test]
async fn a_message_that_was_another_one_at_its_source_changes_nothing() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    let (_, other) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    shop.world.sandbox.komoju.mark_fraud(&other).expect("it exists");
    let events = shop.world.sandbox.komoju.events(&shop.merchant.id);
    let captured = events.iter().find(|event| event.kind == "payment.captured").expect("it was captured");
    let marked =
        events.iter().find(|event| event.kind == "payment.marked.as.fraud").expect("the other was marked");
    for event in [captured, marked] {
        send(&shop, &mark(&event.id, &payment)).await;
    }
    is_untouched(&shop, &order).await;
}

#[tokio::test]
async fn a_message_that_is_not_signed_is_not_even_looked_for() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    let path = format!("/webhooks/komoju/{}", shop.hash);
    let signature = "0".repeat(64);
    for headers in [&[][..], &[("x-komoju-signature", signature.as_str())]] {
        let body = mark("made-up", &payment).to_string();
        assert_eq!(shop.world.send(Method::POST, &path, headers, body).await.status, 401);
    }
    is_untouched(&shop, &order).await;
    assert_eq!(shop.requests(&Method::GET, "/events/").len(), 0);
}

/// A fraud mark as KOMOJU would send it.
fn mark(event: &str, payment: &str) -> Value {
    json!({ "id": event, "type": "payment.marked.as.fraud", "resource": "event", "created_at": "2026-11-25T00:00:00Z",
        "data": { "id": payment, "resource": "payment", "status": "captured" } })
}

/// Sends it rightly signed: whoever knows the secret may still say what is not so.
async fn send(shop: &Shop<'_>, event: &Value) {
    let mut event = event.clone();
    let payment = shop.payment(event["data"]["id"].as_str().unwrap_or_default());
    event["data"]["session"] = payment.session.into();
    event["data"]["metadata"] = payment.metadata.into();
    shop.world.sandbox.komoju.emit_custom_event(&shop.merchant.id, &event).expect("the merchant exists");
    shop.world.sandbox.komoju.settled(&shop.merchant.id).await;
}

async fn is_untouched(shop: &Shop<'_>, order: &PlacedOrder) {
    let now = shop.at_rest(order).await;
    assert_eq!((moves(&now), shop.attention(order).await.len()), (vec![11], 0));
}
