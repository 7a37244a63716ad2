//! An order is placed and paid by card, all by clicks: the order moves, once, and its page says so.

use sandbox::bigcommerce::{Currency, Locale, StoreSpec};
use sandbox::harness::{Shop, ShopSpec, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_shopper_buys_coffee_in_yen_and_pays_by_card() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shopper.order_coffee().await;
    shopper.pay_by_card(GOOD_CARD).await;
    assert!(shopper.notice("paid").await.contains("お支払いが完了しました"));
    let order = shopper.paid_order(order).await;
    assert_eq!(order.statuses(), [7, 11]);
    assert_eq!(shop.order_puts(order.id), 1);
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn a_shopper_buys_coffee_in_dollars_and_pays_by_card() {
    let store = StoreSpec::default().currency(Currency::Usd).locale(Locale::En);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    let shopper = Shopper::of(&shop).await;
    let order = shopper.order_coffee().await;
    shopper.pay_by_card(GOOD_CARD).await;
    let notice = shopper.notice("paid").await;
    for words in ["Payment complete", "Card", "$17.80"] {
        assert!(notice.contains(words), "{words} in {notice}");
    }
    shopper.picture("paid");
    let order = shopper.paid_order(order).await;
    assert_eq!(order.statuses(), [7, 11]);
    let session = &shop.sessions()[0];
    assert_eq!(session.currency.code(), "USD");
    assert_eq!(session.amount, order.total());
}
