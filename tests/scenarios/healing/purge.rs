//! What is known of a store that stays uninstalled is forgotten, as soon as no payment of it is open any more.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Kv, Shop, World, eventually, payment_object};

use super::hurried;
use super::uninstalled::uninstall;

/// A day in four seconds.
const DAYS: &str = "20000";

#[tokio::test]
async fn a_store_without_open_payments_is_forgotten_after_a_day() {
    let world = hurried(DAYS).await;
    let shop = Shop::open(&world).await;
    let (order, _) = shop.paid_by_card(&OrderSpec::total(1_000)).await;
    uninstall(&shop).await;
    forgotten(&world, &shop).await;
    // The payment's own object has forgotten too.
    let left = world.read_object(payment_object(&shop.hash, order.order_id)).await;
    assert_eq!((left.sql, left.alarm), (Vec::new(), None));
    world.worker.restart();
    // Who comes back starts anew.
    let page = world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 200, "{page:?}");
    assert!(shop.panel("").await.contains("Enter the secret key"));
}

#[tokio::test]
async fn while_a_code_may_still_be_paid_its_store_is_kept() {
    let world = hurried(DAYS).await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_000)).await;
    let code = shop.take_code(&session);
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    uninstall(&shop).await;
    let kept = format!(
        r#""event":"kept_for_open_payments","level":"info","open":"1","request":"store","store":"{}""#,
        shop.hash
    );
    eventually("the store to be kept", async || world.worker.log().contains(&kept).then_some(())).await;
    world.sandbox.komoju.expire_payment(&code).expect("the code is live");
    forgotten(&world, &shop).await;
}

#[tokio::test]
async fn a_store_that_installs_the_app_again_while_it_is_being_forgotten_is_not_forgotten() {
    let world = hurried(DAYS).await;
    let shop = Shop::open(&world).await;
    shop.paid_by_card(&OrderSpec::total(1_000)).await;
    shop.copy(Kv::HoldsDeletes).await;
    uninstall(&shop).await;
    // All is forgotten but the copy and the installation itself.
    shop.copy_met().await;
    let page = world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 200, "{page:?}");
    let installed = shop.copy_now().await.expect("the installation has published its copy");
    shop.copy(Kv::Works).await;

    // The delete that was under way takes the new copy with it, and another one follows.
    let published = async || shop.copy_now().await.filter(|copy| *copy != installed);
    eventually("another copy", published).await;
    world.worker.restart();
    let (order, session) = shop.begin(&OrderSpec::total(1_200)).await;
    shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
}

/// Waits until KOMOJU's webhooks are refused as those of a store that never was.
async fn forgotten(world: &World, shop: &Shop<'_>) {
    let path = format!("/webhooks/komoju/{}", shop.hash);
    let unknown = async || {
        let reply = world.send(axum::http::Method::POST, &path, &[], "{}").await;
        (reply.status == 404).then(|| reply.is_problem(404, "unknown_store"))
    };
    eventually("the store to be forgotten", unknown).await;
}
