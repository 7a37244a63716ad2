//! KOMOJU will not pay back: shown with its reason, and nothing is sent again unasked.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, words, world};

#[tokio::test]
async fn a_refund_above_the_unsettled_balance_is_shown_and_not_sent_again() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.set_unsettled_balance(&shop.merchant.id, Some(0)).expect("it exists");
    shop.refund_order(&order, 1_000);
    shop.attention_when(&order, words::REFUND_REFUSED).await;
    shop.world.sandbox.komoju.set_unsettled_balance(&shop.merchant.id, None).expect("it exists");
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.paid_back(&payment)), (1, vec![]));
    let html = shop.panel(&format!("payments/{}", order.order_id)).await;
    assert!(html.contains("unsettled balance"), "KOMOJU's own words: {html}");
}

#[tokio::test]
async fn a_card_network_that_says_no_is_shown_too() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.refuse_next(&shop.merchant.id, "card_declined").expect("a refusal");
    shop.refund_order(&order, 1_000);
    shop.attention_when(&order, words::REFUND_REFUSED).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.paid_back(&payment)), (1, vec![]));
}
