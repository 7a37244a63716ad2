//! Order and payment are in different currencies: all of one is all of the other, and parts add up.

use sandbox::bigcommerce::{Currency, OrderSpec, StoreSpec};
use sandbox::harness::{Shop, ShopSpec, booked, world};
use sandbox::komoju::{self, MerchantSpec, PaymentStatus};

#[tokio::test]
async fn all_of_the_order_is_all_of_the_payment() {
    let shop = dollars_for_yen().await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(8_000)).await;
    let charged = shop.payment(&payment).amount;
    shop.refund_order(&order, 8_000);
    shop.payment_when(&payment, PaymentStatus::Refunded).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment), shop.booking_posts(&order).len()), (vec![charged], 0));
}

#[tokio::test]
async fn parts_made_in_bigcommerce_add_up_to_the_whole_payment() {
    let shop = dollars_for_yen().await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(1_000)).await;
    let charged = shop.payment(&payment).amount;
    for (n, minor) in [333, 333, 334].into_iter().enumerate() {
        shop.refund_order(&order, minor);
        shop.paid_back_when(&payment, n + 1).await;
    }
    shop.at_rest(&order).await;
    let paid_back = shop.paid_back(&payment);
    assert_eq!(paid_back.iter().sum::<i64>(), charged, "{paid_back:?}");
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Refunded);
    assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (0, 0));
}

#[tokio::test]
async fn parts_made_at_komoju_add_up_to_the_whole_order() {
    let shop = dollars_for_yen().await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(1_000)).await;
    let charged = shop.payment(&payment).amount;
    let third = charged / 3;
    for (n, minor) in [third, third, charged - 2 * third].into_iter().enumerate() {
        shop.world.sandbox.komoju.refund(&payment, Some(minor)).expect("KOMOJU takes the refund");
        shop.when(&order, |o| o.refunds.len() == n + 1).await;
    }
    let now = shop.when_status(&order, 4).await;
    assert_eq!(booked(&now).iter().sum::<i64>(), 1_000);
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await.len()), (0, 0));
}

/// A shop that sells in yen, and whose KOMOJU account charges dollars.
async fn dollars_for_yen() -> Shop<'static> {
    let merchant = MerchantSpec { charge_in: Some(komoju::Currency::USD), ..MerchantSpec::default() };
    let store = StoreSpec::default().currency(Currency::Jpy);
    Shop::open_as(world().await, ShopSpec { store, merchant, ..ShopSpec::default() }).await
}
