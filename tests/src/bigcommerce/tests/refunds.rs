use serde_json::{Value, json};

use super::Fixture;
use crate::bigcommerce::{OrderSpec, status};

fn refund(order: u64, amount: i64, provider: &str, offline: bool) -> Value {
    json!({
        "items": [{ "item_type": "ORDER", "item_id": order, "amount": amount, "reason": "komoju-refund:r1" }],
        "payments": [{ "provider_id": provider, "amount": amount, "offline": offline }],
    })
}

fn path(order: u64) -> String {
    format!("/v3/orders/{order}/payment_actions/refunds")
}

#[tokio::test]
async fn an_unpaid_order_cannot_be_refunded() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    let refused = fixture.post(&path(id), refund(id, 100, "instore", true)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.body["data"][0]["status"], 422);
}

#[tokio::test]
async fn a_refused_quote_is_a_plain_v3_error() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    let items = json!({ "items": [{ "item_type": "ORDER", "item_id": id, "amount": 1200 }] });
    let refused = fixture.post(&format!("/v3/orders/{id}/payment_actions/refund_quotes"), items).await;
    assert_eq!((refused.status, &refused.body["status"]), (422, &json!(422)));
    assert!(refused.body["title"].as_str().is_some_and(|title| title.contains("received payment")));
    assert_eq!(refused.body.get("data"), None);
}

#[tokio::test]
async fn only_what_is_refunded_by_pieces_has_a_quantity() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::new().product(77, 2));
    let id = placed.order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let order = fixture.sandbox.bigcommerce.order(&fixture.hash, id);
    let (line, unit) = (order.lines[0].id, order.lines[0].unit);
    let body = json!({
        "items": [
            { "item_type": "PRODUCT", "item_id": line, "quantity": 1 },
            { "item_type": "ORDER", "item_id": id, "amount": 100 },
        ],
        "payments": [{ "provider_id": "instore", "amount": unit + 100, "offline": true }],
    });
    let made = fixture.post(&path(id), body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let items = &made.body["data"]["items"];
    assert_eq!((&items[0]["quantity"], &items[0]["requested_amount"]), (&json!(1), &json!(null)));
    assert_eq!((items[1].get("quantity"), &items[1]["requested_amount"]), (None, &json!(100)));
}

#[tokio::test]
async fn refunds_move_the_order_to_partially_and_then_wholly_refunded() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let first = fixture.post(&path(id), refund(id, 200, "instore", true)).await;
    assert_eq!((first.status, &first.body["data"]["total_amount"]), (201, &json!(200)));
    assert_eq!(fixture.sandbox.bigcommerce.order(&fixture.hash, id).status_id, status::PARTIALLY_REFUNDED);
    assert_eq!(fixture.post(&path(id), refund(id, 1001, "instore", true)).await.status, 422);
    assert_eq!(fixture.post(&path(id), refund(id, 1000, "instore", true)).await.status, 201);
    assert_eq!(fixture.sandbox.bigcommerce.order(&fixture.hash, id).status_id, status::REFUNDED);
    let all = fixture.get(&path(id)).await.body;
    assert_eq!(all["data"][0]["items"][0]["reason"], "komoju-refund:r1");
    assert_eq!(all["data"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_does_not_add_up_is_refused() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let mut short = refund(id, 500, "instore", true);
    short["payments"][0]["amount"] = 400.into();
    assert_eq!(fixture.post(&path(id), short).await.status, 422);
    assert_eq!(fixture.post(&path(id), refund(id, 500, "instore", false)).await.status, 422);
    assert_eq!(fixture.post(&path(id), refund(id, 500, "cod", true)).await.status, 422);
    let guest = fixture.post(&path(id), refund(id, 500, "storecredit", false)).await;
    assert_eq!(guest.body["data"][0]["title"], "Unable to provide store credit for a guest customer.");
}

#[tokio::test]
async fn a_quote_offers_the_methods_an_order_was_paid_by() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200).store_credit(300)).order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let items = json!({ "items": [{ "item_type": "ORDER", "item_id": id, "amount": 1200 }] });
    let quote = fixture.post(&format!("/v3/orders/{id}/payment_actions/refund_quotes"), items).await;
    assert_eq!(quote.status, 201);
    let methods = &quote.body["data"]["refund_methods"];
    assert_eq!(methods[0][0]["provider_id"], "storecredit");
    assert_eq!(methods[1][0]["provider_id"], "custom");
    assert_eq!((&methods[2][0]["provider_id"], &methods[2][0]["amount"]), (&json!("instore"), &json!(900)));
    assert_eq!(
        (&methods[2][1]["provider_id"], &methods[2][1]["amount"]),
        (&json!("storecredit"), &json!(300))
    );
}

#[tokio::test]
async fn an_apps_payments_are_those_of_a_quoted_method() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200).store_credit(300)).order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let split = |own: i64, credit: i64| {
        let mut body = refund(id, own + credit, "instore", true);
        body["payments"] = json!([
            { "provider_id": "instore", "amount": own, "offline": true },
            { "provider_id": "storecredit", "amount": credit, "offline": false },
        ]);
        body
    };
    assert_eq!(fixture.post(&path(id), split(800, 400)).await.status, 422);
    assert_eq!(fixture.post(&path(id), split(900, 300)).await.status, 201);
}

#[tokio::test]
async fn a_declined_refund_gave_nothing_back() {
    let fixture = Fixture::start().await;
    let platform = &fixture.sandbox.bigcommerce;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    platform.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let refund = platform.create_refund(&fixture.hash, id, 300).expect("it is paid");
    platform.decline_refund(&fixture.hash, id, refund.id);
    let listed = fixture.get(&path(id)).await.body;
    assert_eq!(listed["data"][0]["payments"][0]["is_declined"], true);
    assert_eq!(platform.order(&fixture.hash, id).refunded(), 0);
}

#[tokio::test]
async fn a_refund_is_found_by_its_id() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    fixture.sandbox.bigcommerce.set_status(&fixture.hash, id, status::AWAITING_FULFILLMENT);
    let refund = fixture.sandbox.bigcommerce.create_refund(&fixture.hash, id, 300).expect("it is paid");
    let found = fixture.get(&format!("/v3/orders/payment_actions/refunds/{}", refund.id)).await.body;
    assert_eq!(found["data"]["order_id"], id);
    let listed = fixture.get(&format!("/v3/orders/payment_actions/refunds?order_id:in={id}")).await.body;
    assert_eq!(listed["data"][0]["payments"][0]["provider_id"], "instore");
}
