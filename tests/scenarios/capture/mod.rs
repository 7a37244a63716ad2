//! Two steps: the money is reserved first, and taken when the goods leave or somebody says so.

mod authorized;
mod by_hand;
mod cancelled;
mod on_shipping;
mod refused;
mod unanswered;

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, eventually, world};
use sandbox::komoju::PaymentStatus;

/// A shop that reserves first, with these settings beside it.
async fn two_step(settings: &[(&str, &str)]) -> Shop<'static> {
    let shop = Shop::open(world().await).await;
    shop.set(&[&[("capture", "manual")], settings].concat()).await;
    shop
}

/// An order whose money is reserved, and that has heard of it. Returns the payment's id.
async fn authorized(shop: &Shop<'_>, minor: i64) -> (PlacedOrder, String) {
    let (order, session) = shop.begin(&OrderSpec::total(minor)).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&order, "Authorized").await;
    (order, payment)
}

/// As the panel advises: the merchant sets the order back and sends the link, and the shopper pays anew.
async fn pays_again_by_link(shop: &Shop<'_>, order: &PlacedOrder) {
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 7);
    eventually("a payment link", async || shop.pay_link(order).await).await;
    let session = shop.leave_by_link(order).await;
    let payment = shop.pay_by_card(&session);
    shop.when_status(order, 11).await;
    shop.at_rest(order).await;
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized);
    assert_eq!(shop.attention(order).await, [""; 0]);
}
