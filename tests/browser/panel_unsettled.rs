//! What is not settled about a payment is decided by pressing buttons: on a page gone stale, about two refunds that were
//! taken for one, about a transfer, about a request without an answer.

use axum::http::Method;
use sandbox::alter::Alteration;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind;
use sandbox::harness::{Language, Shop, booked, eventually, words, world};
use sandbox::komoju::Transfers;
use serde_json::json;

use crate::merchant::Merchant;
use crate::shopper::picture;

const OWNER: &str = "haruka@hoshi-coffee.example";

#[tokio::test]
async fn on_a_page_gone_stale_the_second_button_moves_nothing_and_says_so() {
    for (language, refund, go, stale) in [
        (Language::Japanese, "KOMOJU で返金", "返金する", "ページを開いた後に状況が変わったため"),
        (Language::English, "Refund at KOMOJU", "Pay back now", "has changed since you opened that page"),
    ] {
        let shop = Shop::open(world().await).await;
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
        shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
        shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;

        let merchant = Merchant::of(&shop).await;
        let ask_for = async |person: &Merchant<'_>, amount: &str| {
            person.open_payment(order.order_id, language).await;
            person.browser.fill("#refund-amount", amount).await;
            person.browser.click_text("button", refund).await;
            person.browser.wait_for_text(".statement", "¥1,000").await;
        };
        ask_for(&merchant, "1000").await;
        let colleague = merchant.colleague().await;
        ask_for(&colleague, "1000").await;
        colleague.browser.click_text("button", go).await;
        colleague.browser.wait_for(".notice.good").await;
        shop.paid_back_when(&payment, 1).await;

        merchant.browser.click_text("button", go).await;
        merchant.browser.wait_for_text(".notice", stale).await;
        assert!(!merchant.browser.sees(".notice.good").await, "nothing was done, so nothing is green");
        picture(&merchant.browser, &format!("panel-stale-{}", language.code()));
        shop.at_rest(&order).await;
        assert_eq!(shop.paid_back(&payment), [1_000]);

        // The page as it is now offers what is left.
        merchant.browser.wait_for("#refund-amount").await;
        let left = merchant.browser.eval("document.getElementById('refund-amount').value").await;
        assert_eq!(left, "2000");
        ask_for(&merchant, "1000").await;
        merchant.browser.click_text("button", go).await;
        merchant.browser.wait_for(".notice.good").await;
        assert_eq!(shop.paid_back_when(&payment, 2).await, [1_000, 1_000]);
    }
}

#[tokio::test]
async fn money_given_back_at_komoju_meanwhile_is_not_given_back_again_by_an_open_page() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.refund_order(&order, 3_000);
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    let merchant = Merchant::of(&shop).await;
    merchant.open_payment(order.order_id, Language::English).await;
    merchant.browser.click_text("a", "Pay back at KOMOJU").await;
    merchant.browser.wait_for(".statement").await;
    // Somebody else does it in KOMOJU's dashboard.
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    shop.at_rest(&order).await;
    merchant.browser.click_text("button", "Pay back now").await;
    merchant.browser.wait_for_text(".notice", "Nothing was done").await;
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment), shop.refund_posts(&payment).len()), (vec![3_000], 0));
}

#[tokio::test]
async fn two_refunds_taken_for_one_are_parted_by_pressing() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.refund_order(&order, 900);
    let named = async || shop.page_of(&order).await.contains("Refunded by hand on both sides").then_some(());
    eventually("the pair to be named", named).await;
    shop.at_rest(&order).await;
    assert_eq!(booked(&shop.now(&order)), [900]);

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::English).await;
    browser.wait_for_text(".lines .pill", "Refunded by hand on both sides").await;
    picture(browser, "panel-pair-en");
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".lines .pill", "双方で手動返金").await;
    picture(browser, "panel-pair-ja");
    browser.click_text("a", "別々の返金として扱う").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥900") && said.contains(OWNER), "{said}");
    picture(browser, "panel-two-ja");
    browser.click_text("button", "別々の返金にする").await;
    browser.wait_for(".notice.good").await;
    shop.when(&order, |order| booked(order) == [900, 900]).await;

    // The refund made in BigCommerce now waits to be confirmed, as the setting says.
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    assert_eq!(shop.paid_back(&payment), [900]);
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.click_text("a", "KOMOJU で返金").await;
    browser.click_text("button", "返金する").await;
    assert_eq!(shop.paid_back_when(&payment, 2).await, [900, 900]);
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.attention(&order).await.len()), (vec![900, 900], 0));
}

#[tokio::test]
async fn a_transfer_that_came_to_another_amount_is_told_by_pressing_which_refund_it_is() {
    let shop = Shop::open(world().await).await;
    let transfers = Transfers { cost: -300, described_refunds: false, ..Transfers::default() };
    shop.world.sandbox.komoju.set_transfers(&shop.merchant.id, transfers).expect("the merchant exists");
    let (order, payment) = with_transfer(&shop, 2_000).await;
    let komoju = &shop.world.sandbox.komoju;
    let request = komoju.refund_requests(&payment).expect("KOMOJU has the payment").remove(0).id;
    komoju.complete_refund_request(&payment, &request).expect("it is pending");
    shop.attention_when(&order, words::TRANSFER_TO_CHECK).await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text("a", "¥1,700").await;
    picture(browser, "panel-transfer-ja");
    merchant.open_payment(order.order_id, Language::English).await;
    picture(browser, "panel-transfer-en");
    browser.click_text("a", "It is the refund of ¥1,700").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥2,000") && said.contains("¥1,700") && said.contains(OWNER), "{said}");
    picture(browser, "panel-transfer-is-en");
    browser.click_text("button", "Keep this").await;
    browser.wait_for(".notice.good").await;
    shop.at_rest(&order).await;
    merchant.open_payment(order.order_id, Language::English).await;
    browser.wait_for_text(".promised .pill", "Paid back").await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
    assert_eq!((booked(&shop.now(&order)), shop.booking_posts(&order).len()), (vec![2_000], 0));
}

#[tokio::test]
async fn a_transfer_that_is_gone_from_komoju_is_said_to_have_come_to_nothing_and_asked_for_anew() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = with_transfer(&shop, 2_000).await;
    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".promised .pill", "振込予定").await;
    picture(browser, "panel-promised-ja");
    for (path, pointer) in [
        ("/payments/", "/refund_requests"),
        ("/payments?", "/data/0/refund_requests"),
        ("/sessions/", "/payment/refund_requests"),
    ] {
        let gone = FaultKind::Altered(Alteration::at(pointer, json!([])));
        shop.komoju_fault(Method::GET, path, gone, 1_000);
    }
    browser.click_text("button", "今すぐ最新状況を確認").await;
    browser.wait_for_text(".notice", "確認しています").await;
    shop.attention_when(&order, words::TRANSFER_TO_CHECK).await;
    browser.click(".again").await;
    browser.wait_for_text(".promised .pill", "KOMOJU で確認不可").await;
    picture(browser, "panel-vanished-ja");
    browser.click_text("a", "振込は行われなかった").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥2,000") && said.contains(OWNER), "{said}");
    picture(browser, "panel-came-to-nothing-ja");
    browser.click_text("button", "記録する").await;
    browser.wait_for(".notice.good").await;
    // The refund is still owed to the shopper.
    shop.attention_when(&order, words::REFUND_REFUSED).await;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".lines .pill", "未返金").await;
    browser.wait_for_text("a", "再試行").await;
    picture(browser, "panel-owed-still-ja");
    assert_eq!(shop.refund_posts(&payment).len(), 1);
}

#[tokio::test]
async fn a_request_without_an_answer_is_looked_for_or_settled_by_pressing() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, 900).to_string();
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    shop.komoju_fault(Method::POST, "/refund", FaultKind::CutBefore, 1_000);
    shop.decide(&order, "confirm", &[("refund", &refund)]).await;
    let waits = async || shop.page_of(&order).await.contains("has not answered").then_some(());
    eventually("the page to say that there is no answer", waits).await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_payment(order.order_id, Language::English).await;
    picture(browser, "panel-unanswered-en");
    assert!(!browser.sees("#refund-amount").await, "nothing else of this payment is offered");
    browser.click_text("button", "Look now").await;
    browser.wait_for_text(".notice.good", "are being asked").await;
    browser.click(".again").await;
    browser.wait_until_gone(".notice").await;
    browser.wait_for_text(".waits", "has not answered").await;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".waits", "応答がありません").await;
    picture(browser, "panel-unanswered-ja");
    browser.click_text("a", "KOMOJU 外で解決済みにする").await;
    let said = browser.text(".statement").await;
    assert!(said.contains("¥900") && said.contains(OWNER), "{said}");
    picture(browser, "panel-settle-ja");
    browser.click_text("button", "解決済みとして記録").await;
    browser.wait_for(".notice.good").await;
    let settled = async || shop.page_of(&order).await.contains("Paid back otherwise").then_some(());
    eventually("the refund to be settled", settled).await;
    merchant.open_payment(order.order_id, Language::Japanese).await;
    browser.wait_for_text(".lines .pill", "別の方法で返金済み").await;
    assert!(!browser.sees(".waits").await);
    picture(browser, "panel-settled-ja");
    shop.at_rest(&order).await;
    assert_eq!(shop.paid_back(&payment), [0; 0]);
}

/// Paid at the till, and partly refunded in BigCommerce: the shopper's account was entered, and KOMOJU has the request.
async fn with_transfer(shop: &Shop<'_>, minor: i64) -> (PlacedOrder, String) {
    let (order, payment) = shop.paid_at_till(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, minor).to_string();
    shop.attention_when(&order, words::REFUND_NEEDS_BANK).await;
    let account = [
        ("customer_name", "ミナト　ソラ"),
        ("bank_name", "みなと銀行"),
        ("branch_number", "118"),
        ("account_type", "normal"),
        ("account_number", "2468013"),
        ("refund", refund.as_str()),
    ];
    shop.decide(&order, "bank", &account).await;
    let requests = || shop.world.sandbox.komoju.refund_requests(&payment).expect("KOMOJU has the payment");
    eventually("a refund request", async || (requests().len() == 1).then_some(())).await;
    shop.at_rest(&order).await;
    (order, payment)
}
