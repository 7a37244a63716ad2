//! Whoever asks too often is told when to come again, and costs BigCommerce and KOMOJU nothing more.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Reply, Shop, calm_world};
use serde_json::json;

/// More than one address may start in a minute in one store (wrangler.toml).
const TOO_OFTEN: usize = 45;

/// Well-formed, and no order's.
const ANOTHER_CART: &str = "0b0e7a8e-8d6c-4b5e-9f00-3c1d2e4f5a6b";

#[tokio::test]
async fn starts_beyond_the_limit_get_429_and_cost_no_call() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let wrong = json!({ "cart_id": ANOTHER_CART });
    let refused = until_refused(&shop, async || shop.arrive_with(&order, wrong.clone()).await).await;
    refused.is_problem(429, "too_many_requests");
    assert_eq!(refused.json()["retry"], true);
    assert!(!refused.text("message").is_empty());
    comes_again_in_time(&refused);

    // Plain navigation counts as much.
    let path = format!("/pay?store={}&order_id={}&cart_id={ANOTHER_CART}", shop.hash, order.order_id);
    let page = until_refused(&shop, async || world.get(&path).await).await;
    page.is_problem_page(429, "too_many_requests");
    comes_again_in_time(&page);
    assert_eq!(shop.deeds(), [""; 0]);
}

#[tokio::test]
async fn one_stores_crowd_is_not_anothers() {
    let world = calm_world().await;
    let (shop, other) = tokio::join!(Shop::open(world), Shop::open(world));
    let order = shop.order(&OrderSpec::new());
    until_refused(&shop, async || shop.arrive_with(&order, json!({ "cart_id": "" })).await).await;
    other.begin(&OrderSpec::new()).await;
}

fn comes_again_in_time(refused: &Reply) {
    let seconds: u32 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// Asks until that is refused for its number, which must have cost no call. Two windows of a minute may meet, so that
/// twice the limit can pass.
async fn until_refused(shop: &Shop<'_>, ask: impl AsyncFn() -> Reply) -> Reply {
    // Of orders only: the app may still be looking at the store that was just opened.
    let calls = || shop.requests(&Method::GET, "/orders/").len();
    for _ in 0..TOO_OFTEN {
        let before = calls();
        let reply = ask().await;
        if reply.status == 429 {
            assert_eq!(calls(), before);
            return reply;
        }
    }
    panic!("{TOO_OFTEN} starts in a row were all let through");
}
