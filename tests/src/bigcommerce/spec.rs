//! What a test says of an order it wants, and what it gets.

use super::catalog;
use super::money::Currency;
use super::order::{Address, Line};
use super::store::Locale;

/// An order to be placed. `OrderSpec::default()` is one bag of coffee, paid by `instore` in the store's own currency.
#[derive(Clone, Debug, Default)]
pub struct OrderSpec {
    pub(super) lines: Vec<SpecLine>,
    pub(super) currency: Option<Currency>,
    pub(super) display_currency: Option<Currency>,
    pub(super) provider: Option<String>,
    pub(super) shipping: Option<i64>,
    pub(super) coupon: i64,
    pub(super) store_credit: i64,
    pub(super) gift_certificate: i64,
    pub(super) customer_message: String,
    pub(super) customer_id: u64,
    pub(super) locale: Option<String>,
    pub(super) billing: Option<Address>,
    pub(super) status: Option<u8>,
    pub(super) buy_now: bool,
    pub(super) channel: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct SpecLine {
    product_id: u32,
    sku: String,
    name: Option<String>,
    unit: Option<i64>,
    quantity: u32,
    digital: bool,
}

impl OrderSpec {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exactly this total, in minor units: one line, no shipping cost.
    #[must_use]
    pub fn total(minor: i64) -> Self {
        Self::default().line("Hand-roasted sampler", minor, 1).shipping(0)
    }

    /// Adds goods of the catalogue at their price.
    #[must_use]
    pub fn product(mut self, id: u32, quantity: u32) -> Self {
        let known = catalog::product(id);
        self.lines.push(SpecLine {
            product_id: id,
            sku: known.map_or_else(String::new, |product| product.sku.into()),
            name: None,
            unit: None,
            quantity,
            digital: known.is_some_and(|product| product.digital),
        });
        self
    }

    /// Adds goods of any name and price (minor units, tax included).
    #[must_use]
    pub fn line(mut self, name: &str, unit: i64, quantity: u32) -> Self {
        self.lines.push(SpecLine {
            product_id: 90,
            sku: "HSH-CUSTOM".into(),
            name: Some(name.into()),
            unit: Some(unit),
            quantity,
            digital: false,
        });
        self
    }

    /// All goods become downloads, and nothing is shipped.
    #[must_use]
    pub fn digital(mut self) -> Self {
        if self.lines.is_empty() {
            self = self.product(82, 1);
        }
        for line in &mut self.lines {
            line.digital = true;
        }
        self.shipping(0)
    }

    /// What the shopper pays in.
    #[must_use]
    pub fn currency(mut self, currency: Currency) -> Self {
        self.currency = Some(currency);
        self
    }

    /// What prices were shown in, where it is not what is paid in.
    #[must_use]
    pub fn display_currency(mut self, currency: Currency) -> Self {
        self.display_currency = Some(currency);
        self
    }

    /// Payment method by provider id: `instore`, `cod`, `bankdeposit`, `moneyorder`, `cheque`, `testgateway`; or
    /// `storecredit`, `giftcertificate` for an order that was paid by nothing else.
    #[must_use]
    pub fn provider(mut self, provider: &str) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Shipping cost in minor units, tax included.
    #[must_use]
    pub fn shipping(mut self, minor: i64) -> Self {
        self.shipping = Some(minor);
        self
    }

    /// A coupon's discount on the whole order.
    #[must_use]
    pub fn coupon(mut self, minor: i64) -> Self {
        self.coupon = minor;
        self
    }

    /// Part of the total paid by store credit; makes the shopper a customer, as only they have credit.
    #[must_use]
    pub fn store_credit(mut self, minor: i64) -> Self {
        self.store_credit = minor;
        self.customer_id = self.customer_id.max(501);
        self
    }

    /// Part of the total paid by a gift certificate.
    #[must_use]
    pub fn gift_certificate(mut self, minor: i64) -> Self {
        self.gift_certificate = minor;
        self
    }

    #[must_use]
    pub fn customer_message(mut self, text: &str) -> Self {
        self.customer_message = text.into();
        self
    }

    /// 0 is a guest.
    #[must_use]
    pub fn customer(mut self, id: u64) -> Self {
        self.customer_id = id;
        self
    }

    /// `customer_locale`; the store's language otherwise.
    #[must_use]
    pub fn locale(mut self, locale: &str) -> Self {
        self.locale = Some(locale.into());
        self
    }

    #[must_use]
    pub fn billing(mut self, address: Address) -> Self {
        self.billing = Some(address);
        self
    }

    /// The status the order starts in, where it is not what its payment method gives it.
    #[must_use]
    pub fn status(mut self, id: u8) -> Self {
        self.status = Some(id);
        self
    }

    /// The sales channel it is placed on; the store's default one otherwise.
    #[must_use]
    pub fn channel(mut self, id: u64) -> Self {
        self.channel = Some(id);
        self
    }

    /// Through a buy-now cart: the confirmation page's address then carries the order id.
    #[must_use]
    pub fn buy_now(mut self) -> Self {
        self.buy_now = true;
        self
    }
}

impl SpecLine {
    /// Settles name and price; `id` becomes the order product id.
    pub(super) fn settle(&self, id: u64, currency: Currency, locale: Locale) -> Line {
        let known = catalog::product(self.product_id);
        Line {
            id,
            product_id: self.product_id,
            sku: self.sku.clone(),
            name: self
                .name
                .clone()
                .unwrap_or_else(|| known.map_or("", |product| product.name(locale)).into()),
            quantity: self.quantity,
            unit: self.unit.unwrap_or_else(|| known.map_or(0, |product| product.price(currency))),
            digital: self.digital,
        }
    }
}

/// An order that now exists, and the ways to its confirmation page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    pub order_id: u64,
    pub cart_id: String,
    /// Value of the storefront cookie `SHOP_SESSION_TOKEN` of the browser that placed it.
    pub session: String,
    /// Opens the confirmation page as the shopper who placed the order: it sets the storefront's session cookie and
    /// goes on to the page a checkout would have gone to.
    pub confirmation_url: String,
    /// The e-mailed link, which needs no session.
    pub permalink: String,
    /// The page itself, as `page` of our API carries it.
    pub page: String,
}
