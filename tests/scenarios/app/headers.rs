//! What every page says to browsers and caches: who may frame it, and that its address is nobody's business.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::Logged;
use sandbox::harness::{Reply, Shop, world};

#[tokio::test]
async fn the_panel_is_framed_by_bigcommerce_alone_and_kept_by_nobody() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let opened = world.sandbox.bigcommerce.open_app(&shop.hash).await.expect("the app answers");
    let token = opened.url.split_once("t=").expect("a token").1;
    for page in ["", "/keys", "/methods", "/payments", "/nothing"] {
        let reply = world.get(&format!("/panel{page}?t={token}")).await;
        secluded(&reply);
        let policy = reply.header("content-security-policy");
        let ancestors = policy.split("frame-ancestors ").nth(1).unwrap_or_default();
        assert!(
            ancestors.starts_with("https://*.bigcommerce.com https://*.mybigcommerce.com"),
            "{page}: {policy}"
        );
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{page}: {policy}");
        assert_eq!(reply.header("x-frame-options"), "", "{page}: it knows no list of ancestors");
        assert_eq!(reply.header("set-cookie"), "", "{page}");
    }
    // So does every page that says why there is none.
    for path in ["/panel?t=x", "/load", "/auth"] {
        let reply = world.get(path).await;
        assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
        secluded(&reply);
        assert!(
            reply.header("content-security-policy").contains("frame-ancestors https://*.bigcommerce.com"),
            "{path}"
        );
    }
}

/// KOMOJU answers calls that name no version too, in whatever shape is theirs: ours always name the one we read.
#[tokio::test]
async fn every_call_to_komoju_names_its_version_and_who_calls() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, _) = shop.paid_by_card(&OrderSpec::total(2_200)).await;
    shop.refund_order(&order, 700);
    let (other, session) = shop.begin(&OrderSpec::total(1_100)).await;
    shop.take_code(&session);
    shop.when(&other, |o| !o.staff_notes.is_empty()).await;
    shop.start(&other, "restart").await;
    shop.at_rest(&order).await;
    let calls = shop.world.sandbox.faults().requests(&shop.merchant.id);
    let header =
        |call: &Logged, name: &str| call.headers.get(name).and_then(|v| v.to_str().ok().map(str::to_owned));
    for part in ["/payment_methods", "/sessions", "/cancel", "/refund"] {
        assert!(calls.iter().any(|call| call.path.contains(part)), "{part} was called");
    }
    for call in &calls {
        assert_eq!(header(call, "x-komoju-api-version").as_deref(), Some("2025-01-28"), "{call:?}");
        assert_eq!(header(call, "komoju-via").as_deref(), Some("bigcommerce"), "{call:?}");
        let key = header(call, "x-komoju-idempotency");
        assert_eq!(key.is_some(), call.method == Method::POST, "{call:?}");
    }
}

#[tokio::test]
async fn what_opens_the_panel_leaves_the_address_at_once() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let url = world.sandbox.bigcommerce.load_url(&shop.hash);
    let reply = world.get(&url[world.app_url().len()..]).await;
    assert_eq!(reply.status, 303);
    assert!(!reply.header("location").contains("signed_payload_jwt"), "{reply:?}");
    assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "no-referrer"));
}

#[tokio::test]
async fn pages_and_redirects_for_shoppers_are_not_framed_cached_or_referred_to() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let told = shop.arrive(&order).await;
    let status = world.get(&format!("/status/{}", told.token())).await;
    assert_eq!(status.status, 200, "{status:?}");
    secluded(&status);
    let policy = status.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
    let go = world.get(&told.text("redirect_url")[world.app_url().len()..]).await;
    assert_eq!(
        (go.header("cache-control"), go.header("referrer-policy")),
        ("no-store", "no-referrer"),
        "{go:?}"
    );
    let cookie = go.header("set-cookie");
    for part in ["__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn the_health_page_names_bindings_and_no_secret() {
    let world = world().await;
    let reply = world.get("/healthz").await;
    let body = reply.json();
    assert_eq!((reply.status, body["status"].as_str()), (200, Some("ok")), "{reply:?}");
    assert!(body["version"].is_string() && body["bindings"]["STORES"] == true, "{body}");
    assert!(!reply.body.contains(sandbox::App::CLIENT_SECRET) && !reply.body.contains("s1:"), "{body}");
}

fn secluded(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
    assert_eq!(reply.header("referrer-policy"), "no-referrer", "{reply:?}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{reply:?}");
}
