//! The order is edited after it was paid: a person sees both amounts until they agree again, or it was dismissed.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, moves, words, world};

#[tokio::test]
async fn a_person_sees_the_difference_and_the_order_stays() {
    let shop = Shop::open(world().await).await;
    let (order, _) = edited(&shop, 3_700).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, moves(&now)), (11, vec![11]));
    let page = shop.page_of(&order).await;
    assert!(page.contains("3,000") && page.contains("3,700"), "{page}");
}

#[tokio::test]
async fn edited_back_the_question_goes() {
    let shop = Shop::open(world().await).await;
    let (order, _) = edited(&shop, 3_700).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 3_000);
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn dismissed_it_stays_away_until_the_order_is_edited_again() {
    let shop = Shop::open(world().await).await;
    let (order, _) = edited(&shop, 3_700).await;
    shop.decide(&order, "dismiss", &[("attention", "order_edited")]).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 3_900);
    shop.quiet(&order).await;
    shop.attention_when(&order, words::ORDER_EDITED).await;
}

#[tokio::test]
async fn the_difference_may_be_refunded_from_the_panel_and_the_question_goes() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = edited(&shop, 2_200).await;
    shop.decide(&order, "refund", &[("payment", &payment), ("amount", "800")]).await;
    assert_eq!(shop.paid_back_when(&payment, 1).await, [800]);
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment), shop.attention(&order).await), (vec![800], vec![]));
}

/// An order of 3,000 that was paid, then edited to `total`.
async fn edited(shop: &Shop<'_>, total: i64) -> (PlacedOrder, String) {
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, total);
    shop.quiet(&order).await;
    shop.attention_when(&order, words::ORDER_EDITED).await;
    (order, payment)
}
