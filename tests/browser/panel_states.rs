//! The colours of the list as a browser paints them: solid where a person is needed, green only for what is paid.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Browser, Language, Shop, world};

use crate::merchant::Merchant;
use crate::shopper::picture;

/// The pill of an order's row as it is painted.
async fn painted(browser: &Browser, order: u64) -> String {
    let script = format!(
        "(row => getComputedStyle(row.querySelector('.pill')).backgroundColor)\
         ([...document.querySelectorAll('tbody tr')].find(row => row.innerText.includes('#{order}')))"
    );
    browser.eval(&script).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_needs_a_person_stands_out_from_what_is_paid_and_what_waits() {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    let (paid, _) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    let (disputed, charged) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    komoju.chargeback(&charged).expect("it is captured");
    let (wanted, _) = shop.paid_by_card(&OrderSpec::total(4_060)).await;
    shop.refund_order(&wanted, 500);
    let (part, given) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    komoju.refund(&given, Some(700)).expect("KOMOJU takes the refund");
    let (waiting, session) = shop.begin(&OrderSpec::total(2_030)).await;
    shop.take_code(&session);
    shop.state_when(&paid, "paid", "Paid").await;
    shop.state_when(&disputed, "stop", "Disputed").await;
    shop.state_when(&wanted, "decide", "Refund wanted").await;
    shop.state_when(&part, "rest", "Partly refunded").await;
    shop.state_when(&waiting, "wait", "Waiting for payment").await;

    let merchant = Merchant::of(&shop).await;
    let browser = &merchant.browser;
    merchant.open_alone("Payments").await;
    browser.wait_for("tbody tr").await;
    picture(browser, "panel-states-en");
    let mut colours = Vec::new();
    for order in [&paid, &disputed, &wanted, &part, &waiting] {
        let colour = painted(browser, order.order_id).await;
        assert!(!colours.contains(&colour), "{colour} among {colours:?}");
        colours.push(colour);
    }
    browser.click_text("a", "日本語").await;
    browser.wait_for_text(".pill", "チャージバック").await;
    picture(browser, "panel-states-ja");

    for (language, name) in [(Language::English, "en"), (Language::Japanese, "ja")] {
        merchant.open_payment(disputed.order_id, language).await;
        picture(browser, &format!("panel-disputed-{name}"));
        merchant.follow("/panel").await;
        browser.wait_for(".steps").await;
        picture(browser, &format!("panel-funnel-{name}"));
    }
}
