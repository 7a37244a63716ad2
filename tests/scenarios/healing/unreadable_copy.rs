//! The copy of a store in KV can no longer be read: the store itself is asked, and puts the copy right.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, World, eventually, moves};
use serde_json::Value;

#[tokio::test]
async fn a_store_whose_copy_is_unreadable_sells_on_and_gets_a_readable_one() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_900)).await;
    let key = format!("store:{}", shop.hash);
    let copy = world.read_kv(&key).await.expect("the store has a copy");
    let damaged: String = copy.chars().take(copy.len() / 2).collect();
    world.write_kv(&key, &damaged).await;
    // Nobody is there to hear of this yet: its webhook comes to a store that cannot be read.
    shop.pay_by_card(&session);
    world.worker.restart();

    let (another, session) = shop.begin(&OrderSpec::total(2_900)).await;
    shop.pay_by_card(&session);
    for order in [order, another] {
        assert_eq!(moves(&shop.when_status(&order, 11).await), [11]);
    }
    let readable = async || {
        if world.read_kv(&key).await.is_some_and(|now| tells_the_same(&now, &copy)) {
            return Some(());
        }
        world.worker.restart();
        None
    };
    eventually("a readable copy", readable).await;
}

/// Whether two copies differ at most in when they were made.
fn tells_the_same(one: &str, other: &str) -> bool {
    let told = |copy: &str| {
        let mut copy: Value = serde_json::from_str(copy).ok()?;
        copy.as_object_mut()?.remove("as_of_ms")?;
        Some(copy)
    };
    told(one).is_some() && told(one) == told(other)
}
