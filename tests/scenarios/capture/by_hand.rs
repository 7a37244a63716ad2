//! The merchant takes reserved money by hand: in the panel or at KOMOJU, all of it or a part.

use sandbox::harness::{Shop, booked, notes, words};
use sandbox::komoju::PaymentStatus;

use super::{authorized, two_step};

#[tokio::test]
async fn all_of_it_in_the_panel_once_however_often_the_button_is_pressed() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    let fields = [("payment", payment.as_str()), ("id", "one-page")];
    tokio::join!(shop.press(&order, "capture", &fields), shop.press(&order, "capture", &fields));
    assert_eq!(shop.payment_when(&payment, PaymentStatus::Captured).await.amount, 5_000);
    shop.history_when(&order, "Paid").await;
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, captures(&shop)), (11, 1));
    assert!(notes(&now).iter().any(|note| note.contains("（入金済み、")), "{}", now.staff_notes);
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn a_part_in_the_panel_counts_as_asked() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.decide(&order, "capture", &[("payment", &payment), ("amount", "1200")]).await;
    assert_eq!(shop.payment_when(&payment, PaymentStatus::Captured).await.amount, 1_200);
    shop.history_when(&order, "Paid").await;
    shop.at_rest(&order).await;
    assert!(!shop.attention(&order).await.iter().any(|one| one.contains(words::AMOUNT_MISMATCH)));

    shop.set(&[("refunds", "at_once")]).await;
    shop.refund_order(&order, 700);
    assert_eq!(shop.paid_back_when(&payment, 1).await, [700]);
}

#[tokio::test]
async fn more_than_was_reserved_is_not_taken() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    for amount in ["5001", "0", "-1", "1.5", "many"] {
        let fields = [("payment", payment.as_str()), ("amount", amount)];
        let told = shop.submit(&format!("payments/{}/capture", order.order_id), &fields).await;
        assert_eq!(told.status, 422, "{amount}: {}", told.body);
    }
    shop.at_rest(&order).await;
    assert_eq!(captures(&shop), 0);
}

#[tokio::test]
async fn at_komoju_it_is_paid_as_if_we_had_done_it() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.komoju.capture(&payment).expect("it is authorized");
    shop.history_when(&order, "Paid").await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, captures(&shop), shop.attention(&order).await.len()), (2, 0, 0));
}

#[tokio::test]
async fn a_part_taken_at_komoju_ends_what_could_be_taken_and_shows_what_is_missing() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.world.sandbox.komoju.capture_part(&payment, 4_000).expect("it is authorized");
    shop.attention_when(&order, words::AMOUNT_MISMATCH).await;
    shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
    let now = shop.at_rest(&order).await;
    assert_eq!((now.status_id, captures(&shop)), (2, 0));
}

#[tokio::test]
async fn what_was_refunded_of_a_part_never_comes_to_more_than_it() {
    let shop = two_step(&[]).await;
    let (order, payment) = authorized(&shop, 5_000).await;
    shop.decide(&order, "capture", &[("payment", &payment), ("amount", "1200")]).await;
    shop.history_when(&order, "Paid").await;
    shop.world.sandbox.komoju.refund(&payment, None).expect("KOMOJU takes the refund");
    let now = shop.when(&order, |o| !o.refunds.is_empty()).await;
    assert_eq!(booked(&now), [1_200]);
}

fn captures(shop: &Shop<'_>) -> usize {
    shop.requests(&reqwest::Method::POST, "/capture").len()
}
