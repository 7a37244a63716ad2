//! Payments with a test key say TEST wherever they show, and move no order unless the merchant lets them.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, ShopSpec, moves, notes, world};

#[tokio::test]
async fn test_money_is_noted_and_moves_no_order() {
    let shop = Shop::open_as(world().await, ShopSpec { test_mode: true, ..ShopSpec::default() }).await;
    let order = shop.order(&OrderSpec::total(1_000));
    let told = shop.arrive(&order).await;
    assert!(told.json()["test"].is_string(), "{told:?}");
    let session = shop.go(&told).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.when(&order, |o| o.staff_notes.contains("[KOMOJU TEST]")).await;
    shop.quiet(&order).await;
    let now = shop.now(&order);
    assert_eq!((now.status_id, moves(&now), notes(&now).len()), (7, vec![], 1));
}

#[tokio::test]
async fn test_money_moves_the_order_where_the_merchant_allows_it() {
    let spec = ShopSpec { test_mode: true, test_moves_orders: true, ..ShopSpec::default() };
    let shop = Shop::open_as(world().await, spec).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_000)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    let now = shop.when_status(&order, 11).await;
    assert!(notes(&now)[0].starts_with("[KOMOJU TEST] "), "{}", now.staff_notes);
}

#[tokio::test]
async fn a_live_attempt_stays_live_when_the_merchant_turns_to_the_test_key() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_000)).await;
    shop.save("keys", &[("secret_key", &shop.merchant.secret_key_test)]).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    let now = shop.when_status(&order, 11).await;
    assert!(notes(&now)[0].starts_with("[KOMOJU] "), "{}", now.staff_notes);
}
