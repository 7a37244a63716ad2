use reqwest::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use serde_json::json;

use super::{Answer, Fixture, answer};
use crate::bigcommerce::{OrderSpec, Permalink};

impl Fixture {
    /// A page of the store's shop, with a session cookie.
    pub(super) async fn shop(&self, path: &str, session: &str) -> Answer {
        let url = format!("http://127.0.0.1:{}{path}", self.sandbox.places().port());
        let host = format!("{}.shop.localhost:{}", self.hash, self.sandbox.places().port());
        let cookie = format!("SHOP_SESSION_TOKEN={session}");
        answer(self.http.get(url).header(HOST, host).header(COOKIE, cookie)).await
    }
}

#[tokio::test]
async fn entering_makes_the_browser_the_one_that_ordered() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::new());
    let entrance = placed.confirmation_url.find("/__sandbox").map(|at| &placed.confirmation_url[at..]);
    let entered = fixture.shop(entrance.expect("an entrance"), "stranger").await;
    assert_eq!(entered.headers[LOCATION], "/checkout/order-confirmation");
    let cookie = format!("SHOP_SESSION_TOKEN={}; Path=/; HttpOnly; SameSite=Lax", placed.session);
    assert_eq!(entered.headers[SET_COOKIE], cookie.as_str(), "host-only and lax");
}

#[tokio::test]
async fn the_order_opens_to_its_session_alone() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::total(1200));
    let session = placed.session;
    let path = format!("/api/storefront/orders/{}", placed.order_id);
    let order = fixture.shop(&format!("{path}?include=payments%2CbillingAddress"), &session).await;
    assert_eq!(order.status, 200);
    assert_eq!(order.headers["cache-control"], "no-store, no-cache, must-revalidate");
    assert_eq!(order.body["cartId"], placed.cart_id);
    assert_eq!(order.body["orderAmountAsInteger"], 1200);
    assert_eq!(order.body["status"], "AWAITING_PAYMENT");
    assert_eq!(order.body["payments"][0]["providerId"], "instore");
    assert_eq!(order.body["payments"][0]["amount"], 1200);
    assert!(fixture.shop(&path, &session).await.body.get("payments").is_none());
    assert_eq!(fixture.shop(&path, "stranger").await.status, 403);
    assert_eq!(fixture.shop("/api/storefront/orders/9", &session).await.status, 404);
}

#[tokio::test]
async fn the_settings_hold_what_the_checkout_sdk_reads_of_them() {
    let fixture = Fixture::start().await;
    let session = fixture.place(&OrderSpec::new()).session;
    let settings = fixture.shop("/api/storefront/checkout-settings", &session).await.body;
    let config = settings["storeConfig"].as_object().expect("the store's configuration");
    let read =
        ["checkoutSettings", "currency", "links", "paymentSettings", "shopperCurrency", "storeProfile"];
    for member in read {
        assert!(config.get(member).is_some_and(serde_json::Value::is_object), "{member}");
    }
    assert!(config["paymentSettings"]["clientSidePaymentProviders"].is_array());
}

#[tokio::test]
async fn credit_and_certificates_are_payments_of_their_own() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::total(1200).store_credit(200).gift_certificate(300));
    let session = placed.session;
    let path = format!("/api/storefront/order/{}?include=payments", placed.order_id);
    let payments = fixture.shop(&path, &session).await.body["payments"].clone();
    let amounts: Vec<_> = payments
        .as_array()
        .expect("a list")
        .iter()
        .map(|payment| (&payment["providerId"], &payment["amount"]))
        .collect();
    assert_eq!(
        amounts,
        [
            (&json!("giftcertificate"), &json!(300)),
            (&json!("storecredit"), &json!(200)),
            (&json!("instore"), &json!(700))
        ]
    );
}

#[tokio::test]
async fn the_confirmation_page_renders_registered_scripts_in_its_head() {
    let fixture = Fixture::start().await;
    let hash = "sha384-AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
    let script = json!({
        "name": "Pay", "kind": "src", "src": "http://app.localhost:1/storefront/x.js?store=a&methods=instore,cod",
        "location": "head", "visibility": "order_confirmation", "load_method": "default",
        "consent_category": "essential", "auto_uninstall": true, "integrity_hashes": [hash], "channel_id": 1,
    });
    let made = fixture.post("/v3/content/scripts", script).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let session = fixture.place(&OrderSpec::new()).session;
    let page = fixture.shop("/checkout/order-confirmation", &session).await.body;
    let page = page.as_str().expect("HTML");
    let head = page.split_once("</head>").map_or("", |(head, _)| head);
    let tag = format!(
        "src=\"http://app.localhost:1/storefront/x.js?store=a&amp;methods=instore,cod\" integrity=\"{hash}\" crossorigin=\"anonymous\"></script>"
    );
    assert!(head.contains(&tag), "{head}");
    let uuid = made.body["data"]["uuid"].as_str().expect("a uuid");
    fixture.sandbox.bigcommerce.enable_script(&fixture.hash, uuid, false);
    let page = fixture.shop("/checkout/order-confirmation", &session).await.body;
    assert!(!page.as_str().expect("HTML").contains("/storefront/x.js"));
}

#[tokio::test]
async fn a_mailed_link_opens_the_order_without_a_session_until_it_expires() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::new());
    let path =
        placed.permalink.split_once(".localhost").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let path = path.expect("a path");
    let page = fixture.shop(path, "days-later").await;
    assert!(page.body.as_str().is_some_and(|page| page.contains("\"permalinkStatus\":\"valid\"")));
    let order = format!("/api/storefront/orders/{}", placed.order_id);
    assert_eq!(fixture.shop(&order, "days-later").await.status, 200);
    fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| settings.permalink = Permalink::Expired);
    let page = fixture.shop(path, "too-late").await;
    assert!(page.body.as_str().is_some_and(|page| page.contains("\"permalinkStatus\":\"expired\"")));
    assert_eq!(fixture.shop(&order, "too-late").await.status, 403);
}

#[tokio::test]
async fn a_policy_can_forbid_webassembly() {
    let fixture = Fixture::start().await;
    fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| settings.csp_blocks_wasm = true);
    fixture.sandbox.bigcommerce.paste_script(&fixture.hash, "<script>1</script>");
    let session = fixture.place(&OrderSpec::new()).session;
    let page = fixture.shop("/checkout/order-confirmation", &session).await;
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.starts_with("script-src 'nonce-") && !policy.contains("eval"));
    let nonce = policy.split('\'').nth(1).and_then(|part| part.strip_prefix("nonce-")).expect("a nonce");
    assert!(
        page.body
            .as_str()
            .is_some_and(|page| page.contains(&format!("<script nonce=\"{nonce}\">1</script>")))
    );
}
