//! Where an order stands in BigCommerce.

use crate::json::{FromJson, Json, ToJson};
use serde_json::Value;

/// BigCommerce's order status, by the number that no renaming changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderStatus(pub u8);

impl ToJson for OrderStatus {
    fn to_json(&self) -> Value {
        self.0.into()
    }
}

impl FromJson for OrderStatus {
    fn from_json(json: Json<'_>) -> Option<Self> {
        u8::from_json(json).map(Self)
    }
}

impl OrderStatus {
    pub const INCOMPLETE: Self = Self(0);
    pub const PENDING: Self = Self(1);
    pub const SHIPPED: Self = Self(2);
    pub const PARTIALLY_SHIPPED: Self = Self(3);
    pub const REFUNDED: Self = Self(4);
    pub const CANCELLED: Self = Self(5);
    pub const DECLINED: Self = Self(6);
    pub const AWAITING_PAYMENT: Self = Self(7);
    pub const COMPLETED: Self = Self(10);
    pub const AWAITING_FULFILLMENT: Self = Self(11);
    pub const MANUAL_VERIFICATION: Self = Self(12);
    pub const DISPUTED: Self = Self(13);
    pub const PARTIALLY_REFUNDED: Self = Self(14);

    /// The goods are on their way, all of them.
    pub fn has_left(self) -> bool {
        [Self::SHIPPED, Self::COMPLETED].contains(&self)
    }

    /// What nobody but the merchant may leave.
    pub fn is_final(self) -> bool {
        [Self::SHIPPED, Self::PARTIALLY_SHIPPED, Self::REFUNDED, Self::COMPLETED, Self::PARTIALLY_REFUNDED]
            .contains(&self)
    }
}
