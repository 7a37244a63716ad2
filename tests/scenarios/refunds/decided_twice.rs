//! Two people have the same page open, or one has it open twice: the money that the page shows is offered once.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Shop, words, world};

#[tokio::test]
async fn of_two_open_pages_the_second_is_told_that_it_was_overtaken() {
    let shop = Shop::open(world().await).await;
    for waits in [false, true] {
        let (order, payment) = cancelled(&shop).await;
        let (first, second) = (opened(&shop, &order, &payment).await, opened(&shop, &order, &payment).await);
        let told = press(&shop, &order, &payment, &first, "first").await;
        assert!(told.contains("done=decided"), "{told}");
        if waits {
            shop.paid_back_when(&payment, 1).await;
            shop.at_rest(&order).await;
        }
        let told = press(&shop, &order, &payment, &second, "second").await;
        assert!(told.contains("done=overtaken"), "{told}");
        shop.paid_back_when(&payment, 1).await;
        shop.at_rest(&order).await;
        assert_eq!(shop.paid_back(&payment), [1_000]);

        let anew = opened(&shop, &order, &payment).await;
        let told = press(&shop, &order, &payment, &anew, "third").await;
        assert!(told.contains("done=decided"), "{told}");
        shop.paid_back_when(&payment, 2).await;
        assert_eq!(shop.paid_back(&payment), [1_000, 1_000]);
    }
}

#[tokio::test]
async fn pressed_at_once_on_two_pages_one_amount_goes_back() {
    let shop = Shop::open(world().await).await;
    let (order, payment) = cancelled(&shop).await;
    let (first, second) = (opened(&shop, &order, &payment).await, opened(&shop, &order, &payment).await);
    let both = tokio::join!(
        press(&shop, &order, &payment, &first, "one"),
        press(&shop, &order, &payment, &second, "two")
    );
    let taken = [&both.0, &both.1].into_iter().filter(|told| told.contains("done=decided")).count();
    assert_eq!(taken, 1, "{both:?}");
    shop.paid_back_when(&payment, 1).await;
    shop.at_rest(&order).await;
    assert_eq!(shop.paid_back(&payment), [1_000]);
}

/// A paid order of ¥3,000 that the merchant cancelled.
async fn cancelled(shop: &Shop<'_>) -> (PlacedOrder, String) {
    let (order, payment) = shop.paid_by_card(&OrderSpec::total(3_000)).await;
    shop.world.sandbox.bigcommerce.set_status(&shop.hash, order.order_id, 5);
    shop.attention_when(&order, words::CANCELLED_WHILE_PAID).await;
    (order, payment)
}

/// Opens the page that says what will happen; what it says it was made upon.
async fn opened(shop: &Shop<'_>, order: &PlacedOrder, payment: &str) -> String {
    let page = format!("payments/{}/refund?payment={payment}&amount=1000", order.order_id);
    let page = shop.panel(&page).await;
    let (_, upon) = page.split_once("name=\"upon\" value=\"").expect("the page says what it was made upon");
    upon.split('"').next().expect("the value ends").to_owned()
}

async fn press(shop: &Shop<'_>, order: &PlacedOrder, payment: &str, upon: &str, id: &str) -> String {
    let fields = [("payment", payment), ("amount", "1000"), ("upon", upon), ("id", id)];
    shop.press(order, "refund", &fields).await
}
