//! Some merchants refund on both sides by hand, as they always have: one amount on each side is one refund.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::{Mode, Order};
use sandbox::faults::Side;
use sandbox::harness::{Shop, booked, world};

#[tokio::test]
async fn one_amount_on_each_side_is_one_refund() {
    for policy in ["at_once", "confirm"] {
        let shop = Shop::open(world().await).await;
        shop.set(&[("refunds", policy)]).await;
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
        held(&shop);
        shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
        shop.refund_order(&order, 900);
        let_go(&shop);
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![900], vec![900]), "{policy}");
        assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (0, 0));
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn other_amounts_are_refunds_of_their_own() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    held(&shop);
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.refund_order(&order, 800);
    let_go(&shop);
    shop.paid_back_when(&payment, 2).await;
    shop.when(&order, |o| o.refunds.len() == 2).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![800, 900], vec![900, 800]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 1));
}

fn held(shop: &Shop<'_>) {
    shop.hooks(Mode::Held);
    shop.webhooks(Mode::Held);
}

fn let_go(shop: &Shop<'_>) {
    shop.hooks(Mode::Normal);
    shop.webhooks(Mode::Normal);
    let delivery = shop.world.sandbox.delivery();
    delivery.release(&shop.hash, Side::BigCommerce, &Order::AsMade);
    delivery.release(&shop.merchant.id, Side::Komoju, &Order::AsMade);
}
