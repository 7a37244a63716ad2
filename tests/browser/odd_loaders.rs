//! Some loaders run scripts in their own way, and then the browser does not say which script is running.

use sandbox::bigcommerce::OrderSpec;
use sandbox::harness::{Shop, world};

use crate::shopper::Shopper;

#[tokio::test]
async fn as_a_module() {
    reaches_komoju(|src| format!("<script type=\"module\" src=\"{src}\"></script>")).await;
}

#[tokio::test]
async fn by_a_loader_that_fetches_and_runs_it() {
    reaches_komoju(|src| {
        format!("<script>fetch('{src}').then((it) => it.text()).then((text) => (0, eval)(text))</script>")
    })
    .await;
}

#[tokio::test]
async fn by_a_loader_that_keeps_the_address_in_an_attribute_of_its_own() {
    reaches_komoju(|src| {
        format!(
            "<script type=\"text/plain\" data-later=\"{src}\"></script><script>
            const address = document.querySelector('[data-later]').dataset.later;
            fetch(address).then((it) => it.text()).then((text) => {{
              performance.clearResourceTimings();
              Function(text)();
            }});</script>"
        )
    })
    .await;
}

#[tokio::test]
async fn from_within_another_script() {
    reaches_komoju(|src| {
        format!(
            "<link rel=\"preload\" as=\"script\" href=\"{src}\"><script>
            const text = new XMLHttpRequest();
            text.open('GET', '{src}', false);
            text.send();
            (0, eval)(text.responseText);</script>"
        )
    })
    .await;
}

async fn reaches_komoju(tag: impl Fn(&str) -> String) {
    let shop = Shop::open(world().await).await;
    let script = shop.script();
    let bigcommerce = &shop.world.sandbox.bigcommerce;
    bigcommerce.enable_script(&shop.hash, &script.uuid, false);
    bigcommerce.paste_script(&shop.hash, &tag(&script.src));
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.at_komoju().await;
}
