//! Where the store's policy forbids WebAssembly, a few lines of plain JavaScript still get the shopper there.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, world};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_policy_against_wasm_does_not_keep_the_shopper_from_paying() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.csp_blocks_wasm = true);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.browser.wait_for_text("main.paid h1", "お支払いが完了しました").await;
    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
}

#[tokio::test]
async fn without_wasm_back_does_not_send_the_shopper_away_again() {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.csp_blocks_wasm = true);
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.at_komoju().await;
    shopper.browser.back().await;
    shopper.browser.wait_for("[data-test=order-confirmation-heading]").await;
    // Time enough for what the first visit did: it asked for the order, and left on its answer.
    let calls =
        "(async () => { for (let n = 0; n < 5; n++) await fetch('/api/storefront/checkout-settings') })()";
    shopper.browser.eval(calls).await;
    shopper.back_at_shop().await;
    let asked = format!("/api/storefront/orders/{}?include=payments", order.order_id);
    let visits = shop.world.sandbox.bigcommerce.visits(&shop.hash);
    assert_eq!(
        visits.iter().filter(|visit| visit.path == asked).count(),
        1,
        "by the script, on the first visit"
    );
}
