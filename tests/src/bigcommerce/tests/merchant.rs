//! What merchants do by hand, and what an app sees of it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Fixture, answer};
use crate::bigcommerce::{Actor, Currency, OrderSpec, status};

impl Fixture {
    fn paid(&self, spec: &OrderSpec) -> u64 {
        let id = self.place(spec).order_id;
        self.sandbox.bigcommerce.set_status(&self.hash, id, status::AWAITING_FULFILLMENT);
        id
    }

    async fn v2(&self, id: u64) -> Value {
        self.get(&format!("/v2/orders/{id}")).await.body
    }

    /// Presses a button of the control panel.
    async fn press(&self, path: &str, form: &str) -> String {
        let places = self.sandbox.places();
        let url = format!("http://127.0.0.1:{}/stores/{}/orders/{path}", places.port(), self.hash);
        let request = self.http.post(url).header("host", format!("panel.localhost:{}", places.port()));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = answer(request.body(form.to_owned())).await;
        answer.headers["location"].to_str().expect("ASCII").to_owned()
    }
}

#[tokio::test]
async fn shipping_counts_items_and_moves_the_order() {
    let fixture = Fixture::start().await;
    let platform = &fixture.sandbox.bigcommerce;
    let id = fixture.paid(&OrderSpec::new().product(77, 2).product(79, 1).product(82, 1));
    platform.ship_some(&fixture.hash, id, 1);
    let order = fixture.v2(id).await;
    assert_eq!(
        (&order["status_id"], &order["items_shipped"], &order["items_total"]),
        (&json!(3), &json!(1), &json!(4))
    );
    assert_ne!(order["date_shipped"], "");
    platform.ship(&fixture.hash, id);
    let order = fixture.v2(id).await;
    assert_eq!((&order["status_id"], &order["items_shipped"]), (&json!(2), &json!(3)));
    let products = fixture.get(&format!("/v2/orders/{id}/products")).await.body;
    let shipped: Vec<_> =
        products.as_array().expect("rows").iter().map(|row| row["quantity_shipped"].clone()).collect();
    assert_eq!(shipped, [2, 1, 0], "downloads are not shipped");
}

#[tokio::test]
async fn goods_that_come_and_go_change_the_total() {
    let fixture = Fixture::start().await;
    let platform = &fixture.sandbox.bigcommerce;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    let line = platform.add_item(&fixture.hash, id, "Gift wrapping", 150, 2);
    assert_eq!(fixture.v2(id).await["total_inc_tax"], "1500.0000");
    platform.remove_item(&fixture.hash, id, line);
    assert_eq!(fixture.v2(id).await["total_inc_tax"], "1200.0000");
    assert_eq!(platform.order(&fixture.hash, id).statuses(), [7], "the status is not touched");
}

#[tokio::test]
async fn the_panels_buttons_do_what_they_say() {
    let fixture = Fixture::start().await;
    let at = |id: u64| fixture.sandbox.bigcommerce.order(&fixture.hash, id);
    let id = fixture.paid(&OrderSpec::total(1200).store_credit(300));
    for (deed, to) in [("decline", 6), ("cancel", 5), ("complete", 10), ("ship", 2)] {
        fixture.press(&format!("{id}/do/{deed}"), "").await;
        assert_eq!(
            (at(id).status_id, at(id).history.last().map(|change| change.by)),
            (to, Some(Actor::Merchant))
        );
    }
    fixture.press(&format!("{id}/items"), "name=Mug&price=300&quantity=1").await;
    assert_eq!(at(id).total(), 1500);
    let line = at(id).lines.last().expect("it was added").id;
    fixture.press(&format!("{id}/items/{line}/remove"), "").await;
    assert_eq!(at(id).total(), 1200);
    fixture.press(&format!("{id}/refund"), "amount=100&provider=instore&credit=50").await;
    assert_eq!((at(id).refunded(), at(id).status_id), (150, 14));
    let refused = fixture.press(&format!("{id}/refund"), "amount=801&provider=instore&credit=").await;
    assert!(refused.contains("?problem="), "{refused}");
    fixture.press(&format!("{id}/do/refund"), "").await;
    let payments: Vec<_> =
        at(id).refunds[1].payments.iter().map(|p| (p.provider_id.clone(), p.amount)).collect();
    assert_eq!(payments, [("instore".to_owned(), 800), ("storecredit".to_owned(), 250)]);
    assert_eq!(at(id).status_id, 4);
}

#[tokio::test]
async fn a_guest_gets_the_rest_of_a_full_refund_otherwise() {
    let fixture = Fixture::start().await;
    let id = fixture.paid(&OrderSpec::total(1200).gift_certificate(200));
    let refund = fixture.sandbox.bigcommerce.refund_in_full(&fixture.hash, id).expect("it is paid");
    let payments: Vec<_> = refund.payments.iter().map(|p| (p.provider_id.as_str(), p.amount)).collect();
    assert_eq!(payments, [("instore", 1000), ("custom", 200)]);
}

#[tokio::test]
async fn the_merchant_is_quicker_than_a_put() {
    let fixture = Fixture::start().await;
    let platform = &fixture.sandbox.bigcommerce;
    let id = fixture.place(&OrderSpec::total(1200)).order_id;
    platform.move_before_next_put(&fixture.hash, id, status::SHIPPED);
    assert_eq!(fixture.v2(id).await["status_id"], 7, "reading shows nothing yet");
    fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11 })).await;
    let order = platform.order(&fixture.hash, id);
    let moves: Vec<_> = order.history.iter().map(|change| (change.to, change.by)).collect();
    assert_eq!(moves, [(7, Actor::Shopper), (2, Actor::Merchant), (11, Actor::App)]);
    fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 12 })).await;
    assert_eq!(platform.order(&fixture.hash, id).statuses(), [7, 2, 11, 12], "once");
    platform.edit_before_next_put(&fixture.hash, id, 900);
    let answer = fixture.put(&format!("/v2/orders/{id}"), json!({ "staff_notes": "x" })).await;
    assert_eq!(answer.body["total_inc_tax"], "900.0000");
    platform.delete_before_next_put(&fixture.hash, id);
    assert_eq!(fixture.put(&format!("/v2/orders/{id}"), json!({ "staff_notes": "y" })).await.status, 404);
}

#[tokio::test]
async fn refunds_of_one_order_are_processed_one_after_the_other() {
    let fixture = Fixture::start().await;
    let platform = &fixture.sandbox.bigcommerce;
    let id = fixture.paid(&OrderSpec::total(1200));
    platform.slow_refunds(&fixture.hash, Duration::from_secs(60));
    let path = format!("/v3/orders/{id}/payment_actions/refunds");
    let body = json!({
        "items": [{ "item_type": "ORDER", "item_id": id, "amount": 100 }],
        "payments": [{ "provider_id": "instore", "amount": 100, "offline": true }],
    });
    let first = fixture.request(Method::POST, &path).json(&body).send();
    let under_way = async {
        while platform.read(&fixture.hash, |store| store.refunding.contains(&id)) != Some(true) {
            tokio::task::yield_now().await;
        }
    };
    // Once it is under way the caller hangs up.
    tokio::select! {
        answer = first => panic!("it takes a minute: {answer:?}"),
        () = under_way => {}
    }
    let second = fixture.post(&path, body).await;
    assert_eq!((second.status, &second.body["data"][0]["status"]), (422, &json!(422)));
    assert!(platform.create_refund(&fixture.hash, id, 100).is_err(), "the merchant has to wait as well");
    assert_eq!(fixture.get(&path).await.body["data"], json!([]), "nothing of it is seen yet");
}

#[tokio::test]
async fn v2_always_tells_zero_refunded_unless_switched() {
    let fixture = Fixture::start().await;
    let platform = &fixture.sandbox.bigcommerce;
    let id = fixture.paid(&OrderSpec::total(1200));
    platform.create_refund(&fixture.hash, id, 300).expect("it is paid");
    assert_eq!(fixture.v2(id).await["refunded_amount"], "0.0000");
    platform.configure(&fixture.hash, |settings| settings.refunded_amount = true);
    assert_eq!(fixture.v2(id).await["refunded_amount"], "300.0000");
}

#[tokio::test]
async fn an_order_paid_by_credit_alone_names_no_method_of_the_stores() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::total(1200).store_credit(1200).provider("storecredit")).order_id;
    let order = fixture.v2(id).await;
    assert_eq!((&order["payment_method"], &order["status_id"]), (&json!("Store Credit"), &json!(11)));
}

#[tokio::test]
async fn currencies_have_the_decimals_of_the_store() {
    let fixture = Fixture::start().await;
    let order = fixture.v2(fixture.place(&OrderSpec::total(1200).currency(Currency::Twd)).order_id).await;
    assert_eq!(
        (&order["default_currency_code"], &order["total_inc_tax"]),
        (&json!("TWD"), &json!("1200.0000"))
    );
    let order =
        fixture.v2(fixture.place(&OrderSpec::total(15_000_050).currency(Currency::Idr)).order_id).await;
    assert_eq!(
        (&order["default_currency_code"], &order["total_inc_tax"]),
        (&json!("IDR"), &json!("150000.5000"))
    );
}

#[tokio::test]
async fn a_quota_is_told_on_every_answer_and_kept() {
    let fixture = Fixture::start().await;
    fixture.sandbox.bigcommerce.set_quota(&fixture.hash, 2, Duration::from_secs(30));
    let told = |answer: &super::Answer, name: &str| answer.headers[name].to_str().expect("ASCII").to_owned();
    let first = fixture.get("/v2/store").await;
    assert_eq!(
        (told(&first, "x-rate-limit-requests-quota"), told(&first, "x-rate-limit-requests-left")),
        ("2".into(), "1".into())
    );
    let missing = fixture.get("/v2/orders/9").await;
    assert_eq!((missing.status, told(&missing, "x-rate-limit-requests-left")), (404, "0".into()));
    let refused = fixture.get("/v2/store").await;
    assert_eq!((refused.status, told(&refused, "x-rate-limit-time-window-ms")), (429, "30000".into()));
    assert!(
        refused.headers.contains_key("x-rate-limit-time-reset-ms")
            && refused.headers.contains_key("x-retry-after")
    );
}
