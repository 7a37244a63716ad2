//! KOMOJU will not capture: nothing may ship on it, and a person is asked.

use reqwest::Method;
use sandbox::harness::{eventually, moves, words};
use sandbox::komoju::PaymentStatus;

use super::{authorized, two_step};

/// The key that it was begun with was revoked, and the merchant has entered another merchant's by mistake: KOMOJU knows
/// nothing of this payment by that one, which is no refusal. With the right key it is taken.
#[tokio::test]
async fn by_the_key_of_another_merchant_nothing_is_refused_for_good() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    let komoju = &shop.world.sandbox.komoju;
    let other = komoju.create_merchant(Default::default());
    let renewed = komoju.rotate_keys(&shop.merchant.id).expect("it exists");
    shop.save("keys", &[("secret_key", &other.secret_key_live)]).await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    // The capture itself, or a look before it where something is still to be looked at.
    let asked = async || {
        let seen = shop.world.sandbox.faults().requests(&other.id);
        seen.iter().any(|of| of.status == 404).then_some(())
    };
    eventually("the other merchant's key to be tried", asked).await;
    // After a day of it, that nobody answers is told; never that the capture was refused.
    let told = shop.attention(&order).await;
    assert!(told.iter().all(|one| !one.contains(words::CAPTURE_REFUSED)), "{told:?}");
    assert_eq!(shop.now(&order).status_id, 2);

    shop.save("keys", &[("secret_key", &renewed.secret_key_live)]).await;
    assert_eq!(shop.payment_when(&payment, PaymentStatus::Captured).await.amount, 5_000);
    shop.history_when(&order, "Paid").await;
    let nobody_is_called = async || shop.attention(&order).await.is_empty().then_some(());
    eventually("nobody to be called any more", nobody_is_called).await;
    assert_eq!(shop.now(&order).status_id, 2);
}

#[tokio::test]
async fn the_order_is_held_for_a_person_and_the_capture_not_repeated() {
    let shop = two_step(&[]).await;
    for status in [2, 10] {
        let (order, payment) = authorized(&shop, 5_000).await;
        shop.world.sandbox.komoju.refuse_next(&shop.merchant.id, "card_declined").expect("a refusal");
        shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, status);
        shop.when_status(&order, 12).await;
        shop.attention_when(&order, words::CAPTURE_REFUSED).await;
        let now = shop.at_rest(&order).await;
        assert_eq!(moves(&now), [11, 12]);
        assert!(now.staff_notes.contains("（売上確定拒否、"), "{}", now.staff_notes);
        assert_eq!(shop.requests(&Method::POST, &format!("{payment}/capture")).len(), 1);
    }
}

#[tokio::test]
async fn tried_again_by_hand_it_clears_up() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.komoju.refuse_next(&shop.merchant.id, "card_declined").expect("a refusal");
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.attention_when(&order, words::CAPTURE_REFUSED).await;
    shop.decide(&order, "capture", &[("payment", &payment)]).await;
    shop.payment_when(&payment, PaymentStatus::Captured).await;
    shop.history_when(&order, "Paid").await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
    let posts = shop.requests(&Method::POST, "/capture");
    assert!(posts.len() == 2 && posts[0].idempotency_key != posts[1].idempotency_key, "{posts:?}");
}

#[tokio::test]
async fn refused_twice_by_hand_it_is_shown_twice() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    let komoju = &shop.world.sandbox.komoju;
    for tries in 1..=2 {
        komoju.refuse_next(&shop.merchant.id, "insufficient_funds").expect("a refusal");
        shop.decide(&order, "capture", &[("payment", &payment)]).await;
        shop.attention_when(&order, words::CAPTURE_REFUSED).await;
        shop.at_rest(&order).await;
        assert_eq!(shop.requests(&Method::POST, "/capture").len(), tries);
    }
}

#[tokio::test]
async fn cancelled_at_komoju_instead_another_payment_is_asked_for_by_link() {
    let shop = two_step(&[]).await;
    let (order, refused) = authorized(&shop, 5_000).await;
    let komoju = &shop.world.sandbox.komoju;
    komoju.refuse_next(&shop.merchant.id, "card_declined").expect("a refusal");
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    shop.attention_when(&order, words::CAPTURE_REFUSED).await;
    shop.when_status(&order, 12).await;

    komoju.cancel(&refused).expect("it is authorized");
    shop.attention_when(&order, words::AUTHORIZATION_LOST).await;
    shop.at_rest(&order).await;
    super::pays_again_by_link(&shop, &order).await;
    assert_eq!(shop.requests(&Method::POST, "/capture").len(), 1);
}
