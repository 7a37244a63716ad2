//! The cardholder's bank takes the money back: the order is disputed, and never counted as refunded by the merchant.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, booked, moves, words, world};

#[tokio::test]
async fn the_order_is_disputed_wherever_it_stands() {
    let shop = Shop::open(world().await).await;
    for stands in [11, 2, 10, 5] {
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, stands);
        shop.world.sandbox.komoju.chargeback(&payment).expect("it is captured");
        shop.when_status(&order, 13).await;
        shop.attention_when(&order, words::DISPUTED).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), booked(&now)), (vec![11, 13], vec![]), "of an order at {stands}");
        assert!(now.staff_notes.contains("（異議申し立て、"), "{}", now.staff_notes);
    }
    assert_eq!(shop.requests(&Method::POST, "payment_actions").len(), 0);
}

#[tokio::test]
async fn moved_on_by_the_merchant_it_stays_there_and_dismissed_it_stays_away() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    shop.webhooks(Mode::Times(2));
    shop.world.sandbox.komoju.chargeback(&payment).expect("it is captured");
    shop.when_status(&order, 13).await;
    shop.attention_when(&order, words::DISPUTED).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 10);
    shop.decide(&order, "dismiss", &[("attention", "disputed")]).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, shop.attention(&order).await.len()), (10, 0));
}

#[tokio::test]
async fn what_the_merchant_had_refunded_before_stays_the_merchants_refund() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(4_000)).await;
    shop.world.sandbox.komoju.refund(&payment, Some(1_500)).expect("KOMOJU takes the refund");
    shop.when(&order, |o| !o.refunds.is_empty()).await;
    shop.world.sandbox.komoju.chargeback(&payment).expect("some is left");
    shop.when_status(&order, 13).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![1_500], 1));
}
