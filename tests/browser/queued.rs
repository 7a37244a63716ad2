//! While it is not a start's turn, the page says so and goes on by itself.

use axum::http::Method;
use sandbox::bigcommerce::{Locale, OrderSpec, StoreSpec};
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, ShopSpec, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn a_page_that_must_wait_says_so_and_leaves_without_a_press() {
    for (locale, words) in [(Locale::En, "Please wait a moment"), (Locale::Ja, "少々お待ちください")]
    {
        let store = StoreSpec::default().locale(locale);
        let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
        shop.komoju_fault(Method::POST, "/sessions", FaultKind::RateLimited { retry_after_ms: 4_000 }, 2);
        let shopper = Shopper::of(&shop).await;
        shopper.arrive(&shop.order(&OrderSpec::default())).await;
        let notice = shopper.notice("queued").await;
        assert!(notice.contains(words), "{notice}");
        shopper.picture("queued");
        shopper.at_komoju().await;
        assert_eq!(shop.sessions().len(), 1);
    }
}
