//! The merchant's journey by clicks: from *Install* to the first payment in the list.

use sandbox::harness::{Browser, Language, Shop, ShopSpec, world};

use crate::shopper::{GOOD_CARD, Shopper, picture};

#[tokio::test]
async fn a_merchant_installs_the_app_connects_komoju_and_sees_the_first_payment() {
    let shop = Shop::unconnected(world().await, &ShopSpec::default());
    let merchant = Merchant::of(&shop).await;
    merchant.install().await;
    merchant.enter_key().await;
    merchant.choose_method().await;
    merchant.add_webhook().await;
    merchant.sees_the_connection().await;

    let shopper = Shopper::of(&shop).await;
    let order = shopper.order_coffee().await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;

    merchant.open("Payments").await;
    let row = merchant.browser.text("tbody tr").await;
    for words in [&format!("#{order}"), "Paid", "TEST", "2,030"] {
        assert!(row.contains(words), "{words} in {row}");
    }
    picture(&merchant.browser, "panel-payments-en");
    merchant.browser.click_text("tbody a", &format!("#{order}")).await;
    merchant.browser.wait_for_text("h2", &format!("Order #{order}")).await;
    picture(&merchant.browser, "panel-payment-en");
}

/// The shop's owner, at the control panel and at KOMOJU's dashboard.
pub struct Merchant<'a> {
    pub shop: &'a Shop<'a>,
    pub browser: Browser,
}

impl<'a> Merchant<'a> {
    pub async fn of(shop: &'a Shop<'a>) -> Self {
        Self { shop, browser: Browser::open(Language::English).await }
    }

    /// Somebody else of the store, at a browser of their own.
    pub async fn colleague(&self) -> Self {
        Self { shop: self.shop, browser: self.browser.open_another(Language::English).await }
    }

    async fn install(&self) {
        self.apps().await;
        self.browser.click("[data-test=install]").await;
        self.browser.enter_frame("#bigcommerce-app").await;
        self.browser.wait_for_text(".card", "Not connected").await;
        picture(&self.browser, "panel-new-en");
    }

    async fn enter_key(&self) {
        self.browser.click_text("a", "Enter the secret key").await;
        self.browser.fill("#secret_key", &self.shop.merchant.publishable_key_test).await;
        self.browser.click_text("button", "Check and save").await;
        self.browser.wait_for_text(".fault", "This is the publishable key").await;
        self.browser.fill("#secret_key", &self.shop.merchant.secret_key_test).await;
        self.browser.click_text("button", "Check and save").await;
        self.browser.wait_for_text(".ribbon", "TEST").await;
        let shown = self.browser.text("main").await;
        assert!(!shown.contains(&self.shop.merchant.secret_key_test), "the key stays secret: {shown}");
        picture(&self.browser, "panel-keys-en");
    }

    async fn choose_method(&self) {
        self.browser.click_text("nav a", "Payment methods").await;
        self.browser.fill("[name='label.instore']", &self.shop.label("instore")).await;
        self.browser.click_text("button", "Save").await;
        self.browser.wait_for(".notice.good").await;
        picture(&self.browser, "panel-methods-en");
    }

    /// Copies what the panel shows into KOMOJU's dashboard.
    async fn add_webhook(&self) {
        self.browser.click_text("nav a", "KOMOJU account").await;
        let url = self.value("webhook_url").await;
        let secret = self.value("webhook_secret").await;
        let pay = self.shop.world.sandbox.places().pay();
        self.browser.goto(&format!("{pay}/dashboard/{}", self.shop.merchant.id)).await;
        self.browser.fill("#webhook-url", &url).await;
        self.browser.fill("#webhook-secret", &secret).await;
        self.browser.click("#add-webhook").await;
        self.browser.wait_for_text("[data-test=webhook]", &url).await;
    }

    async fn sees_the_connection(&self) {
        self.open("Overview").await;
        let state = self.browser.text("main").await;
        assert!(state.contains("Test: no real money moves."), "{state}");
        assert!(!state.contains("Not connected"), "{state}");
        picture(&self.browser, "panel-overview-en");
        self.browser.click_text("a", "日本語").await;
        self.browser.wait_for_text(".card", "接続済み").await;
        picture(&self.browser, "panel-overview-ja");
        // Whoever opens the app anew gets the language of their control panel.
    }

    /// Opens the app anew, on one of its pages.
    pub async fn open(&self, page: &str) {
        self.apps().await;
        self.browser.click("[data-test=open]").await;
        self.browser.enter_frame("#bigcommerce-app").await;
        self.browser.click_text("nav a", page).await;
        self.browser.wait_for_text("nav a[aria-current]", page).await;
    }

    /// Opens the app anew, on one of its pages, outside the control panel's frame: that leaves room for pictures.
    pub async fn open_alone(&self, page: &str) {
        self.open(page).await;
        let address = self.browser.eval("location.href").await;
        self.browser.leave_frame().await;
        self.browser.goto(address.as_str().expect("a page has an address")).await;
    }

    /// Opens the app anew, on the page of one order's payment, in a language of one's own.
    pub async fn open_payment(&self, order: u64, language: Language) {
        self.open_alone("Payments").await;
        if language == Language::Japanese {
            self.browser.click_text("a", "日本語").await;
            self.browser.wait_for_text("nav a", "支払い一覧").await;
        }
        self.follow(&format!("/panel/payments/{order}")).await;
        self.browser.wait_for_text("h2", &format!("#{order}")).await;
    }

    /// Loads another page of the panel, as the same visitor.
    pub async fn follow(&self, page: &str) {
        self.browser.eval(&format!("void (location.href = '{page}' + location.search)")).await;
    }

    async fn apps(&self) {
        let panel = self.shop.world.sandbox.places().panel();
        self.browser.goto(&format!("{panel}/stores/{}/apps", self.shop.hash)).await;
    }

    async fn value(&self, id: &str) -> String {
        self.browser.wait_for(&format!("#{id}")).await;
        let value = self.browser.eval(&format!("document.getElementById('{id}').value")).await;
        value.as_str().expect("a field has a text").to_owned()
    }
}
