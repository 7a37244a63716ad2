//! A stranger sends starts by the hundred, with numbers and proofs of his own making and from many addresses. The store's
//! shoppers all reach KOMOJU meanwhile, without pressing anything, and BigCommerce is asked a bounded number of times.
//!
//! In this world time goes four times faster, delays and budgets as well as the stranger. `CROWD=200` sends that many
//! wrong starts a second instead of ten, for a minute at the pace of the real clock.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use std::{array, env};

use axum::http::Method;
use sandbox::bigcommerce::{OrderSpec, PlacedOrder};
use sandbox::delivery::Mode;
use sandbox::harness::{ANOTHER_CART, Options, Reply, Shop, World};
use serde_json::json;
use tokio::task::JoinSet;

/// How many shoppers come within the minute.
const SHOPPERS: usize = 60;
const MINUTE: u32 = 60;
/// Wrong starts a second, unless more are asked for.
const ORDINARY: u32 = 10;
/// Looks that strange numbers can cause at once, and within every further minute (the two budgets of the door).
const LOOKS_AT_ONCE: u32 = 30;
const LOOKS_A_MINUTE: u32 = 30;
/// What BigCommerce lets a store's apps call, and in how many seconds.
const QUOTA: (u32, u32) = (150, 30);
/// No shopper waits longer, once nothing stands in his way; generous, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// How many wrong starts come in a second, and how much faster time goes.
fn pace() -> (u32, u32) {
    let asked = env::var("CROWD").ok().map(|n| n.parse().expect("CROWD is a number of starts a second"));
    match asked {
        Some(rate) => (rate, 1),
        None => (ORDINARY, 4),
    }
}

async fn crowded_world() -> World {
    let (_, scale) = pace();
    World::own_with(|options: &mut Options| {
        options.vars.insert("TIME_SCALE".into(), scale.to_string());
    })
    .await
}

async fn crowded_shop(world: &World) -> Shop<'_> {
    let shop = Shop::open(world).await;
    let window = Duration::from_secs(QUOTA.1.into()) / pace().1;
    world.sandbox.bigcommerce.set_quota(&shop.hash, QUOTA.0, window);
    shop
}

#[tokio::test]
async fn shoppers_reach_komoju_through_a_flood_of_wrong_starts_however_late_the_hooks_are() {
    let world = crowded_world().await;
    let shop = crowded_shop(&world).await;
    let (began, scale) = (Instant::now(), pace().1);
    let minute = Duration::from_secs(MINUTE.into()) / scale;
    // The store is known to have orders.
    arrives(&shop, shop.order(&OrderSpec::new()), 0).await;
    let newest = shop.order(&OrderSpec::new()).order_id;

    let flood = flood(&shop, newest, minute);
    let shoppers = async {
        let mut all = Vec::new();
        for late in [0, 1, 5] {
            shop.hooks(match late {
                0 => Mode::Normal,
                seconds => Mode::Delayed(Duration::from_secs(seconds) / scale),
            });
            all.extend(come(&shop, SHOPPERS / 3, minute / 3).await);
        }
        all
    };
    let (wrong, waits) = tokio::join!(flood, shoppers);
    assert_eq!(at_komoju(&shop), SHOPPERS + 1, "every shopper stands at KOMOJU");
    assert!(waits.iter().all(|wait| *wait < PATIENCE), "{waits:?}");

    // Each order is looked at by its start, or ahead of it, and where that was too long ago by both.
    let looks = looks(&shop);
    let elapsed = began.elapsed() * scale;
    let strange =
        LOOKS_AT_ONCE + LOOKS_A_MINUTE * (u32::try_from(elapsed.as_secs()).expect("minutes") / MINUTE + 1);
    let most = 2 * (SHOPPERS + 2) + usize::try_from(strange).expect("small");
    println!("{looks} looks at orders, of {most}; the longest wait: {:?}", waits.iter().max());
    assert!(looks <= most, "{looks} looks at orders, of {most}, for {wrong} wrong starts");
    let refused = shop.requests(&Method::GET, "").into_iter().filter(|seen| seen.status == 429).count();
    assert_eq!(refused, 0, "BigCommerce was never asked too much");
}

#[tokio::test]
async fn a_crowd_whose_hooks_are_all_lost_gets_through_where_nobody_attacks() {
    let world = crowded_world().await;
    let shop = crowded_shop(&world).await;
    arrives(&shop, shop.order(&OrderSpec::new()), 0).await;
    shop.hooks(Mode::Lost);
    let waits = come(&shop, SHOPPERS, Duration::from_secs(5) / pace().1).await;
    assert_eq!(at_komoju(&shop), SHOPPERS + 1);
    assert!(waits.iter().all(|wait| *wait < PATIENCE), "{waits:?}");
}

#[tokio::test]
async fn with_hooks_lost_and_a_flood_shoppers_are_told_to_wait_and_get_through_in_the_end() {
    let world = crowded_world().await;
    let shop = crowded_shop(&world).await;
    arrives(&shop, shop.order(&OrderSpec::new()), 0).await;
    let newest = shop.order(&OrderSpec::new()).order_id;
    shop.hooks(Mode::Lost);
    let third = Duration::from_secs((MINUTE / 3).into()) / pace().1;
    let (_, waits) = tokio::join!(flood(&shop, newest, third), come(&shop, SHOPPERS / 3, third));
    assert_eq!(at_komoju(&shop), SHOPPERS / 3 + 1);
    assert!(waits.iter().all(|wait| *wait < PATIENCE), "{waits:?}");
}

/// So many shoppers place an order, one after the other, and each goes to its confirmation page at once. How long each
/// waited there.
async fn come(shop: &Shop<'_>, count: usize, within: Duration) -> Vec<Duration> {
    let apart = within / u32::try_from(count).expect("not so many");
    let one = |n: usize| async move {
        tokio::time::sleep(apart * u32::try_from(n).expect("not so many")).await;
        arrives(shop, shop.order(&OrderSpec::new()), n).await
    };
    futures((0..count).map(one).collect()).await
}

/// All of them at once.
async fn futures<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = all.into_iter().map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(move |context| {
        for (future, output) in pinned.iter_mut().filter(|(_, output)| output.is_none()) {
            if let std::task::Poll::Ready(ready) = future.as_mut().poll(context) {
                *output = Some(ready);
            }
        }
        match pinned.iter().all(|(_, output)| output.is_some()) {
            true => {
                std::task::Poll::Ready(pinned.iter_mut().filter_map(|(_, output)| output.take()).collect())
            }
            false => std::task::Poll::Pending,
        }
    })
    .await
}

/// The page's own behaviour: it starts, waits as long as it is told where it must, and starts again, until it may leave
/// for KOMOJU. A refusal that does not say when to come again fails the test.
async fn arrives(shop: &Shop<'_>, order: PlacedOrder, n: usize) -> Duration {
    let began = Instant::now();
    let address = format!("192.0.2.{}", n % 200);
    loop {
        let told = start_from(shop, &shop.arrival(&order).to_string(), &address).await;
        match told.word().as_str() {
            "redirect" => {
                shop.go(&told).await;
                return began.elapsed();
            }
            "queued" => {
                assert!(!told.text("title").is_empty() && !told.text("message").is_empty(), "{told:?}");
            }
            _ => {}
        }
        let poll_ms = told.json()["poll_ms"].as_u64();
        let poll_ms = poll_ms.unwrap_or_else(|| panic!("{} is refused: {told:?}", order.order_id));
        assert!(began.elapsed() < PATIENCE, "{} waits in vain: {told:?}", order.order_id);
        tokio::time::sleep(Duration::from_millis(poll_ms)).await;
    }
}

/// Wrong starts at the given pace: numbers just above the newest, old ones, the newest shoppers' own, and any. How many.
async fn flood(shop: &Shop<'_>, newest: u64, lasting: Duration) -> usize {
    let (rate, scale) = pace();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / (rate * scale));
    let began = Instant::now();
    let mut under_way = JoinSet::new();
    let mut n: u64 = 0;
    let (url, client) = (format!("{}/api/payments", shop.world.app_url()), shop.world.client());
    while began.elapsed() < lasting {
        ticks.tick().await;
        n += 1;
        let number = match n % 4 {
            0 => newest + 1 + n / 4 % 90,
            1 => n % newest + 1,
            2 => newest + u64::try_from(shop.sessions().len()).expect("small"),
            _ => u64::from(rand(n)) + 1,
        };
        let [a, b, c] = array::from_fn(|k| rand(n * 3 + k as u64) % 256);
        let address = match n % 2 {
            0 => format!("10.{a}.{b}.{c}"),
            _ => format!("2001:db8:{a:x}:{b:x}::{c:x}"),
        };
        let cart = if n.is_multiple_of(5) {
            ANOTHER_CART.to_owned()
        } else {
            format!("{:08x}-8d6c-4b5e-9f00-3c1d2e4f5a6b", rand(n))
        };
        let body = json!({ "store": shop.hash, "order_id": number, "cart_id": cart, "intent": "arrive" });
        let request = client
            .post(&url)
            .header("content-type", "text/plain")
            .header("cf-connecting-ip", address)
            .body(body.to_string());
        under_way.spawn(async move {
            match request.send().await {
                // On a machine that is busy with all of this, BigCommerce may be too slow for one: that is said, too.
                Ok(answer) => {
                    assert_ne!(answer.status().as_u16(), 500, "{number}");
                    true
                }
                // Nor does such a machine take every connection, where they come by the hundred.
                Err(error) => {
                    assert!(rate > ORDINARY && error.is_connect(), "{number}: {error:?}");
                    false
                }
            }
        });
    }
    let (sent, mut answered) = (under_way.len(), 0);
    while let Some(done) = under_way.join_next().await {
        answered += usize::from(done.expect("no wrong start is answered by a fault of ours"));
    }
    println!("{answered} of {sent} wrong starts answered in {:?}", began.elapsed());
    answered
}

async fn start_from(shop: &Shop<'_>, body: &str, address: &str) -> Reply {
    let headers = [("content-type", "text/plain"), ("cf-connecting-ip", address)];
    shop.world.send(Method::POST, "/api/payments", &headers, body).await
}

/// Orders with a session. One whose making was not answered in time is void, and another takes its place.
fn at_komoju(shop: &Shop<'_>) -> usize {
    let orders = shop.sessions().iter().map(|s| s.metadata["bc_order"].to_string()).collect::<BTreeSet<_>>();
    orders.len()
}

fn looks(shop: &Shop<'_>) -> usize {
    let of_one = |path: &str| path.split("/v2/orders/").nth(1).is_some_and(|rest| rest.contains("include"));
    shop.requests(&Method::GET, "/v2/orders/").iter().filter(|seen| of_one(&seen.path)).count()
}

/// A number that looks like any other, and is the same in every run.
fn rand(n: u64) -> u32 {
    let mixed = (n ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    u32::try_from((mixed ^ mixed >> 29) & 0x7fff_ffff).expect("31 bits")
}
