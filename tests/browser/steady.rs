//! The page stands still: what the card shows is there together with the page's own content, at its size, so that nothing
//! moves away from under a finger.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::{GOOD_CARD, Shopper};

/// How far, in thousandths of the screen, what stands on the page has moved since it was opened. What has happened already is told
/// by the second frame after one asks.
const MOVED: &str = "new Promise((done) => {
    let moved = 0;
    const add = (entries) => entries.filter((it) => !it.hadRecentInput).forEach(({ value }) => { moved += value; });
    const observer = new PerformanceObserver((list) => add(list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
        add(observer.takeRecords());
        done(Math.round(moved * 1000));
    })));
})";
/// Good is below 0.1 for the whole page, so half of that is for what is ours.
const MOST: i64 = 50;

#[tokio::test]
async fn a_page_with_a_code_stands_still_when_it_is_opened_again() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    shopper.browser.resize(390, 844);
    let without = moved_without_us(&shopper).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.ask_for_konbini_code("lawson").await;
    shopper.browser.click("#return-to-shop").await;
    shopper.notice("waiting").await;
    shopper.browser.reload().await;
    shopper.notice("waiting").await;
    stands_still(&shopper, without).await;
}

#[tokio::test]
async fn a_paid_page_stands_still_on_the_way_back_and_when_it_is_opened_again() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    shopper.browser.resize(390, 844);
    let without = moved_without_us(&shopper).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    stands_still(&shopper, without).await;
    shopper.browser.reload().await;
    shopper.notice("paid").await;
    stands_still(&shopper, without).await;
}

/// How far the shop's own page moves, for an order that is none of ours.
async fn moved_without_us(shopper: &Shopper<'_>) -> i64 {
    shopper.arrive(&shopper.shop.order(&OrderSpec::default().provider("cod"))).await;
    shopper.browser.wait_for("[data-test=order-confirmation-order-number-text]").await;
    moved(shopper).await
}

async fn stands_still(shopper: &Shopper<'_>, without: i64) {
    let with = moved(shopper).await;
    assert!(with <= without + MOST, "{with} with the card, {without} without");
}

async fn moved(shopper: &Shopper<'_>) -> i64 {
    shopper.browser.eval_soon(MOVED).await.as_i64().expect("a whole number")
}
