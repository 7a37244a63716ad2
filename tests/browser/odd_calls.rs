//! Pages ask for their order in odd ways. Whatever of it cannot be heard, the script asks for once itself.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn by_a_synchronous_call() {
    reaches_komoju(
        "window.fetch = async (url) => {
            const call = new XMLHttpRequest();
            call.open('GET', url, false);
            call.send();
            return new Response(call.responseText, { status: call.status });
        };",
    )
    .await;
}

#[tokio::test]
async fn by_a_call_that_is_given_up() {
    reaches_komoju(
        "window.fetch = (url) => new Promise(() => {
            const call = new XMLHttpRequest();
            call.open('GET', url);
            call.send();
            call.abort();
        });",
    )
    .await;
}

#[tokio::test]
async fn by_a_call_that_is_never_sent() {
    reaches_komoju("window.fetch = (url) => new Promise(() => new XMLHttpRequest().open('GET', url));").await;
}

/// As zone.js and others do, which hand the page's code what they have read already.
#[tokio::test]
async fn by_a_fetch_whose_answer_has_been_read() {
    reaches_komoju_before(
        "async (...all) => {
            const answer = await real(...all);
            await answer.text();
            return answer;
        }",
    )
    .await;
}

#[tokio::test]
async fn by_a_fetch_that_never_ends() {
    reaches_komoju_before("() => new Promise(() => {})").await;
}

#[tokio::test]
async fn by_a_fetch_that_is_no_promise() {
    reaches_komoju_before("() => 7").await;
}

/// The page gets this `fetch` after the script came.
async fn reaches_komoju(fetch: &str) {
    let shop = Shop::open(world().await).await;
    lead(&shop, &format!("{}<script>{fetch}</script>", blocking_tag(&shop))).await;
}

/// The page had this `fetch` already when the script came; it is odd where the page asks, and nowhere else.
async fn reaches_komoju_before(odd: &str) {
    let shop = Shop::open(world().await).await;
    let fetch = format!(
        "const real = window.fetch, odd = {odd};
        window.fetch = (...all) => (String(all[0]).includes('/storefront/order/') ? odd : real)(...all);"
    );
    lead(&shop, &format!("<script>{{{fetch}}}</script>{}", blocking_tag(&shop))).await;
}

/// The script is sure to be there before the page asks: what it could not hear is not merely what came before it.
fn blocking_tag(shop: &Shop<'_>) -> String {
    let script = shop.script();
    shop.world.sandbox.bigcommerce.enable_script(&shop.hash, &script.uuid, false);
    format!("<script src=\"{}\"></script>", script.src)
}

async fn lead(shop: &Shop<'_>, head: &str) {
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.configure(&shop.hash, |settings| settings.custom_confirmation = true);
    bigcommerce.paste_script(&shop.hash, head);
    let shopper = Shopper::of(shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.at_komoju().await;
}
