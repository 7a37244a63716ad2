//! BigCommerce refuses, breaks or falls silent: the order changes exactly once, with one note, all the same.

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind::{self, CutAfter, CutBefore, RateLimited, Status};
use sandbox::faults::{Fault, Side};
use sandbox::harness::{Shop, eventually, moves, notes, world};

const SLOWLY: FaultKind = RateLimited { retry_after_ms: 900 };

#[tokio::test]
async fn an_order_whose_update_fails_changes_once() {
    let shop = Shop::open(world().await).await;
    for (kind, times) in [(SLOWLY, 1), (Status(500), 2), (Status(503), 1), (CutBefore, 2), (CutAfter, 1)] {
        let order = paid_while(&shop, Method::PUT, kind.clone(), times).await;
        let puts = shop.requests(&Method::PUT, &format!("/v2/orders/{}", order.order_id));
        let effective = puts.iter().filter(|put| put.status == 200).count();
        let sent = if kind == CutAfter { 1 } else { 1 + times as usize };
        assert_eq!((effective, puts.len()), (1, sent), "{kind:?}");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_read_for_a_while_changes_once() {
    let shop = Shop::open(world().await).await;
    for (kind, times) in [(SLOWLY, 1), (Status(500), 3), (CutBefore, 2), (CutAfter, 2)] {
        let order = paid_while(&shop, Method::GET, kind, times).await;
        assert_eq!(shop.order_puts(order.order_id), 1);
    }
}

#[tokio::test]
async fn the_wait_that_bigcommerce_asks_for_is_kept() {
    let shop = Shop::open(world().await).await;
    let order = paid_while(&shop, Method::PUT, SLOWLY, 1).await;
    let path = format!("/v2/orders/{}", order.order_id);
    let refused = shop.requests(&Method::PUT, &path).into_iter().find(|put| put.status == 429);
    let refused = refused.expect("the first was refused").at;
    let mut after =
        [Method::GET, Method::PUT].iter().flat_map(|m| shop.requests(m, &path)).map(|seen| seen.at);
    let hasty = after
        .any(|at| at.duration_since(refused).is_ok_and(|since| !since.is_zero() && since.as_millis() < 900));
    assert!(!hasty, "nothing about the order is asked before the 900 ms are over");
}

#[tokio::test]
async fn a_start_without_an_answer_from_bigcommerce_may_be_repeated() {
    let shop = Shop::open(world().await).await;
    for kind in [CutBefore, CutAfter, Status(500)] {
        let before = shop.sessions().len();
        let order = shop.order(&OrderSpec::total(800));
        // Of this order: those of the rounds before may still be looked at. Its hook has it read ahead, which must not
        // meet the fault in place of the start: it lasts until the start is answered.
        let fault = Fault::on(Side::BigCommerce, kind.clone()).tenant(&shop.hash).method(Method::GET);
        shop.world.sandbox.faults().add(fault.path(format!("/v2/orders/{}", order.order_id)).always());
        let told = shop.arrive(&order).await;
        shop.world.sandbox.faults().clear(&shop.hash);
        told.is_problem(503, "bigcommerce_unavailable");
        assert_eq!(
            (told.json()["retry"].clone(), told.header("retry-after")),
            (true.into(), "3"),
            "{kind:?}"
        );
        assert_eq!(shop.sessions().len(), before);
        shop.leave_for_komoju(&order).await;
        assert_eq!(shop.sessions().len(), before + 1);
    }
}

#[tokio::test]
async fn a_start_that_meets_a_used_up_quota_waits_for_its_turn() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(800));
    let fault = Fault::on(Side::BigCommerce, SLOWLY).tenant(&shop.hash).method(Method::GET);
    shop.world.sandbox.faults().add(fault.path(format!("/v2/orders/{}", order.order_id)).always());
    assert_eq!(shop.arrive(&order).await.word(), "queued");
    shop.world.sandbox.faults().clear(&shop.hash);
    let served = async || {
        let told = shop.arrive(&order).await;
        (told.word() != "queued").then_some(told)
    };
    shop.go(&eventually("the start to have its turn", served).await).await;
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn an_update_refused_for_good_is_shown_to_a_person() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(800)).await;
    shop.order_fault(Method::PUT, Status(422), 1);
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.attention_when(&order, "BigCommerce did not take the order").await;
    shop.quiet(&order).await;
    assert_eq!((moves(&shop.now(&order)), shop.order_puts(order.order_id)), (vec![], 1));
}

/// An order paid while its requests of one kind fail; quiet by now, and as it should be.
async fn paid_while(shop: &Shop<'_>, method: Method, kind: FaultKind, times: u32) -> PlacedOrder {
    let (order, session) = shop.begin(&OrderSpec::total(800)).await;
    shop.order_fault(method.clone(), kind.clone(), times);
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session is open");
    shop.history_when(&order, "Paid").await;
    shop.quiet(&order).await;
    let now = shop.now(&order);
    assert_eq!((moves(&now), notes(&now).len()), (vec![11], 1), "{method} {kind:?}: {}", now.staff_notes);
    order
}
