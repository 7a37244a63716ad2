//! A refund made in BigCommerce waits for a person, who confirms it, or says that it was paid back otherwise.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, booked, words, world};
use sandbox::komoju::PaymentStatus;

#[tokio::test]
async fn confirmed_it_is_paid_back_once_however_often_the_button_is_pressed() {
    let shop = Shop::open(world().await).await;
    let (order, payment, refund) = waiting(&shop, 1_100).await;
    let fields = [("refund", refund.as_str()), ("id", "one-page")];
    let (first, second) =
        tokio::join!(shop.press(&order, "confirm", &fields), shop.press(&order, "confirm", &fields));
    assert!([first, second].iter().any(|to| to.contains("done=decided")));
    shop.paid_back_when(&payment, 1).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![1_100], vec![1_100]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn each_refund_is_confirmed_by_itself() {
    let shop = Shop::open(world().await).await;
    let (order, payment, first) = waiting(&shop, 1_100).await;
    let second = shop.refund_order(&order, 1_900).to_string();
    shop.at_rest(&order).await;
    shop.decide(&order, "confirm", &[("refund", &second)]).await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [1_900]);
    shop.at_rest(&order).await;
    assert_eq!(shop.paid_back(&payment), [1_900]);
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;

    shop.decide(&order, "confirm", &[("refund", &first)]).await;
    shop.payment_when(&payment, PaymentStatus::Refunded).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment), shop.attention(&order).await.len()), (vec![1_900, 1_100], 0));
}

#[tokio::test]
async fn settled_outside_komoju_nothing_is_paid_back_and_who_said_so_is_shown() {
    let shop = Shop::open(world().await).await;
    let (order, payment, refund) = waiting(&shop, 1_100).await;
    shop.decide(&order, "outside", &[("refund", &refund)]).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await.len()), (0, 0));
    let page = shop.page_of(&order).await;
    assert!(page.contains("Paid back otherwise") && page.contains('@') && page.contains("JST"), "{page}");

    let again = shop.press(&order, "confirm", &[("refund", &refund)]).await;
    assert!(again.contains("done=overtaken"), "{again}");
    shop.set(&[("refunds", "at_once")]).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), 0);
}

#[tokio::test]
async fn where_refunds_never_go_to_komoju_one_may_still_be_sent_there_by_hand() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "never")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, 500).to_string();
    shop.at_rest(&order).await;
    shop.decide(&order, "confirm", &[("refund", &refund)]).await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [500]);
}

#[tokio::test]
async fn refused_by_komoju_it_is_tried_again_when_somebody_says_so() {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    let (order, payment, refund) = waiting(&shop, 1_100).await;
    komoju.set_unsettled_balance(&shop.merchant.id, Some(0)).expect("it exists");
    shop.decide(&order, "confirm", &[("refund", &refund)]).await;
    shop.attention_when(&order, words::REFUND_REFUSED).await;
    let page = shop.page_of(&order).await;
    assert!(page.contains("unsettled balance") && page.contains("Try again"), "{page}");

    komoju.set_unsettled_balance(&shop.merchant.id, None).expect("it exists");
    shop.decide(&order, "confirm", &[("refund", &refund)]).await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [1_100]);
    shop.at_rest(&order).await;
    let keys: Vec<_> = shop.refund_posts(&payment).into_iter().map(|post| post.idempotency_key).collect();
    assert!(keys.len() == 2 && keys[0] != keys[1], "another try has another key: {keys:?}");
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

/// An order of 3,000 that was refunded in part in BigCommerce, and waits for a word about it.
async fn waiting(shop: &Shop<'_>, minor: i64) -> (PlacedOrder, String, String) {
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, minor);
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    (order, payment, refund.to_string())
}
