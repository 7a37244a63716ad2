//! Confirmation pages other than BigCommerce's usual one.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_merchants_own_page_which_asks_by_fetch() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.custom_confirmation = true);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shopper
        .browser
        .wait_for_text("[data-test=custom-confirmation-heading]", &order.order_id.to_string())
        .await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

#[tokio::test]
async fn the_page_of_a_buy_now_order_which_names_it_in_its_address() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    shopper.browser.goto(&shop.origin()).await;
    shopper.browser.click("[data-test=buy-now-77]").await;
    shopper.browser.click("#radio-instore").await;
    shopper.browser.click("#checkout-payment-continue").await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    let order = shop.world.sandbox.bigcommerce.orders(&shop.hash).remove(0);
    let page = shopper.back_at_shop().await;
    assert_eq!(page.path(), format!("/checkout/order-confirmation/{}", order.id));
    assert_eq!(moves(&shop.paid_order(order.id).await), [11]);
}
