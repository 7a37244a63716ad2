//! A konbini code: issued, paid at the till days later, or never.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::harness::{Shop, moves, notes, world};
use serde_json::json;

#[tokio::test]
async fn a_code_is_noted_once_and_shown_and_the_order_waits() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(2_400));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let komoju = &shop.world.sandbox.komoju;
    let code = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    let now = shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    assert_eq!((now.status_id, now.payment_provider_id), (status::AWAITING_PAYMENT, json!(code)));
    shop.history_when(&order, "A payment code was issued").await;

    let waiting = shop.status_when(&told.token(), "waiting").await;
    let lines = waiting.lines();
    assert!(lines.iter().any(|line| line == "Lawson"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("23:59")), "{lines:?}");
    assert!(waiting.json()["link"]["url"].is_string(), "how to pay at the till: {waiting:?}");
    shop.quiet(&order).await;
    assert_eq!((shop.order_puts(order.order_id), notes(&shop.now(&order)).len()), (1, 1));
}

#[tokio::test]
async fn cash_at_the_till_moves_the_order_once() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_400)).await;
    let komoju = &shop.world.sandbox.komoju;
    let code = komoju.pay_konbini(&session.id, "seven-eleven").expect("the session is open");
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    komoju.capture(&code).expect("the code is live");
    shop.when_status(&order, 11).await;
    shop.quiet(&order).await;
    let now = shop.now(&order);
    assert_eq!((now.statuses(), notes(&now).len()), (vec![7, 11], 2), "{}", now.staff_notes);
    assert_eq!(shop.order_puts(order.order_id), 2);
}

#[tokio::test]
async fn a_code_that_expires_leaves_the_order_to_be_paid_anew() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(2_400));
    let told = shop.arrive(&order).await;
    let first = shop.go(&told).await;
    let komoju = &shop.world.sandbox.komoju;
    let code = komoju.pay_konbini(&first.id, "lawson").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    komoju.expire_payment(&code).expect("the code is live");
    let over = shop.status_when(&told.token(), "unpaid").await;
    assert!(over.json()["pay"].is_string(), "the shopper may pay anew: {over:?}");
    assert_eq!(moves(&shop.now(&order)), [0; 0]);

    let second = shop.go(&shop.start(&order, "pay").await).await;
    assert_ne!(second.id, first.id);
    assert_ne!(second.external_order_num, first.external_order_num);
    komoju.pay_card(&second.id, "4111111111111111").expect("the session is open");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn the_shoppers_own_fee_is_no_difference_in_the_amount() {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    for fee in [190, 220] {
        komoju.change_merchant(&shop.merchant.id, |merchant| merchant.fee = fee).expect("it exists");
        let (order, session) = shop.begin(&OrderSpec::total(2_400)).await;
        let code = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
        assert_eq!(komoju.payment(&code).expect("it exists").total(), 2_400 + fee);
        komoju.capture(&code).expect("the code is live");
        shop.when_status(&order, 11).await;
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_visit_with_a_live_code_shows_it_and_makes_nothing_new() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(2_400));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    shop.world.sandbox.komoju.pay_konbini(&session.id, "ministop").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    for intent in ["arrive", "pay"] {
        assert_eq!(shop.start(&order, intent).await.word(), "waiting");
    }
    assert_eq!(shop.sessions().len(), 1);
    assert_eq!(shop.requests(&Method::POST, "/cancel").len(), 0);
}

#[tokio::test]
async fn bank_transfers_and_pay_easy_wait_for_their_money_too() {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    let issue: [fn(&sandbox::komoju::Komoju, &str) -> _; 2] =
        [sandbox::komoju::Komoju::pay_bank_transfer, sandbox::komoju::Komoju::pay_easy];
    for issue in issue {
        let order = shop.order(&OrderSpec::total(9_000));
        let told = shop.arrive(&order).await;
        let session = shop.go(&told).await;
        let payment = issue(komoju, &session.id).expect("the session is open");
        assert!(shop.status_when(&told.token(), "waiting").await.lines().len() > 3);
        assert_eq!(moves(&shop.now(&order)), [0; 0]);
        komoju.capture(&payment).expect("the code is live");
        shop.when_status(&order, 11).await;
    }
}
