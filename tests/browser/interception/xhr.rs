//! Pages that use XMLHttpRequest: in every order of opening, listening, sending and giving up.

use sandbox::harness::{Browser, Language, eventually};
use serde_json::json;

use super::compare;
use super::stand::Stand;

#[tokio::test]
async fn a_page_that_uses_xml_http_request_gets_what_it_would_get_without_us() {
    compare("xhr.js", vec![("xhr.js", include_str!("xhr.js").to_owned())]).await;
}

/// A page that looks for changes may use one object as long as it lives.
#[tokio::test]
async fn a_call_that_is_used_many_times_keeps_no_listener_of_ours() {
    const TIMES: usize = 5;
    let page = "<script src=\"{app}/storefront.js?store=abc&methods=instore\"></script><script>
        window.call = new XMLHttpRequest();
        let times = 0;
        (function ask() {
            call.open('GET', '/api/storefront/orders/1566?from=page');
            call.onload = () => setTimeout(() => ++times < TIMES ? ask() : document.title = 'over');
            call.send();
        })();
    </script>";
    let stand = Stand::open(&page.replace("TIMES", &TIMES.to_string()), Vec::new()).await;
    let browser = Browser::open(Language::English).await;
    // By the link in the mail: the page stays where it is.
    browser.goto(&format!("{}?orderToken=t", stand.confirmation())).await;
    let over = async || (browser.eval("document.title").await == "over").then_some(());
    eventually("the last call to be over", over).await;
    assert_eq!(stand.asked(1566).len(), TIMES, "it is heard, for it is not asked for again");
    browser.eval("call.onload = null").await;
    let call = browser.devtools("Runtime.evaluate", &json!({ "expression": "call" }));
    assert_eq!(call["result"]["className"], "XMLHttpRequest", "{call}");
    let id = json!({ "objectId": call["result"]["objectId"] });
    let left = browser.devtools("DOMDebugger.getEventListeners", &id);
    assert_eq!(left, json!({ "listeners": [] }));
}
