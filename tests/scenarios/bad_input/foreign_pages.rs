//! The page a shopper is sent back to is a confirmation page of the order's own shop, or it is none.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Reply, Shop, calm_world};
use serde_json::json;

#[tokio::test]
async fn the_shops_own_confirmation_page_is_returned_to() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let page = order.page.clone();
    let back = return_from(&shop, &page).await;
    assert_eq!(back.status, 303);
    assert!(back.header("location").starts_with(&format!("{page}#komoju=")), "{back:?}");
}

#[tokio::test]
async fn any_other_page_is_not_returned_to() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let own = shop.origin();
    let pages = [
        "https://evil.example/checkout/order-confirmation".to_owned(),
        format!("{own}.evil.example/checkout/order-confirmation"),
        format!("{own}@evil.example/checkout/order-confirmation"),
        format!("{own}/account.php"),
        format!("{own}/checkout/order-confirmation/../../evil"),
        format!("{own}/checkout/order-confirmation#komoju=x"),
        "//evil.example/checkout/order-confirmation".to_owned(),
        "javascript:alert(1)".to_owned(),
    ];
    for page in pages {
        let back = return_from(&shop, &page).await;
        assert_eq!(back.status, 303, "{page}: {back:?}");
        let status = format!("{}/status/", world.app_url());
        assert!(back.header("location").starts_with(&status), "{page}: {back:?}");
    }
}

#[tokio::test]
async fn a_browser_that_did_not_leave_from_the_page_is_not_sent_to_it() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (_, session) = shop.begin(&OrderSpec::new()).await;
    let back = session.back().expect("every session of ours has a way back");
    let reply = world.get(path_of(&back)).await;
    let status = format!("{}/status/", world.app_url());
    assert!(reply.status == 303 && reply.header("location").starts_with(&status), "{reply:?}");
}

/// Starts an order from `page`, goes to KOMOJU, and comes back in the same browser.
async fn return_from(shop: &Shop<'_>, page: &str) -> Reply {
    let order = shop.order(&OrderSpec::new());
    let told = shop.arrive_with(&order, json!({ "page": page })).await;
    let redirect = told.text("redirect_url");
    let left = shop.world.get(path_of(&redirect)).await;
    let cookie = left.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert!(cookie.starts_with("__Host-"), "{left:?}");
    let session = shop.sessions().pop().expect("a session was made");
    let back = session.back().expect("every session of ours has a way back");
    shop.world.send(Method::GET, path_of(&back), &[("cookie", &cookie)], "").await
}

/// Path and query of an address of the worker.
fn path_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or("/", |at| &url[host + at..])
}
