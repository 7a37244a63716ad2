//! A store of one's own, connected to a KOMOJU merchant of one's own the way a merchant would do it: the app is
//! installed through OAuth, key and methods are saved in the panel, the webhook is entered at KOMOJU.

use std::sync::Mutex;

use reqwest::{Client, Method};

use super::{Reply, World};
use crate::bigcommerce::{Currency, Order, OrderSpec, PlacedOrder, Script, StoreSpec, status};
use crate::komoju::{EVENTS, Merchant, MerchantSpec, PaymentStatus, Session};

/// The events the panel tells the merchant to tick.
const TICKED: [&str; 2] = ["payment.", "refund_request."];

/// How the shop is set up; the default is one that sells for real money.
#[derive(Clone, Debug)]
pub struct ShopSpec {
    pub store: StoreSpec,
    pub merchant: MerchantSpec,
    /// With the test key instead of the live one.
    pub test_mode: bool,
    /// Lets test payments move orders.
    pub test_moves_orders: bool,
    /// KOMOJU payment types behind the offline method; none: all.
    pub types: Vec<&'static str>,
    /// Whether KOMOJU is told where its webhooks go.
    pub webhook: bool,
}

impl Default for ShopSpec {
    fn default() -> Self {
        Self {
            store: StoreSpec::default(),
            merchant: MerchantSpec::default(),
            test_mode: false,
            test_moves_orders: false,
            types: Vec::new(),
            webhook: true,
        }
    }
}

/// The store and the merchant behind it.
#[derive(Debug)]
pub struct Shop<'a> {
    pub world: &'a World,
    pub hash: String,
    pub merchant: Merchant,
    pub webhook_secret: String,
    pub(super) client: Client,
    /// The panel as it was last opened: each opening has the app look at the store, so one is enough to read a page.
    opened: Mutex<Option<String>>,
}

impl<'a> Shop<'a> {
    /// Sells in yen, for real money.
    pub async fn open(world: &'a World) -> Self {
        Self::open_as(world, ShopSpec::default()).await
    }

    /// Sells in the given currency, for real money.
    pub async fn open_in(world: &'a World, currency: Currency) -> Self {
        Self::open_as(
            world,
            ShopSpec { store: StoreSpec::default().currency(currency), ..ShopSpec::default() },
        )
        .await
    }

    pub async fn open_as(world: &'a World, spec: ShopSpec) -> Self {
        let mut shop = Self::unconnected(world, &spec);
        shop.connect(&spec).await;
        shop
    }

    /// Installs the app, and makes the two sides known to each other.
    pub async fn connect(&mut self, spec: &ShopSpec) {
        let installed = self.world.sandbox.bigcommerce.install_app(&self.hash).await;
        let page = installed.unwrap_or_else(|broken| panic!("the app answers: {broken}"));
        assert_eq!(page.status, 200, "the app is installed: {}", page.body);
        let key =
            if spec.test_mode { &self.merchant.secret_key_test } else { &self.merchant.secret_key_live };
        self.save("keys", &[("secret_key", key)]).await;
        self.save_methods(spec).await;
        self.webhook_secret = self.shown_webhook_secret().await;
        if spec.webhook {
            self.connect_webhook();
        }
    }

    /// A store and a merchant that know nothing of each other yet.
    #[must_use]
    pub fn unconnected(world: &'a World, spec: &ShopSpec) -> Self {
        let hash = world.sandbox.bigcommerce.create_store(spec.store.clone());
        let merchant = world.sandbox.komoju.create_merchant(spec.merchant.clone());
        Self {
            world,
            hash,
            merchant,
            webhook_secret: String::new(),
            client: world.client(),
            opened: Mutex::default(),
        }
    }

    /// Enters the webhook at KOMOJU as the panel says.
    pub fn connect_webhook(&self) {
        let url = format!("{}/webhooks/komoju/{}", self.world.app_url(), self.hash);
        let events: Vec<&str> =
            EVENTS.iter().copied().filter(|event| TICKED.iter().any(|t| event.starts_with(t))).collect();
        let made =
            self.world.sandbox.komoju.set_webhook(&self.merchant.id, &url, &self.webhook_secret, &events);
        made.expect("KOMOJU takes the webhook");
    }

    /// An order by our offline method, without a browser.
    #[must_use]
    pub fn order(&self, spec: &OrderSpec) -> PlacedOrder {
        self.world.sandbox.bigcommerce.place_order(&self.hash, spec)
    }

    /// Origin of the storefront.
    #[must_use]
    pub fn origin(&self) -> String {
        self.world.sandbox.bigcommerce.shop_origin(&self.hash)
    }

    /// All sessions at KOMOJU, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        self.world.sandbox.komoju.sessions(&self.merchant.id)
    }

    /// Waits until an order has moved on as one that is paid.
    pub async fn paid_order(&self, id: u64) -> Order {
        let paid = |order: &Order| status::is_paid(order.status_id);
        self.world.sandbox.bigcommerce.order_when(&self.hash, id, paid).await
    }

    /// An order as it is now.
    #[must_use]
    pub fn order_now(&self, id: u64) -> Order {
        self.world.sandbox.bigcommerce.order(&self.hash, id)
    }

    /// The shopper pays every code of this shop at the till.
    pub fn pay_at_till(&self) {
        let komoju = &self.world.sandbox.komoju;
        for payment in komoju.payments(&self.merchant.id) {
            if payment.status == PaymentStatus::Authorized {
                komoju.capture(&payment.id).expect("a code can be paid");
            }
        }
    }

    /// The storefront script that the app has put into the store.
    #[must_use]
    pub fn script(&self) -> Script {
        let mut scripts = self.world.sandbox.bigcommerce.scripts(&self.hash);
        assert_eq!(scripts.len(), 1, "one script: {scripts:?}");
        scripts.remove(0)
    }

    /// How often a confirmation page was opened.
    #[must_use]
    pub fn confirmations(&self) -> usize {
        let visits = self.world.sandbox.bigcommerce.visits(&self.hash);
        visits.iter().filter(|visit| visit.path.starts_with("/checkout/order-confirmation")).count()
    }

    /// How often the worker has written an order so far.
    #[must_use]
    pub fn order_puts(&self, id: u64) -> usize {
        let path = format!("/orders/{id}");
        let requests = self.world.sandbox.faults().requests(&self.hash);
        requests.iter().filter(|seen| seen.method == Method::PUT && seen.path.ends_with(&path)).count()
    }

    /// Saves a form of the panel, opened anew as the store's owner.
    pub async fn save(&self, form: &str, fields: &[(&str, &str)]) -> String {
        let Reply { status, body, .. } = self.submit(form, fields).await;
        assert!(status == 303 || status == 200, "{form} is saved: {status} {body}");
        body
    }

    /// Sends a form of the panel, opened anew as the store's owner.
    pub async fn submit(&self, form: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.open_panel().await;
        let fields = [fields, &[("t", token.as_str())]].concat();
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.world.send(Method::POST, &format!("/panel/{form}"), &kind, body.join("&")).await
    }

    /// The body of a page of the panel.
    pub async fn panel(&self, page: &str) -> String {
        let opened = self.opened.lock().expect("no test panics here").clone();
        let page_as = async |token: String| {
            let separator = if page.contains('?') { '&' } else { '?' };
            let url = format!("{}/panel/{page}{separator}t={}", self.world.app_url(), encode(&token));
            Reply::of(self.client.get(url)).await
        };
        if let Some(token) = opened {
            let shown = page_as(token).await;
            if ![401, 403].contains(&shown.status) {
                return shown.body;
            }
        }
        page_as(self.open_panel().await).await.body
    }

    /// Opens the app as the store's owner does; the session of its panel.
    pub async fn open_panel(&self) -> String {
        let page = self
            .world
            .sandbox
            .bigcommerce
            .open_app(&self.hash)
            .await
            .unwrap_or_else(|broken| panic!("the app answers: {broken}"));
        let token = page.url.split("t=").nth(1).and_then(|rest| rest.split('&').next());
        let token = token.unwrap_or_else(|| panic!("the panel opens: {} {}", page.url, page.body)).to_owned();
        *self.opened.lock().expect("no test panics here") = Some(token.clone());
        token
    }

    async fn save_methods(&self, spec: &ShopSpec) {
        let label = self.label("instore");
        let mut fields = vec![("on.instore", "1"), ("label.instore", label.as_str())];
        fields.extend(spec.types.iter().map(|kind| ("type.instore", *kind)));
        self.save("methods", &fields).await;
        self.set(&[("test_moves_orders", if spec.test_moves_orders { "1" } else { "" })]).await;
    }

    /// What an offline method is called at this store's checkout.
    #[must_use]
    pub fn label(&self, provider: &str) -> String {
        let methods = self.world.sandbox.bigcommerce.payment_methods(&self.hash);
        let method = methods.into_iter().find(|m| m.provider == provider);
        method.expect("the store has the method").label
    }

    async fn shown_webhook_secret(&self) -> String {
        let html = self.panel("keys").await;
        let field =
            html.split("id=\"webhook_secret\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        field.unwrap_or_else(|| panic!("the panel shows the webhook secret: {html}")).to_owned()
    }
}

fn encode(text: &str) -> String {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes()
        .map(|b| if unreserved(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
