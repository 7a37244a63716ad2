//! Orders that nobody pays: left alone, or ended after a grace, and never while anything can still be paid. A day takes
//! six seconds here.

mod in_the_end;
mod lapsing_authorization;
mod left_alone;
mod still_payable;

use std::time::Duration;

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, hurried_world};
use sandbox::komoju::Session;

/// How long KOMOJU's sessions and codes live here, by the clock on the wall: long enough to be paid in on a busy machine.
const LIFE: Duration = Duration::from_secs(8);

/// A shop with these settings, whose sessions do not live long.
async fn shop(settings: &[(&str, &str)]) -> Shop<'static> {
    let shop = Shop::open(hurried_world().await).await;
    shop.set(settings).await;
    shop.world.sandbox.komoju.age_sessions(&shop.merchant.id, LIFE).expect("the merchant exists");
    shop
}

async fn begun(shop: &Shop<'_>) -> (PlacedOrder, Session) {
    shop.begin(&OrderSpec::total(1_400)).await
}

/// The code's deadline is over, by the clock and by KOMOJU's word.
fn expire(shop: &Shop<'_>, code: &str) {
    let komoju = &shop.world.sandbox.komoju;
    komoju.correct_payment(code, |p| p.deadline = Some(p.created_at)).expect("it exists");
    komoju.expire_payment(code).expect("the code is live");
}

/// Returns when an order elsewhere has ended that was begun later, and waited for `hours` longer: whatever was to end here
/// has ended by then.
async fn long_afterwards(hours: &str) {
    let elsewhere = shop(&[("unpaid", "cancel"), ("unpaid_grace_hours", hours)]).await;
    let (order, _) = begun(&elsewhere).await;
    elsewhere.when_status(&order, 5).await;
}
