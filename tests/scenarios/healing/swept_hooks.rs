//! Hooks and scripts that somebody deleted, changed or switched off are put right without anybody asking.

use sandbox::bigcommerce::{Hook, Script};
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
}

#[tokio::test]
async fn a_script_is_put_right_within_the_hour() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let bigcommerce = &world.sandbox.bigcommerce;
    let right = shop.script();
    let changes: [fn(&mut Script); 7] = [
        |script| script.src = script.src.replace("/storefront/", "/storefront/0000"),
        |script| script.src = "https://cdn.example/elsewhere.js".into(),
        |script| script.load_method = "defer".into(),
        |script| script.location = "footer".into(),
        |script| script.visibility = "storefront".into(),
        |script| script.consent_category = "targeting".into(),
        |script| script.integrity_hashes.clear(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        bigcommerce.change_scripts(&shop.hash, change);
        let healed = async || (loads(&shop) == [as_loaded(&right)]).then_some(());
        eventually(format!("the script to be right again after change {number}"), healed).await;
        assert_eq!(shop.script().uuid, right.uuid, "it is the same one, put right");
    }
    bigcommerce.delete_script(&shop.hash, &right.uuid);
    let back = async || (loads(&shop) == [as_loaded(&right)]).then_some(());
    eventually("the script to be back", back).await;
}

/// What counts of the store's scripts.
fn loads(shop: &Shop<'_>) -> Vec<Vec<String>> {
    shop.world.sandbox.bigcommerce.scripts(&shop.hash).iter().map(as_loaded).collect()
}

fn as_loaded(script: &Script) -> Vec<String> {
    let Script { src, kind, load_method, location, visibility, consent_category, .. } = script.clone();
    let texts = [src, kind, load_method, location, visibility, consent_category, script.enabled.to_string()];
    [&texts[..], &script.integrity_hashes].concat()
}

/// What counts of the store's hooks.
fn registered(world: &World, shop: &Shop<'_>) -> Vec<(String, String, bool, String)> {
    let what = |hook: Hook| (hook.scope, hook.destination, hook.is_active, format!("{:?}", hook.headers));
    let mut hooks: Vec<_> = world.sandbox.bigcommerce.hooks(&shop.hash).into_iter().map(what).collect();
    hooks.sort();
    hooks
}
