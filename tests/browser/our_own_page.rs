//! Our own page about a payment, by itself: it copies, prints, and looks again without taking anything from under the
//! reader's eyes.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, eventually, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn the_numbers_are_copied_whole_and_the_page_stays_until_there_is_news() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    let receipt = shopper.ask_for_konbini_code("lawson").await;
    shopper.browser.click("#return-to-shop").await;
    shopper.notice("waiting").await;
    let browser = &shopper.browser;
    let print = browser.wait_for_text("section.card a", "印刷する").await;
    let page = print.attr("href").await.expect("the page is there").expect("it is a link");
    browser.goto(&page).await;
    browser.wait_for("main.waiting").await;
    assert_eq!(browser.eval("document.querySelectorAll('meta[http-equiv]').length").await, 0, "no reload");
    shopper.picture("status-waiting");

    browser.click("button.copy").await;
    browser.wait_for_text("button.copy", "コピーしました").await;
    assert_eq!(browser.eval("document.querySelector('button.copy').value").await, receipt.as_str());
    browser.wait_for_text("button.print", "印刷する").await;

    // It has looked again, at least twice, and is the same page still.
    let looks =
        "performance.getEntriesByType('resource').filter(({ name }) => name === location.href).length";
    eventually("the page to look again", async || {
        browser.eval(looks).await.as_f64().filter(|times| *times >= 2.0)
    })
    .await;
    browser.wait_for_text("button.copy", "コピーしました").await;
    shop.pay_at_till();
    browser.wait_for("main.paid").await;
    shopper.picture("status-paid");
}
