//! A payment is captured and refunded before anybody here has seen it captured.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::{Mode, Order};
use sandbox::harness::{Shop, booked, moves, words, world};

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
        assert_eq!((moves(&now), booked(&now)), (vec![12], vec![2_000]), "it never reads ship it");
        assert_eq!(shop.paid_back(&payment), [2_000]);
        assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (1, 0));
    }
}

#[tokio::test]
async fn paid_and_refunded_in_part_the_order_is_partially_refunded() {
    let shop = Shop::open(world().await).await;
    for (order, first) in [(OrderSpec::total(2_000), 11), (digital(), 12)] {
        let (order, session) = shop.begin(&order).await;
        shop.webhooks(Mode::Held);
        let payment = shop.pay_by_card(&session);
        shop.world.sandbox.komoju.refund(&payment, Some(600)).expect("KOMOJU takes the refund");
        shop.webhooks(Mode::Normal);
        shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::AsMade);
        shop.when_status(&order, 14).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), booked(&now)), (vec![first], vec![600]));
        assert_eq!(shop.attention(&order).await.len(), 0);
    }
}

#[tokio::test]
async fn charged_back_before_it_was_seen_it_is_disputed_and_nothing_before_that() {
    let shop = Shop::open(world().await).await;
    for order in [OrderSpec::total(2_000), digital()] {
        let (order, session) = shop.begin(&order).await;
        shop.webhooks(Mode::Held);
        let payment = shop.pay_by_card(&session);
        shop.world.sandbox.komoju.chargeback(&payment).expect("it is captured");
        shop.webhooks(Mode::Normal);
        shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::Reversed);
        shop.when_status(&order, 13).await;
        shop.attention_when(&order, words::DISPUTED).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), booked(&now)), (vec![13], vec![]));
        assert_eq!(shop.booking_posts(&order).len(), 0);
    }
}

#[tokio::test]
async fn marked_as_fraud_before_it_was_seen_it_is_held_and_nothing_before_that() {
    let shop = Shop::open(world().await).await;
    for order in [OrderSpec::total(2_000), digital()] {
        let (order, session) = shop.begin(&order).await;
        shop.webhooks(Mode::Held);
        let payment = shop.pay_by_card(&session);
        shop.world.sandbox.komoju.mark_fraud(&payment).expect("it exists");
        shop.webhooks(Mode::Normal);
        // The mark's own message comes first: of what was never told, nothing can be known.
        shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::Reversed);
        shop.when_status(&order, 12).await;
        shop.attention_when(&order, words::FRAUD_MARKED).await;
        assert_eq!(moves(&shop.at_rest(&order).await), [12]);
    }
}

fn digital() -> OrderSpec {
    OrderSpec::total(2_000).digital()
}
