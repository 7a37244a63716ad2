//! KV answers nothing but errors: the store's own object is asked instead, and nobody notices.

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::Side;
use sandbox::harness::{Kv, Shop, ShopSpec, eventually, moves, world};
use serde_json::Value;

#[tokio::test]
async fn orders_are_started_paid_and_told_while_kv_fails() {
    let shop = Shop::open(world().await).await;
    let (begun, session) = shop.begin(&OrderSpec::total(3_100)).await;
    shop.copy(Kv::Fails).await;
    shop.pay_by_card(&session);
    let (new, session) = shop.begin(&OrderSpec::total(3_200)).await;
    shop.pay_by_card(&session);
    for order in [&begun, &new] {
        assert_eq!(moves(&shop.when_status(order, 11).await), [11]);
    }
    // Both sides' messages were taken at once, and none had to be sent again.
    let delivery = shop.world.sandbox.delivery();
    for (tenant, side) in [(&shop.merchant.id, Side::Komoju), (&shop.hash, Side::BigCommerce)] {
        delivery.settled(tenant, side).await;
        // The last of them may begin its way only now: an order shows its status before its hook is written down.
        let taken = eventually("every message to be answered", async || {
            let sent = delivery.deliveries(tenant, side);
            sent.iter().all(|one| one.last_status().is_some()).then_some(sent)
        });
        for sent in taken.await {
            assert_eq!((sent.last_status(), sent.posts.len()), (Some(200), 1), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn a_store_installed_while_kv_fails_sells_and_gets_its_copy_later() {
    let world = world().await;
    let mut shop = Shop::unconnected(world, &ShopSpec::default());
    shop.copy(Kv::Fails).await;
    shop.connect(&ShopSpec::default()).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_900)).await;
    shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
    shop.copy(Kv::Works).await;
    let published = format!("store:{}", shop.hash);
    eventually("the copy to be published", async || world.kv_now(&published).await).await;
}

#[tokio::test]
async fn a_script_that_cannot_be_read_just_now_is_not_called_missing() {
    let world = world().await;
    let hash = "0123456789abcdef0123456789abcdef";
    let path = format!("/storefront/{hash}.js");
    assert_eq!(world.get(&path).await.status, 404);
    world.kv(&format!("script:{hash}"), Kv::Fails).await;
    let reply = world.send(Method::GET, &path, &[], "").await;
    reply.is_problem(503, "try_again");
    assert_eq!(reply.json()["retry"], Value::Bool(true));
    assert_eq!(reply.header("cache-control"), "no-store");
}
