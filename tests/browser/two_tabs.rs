//! Two tabs with the same order, started at the same moment, lead to one session.

use std::time::Duration;

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn two_tabs_at_once_share_one_session() {
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
    let mut sessions = Vec::new();
    for tab in tabs.into_iter().skip(1) {
        client.switch_to_window(tab).await.expect("the tab is open");
        sessions.push(shopper.at_komoju().await);
    }
    assert_eq!(sessions[0], sessions[1]);
    assert_eq!(shop.sessions().len(), 1);

    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

fn path(page: &str) -> &str {
    page.find("/checkout").map_or("", |at| &page[at..])
}
