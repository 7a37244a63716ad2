//! What BigCommerce or KOMOJU write into an error is for us and for the merchant. A shopper gets our own words.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Reply, Shop, world};
use serde_json::json;

/// Part of the text, as anybody would know it again.
const INSIDE: &str = "sk_live_0123456789abcdef";
const TEXT: &str = "<img src=x onerror=alert(1)> key sk_live_0123456789abcdef of misaki@example.jp";

#[tokio::test]
async fn a_start_that_komoju_refuses_or_fails_says_nothing_of_its_text() {
    for status in [400, 401, 403, 422, 500, 502, 503] {
        let shop = Shop::open(world().await).await;
        let order = shop.order(&OrderSpec::new());
        fails(&shop, Side::Komoju, &shop.merchant.id, status);
        hears_only_us(&shop, &order, status).await;
        if status == 422 {
            is_shown_to_the_merchant_as_text(&shop, &order).await;
        }
    }
}

#[tokio::test]
async fn a_start_that_bigcommerce_refuses_or_fails_says_nothing_of_its_text() {
    for status in [400, 401, 403, 422, 500, 502, 503] {
        let shop = Shop::open(world().await).await;
        // Before the order is placed, or else it is read ahead and the start asks BigCommerce nothing.
        fails(&shop, Side::BigCommerce, &shop.hash, status);
        let order = shop.order(&OrderSpec::new());
        hears_only_us(&shop, &order, status).await;
    }
}

/// BigCommerce has announced the order and does not find it: it may any moment, so its shopper waits.
#[tokio::test]
async fn a_start_that_waits_for_its_order_says_nothing_of_why() {
    let shop = Shop::open(world().await).await;
    fails(&shop, Side::BigCommerce, &shop.hash, 404);
    let order = shop.order(&OrderSpec::new());
    let told = shop.arrive(&order).await;
    assert_eq!((told.status, told.word()), (200, "queued".to_owned()), "{told:?}");
    is_ours(&told);
}

#[tokio::test]
async fn a_payment_that_cannot_be_looked_at_says_nothing_of_why() {
    for status in [401, 422, 500] {
        let shop = Shop::open(world().await).await;
        let order = shop.order(&OrderSpec::new());
        let told = shop.arrive(&order).await;
        let session = shop.go(&told).await;
        fails(&shop, Side::BigCommerce, &shop.hash, status);
        fails(&shop, Side::Komoju, &shop.merchant.id, status);
        shop.pay_by_card(&session);
        shop.come_back(&session).await;
        for locale in ["en", "ja"] {
            for path in ["/api/payments", "/status"] {
                let path = format!("{path}/{}?locale={locale}", told.token());
                let reply = shop.world.get(&path).await;
                assert_eq!(reply.status, 200, "{reply:?}");
                is_ours(&reply);
            }
        }
        for intent in ["arrive", "restart"] {
            is_ours(&shop.start(&order, intent).await);
        }
    }
}

/// All of that side's answers from now on: in its own shape, of a text that should go no further.
fn fails(shop: &Shop<'_>, side: Side, tenant: &str, status: u16) {
    let body = match side {
        Side::Komoju => json!({ "error": { "code": "invalid_parameter", "message": TEXT, "param": TEXT } }),
        Side::BigCommerce => json!([{ "status": status, "message": TEXT }]),
    };
    let fault = Fault::on(side, FaultKind::Answer(status, body.to_string())).tenant(tenant);
    // The app itself looks at its store now and then, and must not be locked out of it meanwhile.
    let fault = if side == Side::BigCommerce { fault.path("/orders/") } else { fault };
    shop.world.sandbox.faults().add(fault.always());
}

/// Whoever starts this payment, by script or by link.
async fn hears_only_us(shop: &Shop<'_>, order: &PlacedOrder, status: u16) {
    for locale in ["en", "ja"] {
        let told = shop.arrive_with(order, json!({ "locale": locale })).await;
        assert!(told.status >= 400, "{status}: {told:?}");
        assert!(told.json()["message"].as_str().is_some_and(|words| !words.is_empty()), "{status}: {told:?}");
        is_ours(&told);
        let (store, id, cart) = (&shop.hash, order.order_id, &order.cart_id);
        let path = format!("/pay?store={store}&order_id={id}&cart_id={cart}&locale={locale}");
        let page = shop.world.get(&path).await;
        assert!(page.status >= 400, "{status}: {page:?}");
        is_ours(&page);
    }
    assert!(shop.requests(&Method::PUT, "/orders/").is_empty());
    let log = shop.world.worker.log();
    assert!(!log.contains(INSIDE), "in the log: {log}");
}

/// Header and body.
#[track_caller]
fn is_ours(reply: &Reply) {
    let whole = format!("{:?} {}", reply.headers, reply.body);
    for foreign in [INSIDE, "onerror", "misaki", "invalid_parameter"] {
        assert!(!whole.contains(foreign), "{foreign} in {whole}");
    }
}

/// Who may know why, but does not run it.
async fn is_shown_to_the_merchant_as_text(shop: &Shop<'_>, order: &PlacedOrder) {
    let page = shop.page_of(order).await;
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "{page}");
    assert!(!page.contains("<img"), "{page}");
}
