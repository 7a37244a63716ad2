//! Of two tabs with the same order one leaves by itself, even if both are started at the same moment.

use std::time::Duration;

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, eventually, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn two_tabs_at_once_share_one_session_and_one_of_them_leaves() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    // A slow session: the second start meets the first one under way.
    shop.komoju_fault(Method::POST, "/sessions", FaultKind::LateAnswer(Duration::from_millis(500)), 2);
    shopper.browser.goto(&order.confirmation_url.replace(path(&order.page), "/cart")).await;
    let open = format!("['a', 'b'].map((name) => Boolean(open('{}', name)))", order.page);
    assert_eq!(shopper.browser.eval(&open).await, serde_json::json!([true, true]));

    let client = shopper.browser.client();
    let tabs = client.windows().await.expect("the browser is open");
    assert_eq!(tabs.len(), 3);
    let mut left = Vec::new();
    for tab in tabs.iter().skip(1) {
        client.switch_to_window(tab.clone()).await.expect("the tab is open");
        left.push(leaves(&shopper).await);
    }
    let [first, second] = left[..] else { panic!("two tabs were opened: {left:?}") };
    assert_ne!(first, second, "one leaves, and the other offers to");
    assert_eq!(shop.sessions().len(), 1);

    let staying = tabs[if first { 2 } else { 1 }].clone();
    client.switch_to_window(staying).await.expect("the tab is open");
    shopper.press_pay().await;
    shopper.at_komoju().await;
    assert_eq!(shop.sessions().len(), 1);

    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

/// Whether the tab has left for KOMOJU by itself, once it has either done so or offers a button.
async fn leaves(shopper: &Shopper<'_>) -> bool {
    let at_komoju = async || shopper.browser.sees("#session[data-status=pending]").await.then_some(true);
    let offers = async || shopper.browser.sees("section.card.unpaid button.main").await.then_some(false);
    eventually("the tab to leave or to offer to", async || at_komoju().await.or(offers().await)).await
}

fn path(page: &str) -> &str {
    page.find("/checkout").map_or("", |at| &page[at..])
}
