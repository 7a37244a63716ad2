//! What a stranger sends makes no storage, of no object and no store.

use std::path::PathBuf;

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::Side;
use sandbox::harness::{ANOTHER_CART, Shop, World, eventually, payment_object};
use serde_json::json;

#[tokio::test]
async fn refused_starts_leave_no_database_behind() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    // Also what a right start makes is there, before anything is counted.
    shop.begin(&OrderSpec::new()).await;
    let order = shop.order(&OrderSpec::new());
    world.sandbox.delivery().settled(&shop.hash, Side::BigCommerce).await;
    let before = databases(&world);
    for n in 0..15_u32 {
        let number = order.order_id + 1_000 + u64::from(n);
        for (number, cart) in [
            (number, ""),
            (number, "null"),
            (number, "x'; DROP TABLE records"),
            (order.order_id, &order.cart_id[1..]),
        ] {
            let reply = shop.arrive_with(&order, json!({ "order_id": number, "cart_id": cart })).await;
            reply.is_problem(404, "order_not_found");
            let path =
                format!("/pay?store={}&order_id={number}&cart_id={}", shop.hash, &cart.replace(' ', "+"));
            world.get(&path).await.is_problem_page(404, "order_not_found");
        }
        let store = format!("nosuch{n}");
        shop.arrive_with(&order, json!({ "store": store })).await.is_problem(404, "unknown_store");
        world.get(&format!("/pay?store={store}&order_id=1&cart_id={ANOTHER_CART}")).await;
        for side in ["komoju", "bigcommerce"] {
            let path = format!("/webhooks/{side}/{store}");
            world.send(Method::POST, &path, &[], "{}").await.is_problem(404, "unknown_store");
        }
    }
    assert_eq!(databases(&world), before);
}

#[tokio::test]
async fn a_wrong_start_writes_nothing_and_sets_no_alarm() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let order = shop.order(&OrderSpec::new());
    let number = order.order_id + 1;
    let wrong = shop.arrive_with(&order, json!({ "order_id": number, "cart_id": ANOTHER_CART })).await;
    assert_ne!(wrong.word(), "redirect", "{wrong:?}");
    let unproved = shop.arrive_with(&order, json!({ "cart_id": ANOTHER_CART })).await;
    unproved.is_problem(404, "order_not_found");
    for number in [number, order.order_id] {
        let object = world.read_object(payment_object(&shop.hash, number)).await;
        assert_eq!((object.sql, object.alarm), (Vec::<String>::new(), None));
    }
}

#[tokio::test]
async fn an_alarm_that_finds_nothing_empties_its_storage_and_one_without_identity_touches_nothing() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let whole = world.read_object(payment_object(&shop.hash, order.order_id)).await;

    let mut empty = whole.clone();
    empty.name = format!("{}/{}", shop.hash, order.order_id + 500);
    empty.sql.retain(|statement| statement.starts_with("CREATE"));
    let mut nobodys = whole.clone();
    nobodys.name = format!("{}/{}", shop.hash, order.order_id + 600);
    nobodys.sql.retain(|statement| !statement.contains("INSERT INTO meta"));
    for object in [&mut empty, &mut nobodys] {
        object.alarm = Some(1);
    }
    world.write_objects(&[empty.clone(), nobodys.clone()]).await;
    world.worker.restart();
    assert_eq!(world.get("/healthz").await.json()["strays"], json!(null), "nothing was counted yet");
    let counted = async || world.worker.log().contains("rows_without_identity").then_some(());
    eventually("the riddle to be called out", counted).await;
    world.daily().await;
    let summed = async || world.worker.log().contains("\"strays\"").then_some(());
    eventually("the daily round to count it", summed).await;
    assert_eq!(world.get("/healthz").await.json()["strays"], 1);

    let riddle = world.read_object((nobodys.binding, nobodys.name)).await;
    assert_eq!(riddle.sql, nobodys.sql, "nothing is touched");
    assert!(riddle.alarm.is_some_and(|at| at > 1_000_000), "and it comes again");
    let gone = world.read_object((empty.binding, empty.name)).await;
    assert_eq!((gone.sql, gone.alarm), (Vec::<String>::new(), None));
}

/// The files in which objects keep what they know.
pub fn databases(world: &World) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = world
        .stored()
        .into_iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "sqlite"))
        .collect();
    all.sort();
    all
}
