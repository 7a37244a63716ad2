//! Test money is never taken for real money: it says so wherever it shows, and ships nothing.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, ShopSpec, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_payment_with_the_test_key_says_test_and_does_not_move_the_order() {
    let shop = Shop::open_as(world().await, ShopSpec { test_mode: true, ..ShopSpec::default() }).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.turn_back().await;
    assert!(shopper.notice("unpaid").await.contains("テスト"));
    shopper.press_pay().await;
    shopper.pay_by_card(GOOD_CARD).await;
    let notice = shopper.notice("paid").await;
    assert!(notice.contains("テスト（実際の請求はありません）"), "{notice}");
    shopper.picture("paid-test");
    shop.when(&order, |order| order.staff_notes.contains("TEST")).await;
    assert_eq!(shop.now(&order).statuses(), [7]);
}
