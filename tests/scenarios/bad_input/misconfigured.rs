//! A worker whose configuration is not whole serves nothing, and says what is missing.

use sandbox::harness::World;

#[tokio::test]
async fn each_missing_variable_is_named() {
    for name in
        ["BIGCOMMERCE_CLIENT_ID", "BIGCOMMERCE_CLIENT_SECRET", "ENCRYPTION_KEYS", "SIGNING_KEYS", "APP_URL"]
    {
        let world = World::own_with(|options| drop(options.vars.remove(name))).await;
        names(&world, name, "is not set").await;
    }
}

#[tokio::test]
async fn each_malformed_variable_is_named() {
    let short = "e1:c2hvcnQ=";
    for (name, value, why) in [
        ("ENCRYPTION_KEYS", short, "must have 32 bytes"),
        ("SIGNING_KEYS", "not-a-key", "must be written id:base64"),
        ("APP_URL", "app.example", "must be an https URL"),
        ("KOMOJU_API_URL", "ftp://komoju.example", "must be an https URL"),
        ("TIME_SCALE", "fast", "must be a whole number"),
    ] {
        let world = World::own_with(|options| drop(options.vars.insert(name.into(), value.into()))).await;
        names(&world, name, why).await;
        assert!(!world.worker.log().contains(short), "no key is logged");
    }
}

#[tokio::test]
async fn hurried_time_is_refused_where_money_is_real() {
    let world = World::own_with(|options| drop(options.vars.remove("KOMOJU_API_URL"))).await;
    names(&world, "TIME_SCALE", "may differ from 1 only where every API URL is on this machine").await;
}

/// Every address says the same, and nothing else.
async fn names(world: &World, variable: &str, why: &str) {
    for path in ["/healthz", "/auth", "/storefront.js", "/panel", "/go/x"] {
        let reply = world.get(path).await;
        reply.is_problem(500, "misconfigured");
        let detail = reply.text("detail");
        assert!(detail.starts_with(variable) && detail.contains(why), "{detail}");
    }
    world.post_start("{}").await.is_problem(500, "misconfigured");
}
