//! The life of a page with the script on it: left, come back to, with two tags, with an order that is asked for twice.

use sandbox::harness::{Browser, Language};

use super::stand::{FAILING, PUBLISHED, Stand, Start};

const ORDER: u64 = 1566;
const CALL: &str = "/api/storefront/orders/1566?from=page";

#[tokio::test]
async fn a_page_out_of_the_back_forward_cache_stays_and_works_as_before() {
    let page = format!(
        "<script>
            addEventListener('pageshow', ({{ persisted }}) => {{ window.cached = persisted; }});
            const first = window.fetch;
        </script>
        {}
        <script>const ours = window.fetch; window.asked = fetch('{CALL}').then((answer) => answer.json());</script>",
        tag("/storefront.js")
    );
    let (stand, browser) = arrive(&page).await;
    browser.wait_for("#komoju").await;
    browser.back().await;
    browser.wait_for("section.card.unpaid").await;
    assert_eq!(browser.eval("window.cached").await, true, "the page is the one that was left");
    assert_eq!(
        browser.eval("ours !== first && ours === window.fetch").await,
        true,
        "fetch is still ours, once"
    );
    let again = format!("fetch('{CALL}').then((answer) => answer.json()).then((order) => order.orderId)");
    assert_eq!(browser.eval(&again).await, ORDER);
    let starts = stand.starts();
    assert_eq!(starts.len(), 2, "one to leave, one to see how it stands: {starts:?}");
    assert!(browser.url().await.as_str().starts_with(&stand.shop), "the page is not left again");
}

#[tokio::test]
async fn an_order_that_is_asked_for_again_and_again_is_started_once() {
    let page = format!(
        "{}<script>
            const call = new XMLHttpRequest();
            call.open('GET', '{CALL}');
            const calls = [fetch('{CALL}'), fetch('{CALL}'), new Promise((done) => {{ call.onloadend = done; }})];
            call.send();
            addEventListener('load', () => {{
                if (document.title) return;
                document.title = 'loaded';
                for (const event of ['load', 'pageshow', 'load']) dispatchEvent(new Event(event));
            }});
            addEventListener('pagehide', () => {{ sessionStorage.left = 1 + Number(sessionStorage.left ?? 0); }});
        </script>",
        tag("/storefront.js")
    );
    let (stand, browser) = arrive(&page).await;
    browser.wait_for("#komoju").await;
    assert_eq!(stand.starts(), [arrival(CALL)]);
    browser.back().await;
    browser.wait_for("section.card.unpaid").await;
    assert_eq!(browser.eval("sessionStorage.left").await, "1");
}

#[tokio::test]
async fn of_two_tags_the_first_works_and_the_second_does_nothing() {
    let (old, new) = (format!("/storefront/{PUBLISHED}.js"), "/storefront.js".to_owned());
    let browser = Browser::open(Language::English).await;
    for tags in [[&old, &new], [&new, &old], [&old, &old], [&new, &new]] {
        leaves_once(&browser, &tags.map(|tag| tag.as_str())).await;
    }
}

#[tokio::test]
async fn of_two_tags_the_one_whose_file_comes_works() {
    let (old, new) = (format!("/storefront/{PUBLISHED}.js"), "/storefront.js".to_owned());
    let failing = format!("/storefront/{FAILING}.js");
    let browser = Browser::open(Language::English).await;
    for tags in [[&failing, &old], [&old, &failing], [&failing, &new]] {
        leaves_once(&browser, &tags.map(|tag| tag.as_str())).await;
    }
}

/// A page with these tags has its fetch patched once, hears its order once and leaves with one start.
async fn leaves_once(browser: &Browser, tags: &[&str]) {
    const PATCHED_ONCE: &str = "/api/storefront/orders/1566?patched=1";
    let between = "<script>window.fetches = [...(window.fetches ?? []), window.fetch]</script>";
    let tags: Vec<String> = tags.iter().map(|path| tag(path)).collect();
    let page = format!(
        "{between}{}{between}<script>
            fetch(`/api/storefront/orders/1566?patched=${{new Set(fetches).size - 1}}`);
        </script>",
        tags.join(between)
    );
    let stand = Stand::open(&page, Vec::new()).await;
    browser.goto(&stand.confirmation()).await;
    browser.wait_for("#komoju").await;
    assert_eq!(stand.asked(ORDER), [PATCHED_ONCE], "{tags:?}");
    assert_eq!(stand.starts(), [arrival(PATCHED_ONCE)], "{tags:?}");
}

fn tag(path: &str) -> String {
    format!("<script src=\"{{app}}{path}?store=abc&methods=instore\"></script>")
}

fn arrival(answer: &str) -> Start {
    Start { order: ORDER, answer: answer.to_owned(), intent: "arrive".to_owned() }
}

async fn arrive(page: &str) -> (Stand, Browser) {
    let stand = Stand::open(page, Vec::new()).await;
    let browser = Browser::open(Language::English).await;
    browser.goto(&stand.confirmation()).await;
    (stand, browser)
}
