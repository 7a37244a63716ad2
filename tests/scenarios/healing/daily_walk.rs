//! A store looks after itself by its own alarm. Should that ever be lost, the daily walk over all stores finds it.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, Stored, World, eventually, payment_object, store_object};

use super::hurried;

/// One walk reads no more names than this (worker/src/rounds.rs).
const STORES_PER_RUN: usize = 500;
/// Where the last walk stopped.
const CURSOR: &str = "round:cursor";

#[tokio::test]
async fn a_store_whose_alarm_was_lost_comes_back_to_life_and_wakes_its_payments() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_800)).await;
    let code = shop.take_code(&session);
    shop.history_when(&order, "A payment code was issued").await;
    let payment = payment_object(&shop.hash, order.order_id);
    without_alarm(&world, &[store_object(&shop.hash), payment]).await;
    shop.webhooks(Mode::Lost);
    world.sandbox.komoju.capture(&code).expect("the code is live");
    world.sandbox.bigcommerce.deactivate_hooks(&shop.hash);
    world.worker.restart();

    world.daily().await;
    hooks_heal(&shop).await;
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
    // From now on by itself.
    world.sandbox.bigcommerce.deactivate_hooks(&shop.hash);
    hooks_heal(&shop).await;
}

#[tokio::test]
async fn what_one_walk_does_not_reach_the_next_one_does() {
    // Names that no store has, before and after any that one could.
    let before = (0..STORES_PER_RUN).map(|n| (format!("store:!{n:03}"), String::new()));
    let after = (0..2).map(|n| (format!("store:~{n}"), String::new()));
    let world = World::own_with(|options| options.kv.extend(before.chain(after))).await;
    let shop = Shop::open(&world).await;
    let store = store_object(&shop.hash);
    let alarm = async || world.read_object(store.clone()).await.alarm;
    without_alarm(&world, std::slice::from_ref(&store)).await;

    world.worker.restart();
    world.daily().await;
    assert_eq!(alarm().await, None, "the first walk ends before the store");
    world.worker.restart();
    world.daily().await;
    assert!(alarm().await.is_some(), "the second goes on from there");
    assert_eq!(world.read_kv(CURSOR).await, None, "the third begins anew");
}

async fn hooks_heal(shop: &Shop<'_>) {
    let hooks = || shop.world.sandbox.bigcommerce.hooks(&shop.hash);
    let active = async || hooks().iter().all(|hook| hook.is_active).then_some(());
    eventually("the store to put its hooks right", active).await;
}

/// Stops the worker, and takes the alarms out of what these objects have stored.
async fn without_alarm(world: &World, objects: &[(&'static str, String)]) {
    let mut sleeping = Vec::new();
    for name in objects {
        let stored = world.read_object(name.clone()).await;
        assert!(stored.alarm.is_some(), "{name:?} had an alarm");
        sleeping.push(Stored { alarm: None, ..stored });
    }
    world.write_objects(&sleeping).await;
}
