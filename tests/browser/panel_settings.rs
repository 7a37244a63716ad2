//! What is set in the panel is kept; what is wrong is said beside its field, and then nothing is kept.

use sandbox::harness::{Shop, world};

use crate::merchant::Merchant;
use crate::shopper::picture;

#[tokio::test]
async fn settings_are_saved_and_one_wrong_value_saves_nothing() {
    let shop = Shop::open(world().await).await;
    let merchant = Merchant::of(&shop).await;
    merchant.open_alone("Settings").await;
    let browser = &merchant.browser;
    picture(browser, "panel-settings-en");
    assert!(!browser.sees("#authorized_status").await, "a status for authorized money, where there is none");
    browser.click("[name=capture][value=manual]").await;
    browser.wait_for("#authorized_status").await;
    browser.eval("document.querySelector('#authorized_status').value = '9'").await;
    browser.click("[name=unpaid][value=cancel]").await;
    browser.fill("#unpaid_grace_hours", "soon").await;
    browser.click_text("button", "Save").await;
    browser.wait_for_text(".fault", "from 1 to 1440").await;
    browser.wait_for_text(".notice.wrong", "Nothing was saved").await;
    picture(browser, "panel-settings-wrong-en");
    assert!(shop.panel("settings").await.contains("value=\"leave\" checked"), "nothing was saved");

    browser.fill("#unpaid_grace_hours", "24").await;
    browser.click_text("button", "Save").await;
    browser.wait_for(".notice.good").await;
    merchant.open_alone("Settings").await;
    let entered = "Object.fromEntries(new FormData(document.querySelector('form')))";
    let entered = browser.eval(entered).await;
    for (name, value) in [
        ("capture", "manual"),
        ("authorized_status", "9"),
        ("unpaid", "cancel"),
        ("unpaid_grace_hours", "24"),
        ("refunds", "confirm"),
    ] {
        assert_eq!(entered[name], value, "{name}");
    }
    browser.click_text("a", "日本語").await;
    browser.wait_for_text("h2", "売上の確定").await;
    picture(browser, "panel-settings-ja");
}
