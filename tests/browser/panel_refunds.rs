//! Refunds are decided in the panel, on a page that says what will happen, once however often the button is pressed.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Language, Shop, eventually, world};

use crate::merchant::Merchant;
use crate::shopper::picture;

const OWNER: &str = "haruka@hoshi-coffee.example";

#[tokio::test]
async fn a_refund_made_in_bigcommerce_is_confirmed_and_a_double_click_pays_once() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::new()).await;
    shop.refund_order(&order, 500);
    shop.attention_when(&order, "Confirm that KOMOJU").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".lines .pill", "承認待ち").await;
    picture(browser, "panel-refund-ja");
    merchant.open_payment(order.order_id, Language::English).await;
    picture(browser, "panel-refund-en");
    browser.click_text("a", "Pay back at KOMOJU").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("KOMOJU pays ¥500 back to the shopper now"), "{said}");
    picture(browser, "panel-refund-confirm-en");
    assert_eq!(shop.paid_back(&payment), [0; 0], "nothing has happened yet");
    let twice = "(b => (b.click(), b.click(), null))(document.querySelector('form[method=post] .primary'))";
    browser.eval(twice).await;
    browser.wait_for(".notice.good").await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [500]);
    shop.at_rest(&order).await;
    assert_eq!(shop.paid_back(&payment), [500]);
    merchant.open_payment(order.order_id, Language::English).await;
    browser.wait_for_text(".lines .pill", "Done at KOMOJU").await;
    assert_eq!(browser.text(".rows").await.matches("Refund confirmed").count(), 1);
    assert!(browser.text(".rows").await.contains(OWNER));
    assert_eq!(shop.attention(&order).await, [""; 0]);
    picture(browser, "panel-refunded-en");
}

#[tokio::test]
async fn a_refund_paid_back_by_hand_is_marked_so_by_name_and_time() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::new()).await;
    shop.refund_order(&order, 700);
    shop.attention_when(&order, "Confirm that KOMOJU").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::English).await;
    browser.click_text("a", "Paid back otherwise").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥700") && said.contains(OWNER), "{said}");
    picture(browser, "panel-outside-en");
    browser.click_text("button", "Mark as paid back").await;
    browser.wait_for_text(".lines .pill", "Paid back otherwise").await;
    let refunds = browser.text("main").await;
    assert!(refunds.contains(OWNER) && refunds.contains("JST"), "{refunds}");
    shop.at_rest(&order).await;
    assert!(shop.refund_posts(&payment).is_empty());
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn cash_goes_back_to_an_account_that_is_asked_for_and_not_shown_again() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_at_till(&OrderSpec::new()).await;
    shop.refund_order(&order, 500);
    shop.attention_when(&order, "paid back by bank transfer").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.click_text("a", "銀行振込で返金").await;
    browser.wait_for("#customer_name").await;
    picture(browser, "panel-bank-ja");
    merchant.open_payment(order.order_id, Language::English).await;
    browser.click_text("a", "Pay back by bank transfer").await;
    for (field, text) in [
        ("customer_name", "星野花子"),
        ("bank_name", "みなと銀行"),
        ("branch_number", "０１２"),
        ("account_number", "7654321"),
    ] {
        browser.fill(&format!("#{field}"), text).await;
    }
    browser.click_text("button", "Ask KOMOJU").await;
    browser.wait_for_text(".fault", "Kana as the bank has it").await;
    picture(browser, "panel-bank-wrong-en");
    browser.fill("#customer_name", "ほしの ハナコ").await;
    browser.click_text("button", "Ask KOMOJU").await;
    browser.wait_for(".notice.good").await;
    let komoju = &shop.world.sandbox.komoju;
    let request = eventually("a refund request", async || {
        komoju.refund_requests(&payment).expect("KOMOJU has the payment").pop()
    });
    let account = request.await.account;
    assert_eq!((account.customer_name.as_str(), account.branch_number.as_str()), ("ﾎｼﾉ ﾊﾅｺ", "012"));
    shop.at_rest(&order).await;
    assert!(!shop.panel(&format!("payments/{}", order.order_id)).await.contains("7654321"));
    assert_eq!(komoju.refund_requests(&payment).expect("KOMOJU has the payment").len(), 1);
}

#[tokio::test]
async fn a_payment_of_a_cancelled_order_is_refunded_in_part_and_the_rest_dismissed() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::new()).await;
    shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
    shop.attention_when(&order, "but its payment is still held").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::English).await;
    picture(browser, "panel-cancelled-en");
    browser.fill("#refund-amount", "500").await;
    browser.click_text("button", "Refund at KOMOJU").await;
    assert!(browser.text(".statement").await.contains("KOMOJU pays ¥500 of ¥"));
    browser.click_text("button", "Pay back now").await;
    browser.wait_for(".notice.good").await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [500]);
    merchant.open_payment(order.order_id, Language::English).await;
    browser.click_text(".seen button", "Dismiss").await;
    browser.wait_for_text(".notice.good", "Noted as seen").await;
}

#[tokio::test]
async fn of_a_refund_that_is_more_than_komoju_holds_what_is_left_goes_back_from_the_panel() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 9_000);
    shop.refund_order(&order, 3_500);
    shop.attention_when(&order, "More was refunded").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".lines .pill", "KOMOJU の残額を超過").await;
    picture(browser, "panel-too-large-ja");
    browser.click_text("button", "KOMOJU で返金").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥3,000") && said.contains("(¥3,500)") && said.contains("不足分"), "{said}");
    picture(browser, "panel-too-large-confirm-ja");
    merchant.open_payment(order.order_id, Language::English).await;
    picture(browser, "panel-too-large-en");
    browser.click_text("button", "Refund at KOMOJU").await;
    browser.click_text("button", "Pay back now").await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [3_000]);
    merchant.open_payment(order.order_id, Language::English).await;
    browser.click_text("a", "Paid back otherwise").await;
    browser.click_text("button", "Mark as paid back").await;
    browser.wait_for_text(".lines .pill", "Paid back otherwise").await;
    shop.at_rest(&order).await;
    assert_eq!((shop.attention(&order).await.len(), shop.refund_posts(&payment).len()), (0, 1));
}
