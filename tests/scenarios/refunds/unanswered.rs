//! An answer is lost, comes late, or is overtaken by the other side's message: money still goes back once.

use std::time::Duration;

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, booked, world};

#[tokio::test]
async fn komojus_answer_to_a_refund_is_lost() {
    for kind in [FaultKind::CutAfter, FaultKind::CutBefore, FaultKind::Status(500)] {
        let shop = Shop::open(world().await).await;
        shop.set(&[("refunds", "at_once")]).await;
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
        shop.komoju_fault(Method::POST, "/refund", kind.clone(), 1);
        shop.refund_order(&order, 900);
        shop.paid_back_when(&payment, 1).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![900], vec![900]), "{kind:?}");
        let keys: Vec<_> = shop.refund_posts(&payment).into_iter().map(|post| post.idempotency_key).collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "one try, one key: {keys:?}");
        assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (0, 0));
    }
}

#[tokio::test]
async fn a_refund_that_took_effect_unanswered_is_found_although_its_key_is_forgotten() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.komoju_fault(Method::POST, "/refund", FaultKind::CutAfter, 1);
    shop.webhooks(sandbox::delivery::Mode::Lost);
    shop.refund_order(&order, 900);
    shop.paid_back_when(&payment, 1).await;
    shop.world.sandbox.komoju.forget_idempotency_keys(&shop.merchant.id);
    shop.at_rest(&order).await;
    assert_eq!((shop.paid_back(&payment), shop.refund_posts(&payment).len()), (vec![900], 1));
}

#[tokio::test]
async fn komojus_webhook_overtakes_its_answer() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.komoju_fault(Method::POST, "/refund", FaultKind::LateAnswer(Duration::from_secs(2)), 1);
    shop.refund_order(&order, 900);
    shop.paid_back_when(&payment, 1).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![900], vec![900]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (1, 0));
}

#[tokio::test]
async fn bigcommerces_answer_to_a_refund_is_lost() {
    for kind in [FaultKind::CutAfter, FaultKind::CutBefore, FaultKind::Status(500)] {
        let shop = Shop::open(world().await).await;
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
        books_fault(&shop, kind.clone());
        shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
        shop.when(&order, |o| !o.refunds.is_empty()).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, booked(&now)), (14, vec![900]), "{kind:?}");
        assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await.len()), (0, 0));
    }
}

#[tokio::test]
async fn bigcommerces_hook_overtakes_its_answer() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    books_fault(&shop, FaultKind::LateAnswer(Duration::from_secs(2)));
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    shop.when(&order, |o| !o.refunds.is_empty()).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![900], vec![900]));
    assert_eq!((shop.refund_posts(&payment).len(), shop.booking_posts(&order).len()), (0, 1));
}

fn books_fault(shop: &Shop<'_>, kind: FaultKind) {
    let fault = Fault::on(Side::BigCommerce, kind).tenant(&shop.hash).method(Method::POST);
    shop.world.sandbox.faults().add(fault.path("payment_actions/refunds"));
}
