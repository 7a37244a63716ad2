//! Store credit and gift certificates pay a part: only the rest is asked, counted and refunded.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, booked, words, world};

#[tokio::test]
async fn what_is_left_is_paid_as_asked() {
    let shop = Shop::open(world().await).await;
    for spec in [
        OrderSpec::total(5_000).store_credit(1_200),
        OrderSpec::total(5_000).gift_certificate(1_200),
        OrderSpec::total(5_000).store_credit(700).gift_certificate(500),
    ] {
        let (order, payment) = shop.paid_by_card(&spec).await;
        assert_eq!((shop.payment(&payment).amount, shop.now(&order).status_id), (3_800, 11));
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_full_refund_in_bigcommerce_gives_back_each_part_where_it_came_from() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(5_000).store_credit(1_200)).await;
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.refund_in_full(&shop.hash, order.order_id).expect("BigCommerce takes the refund");
    assert_eq!(shop.paid_back_when(&payment, 1).await, [3_800]);
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now), shop.attention(&order).await.len()), (4, vec![5_000], 0));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
}

#[tokio::test]
async fn a_full_refund_at_komoju_leaves_the_store_credit_as_it_is() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(5_000).store_credit(1_200)).await;
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    shop.when_status(&order, 14).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.attention(&order).await.len()), (vec![3_800], 0));
    assert!(now.refunds[0].payments.iter().all(|part| part.provider_id == "instore"), "{:?}", now.refunds);
}

#[tokio::test]
async fn credit_that_the_merchant_adds_later_is_no_money_of_komoju() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000).store_credit(1_200)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 4_000);
    shop.pay_by_card(&session);
    shop.when_status(&order, 12).await;
    shop.attention_when(&order, words::AMOUNT_MISMATCH).await;
}
