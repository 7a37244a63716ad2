//! An order may see several attempts. What becomes of an older one never disturbs a newer one; late money is never
//! dropped.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::{Mode, Order};
use sandbox::faults::Side;
use sandbox::harness::{Shop, eventually, notes, world};
use sandbox::komoju::{PaymentStatus, Session, SessionStatus};

#[tokio::test]
async fn webhooks_about_an_older_attempt_leave_the_newer_one_open() {
    let shop = Shop::open(world().await).await;
    let (order, _, newer) = second_attempt(&shop).await;
    let delivery = shop.world.sandbox.delivery();
    for record in delivery.deliveries(&shop.merchant.id, Side::Komoju) {
        delivery.resend(&shop.merchant.id, Side::Komoju, record.id).expect("it is in the log");
    }
    shop.quiet(&order).await;
    assert_eq!(
        shop.world.sandbox.komoju.session(&newer.id).expect("it exists").status,
        SessionStatus::Pending
    );
    assert_eq!(shop.go(&shop.start(&order, "pay").await).await.id, newer.id);
    assert_eq!(shop.now(&order).statuses(), [7]);
}

#[tokio::test]
async fn late_money_of_an_older_attempt_pays_the_order_and_ends_the_newer_one() {
    let shop = Shop::open(world().await).await;
    let (order, code, newer) = second_attempt(&shop).await;
    paid_after_all(&shop, &code);
    let now = shop.when_status(&order, 11).await;
    assert_eq!(now.payment_provider_id, code);
    let ended = async || {
        let now = shop.world.sandbox.komoju.session(&newer.id).expect("it exists").status;
        (now == SessionStatus::Cancelled).then_some(())
    };
    eventually("the newer session to be cancelled", ended).await;
    assert_eq!(shop.start(&order, "pay").await.word(), "paid");
}

#[tokio::test]
async fn two_attempts_both_paid_move_the_order_once_and_a_person_is_asked() {
    let shop = Shop::open(world().await).await;
    let (order, code, newer) = second_attempt(&shop).await;
    shop.webhooks(Mode::Held);
    paid_after_all(&shop, &code);
    shop.world.sandbox.komoju.pay_card(&newer.id, "4111111111111111").expect("the session is open");
    shop.world.sandbox.komoju.release(&shop.merchant.id, &Order::AsMade);
    shop.attention_when(&order, "Paid twice").await;
    shop.quiet(&order).await;
    let now = shop.now(&order);
    let paid = notes(&now).into_iter().filter(|note| note.contains("（入金済み、")).count();
    assert_eq!((now.statuses(), paid), (vec![7, 11], 2), "{}", now.staff_notes);
}

/// An order whose first code has expired and whose shopper stands before a second session.
async fn second_attempt(shop: &Shop<'_>) -> (PlacedOrder, String, Session) {
    let order = shop.order(&OrderSpec::total(6_000));
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    let komoju = &shop.world.sandbox.komoju;
    let code = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    shop.status_when(&told.token(), "waiting").await;
    komoju.expire_payment(&code).expect("the code is live");
    shop.status_when(&told.token(), "unpaid").await;
    let newer = shop.go(&shop.start(&order, "pay").await).await;
    assert_ne!(newer.id, session.id);
    (order, code, newer)
}

/// The till took the money in the very last minute, and KOMOJU hears of it only now.
fn paid_after_all(shop: &Shop<'_>, code: &str) {
    let komoju = &shop.world.sandbox.komoju;
    komoju.correct_payment(code, |p| p.status = PaymentStatus::Authorized).expect("it exists");
    komoju.capture(code).expect("the code is live again");
}
