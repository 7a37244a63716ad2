//! What a storefront knows of the browsers on it.

use time::OffsetDateTime;

use super::money::Currency;
use super::random;

/// A browser on the storefront.
#[derive(Clone, Debug)]
pub struct Session {
    pub currency: Currency,
    pub cart: Cart,
    /// Orders this browser may read, newest last.
    pub orders: Vec<u64>,
}

/// What is in the basket.
#[derive(Clone, Debug)]
pub struct Cart {
    pub id: String,
    /// Product id and quantity, in the order they were put in.
    pub items: Vec<(u32, u32)>,
}

/// The page told its analytics that a purchase was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseEvent {
    pub order_id: u64,
    pub at: OffsetDateTime,
}

/// A request to the storefront, for assertions about what the page and the script asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub method: String,
    /// Path with query.
    pub path: String,
    pub status: u16,
    pub at: OffsetDateTime,
}

impl Session {
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self { currency, cart: Cart::new(), orders: Vec::new() }
    }
}

impl Cart {
    #[must_use]
    pub fn new() -> Self {
        Self { id: random::uuid(), items: Vec::new() }
    }
}

impl Default for Cart {
    fn default() -> Self {
        Self::new()
    }
}
