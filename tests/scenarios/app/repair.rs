//! Scripts and hooks that were deleted, changed or switched off are put right when the merchant opens the app.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, eventually, world};

#[tokio::test]
async fn a_deleted_script_comes_back() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let uuid = world.sandbox.bigcommerce.scripts(&shop.hash)[0].uuid.clone();
    world.sandbox.bigcommerce.delete_script(&shop.hash, &uuid);
    reopened_until(&shop, "the script to be back", || {
        let scripts = world.sandbox.bigcommerce.scripts(&shop.hash);
        scripts.len() == 1 && scripts[0].enabled && scripts[0].uuid != uuid
    })
    .await;
}

#[tokio::test]
async fn a_changed_script_is_put_right() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let bigcommerce = &world.sandbox.bigcommerce;
    let right = shop.script();
    bigcommerce.change_scripts(&shop.hash, |script| {
        script.src = "https://cdn.example/elsewhere.js".into();
        script.load_method = "defer".into();
    });
    reopened_until(&shop, "the script to be ours again", || {
        let now = shop.script();
        (now.src, now.load_method, now.uuid)
            == (right.src.clone(), right.load_method.clone(), right.uuid.clone())
    })
    .await;
}

#[tokio::test]
async fn changed_hooks_are_put_right() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let bigcommerce = &world.sandbox.bigcommerce;
    let hooks = || {
        let hooks = bigcommerce.hooks(&shop.hash).into_iter();
        let mut hooks: Vec<_> =
            hooks.map(|hook| (hook.scope, hook.destination, format!("{:?}", hook.headers))).collect();
        hooks.sort();
        hooks
    };
    let right = hooks();
    bigcommerce.change_hooks(&shop.hash, |hook| hook.destination.push_str("/elsewhere"));
    reopened_until(&shop, "the hooks to come to us", || hooks() == right).await;
    bigcommerce.change_hooks(&shop.hash, |hook| hook.headers.clear());
    reopened_until(&shop, "the hooks to bear our secret", || hooks() == right).await;
}

#[tokio::test]
async fn hooks_that_bigcommerce_switched_off_are_switched_on() {
    let world = world().await;
    let shop = Shop::open(world).await;
    world.sandbox.bigcommerce.deactivate_hooks(&shop.hash);
    reopened_until(&shop, "the hooks to be active", || {
        let hooks = world.sandbox.bigcommerce.hooks(&shop.hash);
        hooks.len() == 3 && hooks.iter().all(|hook| hook.is_active)
    })
    .await;
}

#[tokio::test]
async fn a_script_that_the_merchant_switched_off_stays_off_until_they_ask() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let uuid = world.sandbox.bigcommerce.scripts(&shop.hash)[0].uuid.clone();
    world.sandbox.bigcommerce.enable_script(&shop.hash, &uuid, false);
    let told = async || {
        shop.open_panel().await;
        let page = shop.panel("").await;
        page.contains("switch the script on").then_some(())
    };
    eventually("the panel to say that the script is off", told).await;
    let enabled =
        || world.sandbox.bigcommerce.scripts(&shop.hash).iter().map(|s| s.enabled).collect::<Vec<_>>();
    assert_eq!(enabled(), [false]);

    shop.save("repair", &[]).await;
    assert_eq!(enabled(), [true]);
    assert!(!shop.panel("").await.contains("switch the script on"));
}

#[tokio::test]
async fn methods_that_are_saved_reach_the_scripts_address() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let src = || world.sandbox.bigcommerce.scripts(&shop.hash)[0].src.clone();
    assert!(src().contains("methods=instore"), "{}", src());
    let (instore, cod) = (shop.label("instore"), shop.label("cod"));
    let fields = [
        ("on.instore", "1"),
        ("label.instore", instore.as_str()),
        ("on.cod", "1"),
        ("label.cod", cod.as_str()),
    ];
    shop.save("methods", &fields).await;
    assert!(src().contains("cod"), "{}", src());
    assert_eq!(world.sandbox.bigcommerce.scripts(&shop.hash).len(), 1);
    shop.begin(&OrderSpec::new().provider("cod")).await;
}

/// Opens the app until what was broken is right.
async fn reopened_until(shop: &Shop<'_>, what: &str, right: impl Fn() -> bool) {
    let reopened = async || {
        shop.open_panel().await;
        right().then_some(())
    };
    eventually(what, reopened).await;
}
