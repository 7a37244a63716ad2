//! The signed payload that opens the app, uninstalls it and removes users: BigCommerce's, for us, valid now, for a
//! store that has the app since before it was made.

use reqwest::Method;
use sandbox::bigcommerce::{Algorithm, OrderSpec, SignedPayload};
use sandbox::harness::{Reply, Shop, World, calm_world, eventually, world};
use serde_json::{Value, json};
use time::OffsetDateTime;

const CALLBACKS: [&str; 3] = ["load", "uninstall", "remove_user"];

#[tokio::test]
async fn a_payload_that_bigcommerce_did_not_make_for_us_now_is_refused() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let payload = SignedPayload::new;
    let bad = [
        ("alg none", payload().algorithm(Algorithm::None)),
        ("RS256", payload().algorithm(Algorithm::Rs256)),
        ("another key", payload().secret("another app's client secret")),
        ("an empty key", payload().secret("")),
        ("wrong aud", payload().claim("aud", "another-app")),
        ("several aud", payload().claim("aud", json!([sandbox::App::CLIENT_ID]))),
        ("wrong iss", payload().claim("iss", "somebody")),
        ("expired", payload().claim("exp", now - 3_600)),
        ("before its time", payload().claim("nbf", now + 3_600)),
        ("from the future", payload().claim("iat", now + 3_600)),
        ("no store", payload().claim("sub", "stores/")),
        ("a strange store", payload().claim("sub", "stores/../x")),
        ("no user", payload().without("user")),
        ("no expiry", payload().without("exp")),
        ("a null expiry", payload().claim("exp", Value::Null)),
    ];
    for (what, payload) in bad {
        let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &payload);
        for callback in CALLBACKS {
            assert_eq!(call(world, callback, &jwt).await, 401, "{callback}: {what}");
        }
    }
    for jwt in ["", "a", "a.b.c", "..", "%00"] {
        for callback in CALLBACKS {
            assert_eq!(call(world, callback, jwt).await, 401, "{callback}: {jwt}");
        }
    }
    let truncated = world.sandbox.bigcommerce.signed_payload(&shop.hash, &payload());
    assert_eq!(call(world, "load", &truncated[..truncated.len() - 3]).await, 401);
    still_sells(&shop).await;
}

#[tokio::test]
async fn a_payload_for_a_store_that_never_installed_does_nothing() {
    let world = calm_world().await;
    let bare = world.sandbox.bigcommerce.create_store(Default::default());
    let jwt = world.sandbox.bigcommerce.signed_payload(&bare, &SignedPayload::new());
    assert_eq!(call(world, "load", &jwt).await, 404);
    for callback in ["uninstall", "remove_user"] {
        assert_eq!(call(world, callback, &jwt).await, 204, "{callback}: BigCommerce need not come again");
    }
    assert_eq!(world.sandbox.faults().requests(&bare).len(), 0);
    assert!(world.sandbox.bigcommerce.installation(&bare).is_none());
}

#[tokio::test]
async fn a_payload_from_before_the_installation_opens_and_ends_nothing() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let an_hour_ago = OffsetDateTime::now_utc().unix_timestamp() - 3_600;
    let old = SignedPayload::new().claim("iat", an_hour_ago).claim("nbf", an_hour_ago);
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &old);
    assert_eq!(call(world, "load", &jwt).await, 403);
    for callback in ["uninstall", "remove_user"] {
        assert_eq!(call(world, callback, &jwt).await, 204, "{callback}");
    }
    still_sells(&shop).await;
    nobody_probed(&shop).await;
}

#[tokio::test]
async fn a_payload_replayed_after_a_reinstall_is_refused() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    assert_eq!(call(world, "load", &jwt).await, 303);
    // Payloads and installations are dated to the second: a reinstall within it would be none that came later.
    let made = OffsetDateTime::now_utc().unix_timestamp();
    let later = async || (OffsetDateTime::now_utc().unix_timestamp() > made).then_some(());
    eventually("the next second", later).await;
    let page = world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(call(world, "load", &jwt).await, 403);
    assert_eq!(call(world, "uninstall", &jwt).await, 204);
    still_sells(&shop).await;
}

#[tokio::test]
async fn a_removed_user_is_out_and_no_payload_of_before_lets_them_in_again() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let user = json!({ "id": 77, "email": "former@hoshi-coffee.example", "locale": "en-US" });
    let jwt = world
        .sandbox
        .bigcommerce
        .signed_payload(&shop.hash, &SignedPayload::new().claim("user", user.clone()));
    let load = format!("/load?signed_payload_jwt={jwt}");
    let opened = world.get(&load).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    let panel = opened.header("location").to_owned();
    assert_eq!(world.get(&panel).await.status, 200);

    let removed = world.sandbox.bigcommerce.remove_user(&shop.hash, 77, "former@hoshi-coffee.example").await;
    assert_eq!(removed.expect("the app answers").status, 204);
    assert_eq!(world.get(&panel).await.status, 403);
    assert_eq!(world.get(&load).await.status, 403, "the payload is still valid, its user is not");

    // Others stay; and whoever is given the app anew comes with a new payload.
    assert!(shop.panel("keys").await.contains(&shop.webhook_secret));
    let later = OffsetDateTime::now_utc().unix_timestamp() + 60;
    let anew = SignedPayload::new().claim("user", user).claim("iat", later);
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &anew);
    assert_eq!(call(world, "load", &jwt).await, 303);
}

#[tokio::test]
async fn a_payload_opens_the_panel_once_and_shortly_after_again_in_the_same_browser() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    assert_eq!(load_in(world, "one browser", &jwt).await.status, 303);
    assert_eq!(load_in(world, "one browser", &jwt).await.status, 303, "a reload");
    for other in ["another browser", "one browser/2", ""] {
        opens_no_more(&load_in(world, other, &jwt).await);
    }
    // The next one that BigCommerce makes opens it, in whatever browser.
    let next = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    assert_eq!(load_in(world, "another browser", &next).await.status, 303);
}

#[tokio::test]
async fn a_payload_from_a_history_opens_nothing_in_the_browser_that_used_it_either() {
    // Two minutes take two seconds here.
    let world = world().await;
    let shop = Shop::open(world).await;
    let jwt = world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new());
    assert_eq!(load_in(world, "one browser", &jwt).await.status, 303);
    let later = async || {
        let reply = load_in(world, "one browser", &jwt).await;
        (reply.status != 303).then_some(reply)
    };
    opens_no_more(&eventually("the payload to be used up", later).await);
}

async fn load_in(world: &World, browser: &str, jwt: &str) -> Reply {
    let path = format!("/load?signed_payload_jwt={jwt}");
    world.send(Method::GET, &path, &[("user-agent", browser)], "").await
}

/// A page that says so, with the way on.
#[track_caller]
fn opens_no_more(reply: &Reply) {
    assert_eq!((reply.status, reply.header("content-type")), (403, "text/html; charset=utf-8"), "{reply:?}");
    assert!(reply.body.contains("This link has been used"), "{}", reply.body);
    assert!(reply.body.contains("/manage/marketplace/apps/my-apps"), "{}", reply.body);
}

async fn call(world: &World, callback: &str, jwt: &str) -> u16 {
    let reply = world.get(&format!("/{callback}?signed_payload_jwt={jwt}")).await;
    if reply.status == 401 && callback != "load" {
        reply.is_problem(401, "invalid_signed_payload");
    }
    reply.status
}

async fn still_sells(shop: &Shop<'_>) {
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    shop.paid_order(order.order_id).await;
    assert!(shop.panel("keys").await.contains(&shop.webhook_secret), "the owner is still staff");
}

/// Nobody asked BigCommerce whether the store's token is still good.
async fn nobody_probed(shop: &Shop<'_>) {
    let asked = |path: &str| {
        let all = shop.requests(&reqwest::Method::GET, path);
        all.iter().filter(|request| !request.path.contains("/site")).count()
    };
    // A sync reads the store and then its channels; whatever reads the store alone is a probe of the token.
    eventually("every look at the store was a sync's", async || {
        (asked("/v2/store") == asked("/v3/channels")).then_some(())
    })
    .await;
}
