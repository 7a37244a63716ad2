//! An order, and what can be done to it. Amounts are minor units of the transactional currency, tax included.

use serde_json::Value;
use time::OffsetDateTime;

use super::money::Currency;

/// BigCommerce's order statuses; the id is what counts, the names can be renamed by merchants.
pub mod status {
    pub const INCOMPLETE: u8 = 0;
    pub const PENDING: u8 = 1;
    pub const SHIPPED: u8 = 2;
    pub const PARTIALLY_SHIPPED: u8 = 3;
    pub const REFUNDED: u8 = 4;
    pub const CANCELLED: u8 = 5;
    pub const DECLINED: u8 = 6;
    pub const AWAITING_PAYMENT: u8 = 7;
    pub const AWAITING_PICKUP: u8 = 8;
    pub const AWAITING_SHIPMENT: u8 = 9;
    pub const COMPLETED: u8 = 10;
    pub const AWAITING_FULFILLMENT: u8 = 11;
    pub const MANUAL_VERIFICATION: u8 = 12;
    pub const DISPUTED: u8 = 13;
    pub const PARTIALLY_REFUNDED: u8 = 14;

    pub const ALL: [(u8, &str); 15] = [
        (0, "Incomplete"),
        (1, "Pending"),
        (2, "Shipped"),
        (3, "Partially Shipped"),
        (4, "Refunded"),
        (5, "Cancelled"),
        (6, "Declined"),
        (7, "Awaiting Payment"),
        (8, "Awaiting Pickup"),
        (9, "Awaiting Shipment"),
        (10, "Completed"),
        (11, "Awaiting Fulfillment"),
        (12, "Manual Verification Required"),
        (13, "Disputed"),
        (14, "Partially Refunded"),
    ];

    #[must_use]
    pub fn name(id: u8) -> Option<&'static str> {
        ALL.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
    }

    /// Whether money has been received; only then can an order be refunded.
    #[must_use]
    pub fn is_paid(id: u8) -> bool {
        matches!(id, 2 | 3 | 8..=14)
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Shopper,
    Merchant,
    /// Our app, through the API.
    App,
    /// BigCommerce by itself, for instance after a refund.
    Platform,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    pub from: u8,
    pub to: u8,
    pub by: Actor,
    pub at: OffsetDateTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order product id.
    pub id: u64,
    pub product_id: u32,
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    /// Price of one.
    pub unit: i64,
    pub digital: bool,
}

impl Line {
    #[must_use]
    pub fn total(&self) -> i64 {
        self.unit * i64::from(self.quantity)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub street_1: String,
    pub street_2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    pub country_iso2: String,
    pub phone: String,
    pub email: String,
}

impl Address {
    /// The invented shopper of a Japanese store.
    #[must_use]
    pub fn japanese() -> Self {
        Self {
            first_name: "美咲".into(),
            last_name: "佐藤".into(),
            company: String::new(),
            street_1: "神宮前3-14-15".into(),
            street_2: "星ビル201".into(),
            city: "渋谷区".into(),
            state: "東京都".into(),
            zip: "150-0001".into(),
            country: "Japan".into(),
            country_iso2: "JP".into(),
            phone: "09012345678".into(),
            email: "misaki.sato@example.jp".into(),
        }
    }

    /// The invented shopper of an American one.
    #[must_use]
    pub fn american() -> Self {
        Self {
            first_name: "Robin".into(),
            last_name: "Keller".into(),
            company: String::new(),
            street_1: "48 Alder Street".into(),
            street_2: String::new(),
            city: "Portland".into(),
            state: "Oregon".into(),
            zip: "97205".into(),
            country: "United States".into(),
            country_iso2: "US".into(),
            phone: "5035550142".into(),
            email: "robin.keller@example.com".into(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundItem {
    pub item_type: String,
    pub item_id: u64,
    pub quantity: Option<u32>,
    /// As requested; `None` for items refunded by quantity.
    pub requested: Option<i64>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPayment {
    pub id: u64,
    pub provider_id: String,
    pub amount: i64,
    pub offline: bool,
    /// The money did not go back after all.
    pub declined: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: u64,
    pub created: OffsetDateTime,
    pub by: Actor,
    pub total: i64,
    pub items: Vec<RefundItem>,
    pub payments: Vec<RefundPayment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metafield {
    pub id: u64,
    pub permission_set: String,
    pub namespace: String,
    pub key: String,
    pub value: String,
    pub description: String,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
}

/// A coupon that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    pub id: u64,
    pub code: String,
    pub discount: i64,
}

/// An order. Tests receive clones of it as snapshots.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: u64,
    pub cart_id: String,
    pub channel_id: u64,
    /// Opens the e-mailed confirmation link.
    pub permalink_token: String,
    pub status_id: u8,
    pub history: Vec<StatusChange>,
    /// What the shopper pays in: `default_currency_code`.
    pub currency: Currency,
    /// What prices were shown in: `currency_code`.
    pub display_currency: Currency,
    pub lines: Vec<Line>,
    pub shipping: i64,
    pub coupon: Option<Coupon>,
    pub store_credit: i64,
    pub gift_certificate: i64,
    /// Set where somebody has overwritten the total.
    pub total_override: Option<i64>,
    /// Offline id or [`super::store::PaymentMethod::GATEWAY`].
    pub provider: String,
    /// The label at the time of checkout, as v2 shows it.
    pub payment_method: String,
    pub instructions: String,
    /// String or number, as it was written; `null` at first.
    pub payment_provider_id: Value,
    pub staff_notes: String,
    pub customer_message: String,
    pub external_order_id: Value,
    pub external_source: Value,
    pub customer_id: u64,
    pub locale: String,
    pub billing: Address,
    /// `None` for an order of digital goods only.
    pub shipping_address: Option<(u64, Address)>,
    pub refunds: Vec<Refund>,
    /// Items that have left, in the order of the lines.
    pub shipped: u32,
    pub date_shipped: Option<OffsetDateTime>,
    pub metafields: Vec<Metafield>,
    /// Archived by the merchant; still readable by id.
    pub archived: bool,
    /// Placed through a buy-now cart, which has its own addresses.
    pub buy_now: bool,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
}

impl Order {
    #[must_use]
    pub fn subtotal(&self) -> i64 {
        self.lines.iter().map(Line::total).sum()
    }

    #[must_use]
    pub fn discount(&self) -> i64 {
        self.coupon.as_ref().map_or(0, |coupon| coupon.discount)
    }

    /// Grand total, store credit and gift certificates included.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.total_override.unwrap_or_else(|| self.subtotal() - self.discount() + self.shipping)
    }

    /// What the chosen payment method has to collect.
    #[must_use]
    pub fn due(&self) -> i64 {
        self.total() - self.store_credit - self.gift_certificate
    }

    #[must_use]
    pub fn refunded(&self) -> i64 {
        let payments = self.refunds.iter().flat_map(|refund| &refund.payments);
        payments.filter(|payment| !payment.declined).map(|payment| payment.amount).sum()
    }

    #[must_use]
    pub fn is_digital(&self) -> bool {
        self.lines.iter().all(|line| line.digital)
    }

    #[must_use]
    pub fn has_digital(&self) -> bool {
        self.lines.iter().any(|line| line.digital)
    }

    #[must_use]
    pub fn items(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// Items that are not downloads.
    #[must_use]
    pub fn shippable(&self) -> u32 {
        self.lines.iter().filter(|line| !line.digital).map(|line| line.quantity).sum()
    }

    /// How many of a line's items have left: lines are shipped one after the other.
    #[must_use]
    pub fn shipped_of(&self, line: u64) -> u32 {
        let mut left = self.shipped;
        for known in self.lines.iter().filter(|line| !line.digital) {
            let gone = left.min(known.quantity);
            if known.id == line {
                return gone;
            }
            left -= gone;
        }
        0
    }

    /// What the order's own payment method took and has not given back.
    #[must_use]
    pub fn left_on_provider(&self) -> i64 {
        let payments = self.refunds.iter().flat_map(|refund| &refund.payments);
        let own = payments.filter(|payment| payment.provider_id == self.provider && !payment.declined);
        self.due() - own.map(|payment| payment.amount).sum::<i64>()
    }

    #[must_use]
    pub fn status(&self) -> &'static str {
        status::name(self.status_id).unwrap_or_default()
    }

    /// Statuses the order went through, the one that checkout gave it first.
    #[must_use]
    pub fn statuses(&self) -> Vec<u8> {
        self.history.iter().map(|change| change.to).collect()
    }

    /// Sets the status; `None` where it was that already, `Some(previous)` otherwise.
    pub fn move_to(&mut self, to: u8, by: Actor) -> Option<u8> {
        let from = self.status_id;
        if from == to {
            return None;
        }
        self.status_id = to;
        self.history.push(StatusChange { from, to, by, at: OffsetDateTime::now_utc() });
        self.touch();
        Some(from)
    }

    pub fn touch(&mut self) {
        self.modified = OffsetDateTime::now_utc();
    }

    /// The tax within an amount: 10 % consumption tax on yen, none elsewhere.
    #[must_use]
    pub fn tax_within(&self, amount: i64) -> i64 {
        match self.currency {
            Currency::Jpy => amount / 11,
            Currency::Usd | Currency::Eur | Currency::Twd | Currency::Idr => 0,
        }
    }
}
