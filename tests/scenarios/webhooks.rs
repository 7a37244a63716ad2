//! KOMOJU's webhooks are reasons to look and nothing else: lost, repeated, late or out of order, the end is the same.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::{Mode, Order};
use sandbox::harness::{Shop, notes, world};

const CARD: &str = "4111111111111111";

#[tokio::test]
async fn a_payment_whose_webhooks_are_lost_is_found_by_looking() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(700)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    shop.when_status(&order, 11).await;
    is_paid_once(&shop, &order).await;
}

#[tokio::test]
async fn webhooks_that_come_three_times_move_the_order_once() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Times(3));
    let (order, session) = shop.begin(&OrderSpec::total(700)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    shop.when_status(&order, 11).await;
    is_paid_once(&shop, &order).await;
    assert_eq!(shop.order_puts(order.order_id), 1);
    assert!(shop.world.sandbox.komoju.deliveries(&shop.merchant.id).len() >= 6, "each came three times");
}

#[tokio::test]
async fn held_and_shuffled_webhooks_come_to_the_same_end() {
    let orders = [
        Order::AsMade,
        Order::Reversed,
        Order::Picked(vec![2, 0, 0, 1, 2]),
        Order::Picked(vec![1]),
        Order::Picked(vec![0]),
    ];
    let shop = Shop::open(world().await).await;
    for leaving in orders {
        shop.webhooks(Mode::Held);
        let (order, session) = shop.begin(&OrderSpec::total(700)).await;
        let komoju = &shop.world.sandbox.komoju;
        let code = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
        komoju.capture(&code).expect("the code is live");
        assert!(komoju.release(&shop.merchant.id, &leaving) > 0);
        shop.when_status(&order, 11).await;
        is_paid_once(&shop, &order).await;
        // What was left behind must not be what the next round releases.
        komoju.release(&shop.merchant.id, &Order::AsMade);
        is_paid_once(&shop, &order).await;
    }
}

#[tokio::test]
async fn the_shoppers_return_finds_what_no_webhook_has_told_yet() {
    let shop = Shop::open(world().await).await;
    shop.webhooks(Mode::Held);
    let order = shop.order(&OrderSpec::total(700));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    shop.come_back(&session).await;
    assert_eq!(shop.status(&told.token()).await.word(), "paid", "the return itself has looked");
    shop.when_status(&order, 11).await;
    shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::AsMade);
    is_paid_once(&shop, &order).await;
}

#[tokio::test]
async fn a_return_alone_marks_nothing_paid() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(700));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    shop.come_back(&session).await;
    shop.quiet(&order).await;
    assert_eq!(shop.status(&told.token()).await.word(), "unpaid");
    assert_eq!((shop.now(&order).status_id, shop.order_puts(order.order_id)), (7, 0));
}

/// However often and in whatever order it was told.
async fn is_paid_once(shop: &Shop<'_>, order: &PlacedOrder) {
    shop.quiet(order).await;
    let now = shop.now(order);
    let paid = notes(&now).into_iter().filter(|note| note.contains("（入金済み、")).count();
    assert_eq!((now.statuses(), paid), (vec![7, 11], 1), "{}", now.staff_notes);
}
