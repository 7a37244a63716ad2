//! The tag is `async`: the script may come long after the page has asked for its order, and asks for it once itself.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::{GOOD_CARD, Shopper};

const DRAWN: &str = "document.querySelector('[data-test=order-confirmation-heading]')";
const CUSTOM_DRAWN: &str = "document.querySelector('[data-test=custom-confirmation-heading]')?.textContent";
const NUMBER: &str = "document.querySelector('[data-test=order-confirmation-order-number-text]')";

#[tokio::test]
async fn after_the_page_has_been_drawn() {
    let shop = Shop::open(world().await).await;
    come_late(&shop, DRAWN, "");
    let order = leaves(&shop).await;
    assert_eq!(asked(&shop, order), 2, "once by the page, once by the script");
}

#[tokio::test]
async fn after_the_browser_has_dropped_what_the_page_loaded() {
    let shop = Shop::open(world().await).await;
    come_late(&shop, DRAWN, "performance.clearResourceTimings();");
    let order = leaves(&shop).await;
    assert_eq!(asked(&shop, order), 2);
}

/// Themes load more than the 250 files that a browser writes down.
#[tokio::test]
async fn on_a_page_that_loads_more_than_the_browser_writes_down() {
    let shop = Shop::open(world().await).await;
    come_late(&shop, DRAWN, "");
    let list = "<script>performance.setResourceTimingBufferSize(1)</script>";
    shop.world.sandbox.bigcommerce.paste_script(&shop.hash, list);
    leaves(&shop).await;
}

#[tokio::test]
async fn on_a_page_whose_theme_hides_the_number_from_what_its_loader_was_started_with() {
    let shop = Shop::open(world().await).await;
    come_late(&shop, DRAWN, &format!("{NUMBER}.remove(); performance.clearResourceTimings();"));
    leaves(&shop).await;
}

#[tokio::test]
async fn on_a_merchants_own_page_from_its_configuration() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.custom_confirmation = true);
    come_late(&shop, CUSTOM_DRAWN, "performance.clearResourceTimings();");
    leaves(&shop).await;
}

#[tokio::test]
async fn where_wasm_is_forbidden_too() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.csp_blocks_wasm = true);
    come_late(&shop, DRAWN, "performance.clearResourceTimings();");
    leaves(&shop).await;
}

#[tokio::test]
async fn and_an_order_by_another_method_is_still_left_alone() {
    let shop = Shop::open(world().await).await;
    come_late(&shop, DRAWN, "");
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default().provider("cod"));
    shopper.arrive(&order).await;
    // Heard of, and found to be another's: the second answer is ours.
    let asked_twice = async || (asked(&shop, order.order_id) == 2).then_some(());
    sandbox::harness::eventually("the script to have asked", asked_twice).await;
    shopper.browser.eval("fetch('/api/storefront/checkout-settings').then(() => 0)").await;
    assert!(!shopper.browser.sees("#komoju-payment").await);
    assert!(shop.sessions().is_empty());
}

/// An order's page is opened, is left for KOMOJU, and is paid.
async fn leaves(shop: &Shop<'_>) -> u64 {
    let shopper = Shopper::of(shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shop.paid_order(order.order_id).await;
    order.order_id
}

/// How often the page's order was asked for before the browser went away for the first time.
fn asked(shop: &Shop<'_>, order: u64) -> usize {
    let visits = shop.world.sandbox.bigcommerce.visits(&shop.hash);
    let of_page = visits
        .split(|visit| visit.path.starts_with("/checkout/order-confirmation"))
        .nth(1)
        .unwrap_or_default();
    let call = format!("/api/storefront/orders/{order}");
    of_page.iter().filter(|visit| visit.path.starts_with(&call)).count()
}

/// The app's tag gives way to one that is put into the page once `when` is true, after `first`.
fn come_late(shop: &Shop<'_>, when: &str, first: &str) {
    let script = shop.script();
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.enable_script(&shop.hash, &script.uuid, false);
    let html = format!(
        "<script>
        (function late() {{
          if (!({when})) return setTimeout(late, 20);
          {first}
          const tag = document.createElement('script');
          tag.async = true;
          tag.src = '{}';
          document.head.append(tag);
        }})();
        </script>",
        script.src
    );
    bigcommerce.paste_script(&shop.hash, &html);
}
