//! The merchant changes keys, account or mode while payments are under way: each is finished with what it was begun.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, notes, world};
use sandbox::komoju::PaymentStatus;

#[tokio::test]
async fn a_payment_at_the_former_account_is_still_taken_refunded_and_booked() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    let other = shop.world.sandbox.komoju.create_merchant(Default::default());
    shop.save("keys", &[("secret_key", &other.secret_key_live)]).await;
    let payment = shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
    shop.history_when(&order, "Paid").await;
    shop.refund_order(&order, 500);
    assert_eq!(shop.paid_back_when(&payment, 1).await, [500]);
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);

    let (newer, _) = {
        let order = shop.order(&OrderSpec::total(2_000));
        let told = shop.arrive(&order).await;
        (shop.go(&told).await, order)
    };
    assert_eq!(newer.merchant, other.id);
}

#[tokio::test]
async fn a_key_that_was_renewed_at_komoju_finishes_what_the_old_one_began() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    let renewed = shop.world.sandbox.komoju.rotate_keys(&shop.merchant.id).expect("it exists");
    shop.save("keys", &[("secret_key", &renewed.secret_key_live)]).await;
    shop.webhooks(Mode::Lost);
    let payment = shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    shop.quiet(&order).await;
    shop.when_status(&order, 4).await;
}

#[tokio::test]
async fn a_live_payment_stays_live_when_the_shop_turns_to_testing() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    shop.save("keys", &[("secret_key", &shop.merchant.secret_key_test)]).await;
    let payment = shop.pay_by_card(&session);
    let now = shop.when_status(&order, 11).await;
    assert!(notes(&now)[0].starts_with("[KOMOJU] "), "{}", now.staff_notes);
    shop.history_when(&order, "Paid").await;
    shop.refund_order(&order, 2_000);
    shop.payment_when(&payment, PaymentStatus::Refunded).await;
}
