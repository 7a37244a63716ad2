//! What a page shows belongs to that page's order, whatever somebody has put into its address.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn another_orders_code_is_not_shown_on_the_page_of_an_order_by_another_method() {
    let shop = Shop::open(world().await).await;
    let (receipt, token) = anothers_code(&shop).await;
    let shopper = Shopper::of(&shop).await;
    let own = shop.order(&OrderSpec::default().provider("cod"));
    arrive_with(&shopper, &own.confirmation_url, &token).await;
    shopper.browser.wait_for("[data-test=order-confirmation-heading]").await;
    // Time enough for what the script asks.
    shopper.browser.eval("fetch('/api/storefront/checkout-settings').then(() => 0)").await;
    assert!(!shopper.browser.sees("#komoju-payment").await);
    assert!(!page_text(&shopper).await.contains(&receipt));
}

#[tokio::test]
async fn another_orders_code_gives_way_to_the_state_of_the_pages_own_order() {
    let shop = Shop::open(world().await).await;
    let (receipt, token) = anothers_code(&shop).await;
    let shopper = Shopper::of(&shop).await;
    let own = shop.order(&OrderSpec::default());
    shopper.arrive(&own).await;
    shopper.at_komoju().await;
    shopper.browser.goto("about:blank").await;
    shopper.browser.goto(&format!("{}#komoju={token}", own.page)).await;
    let notice = shopper.notice("unpaid").await;
    assert!(notice.contains(&own.order_id.to_string()) && !notice.contains(&receipt), "{notice}");
    // Nor is it kept for later.
    shopper.browser.reload().await;
    let notice = shopper.notice("unpaid").await;
    assert!(!notice.contains(&receipt), "{notice}");
}

#[tokio::test]
async fn what_is_no_token_is_asked_for_nowhere() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.goto("about:blank").await;
    shopper.browser.goto(&format!("{}#komoju=../../healthz?x=", order.page)).await;
    shopper.notice("unpaid").await;
    let asked = "performance.getEntriesByType('resource').map((it) => it.name).join(' ')";
    let asked = shopper.browser.eval(asked).await;
    assert!(!asked.as_str().expect("text").contains("healthz"), "{asked}");
}

/// A code that somebody else was given for their order, and the token that shows it.
async fn anothers_code(shop: &Shop<'_>) -> (String, String) {
    let other = Shopper::of(shop).await;
    let order = shop.order(&OrderSpec::default());
    other.arrive(&order).await;
    let receipt = other.ask_for_konbini_code("lawson").await;
    other.browser.click("#return-to-shop").await;
    let notice = other.notice("waiting").await;
    assert!(notice.contains(&receipt) && notice.contains(&order.order_id.to_string()), "{notice}");
    let key = format!("JSON.parse(sessionStorage['komoju:{}']).token", order.order_id);
    let token = other.browser.eval(&key).await;
    (receipt, token.as_str().expect("the script keeps its token").to_owned())
}

async fn arrive_with(shopper: &Shopper<'_>, address: &str, token: &str) {
    shopper.browser.goto(&format!("{address}#komoju={token}")).await;
}

async fn page_text(shopper: &Shopper<'_>) -> String {
    let text =
        "document.body.innerText + (document.querySelector('#komoju-payment')?.shadowRoot.textContent ?? '')";
    shopper.browser.eval(text).await.as_str().expect("text").to_owned()
}
