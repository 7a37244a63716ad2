//! What a merchant's server hears.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::Shop;
use crate::delivery::{Mode, Order};
use crate::komoju::{EVENTS, MerchantSpec, sign};

const SECRET: &str = "a secret with spaces";

type Heard = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A merchant's server behind a `*.localhost` name.
async fn listen() -> (String, Heard) {
    let heard = Heard::default();
    let router = Router::new().fallback(hear).with_state(heard.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://app.localhost:{port}/webhooks/komoju/abc"), heard)
}

async fn hear(State(heard): State<Heard>, headers: HeaderMap, body: String) -> StatusCode {
    heard.lock().expect("no panic while held").push((headers, body));
    StatusCode::NO_CONTENT
}

fn bodies(heard: &Heard) -> Vec<Value> {
    let heard = heard.lock().expect("no panic while held");
    heard.iter().map(|(_, body)| serde_json::from_str(body).expect("JSON")).collect()
}

#[tokio::test]
async fn a_new_webhook_is_pinged_and_then_hears_what_it_ticked() {
    let (url, heard) = listen().await;
    let shop = Shop::new(MerchantSpec::default());
    let id = &shop.merchant.id;
    shop.komoju.set_webhook(id, &url, SECRET, &["payment.captured", "payment.failed"]).expect("it exists");
    let session = shop.session(json!({})).await;
    shop.komoju.pay_card(&session, "4123111111111034").expect("it is payable");
    shop.komoju.pay_card(&session, "4111111111111111").expect("it is payable");
    shop.komoju.settled(id).await;
    let told: Vec<_> = bodies(&heard).iter().map(|event| event["type"].clone()).collect();
    assert_eq!(told, ["ping", "payment.failed", "payment.captured"]);
    assert_eq!(bodies(&heard)[1]["reason"], "bad_verification_value");
}

#[tokio::test]
async fn every_delivery_is_signed_and_numbered_anew() {
    let (url, heard) = listen().await;
    let shop = Shop::new(MerchantSpec::default());
    let id = &shop.merchant.id;
    shop.komoju.set_mode(id, Mode::Times(2));
    shop.komoju.set_webhook(id, &url, SECRET, &EVENTS).expect("it exists");
    shop.komoju.settled(id).await;
    let heard = heard.lock().expect("no panic while held");
    let header = |place: usize, name: &str| heard[place].0[name].to_str().expect("ASCII").to_owned();
    assert_eq!(heard.len(), 2);
    assert_eq!(header(0, "x-komoju-signature"), sign(SECRET, heard[0].1.as_bytes()));
    assert_eq!(
        (header(0, "user-agent"), header(0, "x-komoju-event")),
        ("Komoju-Webhook".into(), "ping".into())
    );
    assert_ne!(header(0, "x-komoju-id"), header(1, "x-komoju-id"));
    assert_eq!(heard[0].1, heard[1].1);
}

#[tokio::test]
async fn an_event_shows_the_payment_as_it_was_even_when_it_comes_late() {
    let (url, heard) = listen().await;
    let shop = Shop::new(MerchantSpec::default());
    let id = &shop.merchant.id;
    shop.komoju
        .set_webhook(id, &url, SECRET, &["payment.authorized", "payment.captured"])
        .expect("it exists");
    shop.komoju.settled(id).await;
    shop.komoju.set_mode(id, Mode::Held);
    let session = shop.session(json!({})).await;
    let payment = shop.komoju.pay_konbini(&session, "lawson").expect("it is payable");
    shop.komoju.capture(&payment).expect("it is authorized");
    assert_eq!(shop.komoju.release(id, &Order::Reversed), 2);
    shop.komoju.settled(id).await;
    let told: Vec<_> = bodies(&heard)[1..].iter().map(|event| event["data"]["status"].clone()).collect();
    assert_eq!(told, ["captured", "authorized"]);
}

#[tokio::test]
async fn odd_events_can_be_sent_too() {
    let (url, heard) = listen().await;
    let shop = Shop::new(MerchantSpec::default());
    let id = &shop.merchant.id;
    shop.komoju.set_webhook(id, &url, SECRET, &[]).expect("it exists");
    shop.komoju
        .emit_custom_event(id, &json!({ "type": "settlement.created", "data": 7 }))
        .expect("it exists");
    shop.komoju.settled(id).await;
    assert_eq!(bodies(&heard)[1], json!({ "type": "settlement.created", "data": 7 }));
    assert!(shop.komoju.events(id).is_empty());
}
