//! Two steps: the money is reserved first, and taken when the goods leave or somebody says so.

mod authorized;
mod by_hand;
mod cancelled;
mod on_shipping;
mod refused;
mod unanswered;

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, world};

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
