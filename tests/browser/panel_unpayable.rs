//! What keeps an order from being paid is found in the list, understood, and put right by pressing.

use axum::http::Method;
use sandbox::alter::Alteration;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::FaultKind;
use sandbox::harness::{Language, Shop, moves, words, world};
use serde_json::json;

use crate::merchant::Merchant;
use crate::shopper::{GOOD_CARD, Shopper, picture};

#[tokio::test]
async fn an_order_that_cannot_be_paid_is_found_in_the_list_and_paid_by_link_once_put_right() {
    let shop = Shop::open(world().await).await;
    let halves = FaultKind::Altered(Alteration::at("/total_inc_tax", json!("1530.5000")));
    shop.order_fault(Method::GET, halves, 1_000);
    let order = shop.order(&OrderSpec::total(1_530));
    shop.arrive(&order).await;
    shop.state_when(&order, "decide", "Cannot be paid").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_alone("Payments").await;
    browser.wait_for_text("tbody tr", "fractions that its currency does not have").await;
    picture(browser, "panel-unpayable-list-en");
    browser.click_text("a", "日本語").await;
    browser.wait_for_text("tbody tr", "支払い不可").await;
    picture(browser, "panel-unpayable-list-ja");
    browser.click_text("tbody a", &format!("#{}", order.order_id)).await;
    browser.wait_for_text("main .pill", "支払い不可").await;
    browser.wait_for_text(".attention", "端数").await;
    picture(browser, "panel-unpayable-ja");
    let link = browser.eval("document.getElementById('pay_link').value").await;
    let link = link.as_str().expect("the page has the link to send").to_owned();

    let shopper = Shopper { shop: &shop, browser: browser.open_another(Language::Japanese).await };
    shopper.browser.goto(&link).await;
    let told = shopper.browser.text("main").await;
    assert!(told.contains("お店"), "whom to ask is said: {told}");
    picture(&shopper.browser, "unpayable-ja");
    // Put right in BigCommerce, the same link pays.
    shop.world.sandbox.faults().clear(&shop.hash);
    shopper.browser.goto(&link).await;
    shopper.pay_by_card(GOOD_CARD).await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
    shop.state_when(&order, "paid", "Paid").await;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text("main .pill", "支払い済み").await;
    assert!(!browser.sees(".seen").await, "nobody is called any more");
}

#[tokio::test]
async fn the_amount_that_nobody_can_tell_is_chosen_by_pressing_and_then_asked_for() {
    for (language, pill, choose, sum) in [
        (Language::Japanese, "金額の選択待ち", "この金額で請求する", "¥1,530"),
        (Language::English, "Amount to choose", "This is right", "¥2,030"),
    ] {
        let shop = Shop::open(world().await).await;
        let net = sum == "¥2,030";
        shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| {
            settings.offline_transactions = false;
            settings.total_has_credit = !net;
        });
        let total = if net { 2_530 } else { 2_030 };
        let order = shop.order(&OrderSpec::total(total).store_credit(500));
        let shopper = Shopper::of(&shop).await;
        shopper.arrive(&order).await;
        let told = shopper.notice("trouble").await;
        assert!(told.contains("お店"), "whom to ask is said: {told}");
        picture(&shopper.browser, &format!("undecided-{}", language.code()));
        shop.attention_when(&order, words::AMOUNT_UNDECIDED).await;

        let merchant =
            Merchant { shop: &shop, browser: shopper.browser.open_another(Language::English).await };
        let browser = &merchant.browser;
        merchant.open_payment(order.order_id, language).await;
        browser.wait_for_text("main .pill", pill).await;
        assert!(!browser.sees("#pay_link").await, "nothing is asked for before it is known how much");
        picture(browser, &format!("panel-undecided-{}", language.code()));
        browser.click_text("a", sum).await;
        browser.wait_for_text(".statement", sum).await;
        picture(browser, &format!("panel-owed-{}", language.code()));
        browser.click_text("button", choose).await;
        browser.wait_for(".notice.good").await;
        browser.wait_for("#pay_link").await;
        assert_eq!(shop.attention(&order).await, [""; 0]);

        shopper.browser.reload().await;
        let session = shopper.at_komoju().await;
        let asked = shop.world.sandbox.komoju.session(&session).expect("KOMOJU has the session").amount;
        assert_eq!(format!("¥{},{:03}", asked / 1_000, asked % 1_000), sum);
    }
}
