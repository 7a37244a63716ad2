//! CORS: the store's own sites may ask and read; nobody else may.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, calm_world};

#[tokio::test]
async fn the_stores_own_site_may_start_and_read() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let origin = shop.origin();
    let headers = [("content-type", "text/plain"), ("origin", origin.as_str())];
    let body = shop.arrival(&order).to_string();
    let reply = world.send(Method::POST, "/api/payments", &headers, body).await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (200, origin.as_str()),
        "{reply:?}"
    );
    assert_eq!((reply.header("vary"), reply.header("cache-control")), ("origin", "no-store"));
    assert_eq!(reply.header("access-control-allow-credentials"), "");

    let path = format!("/api/payments/{}", reply.token());
    let status = world.send(Method::GET, &path, &[("origin", &origin)], "").await;
    assert_eq!((status.status, status.header("access-control-allow-origin")), (200, origin.as_str()));
    // A refusal of the start itself can be read too, or the script could not say what is wrong.
    let wrong = shop.arrival(&order).to_string().replace(&order.cart_id, "");
    let refused = world.send(Method::POST, "/api/payments", &headers, wrong).await;
    refused.is_problem(404, "order_not_found");
    assert_eq!(refused.header("access-control-allow-origin"), origin);
}

#[tokio::test]
async fn a_foreign_site_is_refused_before_anything_is_read() {
    let world = calm_world().await;
    let (shop, other) = tokio::join!(Shop::open(world), Shop::open(world));
    let token = shop.arrive(&shop.order(&OrderSpec::new())).await.token();
    // Nobody but its shopper looks at this one.
    shop.set(&[("watch_new_orders", "")]).await;
    let order = shop.order(&OrderSpec::new());
    let body = shop.arrival(&order).to_string();
    let own = shop.origin();
    for origin in ["https://evil.example", "null", &format!("{own}.evil.example"), &other.origin()] {
        let headers = [("content-type", "text/plain"), ("origin", origin)];
        let start = world.send(Method::POST, "/api/payments", &headers, body.clone()).await;
        let status =
            world.send(Method::GET, &format!("/api/payments/{token}"), &[("origin", origin)], "").await;
        for reply in [start, status] {
            reply.is_problem(403, "foreign_origin");
            assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        }
    }
    assert_eq!(shop.calls_about(order.order_id), [""; 0]);
    assert_eq!(shop.arrive(&order).await.status, 200);
    assert_ne!(shop.calls_about(order.order_id), [""; 0]);
}

#[tokio::test]
async fn a_preflight_allows_what_the_api_takes_and_no_credentials() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let origin = shop.origin();
    let headers = [
        ("origin", origin.as_str()),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let reply = world.send(Method::OPTIONS, "/api/payments", &headers, "").await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (204, origin.as_str()),
        "{reply:?}"
    );
    assert_eq!(reply.header("access-control-allow-methods"), "GET, POST, OPTIONS");
    assert_eq!(reply.header("access-control-allow-headers"), "content-type");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
}
