//! A refund in BigCommerce of more than KOMOJU holds is not made in part: a person is told.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, booked, words, world};

#[tokio::test]
async fn an_order_that_grew_after_it_was_paid_and_was_refunded_whole() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 4_000);
    shop.refund_order(&order, 4_000);
    shop.attention_when(&order, words::REFUND_TOO_LARGE).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.paid_back(&payment)), (0, vec![]));
}

#[tokio::test]
async fn what_is_left_may_still_be_refunded_in_smaller_parts() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 9_000);
    shop.refund_order(&order, 3_500);
    shop.attention_when(&order, words::REFUND_TOO_LARGE).await;
    shop.refund_order(&order, 2_000);
    assert_eq!(shop.paid_back_when(&payment, 1).await, [2_000]);
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), 1);
}

#[tokio::test]
async fn what_is_left_goes_back_from_the_panel_and_the_rest_by_hand_and_neither_twice() {
    for policy in ["at_once", "confirm"] {
        let shop = Shop::open(world().await).await;
        shop.set(&[("refunds", policy)]).await;
        let (order, payment, refund) = too_large(&shop, 4_000, 4_000).await;
        shop.decide(&order, "refund", &[("payment", &payment)]).await;
        assert_eq!(shop.paid_back_when(&payment, 1).await, [3_000]);
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![4_000], 0), "{policy}");
        let asked = shop.attention(&order).await;
        assert!(asked.len() == 1 && asked[0].contains(words::REFUND_TOO_LARGE), "{asked:?}");

        shop.decide(&order, "outside", &[("refund", &refund)]).await;
        shop.at_rest(&order).await;
        assert_eq!(shop.attention(&order).await, [""; 0]);
        let again = shop.press(&order, "refund", &[("payment", &payment)]).await;
        assert!(again.contains("done=overtaken"), "{again}");
        assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
    }
}

/// BigCommerce's books would take another refund here; but they have this one already.
#[tokio::test]
async fn what_goes_back_of_it_in_parts_is_not_entered_in_the_books_once_more() {
    let shop = Shop::open(world().await).await;
    let (order, payment, refund) = too_large(&shop, 9_000, 3_500).await;
    for (part, paid_back) in [("1000", vec![1_000]), ("2000", vec![1_000, 2_000])] {
        shop.decide(&order, "refund", &[("payment", &payment), ("amount", part)]).await;
        assert_eq!(shop.paid_back_when(&payment, paid_back.len()).await, paid_back);
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![3_500], 0));
    }
    shop.decide(&order, "outside", &[("refund", &refund)]).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

/// An order paid with 3,000, then made one of `total`, and refunded in BigCommerce with more than was paid.
async fn too_large(shop: &Shop<'_>, total: i64, refunded: i64) -> (PlacedOrder, String, String) {
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, total);
    let refund = shop.refund_order(&order, refunded);
    shop.attention_when(&order, words::REFUND_TOO_LARGE).await;
    (order, payment, refund.to_string())
}
