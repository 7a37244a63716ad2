//! A refund in BigCommerce of more than KOMOJU holds is not made in part: a person is told.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, words, world};

#[tokio::test]
async fn an_order_that_grew_after_it_was_paid_and_was_refunded_whole() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 4_000);
    shop.refund_order(&order, 4_000);
    shop.attention_when(&order, words::REFUND_TOO_LARGE).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.paid_back(&payment)), (0, vec![]));
}

#[tokio::test]
async fn what_is_left_may_still_be_refunded_in_smaller_parts() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 9_000);
    shop.refund_order(&order, 3_500);
    shop.attention_when(&order, words::REFUND_TOO_LARGE).await;
    shop.refund_order(&order, 2_000);
    assert_eq!(shop.paid_back_when(&payment, 1).await, [2_000]);
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), 1);
}
