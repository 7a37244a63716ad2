//! Authorized money is taken from the panel, and a part of it where the merchant says so.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Language, Shop, world};
use sandbox::komoju::PaymentStatus;

use crate::merchant::Merchant;
use crate::shopper::picture;

#[tokio::test]
async fn a_part_of_authorized_money_is_captured_after_it_was_said_what_will_happen() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("capture", "manual")]).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&order, "Authorized").await;
    let total = shop.payment(&payment).amount;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text("button", "売上を確定").await;
    picture(browser, "panel-authorized-ja");
    merchant.open_payment(order.order_id, Language::English).await;
    browser.fill("#capture-amount", &(total + 1).to_string()).await;
    browser.click_text("button", "Capture…").await;
    browser.wait_for_text(".fault", "An amount up to").await;
    picture(browser, "panel-capture-wrong-en");
    browser.fill("#capture-amount", "500").await;
    browser.click_text("button", "Capture…").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥500 of ¥") && said.contains("The rest is released"), "{said}");
    picture(browser, "panel-capture-en");
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized, "nothing has happened yet");
    browser.click_text("button", "Capture now").await;
    browser.wait_for(".notice.good").await;
    let captured = shop.payment_when(&payment, PaymentStatus::Captured).await;
    assert_eq!(captured.total(), 500);
}
