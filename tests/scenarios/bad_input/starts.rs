//! Starts that must not start anything: malformed, unproved, of another store, not ours, over already.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PaymentMethod, status};
use sandbox::harness::{ANOTHER_CART, Reply, Shop, World, calm_world};
use serde_json::{Value, json};

#[tokio::test]
async fn a_body_that_is_no_start_is_refused() {
    let world = calm_world().await;
    let shop = unannounced(world).await;
    let order = shop.order(&OrderSpec::new());
    let bodies = ["", "{", "[]", "null", "\"start\"", "{}", "\u{fffd}", "{\"store\":\"abc\"}"];
    for body in bodies {
        world.post_start(body).await.is_problem(400, "malformed_body");
    }
    for (name, value) in [
        ("store", json!(7)),
        ("store", json!("../../etc")),
        ("store", json!("")),
        ("order_id", json!("118")),
        ("order_id", json!(-1)),
        ("order_id", json!(0)),
        ("order_id", json!(1.5)),
        ("order_id", json!(u64::MAX)),
        ("cart_id", Value::Null),
        ("cart_id", json!(["a"])),
        ("intent", json!("steal")),
    ] {
        let reply = shop.arrive_with(&order, json!({ name: value })).await;
        reply.is_problem(400, "malformed_body");
    }
    assert_eq!(shop.calls_about(order.order_id), [""; 0]);
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused_however_its_length_is_told() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let fits = shop.arrive_with(&order, json!({ "note": "x".repeat(60_000) })).await;
    assert_eq!(fits.status, 200, "{fits:?}");
    let long = format!("{}{}", " ".repeat(65_536), shop.arrival(&order));
    world.post_start(long.clone()).await.is_problem(413, "body_too_large");
    let kind = [("content-type", "text/plain"), ("transfer-encoding", "chunked")];
    world.send(Method::POST, "/api/payments", &kind, long).await.is_problem(413, "body_too_large");
    assert_eq!(shop.sessions().len(), 1, "only the one that fitted");
}

#[tokio::test]
async fn only_text_and_json_are_read() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let body = shop.arrival(&order).to_string();
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", ""] {
        let reply = world.send(Method::POST, "/api/payments", &[("content-type", kind)], body.clone()).await;
        reply.is_problem(415, "unsupported_media_type");
    }
    assert_eq!(shop.sessions().len(), 0);
    let json = [("content-type", "Application/JSON; charset=utf-8")];
    let reply = world.send(Method::POST, "/api/payments", &json, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn a_store_without_the_app_is_unknown() {
    let world = calm_world().await;
    let shop = unannounced(world).await;
    let order = shop.order(&OrderSpec::new());
    let bare = world.sandbox.bigcommerce.create_store(Default::default());
    for store in [bare.as_str(), "nosuchstore"] {
        let reply = shop.arrive_with(&order, json!({ "store": store })).await;
        reply.is_problem(404, "unknown_store");
        // KV may be a minute late with a store that has just been installed: its shopper asks again.
        let problem = reply.json();
        assert_eq!((&problem["retry"], &problem["poll_ms"]), (&json!(true), &json!(22_000)), "{problem}");
        let path = format!("/pay?store={store}&order_id={}&cart_id={}", order.order_id, order.cart_id);
        world.get(&path).await.is_problem_page(404, "unknown_store");
    }
    assert_eq!(world.sandbox.faults().requests(&bare).len(), 0);
    assert_eq!(shop.calls_about(order.order_id), [""; 0]);
}

#[tokio::test]
async fn an_order_of_another_store_is_not_found() {
    let world = calm_world().await;
    let (shop, other) = tokio::join!(Shop::open(world), Shop::open(world));
    // The other store has no order of that number yet.
    let order = shop.order(&OrderSpec::new());
    let reply = shop.arrive_with(&order, json!({ "store": other.hash })).await;
    reply.is_problem(404, "order_not_found");
    assert!(!reply.text("message").is_empty());
    assert_eq!((shop.deeds(), other.deeds()), (Vec::new(), Vec::new()));

    // Nor does a number that both have open the other's order.
    let theirs = other.order(&OrderSpec::new());
    assert_eq!(theirs.order_id, order.order_id, "orders are numbered per store");
    shop.arrive_with(&order, json!({ "store": other.hash })).await.is_problem(404, "order_not_found");
    assert_eq!((shop.deeds(), other.deeds()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn whether_there_is_an_order_cannot_be_told_from_the_answer() {
    let world = calm_world().await;
    let shop = unannounced(world).await;
    let order = shop.order(&OrderSpec::new());
    let answers = [
        json!({ "cart_id": "" }),
        json!({ "cart_id": ANOTHER_CART }),
        json!({ "order_id": 99_999_999_u64 }),
        json!({ "order_id": 99_999_999_u64, "cart_id": ANOTHER_CART }),
    ];
    for wrong in answers {
        let reply = shop.arrive_with(&order, wrong.clone()).await;
        reply.is_problem(404, "order_not_found");
        let cart = wrong["cart_id"].as_str().unwrap_or(&order.cart_id);
        let number = wrong["order_id"].as_u64().unwrap_or(order.order_id);
        let page = world.get(&format!("/pay?store={}&order_id={number}&cart_id={cart}", shop.hash)).await;
        page.is_problem_page(404, "order_not_found");
        let body = |reply: &Reply| reply.body.clone();
        assert_eq!(body(&reply), body(&shop.arrive_with(&order, json!({ "cart_id": "" })).await));
    }
}

#[tokio::test]
async fn without_the_right_cart_id_nobody_starts_or_sees_anything() {
    let world = calm_world().await;
    let shop = unannounced(world).await;
    let (order, other) = (shop.order(&OrderSpec::new()), shop.order(&OrderSpec::new()));
    for cart in
        ["", "null", "0", &order.cart_id[1..], &format!("{}0", order.cart_id), "x'; DROP TABLE records"]
    {
        shop.arrive_with(&order, json!({ "cart_id": cart })).await.is_problem(404, "order_not_found");
    }
    assert_eq!(shop.calls_about(order.order_id), [""; 0], "what is no cart id costs no call");

    for _ in 0..3 {
        let reply = shop.arrive_with(&order, json!({ "cart_id": other.cart_id })).await;
        reply.is_problem(404, "order_not_found");
        let path = format!("/pay?store={}&order_id={}&cart_id={}", shop.hash, order.order_id, other.cart_id);
        world.get(&path).await.is_problem_page(404, "order_not_found");
    }
    assert_eq!(shop.deeds(), [""; 0]);
    assert_eq!(shop.calls_about(order.order_id).len(), 1, "one look tells all the wrong ones");
    assert_eq!(shop.arrive(&order).await.text("state"), "redirect");
}

/// A shop whose new orders nobody announces, so that what a stranger did not cause can be told from what they did.
async fn unannounced(world: &World) -> Shop<'_> {
    let shop = Shop::open(world).await;
    shop.set(&[("watch_new_orders", "")]).await;
    shop
}

#[tokio::test]
async fn an_order_by_another_method_is_left_alone() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    for provider in ["cod", PaymentMethod::GATEWAY] {
        let order = shop.order(&OrderSpec::new().provider(provider).status(status::AWAITING_PAYMENT));
        shop.arrive(&order).await.is_problem(409, "not_ours");
        shop.start(&order, "pay").await.is_problem(409, "not_ours");
    }
    assert_eq!(shop.deeds(), [""; 0]);
}

#[tokio::test]
async fn a_paid_order_is_shown_as_paid_and_never_charged_again() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(order.order_id).await;
    for intent in ["arrive", "pay", "restart"] {
        let reply = shop.start(&order, intent).await;
        assert_eq!((reply.status, reply.text("state")), (200, "paid".to_owned()), "{intent}: {reply:?}");
        assert_eq!(reply.json().get("redirect_url"), None);
    }
    assert_eq!(shop.sessions().len(), 1);
    assert_eq!(shop.order_puts(order.order_id), 1);
}

#[tokio::test]
async fn an_order_that_is_over_is_closed() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status::CANCELLED);
    for intent in ["arrive", "pay", "restart"] {
        let reply = shop.start(&order, intent).await;
        assert_eq!((reply.status, reply.text("state")), (200, "closed".to_owned()), "{intent}: {reply:?}");
    }
    assert_eq!(shop.deeds(), [""; 0]);
}

#[tokio::test]
async fn nothing_is_charged_where_nothing_is_due() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let covered = [
        OrderSpec::total(3_000).store_credit(3_000),
        OrderSpec::total(3_000).gift_certificate(3_000),
        OrderSpec::total(3_000).store_credit(1_000).gift_certificate(2_000),
    ];
    for spec in covered {
        let order = shop.order(&spec);
        shop.arrive(&order).await.is_problem(409, "nothing_due");
    }
    assert_eq!(shop.deeds(), [""; 0]);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let world = calm_world().await;
    for path in ["/", "/api/payment", "/api/payments", "/webhooks/komoju", "/storefront/x.js", "/statuses/x"]
    {
        world.get(path).await.is_problem(404, "not_found");
    }
}
