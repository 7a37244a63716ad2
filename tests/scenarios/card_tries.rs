//! A declined card is a fact about one try; the same session may still be paid.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, notes, world};
use sandbox::komoju::Outcome;

const DECLINED: &str = "4123111111111000";

#[tokio::test]
async fn declined_then_paid_by_another_card_in_the_same_session() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(1_980));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let komoju = &shop.world.sandbox.komoju;
    let tried = komoju.pay_card(&session.id, DECLINED).expect("the session is open");
    assert!(matches!(tried, Outcome::Refused { .. }));
    shop.quiet(&order).await;
    assert_eq!((shop.now(&order).status_id, shop.order_puts(order.order_id)), (7, 0));
    let declined = shop.status(&told.token()).await;
    assert_eq!(declined.word(), "unpaid");

    let paid = komoju.pay_card(&session.id, "4111111111111111").expect("the session is still open");
    let now = shop.when_status(&order, 11).await;
    assert_eq!((now.statuses(), notes(&now).len(), shop.sessions().len()), (vec![7, 11], 1, 1));
    assert_eq!(now.payment_provider_id, paid.payment());
    assert_eq!(shop.status(&told.token()).await.word(), "paid");
}

#[tokio::test]
async fn declined_then_a_konbini_code_in_the_same_session() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(1_980));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let komoju = &shop.world.sandbox.komoju;
    komoju.pay_card(&session.id, DECLINED).expect("the session is open");
    let code = komoju.pay_konbini(&session.id, "family-mart").expect("the session is still open");
    shop.status_when(&told.token(), "waiting").await;
    komoju.capture(&code).expect("the code is live");
    let now = shop.when_status(&order, 11).await;
    assert_eq!((now.statuses(), shop.sessions().len()), (vec![7, 11], 1));
    assert_eq!(now.payment_provider_id, code);
}
