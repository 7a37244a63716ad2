//! A worker whose configuration is not whole serves nothing, and says what is missing. That every variable is named
//! is tested beside the code that reads them; here, that the worker refuses to work and does say it.

use sandbox::harness::World;

#[tokio::test]
async fn a_missing_variable_is_named_and_nothing_is_served() {
    let world = World::own_with(|options| drop(options.vars.remove("SIGNING_KEYS"))).await;
    names(&world, "SIGNING_KEYS is not set").await;
}

#[tokio::test]
async fn a_malformed_key_is_named_and_not_shown() {
    let short = "c2hvcnQ=";
    let keys = format!("e1:{short}");
    let world = World::own_with(|options| drop(options.vars.insert("ENCRYPTION_KEYS".into(), keys))).await;
    names(&world, "ENCRYPTION_KEYS key e1 must have 32 bytes").await;
    assert!(!world.worker.log().contains(short), "no key is logged");
}

#[tokio::test]
async fn hurried_time_is_refused_where_money_is_real() {
    let world = World::own_with(|options| drop(options.vars.remove("KOMOJU_API_URL"))).await;
    names(&world, "TIME_SCALE may differ from 1 only where every API URL is on this machine").await;
}

/// Every address says the same, and nothing else.
async fn names(world: &World, fault: &str) {
    for path in ["/healthz", "/storefront.js", "/api/payments/x"] {
        let reply = world.get(path).await;
        reply.is_problem(500, "misconfigured");
        assert_eq!(reply.text("detail"), fault);
    }
    for path in ["/go/x", "/return/x", "/status/x", "/pay", "/pay/x"] {
        world.get(path).await.is_problem_page(500, "misconfigured");
    }
    // Whoever sets the app up opens these.
    for path in ["/auth", "/load", "/panel", "/panel/payments"] {
        let reply = world.get(path).await;
        reply.is_problem_page(500, "misconfigured");
        assert!(reply.body.contains(fault), "{}", reply.body);
    }
    world.post_start("{}").await.is_problem(500, "misconfigured");
}
