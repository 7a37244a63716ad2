//! Names are text, whoever gave them: a store's, a method's, a shopper's, a member's of the staff. None of them becomes
//! markup on a page of ours.

use sandbox::bigcommerce::{OrderSpec, PlacedOrder, SignedPayload, StoreSpec};
use sandbox::harness::{Shop, ShopSpec, eventually, words, world};
use serde_json::json;

/// Leaves an attribute of either kind, then an element.
const MARKUP: &str = "\"'></a><img src=x onerror=alert(1)>";
/// Every attribute of ours stands in double quotes, so a single one is text as it is.
const ESCAPED: &str = "&quot;'&gt;&lt;/a&gt;&lt;img src=x onerror=alert(1)&gt;";

#[tokio::test]
async fn no_name_that_others_give_becomes_markup() {
    let spec = ShopSpec { store: StoreSpec::default().name(MARKUP), ..ShopSpec::default() };
    let shop = Shop::open_as(world().await, spec).await;
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    // One name is chosen by the merchant, another is nobody's yet.
    bigcommerce.rename_method(&shop.hash, "instore", &named("method"));
    shop.save("methods", &[("on.instore", "1"), ("label.instore", &named("method"))]).await;
    let (order, payment) = shop.paid_by_card(&order()).await;
    bigcommerce.configure(&shop.hash, |settings| settings.offline_transactions = false);
    bigcommerce.rename_method(&shop.hash, "cod", &named("other"));
    let other = shop.order(&self::order().provider("cod"));
    shop.arrive(&other).await.is_problem(409, "not_ours");
    escapes(&shop, "methods", &named_escaped("other")).await;

    // Refunded on either side, in words of theirs; settled by a member of the staff.
    let refund = shop.refund_order(&order, 900).to_string();
    shop.attention_when(&order, words::REFUND_TO_CONFIRM).await;
    settle_as(&shop, &order, &refund, &named("staff")).await;
    let komoju = &shop.world.sandbox.komoju;
    komoju.refund(&payment, Some(100)).expect("KOMOJU takes the refund");
    shop.when(&order, |order| order.refunds.len() == 2).await;

    escapes(&shop, "", ESCAPED).await;
    escapes(&shop, "methods", &named_escaped("method")).await;
    escapes(&shop, &format!("payments/{}", order.order_id), &named_escaped("staff")).await;
    for page in ["keys", "settings", "payments"] {
        escapes(&shop, page, ESCAPED).await;
    }
}

#[tokio::test]
async fn nor_on_the_shoppers_own_pages() {
    let spec = ShopSpec { store: StoreSpec::default().name(MARKUP), ..ShopSpec::default() };
    let shop = Shop::open_as(world().await, spec).await;
    let order = shop.order(&order());
    let told = shop.arrive(&order).await;
    let session = shop.go(&told).await;
    shop.take_code(&session);
    shop.status_when(&told.token(), "waiting").await;
    for locale in ["en", "ja"] {
        let page = shop.world.get(&format!("/status/{}?locale={locale}", told.token())).await;
        assert!(page.body.contains(ESCAPED), "the shop's name: {}", page.body);
        assert!(!page.body.contains("<img"), "{}", page.body);
        for named in [
            format!("/status/{MARKUP}"),
            format!("/go/{MARKUP}"),
            format!("/pay?store={MARKUP}&order_id={MARKUP}&locale={locale}"),
        ] {
            let page = shop.world.get(&named).await;
            assert!(page.status >= 400 && !page.body.contains("<img"), "{page:?}");
        }
        let told = shop.arrive_with(&order, json!({ "locale": locale, "intent": MARKUP })).await;
        assert_eq!((told.status, told.header("content-type")), (400, "application/problem+json"), "{told:?}");
    }
}

fn named(whose: &str) -> String {
    format!("{whose}{MARKUP}")
}

fn named_escaped(whose: &str) -> String {
    format!("{whose}{ESCAPED}")
}

/// A shopper and goods whose names are markup.
fn order() -> OrderSpec {
    let mut billing = sandbox::bigcommerce::Address::japanese();
    for field in
        [&mut billing.first_name, &mut billing.last_name, &mut billing.company, &mut billing.street_1]
    {
        *field = MARKUP.into();
    }
    let goods = OrderSpec::new().line(MARKUP, 2_000, 1).shipping(0);
    goods.billing(billing).customer_message(MARKUP)
}

/// A page of the panel shows this as text, in both languages.
async fn escapes(shop: &Shop<'_>, page: &str, text: &str) {
    for language in ["en", "ja"] {
        let shown = async || {
            let token = shop.open_panel().await;
            let path = format!("/panel/{page}?t={token}&lang={language}").replace("/panel/?", "/panel?");
            let reply = shop.world.get(&path).await;
            assert_eq!(reply.status, 200, "{path}: {reply:?}");
            assert!(!reply.body.contains("<img"), "{path}: {}", reply.body);
            reply.body.contains(text).then_some(())
        };
        eventually(format!("{page} to show {text} ({language})"), shown).await;
    }
}

/// Someone whose e-mail address is `email` opens the app, and marks the refund as settled outside.
async fn settle_as(shop: &Shop<'_>, order: &PlacedOrder, refund: &str, email: &str) {
    let user = json!({ "id": 9_044, "email": email, "locale": "en-US" });
    let jwt =
        shop.world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new().claim("user", user));
    let opened = shop.world.get(&format!("/load?signed_payload_jwt={jwt}")).await;
    let token = opened.header("location").split("t=").nth(1).and_then(|rest| rest.split('&').next());
    let token = token.unwrap_or_else(|| panic!("the panel opens: {opened:?}")).to_owned();
    let question = format!("/panel/payments/{}/outside?t={token}&refund={refund}", order.order_id);
    let asked = shop.world.get(&question).await;
    assert!(asked.body.contains(&named_escaped("staff")) && !asked.body.contains("<img"), "{asked:?}");
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let path = format!("/panel/payments/{}/outside", order.order_id);
    let told =
        shop.world.send(reqwest::Method::POST, &path, &kind, format!("t={token}&refund={refund}")).await;
    assert!(told.header("location").contains("done=decided"), "{told:?}");
}
