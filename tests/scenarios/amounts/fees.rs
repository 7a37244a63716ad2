//! The shopper pays KOMOJU's fee for a payment method: the order knows nothing of it, whatever the currency.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, ShopSpec, booked, world};
use sandbox::komoju::MerchantSpec;

#[tokio::test]
async fn a_card_with_a_fee_is_paid_as_asked_and_paid_back_without_it() {
    let merchant = MerchantSpec { fees: vec![("credit_card", 150)], ..MerchantSpec::default() };
    let shop = Shop::open_as(world().await, ShopSpec { merchant, ..ShopSpec::default() }).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    assert_eq!((shop.payment(&payment).total(), shop.now(&order).status_id), (3_150, 11));
    assert_eq!(shop.attention(&order).await, [""; 0]);
    shop.refund_order(&order, 3_000);
    assert_eq!(shop.paid_back_when(&payment, 1).await, [3_000]);
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, booked(&now), shop.attention(&order).await.len()), (4, vec![3_000], 0));
}
