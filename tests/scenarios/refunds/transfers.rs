//! KOMOJU's refund requests show no amount, and nobody has published whether they, or the refunds that they become, carry
//! our description: whatever KOMOJU leaves out, no money is promised twice and none is entered twice.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, booked, eventually, words, world};
use sandbox::komoju::{RefundRequest, Transfers};

#[tokio::test]
async fn what_is_on_its_way_is_asked_for_only_once() {
    for transfers in every_way() {
        let shop = shop(transfers).await;
        let (order, payment) = shop.paid_at_till(&OrderSpec::total(3_000)).await;
        asked_for(&shop, &order, &payment, 2_000).await;
        // ¥1,000 are left: what is more than that is not asked for, and said to be more.
        let more = shop.refund_order(&order, 1_000);
        shop.attention_when(&order, words::REFUND_NEEDS_BANK).await;
        shop.decide(&order, "bank", &account(&more.to_string())).await;
        requests_when(&shop, &payment, 2).await;
        shop.at_rest(&order).await;
        let asked: i64 = requests(&shop, &payment).iter().map(|request| request.amount).sum();
        assert_eq!((asked, shop.refund_posts(&payment).len()), (3_000, 2), "{transfers:?}");
        assert_eq!(shop.attention(&order).await, [""; 0]);
    }
}

#[tokio::test]
async fn the_refund_that_a_transfer_becomes_is_not_entered_again() {
    for transfers in every_way() {
        let shop = shop(transfers).await;
        let (order, payment) = shop.paid_at_till(&OrderSpec::total(3_000)).await;
        asked_for(&shop, &order, &payment, 2_000).await;
        let request = requests(&shop, &payment).remove(0).id;
        shop.world.sandbox.komoju.complete_refund_request(&payment, &request).expect("it is pending");
        shop.history_when(&order, "KOMOJU sent a notification").await;
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![2_000], 0), "{transfers:?}");
        assert_eq!(shop.attention(&order).await, [""; 0]);
        assert!(shop.page_of(&order).await.contains("Done at KOMOJU"));
    }
}

#[tokio::test]
async fn a_transfer_that_came_to_another_amount_is_for_a_person() {
    for cost in [-300, 300] {
        let shop = shop(Transfers { cost, described_refunds: false, ..Transfers::default() }).await;
        let (order, payment) = shop.paid_at_till(&OrderSpec::total(3_000)).await;
        asked_for(&shop, &order, &payment, 2_000).await;
        let request = requests(&shop, &payment).remove(0).id;
        shop.world.sandbox.komoju.complete_refund_request(&payment, &request).expect("it is pending");
        shop.attention_when(&order, words::TRANSFER_TO_CHECK).await;
        let now = shop.at_rest(&order).await;
        assert_eq!((booked(&now), shop.booking_posts(&order).len()), (vec![2_000], 0), "{cost}");
    }
}

/// With and without our description, on either.
fn every_way() -> impl Iterator<Item = Transfers> {
    [(true, true), (false, true), (true, false), (false, false)].into_iter().map(
        |(described_requests, described_refunds)| Transfers {
            described_requests,
            described_refunds,
            ..Transfers::default()
        },
    )
}

async fn shop(transfers: Transfers) -> Shop<'static> {
    let shop = Shop::open(world().await).await;
    shop.world.sandbox.komoju.set_transfers(&shop.merchant.id, transfers).expect("the merchant exists");
    shop
}

/// The merchant refunds in BigCommerce, and enters the shopper's account.
async fn asked_for(shop: &Shop<'_>, order: &PlacedOrder, payment: &str, minor: i64) {
    let refund = shop.refund_order(order, minor);
    shop.attention_when(order, words::REFUND_NEEDS_BANK).await;
    shop.decide(order, "bank", &account(&refund.to_string())).await;
    requests_when(shop, payment, 1).await;
    shop.at_rest(order).await;
}

fn account(refund: &str) -> Vec<(&str, &str)> {
    vec![
        ("customer_name", "ミナト　ソラ"),
        ("bank_name", "Minato Bank"),
        ("branch_number", "118"),
        ("account_type", "normal"),
        ("account_number", "2468013"),
        ("refund", refund),
    ]
}

fn requests(shop: &Shop<'_>, payment: &str) -> Vec<RefundRequest> {
    shop.world.sandbox.komoju.refund_requests(payment).expect("the payment exists")
}

async fn requests_when(shop: &Shop<'_>, payment: &str, many: usize) {
    let made = async || (requests(shop, payment).len() == many).then_some(());
    eventually("so many refund requests at KOMOJU", made).await;
}
