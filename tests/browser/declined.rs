//! A refused card ends nothing: the shopper goes on in the same session, by another card or at a konbini.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn after_a_refused_card_another_one_pays_in_the_same_session() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.try_empty_card().await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    let order = shop.paid_order(order.order_id).await;
    assert_eq!(moves(&order), [11]);
    assert_eq!(shop.order_puts(order.id), 1);
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn after_a_refused_card_a_konbini_code_is_issued_in_the_same_session() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.try_empty_card().await;
    let receipt = shopper.ask_for_konbini_code("lawson").await;
    shopper.browser.click("#return-to-shop").await;
    assert!(shopper.notice("waiting").await.contains(&receipt));
    assert_eq!(shop.sessions().len(), 1);

    shop.pay_at_till();
    shop.paid_order(order.order_id).await;
    shopper.notice("paid").await;
}

#[tokio::test]
async fn a_shopper_who_gives_up_after_a_refused_card_is_told_so_and_can_try_again() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.try_empty_card().await;
    shopper.browser.click("#back-to-merchant").await;
    let notice = shopper.notice("unpaid").await;
    assert!(notice.contains("お支払いが完了しませんでした"), "{notice}");
    shopper.picture("declined");
    shopper.press_pay().await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shop.paid_order(order.order_id).await;
    assert_eq!(shop.sessions().len(), 1);
}
