//! Where the store's policy forbids WebAssembly, a few lines of plain JavaScript still get the shopper there, and leave
//! a link that pays or shows how the payment stands.

use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::harness::{Shop, ShopSpec, eventually, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_policy_against_wasm_does_not_keep_the_shopper_from_paying() {
    let shop = without_wasm().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.browser.wait_for_text("main.paid h1", "お支払いが完了しました").await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

#[tokio::test]
async fn back_and_reload_leave_a_plain_link_that_pays() {
    let shop = without_wasm().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.back().await;
    shopper.browser.wait_for_text("#komoju-payment a", "お支払い・お支払い状況の確認はこちら").await;
    shopper.browser.reload().await;
    shopper.browser.wait_for("#komoju-payment a").await;
    shopper.back_at_shop().await;
    shopper.picture("no-wasm");
    shopper.browser.click("#komoju-payment a").await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.browser.wait_for_text("main.paid h1", "お支払いが完了しました").await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn the_link_shows_a_code_that_is_waiting_to_be_paid() {
    let shop = without_wasm().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    let receipt = shopper.ask_for_konbini_code("lawson").await;
    shopper.browser.goto(&order.page).await;
    shopper.browser.click("#komoju-payment a").await;
    shopper.browser.wait_for_text("main.waiting", &receipt).await;
}

#[tokio::test]
async fn the_link_in_the_mail_offers_to_pay_and_does_not_leave_by_itself() {
    let store = StoreSpec::default().locale(Locale::En);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    forbid_wasm(&shop);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.browser.goto(&order.permalink).await;
    shopper.browser.wait_for_text("#komoju-payment a", "Pay, or see how your payment stands").await;
    shopper.back_at_shop().await;
    assert!(shop.sessions().is_empty());
    shopper.picture("no-wasm");
}

#[tokio::test]
async fn an_order_by_another_method_gets_no_link() {
    let shop = without_wasm().await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default().provider("cod"));
    shopper.arrive(&order).await;
    shopper.browser.wait_for("[data-test=order-confirmation-heading]").await;
    let call = format!("/api/storefront/orders/{}?include=payments", order.order_id);
    let asked = || shop.world.sandbox.bigcommerce.visits(&shop.hash).iter().any(|visit| visit.path == call);
    eventually("the script to have asked", async || asked().then_some(())).await;
    shopper.browser.eval("fetch('/api/storefront/checkout-settings').then(() => 0)").await;
    assert!(!shopper.browser.sees("#komoju-payment").await);
    assert!(shop.sessions().is_empty());
}

async fn without_wasm() -> Shop<'static> {
    let shop = Shop::open(world().await).await;
    forbid_wasm(&shop);
    shop
}

fn forbid_wasm(shop: &Shop<'_>) {
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.csp_blocks_wasm = true);
}
