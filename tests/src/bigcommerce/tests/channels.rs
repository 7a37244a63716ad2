//! A store that sells on two channels, each with a site of its own.

use reqwest::header::{COOKIE, HOST};
use serde_json::json;

use super::{Answer, Fixture, answer};
use crate::bigcommerce::{OrderSpec, Store, StoreSpec};

impl Fixture {
    /// Moves into a store of two channels.
    async fn with_two_channels() -> Self {
        let mut fixture = Self::start().await;
        fixture.hash = fixture.sandbox.bigcommerce.create_store(StoreSpec::default().second_channel());
        let granted = fixture.exchange(&fixture.grant()).await;
        fixture.token = granted.body["access_token"].as_str().expect("a token is granted").into();
        fixture
    }

    /// A page below an origin of the shop.
    async fn page(&self, url: &str, session: &str) -> Answer {
        let (host, path) = url.trim_start_matches("http://").split_once('/').expect("a path");
        let local = format!("http://127.0.0.1:{}/{path}", self.sandbox.places().port());
        let cookie = format!("SHOP_SESSION_TOKEN={session}");
        answer(self.http.get(local).header(HOST, host).header(COOKIE, cookie)).await
    }
}

#[tokio::test]
async fn each_channel_has_its_own_site() {
    let fixture = Fixture::with_two_channels().await;
    let listed = fixture.get("/v3/channels?type:in=storefront&available=true").await.body;
    let ids: Vec<_> = listed["data"].as_array().expect("rows").iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, [&json!(Store::CHANNEL), &json!(Store::SECOND_CHANNEL)]);
    let site = fixture.get(&format!("/v3/channels/{}/site", Store::SECOND_CHANNEL)).await.body;
    let origin = fixture.sandbox.bigcommerce.channel_origin(&fixture.hash, Store::SECOND_CHANNEL);
    assert_eq!(
        (&site["data"]["url"], &site["data"]["channel_id"]),
        (&json!(origin), &json!(Store::SECOND_CHANNEL))
    );
    let first = fixture.get(&format!("/v3/channels/{}/site", Store::CHANNEL)).await.body;
    assert_ne!(first["data"]["url"], site["data"]["url"]);
    assert_eq!(fixture.get("/v3/channels/2/site").await.status, 404);
    let sites = fixture.get(&format!("/v3/sites?channel_id:in={}", Store::SECOND_CHANNEL)).await.body;
    assert_eq!(sites["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_order_belongs_to_the_channel_it_was_placed_on() {
    let fixture = Fixture::with_two_channels().await;
    let spec = OrderSpec::total(1200).channel(Store::SECOND_CHANNEL);
    let (here, there) = (fixture.place(&OrderSpec::total(900)), fixture.place(&spec));
    let order = fixture.get(&format!("/v2/orders/{}", there.order_id)).await.body;
    assert_eq!(order["channel_id"], Store::SECOND_CHANNEL);
    let listed = fixture.get(&format!("/v2/orders?channel_id={}", Store::CHANNEL)).await.body;
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["id"]), (Some(1), &json!(here.order_id)));
    let origin = fixture.sandbox.bigcommerce.channel_origin(&fixture.hash, Store::SECOND_CHANNEL);
    assert!(there.page.starts_with(&origin), "{}", there.page);
    let seen =
        fixture.page(&format!("{origin}/api/storefront/orders/{}", there.order_id), &there.session).await;
    assert_eq!((seen.status, &seen.body["channelId"]), (200, &json!(Store::SECOND_CHANNEL)));
}

#[tokio::test]
async fn a_script_is_shown_on_its_own_channel_only() {
    let fixture = Fixture::with_two_channels().await;
    let script = json!({
        "name": "Pay", "src": "https://pay.example.com/x.js", "visibility": "order_confirmation",
        "consent_category": "essential", "channel_id": Store::SECOND_CHANNEL,
    });
    assert_eq!(fixture.post("/v3/content/scripts", script).await.status, 200);
    let spec = OrderSpec::total(1200).channel(Store::SECOND_CHANNEL);
    for (placed, shown) in [(fixture.place(&OrderSpec::total(900)), false), (fixture.place(&spec), true)] {
        let page = fixture.page(&placed.page, &placed.session).await;
        let html = page.body.as_str().expect("a page");
        assert_eq!(html.contains("https://pay.example.com/x.js"), shown);
    }
}

#[tokio::test]
async fn a_store_of_one_channel_has_no_second_site() {
    let fixture = Fixture::start().await;
    let origin = fixture.sandbox.bigcommerce.channel_origin(&fixture.hash, Store::SECOND_CHANNEL);
    assert_eq!(fixture.page(&format!("{origin}/"), "anybody").await.status, 404);
    let script =
        json!({ "name": "Pay", "src": "https://pay.example.com/x.js", "channel_id": Store::SECOND_CHANNEL });
    assert_eq!(fixture.post("/v3/content/scripts", script).await.status, 422);
}
