//! BigCommerce has no compare-and-set: the merchant may move the order between our look and our update.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, eventually, moves, notes, words, world};

#[tokio::test]
async fn what_nobody_but_the_merchant_may_leave_is_put_back_with_a_note() {
    let shop = Shop::open(world().await).await;
    for set in [2, 3, 4, 10, 14] {
        let order = paid_while(&shop, set).await;
        shop.when(&order, |o| o.status_id == set && o.staff_notes.contains("（復元、")).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.statuses(), moves(&now)), (vec![7, set, 11, set], vec![11, set]));
        assert_eq!(notes(&now).len(), 2, "{}", now.staff_notes);
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_merchant_who_has_gone_on_meanwhile_is_left_alone() {
    let shop = Shop::open(world().await).await;
    shop.hooks(sandbox::delivery::Mode::Held);
    let order = paid_while(&shop, 2).await;
    shop.when_status(&order, 11).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 10);
    shop.hooks(sandbox::delivery::Mode::Normal);
    let delivery = shop.world.sandbox.delivery();
    delivery.release(&shop.hash, sandbox::faults::Side::BigCommerce, &sandbox::delivery::Order::AsMade);
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, moves(&now)), (10, vec![11]));
}

#[tokio::test]
async fn an_order_edited_in_that_moment_is_shown_to_a_person() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_800)).await;
    shop.world.sandbox.bigcommerce.edit_before_next_put(&shop.hash, order.order_id, 2_500);
    shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
    shop.attention_when(&order, words::ORDER_EDITED).await;
}

#[tokio::test]
async fn an_order_deleted_in_that_moment_is_shown_to_a_person() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_800)).await;
    shop.world.sandbox.bigcommerce.delete_before_next_put(&shop.hash, order.order_id);
    shop.pay_by_card(&session);
    shop.attention_when(&order, words::PAID_AFTER_END).await;
    let puts = shop.requests(&Method::PUT, &format!("/orders/{}", order.order_id));
    assert_eq!(puts.len(), 1);
}

/// An order whose merchant sets a status just before our update of it as paid.
async fn paid_while(shop: &Shop<'_>, set: u8) -> PlacedOrder {
    let (order, session) = shop.begin(&OrderSpec::total(1_800)).await;
    shop.world.sandbox.bigcommerce.move_before_next_put(&shop.hash, order.order_id, set);
    shop.pay_by_card(&session);
    let replaced = async || shop.now(&order).statuses().starts_with(&[7, set, 11]).then_some(());
    eventually("our update to come second", replaced).await;
    order
}
