//! The e-mailed link to an order, opened days later: it never leads away by itself, and can be paid from.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn the_link_in_the_mail_offers_to_pay_and_does_not_leave_by_itself() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.browser.goto(&order.permalink).await;
    shopper.notice("unpaid").await;
    shopper.back_at_shop().await;
    shopper.press_pay().await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shop.paid_order(order.order_id).await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn the_link_in_the_mail_shows_an_order_that_was_begun_elsewhere() {
    let shop = Shop::open(world().await).await;
    let first = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    first.arrive(&order).await;
    let receipt = first.ask_for_konbini_code("lawson").await;
    first.browser.click("#return-to-shop").await;
    first.notice("waiting").await;

    let second = first.on_another_device().await;
    second.browser.goto(&order.permalink).await;
    assert!(second.notice("waiting").await.contains(&receipt));
    assert_eq!(shop.sessions().len(), 1);
}
