//! The merchant refunds an order in BigCommerce: KOMOJU pays back exactly that, at once where the store is set so.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, booked, eventually, world};
use sandbox::komoju::PaymentStatus;

const AT_ONCE: [(&str, &str); 1] = [("refunds", "at_once")];

#[tokio::test]
async fn set_so_a_full_refund_is_paid_back_at_once() {
    let shop = Shop::open(world().await).await;
    shop.set(&AT_ONCE).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, 3_000);
    let paid = shop.payment_when(&payment, PaymentStatus::Refunded).await;
    let description = paid.refunds[0].description.clone().unwrap_or_default();
    assert!(description.contains(&format!("bc-refund:{refund}")), "{description}");

    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now), shop.paid_back(&payment)), (4, vec![3_000], vec![3_000]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn several_parts_are_paid_back_one_by_one_and_none_twice() {
    let shop = Shop::open(world().await).await;
    shop.set(&AT_ONCE).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    for (n, minor) in [700, 700, 1_600].into_iter().enumerate() {
        shop.refund_order(&order, minor);
        shop.paid_back_when(&payment, n + 1).await;
    }
    let now = shop.at_rest(&order).await;
    assert_eq!(shop.paid_back(&payment), [700, 700, 1_600]);
    assert_eq!((now.status_id, booked(&now)), (4, vec![700, 700, 1_600]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (3, 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn refunds_that_come_faster_than_they_are_paid_back_are_all_paid_back() {
    let shop = Shop::open(world().await).await;
    shop.set(&AT_ONCE).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    for minor in [100, 100, 300] {
        shop.refund_order(&order, minor);
    }
    let mut paid_back = shop.paid_back_when(&payment, 3).await;
    paid_back.sort_unstable();
    assert_eq!(paid_back, [100, 100, 300]);
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, shop.refund_posts(&payment).len()), (14, 3));
    assert_eq!(booked(&now).len(), 3);
}

#[tokio::test]
async fn one_that_no_hook_told_of_is_found_by_looking() {
    let shop = Shop::open(world().await).await;
    shop.set(&AT_ONCE).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.hooks(Mode::Lost);
    shop.refund_order(&order, 500);
    shop.quiet(&order).await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [500]);
}

#[tokio::test]
async fn hooks_and_webhooks_said_three_times_pay_back_once() {
    let shop = Shop::open(world().await).await;
    shop.set(&AT_ONCE).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.hooks(Mode::Times(3));
    shop.webhooks(Mode::Times(3));
    shop.refund_order(&order, 1_200);
    shop.paid_back_when(&payment, 1).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![1_200], vec![1_200]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
}

#[tokio::test]
async fn unless_it_is_set_otherwise_a_person_is_asked_first() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.refund_order(&order, 3_000);
    shop.attention_when(&order, sandbox::harness::words::REFUND_TO_CONFIRM).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.paid_back(&payment)), (0, vec![]));
}

#[tokio::test]
async fn where_it_is_set_to_never_nothing_is_paid_back_and_nobody_is_bothered() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "never")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.refund_order(&order, 3_000);
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.paid_back(&payment)), (0, vec![]));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn store_credit_given_in_a_refund_is_no_money_of_komoju() {
    let shop = Shop::open(world().await).await;
    shop.set(&AT_ONCE).await;
    let spec = OrderSpec::total(5_000).store_credit(2_000);
    let (order, payment) = shop.paid_by_card(&spec).await;
    let parts = [("instore", 1_000), ("storecredit", 600)];
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.refund_parts(&shop.hash, order.order_id, &parts).expect("BigCommerce takes the refund");
    assert_eq!(shop.paid_back_when(&payment, 1).await, [1_000]);

    bigcommerce.refund_parts(&shop.hash, order.order_id, &[("storecredit", 400)]).expect("likewise");
    let heard = async || (shop.now(&order).refunds.len() == 2).then_some(());
    eventually("both refunds", heard).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment), shop.refund_posts(&payment).len()), (vec![1_000], 1));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_refund_that_was_declined_gives_nothing_back() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, 800);
    shop.world.sandbox.bigcommerce.decline_refund(&shop.hash, order.order_id, refund);
    shop.set(&AT_ONCE).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await.len()), (0, 0));
}
