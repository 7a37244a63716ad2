//! No order ends while anything of it can still be paid, however short the grace.

use std::time::Duration;

use sandbox::harness::{moves, words};
use sandbox::komoju::{PaymentStatus, WalletAnswer};

use super::{begun, expire, long_afterwards, shop};

const AT_ONCE: [(&str, &str); 2] = [("unpaid", "cancel"), ("unpaid_grace_hours", "1")];

#[tokio::test]
async fn a_live_code_is_waited_for() {
    let shop = shop(&AT_ONCE).await;
    let (order, session) = begun(&shop).await;
    let code = shop.take_code(&session);
    shop.history_when(&order, "A payment code was issued").await;
    long_afterwards("24").await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, moves(&now)), (7, vec![]));
    assert_eq!(shop.payment(&code).status, PaymentStatus::Authorized, "and nobody cancelled it");
    shop.world.sandbox.komoju.capture(&code).expect("the code is live");
    shop.when_status(&order, 11).await;
}

#[tokio::test]
async fn a_wallet_that_may_still_approve_is_waited_for() {
    let shop = shop(&AT_ONCE).await;
    let (order, session) = begun(&shop).await;
    let komoju = &shop.world.sandbox.komoju;
    let payment = komoju.start_wallet(&session.id, "paypay").expect("the session is open");
    long_afterwards("24").await;
    assert_eq!(moves(&shop.at_rest(&order).await), [0; 0]);
    komoju.finish_wallet(&payment, WalletAnswer::Approve).expect("it is pending");
    shop.when_status(&order, 11).await;
}

#[tokio::test]
async fn a_second_attempt_is_waited_for_although_the_first_is_dead() {
    let shop = shop(&AT_ONCE).await;
    let komoju = &shop.world.sandbox.komoju;
    let (order, session) = begun(&shop).await;
    komoju.age_sessions(&shop.merchant.id, Duration::from_secs(3_600)).expect("it exists");
    komoju.cancel_session(&session.id).expect("the session is open");
    let newer = shop.go(&shop.start(&order, "pay").await).await;
    long_afterwards("24").await;
    assert_eq!(moves(&shop.at_rest(&order).await), [0; 0]);
    let code = shop.take_code(&newer);
    expire(&shop, &code);
    assert_eq!(moves(&shop.at_rest(&order).await), [0; 0], "its session has yet to die, and to be listed");
}

#[tokio::test]
async fn a_payment_that_the_session_no_longer_shows_is_found_first() {
    let shop = shop(&AT_ONCE).await;
    let (order, session) = begun(&shop).await;
    let komoju = &shop.world.sandbox.komoju;
    shop.webhooks(sandbox::delivery::Mode::Lost);
    let wallet = komoju.start_wallet(&session.id, "paypay").expect("the session is open");
    komoju.pay_card(&session.id, "4123111111111000").expect("the session is open");
    komoju.finish_wallet(&wallet, WalletAnswer::Approve).expect("it is pending");
    let now = shop.when(&order, |o| o.status_id != 7).await;
    assert_eq!(now.status_id, 11, "{}", now.staff_notes);
    assert!(!shop.attention(&order).await.iter().any(|one| one.contains(words::PAID_AFTER_END)));
}

#[tokio::test]
async fn while_komoju_cannot_be_asked_nothing_ends() {
    let shop = shop(&AT_ONCE).await;
    let (order, session) = begun(&shop).await;
    let (method, kind) = (axum::http::Method::GET, sandbox::faults::FaultKind::Status(503));
    shop.komoju_fault(method, &format!("/sessions/{}", session.id), kind, u32::MAX);
    long_afterwards("24").await;
    assert_eq!(moves(&shop.now(&order)), [0; 0]);
}
