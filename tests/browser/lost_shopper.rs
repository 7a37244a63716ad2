//! A shopper who has lost the way back opens the order by e-mail address and phone number or postal code: on any device,
//! by keyboard alone, and without scripts.

use sandbox::bigcommerce::{Address, OrderSpec};
use sandbox::harness::{Browser, Shop, calm_world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_lost_shopper_opens_the_order_by_email_and_postal_code_and_pays() {
    let shop = Shop::open(calm_world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    let browser = &shopper.browser;
    let address = format!("{}/pay?store={}&order_id={}", shop.world.app_url(), shop.hash, order.order_id);
    browser.goto(&address).await;
    browser.wait_for_text("main.asking h1", "お支払いのお手続き・ご確認").await;
    fits(browser).await;
    shopper.picture("way-back");

    // Nothing is entered: the fault stands at its field, which has the focus.
    browser.click("form.way button").await;
    browser.wait_for("#email-hint.fault").await;
    assert_eq!(focused(browser).await, "email");
    shopper.picture("way-back-faults");

    let billing = Address::japanese();
    browser.fill("#email", &billing.email).await;
    browser.fill("#second", "1000001").await;
    browser.click("form.way button").await;
    browser.wait_for_text("#alert", "一致するご注文を確認できませんでした").await;
    assert_eq!(focused(browser).await, "email");
    let kept = browser.eval("document.getElementById('email').value").await;
    assert_eq!(kept, billing.email.as_str(), "what was right need not be entered again");
    fits(browser).await;
    shopper.picture("way-back-wrong");

    browser.fill("#second", &format!("〒{}", billing.zip)).await;
    browser.click("form.way button").await;
    shopper.pay_by_card(GOOD_CARD).await;
    browser.wait_for_text("main.paid h1", "お支払いが完了しました").await;
    let ours = browser.url().await;
    assert!(ours.as_str().starts_with(&format!("{}/status/", shop.world.app_url())), "{ours}");
    shop.paid_order(order.order_id).await;
}

#[tokio::test]
async fn an_address_without_a_number_asks_for_it_first() {
    let shop = Shop::open(calm_world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    let browser = &shopper.browser;
    browser.goto(&format!("{}/pay?store={}&order_id=%%OrderID%%", shop.world.app_url(), shop.hash)).await;
    browser.wait_for("#order_id").await;
    browser.click("form.way button").await;
    browser.wait_for("#order_id-hint.fault").await;
    assert_eq!(focused(browser).await, "order_id");
    shopper.picture("way-back-number");
    browser.fill("#order_id", &order.order_id.to_string()).await;
    browser.fill("#email", &Address::japanese().email).await;
    browser.fill("#second", "+81 90-1234-5678").await;
    browser.click("form.way button").await;
    shopper.at_komoju().await;
}

/// The field that has the focus.
async fn focused(browser: &Browser) -> String {
    let id = browser.eval("document.activeElement.id").await;
    id.as_str().expect("an id").to_owned()
}

/// Nothing of the page is wider than the smallest of screens.
async fn fits(browser: &Browser) {
    browser.resize(320, 640);
    let over = browser.eval("document.documentElement.scrollWidth - innerWidth").await;
    assert_eq!(over, 0);
}
