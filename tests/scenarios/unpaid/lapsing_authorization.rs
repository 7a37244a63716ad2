//! Reserved money is lost after thirty days: the merchant hears of it in time.

use std::time::Duration;

use sandbox::harness::{Options, Shop, World, eventually_within, moves, words};
use sandbox::komoju::PaymentStatus;

use super::begun;

/// Twenty-seven days, and then some.
const SOON: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_person_is_asked_some_days_before_and_a_capture_settles_it() {
    let a_day_is_a_second = |options: &mut Options| {
        options.vars.insert("TIME_SCALE".into(), "86400".into());
    };
    let world = World::own_with(a_day_is_a_second).await;
    let shop = Shop::open(&world).await;
    shop.set(&[("capture", "manual")]).await;
    let (order, session) = begun(&shop).await;
    let payment = shop.pay_by_card(&session);
    shop.history_when(&order, "Authorized").await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
    let noted = async || shop.now(&order).staff_notes.contains("（失効間近、").then_some(());
    eventually_within(SOON, "a note that it lapses", noted).await;
    shop.attention_when(&order, words::CAPTURE_DUE).await;
    assert_eq!(moves(&shop.now(&order)), [11], "and the order stays where it is");

    shop.decide(&order, "capture", &[("payment", &payment)]).await;
    shop.payment_when(&payment, PaymentStatus::Captured).await;
    shop.history_when(&order, "Paid").await;
    shop.at_rest(&order).await;
    assert_eq!(shop.attention(&order).await, [""; 0]);
}
