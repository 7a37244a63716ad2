//! Unless it is set otherwise, an order that nobody paid stays where it is.

use sandbox::harness::{Kv, moves};
use sandbox::komoju::SessionStatus;

use super::{begun, expire, long_afterwards, shop};

#[tokio::test]
async fn whatever_became_of_its_session_or_code() {
    let shop = shop(&[("unpaid_grace_hours", "4")]).await;
    let komoju = &shop.world.sandbox.komoju;
    let (closed, _) = begun(&shop).await;
    let (refused, session) = begun(&shop).await;
    komoju.pay_card(&session.id, "4123111111111000").expect("the session is open");
    let (cancelled, session) = begun(&shop).await;
    komoju.cancel_session(&session.id).expect("the session is open");
    shop.session_when(&session.id, SessionStatus::Cancelled).await;
    let (expired, session) = begun(&shop).await;
    let code = shop.take_code(&session);
    shop.history_when(&expired, "A payment code was issued").await;
    expire(&shop, &code);

    long_afterwards("24").await;
    for order in [closed, refused, cancelled, expired] {
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, moves(&now), shop.attention(&order).await.len()), (7, vec![], 0));
    }
}

#[tokio::test]
async fn once_the_merchant_wants_that_although_the_copy_in_kv_still_says_otherwise() {
    let shop = shop(&[("unpaid", "cancel"), ("unpaid_grace_hours", "12")]).await;
    let (order, _) = begun(&shop).await;
    shop.copy(Kv::StaysOld).await;
    shop.set(&[]).await;
    long_afterwards("24").await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, moves(&now)), (7, vec![]));
}
