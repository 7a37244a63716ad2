//! A host of ours that takes connections and never answers holds nobody's page up.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, eventually, world};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::shopper::Shopper;

/// Is the tag's file still on its way? Then it is not among what was loaded, and `load` has not come.
const PENDING: &str = "document.readyState !== 'complete' && performance.getEntriesByType('resource')
    .every(({ name }) => !/\\/storefront\\/\\w+\\.js/.test(name))";
const PAINTED: &str = "performance.getEntriesByName('first-contentful-paint').length";

#[tokio::test]
async fn the_page_is_painted_without_us_and_the_order_is_paid_once_we_answer() {
    let shop = Shop::open(world().await).await;
    let (silent, _requests) = hang(&shop).await;
    let shopper = Shopper::impatient(&shop).await;
    let order = shop.order(&OrderSpec::default());
    sees_the_page(&shopper, &order).await;
    assert!(shop.sessions().is_empty(), "nobody has heard of the order");

    answer_again(&shop, &silent);
    shopper.browser.goto(&order.page).await;
    shopper.at_komoju().await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn the_page_of_an_order_that_is_none_of_ours_is_painted_too() {
    let shop = Shop::open(world().await).await;
    let (_, _requests) = hang(&shop).await;
    let shopper = Shopper::impatient(&shop).await;
    sees_the_page(&shopper, &shop.order(&OrderSpec::default().provider("cod"))).await;
}

/// All of the page's own content is there and painted while the script is still being waited for.
async fn sees_the_page(shopper: &Shopper<'_>, order: &PlacedOrder) {
    shopper.arrive(order).await;
    for part in ["heading", "order-number-text", "order-status-text"] {
        shopper.browser.wait_for(&format!("[data-test=order-confirmation-{part}]")).await;
    }
    eventually("the first paint", async || (shopper.browser.eval(PAINTED).await == 1).then_some(())).await;
    assert_eq!(shopper.browser.eval(PENDING).await, true);
}

/// From now on the store's tag leads to a host that hangs. Gives its origin, and the requests that it keeps waiting.
async fn hang(shop: &Shop<'_>) -> (String, UnboundedReceiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = format!("http://{}", listener.local_addr().expect("bound"));
    let (keep, kept) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // Nobody to keep it for: the test is over.
            if keep.send(connection).is_err() {
                return;
            }
        }
    });
    // The app is not to put its script right meanwhile.
    let scripts =
        Fault::on(Side::BigCommerce, FaultKind::Status(503)).tenant(&shop.hash).path("/content/scripts");
    shop.world.sandbox.faults().add(scripts.always());
    move_tag(shop, &shop.world.app_url(), &silent);
    (silent, kept)
}

fn answer_again(shop: &Shop<'_>, silent: &str) {
    move_tag(shop, silent, &shop.world.app_url());
}

fn move_tag(shop: &Shop<'_>, from: &str, to: &str) {
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.change_scripts(&shop.hash, |script| script.src = script.src.replace(from, to));
}
