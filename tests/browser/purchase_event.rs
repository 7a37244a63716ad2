//! The page's own code comes first: its purchase event is fired and its `load` handlers have run before we leave.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, eventually, world};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::shopper::Shopper;

#[tokio::test]
async fn the_merchants_analytics_have_heard_of_the_purchase_before_the_page_is_left() {
    let shop = Shop::open(world().await).await;
    let (finish, picture) = slow_picture().await;
    shop.world.sandbox.bigcommerce.paste_script(&shop.hash, &diary(&picture));
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    let arrival = shopper.arrive(&order);
    // The page is still loading when there is somewhere to go.
    let ready = async {
        eventually("a session", async || (!shop.sessions().is_empty()).then_some(())).await;
        finish.send_replace(true);
    };
    tokio::join!(arrival, ready);
    shopper.at_komoju().await;
    shopper.browser.back().await;
    shopper.notice("unpaid").await;
    assert_eq!(shopper.browser.eval("sessionStorage.diary").await, "purchase load left ");
    let events = shop.world.sandbox.bigcommerce.purchase_events(&shop.hash);
    assert!(events.iter().all(|event| event.order_id == order.order_id), "{events:?}");
    assert!(!events.is_empty());
}

/// Writes down what happened on the first visit, and keeps the page loading until a picture has come.
fn diary(picture: &str) -> String {
    format!(
        "<script>
        if (!sessionStorage.diary) {{
            const note = (word) => {{ sessionStorage.diary = (sessionStorage.diary ?? '') + word + ' '; }};
            window.dataLayer = {{ push: ({{ event }}) => note(event) }};
            addEventListener('load', () => note('load'));
            addEventListener('pagehide', () => note('left'));
            new Image().src = '{picture}';
        }}
        </script>"
    )
}

/// A picture that is sent when the test says so, and its address.
async fn slow_picture() -> (watch::Sender<bool>, String) {
    let (finish, finished) = watch::channel(false);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let router = Router::new().route("/dot.gif", get(dot)).with_state(finished);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (finish, format!("http://{address}/dot.gif"))
}

async fn dot(State(mut finished): State<watch::Receiver<bool>>) -> &'static str {
    // The sender is gone only where the test has ended.
    let _ended = finished.wait_for(|done| *done).await;
    ""
}
