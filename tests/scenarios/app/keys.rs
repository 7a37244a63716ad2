//! KOMOJU's secret key and the webhook's secret, as the merchant enters and rotates them.

use reqwest::Method;
use sandbox::bigcommerce::{OrderSpec, status};
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Reply, Shop, world};
use sandbox::komoju::sign;

#[tokio::test]
async fn a_key_that_komoju_does_not_know_is_refused_and_the_good_one_kept() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let masked = masked(&shop.merchant.secret_key_live);
    for (key, words) in [
        ("sk_live_nobodyhasthiskey1234", "KOMOJU does not accept this key"),
        (shop.merchant.publishable_key_live.as_str(), "This is the publishable key"),
        ("sk_live_short", "A secret key begins with"),
        ("<script>alert(1)</script>", "A secret key begins with"),
    ] {
        let reply = enter(&shop, key).await;
        assert_eq!(reply.status, 422, "{key}: {reply:?}");
        assert!(reply.body.contains("id=\"key-fault\""), "{key}: {}", reply.body);
        assert!(reply.body.contains(words), "{key}: {}", reply.body);
        // It may be right in all but a letter, or another account's.
        assert!(!reply.body.contains(key), "{key}: {}", reply.body);
    }
    assert!(shop.panel("keys").await.contains(&masked));
    assert_eq!(enter(&shop, "").await.status, 303, "a blank field keeps the key");
    assert!(shop.panel("keys").await.contains(&masked));
    shop.begin(&OrderSpec::new()).await;
}

#[tokio::test]
async fn a_key_that_could_not_be_tried_is_not_saved() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let other = world.sandbox.komoju.create_merchant(Default::default());
    let fault = Fault::on(Side::Komoju, FaultKind::Status(503)).tenant(&other.id).always();
    world.sandbox.faults().add(fault);
    assert_eq!(enter(&shop, &other.secret_key_live).await.status, 422);
    assert!(shop.panel("keys").await.contains(&masked(&shop.merchant.secret_key_live)));
    world.sandbox.faults().clear(&other.id);
    assert_eq!(enter(&shop, &other.secret_key_live).await.status, 303);
    assert!(shop.panel("keys").await.contains(&masked(&other.secret_key_live)));
}

#[tokio::test]
async fn a_key_is_never_shown_again() {
    let world = world().await;
    let shop = Shop::open(world).await;
    for page in ["", "keys", "methods", "settings", "payments"] {
        assert!(!shop.panel(page).await.contains(&shop.merchant.secret_key_live), "{page}");
    }
}

#[tokio::test]
async fn a_new_webhook_secret_is_valid_beside_the_old_one_until_that_is_retired() {
    let world = world().await;
    let mut shop = Shop::open(world).await;
    let old = shop.webhook_secret.clone();
    assert_eq!(ping(&shop, &old).await.status, 200);
    shop.save("webhook-secret", &[("do", "new")]).await;
    let new = shown_secret(&shop).await;
    assert_ne!(old, new);
    assert_eq!(ping(&shop, &old).await.status, 200, "KOMOJU still has the old one");
    assert_eq!(ping(&shop, &new).await.status, 200);

    shop.save("webhook-secret", &[("do", "retire")]).await;
    ping(&shop, &old).await.is_problem(401, "bad_signature");
    assert_eq!(ping(&shop, &new).await.status, 200);

    shop.webhook_secret = new;
    shop.connect_webhook();
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
    let paid = shop.paid_order(order.order_id).await;
    assert_eq!(paid.status_id, status::AWAITING_FULFILLMENT);
}

#[tokio::test]
async fn a_form_over_64_kib_is_refused_unread() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let form = format!("secret_key=sk_live_{}", "a".repeat(70_000));
    world.send(Method::POST, "/panel/keys", &kind, form).await.is_problem_page(413, "body_too_large");
    assert!(shop.panel("keys").await.contains(&masked(&shop.merchant.secret_key_live)));
}

async fn enter(shop: &Shop<'_>, key: &str) -> Reply {
    let page = shop.world.sandbox.bigcommerce.open_app(&shop.hash).await.expect("the app answers");
    let token =
        page.url.split("t=").nth(1).and_then(|rest| rest.split('&').next()).expect("a token").to_owned();
    let key: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    shop.world.send(Method::POST, "/panel/keys", &kind, format!("t={token}&secret_key={key}")).await
}

async fn ping(shop: &Shop<'_>, secret: &str) -> Reply {
    let body = r#"{"id":"ev1","type":"ping","resource":"event","data":{}}"#;
    let signature = sign(secret, body.as_bytes());
    let path = format!("/webhooks/komoju/{}", shop.hash);
    shop.world.send(Method::POST, &path, &[("x-komoju-signature", &signature)], body).await
}

async fn shown_secret(shop: &Shop<'_>) -> String {
    let html = shop.panel("keys").await;
    let rest = html.split("id=\"webhook_secret\" value=\"").nth(1).expect("the panel shows it");
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// As the panel shows a key.
fn masked(key: &str) -> String {
    format!("sk_live_••••{}", &key[key.len() - 4..])
}
