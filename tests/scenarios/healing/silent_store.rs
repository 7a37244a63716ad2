//! A store's object answers nothing: what it has stored cannot be read. Shoppers pay by the copy in KV, and see that they
//! have paid; what is decided about their orders waits until the store's own word can be had.

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, Stored, World, eventually, moves, store_object};

#[tokio::test]
async fn orders_are_sold_while_the_stores_object_answers_nothing_and_told_once_it_does() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (begun, session) = shop.begin(&OrderSpec::total(3_100)).await;
    let whole = world.read_object(store_object(&shop.hash)).await;
    world.write_objects(&[unreadable(&whole)]).await;
    world.worker.restart();

    // They would come again and again, to whom answers nothing.
    shop.hooks(Mode::Lost);
    shop.pay_by_card(&session);
    let (new, session) = shop.begin(&OrderSpec::total(3_200)).await;
    shop.pay_by_card(&session);
    for order in [&begun, &new] {
        let looked = || shop.requests(&Method::GET, &format!("/v2/orders/{}?", order.order_id)).len();
        let before = looked();
        eventually("looks at the order", async || (looked() > before).then_some(())).await;
        assert_eq!((moves(&shop.now(order)), shop.now(order).status_id), (vec![], 7), "nothing is decided");
    }
    let open = world.sandbox.bigcommerce.open_app(&shop.hash).await.expect("the app answers");
    assert_eq!(open.status, 500, "the object answers nothing: {}", open.body);

    // Readable again, it hears of all it missed.
    world.write_objects(&[whole]).await;
    world.worker.restart();
    for order in [&begun, &new] {
        assert_eq!(moves(&shop.when_status(order, 11).await), [11]);
        shop.quiet(order).await;
        let row = format!(">#{}</a>", order.order_id);
        let listed = async || {
            let page = shop.panel("payments").await;
            let rest = page.split(&row).nth(1)?;
            rest.split("</tr>").next()?.contains(">Paid</span>").then_some(())
        };
        eventually(format!("the list to have {row} as paid"), listed).await;
        assert_eq!(moves(&shop.now(order)), [11]);
    }
}

fn unreadable(store: &Stored) -> Stored {
    let mut store = store.clone();
    let record = store.sql.iter_mut().find(|statement| statement.starts_with("INSERT INTO installation "));
    *record.expect("the installation") = "INSERT INTO installation VALUES (1, 'no record')".to_owned();
    store
}
