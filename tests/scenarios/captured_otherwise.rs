//! KOMOJU took another amount than was asked: a person must compare before anything ships.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, moves, notes, world};

#[tokio::test]
async fn an_open_or_ended_order_is_held_for_a_person() {
    let shop = Shop::open(world().await).await;
    for before in [7, 5] {
        let order = paid_too_little(&shop, before).await;
        let now = shop.when_status(&order, 12).await;
        assert_eq!((moves(&now), notes(&now).len()), (vec![12], 2), "{}", now.staff_notes);
        shop.attention_when(&order, "The amount paid is not the order").await;
    }
}

#[tokio::test]
async fn an_order_that_is_refunded_or_has_moved_on_stays_and_a_person_is_asked() {
    let shop = Shop::open(world().await).await;
    for before in [4, 14, 2, 11] {
        let order = paid_too_little(&shop, before).await;
        shop.attention_when(&order, "The amount paid is not the order").await;
        shop.quiet(&order).await;
        let now = shop.now(&order);
        assert_eq!((now.status_id, moves(&now)), (before, vec![]));
    }
}

/// An order for 2,000 whose konbini code is corrected to 1,900 at KOMOJU and then paid, while it stands at `before`.
async fn paid_too_little(shop: &Shop<'_>, before: u8) -> sandbox::bigcommerce::PlacedOrder {
    let komoju = &shop.world.sandbox.komoju;
    shop.hooks(sandbox::delivery::Mode::Lost);
    let (order, session) = shop.begin(&OrderSpec::total(2_000)).await;
    let payment = komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    shop.when(&order, |o| !o.staff_notes.is_empty()).await;
    shop.move_unheard(&order, before);
    komoju.correct_payment(&payment, |p| p.amount = 1_900).expect("the payment exists");
    komoju.capture(&payment).expect("the code is live");
    order
}
