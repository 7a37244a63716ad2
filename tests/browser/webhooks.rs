//! Webhooks come before the shopper, after the shopper, three times, or never. The order moves once all the same.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::{Mode, Order};
use sandbox::harness::{Shop, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn the_webhook_comes_before_the_shopper_returns() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    let session = shopper.at_komoju().await;
    shop.world.sandbox.komoju.pay_card(&session, GOOD_CARD).expect("the card is good");
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);

    shopper.browser.click("#back-to-merchant").await;
    shopper.notice("paid").await;
    shop.quiet(&order).await;
    assert_eq!(shop.order_puts(order.order_id), 1);
}

#[tokio::test]
async fn the_shopper_returns_before_the_webhook() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Held);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shop.paid_order(order.order_id).await;

    let late = shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::AsMade);
    assert!(late > 0, "webhooks were held");
    shop.quiet(&order).await;
    assert_eq!(moves(&shop.now(&order)), [11]);
    assert_eq!(shop.order_puts(order.order_id), 1);
}

#[tokio::test]
async fn a_lost_webhook_is_made_up_for_by_looking_when_the_shopper_returns() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Lost);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

#[tokio::test]
async fn a_lost_webhook_is_made_up_for_by_looking_when_the_shopper_never_returns() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Lost);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    let session = shopper.at_komoju().await;
    // The browser is gone before KOMOJU can send it back.
    shopper.browser.goto("about:blank").await;
    shop.world.sandbox.komoju.pay_card(&session, GOOD_CARD).expect("the card is good");
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

#[tokio::test]
async fn a_webhook_that_comes_three_times_moves_the_order_once() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Times(3));
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shop.paid_order(order.order_id).await;
    shop.quiet(&order).await;

    let captured = shop.world.sandbox.komoju.deliveries(&shop.merchant.id);
    let captured = captured.iter().filter(|record| record.event == "payment.captured");
    assert_eq!(captured.filter(|record| record.last_status() == Some(200)).count(), 3);
    assert_eq!(shop.order_puts(order.order_id), 1);
}
