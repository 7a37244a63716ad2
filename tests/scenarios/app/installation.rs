//! `/auth`: a store is set up once, however often it is asked for, and not at all without BigCommerce's yes.

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::{Fault, FaultKind, Gate, Side};
use sandbox::harness::{Shop, ShopSpec, World, eventually, world};

/// Scopes of the hooks that a store has from the beginning.
const HOOKS: [&str; 3] = ["store/order/created", "store/order/refund/created", "store/order/statusUpdated"];

#[tokio::test]
async fn an_installed_store_has_one_script_for_its_storefront_and_each_hook_once() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let scripts = world.sandbox.bigcommerce.scripts(&shop.hash);
    let [script] = scripts.as_slice() else { panic!("one script: {scripts:?}") };
    assert!(script.enabled && script.auto_uninstall);
    assert_eq!((script.location.as_str(), script.load_method.as_str()), ("head", "async"));
    assert_eq!(
        (script.visibility.as_str(), script.consent_category.as_str()),
        ("order_confirmation", "essential")
    );
    assert!(script.src.starts_with(&format!("{}/storefront/", world.app_url())), "{}", script.src);
    let [integrity] = script.integrity_hashes.as_slice() else { panic!("one hash: {script:?}") };
    assert!(integrity.starts_with("sha384-"));
    let served = world.get(&script.src[world.app_url().len()..]).await;
    assert_eq!((served.status, served.header("access-control-allow-origin")), (200, "*"));
    assert_eq!(scopes(world, &shop.hash), HOOKS);
}

#[tokio::test]
async fn installing_again_takes_the_new_token_and_doubles_nothing() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let before = (world.sandbox.bigcommerce.scripts(&shop.hash).len(), scopes(world, &shop.hash));
    let panel = opened(&shop).await;
    let url = world.sandbox.bigcommerce.authorize_url(&shop.hash);
    let path = &url[world.app_url().len()..];
    let first = world.get(path).await;
    assert_eq!(first.status, 303, "{first:?}");
    // The browser's reload of the same address: its code is used up, and that is no failure.
    assert_eq!(world.get(path).await.status, 200);

    let installation = world.sandbox.bigcommerce.installation(&shop.hash).expect("installed");
    assert_eq!(installation.tokens_issued, 2);
    let after = (world.sandbox.bigcommerce.scripts(&shop.hash).len(), scopes(world, &shop.hash));
    assert_eq!(before, after);
    assert_eq!(world.get(&panel).await.status, 403, "whom the earlier installation let in asks anew");
    // The new token works, and key and methods are still there.
    shop.begin(&OrderSpec::new()).await;
}

#[tokio::test]
async fn two_installations_at_once_double_nothing() {
    let world = world().await;
    let hash = world.sandbox.bigcommerce.create_store(Default::default());
    let install = || world.sandbox.bigcommerce.install_app(&hash);
    let (one, two) = tokio::join!(install(), install());
    assert!([one, two].into_iter().any(|page| page.expect("the app answers").status == 200));
    assert_eq!(world.sandbox.bigcommerce.install_app(&hash).await.expect("the app answers").status, 200);
    assert_eq!(world.sandbox.bigcommerce.scripts(&hash).len(), 1);
    assert_eq!(scopes(world, &hash), HOOKS);
}

#[tokio::test]
async fn of_two_consents_at_once_the_younger_wins_whichever_ends_first() {
    let world = world().await;
    for _ in 0..3 {
        let shop = Shop::unconnected(world, &ShopSpec::default());
        let install = || world.sandbox.bigcommerce.install_app(&shop.hash);
        let (one, two) = tokio::join!(install(), install());
        let pages = [one, two].map(|page| page.expect("the app answers").status);
        // Whom the older one let in asks anew.
        assert!(pages.contains(&200) && pages.iter().all(|status| [200, 403].contains(status)), "{pages:?}");
        is_taken(&shop).await;
    }
}

#[tokio::test]
async fn a_consent_whose_token_is_found_good_too_late_does_not_replace_a_younger_one() {
    let world = world().await;
    let faults = world.sandbox.faults();
    for answers_again in [true, false] {
        let shop = Shop::unconnected(world, &ShopSpec::default());
        let install =
            async || world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
        assert_eq!(install().await.status, 200);
        // What the first installation has set going is over.
        let looks = || shop.requests(&Method::GET, "/v2/store");
        eventually("the second sync", async || (looks().len() > 1).then_some(())).await;
        let trying = |kind| Fault::on(Side::BigCommerce, kind).tenant(&shop.hash).path("/v2/store");
        let gate = Gate::default();
        faults.add(trying(FaultKind::HeldAnswer(gate.clone())));
        let younger = async {
            // The older one's token was good when it was tried; the answer is still on its way.
            shop.underway(Method::GET, "/v2/store").await;
            let page = install().await;
            if !answers_again {
                faults.add(trying(FaultKind::Status(503)).always());
            }
            gate.open();
            page
        };
        let (_, younger) = tokio::join!(install(), younger);
        assert_eq!(younger.status, 200, "{younger:?}");
        faults.clear(&shop.hash);
        is_taken(&shop).await;
    }
}

/// The token that is kept is the one that BigCommerce takes.
async fn is_taken(shop: &Shop<'_>) {
    let refused = || shop.requests(&Method::GET, "").iter().filter(|seen| seen.status == 401).count();
    let before = refused();
    shop.save("repair", &[]).await;
    assert_eq!(refused(), before);
    assert!(shop.panel("").await.contains("The script and the webhooks are as they should be"));
}

#[tokio::test]
async fn codes_that_an_address_makes_up_are_not_all_taken_to_bigcommerce() {
    let world = world().await;
    let shop = Shop::unconnected(world, &ShopSpec::default());
    let url = world.sandbox.bigcommerce.authorize_url(&shop.hash);
    let path = &url[world.app_url().len()..];
    let (before, rest) = path.split_once("code=").expect("a code");
    let rest = rest.split_once('&').expect("more").1;
    let auth = async |from: &str, path: &str| {
        world.send(Method::GET, path, &[("cf-connecting-ip", from)], "").await.status
    };
    let mut last = 0;
    // Two windows of a minute may meet.
    for n in 0..45 {
        last = auth(&format!("2001:db8:7:7::{n:x}"), &format!("{before}code=made-up-{n}&{rest}")).await;
        if last == 429 {
            break;
        }
        assert_eq!(last, 400);
    }
    assert_eq!(last, 429);
    assert_eq!(auth("2001:db8:7:8::1", path).await, 303, "others install as ever");
}

#[tokio::test]
async fn without_a_scope_that_is_needed_nothing_is_installed_and_the_scope_is_named() {
    let world = world().await;
    let hash = world.sandbox.bigcommerce.create_store(Default::default());
    let url = world.sandbox.bigcommerce.authorize_url(&hash);
    let fewer = url[world.app_url().len()..].replace("store_v2_orders+", "").replace("store_v2_content+", "");
    let reply = world.get(&fewer).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.body.contains("store_v2_orders, store_v2_content"), "{}", reply.body);
    assert!(world.sandbox.bigcommerce.installation(&hash).is_none(), "the code was not even exchanged");
}

#[tokio::test]
async fn a_grant_that_bigcommerce_does_not_confirm_stores_nothing() {
    let world = world().await;
    let hash = world.sandbox.bigcommerce.create_store(Default::default());
    let good = world.sandbox.bigcommerce.authorize_url(&hash);
    let good = &good[world.app_url().len()..];
    let (before, after) = good.split_once("code=").expect("a code");
    let (code, after) = after.split_once('&').expect("more");
    let other = world.sandbox.bigcommerce.create_store(Default::default());
    for bad in [
        format!("{before}code=made-up&{after}"),
        format!("{before}code=&{after}"),
        good.replace(&format!("stores%2F{hash}"), &format!("stores%2F{other}")),
        good.replace(&format!("stores%2F{hash}"), "elsewhere"),
        format!("/auth?code={code}"),
        "/auth".to_owned(),
    ] {
        let reply = world.get(&bad).await;
        assert_eq!(reply.status, 400, "{bad}: {reply:?}");
        assert!(!reply.body.contains(code));
    }
    for hash in [&hash, &other] {
        assert_eq!(world.sandbox.faults().requests(hash).len(), 0);
        world.post_start(start(hash)).await.is_problem(404, "unknown_store");
    }
}

#[tokio::test]
async fn a_forged_grant_does_not_disturb_a_store_that_has_the_app() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let url = world.sandbox.bigcommerce.authorize_url(&shop.hash);
    let (before, after) = url[world.app_url().len()..].split_once("code=").expect("a code");
    let after = after.split_once('&').expect("more").1;
    let reply = world.get(&format!("{before}code=made-up&{after}")).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    shop.begin(&OrderSpec::new()).await;
    assert!(shop.panel("keys").await.contains(&shop.webhook_secret));
}

#[tokio::test]
async fn an_installation_begun_elsewhere_ends_where_bigcommerce_wants_it() {
    let world = world().await;
    let hash = world.sandbox.bigcommerce.create_store(Default::default());
    let url = world.sandbox.bigcommerce.authorize_url(&hash);
    let path = format!("{}&external_install=true", &url[world.app_url().len()..]);
    let reply = world.get(&path).await;
    let page = |outcome: &str| {
        let login = world.sandbox.places().bigcommerce_login();
        format!("{login}/app/{}/install/{outcome}", sandbox::App::CLIENT_ID)
    };
    assert_eq!((reply.status, reply.header("location")), (303, page("succeeded").as_str()), "{reply:?}");
    assert!(world.sandbox.bigcommerce.installation(&hash).is_some());

    let (before, after) = path.split_once("code=").expect("a code");
    let failed = world.get(&format!("{before}code=x{after}")).await;
    assert_eq!((failed.status, failed.header("location")), (303, page("failed").as_str()), "{failed:?}");
}

fn scopes(world: &World, hash: &str) -> Vec<String> {
    let mut scopes: Vec<String> =
        world.sandbox.bigcommerce.hooks(hash).into_iter().map(|hook| hook.scope).collect();
    scopes.sort();
    scopes
}

/// Path of the panel as its owner has it open now.
async fn opened(shop: &Shop<'_>) -> String {
    let url = shop.world.sandbox.bigcommerce.load_url(&shop.hash);
    let reply = shop.world.send(Method::GET, &url[shop.world.app_url().len()..], &[], "").await;
    reply.header("location").to_owned()
}

fn start(store: &str) -> String {
    let body = serde_json::json!({ "store": store, "order_id": 100, "cart_id": "0b0e7a8e-8d6c-4b5e-9f00-3c1d2e4f5a6b" });
    body.to_string()
}

#[tokio::test]
async fn a_method_that_nobody_has_chosen_yet_says_so() {
    let world = world().await;
    let shop = Shop::unconnected(world, &ShopSpec::default());
    world.sandbox.bigcommerce.install_app(&shop.hash).await.expect("the app answers");
    let says_so = async || shop.panel("methods").await.contains("what is ticked is a guess");
    assert!(says_so().await);
    let label = shop.label("instore");
    let refused = shop.submit("methods", &[("on.instore", "1"), ("label.instore", "")]).await;
    assert!(refused.body.contains("Enter the name") && refused.body.contains("what is ticked is a guess"));
    shop.save("methods", &[("on.instore", "1"), ("label.instore", &label)]).await;
    assert!(!says_so().await);
}
