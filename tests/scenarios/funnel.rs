//! The overview says so where orders come and nobody starts to pay, or where one side has fallen silent.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, eventually, hurried_world, world};

const NOBODY: &str = "none of their shoppers reached KOMOJU";
const OK: &str = ">OK</span>";

async fn overview_when(shop: &Shop<'_>, what: &str, so: impl Fn(&str) -> bool) {
    let shown = async || so(&shop.panel("").await).then_some(());
    eventually(format!("an overview that {what}"), shown).await;
}

#[tokio::test]
async fn orders_that_come_while_nobody_starts_call_a_person_until_somebody_does() {
    let shop = Shop::open(world().await).await;
    let orders = [(); 3].map(|()| shop.order(&OrderSpec::total(1_100)));
    overview_when(&shop, "says that nobody starts", |page| page.contains(NOBODY) && !page.contains(OK)).await;
    let page = shop.panel("").await;
    assert!(page.contains("0 / 3") && page.contains("3 orders were placed since"), "{page}");

    // One that comes by a mailed link shows nothing of the confirmation page.
    shop.leave_by_link(&orders[0]).await;
    overview_when(&shop, "counts the late one apart", |page| page.contains("1 more came later")).await;
    assert!(shop.panel("").await.contains(NOBODY));

    shop.begin(&OrderSpec::total(1_100)).await;
    overview_when(&shop, "counts a start", |page| page.contains("1 / 4") && !page.contains(NOBODY)).await;
}

#[tokio::test]
async fn bigcommerce_owes_a_store_that_does_not_watch_new_orders_no_message() {
    let (watches, does_not) = tokio::join!(silent_shop(), silent_shop());
    does_not.set(&[("watch_new_orders", "")]).await;
    let komoju_is_named = async |shop: &Shop<'_>| {
        let named = async || {
            shop.paid_by_card(&OrderSpec::total(1_100)).await;
            let page = shop.panel("").await;
            page.contains("No webhook has come from KOMOJU").then_some(page)
        };
        eventually("the overview to name KOMOJU", named).await
    };
    // Both sides told nothing of the same orders for as long.
    let bigcommerce = "No webhook has come from BigCommerce";
    let (page, other) = tokio::join!(komoju_is_named(&watches), komoju_is_named(&does_not));
    assert!(page.contains(bigcommerce), "{page}");
    assert!(!other.contains(bigcommerce), "{other}");
}

/// A shop that is told nothing any more.
async fn silent_shop() -> Shop<'static> {
    let shop = Shop::open(hurried_world().await).await;
    shop.webhooks(Mode::Lost);
    shop.hooks(Mode::Lost);
    shop
}

#[tokio::test]
async fn a_side_that_is_silent_for_a_day_while_something_happens_is_named() {
    let shop = Shop::open(hurried_world().await).await;
    let silent = "No webhook has come from KOMOJU";
    shop.webhooks(Mode::Lost);
    // A webhook from before may still be noted after the first of these payments, and would answer for it.
    let named = async || {
        shop.paid_by_card(&OrderSpec::total(1_100)).await;
        let page = shop.panel("").await;
        (page.contains(silent) && !page.contains(OK)).then_some(())
    };
    eventually("the overview to name KOMOJU", named).await;
    shop.webhooks(Mode::Normal);
    // On a slow machine the ledger may hear of a payment so long after its webhook that this looks like a silence again.
    let content = async || {
        shop.paid_by_card(&OrderSpec::total(1_100)).await;
        (!shop.panel("").await.contains(silent)).then_some(())
    };
    eventually("an overview that is content", content).await;
}
