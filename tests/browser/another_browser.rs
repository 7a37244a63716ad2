//! A payment may be finished in another browser than it began in: on a telephone, say, where the wallet is.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn the_second_browser_ends_on_our_own_page_and_the_first_one_learns_of_it() {
    let shop = Shop::open(world().await).await;
    let first = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    first.arrive(&order).await;
    first.at_komoju().await;
    let address = first.browser.url().await;
    first.browser.back().await;
    first.notice("unpaid").await;

    let second = first.on_another_device().await;
    second.browser.goto(address.as_str()).await;
    second.pay_by_card(GOOD_CARD).await;
    second.browser.wait_for_text("main.paid h1", "お支払いが完了しました").await;
    let ours = second.browser.url().await;
    assert!(ours.as_str().starts_with(&format!("{}/status/", shop.world.app_url())), "{ours}");
    second.picture("status-paid");

    first.notice("paid").await;
    shop.paid_order(order.order_id).await;
}
