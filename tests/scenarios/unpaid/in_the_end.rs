//! Where the merchant wants it, an order that nobody paid is cancelled or declined, once the grace is over.

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::{Mode, Order};
use sandbox::faults::Side;
use sandbox::harness::{eventually, moves, notes};
use sandbox::komoju::WalletAnswer;

use super::{begun, expire, long_afterwards, shop};

const CANCEL: [(&str, &str); 2] = [("unpaid", "cancel"), ("unpaid_grace_hours", "4")];

#[tokio::test]
async fn a_tab_that_was_closed() {
    let shop = shop(&CANCEL).await;
    let (order, _) = begun(&shop).await;
    shop.when_status(&order, 5).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((moves(&now), notes(&now).len()), (vec![5], 1), "{}", now.staff_notes);
    assert!(notes(&now)[0].contains("（未払い、"), "{}", now.staff_notes);
    assert_eq!(shop.attention(&order).await, [""; 0]);
    assert_eq!(shop.start(&order, "pay").await.word(), "closed");
}

#[tokio::test]
async fn a_card_that_was_refused() {
    let shop = shop(&[("unpaid", "decline"), ("unpaid_grace_hours", "4")]).await;
    let (order, session) = begun(&shop).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4123111111111000").expect("the session is open");
    shop.when_status(&order, 6).await;
    assert_eq!(moves(&shop.at_rest(&order).await), [6]);
}

#[tokio::test]
async fn a_code_that_expired() {
    let shop = shop(&CANCEL).await;
    let (order, session) = begun(&shop).await;
    let code = shop.take_code(&session);
    shop.history_when(&order, "A payment code was issued").await;
    expire(&shop, &code);
    shop.when_status(&order, 5).await;
}

#[tokio::test]
async fn a_wallet_that_was_refused() {
    let shop = shop(&CANCEL).await;
    let (order, session) = begun(&shop).await;
    let komoju = &shop.world.sandbox.komoju;
    let payment = komoju.start_wallet(&session.id, "paypay").expect("the session is open");
    komoju.finish_wallet(&payment, WalletAnswer::Refuse).expect("it is pending");
    shop.when_status(&order, 5).await;
}

#[tokio::test]
async fn paid_after_all_it_is_held_for_a_person() {
    let shop = shop(&CANCEL).await;
    let (order, session) = begun(&shop).await;
    let code = shop.take_code(&session);
    shop.history_when(&order, "A payment code was issued").await;
    expire(&shop, &code);
    shop.when_status(&order, 5).await;
    let komoju = &shop.world.sandbox.komoju;
    let revive = |p: &mut sandbox::komoju::Payment| p.status = sandbox::komoju::PaymentStatus::Authorized;
    komoju.correct_payment(&code, revive).expect("it exists");
    komoju.capture(&code).expect("the till took the money in the last minute");
    shop.when_status(&order, 12).await;
    shop.attention_when(&order, sandbox::harness::words::PAID_AFTER_END).await;
}

#[tokio::test]
async fn what_the_merchant_moved_meanwhile_stays_so() {
    let shop = shop(&CANCEL).await;
    let (order, _) = begun(&shop).await;
    shop.move_unheard(&order, 8);
    long_afterwards("24").await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, moves(&now)), (8, vec![]));
}

/// It is looked at only when it is older than any grace: that it is not paid is still none of our business.
#[tokio::test]
async fn an_order_of_another_method_is_none_of_ours_to_end() {
    let shop = shop(&CANCEL).await;
    shop.hooks(Mode::Held);
    let other = shop.order(&OrderSpec::total(1_400).provider("cod"));
    long_afterwards("24").await;
    let delivery = shop.world.sandbox.delivery();
    delivery.release(&shop.hash, Side::BigCommerce, &Order::AsMade);
    let path = format!("/orders/{}/transactions", other.order_id);
    let met = async || (!shop.requests(&Method::GET, &path).is_empty()).then_some(());
    eventually("a look at whose order it is", met).await;
    long_afterwards("4").await;
    assert_eq!((shop.order_puts(other.order_id), moves(&shop.now(&other))), (0, vec![]));
}
