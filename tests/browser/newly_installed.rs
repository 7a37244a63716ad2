//! Right after an installation some places do not know the store yet.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Kv, Shop, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn a_page_whose_store_is_not_known_yet_asks_again_and_leaves_without_a_press() {
    let shop = Shop::open(world().await).await;
    shop.copy(Kv::Misses).await;
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shop.copy_met().await;
    assert_eq!(shop.sessions().len(), 0);
    shop.copy(Kv::Works).await;
    shopper.at_komoju().await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn a_page_whose_store_stays_unknown_offers_a_way_to_try_again() {
    let shop = Shop::open(world().await).await;
    shop.copy(Kv::Misses).await;
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.browser.wait_for("section.card button.main").await;
    shop.copy(Kv::Works).await;
    shopper.press_pay().await;
    shopper.at_komoju().await;
}
