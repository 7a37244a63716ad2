//! A payment is kept for 400 days after the last thing that happened to it, and forgotten then. While anything of it is
//! open, or a person must look at it, it stays.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, Stored, World, eventually, payment_object, words};

const DAYS_MS: i64 = 401 * 86_400_000;

#[tokio::test]
async fn what_is_over_is_forgotten_after_400_days_but_for_its_line_in_the_list() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (over, _) = shop.paid_by_card(&OrderSpec::total(1_000)).await;
    let (waiting, session) = shop.begin(&OrderSpec::total(2_000)).await;
    shop.take_code(&session);
    shop.history_when(&waiting, "A payment code was issued").await;
    let (called, _) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.refund_order(&called, 500);
    shop.attention_when(&called, words::REFUND_TO_CONFIRM).await;
    for order in [&over, &waiting, &called] {
        shop.at_rest(order).await;
    }

    let mut aged = Vec::new();
    for order in [&over, &waiting, &called] {
        aged.push(older(world.read_object(payment_object(&shop.hash, order.order_id)).await));
    }
    world.write_objects(&aged).await;
    world.worker.restart();

    let gone = async || shop.page_of(&over).await.contains("There is nothing here").then_some(());
    eventually("the payment to be forgotten", gone).await;
    assert!(shop.panel("payments").await.contains(&format!(">#{}</a>", over.order_id)), "its line stays");
    for order in [&waiting, &called] {
        assert!(shop.page_of(order).await.contains("<td>"), "its history stays");
    }
    shop.attention_when(&called, words::REFUND_TO_CONFIRM).await;
    let left = world.read_object(payment_object(&shop.hash, over.order_id)).await;
    assert_eq!((left.sql, left.alarm), (Vec::new(), None));

    // The merchant has put the order back, and its shopper pays anew: the list shows this payment, not the former one.
    world.worker.restart();
    world.sandbox.komoju.forget_idempotency_keys(&shop.merchant.id);
    assert_eq!(shop.listed_state(&over).await.1, "Paid");
    world.sandbox.bigcommerce.set_status(&shop.hash, over.order_id, 7);
    let session = shop.go(&shop.start(&over, "pay").await).await;
    shop.take_code(&session);
    shop.history_when(&over, "A payment code was issued").await;
    let listed = async || (shop.listed_state(&over).await == shop.state(&over).await).then_some(());
    eventually("the list to show the newer payment", listed).await;
    assert_ne!(shop.listed_state(&over).await.1, "Paid");
}

/// The object as if all of it had happened so much earlier; it wakes at once.
fn older(mut object: Stored) -> Stored {
    for statement in &mut object.sql {
        *statement = earlier(statement);
    }
    object.alarm = object.alarm.map(|_| 1);
    assert!(object.alarm.is_some(), "its end is set: {object:?}");
    object
}

/// Every moment in a text, which is thirteen digits, that much earlier.
fn earlier(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let moment = digits.parse::<i64>().ok().filter(|_| digits.len() == 13 && digits.starts_with('1'));
        match moment {
            Some(at) => out.push_str(&(at - DAYS_MS).to_string()),
            None => out.push_str(&digits),
        }
        digits.clear();
        out.push(c);
    }
    out.pop();
    out
}
