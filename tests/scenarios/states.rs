//! What the merchant reads of a payment, in the list and on its page: one word, and a solid colour where a person is
//! needed.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, eventually, world};

#[tokio::test]
async fn a_chargeback_is_red_and_is_not_called_the_merchants_refund() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    shop.state_when(&order, "paid", "Paid").await;
    shop.world.sandbox.komoju.chargeback(&payment).expect("it is captured");
    shop.state_when(&order, "stop", "Disputed").await;
    let page = shop.page_of(&order).await;
    assert!(page.contains("taken back by the card company ¥2,030"), "{page}");
    assert!(!page.contains("paid back ¥"), "{page}");
    shop.decide(&order, "dismiss", &[("attention", "disputed")]).await;
    shop.state_when(&order, "rest", "Disputed").await;
}

#[tokio::test]
async fn a_fraud_mark_is_red() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    shop.world.sandbox.komoju.mark_fraud(&payment).expect("it exists");
    shop.state_when(&order, "stop", "Fraud mark").await;
}

#[tokio::test]
async fn a_part_that_went_back_stands_below_the_amount() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    shop.world.sandbox.komoju.refund(&payment, Some(700)).expect("KOMOJU takes the refund");
    shop.state_when(&order, "rest", "Partly refunded").await;
    let below = async || shop.panel("payments").await.contains("−¥700").then_some(());
    eventually("the refund in the list", below).await;
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the rest");
    shop.state_when(&order, "rest", "Refunded").await;
}

#[tokio::test]
async fn a_refund_that_waits_for_a_person_is_amber_until_it_is_decided() {
    let shop = Shop::open(world().await).await;
    let (order, _) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    let refund = shop.refund_order(&order, 500).to_string();
    shop.state_when(&order, "decide", "Refund wanted").await;
    shop.decide(&order, "confirm", &[("refund", &refund)]).await;
    shop.state_when(&order, "rest", "Partly refunded").await;
}

#[tokio::test]
async fn money_for_a_cancelled_order_reads_paid_but_amber() {
    let shop = Shop::open(world().await).await;
    let (order, _) = shop.paid_by_card(&OrderSpec::total(2_030)).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 5);
    shop.state_when(&order, "decide", "Paid").await;
}

#[tokio::test]
async fn a_code_waits_in_blue_and_is_called_expired_afterwards() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_030)).await;
    let code = shop.take_code(&session);
    shop.state_when(&order, "wait", "Waiting for payment").await;
    shop.world.sandbox.komoju.expire_payment(&code).expect("the code is live");
    shop.state_when(&order, "rest", "Expired").await;
}
