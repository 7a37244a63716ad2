use serde_json::json;

use super::Fixture;
use crate::bigcommerce::{Actor, Currency, OrderSpec, status};

#[tokio::test]
async fn an_offline_order_awaits_payment_and_shows_the_renamed_label() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::total(1200));
    let order = fixture.get(&format!("/v2/orders/{}", placed.order_id)).await.body;
    assert_eq!(order["status_id"], 7);
    assert_eq!(order["total_inc_tax"], "1200.0000");
    assert_eq!(order["default_currency_code"], "JPY");
    assert_eq!(order["cart_id"], placed.cart_id);
    assert_eq!(order["payment_method"], "コンビニ・PayPay・カード (KOMOJU)");
    assert_eq!(order["products"]["resource"], format!("/orders/{}/products", placed.order_id));
    assert_eq!(order["external_order_id"], "", "text, also where nobody has set it");
}

#[tokio::test]
async fn display_and_transactional_currency_can_differ() {
    let fixture = Fixture::start().await;
    let spec = OrderSpec::total(1234).currency(Currency::Usd).display_currency(Currency::Eur);
    let order = fixture.get(&format!("/v2/orders/{}", fixture.place(&spec).order_id)).await.body;
    assert_eq!(order["total_inc_tax"], "12.3400");
    assert_eq!((&order["currency_code"], &order["default_currency_code"]), (&json!("EUR"), &json!("USD")));
}

#[tokio::test]
async fn consignments_carry_line_items_when_asked() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new().product(77, 2).product(82, 1)).order_id;
    let include = "include=consignments,consignments.line_items,fees&consignment_structure=object";
    let order = fixture.get(&format!("/v2/orders/{id}?{include}")).await.body;
    let consignments = &order["consignments"];
    assert_eq!(consignments["shipping"][0]["line_items"][0]["quantity"], 2);
    assert_eq!(consignments["downloads"][0]["line_items"][0]["type"], "digital");
    assert_eq!(consignments["shipping"][0].get("order_id"), None, "only a shipping address names its order");
    let addresses = fixture.get(&format!("/v2/orders/{id}/shipping_addresses")).await.body;
    assert_eq!(addresses[0]["order_id"], id);
    assert_eq!(order["fees"], json!([]));
    assert_eq!(fixture.get(&format!("/v2/orders/{id}?include=consignments")).await.status, 400);
}

#[tokio::test]
async fn one_put_moves_the_order_and_is_remembered_as_the_apps() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    let change = json!({ "status_id": 11, "payment_provider_id": "pay_1", "staff_notes": "Paid." });
    let answer = fixture.put(&format!("/v2/orders/{id}"), change).await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("Awaiting Fulfillment")));
    let order = fixture.sandbox.bigcommerce.order(&fixture.hash, id);
    assert_eq!(order.statuses(), [7, 11]);
    assert_eq!(order.history.last().map(|change| change.by), Some(Actor::App));
    assert_eq!(order.payment_provider_id, "pay_1");
    assert_eq!(order.staff_notes, "Paid.");
}

#[tokio::test]
async fn read_only_fields_are_refused_and_nothing_changes() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    let refused =
        fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11, "payment_status": "paid" })).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body[0]["status"], 400);
    let message = refused.body[0]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("The field 'payment_status' cannot be written to."), "{message}");
    assert_eq!(fixture.sandbox.bigcommerce.order(&fixture.hash, id).status_id, status::AWAITING_PAYMENT);
}

#[tokio::test]
async fn lists_filter_and_empty_ones_are_204() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::new());
    fixture.place(&OrderSpec::new().provider("testgateway"));
    let found = fixture.get(&format!("/v2/orders?cart_id={}", placed.cart_id)).await.body;
    assert_eq!(found[0]["id"], placed.order_id);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(fixture.get("/v2/orders?status_id=7").await.body.as_array().map(Vec::len), Some(1));
    let none = fixture.get("/v2/orders?status_id=5").await;
    assert_eq!((none.status, none.body.as_str()), (204, Some("")));
    assert_eq!(fixture.get(&format!("/v2/orders/{}/coupons", placed.order_id)).await.status, 204);
}

#[tokio::test]
async fn a_list_may_ignore_what_it_was_asked_for() {
    let fixture = Fixture::start().await;
    let first = fixture.place(&OrderSpec::new()).order_id;
    let second = fixture.place(&OrderSpec::new()).order_id;
    let ids = async |query: &str| -> Vec<u64> {
        let found = fixture.get(&format!("/v2/orders?{query}")).await.body;
        let orders = found.as_array().into_iter().flatten();
        orders.filter_map(|order| order["id"].as_u64()).collect()
    };
    let asked = format!("min_id={second}&status_id=7");
    let tomorrow = "min_date_created=2999-01-01T00:00:00Z";
    assert_eq!((ids(&asked).await, ids(tomorrow).await), (vec![second], vec![]));
    fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| {
        settings.ignored_parameters = vec!["min_id", "min_date_created", "page"];
    });
    assert_eq!(ids(&asked).await, [first, second]);
    assert_eq!(ids(tomorrow).await, [first, second]);
    assert_eq!(ids("page=2&limit=1").await, [first], "the same page again");
    assert_eq!(ids("status_id=5").await, [0; 0], "what is not ignored still counts");
}

#[tokio::test]
async fn a_total_includes_credit_and_certificates_or_not() {
    let fixture = Fixture::start().await;
    let placed = fixture.place(&OrderSpec::total(1200).store_credit(200).gift_certificate(300));
    let cases = [(true, true, 1200), (false, true, 1000), (true, false, 900), (false, false, 700)];
    for (credit, certificates, total) in cases {
        fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| {
            settings.total_has_credit = credit;
            settings.total_has_certificates = certificates;
        });
        let order = fixture.get(&format!("/v2/orders/{}", placed.order_id)).await.body;
        assert_eq!(order["total_inc_tax"], format!("{total}.0000"));
        assert_eq!(order["store_credit_amount"], "200.0000");
        let path = format!("/api/storefront/orders/{}?include=payments", placed.order_id);
        let shown = fixture.shop(&path, &placed.session).await.body;
        assert_eq!((&shown["orderAmount"], &shown["orderAmountAsInteger"]), (&json!(total), &json!(total)));
        assert_eq!(shown["payments"][2]["amount"], 700, "what the method has to collect is the same");
        let rows = fixture.get(&format!("/v3/orders/{}/transactions", placed.order_id)).await.body;
        assert_eq!(rows["data"][0]["amount"], 700);
    }
}

#[tokio::test]
async fn a_deleted_order_is_not_found() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    fixture.sandbox.bigcommerce.delete_order(&fixture.hash, id);
    let missing = fixture.get(&format!("/v2/orders/{id}")).await;
    assert_eq!((missing.status, &missing.body[0]["status"]), (404, &json!(404)));
}

#[tokio::test]
async fn transactions_name_the_offline_method_or_are_silent() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    let path = format!("/v3/orders/{id}/transactions");
    let rows = fixture.get(&path).await.body;
    assert_eq!(rows["data"][0]["gateway"], "instore");
    assert_eq!(rows["data"][0]["order_id"], id.to_string());
    fixture.sandbox.bigcommerce.configure(&fixture.hash, |settings| settings.offline_transactions = false);
    assert_eq!(fixture.get(&path).await.status, 204);
}

#[tokio::test]
async fn metafields_conflict_on_their_key() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    let field =
        json!({ "permission_set": "app_only", "namespace": "komoju", "key": "session", "value": "s1" });
    let path = format!("/v3/orders/{id}/metafields");
    assert_eq!(fixture.post(&path, field.clone()).await.status, 200);
    assert_eq!(fixture.post(&path, field).await.status, 409);
    assert_eq!(fixture.get(&path).await.body["meta"]["pagination"]["total"], 1);
}
