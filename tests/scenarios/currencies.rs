//! What is asked, and what counts as paid, in the currency that the shopper really pays in.

use sandbox::bigcommerce::{Currency, OrderSpec};
use sandbox::harness::{Shop, ShopSpec, notes, world};
use sandbox::komoju::{self, MerchantSpec};

#[tokio::test]
async fn dollars_and_cents_by_card() {
    let shop = Shop::open_in(world().await, Currency::Usd).await;
    let (order, session) = shop.begin(&OrderSpec::total(12_34)).await;
    assert_eq!((session.amount, session.currency), (1_234, komoju::Currency::USD));
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    let now = shop.when_status(&order, 11).await;
    assert!(notes(&now)[0].contains("12.34"), "{}", now.staff_notes);
}

#[tokio::test]
async fn an_order_shown_in_dollars_is_paid_in_its_own_yen() {
    let shop = Shop::open(world().await).await;
    let (_, session) = shop.begin(&OrderSpec::total(3_300).display_currency(Currency::Usd)).await;
    assert_eq!((session.amount, session.currency), (3_300, komoju::Currency::JPY));
}

#[tokio::test]
async fn yen_at_the_till_for_an_order_in_dollars_are_what_was_asked() {
    let shop = Shop::open_in(world().await, Currency::Usd).await;
    let (order, session) = shop.begin(&OrderSpec::total(20_00)).await;
    let komoju = &shop.world.sandbox.komoju;
    let code = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    let charged = komoju.payment(&code).expect("it exists");
    assert_eq!(charged.currency, komoju::Currency::JPY);
    komoju.capture(&code).expect("the code is live");
    shop.when_status(&order, 11).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_merchant_who_is_paid_in_dollars_for_orders_in_yen_is_paid_as_asked() {
    let merchant = MerchantSpec { charge_in: Some(komoju::Currency::USD), ..MerchantSpec::default() };
    let shop = Shop::open_as(world().await, ShopSpec { merchant, ..ShopSpec::default() }).await;
    let (order, session) = shop.begin(&OrderSpec::total(8_000)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.when_status(&order, 11).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn store_credit_and_gift_certificates_are_not_asked_for_again() {
    let shop = Shop::open(world().await).await;
    let spec = OrderSpec::total(5_000).store_credit(1_000).gift_certificate(500);
    let (order, session) = shop.begin(&spec).await;
    assert_eq!(session.amount, 3_500);
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.when_status(&order, 11).await;
}
