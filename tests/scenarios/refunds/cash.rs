//! Cash goes back by bank transfer: KOMOJU is asked for it with the shopper's account, which nobody keeps afterwards.

use std::fs;

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, booked, eventually, words, world};
use sandbox::komoju::{PaymentStatus, RefundRequest};

const ACCOUNT: [(&str, &str); 6] = [
    ("customer_name", "ホシノ　ハナコ"),
    ("bank_name", "Hoshi Bank"),
    ("bank_code", "0123"),
    ("branch_number", "456"),
    ("account_type", "normal"),
    ("account_number", "7654321"),
];

#[tokio::test]
async fn it_waits_for_the_shoppers_account_whatever_the_setting() {
    for policy in ["at_once", "confirm"] {
        let shop = Shop::open(world().await).await;
        shop.set(&[("refunds", policy)]).await;
        let (order, payment, _) = refunded(&shop).await;
        assert_eq!(shop.attention(&order).await.len(), 1);
        shop.at_rest(&order).await;
        assert_eq!(shop.refund_posts(&payment).len(), 0, "{policy}");
    }
}

#[tokio::test]
async fn with_the_account_komoju_is_asked_once_and_pays_later() {
    let shop = Shop::open(world().await).await;
    let (order, payment, refund) = refunded(&shop).await;
    enter_account(&shop, &order, &refund).await;
    let request = requested(&shop, &payment).await;
    assert_eq!((request.amount, request.include_payment_method_fee), (2_400, false));
    assert_eq!(request.account.customer_name, "ﾎｼﾉ ﾊﾅｺ");
    assert_eq!(
        (request.account.branch_number.as_str(), request.account.account_type.as_str()),
        ("456", "normal")
    );
    let description = request.description.clone().unwrap_or_default();
    assert!(description.contains(&format!("bc-refund:{refund}")), "{description}");

    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await), (1, vec![]));
    assert!(shop.page_of(&order).await.contains("Transfer requested"), "nobody has paid yet");
    let komoju = &shop.world.sandbox.komoju;
    komoju.complete_refund_request(&payment, &request.id).expect("it is pending");
    let now = shop.at_rest(&order).await;
    assert_eq!(shop.payment(&payment).status, PaymentStatus::Refunded);
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![2_400], 0));
    assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await), (1, vec![]));
}

#[tokio::test]
async fn a_request_that_komoju_rejects_is_shown_and_made_anew_with_another_account() {
    let shop = Shop::open(world().await).await;
    let (order, payment, refund) = refunded(&shop).await;
    enter_account(&shop, &order, &refund).await;
    let first = requested(&shop, &payment).await;
    let komoju = &shop.world.sandbox.komoju;
    komoju.reject_refund_request(&payment, &first.id).expect("it is pending");
    shop.attention_when(&order, words::REFUND_REFUSED).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), 1);

    enter_account(&shop, &order, &refund).await;
    let both = async || Some(komoju.refund_requests(&payment).ok()?).filter(|all| all.len() == 2);
    let all = eventually("a second request", both).await;
    komoju.complete_refund_request(&payment, &all[1].id).expect("it is pending");
    shop.payment_when(&payment, PaymentStatus::Refunded).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![2_400], 0));
    assert_eq!(shop.attention(&order).await, [""; 0]);
}

#[tokio::test]
async fn of_a_refund_that_is_more_than_was_paid_what_was_paid_is_transferred() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_at_till(&OrderSpec::total(2_400)).await;
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 9_000);
    let refund = shop.refund_order(&order, 3_000).to_string();
    shop.attention_when(&order, words::REFUND_TOO_LARGE).await;
    let most = [("payment", payment.as_str())];
    shop.decide(&order, "refund", &account(&refund, &most)).await;
    let request = requested(&shop, &payment).await;
    assert_eq!(request.amount, 2_400);
    shop.world.sandbox.komoju.complete_refund_request(&payment, &request.id).expect("it is pending");
    shop.payment_when(&payment, PaymentStatus::Refunded).await;
    let now = shop.at_rest(&order).await;
    assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![3_000], 0));
    shop.decide(&order, "outside", &[("refund", &refund)]).await;
    shop.at_rest(&order).await;
    assert_eq!((shop.refund_posts(&payment).len(), shop.attention(&order).await), (1, vec![]));
}

#[tokio::test]
async fn an_account_that_cannot_be_right_is_sent_back_to_the_form() {
    let shop = Shop::open(world().await).await;
    let (order, payment, refund) = refunded(&shop).await;
    for (field, wrong) in [
        ("customer_name", "Hanako"),
        ("branch_number", "45"),
        ("account_number", "123"),
        ("account_type", "gold"),
    ] {
        let fields = account(&refund, &[(field, wrong)]);
        let told = shop.submit(&format!("payments/{}/bank", order.order_id), &fields).await;
        assert_eq!(told.status, 422, "{field}: {}", told.body);
    }
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), 0);
}

#[tokio::test]
async fn an_answer_that_is_lost_asks_for_nothing_twice() {
    for kind in [FaultKind::CutAfter, FaultKind::CutBefore, FaultKind::Status(500)] {
        let shop = Shop::open(world().await).await;
        let (order, payment, refund) = refunded(&shop).await;
        shop.komoju_fault(Method::POST, "/refund_request", kind.clone(), 1);
        enter_account(&shop, &order, &refund).await;
        requested(&shop, &payment).await;
        shop.at_rest(&order).await;
        let requests = shop.world.sandbox.komoju.refund_requests(&payment).expect("it exists");
        assert_eq!((requests.len(), shop.attention(&order).await.len()), (1, 0), "{kind:?}");
    }
}

#[tokio::test]
async fn nothing_of_the_account_is_left_where_payments_are_kept() {
    let world = sandbox::harness::World::own().await;
    let shop = Shop::open(&world).await;
    let (order, payment, refund) = refunded(&shop).await;
    enter_account(&shop, &order, &refund).await;
    requested(&shop, &payment).await;
    shop.at_rest(&order).await;
    let page = shop.page_of(&order).await;
    for secret in ["7654321", "ﾎｼﾉ", "ホシノ"] {
        assert!(!page.contains(secret), "{secret} in {page}");
        assert!(!world.worker.log().contains(secret), "{secret} in the log");
    }
    world.worker.kill9();
    let stored = world.stored();
    assert!(stored.iter().any(|path| holds(path, order.order_id.to_string().as_bytes())), "{stored:?}");
    for path in stored {
        for secret in ["7654321", "ﾎｼﾉ", "Hoshi Bank"] {
            assert!(!holds(&path, secret.as_bytes()), "{secret} in {}", path.display());
        }
    }
}

fn holds(path: &std::path::Path, needle: &[u8]) -> bool {
    fs::read(path).expect("it can be read").windows(needle.len()).any(|part| part == needle)
}

/// An order paid at the till and refunded in BigCommerce, that waits for the shopper's account.
async fn refunded(shop: &Shop<'_>) -> (PlacedOrder, String, String) {
    let (order, payment) = shop.paid_at_till(&OrderSpec::total(2_400)).await;
    let refund = shop.refund_order(&order, 2_400);
    shop.attention_when(&order, words::REFUND_NEEDS_BANK).await;
    (order, payment, refund.to_string())
}

async fn enter_account(shop: &Shop<'_>, order: &PlacedOrder, refund: &str) {
    shop.decide(order, "bank", &account(refund, &[])).await;
}

fn account<'a>(refund: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = ACCOUNT.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes.iter().copied()).chain([("refund", refund)]).collect()
}

async fn requested(shop: &Shop<'_>, payment: &str) -> RefundRequest {
    let made = async || shop.world.sandbox.komoju.refund_requests(payment).ok()?.into_iter().next();
    eventually("a refund request at KOMOJU", made).await
}
