//! Whatever keeps an order from being paid stands in the merchant's list, with a sentence that says what to do.

use axum::http::Method;
use sandbox::alter::Alteration;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, world};
use serde_json::json;

/// As long as the shop's faults are not cleared, its orders are so.
fn the_order_has(shop: &Shop<'_>, pointer: &'static str, value: serde_json::Value) {
    shop.order_fault(Method::GET, FaultKind::Altered(Alteration::at(pointer, value)), 1_000);
}

fn the_session_has(shop: &Shop<'_>, pointer: &'static str, value: serde_json::Value) {
    let altered = FaultKind::Altered(Alteration::at(pointer, value));
    shop.komoju_fault(Method::POST, "/sessions", altered, 1);
}

#[tokio::test]
async fn an_order_that_cannot_be_charged_is_listed_before_anybody_asks() {
    let cases = [
        ("/total_inc_tax", json!("1530.5000"), "fractions that its currency does not have"),
        ("/default_currency_code", json!("BHD"), "does not take this order's currency"),
    ];
    for (pointer, value, sentence) in cases {
        let shop = Shop::open(world().await).await;
        the_order_has(&shop, pointer, value);
        let order = shop.order(&OrderSpec::total(1_530));
        shop.arrive(&order).await;
        shop.state_when(&order, "decide", "Cannot be paid").await;
        let list = shop.panel("payments").await;
        assert!(list.contains(sentence), "{sentence}: {list}");
        // Put right, it is paid as if nothing had been.
        shop.world.sandbox.faults().clear(&shop.hash);
        shop.leave_by_link(&order).await;
        shop.state_when(&order, "rest", "Not paid").await;
    }
}

#[tokio::test]
async fn a_payment_page_that_nobody_could_pay_at_is_not_gone_to_and_is_listed() {
    let cases = [
        ("/payment_methods", json!([]), "offer no way to pay"),
        ("/session_url", json!("https://pay.example/sessions/1"), "a host that is not KOMOJU's"),
    ];
    for (pointer, value, sentence) in cases {
        let shop = Shop::open(world().await).await;
        let order = shop.order(&OrderSpec::total(1_530));
        the_session_has(&shop, pointer, value);
        let told = shop.arrive(&order).await;
        assert_ne!(told.status, 200, "nobody is sent anywhere: {told:?}");
        shop.state_when(&order, "decide", "Cannot be paid").await;
        let list = shop.panel("payments").await;
        assert!(list.contains(sentence), "{sentence}: {list}");
        shop.leave_by_link(&order).await;
        shop.state_when(&order, "rest", "Not paid").await;
    }
}
