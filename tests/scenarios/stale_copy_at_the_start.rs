//! The copy of a store in KV is older than what its owner knows. No shopper is sent to a page that the store as it is now
//! would not have made.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, Stored, World, store_object};
use sandbox::komoju::{MerchantSpec, SessionStatus};

#[tokio::test]
async fn a_start_by_an_old_copy_uses_the_key_that_is_in_use_now() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let key = copy_key(&shop);
    let old = world.read_kv(&key).await.expect("the store has a copy");
    world.worker.restart();
    let successor = world.sandbox.komoju.create_merchant(MerchantSpec::default());
    shop.save("keys", &[("secret_key", &successor.secret_key_live)]).await;
    world.write_kv(&key, &old).await;
    world.worker.restart();

    let order = shop.order(&OrderSpec::new());
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let at_successor = world.sandbox.komoju.sessions(&successor.id);
    assert_eq!(at_successor.iter().map(|s| s.id.clone()).collect::<Vec<_>>(), [session.id]);
    let voided: Vec<SessionStatus> = shop.sessions().iter().map(|s| s.status).collect();
    assert!(voided.iter().all(|status| *status == SessionStatus::Cancelled), "{voided:?}");
}

#[tokio::test]
async fn a_start_by_an_old_copy_of_a_store_without_the_app_is_refused_and_leaves_nothing_to_pay() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let key = copy_key(&shop);
    let old = world.read_kv(&key).await.expect("the store has a copy");
    let mut owner = world.read_object(store_object(&shop.hash)).await;
    // As its owner has it once BigCommerce has refused the token for good.
    edit(&mut owner, |record| record["token"] = serde_json::Value::Null);
    world.write_objects(&[owner]).await;
    world.write_kv(&key, &old).await;
    world.worker.restart();

    let order = shop.order(&OrderSpec::new());
    shop.arrive(&order).await.is_problem(409, "store_disconnected");
    assert!(shop.sessions().iter().all(|s| s.status == SessionStatus::Cancelled), "{:?}", shop.sessions());
}

#[tokio::test]
async fn while_the_owner_is_silent_a_young_copy_decides_and_an_old_one_waits() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let key = copy_key(&shop);
    let mut owner = world.read_object(store_object(&shop.hash)).await;
    let whole = owner.clone();
    let record = owner.sql.iter_mut().find(|statement| statement.starts_with("INSERT INTO installation "));
    *record.expect("the installation") = "INSERT INTO installation VALUES (1, 'no record')".to_owned();
    world.write_objects(&[owner]).await;
    world.worker.restart();
    shop.leave_for_komoju(&shop.order(&OrderSpec::new())).await;

    let copy = world.read_kv(&key).await.expect("the store has a copy");
    let mut aged: serde_json::Value = serde_json::from_str(&copy).expect("JSON");
    aged["as_of_ms"] = serde_json::json!(aged["as_of_ms"].as_i64().expect("a date") - 301_000);
    world.write_kv(&key, &aged.to_string()).await;
    world.worker.restart();
    let order = shop.order(&OrderSpec::new());
    assert_eq!(shop.arrive(&order).await.word(), "queued");
    world.write_objects(&[whole]).await;
    world.worker.restart();
    shop.leave_for_komoju(&order).await;
}

fn copy_key(shop: &Shop<'_>) -> String {
    format!("store:{}", shop.hash)
}

fn edit(store: &mut Stored, change: impl FnOnce(&mut serde_json::Value)) {
    const START: &str = "INSERT INTO installation VALUES (1, '";
    let statement =
        store.sql.iter_mut().find(|statement| statement.starts_with(START)).expect("the installation");
    let json = statement[START.len()..].trim_end_matches("')").replace("''", "'");
    let mut record = serde_json::from_str(&json).expect("JSON");
    change(&mut record);
    *statement = format!("{START}{}')", record.to_string().replace('\'', "''"));
}
