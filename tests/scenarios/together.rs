//! KOMOJU sends several messages of one payment together.

use std::time::Instant;

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Reply, Shop, calm_world};
use sandbox::komoju::sign;
use serde_json::json;
use tokio::task::JoinSet;

/// The pause in which messages are gathered, in ms.
const GATHERING: u128 = 400;

#[tokio::test]
async fn messages_that_come_together_cause_a_look_each_400_ms_at_most() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    shop.webhooks(Mode::Lost);
    shop.hooks(Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
    let paid = shop.pay_by_card(&session);
    let looks = || shop.requests(&Method::GET, &format!("/sessions/{}", session.id)).len();
    assert_eq!(looks(), 0);

    let url = format!("{}/webhooks/komoju/{}", world.app_url(), shop.hash);
    let began = Instant::now();
    let mut messages = JoinSet::new();
    for n in 0..60 {
        let body = json!({
            "id": format!("together-{n}"), "type": "payment.updated", "resource": "event", "data": {
                "id": paid, "resource": "payment", "session": session.id,
                "metadata": { "bc_store": shop.hash, "bc_order": order.order_id.to_string() } } })
        .to_string();
        let signature = sign(&shop.webhook_secret, body.as_bytes());
        let post = world.client().post(&url).header("x-komoju-signature", signature).body(body);
        messages.spawn(async move { Reply::of(post).await.status });
    }
    assert!(messages.join_all().await.iter().all(|status| *status == 200));
    let took = began.elapsed().as_millis();
    shop.when_status(&order, 11).await;
    let looks = looks() as u128;
    assert!(looks <= 2 + took / GATHERING, "{looks} looks for 60 messages in {took} ms");
}
