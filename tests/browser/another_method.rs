//! An order by another method is none of our business: no question, no notice, no redirect.

use sandbox::harness::{Shop, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn an_order_by_cash_on_delivery_is_left_alone() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shopper.order_coffee_by("cod").await;
    shopper.back_at_shop().await;
    // Shown once the page has heard its order; the script hears it before.
    shopper.browser.wait_for("[data-test=order-confirmation-heading]").await;

    let loaded = shopper.browser.eval("performance.getEntriesByType('resource').map((it) => it.name)").await;
    let of_app: Vec<&str> = loaded
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|name| name.as_str())
        .filter(|name| name.starts_with(&shop.world.app_url()))
        .collect();
    assert!(
        matches!(of_app[..], [script] if script.contains("/storefront/")),
        "the script alone: {of_app:?}"
    );
    assert!(
        !shopper.browser.eval("Boolean(document.querySelector('#komoju-payment'))").await.as_bool().unwrap()
    );
    assert_eq!(shop.order_now(order).status_id, 7);
    assert!(shop.sessions().is_empty());
}
