//! The built worker starts in workerd with the bindings of wrangler.toml, and comes back after a power cut.

use sandbox::harness::{World, world};

#[tokio::test]
async fn the_worker_answers() {
    let world = world().await;
    assert_eq!(status(world, "/healthz").await, 200);
}

#[tokio::test]
async fn the_worker_comes_back_on_the_same_address_and_storage_after_being_killed() {
    let script = format!("/storefront/{HASH}.js");
    let published = (format!("script:{HASH}"), "/* an earlier version */".to_owned());
    let world = World::own_with(|options| options.kv.extend([published])).await;
    assert_eq!(status(&world, &script).await, 200);

    world.worker.kill9();
    let gone = world.client().get(world.app_url()).send().await;
    assert!(gone.is_err(), "nobody listens any more");

    world.worker.restart();
    assert_eq!(status(&world, &script).await, 200);
}

const HASH: &str = "00112233445566778899aabbccddeeff";

async fn status(world: &World, path: &str) -> u16 {
    let url = format!("{}{path}", world.app_url());
    world.client().get(url).send().await.expect("the worker is reached").status().as_u16()
}
