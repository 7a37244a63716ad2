//! An order's status in BigCommerce.

use serde::{Deserialize, Serialize};

/// BigCommerce's order status, by its number. The merchant may rename a status, but its number stays. Numbers without
/// a constant here occur, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderStatus(pub u8);

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

    /// All of the goods are on their way: for a two-step payment, the moment to capture.
    pub fn has_left(self) -> bool {
        [Self::SHIPPED, Self::COMPLETED].contains(&self)
    }

    /// A status that only the merchant may change, but for a chargeback, a fraud mark or a refused capture. If a PUT of
    /// ours has overwritten one by accident, we set it again.
    pub fn is_final(self) -> bool {
        [Self::SHIPPED, Self::PARTIALLY_SHIPPED, Self::REFUNDED, Self::COMPLETED, Self::PARTIALLY_REFUNDED]
            .contains(&self)
    }
}
