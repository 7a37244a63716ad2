//! From the order's answer until the page leaves, one notice says that the payment is still to be made.

use axum::http::Method;
use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::faults::{FaultKind, Gate};
use sandbox::harness::{Shop, ShopSpec, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn the_page_does_not_look_as_if_all_were_done() {
    let store = StoreSpec::default().locale(Locale::En);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    let gate = Gate::default();
    shop.komoju_fault(Method::POST, "/sessions", FaultKind::HeldAnswer(gate.clone()), 1);
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    let notice = shopper.notice("redirect").await;
    assert!(notice.contains("Your payment is not finished yet"), "{notice}");
    shopper.picture("going");
    gate.open();
    shopper.at_komoju().await;
}
