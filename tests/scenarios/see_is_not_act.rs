//! Who was shown how a payment stands may not end it. What ends something takes the shopper's own browser.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Reply, Shop, world};
use sandbox::komoju::{PaymentStatus, SessionStatus};

#[tokio::test]
async fn a_status_token_cannot_give_a_live_code_up() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    let token = shop.start(&order, "arrive").await.token();
    shop.world.sandbox.komoju.pay_konbini(&session.id, "lawson").expect("a code is issued");
    shop.status_when(&token, "waiting").await;
    for intent in ["restart", "pay"] {
        let body = format!("intent={intent}");
        let reply = shop.world.send(Method::POST, &format!("/pay/{token}"), &FORM, body).await;
        reply.is_problem_page(403, "bad_token");
    }
    let page = shop.world.get(&format!("/status/{token}?ask=another")).await;
    assert!(page.status == 200 && !page.body.contains("/pay/"), "no way to act: {page:?}");
    assert_eq!(ends(&shop), [PaymentStatus::Authorized]);
}

#[tokio::test]
async fn the_browser_that_left_for_komoju_is_asked_first_and_may_act() {
    let shop = Shop::open(world().await).await;
    let order = shop.order(&OrderSpec::total(3_300));
    let told = shop.arrive(&order).await;
    let left = get(&shop, &told.text("redirect_url")).await;
    let cookie = left.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let session = left.header("location").rsplit('/').next().expect("a session").to_owned();
    shop.world.sandbox.komoju.pay_konbini(&session, "lawson").expect("a code is issued");
    shop.status_when(&told.token(), "waiting").await;

    let status = format!("/status/{}?locale=ja", told.token());
    let page = shop.world.send(Method::GET, &status, &[("cookie", &cookie)], "").await;
    assert!(page.body.contains("ask=another") && !page.body.contains("value=\"restart\""), "{page:?}");
    let asked =
        shop.world.send(Method::GET, &format!("{status}&ask=another"), &[("cookie", &cookie)], "").await;
    for words in ["別の方法でお支払いになりますか", "ローソンの番号は無効になります", "この番号のまま支払う"]
    {
        assert!(asked.body.contains(words), "{words}: {asked:?}");
    }
    assert_eq!(ends(&shop), [PaymentStatus::Authorized], "a question ends nothing");

    let act = asked.body.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let gone = shop.world.send(Method::POST, act, &FORM, "intent=restart&locale=ja").await;
    assert_eq!(gone.status, 303, "{gone:?}");
    assert_eq!(ends(&shop), [PaymentStatus::Cancelled]);
    let after = shop.world.get(&status).await;
    for words in ["お支払い方法をお選びください", "ローソンの番号は無効になりました", "（無効）"]
    {
        assert!(after.body.contains(words), "{words}: {after:?}");
    }
}

#[tokio::test]
async fn another_orders_cookie_opens_nothing() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    let token = shop.start(&order, "arrive").await.token();
    shop.world.sandbox.komoju.pay_konbini(&session.id, "lawson").expect("a code is issued");
    shop.status_when(&token, "waiting").await;
    let other = get(&shop, &shop.arrive(&shop.order(&OrderSpec::new())).await.text("redirect_url")).await;
    let theirs = other.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let (_, value) = theirs.split_once('=').expect("a value");
    let forged = format!("__Host-komoju-{}-{}={value}", shop.hash, order.order_id);
    for cookie in [theirs.as_str(), forged.as_str(), &forged.replace(value, "1")] {
        let page = shop.world.send(Method::GET, &format!("/status/{token}"), &[("cookie", cookie)], "").await;
        assert!(page.status == 200 && !page.body.contains("ask=another"), "{page:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_renewed_keeps_its_first_end() {
    let shop = Shop::open(world().await).await;
    let (order, _) = shop.begin(&OrderSpec::total(3_300)).await;
    let token = shop.start(&order, "arrive").await.token();
    let again = shop.status(&token).await.token();
    assert_eq!(end(&again), end(&token));
    let later = shop.status(&again).await.token();
    assert_eq!(end(&later), end(&token));
}

#[tokio::test]
async fn a_link_ends_nothing_and_goes_on_to_what_is_open() {
    let shop = Shop::open(world().await).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    assert_eq!(visit(&shop, &order).await.header("location").rsplit('/').next(), Some(session.id.as_str()));
    shop.world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 2_900);
    let shown = visit(&shop, &order).await;
    assert!(shown.header("location").contains("/status/"), "another amount is due: {shown:?}");
    assert_eq!(shop.sessions().len(), 1);
    assert_eq!(shop.sessions()[0].status, SessionStatus::Pending);
}

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

async fn visit(shop: &Shop<'_>, order: &PlacedOrder) -> Reply {
    let path = format!("/pay?store={}&order_id={}&cart_id={}", shop.hash, order.order_id, order.cart_id);
    shop.world.get(&path).await
}

async fn get(shop: &Shop<'_>, url: &str) -> Reply {
    shop.world.get(&url[shop.world.app_url().len()..]).await
}

fn ends(shop: &Shop<'_>) -> Vec<PaymentStatus> {
    shop.world.sandbox.komoju.payments(&shop.merchant.id).iter().map(|payment| payment.status).collect()
}

/// When a token ends: what its payload begins with.
fn end(token: &str) -> String {
    let payload = token.split('.').nth(1).expect("three parts");
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).expect("base64");
    let payload = String::from_utf8(payload).expect("text");
    payload.split(',').next().expect("a number").to_owned()
}
