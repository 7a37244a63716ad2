//! Orders show only the payment method's name, and merchants rename methods at will.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Kv, Shop, eventually, world};

#[tokio::test]
async fn a_renamed_method_is_looked_up_once_and_remembered() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.rename_method(&shop.hash, "instore", "お支払い (新)");
    let (order, session) = shop.begin(&OrderSpec::total(1_100)).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.when_status(&order, 11).await;
    assert_eq!(lookups(&shop), 1);

    // The name becomes every order's knowledge in its own time.
    let remembered = async || {
        let before = lookups(&shop);
        shop.begin(&OrderSpec::total(1_100)).await;
        (lookups(&shop) == before).then_some(())
    };
    eventually("the new name to be known", remembered).await;
}

#[tokio::test]
async fn a_start_does_not_wait_until_the_store_has_taken_note_of_a_name() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.rename_method(&shop.hash, "instore", "お支払い (別)");
    // The store's object does not answer whoever tells it of a name before the copy has it, too.
    shop.copy(Kv::HoldsPuts).await;
    shop.begin(&OrderSpec::total(1_100)).await;
    shop.copy_met().await;
    shop.copy(Kv::Works).await;
}

#[tokio::test]
async fn another_offline_method_is_left_alone() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(1_100).provider("cod"));
    shop.arrive(&order).await.is_problem(409, "not_ours");
    is_untouched(&shop, &order);
}

#[tokio::test]
async fn a_name_that_cannot_be_found_out_is_shown_to_the_merchant() {
    let shop = Shop::open(world().await).await;
    let platform = &shop.world.sandbox.bigcommerce;
    platform.configure(&shop.hash, |settings| settings.offline_transactions = false);
    platform.rename_method(&shop.hash, "instore", "Mystery");
    let order = shop.order(&OrderSpec::total(1_100));
    shop.arrive(&order).await.is_problem(409, "not_ours");
    is_untouched(&shop, &order);
    let asked = async || shop.panel("methods").await.contains("Mystery").then_some(());
    eventually("the panel to ask whose name that is", asked).await;
}

fn lookups(shop: &Shop<'_>) -> usize {
    shop.requests(&Method::GET, "/transactions").len()
}

fn is_untouched(shop: &Shop<'_>, order: &PlacedOrder) {
    assert_eq!((shop.sessions().len(), shop.order_puts(order.order_id)), (0, 0));
}
