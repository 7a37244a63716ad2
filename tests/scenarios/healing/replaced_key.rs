//! The merchant replaces a secret key that KOMOJU no longer takes: what had come to a halt goes on at once.

use std::time::Duration;

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, eventually, eventually_within};

use super::hurried;

/// As long as a day takes in a world of this scale, less a little.
const A_DAY: Duration = Duration::from_secs(22);

#[tokio::test]
async fn payments_that_had_come_to_a_halt_go_on_with_the_new_key() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(6_000)).await;
    let code = shop.take_code(&session);
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    let rotated = world.sandbox.komoju.rotate_keys(&shop.merchant.id).expect("the merchant exists");
    world.sandbox.komoju.capture(&code).expect("the code is live");
    let told = async || shop.panel("").await.contains("no longer accepts the secret key").then_some(());
    eventually("the panel to say that the key is refused", told).await;
    let asked = async || (!shop.attention(&order).await.is_empty()).then_some(());
    eventually("the payment to need attention", asked).await;

    shop.save("keys", &[("secret_key", &rotated.secret_key_live)]).await;
    // Before it would have tried by itself.
    let paid = async || (shop.now(&order).status_id == 11).then_some(());
    eventually_within(A_DAY, "the order to be paid", paid).await;
    assert!(!shop.panel("").await.contains("no longer accepts the secret key"));
}
