//! Two attempts at one order are both paid: a person is asked, or where it is set so, the later goes back by itself.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::{Mode, Order};
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, booked, moves, words, world};
use sandbox::komoju::{PaymentStatus, WalletAnswer};

#[tokio::test]
async fn the_later_goes_back_once_and_the_order_knows_nothing_of_it() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refund_second", "1")]).await;
    let (order, first, second) = paid_twice(&shop).await;
    shop.payment_when(&second, PaymentStatus::Refunded).await;
    let description = shop.payment(&second).refunds[0].description.clone().unwrap_or_default();
    assert!(description.contains("duplicate-payment"), "{description}");
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, moves(&now), booked(&now)), (11, vec![11], vec![]));
    assert_eq!(shop.payment(&first).status, PaymentStatus::Captured);
    assert_eq!((shop.refund_posts(&second).len(), shop.refund_posts(&first).len()), (1, 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn its_answer_lost_it_goes_back_once_all_the_same() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refund_second", "1")]).await;
    shop.komoju_fault(Method::POST, "/refund", FaultKind::CutAfter, 1);
    let (order, first, second) = paid_twice(&shop).await;
    shop.payment_when(&second, PaymentStatus::Refunded).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&first).len(), shop.paid_back(&second).len()), (0, 1));
}

#[tokio::test]
async fn refused_by_komoju_a_person_is_asked() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refund_second", "1")]).await;
    shop.world.sandbox.komoju.set_unsettled_balance(&shop.merchant.id, Some(0)).expect("it exists");
    let (order, _, second) = paid_twice(&shop).await;
    shop.attention_when(&order, words::REFUND_REFUSED).await;
    shop.attention_when(&order, words::PAID_TWICE).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&second).len(), 1);
}

#[tokio::test]
async fn unless_it_is_set_so_a_person_refunds_either_of_them_and_the_books_stay() {
    let shop = Shop::open(world().await).await;
    for later in [true, false] {
        let (order, first, second) = paid_twice(&shop).await;
        shop.attention_when(&order, words::PAID_TWICE).await;
        shop.at_rest(&order).await;
        assert_eq!(shop.refund_posts(&first).len() + shop.refund_posts(&second).len(), 0);
        let (back, kept) = if later { (&second, &first) } else { (&first, &second) };
        shop.decide(&order, "refund", &[("payment", back)]).await;
        shop.payment_when(back, PaymentStatus::Refunded).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, booked(&now)), (11, vec![]), "the order is still paid, once");
        assert_eq!((shop.paid_back(kept).len(), shop.attention(&order).await.len()), (0, 0));
    }
}

#[tokio::test]
async fn one_refunded_at_komoju_by_hand_is_none_of_the_orders_either() {
    let shop = Shop::open(world().await).await;
    let (order, _, second) = paid_twice(&shop).await;
    shop.attention_when(&order, words::PAID_TWICE).await;
    shop.world.sandbox.komoju.refund(&second, None).expect("KOMOJU takes the refund");
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now), shop.attention(&order).await.len()), (11, vec![], 0));
}

/// An order whose shopper left a wallet page open, paid by card in a second session, then approved in the wallet after
/// all. Returns the payments, the one the order was told of first.
async fn paid_twice(shop: &Shop<'_>) -> (PlacedOrder, String, String) {
    let komoju = &shop.world.sandbox.komoju;
    let (order, session) = shop.begin(&OrderSpec::total(6_000)).await;
    let wallet = komoju.start_wallet(&session.id, "paypay").expect("the session is open");
    shop.at_rest(&order).await;
    // KOMOJU gives the wallet up, and its webhook is the last that is heard for a while.
    komoju.correct_payment(&wallet, |p| p.status = PaymentStatus::Expired).expect("it exists");
    komoju.expire_session(&session.id).expect("it exists");
    shop.at_rest(&order).await;
    let newer = shop.go(&shop.start(&order, "pay").await).await;
    assert_ne!(newer.id, session.id);
    shop.webhooks(Mode::Held);
    let card = shop.pay_by_card(&newer);
    komoju.release(&shop.merchant.id, &Order::AsMade);
    shop.history_when(&order, "Paid").await;
    komoju.correct_payment(&wallet, |p| p.status = PaymentStatus::Pending).expect("it exists");
    komoju.finish_wallet(&wallet, WalletAnswer::Approve).expect("it is pending again");
    komoju.release(&shop.merchant.id, &Order::AsMade);
    shop.webhooks(Mode::Normal);
    (order, card, wallet)
}
