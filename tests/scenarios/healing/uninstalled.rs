//! The app is uninstalled while money is under way.

use sandbox::bigcommerce::{OrderSpec, SignedPayload};
use sandbox::harness::{Shop, eventually, moves, notes, world};

#[tokio::test]
async fn money_that_comes_after_an_uninstall_is_heard_of_and_moves_its_order_after_a_reinstall() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(7_000)).await;
    let code = shop.take_code(&session);
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    uninstall(&shop).await;
    let komoju = &shop.world.sandbox.komoju;
    komoju.capture(&code).expect("the code is live");
    komoju.settled(&shop.merchant.id).await;
    let answers = komoju.deliveries(&shop.merchant.id);
    assert!(answers.iter().all(|sent| sent.last_status() == Some(200)), "{answers:?}");
    assert_eq!(moves(&shop.now(&order)), [0; 0]);

    let bigcommerce = &shop.world.sandbox.bigcommerce;
    assert_eq!(bigcommerce.install_app(&shop.hash).await.expect("the app answers").status, 200);
    let now = shop.when_status(&order, 11).await;
    assert_eq!((moves(&now).len(), notes(&now).len()), (1, 2), "{}", now.staff_notes);
}

/// Uninstalls the app, and waits until it knows.
pub(super) async fn uninstall(shop: &Shop<'_>) {
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    let jwt = bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    let load = format!("/load?signed_payload_jwt={jwt}");
    bigcommerce.uninstall_app(&shop.hash).await.expect("the app answers");
    let gone = async || (shop.world.get(&load).await.status == 404).then_some(());
    eventually("the app to know that it is uninstalled", gone).await;
}
