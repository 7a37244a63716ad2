//! One side is down for hours while money moves. Nothing is lost, the merchant sees the cause, and all of it clears by
//! itself.

use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, eventually, moves, notes};

use super::hurried;

#[tokio::test]
async fn an_order_that_is_paid_while_bigcommerce_is_down_moves_once_it_is_back() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(4_000)).await;
    let faults = world.sandbox.faults();
    faults.add(Fault::on(Side::BigCommerce, FaultKind::Status(503)).tenant(&shop.hash).always());
    shop.pay_by_card(&session);
    says(&shop, "Could not read “store”").await;
    assert_eq!(moves(&shop.now(&order)), [0; 0]);

    faults.clear(&shop.hash);
    let now = shop.when_status(&order, 11).await;
    assert_eq!((moves(&now).len(), notes(&now).len()), (1, 1), "{}", now.staff_notes);
    is_well(&shop).await;
}

#[tokio::test]
async fn a_code_that_is_paid_while_komoju_is_down_pays_its_order_once_it_is_back() {
    let world = hurried("3600").await;
    let shop = Shop::open(&world).await;
    let (order, session) = shop.begin(&OrderSpec::total(4_100)).await;
    let code = shop.take_code(&session);
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    let faults = world.sandbox.faults();
    faults.add(Fault::on(Side::Komoju, FaultKind::CutBefore).tenant(&shop.merchant.id).always());
    world.sandbox.komoju.capture(&code).expect("the code is live");
    says(&shop, "Could not read “komoju”").await;
    assert_eq!(moves(&shop.now(&order)), [0; 0]);

    faults.clear(&shop.merchant.id);
    let now = shop.when_status(&order, 11).await;
    assert_eq!((moves(&now).len(), notes(&now).len()), (1, 2), "{}", now.staff_notes);
    is_well(&shop).await;
}

async fn says(shop: &Shop<'_>, cause: &str) {
    let shown = async || shop.panel("").await.contains(cause).then_some(());
    eventually(format!("the panel to say {cause:?}"), shown).await;
}

async fn is_well(shop: &Shop<'_>) {
    says(shop, "are as they should be").await;
}
