//! Tokens on every address that takes one: ours, for this purpose, in time, or refused.
//!
//! The tokens are made from real ones, with the worker's own key, so that each test changes one thing.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::harness::{Reply, SIGNING_KEY, Shop, World, calm_world};
use sha2::Sha256;
use time::OffsetDateTime;

/// The addresses that take a token: method, path before it, what the token must be for.
const DOORS: [(Method, &str, &str); 6] = [
    (Method::GET, "/api/payments/", "status"),
    (Method::GET, "/status/", "status"),
    (Method::POST, "/pay/", "act"),
    (Method::GET, "/go/", "go"),
    (Method::GET, "/return/", "return"),
    (Method::GET, "/pay/", "pay-link"),
];

/// One signed address may cause so much in two minutes, and a bit (wrangler.toml).
const TWICE_THE_LIMIT: usize = 45;

#[tokio::test]
async fn a_token_of_ours_opens_the_door_it_is_for_and_no_other() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let payload = Payload::to_komoju(&shop).await;
    for (method, path, purpose) in DOORS {
        let reply = knock(world, &method, path, &payload.sign(purpose)).await;
        assert!([200, 303].contains(&reply.status), "{method} {path} takes {purpose}: {reply:?}");
        for other in ["status", "act", "pay", "go", "return", "pay-link", "panel", ""] {
            // The buttons of our own page are for who may act, and for who may only pay.
            if other != purpose && (other, purpose) != ("pay", "act") {
                refused(path, &knock(world, &method, path, &payload.sign(other)).await);
            }
        }
    }
    assert_eq!(shop.sessions().len(), 1, "nothing was started beside the first");
}

#[tokio::test]
async fn a_forged_damaged_or_expired_token_is_refused() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let payload = Payload::to_komoju(&shop).await;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    for (method, path, purpose) in DOORS {
        let good = payload.sign(purpose);
        let (unsigned, mac) = good.rsplit_once('.').expect("three parts");
        let bad = [
            payload.expiring(now - 1).sign(purpose),
            payload.expiring(0).sign(purpose),
            payload.sign_with(&[0x11; 32], "s1", purpose),
            payload.sign_with(&SIGNING_KEY, "s2", purpose),
            Payload("{}".into()).sign(purpose),
            Payload("null".into()).sign(purpose),
            Payload("[4000000000,null]".into()).sign(purpose),
            Payload(String::new()).sign(purpose),
            format!("{unsigned}."),
            format!("{unsigned}.{}", &mac[..mac.len() - 4]),
            good[1..].to_owned(),
            "a".to_owned(),
            "...".to_owned(),
            "%00".to_owned(),
            "a".repeat(4_000),
        ];
        for token in bad {
            refused(path, &knock(world, &method, path, &token).await);
        }
    }
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn a_good_token_starts_and_looks_only_so_often() {
    let world = calm_world().await;
    for (method, path, purpose) in &DOORS[2..] {
        // One leads to KOMOJU and asks nobody, the other is where people come back to who have just paid.
        if ["go", "return"].contains(purpose) {
            continue;
        }
        let shop = Shop::open(world).await;
        let token = Payload::to_komoju(&shop).await.sign(purpose);
        let mut reply = knock(world, method, path, &token).await;
        // Two windows of a minute may meet, so that twice the limit can pass.
        for _ in 0..TWICE_THE_LIMIT {
            if reply.status == 429 {
                break;
            }
            reply = knock(world, method, path, &token).await;
        }
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (429, "text/html; charset=utf-8"),
            "{reply:?}"
        );
        assert!(reply.header("retry-after").parse::<u32>().is_ok(), "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn whoever_comes_back_from_komoju_is_never_turned_away() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let token = Payload::to_komoju(&shop).await.sign("return");
    for _ in 0..TWICE_THE_LIMIT {
        let reply = knock(world, &Method::GET, "/return/", &token).await;
        assert_eq!(reply.status, 303, "{reply:?}");
    }
    let looks = shop.requests(&Method::GET, "/sessions/").len();
    assert!(looks < TWICE_THE_LIMIT, "{looks} looks: who comes back too often finds what is known");
}

#[tokio::test]
async fn a_token_moved_to_another_store_or_order_is_refused() {
    let world = calm_world().await;
    let (shop, other) = tokio::join!(Shop::open(world), Shop::open(world));
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    other.begin(&OrderSpec::new()).await;
    let token = shop.start(&order, "pay").await.token();
    let (payload, mac) = (Payload::of(&token), token.rsplit('.').next().expect("a MAC"));
    let number = order.order_id.to_string();
    for changed in
        [payload.with(&shop.hash, &other.hash), payload.with(&number, &(order.order_id + 1).to_string())]
    {
        let moved = format!("s1.{}.{mac}", BASE64_URL_SAFE_NO_PAD.encode(&changed.0));
        world.get(&format!("/api/payments/{moved}")).await.is_problem(403, "bad_token");
    }
    assert_eq!(shop.status(&token).await.status, 200, "the token itself is good");
}

#[tokio::test]
async fn an_address_that_has_expired_offers_the_way_by_email_and_a_forged_one_does_not() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let payload = Payload::to_komoju_of(&shop, &order).await;
    let way = format!("/pay?store={}&amp;order_id={}&amp;locale=en", shop.hash, order.order_id);
    for (method, path, purpose) in &DOORS[1..] {
        let expired = payload.expiring(1_700_000_000);
        let english = [("accept-language", "en")];
        let address = format!("{path}{}", expired.sign(purpose));
        let page = world.send(method.clone(), &address, &english, "").await;
        page.is_problem_page(403, "bad_token");
        for words in [way.as_str(), "This link is not valid any more", &shop.origin()] {
            assert!(page.body.contains(words), "{path}: {words}: {page:?}");
        }
        assert!(!page.body.contains('¥'), "nothing else is told: {page:?}");
        for forged in [expired.sign_with(&[0x11; 32], "s1", purpose), expired.sign("panel")] {
            let page = knock(world, method, path, &forged).await;
            page.is_problem_page(403, "bad_token");
            assert!(!page.body.contains("/pay?") && !page.body.contains(&shop.origin()), "{page:?}");
        }
    }
    assert_eq!(world.get(&way.replace("&amp;", "&")).await.status, 200);
}

#[tokio::test]
async fn a_token_about_an_order_that_nobody_knows_shows_nothing() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let payload = Payload::of(&shop.arrive(&order).await.token());
    let unknown = payload.with(&order.order_id.to_string(), "99999999").sign("status");
    world.get(&format!("/api/payments/{unknown}")).await.is_problem(404, "order_not_found");
    world.get(&format!("/status/{unknown}")).await.is_problem_page(403, "bad_token");
    let nowhere = payload.with(&shop.hash, "nosuchstore").sign("status");
    world.get(&format!("/api/payments/{nowhere}")).await.is_problem(404, "unknown_store");
    assert_eq!(shop.calls_about(99_999_999), [""; 0]);
}

#[tokio::test]
async fn the_way_to_komoju_leads_nowhere_else() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let payload = Payload::to_komoju(&shop).await;
    let pay = world.sandbox.places().pay();
    assert_eq!(world.get(&format!("/go/{}", payload.sign("go"))).await.status, 303);
    for host in ["https://evil.example", &format!("{pay}.evil.example"), &format!("{pay}@evil.example"), ""] {
        let reply = world.get(&format!("/go/{}", payload.with(&pay, host).sign("go"))).await;
        reply.is_problem_page(403, "bad_token");
    }
}

#[tokio::test]
async fn the_panel_opens_with_its_own_tokens_only() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let url = world.sandbox.bigcommerce.load_url(&shop.hash);
    let opened = world.get(&url[world.app_url().len()..]).await;
    let token = opened.header("location").split_once("t=").expect("a token").1.to_owned();
    let payload = Payload::of(&token);
    let open = async |token: String| world.get(&format!("/panel/keys?t={token}")).await;
    assert_eq!(open(payload.sign("panel")).await.status, 200);
    for (token, status) in [
        (String::new(), 401),
        (payload.sign("status"), 401),
        (payload.expiring(1).sign("panel"), 401),
        (payload.sign_with(&[0x11; 32], "s1", "panel"), 401),
        (payload.with("9001", "4242").sign("panel"), 403),
        (payload.with(&shop.hash, "nosuchstore").sign("panel"), 403),
    ] {
        let reply = open(token).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(!reply.body.contains(&shop.webhook_secret));
    }
}

fn refused(path: &str, reply: &Reply) {
    if path.starts_with("/api/") {
        reply.is_problem(403, "bad_token");
    } else {
        reply.is_problem_page(403, "bad_token");
    }
}

async fn knock(world: &World, method: &Method, path: &str, token: &str) -> Reply {
    world.send(method.clone(), &format!("{path}{token}"), &[], "").await
}

/// What a token says, whoever signs it.
struct Payload(String);

impl Payload {
    fn of(token: &str) -> Self {
        let payload = token.split('.').nth(1).expect("three parts");
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).expect("base64");
        Self(String::from_utf8(payload).expect("text"))
    }

    /// Of a started payment's token to KOMOJU's page: it says all that any of the tokens says.
    async fn to_komoju(shop: &Shop<'_>) -> Self {
        Self::to_komoju_of(shop, &shop.order(&OrderSpec::new())).await
    }

    async fn to_komoju_of(shop: &Shop<'_>, order: &PlacedOrder) -> Self {
        let told = shop.arrive(order).await;
        Self::of(told.text("redirect_url").rsplit('/').next().expect("a token"))
    }

    /// The same with something replaced that is in it.
    fn with(&self, from: &str, to: &str) -> Self {
        assert!(self.0.contains(from), "{from} in {}", self.0);
        Self(self.0.replace(from, to))
    }

    /// The same with another expiry, in seconds since the epoch: the first number of ten digits.
    fn expiring(&self, at: i64) -> Self {
        let numbers = self.0.split(|c: char| !c.is_ascii_digit());
        let expiry = numbers.into_iter().find(|number| number.len() == 10).expect("an expiry");
        Self(self.0.replacen(expiry, &at.to_string(), 1))
    }

    /// Signed with the worker's own key.
    fn sign(&self, purpose: &str) -> String {
        self.sign_with(&SIGNING_KEY, "s1", purpose)
    }

    fn sign_with(&self, key: &[u8], id: &str, purpose: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(format!("komoju-bigcommerce token\0{purpose}\0{id}\0{}", self.0).as_bytes());
        let mac = mac.finalize().into_bytes();
        format!(
            "{id}.{}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(&self.0),
            BASE64_URL_SAFE_NO_PAD.encode(&mac[..16])
        )
    }
}
