//! From the order's answer until the page leaves: where the shopper is going, and what for. However slow it is, there is a
//! way on.

use axum::http::Method;
use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::faults::{FaultKind, Gate};
use sandbox::harness::{Shop, ShopSpec, world};

use crate::shopper::Shopper;

/// In each language: the title, and what the link after some seconds and the button after some more say.
const WORDS: [(Locale, [&str; 2]); 2] = [
    (Locale::En, ["Taking you to payment", "Open the payment page"]),
    (Locale::Ja, ["お支払い画面へ移動しています", "お支払い画面を開く"]),
];

#[tokio::test]
async fn the_shopper_is_told_where_they_are_going_and_helped_where_that_takes_long() {
    for (locale, [title, open]) in WORDS {
        let store = StoreSpec::default().locale(locale);
        let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
        let gate = Gate::default();
        shop.komoju_fault(Method::POST, "/sessions", FaultKind::HeldAnswer(gate.clone()), u32::MAX);
        let shopper = Shopper::of(&shop).await;
        let order = shop.order(&OrderSpec::total(4_980));
        shopper.arrive(&order).await;
        let notice = shopper.notice("redirect").await;
        for part in [title, "¥4,980", &order.order_id.to_string()] {
            assert!(notice.contains(part), "{part:?} in {notice}");
        }
        shopper.picture("going");
        shopper.browser.wait_for_text(".card.redirect .slot a", open).await;
        shopper.picture("going-slowly");
        shopper.browser.wait_for_text(".card.redirect .slot a.main", open).await;
        shopper.picture("going-too-long");
        gate.open();
        shopper.at_komoju().await;
    }
}

/// The way that is offered leads to the same payment, without the script.
#[tokio::test]
async fn the_button_leads_there_by_itself() {
    let shop = Shop::open(world().await).await;
    let gate = Gate::default();
    shop.komoju_fault(Method::POST, "/sessions", FaultKind::HeldAnswer(gate.clone()), u32::MAX);
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.browser.wait_for(".card.redirect .slot a.main").await;
    gate.open();
    shopper.browser.click(".card.redirect .slot a.main").await;
    shopper.at_komoju().await;
}
