//! A wallet's payment is decided elsewhere, some time later.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Reply, Shop, moves, world};
use sandbox::komoju::{Session, WalletAnswer};

#[tokio::test]
async fn approved_later_it_is_paid_then() {
    let shop = Shop::open(world().await).await;
    let (order, told, _, payment) = waiting_elsewhere(&shop).await;
    assert_eq!(moves(&shop.now(&order)), [0; 0]);
    shop.world.sandbox.komoju.finish_wallet(&payment, WalletAnswer::Approve).expect("it is pending");
    shop.status_when(&told.token(), "paid").await;
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn refused_it_leaves_the_session_to_be_paid_another_way() {
    let shop = Shop::open(world().await).await;
    let komoju = &shop.world.sandbox.komoju;
    for answer in [WalletAnswer::Refuse, WalletAnswer::Fail("insufficient_funds")] {
        let (order, told, session, payment) = waiting_elsewhere(&shop).await;
        komoju.finish_wallet(&payment, answer).expect("it is pending");
        shop.status_when(&told.token(), "unpaid").await;
        let again = shop.go(&shop.start(&order, "pay").await).await;
        assert_eq!(again.id, session.id);
        komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
        assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
    }
}

#[tokio::test]
async fn approved_after_its_session_has_expired_it_still_counts() {
    let shop = Shop::open(world().await).await;
    let (order, _, session, payment) = waiting_elsewhere(&shop).await;
    let komoju = &shop.world.sandbox.komoju;
    komoju.expire_session(&session.id).expect("it exists");
    shop.quiet(&order).await;
    komoju.finish_wallet(&payment, WalletAnswer::Approve).expect("it is pending");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn a_three_d_secure_challenge_is_awaited_in_the_same_way() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000)).await;
    let komoju = &shop.world.sandbox.komoju;
    let asked = komoju.pay_card(&session.id, "4100000000005000").expect("the session is open");
    komoju.finish_challenge(asked.payment(), sandbox::komoju::CHALLENGE_PASSWORD).expect("it is asked");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

/// A shopper who went to the wallet and came back before it had decided.
async fn waiting_elsewhere(shop: &Shop<'_>) -> (PlacedOrder, Reply, Session, String) {
    let order = shop.order(&OrderSpec::total(5_000));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let payment = shop.world.sandbox.komoju.start_wallet(&session.id, "paypay").expect("the session is open");
    shop.come_back(&session).await;
    shop.status_when(&told.token(), "confirming").await;
    (order, told, session, payment)
}
