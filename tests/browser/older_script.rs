//! A newer worker is deployed while stores still carry the tag of an older script: that one is served and works, and
//! stores move on when their app is looked after.

use base64::prelude::{BASE64_STANDARD, Engine};
use sandbox::bigcommerce::{OrderSpec, Script};
use sandbox::faults::{Fault, FaultKind, Side};
use sandbox::harness::{Shop, World, eventually, world};
use sha2::{Digest, Sha256, Sha384};

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn a_store_with_the_former_version_takes_payments_until_it_gets_the_newest() {
    let former = Version::former().await;
    let published = (format!("script:{}", former.hash), former.text.clone());
    let world = World::own_with(|options| options.kv.extend([published])).await;
    let shop = Shop::open(&world).await;
    let newest = shop.script().src;
    // The app has not got to its scripts yet, nor does it for now.
    let scripts =
        Fault::on(Side::BigCommerce, FaultKind::Status(503)).tenant(&shop.hash).path("/content/scripts");
    world.sandbox.faults().add(scripts.always());
    world.sandbox.bigcommerce.change_scripts(&shop.hash, |script| former.replace(script));

    let shopper = Shopper::of(&shop).await;
    assert!(is_former_where_paid(&shopper).await);

    world.sandbox.faults().clear(&shop.hash);
    shop.save("repair", &[]).await;
    eventually("the newest script", async || (shop.script().src == newest).then_some(())).await;
    assert!(!is_former_where_paid(&shopper).await);
    let still = world.client().get(former.url(&newest)).send().await.expect("the worker answers");
    assert_eq!(still.status().as_u16(), 200, "other stores still carry it");
}

/// Places an order and pays it. Was its page run by the former version?
async fn is_former_where_paid(shopper: &Shopper<'_>) -> bool {
    let order = shopper.shop.order(&OrderSpec::default());
    shopper.arrive(&order).await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;
    shopper.shop.paid_order(order.order_id).await;
    shopper.browser.eval("window.isFormerVersion === true").await == true
}

/// A script that was published once, and its two hashes.
struct Version {
    text: String,
    hash: String,
    integrity: String,
}

impl Version {
    /// The newest one, made another by a mark that tells it on the page.
    async fn former() -> Self {
        let world = world().await;
        let newest = world.client().get(format!("{}/storefront.js", world.app_url())).send().await;
        let newest = newest.expect("the worker answers").text().await.expect("the script is whole");
        let text = format!("{newest}\nwindow.isFormerVersion = true;\n");
        let hash = hex::encode(&Sha256::digest(&text)[..16]);
        let integrity = format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(&text)));
        Self { text, hash, integrity }
    }

    /// Its address, given another version's.
    fn url(&self, other: &str) -> String {
        let (app, rest) = other.split_once("/storefront/").expect("a script of the app");
        let (_, query) = rest.split_once('?').expect("a script says whose it is");
        format!("{app}/storefront/{}.js?{query}", self.hash)
    }

    fn replace(&self, script: &mut Script) {
        script.src = self.url(&script.src);
        script.integrity_hashes = vec![self.integrity.clone()];
    }
}
