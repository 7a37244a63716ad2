//! What shoppers see can be read by everybody: axe-core finds nothing in the card, nor on our own pages, in any state, as
//! wide as a phone is and on a desk, by light and in the dark.

use std::fs;

use axum::http::Method;
use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::faults::{FaultKind, Gate};
use sandbox::harness::{Browser, Shop, ShopSpec, world};
use serde_json::{Value, json};

use crate::shopper::Shopper;

const CARD: &str = "#komoju-payment";
const PAGE: &str = "html";

#[tokio::test]
async fn a_code_that_waits_its_question_and_what_became_of_it() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.ask_for_konbini_code("lawson").await;
    shopper.browser.click("#return-to-shop").await;
    shopper.notice("waiting").await;
    nothing_is_found(&shopper.browser, CARD).await;
    let page = status_page(&shopper).await;
    let back = shopper.browser.url().await;
    shopper.browser.goto(&page).await;
    shopper.browser.wait_for("main.waiting").await;
    nothing_is_found(&shopper.browser, PAGE).await;
    shopper.browser.click("a.quiet[href*=ask]").await;
    shopper.browser.wait_for("main.asking").await;
    nothing_is_found(&shopper.browser, PAGE).await;

    shopper.browser.goto(back.as_str()).await;
    shopper.browser.click_text("section.card button", "別の方法で支払う").await;
    shopper.notice("asking").await;
    nothing_is_found(&shopper.browser, CARD).await;
    shopper.browser.click("section.card.asking button.main").await;
    shop.pay_at_till();
    shopper.notice("paid").await;
    nothing_is_found(&shopper.browser, CARD).await;
    shopper.browser.goto(&page).await;
    shopper.browser.wait_for("main.paid").await;
    nothing_is_found(&shopper.browser, PAGE).await;
}

#[tokio::test]
async fn the_way_to_payment_and_back_without_having_paid() {
    let store = StoreSpec::default().locale(Locale::En);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    let gate = Gate::default();
    shop.komoju_fault(Method::POST, "/sessions", FaultKind::HeldAnswer(gate.clone()), u32::MAX);
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.notice("redirect").await;
    nothing_is_found(&shopper.browser, CARD).await;
    shopper.browser.wait_for(".card.redirect .slot a.main").await;
    nothing_is_found(&shopper.browser, CARD).await;
    gate.open();
    shopper.try_empty_card().await;
    shopper.browser.click("#back-to-merchant").await;
    shopper.notice("unpaid").await;
    nothing_is_found(&shopper.browser, CARD).await;
    shopper.browser.goto(&status_page(&shopper).await).await;
    shopper.browser.wait_for("main.unpaid").await;
    nothing_is_found(&shopper.browser, PAGE).await;
    shopper.browser.goto(&format!("{}/pay/no-such-link", shop.world.app_url())).await;
    shopper.browser.wait_for("main.problem").await;
    nothing_is_found(&shopper.browser, PAGE).await;
}

/// Our own page about the payment that the card shows.
async fn status_page(shopper: &Shopper<'_>) -> String {
    let kept = "Object.keys(sessionStorage).filter((key) => key.startsWith('komoju:'))
        .map((key) => JSON.parse(sessionStorage[key]).token)[0]";
    let token = shopper.browser.eval(kept).await;
    format!("{}/status/{}", shopper.shop.world.app_url(), token.as_str().expect("the tab keeps its token"))
}

async fn nothing_is_found(browser: &Browser, context: &str) {
    for (width, height) in [(360, 740), (1200, 900)] {
        browser.resize(width, height);
        for scheme in ["light", "dark"] {
            browser.prefer_scheme(scheme);
            let found = axe(browser, context).await;
            assert_eq!(found, Vec::<String>::new(), "{context} {width} {scheme}");
        }
    }
}

/// What axe-core finds, one line a rule.
async fn axe(browser: &Browser, context: &str) -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(file).expect("scripts/setup has installed it");
    let run = "
        const [source, context, done] = arguments;
        if (!window.axe) (0, eval)(source);
        axe.run(context, { resultTypes: ['violations'] }).then(
            ({ violations }) => done(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)),
            (error) => done([`${error}`]),
        );";
    let found = browser.client().execute_async(run, vec![json!(source), json!(context)]).await;
    let found = found.expect("the page is there");
    let lines = found.as_array().cloned().unwrap_or_default();
    lines.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
