//! Whoever asks too often is told when to come again, costs BigCommerce and KOMOJU nothing more, and stops nobody else.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{ANOTHER_CART, Reply, Shop, World, calm_world, eventually, world};
use serde_json::{Value, json};

/// More wrong starts than one network may make in two minutes in one store (wrangler.toml).
const TOO_OFTEN: usize = 45;
/// More than one order's own starts may be in two minutes.
const TOO_OFTEN_FOR_ONE: usize = 25;

#[tokio::test]
async fn wrong_starts_beyond_the_limit_get_429_and_a_right_one_from_the_same_address_is_served() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    shop.set(&[("watch_new_orders", "")]).await;
    let (order, another) = (shop.order(&OrderSpec::new()), shop.order(&OrderSpec::new()));
    let wrong = json!({ "cart_id": ANOTHER_CART });
    let refused = until_refused(async || shop.arrive_with(&order, wrong.clone()).await).await;
    refused.is_problem(429, "too_many_requests");
    assert_eq!(refused.json()["retry"], true);
    assert!(!refused.text("message").is_empty());
    comes_again_in_time(&refused);

    // Plain navigation counts as much.
    let path = format!("/pay?store={}&order_id={}&cart_id={ANOTHER_CART}", shop.hash, order.order_id);
    let page = until_refused(async || world.get(&path).await).await;
    page.is_problem_page(429, "too_many_requests");
    comes_again_in_time(&page);
    assert_eq!(shop.deeds(), [""; 0]);
    assert_eq!(shop.calls_about(order.order_id).len(), 1, "one look tells all of them");

    assert_eq!(shop.arrive(&order).await.word(), "redirect");
    assert_eq!(shop.arrive(&another).await.word(), "redirect");
}

#[tokio::test]
async fn one_stores_crowd_is_not_anothers() {
    let world = calm_world().await;
    let (shop, other) = tokio::join!(Shop::open(world), Shop::open(world));
    let order = shop.order(&OrderSpec::new());
    let wrong = json!({ "cart_id": ANOTHER_CART });
    until_refused(async || shop.arrive_with(&order, wrong.clone()).await).await;
    other.begin(&OrderSpec::new()).await;
}

#[tokio::test]
async fn a_crowd_behind_one_address_all_reaches_komoju() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let orders: Vec<PlacedOrder> = (0..30).map(|_| shop.order(&OrderSpec::new())).collect();
    for order in &orders {
        let reply = from(world, &shop.arrival(order), "198.51.100.7").await;
        assert_eq!(reply.word(), "redirect", "{reply:?}");
    }
}

#[tokio::test]
async fn wrong_starts_of_an_ipv6_household_are_counted_together() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let mut body = shop.arrival(&order);
    body["cart_id"] = json!(ANOTHER_CART);
    let mut n = 0;
    let refused = until_refused(async || {
        n += 1;
        from(world, &body, &format!("2001:db8:0:7:{n:x}::{n:x}")).await
    });
    refused.await.is_problem(429, "too_many_requests");
    let neighbour = from(world, &body, "2001:db8:0:8::1").await;
    neighbour.is_problem(404, "order_not_found");
}

#[tokio::test]
async fn an_order_started_too_often_says_until_when_to_wait_and_costs_nothing_more() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let waits = until_refused(async || shop.start(&order, "pay").await).await;
    assert_eq!(waits.word(), "queued", "{waits:?}");
    assert!(waits.text("message").contains("Please wait until"), "{waits:?}");
    let poll_ms = waits.json()["poll_ms"].as_u64().expect("when to go on");
    assert!((1..=60_000).contains(&poll_ms), "{poll_ms}");
    comes_again_in_time(&waits);
    let before = shop.calls_about(order.order_id).len();
    let japanese = shop.arrive_with(&order, json!({ "locale": "ja", "intent": "pay" })).await;
    assert!(japanese.text("message").contains("までお待ちください"), "{japanese:?}");
    assert_eq!(shop.calls_about(order.order_id).len(), before);
    // It is this order's limit alone.
    shop.begin(&OrderSpec::new()).await;
}

#[tokio::test]
async fn one_order_makes_only_so_many_sessions_an_hour() {
    // An hour takes a minute here, and a minute a second.
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::new());
    let told = async || {
        let reply = shop.start(&order, "restart").await;
        let long = reply.status == 429 && reply.json()["poll_ms"].as_u64() > Some(2_000);
        long.then_some(reply)
    };
    let waits = eventually("the order's sessions of an hour to be used up", told).await;
    assert_eq!((waits.word(), shop.sessions().len()), ("queued".to_owned(), 10), "{waits:?}");
}

#[tokio::test]
async fn while_komoju_is_asked_too_much_a_start_waits_and_then_goes_on() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let busy = FaultKind::RateLimited { retry_after_ms: 4_000 };
    shop.komoju_fault(Method::POST, "/sessions", busy, 1);
    let waits = shop.arrive(&order).await;
    assert_eq!((waits.status, waits.word()), (200, "queued".to_owned()), "{waits:?}");
    assert_eq!(waits.json()["poll_ms"], 4_000);
    assert_eq!(waits.json().get("token"), None, "nothing is given away");
    shop.leave_for_komoju(&order).await;
}

#[tokio::test]
async fn while_bigcommerce_is_asked_too_much_a_start_waits_and_then_goes_on() {
    let world = world().await;
    let shop = Shop::open(world).await;
    shop.hooks(Mode::Lost);
    let order = shop.order(&OrderSpec::new());
    let busy = FaultKind::RateLimited { retry_after_ms: 4_000 };
    world.sandbox.faults().add(Fault::on(Side::BigCommerce, busy).tenant(&shop.hash).path("/v2/orders/"));
    let path = format!("/pay?store={}&order_id={}&cart_id={}", shop.hash, order.order_id, order.cart_id);
    let page = world.get(&path).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("http-equiv=\"refresh\""), "the page goes on by itself: {page:?}");
    shop.leave_for_komoju(&order).await;
}

async fn from(world: &World, body: &Value, address: &str) -> Reply {
    let headers = [("content-type", "text/plain"), ("cf-connecting-ip", address)];
    world.send(Method::POST, "/api/payments", &headers, body.to_string()).await
}

fn comes_again_in_time(refused: &Reply) {
    let seconds: u32 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=61).contains(&seconds), "{seconds}");
}

/// Asks until that is refused for its number. Two windows of a minute may meet, so that twice the limit can pass.
async fn until_refused(mut ask: impl AsyncFnMut() -> Reply) -> Reply {
    for _ in 0..TOO_OFTEN.max(TOO_OFTEN_FOR_ONE) {
        let reply = ask().await;
        if reply.status == 429 {
            return reply;
        }
    }
    panic!("{TOO_OFTEN} starts in a row were all let through");
}
