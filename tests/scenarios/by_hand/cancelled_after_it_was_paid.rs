//! A paid order is cancelled by hand: the refund is offered, and made only when somebody says so.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, booked, moves, words, world};
use sandbox::komoju::PaymentStatus;

#[tokio::test]
async fn a_person_is_asked_and_nothing_is_refunded_by_itself() {
    for policy in ["at_once", "confirm", "never"] {
        let shop = Shop::open(world().await).await;
        shop.set(&[("refunds", policy)]).await;
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_600)).await;
        shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
        shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, moves(&now)), (5, vec![11]), "{policy}");
        assert_eq!(shop.refund_posts(&payment).len(), 0, "{policy}");
    }
}

#[tokio::test]
async fn the_refund_that_is_offered_is_made_once_and_the_question_goes() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_600)).await;
    shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
    shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;
    let fields = [("payment", payment.as_str()), ("id", "one-page")];
    tokio::join!(shop.press(&order, "refund", &fields), shop.press(&order, "refund", &fields));
    shop.payment_when(&payment, PaymentStatus::Refunded).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now), shop.paid_back(&payment)), (5, vec![], vec![2_600]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_part_of_it_may_be_kept_as_a_cancellation_fee() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_600)).await;
    shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
    shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;
    shop.decide(&order, "refund", &[("payment", &payment), ("amount", "2000")]).await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [2_000]);
    shop.at_rest(&order).await;
    shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;
    shop.decide(&order, "dismiss", &[("attention", "cancelled_while_paid")]).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.attention(&order).await.len(), shop.refund_posts(&payment).len()), (0, 1));
}

#[tokio::test]
async fn seen_and_dismissed_it_may_still_be_refunded() {
    let shop = Shop::open(world().await).await;
    let (cancelled, first) = shop.paid_by_card(&OrderSpec::total(2_600)).await;
    shop.world.sandbox.bigcommerce.cancel(&shop.hash, cancelled.order_id);
    shop.attention_when(&cancelled, words::CANCELLED_WHILE_PAID).await;

    // Cancelled first, and paid nevertheless.
    let (ended, session) = shop.begin(&OrderSpec::total(2_600)).await;
    shop.move_unheard(&ended, 5);
    let second = shop.pay_by_card(&session);
    shop.when_status(&ended, 12).await;
    shop.attention_when(&ended, words::PAID_AFTER_END).await;

    for (order, payment, seen) in
        [(cancelled, first, "cancelled_while_paid"), (ended, second, "paid_after_end")]
    {
        shop.decide(&order, "dismiss", &[("attention", seen)]).await;
        shop.at_rest(&order).await;
        assert_eq!(shop.attention(&order).await, [""; 0]);
        shop.decide(&order, "refund", &[("payment", &payment)]).await;
        shop.payment_when(&payment, PaymentStatus::Refunded).await;
    }
}

#[tokio::test]
async fn taken_back_by_the_merchant_the_question_goes() {
    let shop = Shop::open(world().await).await;
    let (order, _) = shop.paid_by_card(&OrderSpec::total(2_600)).await;
    shop.world.sandbox.bigcommerce.cancel(&shop.hash, order.order_id);
    shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 11);
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_refund_is_not_offered_for_an_order_that_is_to_be_shipped() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_600)).await;
    let told = shop.press(&order, "refund", &[("payment", &payment)]).await;
    assert!(told.contains("done=overtaken"), "{told}");
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), 0);
}
