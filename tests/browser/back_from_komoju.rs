//! A shopper who leaves KOMOJU's page without paying is shown how things stand, and a button: never sent away again.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn by_opening_the_confirmation_page_again() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.goto(&order.page).await;
    shopper.notice("unpaid").await;
    shopper.browser.reload().await;
    stays_and_pays(&shopper, order.order_id).await;
    // Twice by itself, once by our way back from KOMOJU.
    assert_eq!(shop.confirmations(), 4);
}

#[tokio::test]
async fn by_the_back_button() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.back().await;
    stays_and_pays(&shopper, order.order_id).await;
}

#[tokio::test]
async fn by_komojus_own_link() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.turn_back().await;
    shopper.back_at_shop().await;
    stays_and_pays(&shopper, order.order_id).await;
}

/// On the confirmation page: it does not leave by itself, and can still be paid from.
async fn stays_and_pays(shopper: &Shopper<'_>, order: u64) {
    let notice = shopper.notice("unpaid").await;
    assert!(notice.contains("お支払いがまだ完了していません"), "{notice}");
    shopper.back_at_shop().await;
    shopper.picture("unpaid");
    shopper.press_pay().await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shopper.shop.paid_order(order).await;
    assert_eq!(shopper.shop.sessions().len(), 1, "the session is still good");
}
