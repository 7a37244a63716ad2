//! Any member of the staff may point a store's money elsewhere: who changed what is kept and shown, and the owner may
//! keep keys and secrets to themselves.

use reqwest::Method;
use sandbox::bigcommerce::SignedPayload;
use sandbox::harness::{Reply, Shop, world};
use serde_json::json;

/// Somebody of the staff who is not the owner.
const KEN: &str = "ken@hoshi-coffee.example";

#[tokio::test]
async fn each_change_is_kept_with_who_made_it_and_secrets_show_their_ends_only() {
    let shop = Shop::open(world().await).await;
    shop.set(&[("refunds", "never"), ("unpaid_grace_hours", "9"), ("unpaid", "cancel")]).await;
    let ken = as_ken(&shop).await;
    assert_eq!(submit(&shop, &ken, "webhook-secret", &[("do", "new")]).await.status, 303);
    let page = shop.panel("changes").await;
    let row = |what: &str| {
        let rows = page.split("<tr>").filter(|row| row.contains(&format!("<td>{what}</td>")));
        rows.map(str::to_owned).next().unwrap_or_else(|| panic!("{what} in {page}"))
    };
    assert!(row("Refunds made in BigCommerce").contains("<td>ask first</td><td>never by itself</td>"));
    assert!(row("Hours before that").contains("<td>72</td><td>9</td>"));
    assert!(row("Payment methods").contains("instore"));
    assert!(row("Webhook secret").contains(KEN) && row("Webhook secret").contains("a new one"));
    let key = &shop.merchant.secret_key_live;
    let end = &key[key.len() - 4..];
    assert!(row("KOMOJU secret key").contains(&format!("sk_live_••••{end}")), "{page}");
    assert!(!page.contains(key.as_str()) && !page.contains(&shop.webhook_secret), "{page}");
    let overview = shop.panel("").await;
    assert!(!overview.contains("The KOMOJU key was changed"), "the first account is no change");
}

#[tokio::test]
async fn another_komoju_account_stands_on_everybodys_overview() {
    let shop = Shop::open(world().await).await;
    let ken = as_ken(&shop).await;
    let other = shop.world.sandbox.komoju.create_merchant(Default::default());
    let reply = submit(&shop, &ken, "keys", &[("secret_key", &other.secret_key_live)]).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let overview = shop.panel("").await;
    let told = overview.split("The KOMOJU key was changed").nth(1).expect("the overview says so");
    let (from, to) = (&shop.merchant.secret_key_live, &other.secret_key_live);
    for end in [&from[from.len() - 4..], &to[to.len() - 4..], KEN] {
        assert!(told.contains(end), "{end} in {told}");
    }
    assert!(told.contains("New payments go to the account of this key."), "{told}");
    // The same key again is no change.
    let before = shop.panel("changes").await.matches("KOMOJU secret key").count();
    submit(&shop, &ken, "keys", &[("secret_key", &other.secret_key_live)]).await;
    assert_eq!(shop.panel("changes").await.matches("KOMOJU secret key").count(), before);
    // To a test key no money goes.
    submit(&shop, &ken, "keys", &[("secret_key", &other.secret_key_test)]).await;
    let overview = shop.panel("").await;
    assert!(
        overview.contains("This is a test key") && !overview.contains("New payments go to"),
        "{overview}"
    );
}

#[tokio::test]
async fn what_the_owner_keeps_nobody_else_sees_or_changes() {
    let shop = Shop::open(world().await).await;
    let ken = as_ken(&shop).await;
    assert!(page(&shop, &ken, "settings").await.body.contains("name=\"refunds\""));
    assert!(
        !page(&shop, &ken, "settings").await.body.contains("name=\"keys_for_owner\""),
        "it is not his to set"
    );
    shop.set(&[("keys_for_owner", "1")]).await;

    let other = shop.world.sandbox.komoju.create_merchant(Default::default());
    let key = [("secret_key", other.secret_key_live.as_str())];
    let forms: [(&str, &[(&str, &str)]); 3] =
        [("keys", &key), ("webhook-secret", &[("do", "new")]), ("webhook-secret", &[("do", "retire")])];
    for (form, fields) in forms {
        let reply = submit(&shop, &ken, form, fields).await;
        assert!(reply.status == 403 && reply.body.contains("only the owner may change"), "{form}: {reply:?}");
    }
    let keys = page(&shop, &ken, "keys").await.body;
    assert!(!keys.contains("name=\"secret_key\"") && !keys.contains(&shop.webhook_secret), "{keys}");
    // What else he may do he still may, and it does not take the owner's word away.
    let settings = [
        ("capture", "auto"),
        ("authorized_status", "11"),
        ("unpaid", "leave"),
        ("refunds", "never"),
        ("prefix", "BC-"),
    ];
    assert_eq!(submit(&shop, &ken, "settings", &settings).await.status, 303);
    assert_eq!(submit(&shop, &ken, "keys", &key).await.status, 403);
    // The owner may.
    assert!(shop.panel("keys").await.contains(&shop.webhook_secret));
    shop.save("keys", &key).await;
    assert!(shop.panel("").await.contains("The KOMOJU key was changed"));
}

/// The session of the panel that Ken opens.
async fn as_ken(shop: &Shop<'_>) -> String {
    let user = json!({ "id": 77, "email": KEN, "locale": "en-US" });
    let jwt =
        shop.world.sandbox.bigcommerce.signed_payload(&shop.hash, &SignedPayload::new().claim("user", user));
    let opened = shop.world.get(&format!("/load?signed_payload_jwt={jwt}")).await;
    let token = opened.header("location").split("t=").nth(1).and_then(|rest| rest.split('&').next());
    token.unwrap_or_else(|| panic!("the panel opens: {opened:?}")).to_owned()
}

async fn page(shop: &Shop<'_>, token: &str, page: &str) -> Reply {
    shop.world.get(&format!("/panel/{page}?t={token}")).await
}

async fn submit(shop: &Shop<'_>, token: &str, form: &str, fields: &[(&str, &str)]) -> Reply {
    let fields = [fields, &[("t", token)]].concat();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    shop.world.send(Method::POST, &format!("/panel/{form}"), &kind, body.join("&")).await
}
