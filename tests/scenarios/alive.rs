//! The built worker starts in workerd with the bindings of wrangler.toml, and comes back after a power cut.

use sandbox::harness::{World, world};

#[tokio::test]
async fn the_worker_answers() {
    let world = world().await;
    assert_eq!(health(world).await, 200);
}

#[tokio::test]
async fn the_worker_comes_back_on_the_same_address_after_being_killed() {
    let world = World::own().await;
    let address = world.app_url();
    world.worker.kill9();
    assert!(world.client().get(&address).send().await.is_err(), "nobody listens any more");
    world.worker.restart();
    assert_eq!(world.app_url(), address);
    assert_eq!(health(&world).await, 200);
}

async fn health(world: &World) -> u16 {
    let url = format!("{}/healthz", world.app_url());
    world.client().get(url).send().await.expect("the worker is reached").status().as_u16()
}
