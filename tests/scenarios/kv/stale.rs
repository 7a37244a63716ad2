//! The copy in KV stays as it was before the merchant changed something. What moves money, ships or ends an order goes
//! by what the merchant says now. A turn may end with the settings that it was given when it began, a few seconds ago,
//! so each test lets the turns end that began before the change: what it then does meets a turn that asks anew.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Kv, Shop, ShopSpec, moves, notes, words, world};
use sandbox::komoju::PaymentStatus;

#[tokio::test]
async fn shipping_takes_nothing_once_the_merchant_captures_by_hand() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("capture", "manual")]).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000)).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&order, "Authorized").await;
    shop.copy(Kv::StaysOld).await;
    shop.set(&[("capture", "manual"), ("capture_on_shipping", "")]).await;
    shop.quiet(&order).await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.at_rest(&order).await;
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized);
}

#[tokio::test]
async fn shipping_takes_the_money_as_soon_as_the_merchant_wants_it() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("capture", "manual"), ("capture_on_shipping", "")]).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000)).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&order, "Authorized").await;
    shop.copy(Kv::StaysOld).await;
    shop.set(&[("capture", "manual")]).await;
    shop.quiet(&order).await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.payment_when(&payment, PaymentStatus::Captured).await;
}

#[tokio::test]
async fn a_refund_waits_for_a_person_once_the_merchant_wants_that() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.copy(Kv::StaysOld).await;
    shop.set(&[("refunds", "confirm")]).await;
    shop.quiet(&order).await;
    shop.refund_order(&order, 1_000);
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment).len(), shop.refund_posts(&payment).len()), (0, 0));
}

#[tokio::test]
async fn test_money_moves_no_order_once_the_merchant_is_done_with_testing() {
    let spec = ShopSpec { test_mode: true, test_moves_orders: true, ..ShopSpec::default() };
    let shop = Shop::open_as(world().await, spec).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_000)).await;
    shop.copy(Kv::StaysOld).await;
    shop.set(&[("test_moves_orders", "")]).await;
    shop.quiet(&order).await;
    shop.pay_by_card(&session);
    let told = shop.when(&order, |o| o.staff_notes.contains("[KOMOJU TEST]")).await;
    assert_eq!((told.status_id, moves(&told), notes(&told).len()), (7, vec![], 1));
}
