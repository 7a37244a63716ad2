//! What lies in KV under the script's name is not the script: no store is told to load it.

use std::fs;

use sandbox::harness::{Shop, ShopSpec, World};
use serde_json::Value;

#[tokio::test]
async fn no_store_is_told_to_load_bytes_that_browsers_would_refuse() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/storefront/manifest.json");
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(manifest).expect("it is built")).expect("JSON");
    let key = format!("script:{}", manifest["hash"].as_str().expect("a hash"));
    let world = World::own_with(|options| drop(options.kv.insert(key, "other bytes".to_owned()))).await;
    let shop = Shop::unconnected(&world, &ShopSpec::default());
    let page = world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(world.sandbox.bigcommerce.scripts(&shop.hash).len(), 0);
    assert!(!world.sandbox.bigcommerce.hooks(&shop.hash).is_empty(), "the rest is set up all the same");
    let overview = shop.panel("").await;
    assert!(overview.contains("published script"), "{overview}");
}
