//! Hooks and scripts that somebody deleted, changed or switched off are put right without anybody asking.

use sandbox::bigcommerce::Hook;
use sandbox::harness::{Shop, World, eventually};

use super::hurried;

#[tokio::test]
async fn hooks_are_put_right_within_the_hour() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let bigcommerce = &world.sandbox.bigcommerce;
    let right = registered(&world, &shop);
    assert_eq!(right.len(), 3);
    let healed = async || (registered(&world, &shop) == right).then_some(());

    bigcommerce.deactivate_hooks(&shop.hash);
    eventually("the hooks to be on again", healed).await;
    bigcommerce.delete_hooks(&shop.hash, "store/order/created");
    bigcommerce.delete_hooks(&shop.hash, "store/order/statusUpdated");
    eventually("the hooks to be back", healed).await;
    bigcommerce.change_hooks(&shop.hash, |hook| hook.destination.push_str("/elsewhere"));
    eventually("the hooks to come to us again", healed).await;
    bigcommerce.change_hooks(&shop.hash, |hook| hook.headers.clear());
    eventually("the hooks to bear our secret again", healed).await;
    let uuid = shop.script().uuid;
    bigcommerce.delete_script(&shop.hash, &uuid);
    let back = async || bigcommerce.scripts(&shop.hash).first().map(|script| script.enabled);
    assert!(eventually("the script to be back", back).await);
}

/// What counts of the store's hooks.
fn registered(world: &World, shop: &Shop<'_>) -> Vec<(String, String, bool, String)> {
    let what = |hook: Hook| (hook.scope, hook.destination, hook.is_active, format!("{:?}", hook.headers));
    let mut hooks: Vec<_> = world.sandbox.bigcommerce.hooks(&shop.hash).into_iter().map(what).collect();
    hooks.sort();
    hooks
}
