//! A store's object answers nothing: what it has stored cannot be read. Money goes by the copy in KV, and waits for no
//! leave to call BigCommerce.

use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Shop, Stored, World, eventually, moves, store_object};

#[tokio::test]
async fn orders_are_sold_and_told_of_their_money_though_the_stores_object_answers_nothing() {
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
        assert_eq!(moves(&shop.when_status(order, 11).await), [11]);
    }
    let open = world.sandbox.bigcommerce.open_app(&shop.hash).await.expect("the app answers");
    assert_eq!(open.status, 500, "the object answers nothing: {}", open.body);

    // Readable again, it hears of all it missed.
    world.write_objects(&[whole]).await;
    world.worker.restart();
    for order in [&begun, &new] {
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
