//! Storage that an earlier version wrote: under this one the store sells on, and whatever was under way comes to its end.
//!
//! A folder per version: a file per object, with the statements that make what that version had stored, and the copy of
//! the store in KV. What differs from world to world has a name in them, `<open.session>`, `<now-12>`. [`record`] wrote
//! them, put into that version's tree. They are never edited; what a version wrote is what its merchants have.

mod names;

use std::fs;

use axum::http::Method;
use names::Names;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder, StoreSpec};
use sandbox::delivery::Mode;
use sandbox::harness::{
    Shop, ShopSpec, Stored, World, eventually, moves, notes, payment_object, store_object,
};
use sandbox::komoju::Session;

/// What a method is called that the app was not told of, and has found out.
const RENAMED: &str = "コンビニ・カード";

/// What was sealed for a store opens for no other, so it is always the same.
const STORE: &str = "kissa1";

struct Version {
    store: &'static str,
    copy: &'static str,
    /// As it was told to KOMOJU. The store's object has it sealed.
    webhook_secret: &'static str,
    payments: [&'static str; 4],
}

/// Before there were refunds, captures and decisions: StoreObject's schema 2, PaymentObject's 1.
const V1: Version = Version {
    store: include_str!("v1/store.sql"),
    copy: include_str!("v1/copy.json"),
    webhook_secret: include_str!("v1/webhook_secret.txt"),
    payments: [
        include_str!("v1/waiting.sql"),
        include_str!("v1/paid.sql"),
        include_str!("v1/open.sql"),
        include_str!("v1/asleep.sql"),
    ],
};

#[tokio::test]
async fn a_store_of_version_1_sells_on_and_its_payments_end() {
    let world = World::own().await;
    let mut staged = stage(&world).await;
    staged.becomes(&V1).await;
    let Staged { shop, waiting, paid, open, asleep } = &staged;
    // Nobody tells of this one: it is found by the alarm that was set before.
    shop.webhooks(Mode::Lost);
    shop.pay_by_card(&asleep.session);
    world.worker.restart();
    is_paid_once(shop, asleep).await;

    shop.webhooks(Mode::Normal);
    shop.connect_webhook();
    is_paid_once(shop, paid).await;
    assert_eq!(shop.order_puts(paid.order.order_id), 1, "told already");
    world.sandbox.komoju.capture(waiting.payment.as_ref().expect("a code")).expect("the code is live");
    is_paid_once(shop, waiting).await;
    assert_eq!(shop.go(&shop.start(&open.order, "pay").await).await.id, open.session.id);
    shop.pay_by_card(&open.session);
    is_paid_once(shop, open).await;

    sells_on(shop).await;
    has_its_settings(shop).await;
    lists_its_payments(&staged).await;
}

async fn is_paid_once(shop: &Shop<'_>, begun: &Begun) {
    shop.when_status(&begun.order, 11).await;
    shop.history_when(&begun.order, "Paid").await;
    shop.quiet(&begun.order).await;
    let now = shop.now(&begun.order);
    let paid = notes(&now).into_iter().filter(|note| note.contains("(paid, ")).count();
    assert_eq!((moves(&now), paid), (vec![11], 1), "{}", now.staff_notes);
    assert_eq!(shop.attention(&begun.order).await, [""; 0]);
}

/// By the name that was once found out, and under the prefix that was chosen.
async fn sells_on(shop: &Shop<'_>) {
    let lookups = || shop.requests(&Method::GET, "/transactions").len();
    let before = lookups();
    let (order, session) = shop.begin(&OrderSpec::total(5_500)).await;
    assert_eq!(lookups(), before, "{RENAMED} is known");
    assert_eq!(session.external_order_num, Some(format!("KISSA-{}-1", order.order_id)));
    shop.pay_by_card(&session);
    is_paid_once(shop, &Begun { order, session, payment: None }).await;
}

/// What was chosen is as it was; what could not be chosen then moves neither order nor money by itself.
async fn has_its_settings(shop: &Shop<'_>) {
    let page = shop.panel("settings").await;
    let on = |name, value| page.contains(&format!("name=\"{name}\" value=\"{value}\" checked>"));
    assert!(page.contains("value=\"KISSA-\""), "{page}");
    assert!(on("capture", "auto") && on("test_moves_orders", "1"), "{page}");
    assert!(on("unpaid", "leave") && on("refunds", "confirm") && !on("refund_second", "1"), "{page}");
    assert!(on("watch_new_orders", "1") && on("capture_on_shipping", "1"), "{page}");

    let page = shop.panel("methods").await;
    let on = |name, value| page.contains(&format!("name=\"{name}\" value=\"{value}\" checked>"));
    assert!(on("on.instore", "1") && on("type.instore", "paypay") && !on("type.instore", "bank_transfer"));
    assert!(
        on("on.cod", "1") && on("type.cod", "konbini") && !on("type.cod", "paypay") && !on("on.cheque", "1")
    );
}

/// With where they stand now; found by what KOMOJU calls them.
async fn lists_its_payments(staged: &Staged<'_>) {
    let shop = &staged.shop;
    let token = shop.open_panel().await;
    for (_, begun) in staged.all() {
        let row = format!(">#{}</a>", begun.order.order_id);
        let page = format!("/panel/payments?t={token}&search={}", begun.session.id);
        let listed = async || {
            let found = shop.world.get(&page).await.body;
            (found.contains(&row) && found.contains("\">Paid</span>")).then_some(())
        };
        eventually(format!("the list to have {row} as paid"), listed).await;
    }
    let all = shop.panel("payments").await;
    assert!(staged.all().all(|(_, begun)| all.contains(&format!(">#{}</a>", begun.order.order_id))), "{all}");
}

// ---- the stage -------------------------------------------------------------------------------------------------------

/// A store with one payment in each situation. Orders, sessions and payments are real; what the worker has stored of
/// them is this version's, until another's takes its place.
struct Staged<'a> {
    shop: Shop<'a>,
    /// For cash, its code issued.
    waiting: Begun,
    paid: Begun,
    /// At KOMOJU's page.
    open: Begun,
    /// The same, and nothing will be heard of it.
    asleep: Begun,
}

struct Begun {
    order: PlacedOrder,
    session: Session,
    payment: Option<String>,
}

async fn stage(world: &World) -> Staged<'_> {
    let store = StoreSpec::default().hash(STORE);
    let shop = Shop::open_as(world, ShopSpec { store, ..ShopSpec::default() }).await;
    choose(&shop).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_200)).await;
    let code = world.sandbox.komoju.pay_konbini(&session.id, "lawson").expect("the session is open");
    shop.history_when(&order, "A payment code was issued").await;
    let waiting = Begun { order, session, payment: Some(code) };

    world.sandbox.bigcommerce.rename_method(&shop.hash, "instore", RENAMED);
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    let card = world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("it takes cards");
    shop.history_when(&order, "Paid").await;
    shop.quiet(&order).await;
    let paid = Begun { order, session, payment: Some(card.payment().to_owned()) };

    let (order, session) = shop.begin(&OrderSpec::total(1_100)).await;
    let open = Begun { order, session, payment: None };
    let (order, session) = shop.begin(&OrderSpec::total(4_400)).await;
    let asleep = Begun { order, session, payment: None };
    Staged { shop, waiting, paid, open, asleep }
}

/// The merchant's choices.
async fn choose(shop: &Shop<'_>) {
    let (instore, cod) = (shop.label("instore"), shop.label("cod"));
    let methods = [
        ("on.instore", "1"),
        ("label.instore", &instore),
        ("type.instore", "credit_card"),
        ("type.instore", "konbini"),
        ("type.instore", "paypay"),
        ("on.cod", "1"),
        ("label.cod", &cod),
        ("type.cod", "konbini"),
    ];
    shop.save("methods", &methods).await;
    shop.set(&[("prefix", "KISSA-"), ("test_moves_orders", "1")]).await;
}

impl Staged<'_> {
    fn all(&self) -> impl Iterator<Item = (&'static str, &Begun)> {
        [("waiting", &self.waiting), ("paid", &self.paid), ("open", &self.open), ("asleep", &self.asleep)]
            .into_iter()
    }

    fn copy_key(&self) -> String {
        format!("store:{}", self.shop.hash)
    }

    fn object_of(&self, begun: &Begun) -> (&'static str, String) {
        payment_object(&self.shop.hash, begun.order.order_id)
    }

    /// Stops the worker, and has its storage be what `version` would have left there.
    async fn becomes(&mut self, version: &Version) {
        let names = self.names().await;
        let store = written(store_object(&self.shop.hash), version.store, &names);
        let payments = self.all().zip(version.payments);
        let payments = payments.map(|((_, begun), text)| written(self.object_of(begun), text, &names));
        let objects: Vec<_> = [store].into_iter().chain(payments).collect();
        self.shop.world.write_objects(&objects).await;
        self.shop.world.write_kv(&self.copy_key(), &names.fill(version.copy)).await;
        version.webhook_secret.clone_into(&mut self.shop.webhook_secret);
    }

    /// What is called what, as of now. The secrets are those that were just sealed.
    async fn names(&self) -> Names {
        let copy = self.shop.world.read_kv(&self.copy_key()).await.expect("the store has a copy in KV");
        let mut names = Names::of_store(&self.shop, &copy);
        for (name, begun) in self.all() {
            names.add_payment(name, &begun.order, &begun.session.id, begun.payment.as_deref());
        }
        names
    }
}

/// An object as a file has it: first its alarm, then its statements.
fn written((binding, name): (&'static str, String), text: &str, names: &Names) -> Stored {
    let text = names.fill(text);
    let (alarm, sql) = text.split_once('\n').expect("a line for the alarm");
    let alarm = alarm.strip_prefix("-- alarm: ").expect("an alarm").parse().ok();
    let sql = sql.split_terminator(";\n").map(str::to_owned).collect();
    Stored { binding, name, alarm, sql }
}

/// Writes what the built worker stores into `target/recorded`: to become the folder of its version.
#[tokio::test]
#[ignore = "writes files, once for each version"]
async fn record() {
    let world = World::own().await;
    let staged = stage(&world).await;
    let listed = async || {
        let page = staged.shop.panel("payments").await;
        staged.all().all(|(_, one)| page.contains(&format!(">#{}</a>", one.order.order_id))).then_some(())
    };
    eventually("the ledger to have all payments", listed).await;

    world.worker.kill9();
    let names = staged.names().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/recorded");
    fs::create_dir_all(folder).expect("the folder can be made");
    let save = |file: &str, text: &str| {
        fs::write(format!("{folder}/{file}"), names.hide(text)).expect("it can be written");
    };
    save("webhook_secret.txt", &staged.shop.webhook_secret);
    save("copy.json", &world.read_kv(&staged.copy_key()).await.expect("the store has a copy in KV"));
    let payments = staged.all().map(|(name, begun)| (name, staged.object_of(begun)));
    for (name, object) in payments.chain([("store", store_object(&staged.shop.hash))]) {
        let Stored { alarm, sql, .. } = world.read_object(object).await;
        let alarm = alarm.map_or("none".to_owned(), |at| at.to_string());
        save(&format!("{name}.sql"), &format!("-- alarm: {alarm}\n{};\n", sql.join(";\n")));
    }
}
