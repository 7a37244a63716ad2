//! An order whose shopper never reached us is in the merchant's list all the same, however we came to know of it.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, eventually, notes, world};

use super::check_now;

const NOT_STARTED: &str = ">Not started<";
const CREATED: &str = "store/order/created";

#[tokio::test]
async fn an_order_whose_shopper_never_came_is_listed_and_left_alone() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(3_100));
    listed_as_not_started(&shop, &order).await;
    assert_eq!(shop.deeds(), [""; 0]);
    let now = shop.now(&order);
    assert_eq!((now.statuses(), notes(&now)), (vec![7], vec![]));
    // Should the shopper come after all, they pay as anyone does.
    let session = shop.leave_for_komoju(&order).await;
    shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
}

#[tokio::test]
async fn an_order_that_is_not_ours_leaves_no_trace() {
    let shop = Shop::open(world().await).await;
    let other = shop.order(&OrderSpec::total(2_000).provider("cod"));
    let ours = shop.order(&OrderSpec::total(2_000));
    listed_as_not_started(&shop, &ours).await;
    looked_at(&shop, &other).await;
    let page = shop.panel("payments").await;
    assert!(!page.contains(&format!("#{}<", other.order_id)), "{page}");
}

#[tokio::test]
async fn an_order_whose_message_was_lost_is_found() {
    let shop = Shop::open(world().await).await;
    shop.hooks(Mode::Lost);
    let order = shop.order(&OrderSpec::total(3_200));
    check_now(&shop).await;
    listed_as_not_started(&shop, &order).await;
}

#[tokio::test]
async fn an_order_that_could_not_be_looked_at_is_looked_at_again() {
    let shop = Shop::open(world().await).await;
    shop.order_fault(Method::GET, sandbox::faults::FaultKind::Status(503), 2);
    let order = shop.order(&OrderSpec::total(3_300));
    listed_as_not_started(&shop, &order).await;
    let looks = shop.requests(&Method::GET, &format!("/v2/orders/{}", order.order_id));
    let answers: Vec<_> = looks.iter().map(|look| look.status).take(3).collect();
    assert_eq!(answers, [503, 503, 200]);
}

#[tokio::test]
async fn whoever_does_not_want_that_hears_of_no_new_order() {
    let shop = Shop::open(world().await).await;
    let asked = || shop.world.sandbox.bigcommerce.hooks(&shop.hash).iter().any(|hook| hook.scope == CREATED);
    assert!(asked());
    shop.set(&[("watch_new_orders", "")]).await;
    assert!(!asked());
    let order = shop.order(&OrderSpec::total(3_400));
    check_now(&shop).await;
    assert_eq!(shop.calls_about(order.order_id), [""; 0]);
    shop.set(&[("watch_new_orders", "1")]).await;
    assert!(asked());
}

async fn listed_as_not_started(shop: &Shop<'_>, order: &PlacedOrder) {
    let search = format!("payments/{}", order.order_id);
    let listed = async || shop.panel(&search).await.contains(NOT_STARTED).then_some(());
    eventually("the order to be known as not started", listed).await;
    let list = shop.panel("payments").await;
    assert!(list.contains(&format!("#{}<", order.order_id)) && list.contains(NOT_STARTED), "{list}");
}

async fn looked_at(shop: &Shop<'_>, order: &PlacedOrder) {
    let looked = async || (!shop.calls_about(order.order_id).is_empty()).then_some(());
    eventually("a look at the order", looked).await;
}
