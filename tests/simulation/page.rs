//! What somebody at the merchant's has before their eyes.

use domain::state::decision::Upon;

/// A page of the panel that offers to refund, as it was when somebody opened it.
#[derive(Debug, Clone)]
pub struct Page {
    pub payment: String,
    /// What the payment had left then, and promised to nobody.
    pub free: i64,
    pub is_cash: bool,
    pub upon: Upon,
}
