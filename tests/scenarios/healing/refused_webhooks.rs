//! A fault of our own is answered by an error, never by a 2xx: so KOMOJU keeps the message and sends it again.

use std::time::Duration;

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::{Answer, Stage};
use sandbox::harness::{Options, Shop, Workerd, World, eventually, eventually_within, moves};

/// KOMOJU's last try comes within a minute.
const ALL_TRIES: Duration = Duration::from_secs(100);

#[tokio::test]
async fn a_webhook_that_meets_a_deployment_without_its_keys_comes_again_and_is_heard() {
    let mut kept = Options::default();
    // Production's delays: nobody else tells of the payment in time.
    let world = World::own_with(|options| {
        options.vars.insert("TIME_SCALE".into(), "1".into());
        kept = options.clone();
    })
    .await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    world.sandbox.komoju.settled(&shop.merchant.id).await;

    world.worker.kill9();
    kept.vars.remove("ENCRYPTION_KEYS");
    let faulty = Workerd::start(kept);
    shop.pay_by_card(&session);
    let captured = || {
        let sent = world.sandbox.komoju.deliveries(&shop.merchant.id);
        sent.into_iter().find(|sent| sent.event == "payment.captured").expect("it is on its way")
    };
    let refused = async || (captured().last_status()? == 500).then_some(());
    eventually("the webhook to be refused", refused).await;
    drop(faulty);
    assert_eq!(moves(&shop.now(&order)), [0; 0]);
    world.worker.restart();

    let heard = async || (captured().stage == Stage::Delivered).then_some(());
    eventually_within(ALL_TRIES, "the webhook to come again", heard).await;
    assert_eq!(captured().posts.last().map(|post| post.answer.clone()), Some(Answer::Status(200)));
    assert_eq!(moves(&shop.when_status(&order, 11).await), [11]);
}
