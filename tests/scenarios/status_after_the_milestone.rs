//! Once the order has been told, its status belongs to the merchant: nothing of ours moves it again.

use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::delivery::Mode;
use sandbox::faults::Side;
use sandbox::harness::{Shop, moves, notes, world};

#[tokio::test]
async fn more_webhooks_leave_alone_what_the_merchant_has_set() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.when_status(&order, 11).await;
    for by_hand in [status::SHIPPED, status::AWAITING_PAYMENT, status::CANCELLED] {
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, by_hand);
        every_webhook_again(&shop);
        shop.quiet(&order).await;
        let now = shop.now(&order);
        assert_eq!((now.status_id, moves(&now), notes(&now).len()), (by_hand, vec![11], 1));
    }
    assert_eq!(shop.order_puts(order.order_id), 1);
}

#[tokio::test]
async fn notes_that_the_merchant_wrote_or_erased_stay_so() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(3_000));
    shop.world.sandbox.bigcommerce.set_staff_notes(&shop.hash, order.order_id, "Gift wrap, please");
    let session = shop.leave_for_komoju(&order).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    let now = shop.when_status(&order, 11).await;
    assert!(now.staff_notes.starts_with("Gift wrap, please\n[KOMOJU] "), "{}", now.staff_notes);

    shop.world.sandbox.bigcommerce.set_staff_notes(&shop.hash, order.order_id, "");
    every_webhook_again(&shop);
    shop.quiet(&order).await;
    assert_eq!(shop.now(&order).staff_notes, "");
}

/// As new messages of the same content, and each twice.
fn every_webhook_again(shop: &Shop<'_>) {
    let delivery = shop.world.sandbox.delivery();
    shop.webhooks(Mode::Normal);
    for record in delivery.deliveries(&shop.merchant.id, Side::Komoju) {
        for _ in 0..2 {
            delivery.resend(&shop.merchant.id, Side::Komoju, record.id).expect("it is in the log");
        }
    }
}
