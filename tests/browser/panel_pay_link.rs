//! A shopper who never came, or cannot come back, pays by a link that the merchant sends.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Language, Shop, calm_world, eventually, world};

use crate::merchant::Merchant;
use crate::shopper::{GOOD_CARD, Shopper, picture};

#[tokio::test]
async fn an_order_that_nobody_has_begun_to_pay_is_paid_by_link() {
    // Where time is fast, the app finds the order by itself within seconds, and lists it.
    let shop = Shop::open(calm_world().await).await;
    let order = shop.order(&OrderSpec::new());
    let merchant = Merchant::of(&shop).await;
    merchant.open_alone("Payments").await;
    let browser = &merchant.browser;
    browser.fill("[type=search]", &order.order_id.to_string()).await;
    browser.click_text("button", "Search").await;
    browser.wait_for("#pay_link").await;
    picture(browser, "panel-pay-link-en");
    let link = browser.eval("document.getElementById('pay_link').value").await;
    let link = link.as_str().expect("the field holds the link").to_owned();

    let shopper = Shopper { shop: &shop, browser: browser.open_another(Language::Japanese).await };
    shopper.browser.goto(&link).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shop.paid_order(order.order_id).await;
}

#[tokio::test]
async fn an_order_whose_shopper_never_came_is_listed_with_a_link_to_send() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::new());
    let listed = async || shop.panel("payments").await.contains(">Not started<").then_some(());
    eventually("the order to be listed", listed).await;
    let merchant = Merchant::of(&shop).await;
    merchant.open_alone("Payments").await;
    picture(&merchant.browser, "panel-payments-not-started-en");
    merchant.open_payment(order.order_id, Language::Japanese).await;
    merchant.browser.wait_for_text("main .pill", "手続き前").await;
    merchant.browser.wait_for("#pay_link").await;
    picture(&merchant.browser, "panel-not-started-ja");
}
