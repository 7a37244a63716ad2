//! Themes often say English in every store. Where store and browser agree on another language, they are right.

use axum::http::Method;
use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::faults::FaultKind;
use sandbox::harness::{Browser, Language, Shop, ShopSpec, world};

use crate::shopper::Shopper;

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
