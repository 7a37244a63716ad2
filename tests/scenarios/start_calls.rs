//! What a start asks of the two sides while its shopper waits: one call where the order was read ahead, two else.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder, status};
use sandbox::delivery::Mode;
use sandbox::faults::{FaultKind, Side};
use sandbox::harness::{ANOTHER_CART, Shop, calm_world, eventually};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn an_announced_order_is_read_ahead_and_its_start_makes_one_call() {
    let shop = Shop::open(calm_world().await).await;
    let order = shop.order(&OrderSpec::new());
    read_ahead(&shop, &order).await;
    let before = calls(&shop, &order);
    assert_eq!(before, [format!("GET {}", path(&order))]);
    // A wrong proof costs nothing.
    let wrong = shop.arrive_with(&order, json!({ "cart_id": ANOTHER_CART })).await;
    wrong.is_problem(404, "order_not_found");
    assert_eq!(calls(&shop, &order), before);
    assert_eq!(shop.arrive(&order).await.word(), "redirect");
    let all = calls(&shop, &order);
    assert_eq!(all[before.len()..], ["POST /sessions"], "{all:?}");
}

#[tokio::test]
async fn an_order_nobody_announced_is_started_with_two_calls() {
    let shop = Shop::open(calm_world().await).await;
    shop.hooks(Mode::Lost);
    let order = shop.order(&OrderSpec::new());
    assert_eq!(shop.arrive(&order).await.word(), "redirect");
    assert_eq!(calls(&shop, &order), [format!("GET {}", path(&order)), "POST /sessions".to_owned()]);
}

#[tokio::test]
async fn a_start_joins_the_look_that_is_under_way() {
    let shop = Shop::open(calm_world().await).await;
    shop.order_fault(Method::GET, FaultKind::LateAnswer(Duration::from_secs(1)), 1);
    let order = shop.order(&OrderSpec::new());
    shop.underway(Method::GET, &path(&order)).await;
    let starts = tokio::join!(shop.arrive(&order), shop.arrive(&order), shop.arrive(&order));
    assert_eq!(starts.0.word(), "redirect", "{starts:?}");
    let looks = shop.requests(&Method::GET, &path(&order)).len();
    assert!(looks <= 3, "the one read ahead serves the first of them: {looks}");
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn an_order_moved_after_it_was_read_ahead_is_looked_at_again() {
    let shop = Shop::open(calm_world().await).await;
    let order = shop.order(&OrderSpec::new());
    read_ahead(&shop, &order).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status::CANCELLED);
    shop.world.sandbox.delivery().settled(&shop.hash, Side::BigCommerce).await;
    assert_eq!(shop.arrive(&order).await.word(), "closed");
    assert_eq!(shop.deeds(), [""; 0]);
}

#[tokio::test]
async fn an_order_that_was_still_being_placed_is_looked_at_again() {
    let shop = Shop::open(calm_world().await).await;
    let order = shop.order(&OrderSpec::new().status(status::INCOMPLETE));
    read_ahead(&shop, &order).await;
    shop.hooks(Mode::Lost);
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status::AWAITING_PAYMENT);
    assert_eq!(shop.arrive(&order).await.word(), "redirect");
    let all = calls(&shop, &order);
    assert_eq!(all[1..], [format!("GET {}", path(&order)), "POST /sessions".to_owned()], "{all:?}");
}

async fn read_ahead(shop: &Shop<'_>, order: &PlacedOrder) {
    let read = async || {
        let looks = shop.requests(&Method::GET, &path(order));
        looks.iter().any(|look| look.status == 200).then_some(())
    };
    eventually("the order to be read ahead", read).await;
    shop.world.sandbox.delivery().settled(&shop.hash, Side::BigCommerce).await;
}

fn path(order: &PlacedOrder) -> String {
    format!("/v2/orders/{}", order.order_id)
}

/// Everything asked about this order and of KOMOJU, without queries, in the order in which it was asked.
fn calls(shop: &Shop<'_>, order: &PlacedOrder) -> Vec<String> {
    let faults = shop.world.sandbox.faults();
    let mut all = [faults.requests(&shop.hash), faults.requests(&shop.merchant.id)].concat();
    all.sort_by_key(|seen| seen.at);
    let about =
        |path: &str| path.contains(&format!("orders/{}", order.order_id)) || path.contains("sessions");
    let word = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        path.find("/v2/").or(path.find("/v3/")).map_or(path, |at| &path[at..]).to_owned()
    };
    all.iter()
        .filter(|seen| about(&seen.path))
        .map(|seen| format!("{} {}", seen.method, word(&seen.path)))
        .collect()
}
