//! Answers that are not quite what the documents say. What nobody needs keeps no order from being paid, and one element
//! that cannot be read stops none of its neighbours.

use axum::http::Method;
use sandbox::alter::Alteration;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, notes, world};
use serde_json::json;

/// As good as for ever.
const ALWAYS: u32 = 10_000;

fn every_order_has(shop: &Shop<'_>, alteration: Alteration) {
    shop.order_fault(Method::GET, FaultKind::Altered(alteration), ALWAYS);
}

/// Its page is reached, it is paid there by card, and it is told so once.
async fn is_paid_as_ever(shop: &Shop<'_>, order: &PlacedOrder) {
    let session = shop.leave_for_komoju(order).await;
    shop.pay_by_card(&session);
    let paid = shop.when_status(order, 11).await;
    assert_eq!((paid.statuses(), notes(&paid).len()), (vec![7, 11], 1));
}

#[tokio::test]
async fn half_an_emoji_in_a_customers_words_keeps_no_order_from_being_paid() {
    let shop = Shop::open(world().await).await;
    for name in ["customer_message", "staff_notes", "first_name", "city"] {
        every_order_has(&shop, Alteration::half_surrogate(name));
        is_paid_as_ever(&shop, &shop.order(&OrderSpec::total(1_800))).await;
        shop.world.sandbox.faults().clear(&shop.hash);
    }
}

#[tokio::test]
async fn the_noise_of_floating_point_changes_no_amount() {
    let shop = Shop::open(world().await).await;
    every_order_has(&shop, Alteration::noise_in_text(&["total_inc_tax", "refunded_amount"]));
    let order = shop.order(&OrderSpec::total(1_530));
    is_paid_as_ever(&shop, &order).await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn an_event_that_nobody_can_read_hides_no_other() {
    for element in [json!(null), json!(7), json!({ "id": {}, "type": [], "data": "?" })] {
        let shop = Shop::open(world().await).await;
        let (order, session) = shop.begin(&OrderSpec::total(2_600)).await;
        let code = shop.take_code(&session);
        shop.when(&order, |o| !o.staff_notes.is_empty()).await;
        shop.webhooks(Mode::Lost);
        let altered = Alteration::element("/data", 0, element.clone());
        shop.komoju_fault(Method::GET, "/events?", FaultKind::Altered(altered), ALWAYS);
        shop.world.sandbox.komoju.capture(&code).expect("the code is live");
        shop.save("repair", &[]).await;
        shop.when_status(&order, 11).await;
    }
}

#[tokio::test]
async fn an_order_that_nobody_can_read_hides_no_other_from_the_sweep() {
    for element in [json!(null), json!("order"), json!({ "id": "x", "status_id": {} })] {
        let shop = Shop::open(world().await).await;
        shop.hooks(Mode::Lost);
        let altered = FaultKind::Altered(Alteration::element("", 0, element.clone()));
        let fault = Fault::on(Side::BigCommerce, altered).tenant(&shop.hash);
        shop.world.sandbox.faults().add(fault.method(Method::GET).path("/v2/orders?").times(ALWAYS));
        let order = shop.order(&OrderSpec::total(3_200));
        shop.save("repair", &[]).await;
        shop.state_when(&order, "blank", "Not started").await;
    }
}

/// A refused detail of the shopper's costs one more request, and no sale.
#[tokio::test]
async fn an_address_that_komoju_does_not_take_is_left_out() {
    let shop = Shop::open(world().await).await;
    for param in ["email", "payment_data[billing_address][zipcode]", "line_items"] {
        let order = shop.order(&OrderSpec::total(1_100));
        let refusal =
            json!({ "error": { "code": "invalid_parameter", "message": "is invalid", "param": param } });
        shop.komoju_fault(Method::POST, "/sessions", FaultKind::Answer(422, refusal.to_string()), 1);
        is_paid_as_ever(&shop, &order).await;
    }
    assert_eq!(shop.requests(&Method::POST, "/sessions").len(), 6);
}

#[tokio::test]
async fn a_side_that_ignores_what_it_is_asked_for_ends_no_walk_late_and_meets_no_old_order() {
    let shop = Shop::open(world().await).await;
    let ignoring = vec!["min_id", "min_date_created", "page"];
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.ignored_parameters = ignoring);
    shop.hooks(Mode::Lost);
    let order = shop.order(&OrderSpec::total(3_300));
    shop.save("repair", &[]).await;
    shop.state_when(&order, "blank", "Not started").await;
    shop.world.sandbox.faults().clear(&shop.hash);
    let pages = shop.requests(&Method::GET, "/v2/orders?").len();
    assert!(pages <= 4, "{pages} pages of one list");
}

/// It is read again until BigCommerce answers about the order that was asked for.
#[tokio::test]
async fn an_answer_about_another_order_moves_nothing() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_900)).await;
    let other = FaultKind::Altered(Alteration::at("/id", json!(order.order_id + 1)));
    shop.order_fault(Method::GET, other, 2);
    shop.pay_by_card(&session);
    let paid = shop.when_status(&order, 11).await;
    assert_eq!((paid.statuses(), shop.order_puts(order.order_id)), (vec![7, 11], 1));
    let looks = shop.requests(&Method::GET, &format!("/v2/orders/{}", order.order_id));
    assert!(
        looks.len() >= 4,
        "one at the start, two about another order, and one that counts: {}",
        looks.len()
    );
}
