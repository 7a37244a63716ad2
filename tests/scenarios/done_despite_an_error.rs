//! A 5xx says nothing of what was done. Here it was done all the same, and answered by an error: it is found, and not
//! done again. No message tells of it either.

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Logged, Side};
use sandbox::harness::{Shop, booked, eventually, moves, notes, words, world};
use sandbox::komoju::{PaymentStatus, SessionStatus};

/// "You were not charged", says the last of KOMOJU's, and here that is not so.
const ERRORS: [u16; 3] = [500, 503, 504];

/// The history's word for what was sent, once it is known to have had its effect.
const DONE: &str = "Done";

#[tokio::test]
async fn a_session_that_was_made_is_nobodys_and_the_next_start_makes_one_that_is_paid() {
    let shop = Shop::open(world().await).await;
    for error in ERRORS {
        let before = shop.sessions().len();
        let order = shop.order(&OrderSpec::total(2_000));
        komoju_errs(&shop, "/sessions", error);
        shop.arrive(&order).await.is_problem(503, "komoju_unavailable");
        let session = shop.leave_for_komoju(&order).await;
        let made = shop.sessions().len() - before;
        assert_eq!(
            (made, session.external_order_num.clone()),
            (2, Some(format!("BC-{}-2", order.order_id))),
            "{error}"
        );
        let payment = shop.pay_by_card(&session);
        shop.history_when(&order, "Paid").await;
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), notes(&now).len()), (vec![11], 1), "{error}: {}", now.staff_notes);
        assert_eq!(shop.payment(&payment).status, PaymentStatus::Captured);
        assert_eq!((shop.sessions().len() - before, shop.attention(&order).await.len()), (2, 0), "{error}");
    }
}

#[tokio::test]
async fn a_session_that_was_cancelled_makes_room_for_another() {
    let shop = Shop::open(world().await).await;
    for error in ERRORS {
        let (order, old) = shop.begin(&OrderSpec::total(2_100)).await;
        let before = shop.sessions().len();
        komoju_errs(&shop, &format!("/sessions/{}/cancel", old.id), error);
        let told = shop.start(&order, "restart").await;
        shop.session_when(&old.id, SessionStatus::Cancelled).await;
        // Whoever was told to try again does.
        let told = if told.word() == "redirect" { told } else { shop.start(&order, "restart").await };
        let new = shop.go(&told).await;
        assert_eq!((new.status, shop.sessions().len()), (SessionStatus::Pending, before + 1), "{error}");
        one_key(&shop.requests(&Method::POST, &format!("/sessions/{}/cancel", old.id)), error);
        shop.pay_by_card(&new);
        shop.history_when(&order, "Paid").await;
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), shop.attention(&order).await.len()), (vec![11], 0), "{error}");
    }
}

#[tokio::test]
async fn a_code_that_was_cancelled_stays_cancelled_and_its_order_where_the_merchant_put_it() {
    let shop = Shop::open(world().await).await;
    for error in ERRORS {
        let (order, session) = shop.begin(&OrderSpec::total(2_200)).await;
        let code = shop.take_code(&session);
        shop.history_when(&order, "A payment code was issued").await;
        komoju_errs(&shop, &format!("/payments/{code}/cancel"), error);
        shop.webhooks(Mode::Lost);
        shop.world.sandbox.bigcommerce.complete(&shop.hash, order.order_id);
        shop.payment_when(&code, PaymentStatus::Cancelled).await;
        shop.history_when(&order, DONE).await;
        shop.webhooks(Mode::Normal);
        let now = shop.at_rest(&order).await;
        assert_eq!(
            (now.status_id, moves(&now), shop.attention(&order).await.len()),
            (10, vec![], 0),
            "{error}"
        );
        one_key(&shop.requests(&Method::POST, &format!("/payments/{code}/cancel")), error);
    }
}

#[tokio::test]
async fn money_that_was_taken_is_taken_once() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("capture", "manual")]).await;
    for error in ERRORS {
        let (order, session) = shop.begin(&OrderSpec::total(2_300)).await;
        let payment = shop.pay_by_card(&session);
        shop.history_when(&order, "Authorized").await;
        komoju_errs(&shop, &format!("/payments/{payment}/capture"), error);
        shop.webhooks(Mode::Lost);
        shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
        shop.payment_when(&payment, PaymentStatus::Captured).await;
        shop.history_when(&order, "Paid").await;
        shop.webhooks(Mode::Normal);
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, shop.attention(&order).await.len()), (2, 0), "{error}");
        sent_once(&shop.requests(&Method::POST, &format!("/payments/{payment}/capture")), error);
    }
}

#[tokio::test]
async fn money_that_went_back_goes_back_once() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "at_once")]).await;
    for error in ERRORS {
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_400)).await;
        komoju_errs(&shop, &format!("/payments/{payment}/refund"), error);
        shop.webhooks(Mode::Lost);
        shop.refund_order(&order, 900);
        shop.paid_back_when(&payment, 1).await;
        shop.history_when(&order, DONE).await;
        shop.webhooks(Mode::Normal);
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![900], vec![900]), "{error}");
        sent_once(&shop.refund_posts(&payment), error);
        assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (0, 0), "{error}");
    }
}

#[tokio::test]
async fn a_bank_transfer_that_was_asked_for_is_asked_for_once() {
    let shop = Shop::open(world().await).await;
    let account = [
        ("customer_name", "ホシノ　ハナコ"),
        ("bank_name", "Hoshi Bank"),
        ("branch_number", "456"),
        ("account_type", "normal"),
        ("account_number", "7654321"),
    ];
    for error in ERRORS {
        let (order, payment) = shop.paid_at_till(&OrderSpec::total(2_500)).await;
        let refund = shop.refund_order(&order, 2_500).to_string();
        shop.attention_when(&order, words::REFUND_NEEDS_BANK).await;
        komoju_errs(&shop, &format!("/payments/{payment}/refund_request"), error);
        shop.webhooks(Mode::Lost);
        shop.decide(&order, "bank", &[&account[..], &[("refund", refund.as_str())]].concat()).await;
        let komoju = &shop.world.sandbox.komoju;
        let requests = || komoju.refund_requests(&payment).expect("the payment exists");
        let asked = async || requests().into_iter().next();
        let request = eventually("a refund request at KOMOJU", asked).await;
        shop.history_when(&order, DONE).await;
        shop.webhooks(Mode::Normal);
        shop.at_rest(&order).await;
        sent_once(&shop.refund_posts(&payment), error);
        assert_eq!(requests().len(), 1, "{error}");
        komoju.complete_refund_request(&payment, &request.id).expect("it is pending");
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![2_500], vec![2_500]), "{error}");
        assert_eq!((shop.booking_posts(&order).len(), shop.attention(&order).await.len()), (0, 0), "{error}");
    }
}

#[tokio::test]
async fn an_order_that_was_moved_is_moved_once() {
    let shop = Shop::open(world().await).await;
    for error in ERRORS {
        let (order, session) = shop.begin(&OrderSpec::total(2_600)).await;
        shop.order_fault(Method::PUT, FaultKind::StatusAfter(error), 1);
        shop.hooks(Mode::Lost);
        shop.pay_by_card(&session);
        shop.history_when(&order, "Paid").await;
        shop.hooks(Mode::Normal);
        let now = shop.at_rest(&order).await;
        assert_eq!((moves(&now), notes(&now).len()), (vec![11], 1), "{error}: {}", now.staff_notes);
        sent_once(&shop.requests(&Method::PUT, &format!("/v2/orders/{}", order.order_id)), error);
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_refund_that_was_entered_in_the_books_is_entered_once() {
    let shop = Shop::open(world().await).await;
    for error in ERRORS {
        let (order, payment) = shop.paid_by_card(&OrderSpec::total(2_700)).await;
        let fault = Fault::on(Side::BigCommerce, FaultKind::StatusAfter(error)).tenant(&shop.hash);
        shop.world.sandbox.faults().add(fault.method(Method::POST).path("payment_actions/refunds"));
        shop.hooks(Mode::Lost);
        shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
        shop.when(&order, |o| !o.refunds.is_empty()).await;
        shop.history_when(&order, DONE).await;
        shop.hooks(Mode::Normal);
        let now = shop.at_rest(&order).await;
        assert_eq!(
            (now.status_id, booked(&now), shop.paid_back(&payment)),
            (14, vec![900], vec![900]),
            "{error}"
        );
        sent_once(&shop.booking_posts(&order), error);
        assert_eq!(
            (shop.refund_posts(&payment).len(), shop.attention(&order).await.len()),
            (0, 0),
            "{error}"
        );
    }
}

/// KOMOJU does what it is asked there next, and answers this error.
fn komoju_errs(shop: &Shop<'_>, path: &str, error: u16) {
    shop.komoju_fault(Method::POST, path, FaultKind::StatusAfter(error), 1);
}

/// It was answered by the error, and not sent again.
fn sent_once(sent: &[Logged], error: u16) {
    assert_eq!(sent.iter().map(|seen| seen.status).collect::<Vec<_>>(), [error]);
}

/// However often it was sent after the error, KOMOJU could tell that it was one and the same.
fn one_key(sent: &[Logged], error: u16) {
    assert_eq!(sent.first().map(|seen| seen.status), Some(error));
    let keys: Vec<_> = sent.iter().map(|seen| &seen.idempotency_key).collect();
    assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]), "{keys:?}");
}
