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
const TAGGED: &str = "[...document.scripts].some(({ src }) => /\\/storefront\\/\\w+\\.js/.test(src))";
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

/// How much later than without us the page may be painted and ready: far less than a page that waits for us, which
/// never is, and far more than chance makes of it on a busy machine.
const TIMES_LATER: f64 = 4.0;
const LATER_MS: f64 = 2_000.0;

#[tokio::test]
async fn the_page_is_painted_and_ready_as_soon_as_one_without_our_tag() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::impatient(&shop).await;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    let (_, _requests) = hang(&shop).await;
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    // In turns, so that whatever else the machine does meets both. The first visit fills the browser's caches.
    for visit in 0..7 {
        let tag_is_there = visit % 2 == 1;
        bigcommerce.enable_script(&shop.hash, &shop.script().uuid, tag_is_there);
        let order = shop.order(&OrderSpec::default().provider("cod"));
        let times = arrives(&shopper, &order).await;
        assert_eq!(shopper.browser.eval(TAGGED).await, tag_is_there);
        match tag_is_there {
            true => with.push(times),
            false if visit > 0 => without.push(times),
            false => {}
        }
    }
    for (what, nth) in [("painted", 0), ("ready", 1)] {
        let best = |all: &[[f64; 2]]| all.iter().map(|times| times[nth]).fold(f64::INFINITY, f64::min);
        let (without, with) = (best(&without), best(&with));
        assert!(
            with <= without * TIMES_LATER + LATER_MS,
            "{what} after {with} ms, without us after {without} ms"
        );
    }
}

/// When the page of this order was painted first and when its document was ready, in milliseconds after it was asked for.
async fn arrives(shopper: &Shopper<'_>, order: &PlacedOrder) -> [f64; 2] {
    // Where the browser still shows the page before, that began earlier.
    let before = shopper.browser.eval("performance.timeOrigin").await;
    shopper.arrive(order).await;
    let script = format!(
        "(() => {{
            const [page] = performance.getEntriesByType('navigation');
            const [paint] = performance.getEntriesByName('first-contentful-paint');
            const here = location.href.startsWith('{}') && performance.timeOrigin !== {before};
            return here && page?.domContentLoadedEventEnd && paint
                ? [paint.startTime, page.domContentLoadedEventEnd] : null;
        }})()",
        order.page
    );
    let read = async || {
        let times = shopper.browser.eval(&script).await;
        Some([times.get(0)?.as_f64()?, times.get(1)?.as_f64()?])
    };
    eventually("a page that is painted and ready", read).await
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
