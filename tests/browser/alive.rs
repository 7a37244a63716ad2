//! A browser reaches the sandbox by its names, and the harness sees what a person would see.

use sandbox::harness::{Browser, Language, world};

#[tokio::test]
async fn the_store_opens_in_the_language_of_the_browser() {
    let world = world().await;
    let browser = Browser::open(Language::Japanese).await;
    browser.goto(&world.sandbox.places().demo_shop()).await;
    browser.wait_for("body").await;
    assert_eq!(browser.eval("navigator.language").await, "ja");
}

/// The storefront script's card lives in a shadow root, and appears when it likes.
#[tokio::test]
async fn what_appears_later_in_a_shadow_root_is_found_and_clicked() {
    const PAGE: &str = "data:text/html,<p>hello<div id=host></div><script>
        const root = host.attachShadow({ mode: 'open' });
        const offer = () => {
            root.innerHTML = '<button>Pay <b>now</b></button><button hidden>Never</button>';
            root.querySelector('button').onclick = () => { root.innerHTML = '<p class=done>thanks</p>' };
        };
        setTimeout(offer, 200);
    </script>";
    let browser = Browser::open(Language::English).await;
    browser.goto(PAGE).await;
    browser.wait_for_text("p", "hello").await;
    browser.click_text("button", "Pay now").await;
    assert_eq!(browser.text(".done").await, "thanks");
    assert!(!browser.sees("button").await);
}
