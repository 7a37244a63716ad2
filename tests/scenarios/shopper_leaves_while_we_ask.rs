//! The shopper's browser gives up in the middle of a start. Whoever comes next is served as if nothing had been begun.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::{FaultKind, Gate};
use sandbox::harness::{Shop, eventually, world};

#[tokio::test]
async fn the_next_start_is_served_and_makes_one_session() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(2_400));
    let gate = Gate::default();
    shop.order_fault(Method::GET, FaultKind::Held(gate.clone()), 1);
    let impatient = world
        .client()
        .post(format!("{}/api/payments", world.app_url()))
        .header("content-type", "text/plain")
        .body(shop.arrival(&order).to_string());
    tokio::select! {
        told = impatient.send() => panic!("the order is not read yet: {told:?}"),
        () = shop.underway(Method::GET, "/v2/orders/") => {}
    }
    gate.open();

    // On a slow machine BigCommerce's answer may take too long for a shopper to wait for: then they are told to try again.
    let served = async || Some(shop.arrive(&order).await).filter(|told| told.status != 503);
    let told = eventually("the start to be served", served).await;
    assert_eq!((told.status, told.text("state")), (200, "redirect".to_owned()), "{told:?}");
    assert_eq!(shop.sessions().len(), 1);
}
