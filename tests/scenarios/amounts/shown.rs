//! What the shopper's page shows is compared as money, whatever decimals the shop displays.

use sandbox::bigcommerce::{Currency, OrderSpec};
use sandbox::harness::{Shop, calm_world};
use serde_json::{Value, json};

#[tokio::test]
async fn decimals_agree_by_their_value() {
    let world = calm_world().await;
    for (currency, minor, shown, others) in [
        (
            Currency::Jpy,
            1_530,
            ["1530", "1530.00", "1530.0000"],
            ["1531", "15.30", "153000", "1530.5", "", "much"],
        ),
        (
            Currency::Usd,
            1_530,
            ["15.30", "15.3", "15.3000"],
            ["1530", "15.31", "15", "0.1530", "-15.30", "15,30"],
        ),
    ] {
        let shop = Shop::open_in(world, currency).await;
        let order = shop.order(&OrderSpec::total(minor));
        let with = async |total: &str| {
            let seen = json!({ "seen_total": total, "seen_currency": currency.code() });
            shop.arrive_with(&order, seen).await
        };
        for other in others {
            with(other).await.is_problem(409, "amount_changed");
        }
        for total in shown {
            assert_eq!(shop.go(&with(total).await).await.amount, minor, "{total}");
        }
    }
}

/// Scripts that are published already send an integer in the decimals that their shop shows.
#[tokio::test]
async fn an_integer_of_a_former_script_agrees_in_the_decimals_of_its_shop() {
    let world = calm_world().await;
    let seen =
        |amount: &str, code: &str| -> Value { json!({ "seen_amount": amount, "seen_currency": code }) };
    for (currency, minor, shown, other) in [
        // A shop in yen that shows two decimals, and one in dollars that shows none.
        (Currency::Jpy, 1_530, ["1530", "153000"], ["15300", "1531", "153001"]),
        (Currency::Usd, 153_000, ["153000", "1530"], ["15300", "1531", "153001"]),
    ] {
        let shop = Shop::open_in(world, currency).await;
        let order = shop.order(&OrderSpec::total(minor));
        for amount in other {
            let reply = shop.arrive_with(&order, seen(amount, currency.code())).await;
            reply.is_problem(409, "amount_changed");
        }
        for amount in shown {
            let reply = shop.arrive_with(&order, seen(amount, currency.code())).await;
            assert_eq!(shop.go(&reply).await.amount, minor, "{amount}");
        }
    }
}
