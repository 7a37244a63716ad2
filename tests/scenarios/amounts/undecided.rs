//! Store credit and certificates, where nobody knows whether the total still contains them: nothing is charged on a
//! guess. The order's transactions tell, or the merchant does, once for the whole store.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, calm_world, eventually, words, world};
use serde_json::json;

/// A store whose offline orders have no transactions, so that only the merchant can tell.
async fn silent_shop(world: &sandbox::harness::World) -> Shop<'_> {
    let shop = Shop::open(world).await;
    world.sandbox.bigcommerce.configure(&shop.hash, |settings| settings.offline_transactions = false);
    shop
}

fn means_net(shop: &Shop<'_>) {
    shop.world.sandbox.bigcommerce.configure(&shop.hash, |settings| {
        settings.total_has_credit = false;
        settings.total_has_certificates = false;
    });
}

async fn is_held(shop: &Shop<'_>, order: &PlacedOrder) {
    let reply = shop.arrive(order).await;
    reply.is_problem(409, "amount_undecided");
    assert!(reply.text("message").contains("Nothing has been charged"), "{reply:?}");
}

#[tokio::test]
async fn the_transactions_tell_what_is_left_whichever_way_the_store_counts() {
    for net in [false, true] {
        let shop = Shop::open(world().await).await;
        if net {
            means_net(&shop);
        }
        for spec in [
            OrderSpec::total(2_030).store_credit(500),
            OrderSpec::total(2_030).gift_certificate(500),
            OrderSpec::total(2_030).store_credit(200).gift_certificate(300),
        ] {
            let (order, payment) = shop.paid_by_card(&spec).await;
            assert_eq!(
                (shop.payment(&payment).amount, shop.now(&order).status_id),
                (1_530, 11),
                "net: {net}"
            );
            assert_eq!(shop.attention(&order).await, [""; 0]);
        }
    }
}

#[tokio::test]
async fn the_first_order_is_held_until_the_merchant_has_chosen_and_later_ones_follow() {
    for (net, sum) in [(false, "1530"), (true, "2030")] {
        let shop = silent_shop(world().await).await;
        if net {
            means_net(&shop);
        }
        // As shown: 2,030 either way, of which 500 are or were store credit.
        let total = if net { 2_530 } else { 2_030 };
        let spec = OrderSpec::total(total).store_credit(500);
        let order = shop.order(&spec);
        is_held(&shop, &order).await;
        assert_eq!(shop.sessions().len(), 0);
        shop.attention_when(&order, words::AMOUNT_UNDECIDED).await;
        let page = shop.page_of(&order).await;
        assert!(page.contains("¥2,030") && page.contains("¥1,530") && page.contains("¥500"), "{page}");

        shop.decide(&order, "owed", &[("sum", sum)]).await;
        let due: i64 = sum.parse().expect("a sum");
        assert_eq!(shop.leave_for_komoju(&order).await.amount, due);
        assert_eq!(shop.attention(&order).await, [""; 0]);
        // Other orders of the store are not held any more. Certificates are another question.
        let follows = async || {
            let told = shop.arrive(&shop.order(&spec)).await;
            if told.status == 200 { Some(shop.go(&told).await.amount) } else { None }
        };
        assert_eq!(eventually("the next order to be charged", follows).await, due);
        is_held(&shop, &shop.order(&OrderSpec::total(2_030).gift_certificate(400))).await;
    }
}

#[tokio::test]
async fn a_sum_that_the_order_cannot_come_to_is_not_taken() {
    let shop = silent_shop(world().await).await;
    let order = shop.order(&OrderSpec::total(2_030).store_credit(500));
    is_held(&shop, &order).await;
    for sum in ["1", "1531", "0", "-500", "2530"] {
        shop.press(&order, "owed", &[("sum", sum)]).await;
        is_held(&shop, &order).await;
    }
}

#[tokio::test]
async fn what_the_page_says_of_our_method_can_only_block() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(2_030).store_credit(500));
    let with = async |due: &str| {
        let seen = json!({ "seen_total": "2030", "seen_due": due, "seen_currency": "JPY" });
        shop.arrive_with(&order, seen).await
    };
    with("2030").await.is_problem(409, "amount_changed");
    assert_eq!(shop.sessions().len(), 0);
    assert_eq!(shop.go(&with("1530.00").await).await.amount, 1_530);

    // It chooses nothing where the amount is undecided.
    let silent = silent_shop(world).await;
    let order = silent.order(&OrderSpec::total(2_030).store_credit(500));
    let seen = json!({ "seen_total": "2030", "seen_due": "1530", "seen_currency": "JPY" });
    silent.arrive_with(&order, seen).await.is_problem(409, "amount_undecided");
}
