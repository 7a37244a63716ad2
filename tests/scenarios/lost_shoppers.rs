//! A shopper has lost the way back to the order: its e-mail address, with a phone number or postal code, opens it. A
//! stranger learns nothing there, ends nothing, and stops nobody.

use std::path::PathBuf;
use std::time::Instant;

use reqwest::Method;
use sandbox::bigcommerce::{Address, OrderSpec, PlacedOrder, StoreSpec};
use sandbox::delivery::Mode;
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{
    ANOTHER_CART, Reply, Shop, ShopSpec, World, calm_world, eventually, payment_object, world,
};
use sandbox::komoju::PaymentStatus;
use tokio::task::JoinSet;

use crate::strangers_leave_no_trace::databases;

const EMAIL: &str = "misaki.sato@example.jp";
const PHONE: &str = "090-1234-5678";
const WRONG: &str = "080-9999-1234";
const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];
/// A number far above any order's.
const NO_ORDER: u64 = 7_654_321;
const NAME: &str = "星珈琲焙煎所";

#[tokio::test]
async fn the_page_asks_in_the_shops_name_and_tells_nothing_of_the_order() {
    let world = calm_world().await;
    let shop = quiet_shop(world).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    let page = asked(&shop, &order.to_string(), "ja").await;
    for words in [
        "お支払いのお手続き・ご確認",
        "メールアドレス",
        "電話番号または郵便番号",
        "autocomplete=\"email\"",
        "autocomplete=\"tel\"",
        &format!("name=\"order_id\" value=\"{order}\""),
        NAME,
    ] {
        assert!(page.body.contains(words), "{words}: {page:?}");
    }
    assert_eq!((page.status, page.header("set-cookie")), (200, ""));
    let other = asked(&shop, &NO_ORDER.to_string(), "ja").await;
    assert_eq!(alike(&other, NO_ORDER), alike(&page, order));
    for (language, title) in [("en", "Pay, or see your payment"), ("ko", "결제 및 결제 상태 확인")] {
        let page = asked(&shop, &order.to_string(), language).await;
        assert!(page.body.contains(title) && page.body.contains(&format!("lang=\"{language}\"")), "{page:?}");
    }
    let path = format!("/pay?store={}&order_id={order}", shop.hash);
    assert_eq!(world.send(Method::HEAD, &path, &[], "").await.status, 200);
    assert_eq!((shop.calls_about(order), shop.sessions().len()), (Vec::new(), 0), "nobody was asked");
}

#[tokio::test]
async fn an_address_without_a_number_asks_for_it() {
    let shop = quiet_shop(calm_world().await).await;
    for number in ["%%OrderID%%", "", "0", "x", "1.5"] {
        let page = asked(&shop, number, "en").await;
        assert!(page.status == 200 && page.body.contains("id=\"order_id\""), "{number}: {page:?}");
    }
    let order = shop.order(&OrderSpec::new()).order_id;
    assert_eq!(open(&shop, order, EMAIL, PHONE).await.status, 303);
}

#[tokio::test]
async fn what_was_entered_may_be_written_in_many_ways_and_leads_to_komoju() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for (email, second) in [
        (EMAIL, PHONE),
        ("  Misaki.Sato@EXAMPLE.jp ", "+81 90 1234 5678"),
        ("ｍｉｓａｋｉ．ｓａｔｏ＠ｅｘａｍｐｌｅ．ｊｐ", "０９０１２３４５６７８"),
        (EMAIL, "〒１５０－０００１"),
        (EMAIL, "1500001"),
    ] {
        let opened = open(&shop, order, email, second).await;
        assert_eq!(opened.status, 303, "{email} {second}: {opened:?}");
        let session = opened.header("location").rsplit('/').next().expect("an address").to_owned();
        assert_eq!(session, shop.sessions()[0].id, "{opened:?}");
    }
    assert_eq!(shop.sessions().len(), 1, "and always to the same page");
}

#[tokio::test]
async fn wrong_unknown_anothers_and_not_ours_are_answered_alike_and_cost_the_same() {
    let world = calm_world().await;
    let (shop, other) = (quiet_shop(world).await, quiet_shop(world).await);
    let ours = shop.order(&OrderSpec::new()).order_id;
    let cash = shop.order(&OrderSpec::new().provider("cod")).order_id;
    let (known, _) = shop.begin(&OrderSpec::new()).await;
    let theirs = theirs_alone(&other, &shop);
    let before = shop.calls_about(known.order_id).len();

    let wrong = open(&shop, ours, EMAIL, WRONG).await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, ""), "{wrong:?}");
    assert!(wrong.body.contains("We could not find an order"), "{wrong:?}");
    let same = [
        (ours, "somebody@example.jp", PHONE),
        (known.order_id, EMAIL, WRONG),
        (cash, EMAIL, PHONE),
        (cash, EMAIL, WRONG),
        (theirs, EMAIL, PHONE),
        (NO_ORDER, EMAIL, PHONE),
        (NO_ORDER, "x@y.z", "1234567"),
    ];
    for (order, email, second) in same {
        let reply = open(&shop, order, email, second).await;
        let was = [(EMAIL, email), (WRONG, second)].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let expected = was.iter().fold(alike(&wrong, ours), |text, (a, b)| text.replace(a, b));
        assert_eq!(alike(&reply, order), expected, "{order} {email} {second}");
        assert_eq!(reply.header("set-cookie"), "");
    }
    let reads = |order| shop.calls_about(order).len();
    assert_eq!(
        (reads(ours), reads(theirs), reads(NO_ORDER), reads(known.order_id) - before),
        (2, 1, 2, 1),
        "one look each time"
    );
    assert_eq!((other.calls_about(theirs), shop.sessions().len()), (Vec::new(), 1));
}

#[tokio::test]
async fn what_is_missing_is_said_beside_its_field_and_costs_nothing() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for (email, second, faults) in [
        ("", "", &["email-hint", "second-hint"][..]),
        ("misaki", PHONE, &["email-hint"]),
        (EMAIL, "12", &["second-hint"]),
        (EMAIL, "000-0000", &["second-hint"]),
    ] {
        let page = open(&shop, order, email, second).await;
        assert_eq!(page.status, 422, "{page:?}");
        assert_eq!(page.body.matches("aria-invalid=\"true\"").count(), faults.len(), "{page:?}");
        assert_eq!(page.body.matches(" autofocus").count(), 1, "the focus goes to the first fault: {page:?}");
        for fault in faults {
            assert!(page.body.contains(&format!("class=\"hint fault\" id=\"{fault}\"")), "{fault}: {page:?}");
        }
    }
    let body = format!("order_id=x&email={EMAIL}&second={PHONE}");
    let page = shop.world.send(Method::POST, &posts_to(&shop), &FORM, body).await;
    assert!(
        page.status == 422 && page.body.contains("class=\"hint fault\" id=\"order_id-hint\""),
        "{page:?}"
    );
    assert_eq!(shop.calls_about(order), [""; 0]);
    assert_eq!(open(&shop, order, EMAIL, PHONE).await.status, 303, "nothing of this counted");
}

#[tokio::test]
async fn an_order_without_an_address_or_without_a_number_opens_for_nobody() {
    let shop = quiet_shop(calm_world().await).await;
    let bare = |email: &str, phone: &str, zip: &str| Address {
        email: email.into(),
        phone: phone.into(),
        zip: zip.into(),
        ..Address::japanese()
    };
    for (billing, second) in [
        (bare("", "09012345678", "150-0001"), PHONE),
        (bare(EMAIL, "", ""), PHONE),
        (bare(EMAIL, "0000000000", "000-0000"), "0000000000"),
    ] {
        let order = shop.order(&OrderSpec::new().digital().billing(billing)).order_id;
        assert!([403, 422].contains(&open(&shop, order, EMAIL, second).await.status));
    }
}

#[tokio::test]
async fn after_three_wrong_ones_even_a_right_one_waits_and_a_number_that_is_none_waits_alike() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new());
    for _ in 0..4 {
        assert_eq!(open(&shop, order.order_id, EMAIL, PHONE).await.status, 303, "right ones do not count");
    }
    let mut waits = Vec::new();
    for number in [order.order_id, NO_ORDER] {
        for _ in 0..3 {
            assert_eq!(open(&shop, number, EMAIL, WRONG).await.status, 403);
        }
        let before = shop.calls_about(number).len();
        let wait = open(&shop, number, EMAIL, PHONE).await;
        assert_eq!((wait.status, wait.header("set-cookie")), (429, ""), "{wait:?}");
        assert!(wait.body.contains("Please wait until"), "{wait:?}");
        let seconds: u32 = wait.header("retry-after").parse().expect("seconds");
        assert!((3_500..=3_601).contains(&seconds), "{seconds}");
        assert_eq!(shop.calls_about(number).len(), before, "nothing is judged");
        // The moment up to which to wait may be the next minute's.
        waits.push(alike(&wait, number).split("wait until").next().map(str::to_owned));
    }
    assert_eq!(waits[0], waits[1]);
    // It is this address's wait, for this order, on this way, from wherever it is shown.
    assert_eq!(open_from(&shop, order.order_id, EMAIL, PHONE, "198.51.100.9").await.status, 429);
    let another = shop.order(&OrderSpec::new()).order_id;
    assert_eq!(open(&shop, another, EMAIL, PHONE).await.status, 303);
    assert_eq!(shop.arrive(&order).await.word(), "redirect", "the cart's id opens it as ever");
    let by_cart = format!("/pay?store={}&order_id={}&cart_id={}", shop.hash, order.order_id, order.cart_id);
    assert_eq!(shop.world.get(&by_cart).await.status, 303);
}

#[tokio::test]
async fn a_wait_is_never_longer_than_an_hour() {
    // An hour takes a minute here.
    let shop = quiet_shop(world().await).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for _ in 0..3 {
        open(&shop, order, EMAIL, WRONG).await;
    }
    let wait = open(&shop, order, EMAIL, PHONE).await;
    let seconds: u32 = wait.header("retry-after").parse().expect("seconds");
    assert!((1..=61).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_wait_outlives_a_restart() {
    let world = calm_own().await;
    let shop = quiet_shop(&world).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for _ in 0..3 {
        open(&shop, order, EMAIL, WRONG).await;
    }
    world.worker.kill9();
    world.worker.restart();
    assert_eq!(open(&shop, order, EMAIL, PHONE).await.status, 429);
}

#[tokio::test]
async fn of_many_at_once_no_more_are_judged_than_one_after_the_other() {
    let world = calm_world().await;
    let shop = quiet_shop(world).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    let mut guesses = JoinSet::new();
    for n in 0..12 {
        let body = body(order, EMAIL, &format!("080-0000-{n:04}"));
        let path = posts_to(&shop);
        guesses.spawn(async move { world.send(Method::POST, &path, &FORM, body).await });
    }
    let replies = guesses.join_all().await;
    let judged = replies.iter().filter(|reply| reply.status == 403).count();
    assert_eq!((judged, shop.calls_about(order).len()), (3, 3), "{replies:?}");
}

#[tokio::test]
async fn one_address_cannot_be_tried_at_all_orders_nor_by_many_networks() {
    // Thirty times faster: BigCommerce's share for this is soon there again, and an hour is two minutes.
    let world = World::own_with(|options| {
        options.vars.insert("TIME_SCALE".into(), "30".into());
    })
    .await;
    let shop = quiet_shop(&world).await;
    let orders: Vec<PlacedOrder> = (0..21).map(|_| shop.order(&OrderSpec::new())).collect();
    let target = &orders[0];
    let guess = async |order: u64, email: &str, second: &str, address: &str| {
        let judged = async || {
            let reply = open_from(&shop, order, email, second, address).await;
            (!reply.body.contains("cannot be opened just now")).then_some(reply.status)
        };
        eventually("a guess to be judged, or not", judged).await
    };
    let mut statuses = Vec::new();
    for n in 0..4 {
        let (second, network) = (format!("080-0000-{n:04}"), format!("192.0.2.{n}"));
        statuses.push(guess(target.order_id, EMAIL, &second, &network).await);
    }
    assert_eq!(statuses, [403, 403, 403, 429]);
    for (n, order) in orders[1..18].iter().enumerate() {
        assert_eq!(guess(order.order_id, EMAIL, WRONG, &format!("192.0.2.{n}")).await, 403);
    }
    let next = orders[20].order_id;
    assert_eq!(open_from(&shop, next, EMAIL, PHONE, "203.0.113.1").await.status, 429);
    assert_eq!(shop.calls_about(next), [""; 0], "nothing more of this address is judged");
    assert_eq!(shop.arrive(target).await.word(), "redirect", "its shopper is not stopped");
}

/// Whoever does not know the order's address keeps nobody out, from the same network either.
#[tokio::test]
async fn what_others_enter_stops_nobody() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for n in 0..6 {
        assert_eq!(open(&shop, order, &format!("stranger{n}@example.org"), PHONE).await.status, 403);
    }
    assert_eq!(open(&shop, order, EMAIL, PHONE).await.status, 303);
}

/// Each right answer lets in once more: the order's own shopper, and BigCommerce, are not to feel it.
#[tokio::test]
async fn who_was_let_in_starts_no_more_often_than_ten_times_a_minute() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new());
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(open(&shop, order.order_id, EMAIL, PHONE).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 10, "{statuses:?}");
    assert_eq!(shop.arrive(&order).await.word(), "redirect", "its shopper is not stopped");
}

#[tokio::test]
async fn a_flood_of_guesses_costs_bigcommerce_a_bounded_number_of_looks() {
    let world = calm_world().await;
    let shop = quiet_shop(world).await;
    let order = shop.order(&OrderSpec::new());
    let reads = || shop.requests(&Method::GET, "/v2/orders/").len();
    let (began, before) = (Instant::now(), reads());
    let mut flood = JoinSet::new();
    for n in 0..120_u64 {
        // Numbers that are none, and one that is, from as many networks.
        let number = if n % 4 == 0 { order.order_id } else { NO_ORDER + n };
        let body = body(number, EMAIL, WRONG);
        let address = format!("198.18.{}.{}", n / 200, n % 200);
        let path = posts_to(&shop);
        flood.spawn(async move {
            let headers = [FORM[0], ("cf-connecting-ip", address.as_str())];
            world.send(Method::POST, &path, &headers, body).await.status
        });
    }
    let statuses = flood.join_all().await;
    assert!(statuses.iter().all(|status| [403, 429].contains(status)), "{statuses:?}");
    let most = 20 + began.elapsed().as_secs() / 3 + 1;
    let looks = u64::try_from(reads() - before).expect("not so many");
    assert!(looks <= most, "{looks} looks, of {most}");
    assert_eq!(shop.arrive(&order).await.word(), "redirect", "its shopper is not stopped");
}

#[tokio::test]
async fn a_live_code_is_shown_and_not_ended() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::total(3_300)).await;
    shop.take_code(&session);
    let token = shop.start(&order, "arrive").await.token();
    shop.status_when(&token, "waiting").await;

    let opened = open(&shop, order.order_id, EMAIL, PHONE).await;
    let status = opened.header("location")[world.app_url().len()..].to_owned();
    assert!(opened.status == 303 && status.starts_with("/status/"), "{opened:?}");
    let cookie = cookie(&opened);
    let page = world.send(Method::GET, &format!("{status}?locale=en"), &[("cookie", &cookie)], "").await;
    assert!(page.body.contains("class=\"code") && !page.body.contains("ask=another"), "{page:?}");
    let asking = format!("{status}?ask=another");
    let page = world.send(Method::GET, &asking, &[("cookie", &cookie)], "").await;
    assert!(!page.body.contains("restart"), "it is not asked either: {page:?}");

    let (_, pay) = cookie.split_once('=').expect("a value");
    let restart = world.send(Method::POST, &format!("/pay/{pay}"), &FORM, "intent=restart").await;
    restart.is_problem_page(403, "bad_token");
    let paying = world.send(Method::POST, &format!("/pay/{pay}"), &FORM, "intent=pay").await;
    assert!(paying.header("location").contains("/status/"), "{paying:?}");
    // The merchant edits the order, so the code is for another amount: that is for the shopper to end.
    world.sandbox.bigcommerce.edit_total(&shop.hash, order.order_id, 2_900);
    for intent in ["pay", "restart"] {
        world.send(Method::POST, &format!("/pay/{pay}"), &FORM, format!("intent={intent}")).await;
        open(&shop, order.order_id, EMAIL, PHONE).await;
    }
    let statuses: Vec<PaymentStatus> =
        world.sandbox.komoju.payments(&shop.merchant.id).iter().map(|payment| payment.status).collect();
    assert_eq!((statuses, shop.sessions().len()), (vec![PaymentStatus::Authorized], 1));
}

#[tokio::test]
async fn who_was_let_in_can_pay_by_the_button_and_comes_back_to_our_own_page() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::total(3_300));
    let opened = open(&shop, order.order_id, EMAIL, PHONE).await;
    let cookie = cookie(&opened);
    let session = shop.sessions().remove(0);
    let back =
        session.back().expect("every session of ours has a way back")[world.app_url().len()..].to_owned();
    let returned = world.send(Method::GET, &back, &[("cookie", &cookie)], "").await;
    let status = returned.header("location")[world.app_url().len()..].to_owned();
    assert!(status.starts_with("/status/"), "this browser has no session with the shop: {returned:?}");
    let page = world.send(Method::GET, &status, &[("cookie", &cookie)], "").await;
    let action = page.body.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let paying = world.send(Method::POST, action, &FORM, "intent=pay").await;
    assert!(paying.header("location").ends_with(&session.id), "{paying:?}");

    shop.pay_by_card(&session);
    shop.paid_order(order.order_id).await;
    let later = open(&shop, order.order_id, EMAIL, "150-0001").await;
    let page = world.get(&later.header("location")[world.app_url().len()..]).await;
    assert!(page.body.contains("class=\"paid\""), "{page:?}");
    assert_eq!(shop.sessions().len(), 1);
}

#[tokio::test]
async fn a_browser_that_may_act_does_not_lose_that() {
    let world = world().await;
    let shop = Shop::open(world).await;
    let order = shop.order(&OrderSpec::new());
    let told = shop.arrive(&order).await;
    let left = world.get(&told.text("redirect_url")[world.app_url().len()..]).await;
    let act = cookie(&left);
    let headers = [FORM[0], ("cookie", act.as_str())];
    let again =
        world.send(Method::POST, &posts_to(&shop), &headers, body(order.order_id, EMAIL, PHONE)).await;
    assert_eq!((again.status, again.header("set-cookie")), (303, ""), "{again:?}");
}

#[tokio::test]
async fn another_sites_page_has_nothing_judged() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for (second, site) in [
        (PHONE, "cross-site"),
        (WRONG, "same-site"),
        (WRONG, "cross-site"),
        (WRONG, "same-site"),
        (WRONG, "cross-site"),
    ] {
        let headers = [FORM[0], ("sec-fetch-site", site)];
        let page =
            shop.world.send(Method::POST, &posts_to(&shop), &headers, body(order, EMAIL, second)).await;
        assert!(page.status == 200 && !page.body.contains(EMAIL), "{page:?}");
    }
    assert_eq!(shop.calls_about(order), [""; 0]);
    assert_eq!(open(&shop, order, EMAIL, PHONE).await.status, 303);
}

#[tokio::test]
async fn while_bigcommerce_does_not_answer_nothing_is_counted() {
    let world = calm_world().await;
    let shop = quiet_shop(world).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    let down = Fault::on(Side::BigCommerce, FaultKind::Status(503)).tenant(&shop.hash).path("/v2/orders/");
    world.sandbox.faults().add(down.times(4));
    for _ in 0..4 {
        let later = open(&shop, order, EMAIL, PHONE).await;
        assert!(later.status == 429 && later.body.contains("cannot be opened just now"), "{later:?}");
    }
    assert_eq!(open(&shop, order, EMAIL, PHONE).await.status, 303);
}

#[tokio::test]
async fn a_number_that_is_no_order_leaves_nothing_behind() {
    let world = calm_own().await;
    let shop = quiet_shop(&world).await;
    shop.begin(&OrderSpec::new()).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    world.sandbox.delivery().settled(&shop.hash, Side::BigCommerce).await;
    // What the platform keeps of rate limits on this machine does not count.
    let objects = || {
        let of_ours = |file: &PathBuf| file.to_string_lossy().contains("/do/");
        databases(&world).into_iter().filter(of_ours).collect::<Vec<_>>()
    };
    let before = objects();
    for n in 0..15 {
        open(&shop, NO_ORDER + n, EMAIL, PHONE).await;
        world.get(&format!("/pay?store={}&order_id={}", shop.hash, NO_ORDER + n)).await;
        let path = format!("/pay?store=nosuch{n}");
        let reply = world.send(Method::POST, &path, &FORM, body(1, EMAIL, PHONE)).await;
        reply.is_problem_page(404, "unknown_store");
    }
    open(&shop, order, EMAIL, WRONG).await;
    assert_eq!(objects(), before);
    for number in [NO_ORDER, order] {
        let object = world.read_object(payment_object(&shop.hash, number)).await;
        assert_eq!((object.sql, object.alarm), (Vec::<String>::new(), None));
    }
}

#[tokio::test]
async fn neither_log_nor_storage_holds_what_was_entered() {
    let world = calm_own().await;
    let shop = quiet_shop(&world).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for (email, second) in [(EMAIL, PHONE), (EMAIL, WRONG), ("stranger@example.org", "150-0001"), ("x", "y")]
    {
        open_from(&shop, order, email, second, "198.51.100.77").await;
    }
    let log = world.worker.log();
    for secret in [EMAIL, "stranger@example.org", PHONE, "09012345678", WRONG, "150-0001", "198.51.100.77"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    let store = world.read_object(("STORES", shop.hash.clone())).await;
    assert!(store.sql.iter().any(|sql| sql.contains("INSERT INTO guess")), "{store:?}");
    for secret in [EMAIL, "stranger@example.org", "9012345678", "9999", "198.51.100.77"] {
        let guesses = store.sql.iter().filter(|sql| sql.contains("INSERT INTO guess"));
        assert!(guesses.clone().all(|sql| !sql.contains(secret)), "{secret}: {store:?}");
    }
}

#[tokio::test]
async fn a_wrong_cart_is_shown_this_way_whether_the_order_exists_or_not() {
    let shop = quiet_shop(calm_world().await).await;
    let order = shop.order(&OrderSpec::new()).order_id;
    for number in [order, NO_ORDER] {
        let path = format!("/pay?store={}&order_id={number}&cart_id={ANOTHER_CART}", shop.hash);
        let page = shop.world.get(&path).await;
        page.is_problem_page(404, "order_not_found");
        let way = format!("/pay?store={}&amp;order_id={number}", shop.hash);
        assert!(page.body.contains(&way), "{page:?}");
        assert!(page.body.contains(NAME) && page.body.contains(&shop.origin()), "{page:?}");
    }
}

#[tokio::test]
async fn a_browser_that_may_only_see_is_led_to_this_way() {
    let world = calm_world().await;
    let shop = Shop::open(world).await;
    let (order, session) = shop.begin(&OrderSpec::new()).await;
    let token = shop.start(&order, "pay").await.token();
    world.sandbox.komoju.cancel_session(&session.id).expect("it is open");
    let page = world.get(&format!("/status/{token}?locale=en")).await;
    let way = format!("/pay?store={}&amp;order_id={}", shop.hash, order.order_id);
    assert!(page.body.contains(&way) || page.body.contains(&session.id), "{page:?}");
}

#[tokio::test]
async fn the_panel_has_the_text_to_paste_in_both_languages() {
    let shop = Shop::open(calm_world().await).await;
    let page = shop.panel("methods").await;
    let address = format!("{}/pay?store={}&amp;order_id=%%OrderID%%", shop.world.app_url(), shop.hash);
    assert_eq!(page.matches(&address).count(), 3, "{page}");
    for words in [
        "お支払いがお済みの場合、お手続きは不要です。",
        "If you have paid, there is nothing left to do.",
        "data-copy=\"instructions-ja\"",
        "data-copy=\"instructions-en\"",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

/// A shop whose orders nobody announces: none is looked at unless somebody asks.
async fn quiet_shop(world: &World) -> Shop<'_> {
    let store = StoreSpec::default().name(NAME);
    let shop = Shop::open_as(world, ShopSpec { store, ..ShopSpec::default() }).await;
    shop.hooks(Mode::Lost);
    shop
}

async fn calm_own() -> World {
    World::own_with(|options| {
        options.vars.insert("TIME_SCALE".into(), "1".into());
    })
    .await
}

/// An order of another shop, with a number that this shop has none of.
fn theirs_alone(other: &Shop<'_>, shop: &Shop<'_>) -> u64 {
    let ours = shop.world.sandbox.bigcommerce.orders(&shop.hash);
    let mut numbers = std::iter::repeat_with(|| other.order(&OrderSpec::new()).order_id);
    numbers.find(|number| ours.iter().all(|order| order.id != *number)).expect("numbers do not end")
}

async fn asked(shop: &Shop<'_>, order: &str, language: &str) -> Reply {
    let path = format!("/pay?store={}&order_id={order}&locale={language}", shop.hash);
    shop.world.get(&path).await
}

fn posts_to(shop: &Shop<'_>) -> String {
    format!("/pay?store={}&locale=en", shop.hash)
}

fn body(order: u64, email: &str, second: &str) -> String {
    [url_form(&[("email", email), ("second", second)]), format!("&order_id={order}")].concat()
}

fn url_form(fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().map(|(name, value)| {
        let value: String = value.bytes().map(|b| format!("%{b:02X}")).collect();
        format!("{name}={value}")
    });
    fields.collect::<Vec<_>>().join("&")
}

async fn open(shop: &Shop<'_>, order: u64, email: &str, second: &str) -> Reply {
    shop.world.send(Method::POST, &posts_to(shop), &FORM, body(order, email, second)).await
}

async fn open_from(shop: &Shop<'_>, order: u64, email: &str, second: &str, address: &str) -> Reply {
    let headers = [FORM[0], ("cf-connecting-ip", address)];
    shop.world.send(Method::POST, &posts_to(shop), &headers, body(order, email, second)).await
}

fn cookie(reply: &Reply) -> String {
    reply
        .header("set-cookie")
        .split(';')
        .next()
        .filter(|cookie| !cookie.is_empty())
        .expect("a cookie")
        .to_owned()
}

/// The page without what differs by nature: the order's number, which was asked for, and the nonce.
fn alike(reply: &Reply, order: u64) -> String {
    let nonce = reply.body.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("-");
    format!("{} {}", reply.status, reply.body.replace(nonce, "").replace(&order.to_string(), ""))
}
