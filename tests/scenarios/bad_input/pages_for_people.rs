//! Who navigates to us reads a page in their language, whatever went wrong; HEAD begins nothing.

use std::fs;
use std::path::PathBuf;

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Reply, Shop, World, calm_world};

/// Longer than any form of ours.
const MUCH: usize = 20 * 1024;

#[tokio::test]
async fn an_unknown_address_is_a_page_in_the_readers_language() {
    let world = calm_world().await;
    for path in ["/go", "/go/a/b", "/return", "/return/a/b", "/status", "/status/a/b", "/pay/a/b"] {
        is_page_in_both(world, &Method::GET, path, "", 404).await;
    }
    is_page_in_both(world, &Method::POST, "/status/x", "", 404).await;
    is_page_in_both(world, &Method::DELETE, "/pay/x", "", 404).await;
}

#[tokio::test]
async fn a_merchant_reads_a_page_that_bigcommerce_can_frame() {
    let world = calm_world().await;
    for (method, path, status) in [
        (Method::GET, "/auth/x", 404),
        (Method::GET, "/load/x", 404),
        (Method::DELETE, "/panel/payments", 405),
    ] {
        is_page_in_both(world, &method, path, "", status).await;
        let policy = world.send(method, path, &[], "").await.header("content-security-policy").to_owned();
        assert!(policy.contains("frame-ancestors https://*.bigcommerce.com"), "{policy}");
    }
}

#[tokio::test]
async fn a_form_that_is_too_large_is_a_page_in_the_readers_language() {
    let world = calm_world().await;
    is_page_in_both(world, &Method::POST, "/pay/x", &"a".repeat(MUCH), 413).await;
}

#[tokio::test]
async fn a_start_that_names_nothing_is_a_page_in_the_readers_language() {
    let world = calm_world().await;
    for query in ["", "?store=&order_id=&cart_id=", "?store=nosuchstore&order_id=7&cart_id=x"] {
        let path = format!("/pay{query}");
        for (language, words) in [("ja-JP,ja;q=0.9", "lang=\"ja\""), ("en-AU", "lang=\"en\"")] {
            let reply = world.send(Method::GET, &path, &[("accept-language", language)], "").await;
            assert!(reply.status >= 400 && reply.body.contains(words), "{reply:?}");
        }
    }
}

/// Our own storage fails: nobody could have foreseen what the exception says.
#[tokio::test]
async fn a_fault_of_ours_is_a_page_in_the_readers_language() {
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let (order, _) = shop.begin(&OrderSpec::new()).await;
    let token = shop.start(&order, "pay").await.token();
    let link = shop.pay_link(&order).await.expect("the panel shows a payment link");
    let link = link[world.app_url().len()..].to_owned();
    world.worker.kill9();
    // The payments' own databases, not the platform's list of them, without which nothing starts at all.
    let of_payment = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        file.to_string_lossy().contains("PaymentObject") && !name.starts_with("metadata")
    };
    let stored = world.stored();
    let payments: Vec<_> = stored.iter().filter(of_payment).collect();
    assert!(!payments.is_empty(), "{stored:?}");
    for file in payments {
        fs::write(file, "no database").expect("the worker has let go of its storage");
    }
    world.worker.restart();
    let by_hand = format!("/pay?store={}&order_id={}&cart_id={}", shop.hash, order.order_id, order.cart_id);
    for path in [format!("/status/{token}"), link, by_hand] {
        is_page_in_both(&world, &Method::GET, &path, "", 500).await;
    }
}

#[tokio::test]
async fn head_answers_and_begins_nothing() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    // An order that is announced is read ahead of its shopper, by nobody's HEAD.
    shop.hooks(Mode::Lost);
    let order = shop.order(&OrderSpec::new());
    let by_hand = format!("/pay?store={}&order_id={}&cart_id={}", shop.hash, order.order_id, order.cart_id);
    let head = async |path: &str| world.send(Method::HEAD, path, &[], "").await;
    assert!(head(&by_hand).await.status < 400);
    assert!(shop.sessions().is_empty());
    assert_eq!(shop.calls_about(order.order_id), [""; 0], "nobody was asked");

    let told = shop.arrive(&order).await;
    let calls = shop.calls_about(order.order_id);
    let (status, go) = (format!("/status/{}", told.token()), told.text("redirect_url"));
    let go = &go[world.app_url().len()..];
    assert_eq!(head(&status).await.status, 200);
    let (without, with) = (head(go).await, world.get(go).await);
    assert_eq!((without.status, without.header("location")), (303, with.header("location")));
    for path in ["/status/x", "/go/x", "/return/x", "/pay/x"] {
        let reply = head(path).await;
        assert_eq!((reply.status, reply.body.as_str()), (403, ""), "{path}");
    }
    assert_eq!(shop.sessions().len(), 1);
    assert_eq!(shop.calls_about(order.order_id), calls, "nobody was asked");
}

async fn is_page_in_both(world: &World, method: &Method, path: &str, body: &str, status: u16) {
    let ask = async |language| world.send(method.clone(), path, &[("accept-language", language)], body).await;
    is_page(&ask("ja-JP,ja;q=0.9,en;q=0.8").await, status, "<html lang=\"ja\">", "ページを表示できません");
    is_page(&ask("en-AU,en;q=0.9").await, status, "<html lang=\"en\">", "This page cannot be shown");
}

fn is_page(reply: &Reply, status: u16, lang: &str, title: &str) {
    let kind = reply.header("content-type");
    assert_eq!((reply.status, kind), (status, "text/html; charset=utf-8"), "{reply:?}");
    for words in [lang, title] {
        assert!(reply.body.contains(words), "{words}: {reply:?}");
    }
    for detail in ["Something failed", "No such page", "At most", "malformed"] {
        assert!(!reply.body.contains(detail), "what programs are told: {reply:?}");
    }
}
