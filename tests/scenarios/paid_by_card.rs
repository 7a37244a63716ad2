//! An order is paid by card: the order moves, once, with a note, and the shopper is told.

use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::harness::{Shop, world};
use sandbox::komoju::Outcome;
use serde_json::json;

#[tokio::test]
async fn a_paid_order_awaits_fulfillment_and_says_why() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(4_980));
    let body = json!({ "store": shop.hash, "order_id": order.order_id, "cart_id": order.cart_id, "page": order.page,
        "locale": "ja", "intent": "arrive" });
    let answer = world
        .client()
        .post(format!("{}/api/payments", world.app_url()))
        .header("content-type", "text/plain")
        .body(body.to_string())
        .send()
        .await
        .expect("the worker answers");
    let (status_code, text) = (answer.status(), answer.text().await.expect("whole"));
    assert_eq!(status_code, 200, "{text}");
    let view: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(view["state"], "redirect", "{view}");

    let sessions = world.sandbox.komoju.sessions(&shop.merchant.id);
    assert_eq!(sessions.len(), 1);
    let paid =
        world.sandbox.komoju.pay_card(&sessions[0].id, "4111111111111111").expect("the session takes cards");
    assert!(matches!(paid, Outcome::Captured(_)));

    let order = world
        .sandbox
        .bigcommerce
        .order_when(&shop.hash, order.order_id, |o| o.status_id == status::AWAITING_FULFILLMENT)
        .await;
    assert_eq!(order.statuses(), [7, 11]);
    assert!(order.staff_notes.contains("[KOMOJU]"), "{}", order.staff_notes);
}
