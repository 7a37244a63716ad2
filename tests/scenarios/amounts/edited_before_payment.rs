//! The order is edited while the shopper stands before the payment page, and pays what it was before.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, moves, notes, words, world};

#[tokio::test]
async fn the_order_is_held_and_both_amounts_are_said() {
    let shop = Shop::open(world().await).await;
    for total in [4_500, 2_000] {
        let (order, session) = shop.begin(&OrderSpec::total(3_000)).await;
        shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, total);
        shop.pay_by_card(&session);
        shop.when_status(&order, 12).await;
        shop.attention_when(&order, words::AMOUNT_MISMATCH).await;
        let now = shop.at_rest(&order).await;
        let (paid, due) = ("3,000", if total == 4_500 { "4,500" } else { "2,000" });
        assert!(notes(&now)[0].contains(paid) && notes(&now)[0].contains(due), "{}", now.staff_notes);
        assert_eq!(moves(&now), [12]);
        let page = shop.page_of(&order).await;
        assert!(page.contains(paid) && page.contains(due), "{page}");
    }
}

#[tokio::test]
async fn edited_back_in_time_it_is_paid_like_any_other() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_000)).await;
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.edit_total(&shop.hash, order.order_id, 4_500);
    bigcommerce.edit_total(&shop.hash, order.order_id, 3_000);
    shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn an_edit_that_no_hook_told_of_is_seen_all_the_same() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_000)).await;
    shop.hooks(Mode::Lost);
    shop.world.sandbox.bigcommerce.add_item(&shop.hash, order.order_id, "Gift wrapping", 500, 1);
    shop.pay_by_card(&session);
    shop.when_status(&order, 12).await;
}
