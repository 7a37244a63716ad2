//! A shopper with a browser, in one shop: the steps that scenarios are told in.

use std::env;

use reqwest::Url;
use sandbox::bigcommerce::{Locale, Order, PlacedOrder};
use sandbox::harness::{Browser, Language, Shop, eventually};

/// A card that is good, and one that never is.
pub const GOOD_CARD: &str = "4111111111111111";
pub const EMPTY_CARD: &str = "4123111111111000";

/// Somebody who buys something.
#[derive(Debug)]
pub struct Shopper<'a> {
    pub shop: &'a Shop<'a>,
    pub browser: Browser,
}

impl<'a> Shopper<'a> {
    /// Opens a browser that speaks the store's language.
    pub async fn of(shop: &'a Shop<'a>) -> Self {
        Self { shop, browser: Browser::open(language(shop)).await }
    }

    /// The same with a browser that waits for no page: one whose `load` never comes.
    pub async fn impatient(shop: &'a Shop<'a>) -> Self {
        Self { shop, browser: Browser::open_impatient(language(shop)).await }
    }

    /// The same person with another device: nothing the first browser knows is known here.
    pub async fn on_another_device(&self) -> Self {
        Self { shop: self.shop, browser: self.browser.open_another(language(self.shop)).await }
    }

    /// Walks through the whole shop and places an order by the offline method that is ours.
    pub async fn order_coffee(&self) -> u64 {
        self.order_coffee_by("instore").await
    }

    pub async fn order_coffee_by(&self, provider: &str) -> u64 {
        let browser = &self.browser;
        browser.goto(&self.shop.origin()).await;
        browser.click("[data-test=add-77]").await;
        browser.click("[data-test=to-checkout]").await;
        browser.click(&format!("#radio-{provider}")).await;
        browser.click("#checkout-payment-continue").await;
        let orders = || self.shop.world.sandbox.bigcommerce.orders(&self.shop.hash);
        let placed = eventually("an order", async || orders().pop()).await;
        placed.id
    }

    /// Reaches the confirmation page of an order as the one who placed it.
    pub async fn arrive(&self, order: &PlacedOrder) {
        self.browser.goto(&order.confirmation_url).await;
    }

    /// Waits until KOMOJU's page can be paid on; gives the session.
    pub async fn at_komoju(&self) -> String {
        self.browser.wait_for("#session[data-status=pending]").await;
        let session = self.browser.eval("document.querySelector('#session').dataset.session").await;
        session.as_str().expect("the page names its session").to_owned()
    }

    /// Waits for KOMOJU's page and pays there by one of its test cards.
    pub async fn pay_by_card(&self, number: &str) {
        self.browser.wait_for("#session[data-status=pending]").await;
        self.browser.click("#method-credit_card").await;
        self.browser.click(&format!("#test-card-{number}")).await;
        self.browser.click("#pay-card").await;
    }

    /// Waits for KOMOJU's page, and is told there that the card is refused.
    pub async fn try_empty_card(&self) {
        self.pay_by_card(EMPTY_CARD).await;
        self.browser.wait_for("#payment-error[data-code=insufficient_funds]").await;
    }

    /// Waits for KOMOJU's page and has a code issued there; gives its receipt number.
    pub async fn ask_for_konbini_code(&self, chain: &str) -> String {
        self.browser.wait_for("#session[data-status=pending]").await;
        self.browser.click("#method-konbini").await;
        self.browser.click(&format!("#store-{chain}")).await;
        self.browser.click("#pay-konbini").await;
        self.browser.text("#receipt").await
    }

    /// Waits until KOMOJU's page can be paid on, then leaves it by its link back to the shop.
    pub async fn turn_back(&self) {
        self.browser.wait_for("#session[data-status=pending]").await;
        self.browser.click("#back-to-merchant").await;
    }

    /// Waits until our notice on the shop's page is in a state, and gives all it says.
    pub async fn notice(&self, state: &str) -> String {
        self.browser.text(&format!("section.card.{state}")).await
    }

    /// Waits until the order has moved on as one that is paid.
    pub async fn paid_order(&self, order: u64) -> Order {
        self.shop.paid_order(order).await
    }

    /// Waits until the browser is back on the shop's confirmation page.
    pub async fn back_at_shop(&self) -> Url {
        let shop = self.shop.origin();
        let there = |url: &Url| url.as_str().starts_with(&shop) && url.path().contains("/order-confirmation");
        self.browser.wait_for_url("the confirmation page", there).await
    }

    /// Presses the button of our notice that leads to paying.
    pub async fn press_pay(&self) {
        self.browser.click("section.card button.main").await;
    }

    /// A picture of the page as it is, named after the shop's language.
    pub fn picture(&self, name: &str) {
        picture(&self.browser, &format!("{name}-{}", language(self.shop).code()));
    }
}

/// Keeps pictures of the page as it is, in a hand and on a desk, where `PICTURES` is set.
pub fn picture(browser: &Browser, name: &str) {
    if env::var_os("PICTURES").is_none() {
        return;
    }
    for (device, width, height) in [("phone", 360, 740), ("desktop", 1200, 900)] {
        browser.resize(width, height);
        browser.screenshot(&format!("{name}-{device}"));
    }
}

fn language(shop: &Shop<'_>) -> Language {
    match shop.world.sandbox.bigcommerce.settings(&shop.hash).locale {
        Locale::En => Language::English,
        Locale::Ja => Language::Japanese,
    }
}
