//! While something about a payment is not settled, its page says so, until when, and what a person can do meanwhile.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::faults::FaultKind;
use sandbox::harness::{Shop, booked, eventually, words, world};

async fn page_when(shop: &Shop<'_>, order: &PlacedOrder, what: &str) -> String {
    let shown = async || Some(shop.page_of(order).await).filter(|page| page.contains(what));
    eventually(format!("a page that says {what:?}"), shown).await
}

#[tokio::test]
async fn a_refund_without_an_answer_says_until_when_it_is_tried_and_may_be_settled_outside() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    let refund = shop.refund_order(&order, 900).to_string();
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    shop.komoju_fault(Method::POST, "/refund", FaultKind::CutBefore, 1_000);
    shop.decide(&order, "confirm", &[("refund", &refund)]).await;

    let page = page_when(&shop, &order, "KOMOJU was asked to pay back ¥900").await;
    assert!(page.contains("It is asked again until ") && page.contains("Look now"), "{page}");
    assert!(page.contains("Under way"), "the decision has no end yet: {page}");
    let told = shop.press(&order, "refund", &[("payment", &payment), ("amount", "100")]).await;
    assert!(told.contains("done=overtaken"), "nothing else is offered: {told}");

    let asked = format!("payments/{}/unanswered?payment={payment}", order.order_id);
    let asked = shop.panel(&asked).await;
    assert!(asked.contains("counts as settled by you") && asked.contains("Mark as settled"), "{asked}");
    shop.decide(&order, "unanswered", &[("payment", &payment)]).await;
    let page = page_when(&shop, &order, "Paid back otherwise").await;
    assert!(!page.contains("has not answered"), "{page}");
    shop.at_rest(&order).await;
    assert_eq!(shop.paid_back(&payment), [0; 0]);
    let posts = shop.refund_posts(&payment).len();
    shop.at_rest(&order).await;
    assert_eq!(shop.refund_posts(&payment).len(), posts, "it is not sent again");
}

#[tokio::test]
async fn two_refunds_made_by_hand_that_were_taken_for_one_are_named_and_can_be_parted() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.komoju.refund(&payment, Some(900)).expect("KOMOJU takes the refund");
    let refund = shop.refund_order(&order, 900).to_string();
    let page = page_when(&shop, &order, "Refunded by hand on both sides").await;
    assert!(page.contains("both are taken for one"), "{page}");
    shop.at_rest(&order).await;

    shop.decide(&order, "two", &[("refund", &refund)]).await;
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    let now = shop.when(&order, |order| order.refunds.len() == 2).await;
    assert_eq!((booked(&now), shop.paid_back(&payment)), (vec![900, 900], vec![900]));
    assert!(shop.page_of(&order).await.contains("Two refunds that were taken for one were parted"));
}
