//! The app's permissions are taken away, in part or altogether, without anybody telling it.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, SignedPayload};
use sandbox::harness::{Shop, eventually, moves};

use super::hurried;

#[tokio::test]
async fn a_missing_scope_is_shown_and_granting_it_lets_money_reach_its_order() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000)).await;
    for scope in ["store_v2_orders", "store_v2_orders_read_only"] {
        world.sandbox.bigcommerce.revoke_scope(&shop.hash, scope);
    }
    shop.pay_by_card(&session);
    let named = async || {
        let page = shop.panel("").await;
        (page.contains("“orders”") && page.contains("permission")).then_some(())
    };
    eventually("the panel to name the missing permission", named).await;
    assert_eq!(moves(&shop.now(&order)), [0; 0]);

    // Granting it is installing the app again.
    let page = world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 200, "{page:?}");
    shop.when_status(&order, 11).await;
    let well = async || shop.panel("").await.contains("are as they should be").then_some(());
    eventually("the panel to have nothing to say any more", well).await;
}

#[tokio::test]
async fn a_token_that_died_silently_disconnects_a_store_that_nobody_visits() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    let load = format!("/load?signed_payload_jwt={jwt}");
    world.sandbox.bigcommerce.revoke_token(&shop.hash);
    let gone = async || (world.get(&load).await.status == 404).then_some(());
    eventually("the app to know that its token is dead", gone).await;
    // From then on, nobody asks BigCommerce anything for it.
    let calls = || shop.requests(&Method::GET, "/v").len();
    let before = calls();
    shop.arrive(&shop.order(&OrderSpec::new())).await.is_problem(409, "store_disconnected");
    assert_eq!(calls(), before);
}
