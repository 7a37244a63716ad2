//! All apps of a store share BigCommerce's quota. While little of it is left, the background waits and a shopper does
//! not.

use std::time::{Duration, SystemTime};

use axum::http::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::faults::Logged;
use sandbox::harness::{Shop, eventually, world};

use super::check_now;

const QUOTA: u32 = 60;
/// Of that, what other apps use: less than a third is left.
const USED: u32 = 45;
const WINDOW: Duration = Duration::from_secs(15);

#[tokio::test]
async fn while_little_of_the_quota_is_left_a_start_goes_before_a_sweep() {
    let shop = Shop::open(world().await).await;
    let (first, second) = (shop.order(&OrderSpec::total(1_800)), shop.order(&OrderSpec::total(1_900)));
    let quota_is_back = use_up_most(&shop).await;
    // Its answer tells how little is left.
    shop.leave_for_komoju(&first).await;
    check_now(&shop).await;
    let session = shop.leave_for_komoju(&second).await;
    let hasty = listings(&shop).into_iter().find(|seen| seen.at < quota_is_back);
    assert!(hasty.is_none(), "{hasty:?}");
    let swept = async || (!listings(&shop).is_empty()).then_some(());
    eventually("the sweep to have its turn", swept).await;

    shop.pay_by_card(&session);
    shop.when_status(&second, 11).await;
    let all = [Method::GET, Method::PUT].iter().flat_map(|method| shop.requests(method, ""));
    let refused: Vec<Logged> = all.filter(|seen| seen.status == 429).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

fn listings(shop: &Shop<'_>) -> Vec<Logged> {
    shop.requests(&Method::GET, "/v2/orders?status_id")
}

/// Another app of the store's is busy. Returns when its use is forgotten, at the earliest.
async fn use_up_most(shop: &Shop<'_>) -> SystemTime {
    let sandbox = &shop.world.sandbox;
    let forgotten = SystemTime::now() + WINDOW;
    sandbox.bigcommerce.set_quota(&shop.hash, QUOTA, WINDOW);
    let installation = sandbox.bigcommerce.installation(&shop.hash).expect("the app is installed");
    let token = installation.token.expect("its token is good");
    let url = format!("{}/stores/{}/v2/store", sandbox.places().bigcommerce_api(), shop.hash);
    let client = shop.world.client();
    for _ in 0..USED {
        let request = client.get(&url).header("x-auth-token", &token).header("accept", "application/json");
        assert_eq!(request.send().await.expect("the sandbox answers").status().as_u16(), 200);
    }
    forgotten
}
