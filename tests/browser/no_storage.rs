//! Where a browser forbids storage, the server alone decides who may leave by itself: the first page visit, once.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::{GOOD_CARD, Shopper};

const NO_STORAGE: &str = "<script>
    const denied = { get() { throw new DOMException('denied', 'SecurityError'); } };
    for (const store of ['sessionStorage', 'localStorage']) Object.defineProperty(window, store, denied);
</script>";

#[tokio::test]
async fn back_shows_a_button_and_does_not_leave_again() {
    let shop = without_storage().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.back().await;
    offers_to_pay(&shopper).await;
    shopper.browser.reload().await;
    offers_to_pay(&shopper).await;
    shopper.press_pay().await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shop.paid_order(order.order_id).await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn another_tab_shows_a_button_and_does_not_leave() {
    let shop = without_storage().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.client().new_window(true).await.expect("the browser opens a tab");
    let tabs = shopper.browser.client().windows().await.expect("the browser is open");
    let tab = tabs.last().expect("it has two").clone();
    shopper.browser.client().switch_to_window(tab).await.expect("the tab is open");
    shopper.browser.goto(&order.page).await;
    offers_to_pay(&shopper).await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn an_attempt_that_has_ended_is_followed_by_another_only_by_the_button() {
    let shop = without_storage().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    let session = shopper.at_komoju().await;
    shop.world.sandbox.komoju.cancel_session(&session).expect("it is open");
    // A start relies on a look that is fresh enough, so the worker is to know of the end first.
    shop.quiet(&order).await;
    shopper.browser.back().await;
    offers_to_pay(&shopper).await;
    assert_eq!(shop.sessions().len(), 1);
    shopper.press_pay().await;
    shopper.at_komoju().await;
    assert_eq!(shop.sessions().len(), 2);
}

async fn without_storage() -> Shop<'static> {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.paste_script(&shop.hash, NO_STORAGE);
    shop
}

async fn offers_to_pay(shopper: &Shopper<'_>) {
    shopper.browser.wait_for("section.card.unpaid button.main").await;
    shopper.back_at_shop().await;
}
