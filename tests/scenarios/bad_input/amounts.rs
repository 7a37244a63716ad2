//! The amount is the order's own, always: read when a payment starts, read again when it starts again.

use sandbox::bigcommerce::{Currency, OrderSpec};
use sandbox::harness::{Shop, calm_world};
use sandbox::komoju::SessionStatus;
use serde_json::json;

#[tokio::test]
async fn an_edited_order_gets_a_new_session_and_the_old_one_ends() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, first) = shop.begin(&OrderSpec::total(4_980)).await;
    world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 3_480);

    let second = shop.go(&shop.start(&order, "pay").await).await;
    assert_ne!(second.id, first.id);
    assert_eq!(second.amount, 3_480);
    let first = world.sandbox.komoju.session(&first.id).expect("sessions stay");
    assert_eq!((first.amount, first.status), (4_980, SessionStatus::Cancelled));
    assert!(
        world.sandbox.komoju.pay_card(&first.id, "4111111111111111").is_err(),
        "the old amount can't be paid"
    );

    world.sandbox.komoju.pay_card(&second.id, "4111111111111111").expect("the session takes cards");
    let paid = shop.paid_order(order.order_id).await;
    assert_eq!(paid.statuses(), [7, 11]);
}

#[tokio::test]
async fn an_unchanged_order_keeps_its_session() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, first) = shop.begin(&OrderSpec::total(4_980)).await;
    let again = shop.go(&shop.start(&order, "pay").await).await;
    assert_eq!(again.id, first.id);
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn a_page_that_shows_another_amount_charges_nothing_and_the_merchant_is_told() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(4_980));
    for (amount, currency) in
        [("4981", "JPY"), ("49.80", "JPY"), ("4980", "USD"), ("", "JPY"), ("-4980", "JPY")]
    {
        let reply =
            shop.arrive_with(&order, json!({ "seen_amount": amount, "seen_currency": currency })).await;
        reply.is_problem(409, "amount_changed");
        assert!(reply.text("message").contains("Nothing has been charged"), "{reply:?}");
    }
    assert_eq!(shop.sessions().len(), 0);
    shop.attention_when(&order, "another amount").await;

    // A page that agrees clears it.
    let seen = json!({ "seen_amount": "4980", "seen_currency": "JPY" });
    assert_eq!(shop.arrive_with(&order, seen).await.text("state"), "redirect");
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn the_link_that_the_merchant_then_sends_asks_for_the_orders_own_amount() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(4_980));
    let seen = json!({ "seen_amount": "4981", "seen_currency": "JPY" });
    shop.arrive_with(&order, seen).await.is_problem(409, "amount_changed");
    shop.attention_when(&order, "send the payment link").await;
    assert_eq!(shop.leave_by_link(&order).await.amount, 4_980);
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_page_in_dollars_shows_cents() {
    let world = calm_world().await;
    let shop = Shop::open_in(world, Currency::Usd).await;
    let order = shop.order(&OrderSpec::total(4_980));
    let seen = json!({ "seen_amount": "498000", "seen_currency": "USD" });
    shop.arrive_with(&order, seen).await.is_problem(409, "amount_changed");
    let seen = json!({ "seen_amount": "4980", "seen_currency": "USD" });
    let session = shop.go(&shop.arrive_with(&order, seen).await).await;
    assert_eq!((session.amount, session.currency.code()), (4_980, "USD"));
}

#[tokio::test]
async fn where_credit_pays_a_part_the_page_may_show_the_total_or_what_is_left() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    for shown in ["5000", "3500"] {
        let order = shop.order(&OrderSpec::total(5_000).store_credit(1_000).gift_certificate(500));
        let seen = json!({ "seen_amount": shown, "seen_currency": "JPY" });
        let session = shop.go(&shop.arrive_with(&order, seen).await).await;
        assert_eq!(session.amount, 3_500);
    }
}
