//! Money that is reserved is not yet paid: the order stands where the merchant wants it meanwhile.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, notes, words, world};
use sandbox::komoju::PaymentStatus;

use super::{authorized, two_step};

#[tokio::test]
async fn the_order_awaits_fulfillment_and_nothing_is_captured() {
    let shop = two_step(&[]).await;
    let order = shop.order(&OrderSpec::total(5_000));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let payment = shop.pay_by_card(&session);
    shop.when_status(&order, 11).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((moves(&now), notes(&now).len()), (vec![11], 1), "{}", now.staff_notes);
    assert!(notes(&now)[0].contains("（仮売上、"), "{}", now.staff_notes);
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized);
    assert_eq!(shop.attention(&order).await, [""; 0]);
    assert_eq!(shop.start(&order, "pay").await.word(), "paid", "the shopper has done their part");
    assert_eq!(shop.status(&told.token()).await.word(), "paid");
}

#[tokio::test]
async fn it_stands_where_the_merchant_wants_it_meanwhile() {
    for status in [7, 8, 9, 12] {
        let shop = two_step(&[("authorized_status", &status.to_string())]).await;
        let (order, payment) = authorized(&shop, 5_000).await;
        let now = shop.at_rest(&order).await;
        assert_eq!(now.status_id, status, "{}", now.staff_notes);
        shop.world.sandbox.komoju.capture(&payment).expect("the merchant captures at KOMOJU");
        shop.history_when(&order, "Paid").await;
        let now = shop.at_rest(&order).await;
        // Only an order that still awaits its payment moves on with it; any other is the merchant's.
        assert_eq!(now.status_id, if status == 7 { 11 } else { status });
        assert_eq!(shop.attention(&order).await, [""; 0], "of an order at {status}");
    }
}

#[tokio::test]
async fn cash_is_paid_in_one_step_all_the_same() {
    let shop = two_step(&[]).await;
    let (order, session) = shop.begin(&OrderSpec::total(5_000)).await;
    let code = shop.take_code(&session);
    shop.history_when(&order, "A payment code was issued").await;
    assert_eq!(shop.at_rest(&order).await.status_id, 7);
    shop.world.sandbox.komoju.capture(&code).expect("the code is live");
    assert_eq!(shop.when_status(&order, 11).await.statuses(), [7, 11]);
}

#[tokio::test]
async fn one_that_lapses_or_is_released_at_komoju_is_shown_to_a_person() {
    let shop = two_step(&[]).await;
    let komoju = &shop.world.sandbox.komoju;
    for end in [sandbox::komoju::Komoju::expire_payment, sandbox::komoju::Komoju::cancel] {
        let (order, payment) = authorized(&shop, 5_000).await;
        end(komoju, &payment).expect("it is authorized");
        shop.attention_when(&order, words::AUTHORIZATION_LOST).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, moves(&now)), (11, vec![11]));
    }
}

#[tokio::test]
async fn set_back_to_awaiting_payment_one_that_lapsed_is_replaced_by_another_payment() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.komoju.expire_payment(&payment).expect("it is authorized");
    shop.attention_when(&order, words::AUTHORIZATION_LOST).await;
    assert_eq!(shop.pay_link(&order).await, None, "the order looks as if it were paid");
    super::pays_again_by_link(&shop, &order).await;
}

#[tokio::test]
async fn a_change_of_the_setting_reaches_new_attempts_only() {
    let shop = two_step(&[]).await;
    let (reserved, session) = shop.begin(&OrderSpec::total(5_000)).await;
    shop.set(&[("capture", "auto")]).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&reserved, "Authorized").await;
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Authorized);
    shop.world.sandbox.bigcommerce.ship(&shop.hash, reserved.order_id);
    shop.payment_when(&payment, PaymentStatus::Captured).await;

    let shop = Shop::open(world().await).await;
    let (at_once, session) = shop.begin(&OrderSpec::total(5_000)).await;
    shop.set(&[("capture", "manual")]).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&at_once, "Paid").await;
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Captured);
}
