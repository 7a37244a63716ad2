//! Money arrives exactly as asked: what happens to the order depends on where the merchant has taken it meanwhile.
//! (The first row of the table that the product promises.)

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, notes, world};

const CARD: &str = "4111111111111111";

#[tokio::test]
async fn an_unpaid_order_awaits_fulfillment() {
    let shop = Shop::open(world().await).await;
    for unpaid in [0, 1, 7] {
        let (order, session) = shop.begin(&OrderSpec::total(1_500).status(unpaid)).await;
        let paid = shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
        let now = shop.when_status(&order, 11).await;
        assert_eq!(now.payment_provider_id, paid.payment());
        shop.quiet(&order).await;
        let now = shop.now(&order);
        assert_eq!((moves(&now), notes(&now).len()), (vec![11], 1), "from {unpaid}: {}", now.staff_notes);
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn an_order_of_downloads_is_completed() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::new().digital()).await;
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    let now = shop.when_status(&order, 10).await;
    assert_eq!(moves(&now), [10]);
}

#[tokio::test]
async fn an_order_cancelled_or_declined_meanwhile_is_held_for_a_person() {
    let shop = Shop::open(world().await).await;
    for ended in [5, 6] {
        let (order, session) = shop.begin(&OrderSpec::total(1_500)).await;
        shop.move_unheard(&order, ended);
        shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
        let now = shop.when_status(&order, 12).await;
        assert_eq!((moves(&now), notes(&now).len()), (vec![12], 1));
        shop.attention_when(&order, "already cancelled, refunded or deleted").await;
    }
}

#[tokio::test]
async fn a_refunded_order_stays_and_a_person_is_asked() {
    let shop = Shop::open(world().await).await;
    for refunded in [4, 14] {
        let (order, session) = shop.begin(&OrderSpec::total(1_500)).await;
        shop.move_unheard(&order, refunded);
        shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
        shop.attention_when(&order, "already cancelled, refunded or deleted").await;
        shop.quiet(&order).await;
        let now = shop.now(&order);
        assert_eq!((now.status_id, moves(&now)), (refunded, vec![]));
    }
}

#[tokio::test]
async fn an_order_that_the_merchant_has_moved_on_keeps_its_status_and_gets_a_note() {
    let shop = Shop::open(world().await).await;
    for further in [2, 3, 8, 9, 10, 11, 12, 13] {
        let (order, session) = shop.begin(&OrderSpec::total(1_500)).await;
        shop.move_unheard(&order, further);
        shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
        shop.when(&order, |o| !o.staff_notes.is_empty()).await;
        shop.quiet(&order).await;
        let now = shop.now(&order);
        assert_eq!((now.status_id, moves(&now), notes(&now).len()), (further, vec![], 1));
        assert_eq!(shop.attention(&order).await, [""; 0], "of an order at {further}");
    }
}

#[tokio::test]
async fn of_a_deleted_order_a_person_is_told() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_500)).await;
    shop.hooks(sandbox::delivery::Mode::Lost);
    shop.world.sandbox.bigcommerce.delete_order(&shop.hash, order.order_id);
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    shop.attention_when(&order, "already cancelled, refunded or deleted").await;
}

#[tokio::test]
async fn an_archived_order_is_as_good_as_deleted() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(1_500)).await;
    shop.hooks(sandbox::delivery::Mode::Lost);
    shop.world.sandbox.bigcommerce.archive_order(&shop.hash, order.order_id);
    shop.world.sandbox.komoju.pay_card(&session.id, CARD).expect("the session is open");
    shop.attention_when(&order, "already cancelled, refunded or deleted").await;
    assert_eq!(shop.order_puts(order.order_id), 0);
}
