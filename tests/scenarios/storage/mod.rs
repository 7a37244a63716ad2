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
    Shop, ShopSpec, Stored, World, booked, eventually, moves, notes, payment_object, store_object, words,
};
use sandbox::komoju::{PaymentStatus, Session};

/// What a method is called that the app was not told of, and has found out.
const RENAMED: &str = "コンビニ・カード";

/// What was sealed for a store opens for no other, so it is always the same.
const STORE: &str = "kissa1";

struct Version {
    store: &'static str,
    copy: &'static str,
    /// As it was told to KOMOJU. The store's object has it sealed.
    webhook_secret: &'static str,
    /// By the name of the situation.
    payments: &'static [(&'static str, &'static str)],
}

/// Before there were refunds, captures and decisions: StoreObject's schema 2, PaymentObject's 1.
const V1: Version = Version {
    store: include_str!("v1/store.sql"),
    copy: include_str!("v1/copy.json"),
    webhook_secret: include_str!("v1/webhook_secret.txt"),
    payments: &[
        ("waiting", include_str!("v1/waiting.sql")),
        ("paid", include_str!("v1/paid.sql")),
        ("open", include_str!("v1/open.sql")),
        ("asleep", include_str!("v1/asleep.sql")),
    ],
};

/// With refunds, captures and decisions: StoreObject's schema 4, PaymentObject's 1, its rows' 2.
const V2: Version = Version {
    store: include_str!("v2/store.sql"),
    copy: include_str!("v2/copy.json"),
    webhook_secret: include_str!("v2/webhook_secret.txt"),
    payments: &[
        ("waiting", include_str!("v2/waiting.sql")),
        ("paid", include_str!("v2/paid.sql")),
        ("open", include_str!("v2/open.sql")),
        ("asleep", include_str!("v2/asleep.sql")),
        ("reserved", include_str!("v2/reserved.sql")),
        ("unconfirmed", include_str!("v2/unconfirmed.sql")),
        ("transfer", include_str!("v2/transfer.sql")),
    ],
};

#[tokio::test]
async fn a_store_of_version_1_sells_on_and_its_payments_end() {
    let world = World::own().await;
    let mut staged = stage(&world).await;
    staged.becomes(&V1).await;
    is_gone_on_with(&staged).await;
    lists_its_payments(&staged, &[]).await;
}

#[tokio::test]
async fn a_store_of_version_2_sells_on_and_its_payments_refunds_and_captures_end() {
    let world = World::own().await;
    let mut staged = stage(&world).await;
    staged.stage_refunds_and_captures().await;
    staged.becomes(&V2).await;
    is_gone_on_with(&staged).await;
    what_was_reserved_is_taken_once(&staged).await;
    what_waited_to_be_confirmed_is_paid_back_once(&staged).await;
    what_was_to_be_transferred_is_booked_once(&staged).await;
    lists_its_payments(&staged, &["unconfirmed", "transfer"]).await;
}

/// What every version knew: orders that are paid, or are about to be, and new ones.
async fn is_gone_on_with(staged: &Staged<'_>) {
    let (shop, world) = (&staged.shop, staged.shop.world);
    let [waiting, paid, open, asleep] = ["waiting", "paid", "open", "asleep"].map(|name| staged.of(name));
    // Nobody tells of this one: it is found by the alarm that was set before.
    shop.webhooks(Mode::Lost);
    shop.pay_by_card(&asleep.session);
    world.worker.restart();
    is_paid_once(shop, asleep).await;

    shop.webhooks(Mode::Normal);
    shop.connect_webhook();
    is_paid_once(shop, paid).await;
    assert_eq!(shop.order_puts(paid.order.order_id), 1, "told already");
    world.sandbox.komoju.capture(waiting.payment()).expect("the code is live");
    is_paid_once(shop, waiting).await;
    assert_eq!(shop.go(&shop.start(&open.order, "pay").await).await.id, open.session.id);
    shop.pay_by_card(&open.session);
    is_paid_once(shop, open).await;

    sells_on(shop).await;
    has_its_settings(shop).await;
}

/// Reserved under the settings of then, captured when the goods leave, although the store now takes money at once.
async fn what_was_reserved_is_taken_once(staged: &Staged<'_>) {
    let (shop, reserved) = (&staged.shop, staged.of("reserved"));
    shop.world.sandbox.bigcommerce.ship(&shop.hash, reserved.order.order_id);
    assert_eq!(shop.payment_when(reserved.payment(), PaymentStatus::Captured).await.amount, 6_600);
    shop.history_when(&reserved.order, "Paid").await;
    let now = shop.at_rest(&reserved.order).await;
    assert_eq!((now.status_id, moves(&now)), (2, vec![11]));
    let captures = shop.requests(&Method::POST, &format!("{}/capture", reserved.payment()));
    assert_eq!((captures.len(), shop.attention(&reserved.order).await), (1, vec![]));
}

/// The merchant still has to say so, and says it twice.
async fn what_waited_to_be_confirmed_is_paid_back_once(staged: &Staged<'_>) {
    let (shop, unconfirmed) = (&staged.shop, staged.of("unconfirmed"));
    shop.attention_when(&unconfirmed.order, words::REFUND_TO_CONFIRM).await;
    assert_eq!(shop.paid_back(unconfirmed.payment()), [0; 0]);
    let refund = unconfirmed.refund.expect("it was refunded").to_string();
    shop.decide(&unconfirmed.order, "confirm", &[("refund", &refund)]).await;
    shop.paid_back_when(unconfirmed.payment(), 1).await;
    shop.press(&unconfirmed.order, "confirm", &[("refund", &refund)]).await;
    let now = shop.at_rest(&unconfirmed.order).await;
    assert_eq!((booked(&now), shop.paid_back(unconfirmed.payment())), (vec![1_500], vec![1_500]));
    assert_eq!(shop.attention(&unconfirmed.order).await, [""; 0]);
}

/// KOMOJU had been asked to transfer it; once it has, it is the refund that BigCommerce's books have already.
async fn what_was_to_be_transferred_is_booked_once(staged: &Staged<'_>) {
    let (shop, transfer) = (&staged.shop, staged.of("transfer"));
    let komoju = &shop.world.sandbox.komoju;
    komoju.complete_refund_request(transfer.payment(), staged.request()).expect("it is pending");
    shop.payment_when(transfer.payment(), PaymentStatus::Refunded).await;
    let now = shop.at_rest(&transfer.order).await;
    assert_eq!((booked(&now), shop.paid_back(transfer.payment())), (vec![2_400], vec![2_400]));
    let posts = (shop.refund_posts(transfer.payment()).len(), shop.booking_posts(&transfer.order).len());
    assert_eq!((posts, shop.attention(&transfer.order).await), ((1, 0), vec![]));
}

async fn is_paid_once(shop: &Shop<'_>, begun: &Begun) {
    shop.when_status(&begun.order, 11).await;
    shop.history_when(&begun.order, "Paid").await;
    shop.quiet(&begun.order).await;
    let now = shop.now(&begun.order);
    let paid = notes(&now)
        .into_iter()
        .filter(|note| note.contains("(paid, ") || note.contains("（入金済み、"))
        .count();
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
    is_paid_once(shop, &Begun { order, session, payment: None, refund: None }).await;
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

/// With where they stand now; found by what KOMOJU calls them. Of the `refunded` only that they are there.
async fn lists_its_payments(staged: &Staged<'_>, refunded: &[&str]) {
    let shop = &staged.shop;
    let token = shop.open_panel().await;
    for (_, begun) in staged.all().filter(|(name, _)| !refunded.contains(name)) {
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
    begun: Vec<(&'static str, Begun)>,
    /// A transfer that KOMOJU was asked for.
    request: Option<String>,
}

struct Begun {
    order: PlacedOrder,
    session: Session,
    payment: Option<String>,
    /// The refund that the merchant made in BigCommerce.
    refund: Option<u64>,
}

impl Begun {
    fn payment(&self) -> &str {
        self.payment.as_deref().expect("a payment was begun")
    }
}

/// The situations that every version knew: `waiting` for cash, `paid`, `open` at KOMOJU's page, and `asleep`, which is
/// the same, and nothing will be heard of it.
async fn stage(world: &World) -> Staged<'_> {
    let store = StoreSpec::default().hash(STORE);
    let shop = Shop::open_as(world, ShopSpec { store, ..ShopSpec::default() }).await;
    choose(&shop).await;
    let (order, session) = shop.begin(&OrderSpec::total(2_200)).await;
    let code = shop.take_code(&session);
    shop.history_when(&order, "A payment code was issued").await;
    let waiting = Begun { order, session, payment: Some(code), refund: None };

    world.sandbox.bigcommerce.rename_method(&shop.hash, "instore", RENAMED);
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    let card = shop.pay_by_card(&session);
    shop.history_when(&order, "Paid").await;
    shop.quiet(&order).await;
    let paid = Begun { order, session, payment: Some(card), refund: None };

    let (order, session) = shop.begin(&OrderSpec::total(1_100)).await;
    let open = Begun { order, session, payment: None, refund: None };
    let (order, session) = shop.begin(&OrderSpec::total(4_400)).await;
    let asleep = Begun { order, session, payment: None, refund: None };
    let begun = vec![("waiting", waiting), ("paid", paid), ("open", open), ("asleep", asleep)];
    Staged { shop, begun, request: None }
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
    shop.set(&CHOSEN).await;
}

const CHOSEN: [(&str, &str); 2] = [("prefix", "KISSA-"), ("test_moves_orders", "1")];

/// Where the shopper of `transfer` is to be paid.
const ACCOUNT: [(&str, &str); 6] = [
    ("customer_name", "タナカ　ミドリ"),
    ("bank_name", "Nagisa Bank"),
    ("bank_code", "0321"),
    ("branch_number", "204"),
    ("account_type", "normal"),
    ("account_number", "1357908"),
];

impl Staged<'_> {
    fn all(&self) -> impl Iterator<Item = (&'static str, &Begun)> {
        self.begun.iter().map(|(name, begun)| (*name, begun))
    }

    fn of(&self, name: &str) -> &Begun {
        let found = self.all().find(|(of, _)| *of == name);
        found.map(|(_, begun)| begun).expect("the situation is staged")
    }

    fn request(&self) -> &str {
        self.request.as_deref().expect("a transfer was asked for")
    }

    /// What version 2 began with: `reserved` in two steps, a refund that is `unconfirmed`, and a `transfer` that KOMOJU
    /// was asked for.
    async fn stage_refunds_and_captures(&mut self) {
        let shop = &self.shop;
        shop.set(&[&CHOSEN[..], &[("capture", "manual")]].concat()).await;
        let (order, session) = shop.begin(&OrderSpec::total(6_600)).await;
        let payment = Some(shop.pay_by_card(&session));
        shop.history_when(&order, "Authorized").await;
        let reserved = Begun { order, session, payment, refund: None };
        shop.set(&CHOSEN).await;

        let (order, session) = shop.begin(&OrderSpec::total(7_700)).await;
        let payment = Some(shop.pay_by_card(&session));
        shop.history_when(&order, "Paid").await;
        let refund = Some(shop.refund_order(&order, 1_500));
        shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
        let unconfirmed = Begun { order, session, payment, refund };

        let (order, session) = shop.begin(&OrderSpec::total(2_400)).await;
        let payment = shop.take_code(&session);
        let komoju = &shop.world.sandbox.komoju;
        komoju.capture(&payment).expect("the code is live");
        shop.history_when(&order, "Paid").await;
        let refund = shop.refund_order(&order, 2_400);
        shop.attention_when(&order, words::REFUND_NEEDS_BANK).await;
        let name = refund.to_string();
        shop.decide(&order, "bank", &[&ACCOUNT[..], &[("refund", name.as_str())]].concat()).await;
        let made = async || komoju.refund_requests(&payment).ok()?.into_iter().next();
        let request = eventually("a refund request at KOMOJU", made).await;
        for order in [&order, &unconfirmed.order, &reserved.order] {
            shop.at_rest(order).await;
        }
        let transfer = Begun { order, session, payment: Some(payment), refund: Some(refund) };
        self.request = Some(request.id);
        self.begun.extend([("reserved", reserved), ("unconfirmed", unconfirmed), ("transfer", transfer)]);
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
        let payments = version.payments.iter();
        let payments = payments.map(|(name, text)| written(self.object_of(self.of(name)), text, &names));
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
            names.add_refund(name, begun.refund);
        }
        names.add_request(self.request.as_deref());
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
    let mut staged = stage(&world).await;
    staged.stage_refunds_and_captures().await;
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
