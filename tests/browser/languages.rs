//! Themes often say English in every store. Where store and browser agree on another language, they are right.

use axum::http::Method;
use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::faults::FaultKind;
use sandbox::harness::{Browser, Language, Shop, ShopSpec, world};

use crate::shopper::{Shopper, picture};

#[tokio::test]
async fn a_japanese_store_and_browser_win_over_a_page_that_says_english() {
    let shop = declaring(Locale::Ja, "en").await;
    assert_eq!(spoken(&shop, Language::Japanese).await, "お支払い画面を開く");
}

#[tokio::test]
async fn an_english_store_and_browser_win_over_a_page_that_says_japanese() {
    let shop = declaring(Locale::En, "ja").await;
    assert_eq!(spoken(&shop, Language::English).await, "Open the payment page");
}

#[tokio::test]
async fn where_they_do_not_agree_the_page_decides() {
    let shop = declaring(Locale::Ja, "ja").await;
    assert_eq!(spoken(&shop, Language::English).await, "お支払い画面を開く");
}

#[tokio::test]
async fn a_page_that_says_nothing_speaks_the_stores_language() {
    let shop = declaring(Locale::Ja, "").await;
    assert_eq!(spoken(&shop, Language::English).await, "お支払い画面を開く");
}

/// Korean is not the store's language. The card beside the order and our own page speak it, and KOMOJU is told to (the
/// sandbox's page then speaks English).
#[tokio::test]
async fn a_korean_page_is_answered_in_korean_to_the_end() {
    let shop = declaring(Locale::Ja, "ko").await;
    let shopper = Shopper { shop: &shop, browser: Browser::open(Language::Korean).await };
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    let receipt = shopper.ask_for_konbini_code("lawson").await;
    let back = shopper.browser.eval("document.querySelector('#return-to-shop').href").await;
    shopper.browser.click("#return-to-shop").await;
    let notice = shopper.notice("waiting").await;
    for words in ["로손에서 결제", "고객번호(お客様番号)", &receipt, "(일본 시간)", "各種番号をお持ちの方"]
    {
        assert!(notice.contains(words), "{words} in {notice}");
    }
    assert_eq!(shopper.browser.eval(CARDS_LANGUAGE).await, "ko");
    picture(&shopper.browser, "waiting-ko");

    // Another browser has no session with the shop, and so comes to our own page.
    let elsewhere = Browser::open(Language::Korean).await;
    elsewhere.goto(back.as_str().expect("a link")).await;
    let page = elsewhere.text("main.waiting").await;
    for words in ["로손에서 결제", "고객번호(お客様番号)", &receipt, "各種番号をお持ちの方"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(elsewhere.eval("document.documentElement.lang").await, "ko");
    picture(&elsewhere, "status-ko");
}

/// Chinese is written in two ways, and a page of Taiwan names a region only: it is answered in traditional characters.
/// KOMOJU's page knows no Chinese, and speaks English.
#[tokio::test]
async fn a_page_from_taiwan_is_answered_in_traditional_chinese_to_the_end() {
    let shop = declaring(Locale::Ja, "zh-TW").await;
    let shopper = Shopper { shop: &shop, browser: Browser::open(Language::TraditionalChinese).await };
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    let receipt = shopper.ask_for_konbini_code("lawson").await;
    assert_eq!(shopper.browser.eval("document.documentElement.lang").await, "en");
    let back = shopper.browser.eval("document.querySelector('#return-to-shop').href").await;
    shopper.browser.click("#return-to-shop").await;
    let notice = shopper.notice("waiting").await;
    let said = ["在LAWSON便利商店付款", "日本時間", "客戶號碼 · お客様番号", "各種番号をお持ちの方"];
    for words in said.into_iter().chain([receipt.as_str()]) {
        assert!(notice.contains(words), "{words} in {notice}");
    }
    assert_eq!(shopper.browser.eval(CARDS_LANGUAGE).await, "zh-Hant");
    picture(&shopper.browser, "waiting-zh-Hant");

    // Another browser has no session with the shop, and so comes to our own page.
    let elsewhere = Browser::open(Language::TraditionalChinese).await;
    elsewhere.goto(back.as_str().expect("a link")).await;
    let page = elsewhere.text("main.waiting").await;
    for words in said.into_iter().chain([receipt.as_str()]) {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(elsewhere.eval("document.documentElement.lang").await, "zh-Hant");
    picture(&elsewhere, "status-zh-Hant");
}

/// The language that the card says it is in.
const CARDS_LANGUAGE: &str =
    "document.querySelector('#komoju-payment').shadowRoot.querySelector('section').lang";

async fn declaring(locale: Locale, lang: &str) -> Shop<'static> {
    let store = StoreSpec::default().locale(locale);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    let declare = format!("<script>document.documentElement.lang = '{lang}'</script>");
    shop.world.sandbox.bigcommerce.paste_script(&shop.hash, &declare);
    shop
}

/// What the link of a start that failed says.
async fn spoken(shop: &Shop<'_>, language: Language) -> String {
    shop.komoju_fault(Method::POST, "/sessions", FaultKind::Status(503), u32::MAX);
    let shopper = Shopper { shop, browser: Browser::open(language).await };
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.browser.text("section.card.trouble a").await
}
