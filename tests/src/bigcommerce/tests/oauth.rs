use reqwest::Method;
use serde_json::json;

use super::{Fixture, answer};

#[tokio::test]
async fn a_code_buys_one_token() {
    let fixture = Fixture::start().await;
    let grant = fixture.grant();
    let first = fixture.exchange(&grant).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.body["context"], format!("stores/{}", fixture.hash));
    assert_eq!(first.body["scope"], grant["scope"]);
    let second = fixture.exchange(&grant).await;
    assert_eq!((second.status, &second.body["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn every_part_of_the_exchange_is_checked() {
    let fixture = Fixture::start().await;
    let wrong = [
        ("client_secret", "guess", "invalid_client"),
        ("redirect_uri", "http://app.localhost:1/auth/", "redirect_uri_mismatch"),
        ("scope", "store_v2_orders", "invalid_scope"),
        ("context", "stores/other", "invalid_context"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("code", "guess", "invalid_grant"),
    ];
    for (name, value, error) in wrong {
        let mut grant = fixture.grant();
        grant[name] = value.into();
        let refused = fixture.exchange(&grant).await;
        assert_eq!((refused.status, &refused.body["error"]), (400, &json!(error)), "{name}");
    }
}

#[tokio::test]
async fn a_new_token_kills_the_old_one() {
    let fixture = Fixture::start().await;
    assert_eq!(fixture.get("/v2/store").await.status, 200);
    fixture.exchange(&fixture.grant()).await;
    let refused = fixture.get("/v2/store").await;
    assert_eq!(refused.status, 401);
    assert!(refused.body["title"].as_str().is_some_and(|title| title.starts_with("Unauthorized")));
}

#[tokio::test]
async fn a_token_opens_its_own_store_only() {
    let fixture = Fixture::start().await;
    let other = fixture.sandbox.bigcommerce.create_store(super::StoreSpec::default());
    let url = format!("{}/stores/{other}/v2/store", fixture.sandbox.places().bigcommerce_api());
    let refused = answer(fixture.http.get(url).header("x-auth-token", &fixture.token)).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test]
async fn a_missing_scope_is_forbidden() {
    let fixture = Fixture::start().await;
    fixture.sandbox.bigcommerce.revoke_scope(&fixture.hash, "store_sites_read_only");
    assert_eq!(fixture.get("/v3/channels/1/site").await.status, 403);
    assert_eq!(fixture.get("/v3/channels/1").await.status, 200);
}

#[tokio::test]
async fn the_quota_is_announced_and_enforced() {
    let fixture = Fixture::start().await;
    fixture.sandbox.bigcommerce.set_quota(&fixture.hash, 2, std::time::Duration::from_secs(30));
    let first = fixture.get("/v2/store").await;
    assert_eq!(first.headers["x-rate-limit-requests-quota"], "2");
    assert_eq!(first.headers["x-rate-limit-requests-left"], "1");
    fixture.get("/v2/store").await;
    let third = fixture.get("/v2/store").await;
    assert_eq!(third.status, 429);
    assert!(third.headers.contains_key("x-retry-after"));
    assert_eq!(third.headers["x-rate-limit-requests-left"], "0");
}

#[tokio::test]
async fn a_form_is_no_api_request() {
    let fixture = Fixture::start().await;
    let form = fixture.request(Method::POST, "/v3/hooks").body("scope=store/order/created");
    assert_eq!(answer(form).await.status, 415);
}

#[tokio::test]
async fn uninstalling_takes_token_hooks_and_scripts() {
    let fixture = Fixture::start().await;
    let hook = json!({ "scope": "store/order/statusUpdated", "destination": "https://pay.example.com/hook" });
    assert_eq!(fixture.post("/v3/hooks", hook).await.status, 200);
    let script = json!({ "name": "Pay", "src": "https://pay.example.com/x.js", "auto_uninstall": true });
    assert_eq!(fixture.post("/v3/content/scripts", script).await.status, 200);
    let platform = &fixture.sandbox.bigcommerce;
    // Nobody listens at the app's address; BigCommerce uninstalls all the same.
    assert!(platform.uninstall_app(&fixture.hash).await.is_err());
    assert!(platform.installation(&fixture.hash).is_none());
    assert!(platform.hooks(&fixture.hash).is_empty());
    assert!(platform.scripts(&fixture.hash).is_empty());
    assert_eq!(fixture.get("/v2/store").await.status, 401);
}
