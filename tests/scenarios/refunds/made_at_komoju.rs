//! The merchant refunds a payment at KOMOJU: BigCommerce's books get exactly that, and move the order themselves.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, ShopSpec, booked, moves, world};
use sandbox::komoju::MerchantSpec;

#[tokio::test]
async fn a_full_refund_is_entered_in_the_books_once() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    let now = shop.when_status(&order, 4).await;
    let refund = &shop.payment(&payment).refunds[0].id;
    let booked_as = &now.refunds[0];
    assert!(booked_as.items[0].reason.contains(&format!("komoju-refund:{refund}")), "{booked_as:?}");
    assert_eq!(
        (booked_as.payments[0].provider_id.as_str(), booked_as.payments[0].offline),
        ("instore", true)
    );

    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), moves(&now)), (vec![3_000], vec![11]));
    assert_eq!((shop.booking_posts(&order).len(), shop.refund_posts(&payment).len()), (1, 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn two_parts_of_one_amount_are_two_refunds() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.refund(&payment, Some(400)).expect("KOMOJU takes the refund");
    shop.when(&order, |o| o.refunds.len() == 1).await;
    shop.world.sandbox.komoju.refund(&payment, Some(400)).expect("KOMOJU takes another");
    shop.when(&order, |o| o.refunds.len() == 2).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now)), (14, vec![400, 400]));
    assert_eq!((shop.booking_posts(&order).len(), shop.refund_posts(&payment).len()), (2, 0));
}

#[tokio::test]
async fn parts_made_in_one_breath_are_all_entered() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    for minor in [500, 500, 2_000] {
        shop.world.sandbox.komoju.refund(&payment, Some(minor)).expect("KOMOJU takes the refund");
    }
    shop.when_status(&order, 4).await;
    let now = shop.at_rest(&order).await;
    assert_eq!(booked(&now).into_iter().sum::<i64>(), 3_000);
    assert_eq!((now.refunds.len(), shop.booking_posts(&order).len()), (3, 3));
}

#[tokio::test]
async fn it_is_entered_wherever_the_paid_order_stands() {
    let shop = Shop::open(world().await).await;
    for further in [2, 3, 8, 9, 10, 12, 13] {
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, further);
        shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
        let now = shop.when(&order, |o| !o.refunds.is_empty()).await;
        assert_eq!(booked(&now), [900], "of an order at {further}");
    }
}

#[tokio::test]
async fn one_that_no_webhook_told_of_is_found_by_looking() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.webhooks(Mode::Lost);
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.quiet(&order).await;
    assert_eq!(booked(&shop.when(&order, |o| !o.refunds.is_empty()).await), [900]);
}

#[tokio::test]
async fn hooks_and_webhooks_said_three_times_enter_it_once() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.hooks(Mode::Times(3));
    shop.webhooks(Mode::Times(3));
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.when(&order, |o| !o.refunds.is_empty()).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![900], 1));
    assert_eq!(shop.refund_posts(&payment).len(), 0);
}

#[tokio::test]
async fn nothing_of_it_is_paid_back_again_where_refunds_go_to_komoju_at_once() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.refund(&payment, Some(1_000)).expect("KOMOJU takes the refund");
    shop.when(&order, |o| !o.refunds.is_empty()).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![1_000], vec![1_000]));
    assert_eq!((shop.booking_posts(&order).len(), shop.refund_posts(&payment).len()), (1, 0));
}

#[tokio::test]
async fn the_shoppers_fee_is_none_of_the_orders() {
    let merchant = MerchantSpec { fees: vec![("credit_card", 150)], ..MerchantSpec::default() };
    let shop = Shop::open_as(world().await, ShopSpec { merchant, ..ShopSpec::default() }).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    assert_eq!(shop.payment(&payment).total(), 3_150);
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    let now = shop.when_status(&order, 4).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![3_000], vec![3_150]));
    shop.at_rest(&order).await;
    assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (1, 0));
}
