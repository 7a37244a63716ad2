//! `/uninstall` is a hint. Only BigCommerce's refusal of the token ends a connection, and a reinstall resumes it.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, SignedPayload};
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, eventually, world};

#[tokio::test]
async fn a_hint_of_an_uninstall_that_did_not_happen_changes_nothing() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    let before = shop.requests(&Method::GET, "/v2/store").len();
    let reply = world.get(&format!("/uninstall?signed_payload_jwt={jwt}")).await;
    assert_eq!(reply.status, 204, "{reply:?}");
    let probed = async || (shop.requests(&Method::GET, "/v2/store").len() > before + 1).then_some(());
    eventually("BigCommerce to be asked twice whether the token is still good", probed).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(order.order_id).await;
}

#[tokio::test]
async fn an_uninstalled_store_starts_nothing_and_still_takes_its_webhooks() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    let panel = format!("/load?{}", shop_payload(&shop));
    let page = world.sandbox.bigcommerce.uninstall_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 204, "{page:?}");
    let gone = async || (world.get(&panel).await.status == 404).then_some(());
    eventually("the app to know that it is uninstalled", gone).await;

    let late = shop.order(&OrderSpec::new());
    for order in [&order, &late] {
        let reply = shop.arrive(order).await;
        reply.is_problem(409, "store_disconnected");
        assert_eq!(reply.json()["retry"], false);
    }
    assert_eq!(shop.sessions().len(), 1);

    // Money that comes late is still heard of: KOMOJU is answered 2xx.
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    world.sandbox.komoju.settled(&shop.merchant.id).await;
    let answers: Vec<_> = world.sandbox.komoju.deliveries(&shop.merchant.id);
    assert!(answers.iter().all(|sent| sent.last_status() == Some(200)), "{answers:?}");
}

#[tokio::test]
async fn a_reinstalled_store_goes_on_where_it_was() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    let load = format!("/load?{}", shop_payload(&shop));
    world.sandbox.bigcommerce.uninstall_app(&shop.hash).await.expect("the app answers");
    let gone = async || (world.get(&load).await.status == 404).then_some(());
    eventually("the app to know that it is uninstalled", gone).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    world.sandbox.komoju.settled(&shop.merchant.id).await;

    let page = world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(world.sandbox.bigcommerce.scripts(&shop.hash).len(), 1);
    assert_eq!(world.sandbox.bigcommerce.hooks(&shop.hash).len(), 3);
    // What was paid meanwhile reaches the order; key, methods and webhook secret were kept.
    shop.paid_order(order.order_id).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(order.order_id).await;
}

#[tokio::test]
async fn a_token_that_died_silently_disconnects_the_store_at_the_next_start() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let load = format!("/load?{}", shop_payload(&shop));
    world.sandbox.bigcommerce.revoke_token(&shop.hash);
    shop.arrive(&shop.order(&OrderSpec::new())).await.is_problem(409, "store_disconnected");
    let gone = async || (world.get(&load).await.status == 404).then_some(());
    eventually("the app to know that its token is dead", gone).await;
    assert_eq!(shop.sessions().len(), 0);
}

#[tokio::test]
async fn refusals_that_a_success_follows_uninstall_nothing() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let probes = || shop.requests(&Method::GET, "/v2/store");
    let refused = || probes().iter().filter(|probe| probe.status == 401).count();
    let before = probes().len();
    let fault =
        Fault::on(Side::BigCommerce, FaultKind::Status(401)).tenant(&shop.hash).path("/v2/store").times(2);
    world.sandbox.faults().add(fault);
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    assert_eq!(world.get(&format!("/uninstall?signed_payload_jwt={jwt}")).await.status, 204);
    // What is said meanwhile does not begin the count anew.
    let asked = async || {
        assert_eq!(world.get(&format!("/uninstall?signed_payload_jwt={jwt}")).await.status, 204);
        (probes().len() >= before + 3).then_some(())
    };
    eventually("a third probe", asked).await;
    assert_eq!(refused(), 2);
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(order.order_id).await;
}

#[tokio::test]
async fn an_outage_between_refusals_is_no_refusal() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let fault = |status, times| {
        let fault = Fault::on(Side::BigCommerce, FaultKind::Status(status));
        world.sandbox.faults().add(fault.tenant(&shop.hash).path("/v2/store").times(times));
    };
    let probes = || shop.requests(&Method::GET, "/v2/store").len();
    let before = probes();
    fault(401, 1);
    fault(503, 2);
    fault(401, 1);
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    world.get(&format!("/uninstall?signed_payload_jwt={jwt}")).await;
    eventually("five probes", async || (probes() >= before + 5).then_some(())).await;
    shop.begin(&OrderSpec::new()).await;
}

/// A query that opens the app for as long as it is installed.
fn shop_payload(shop: &Shop<'_>) -> String {
    let jwt = shop.world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    format!("signed_payload_jwt={jwt}")
}
