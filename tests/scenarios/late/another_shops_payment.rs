//! Two shops share a KOMOJU account: each hears of the other's payments, and none of them is taken for its own.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, world};
use sandbox::komoju::EVENTS;

#[tokio::test]
async fn each_order_is_paid_by_its_own_money_alone() {
    let (here, there) = on_one_account().await;
    let (order, session) = here.begin(&OrderSpec::total(1_000)).await;
    let (other, _) = there.begin(&OrderSpec::total(1_000)).await;
    here.pay_by_card(&session);
    here.when_status(&order, 11).await;
    here.at_rest(&order).await;
    there.at_rest(&other).await;
    assert_eq!((moves(&here.now(&order)), moves(&there.now(&other))), (vec![11], vec![]));
    assert_eq!(there.order_puts(other.order_id), 0);
    let deliveries = here.world.sandbox.komoju.deliveries(&here.merchant.id);
    let to = |shop: &Shop<'_>| deliveries.iter().filter(|post| post.url.ends_with(&shop.hash)).count();
    assert!(to(&here) > 0 && to(&here) == to(&there), "both heard of it");
    assert!(deliveries.iter().all(|post| post.last_status() == Some(200)), "and both took note");
}

#[tokio::test]
async fn a_refund_there_is_entered_there_alone() {
    let (here, there) = on_one_account().await;
    let (order, _) = here.begin(&OrderSpec::total(1_000)).await;
    let (other, session) = there.begin(&OrderSpec::total(1_000)).await;
    there.pay_by_card(&session);
    there.when_status(&other, 11).await;
    let paid = there.world.sandbox.komoju.session(&session.id).expect("it exists").payments[0].clone();
    there.world.sandbox.komoju.refund(&paid, None).expect("KOMOJU takes the refund");
    there.when_status(&other, 4).await;
    assert_eq!(moves(&here.at_rest(&order).await), [0; 0]);
    assert_eq!(here.attention(&order).await, [""; 0]);
}

async fn on_one_account() -> (Shop<'static>, Shop<'static>) {
    let here = Shop::open(world().await).await;
    let mut there = Shop::open(world().await).await;
    there.save("keys", &[("secret_key", &here.merchant.secret_key_live)]).await;
    there.set(&[("prefix", "THERE-")]).await;
    there.merchant = here.merchant.clone();
    let url = format!("{}/webhooks/komoju/{}", there.world.app_url(), there.hash);
    let komoju = &there.world.sandbox.komoju;
    let events: Vec<_> = EVENTS.iter().copied().filter(|event| event.starts_with("payment.")).collect();
    komoju.add_webhook(&here.merchant.id, &url, &there.webhook_secret, &events).expect("KOMOJU takes it");
    (here, there)
}
