//! A payment is captured and refunded before anybody here has seen it captured.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::{Mode, Order};
use sandbox::harness::{Shop, booked, world};

#[tokio::test]
async fn paid_and_refunded_whole_the_order_ends_as_refunded() {
    let shop = Shop::open(world().await).await;
    for order_of_leaving in [Order::AsMade, Order::Reversed] {
        let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
        shop.webhooks(Mode::Held);
        let payment = shop.pay_by_card(&session);
        shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
        shop.webhooks(Mode::Normal);
        shop.world.sandbox.komoju.release(&shop.merchant.id, &order_of_leaving);
        shop.when_status(&order, 4).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![2_000], vec![2_000]));
        assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (1, 0));
    }
}

#[tokio::test]
async fn paid_and_refunded_in_part_the_order_is_partially_refunded() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    shop.webhooks(Mode::Held);
    let payment = shop.pay_by_card(&session);
    shop.world.sandbox.komoju.refund(&payment, Some(600)).expect("KOMOJU takes the refund");
    shop.webhooks(Mode::Normal);
    shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::AsMade);
    shop.when_status(&order, 14).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.attention(&order).await.len()), (vec![600], 0));
}

#[tokio::test]
async fn charged_back_before_it_was_seen_it_is_disputed() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    shop.webhooks(Mode::Held);
    let payment = shop.pay_by_card(&session);
    shop.world.sandbox.komoju.chargeback(&payment).expect("it is captured");
    shop.webhooks(Mode::Normal);
    shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::Reversed);
    shop.when_status(&order, 13).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![], 0));
}
