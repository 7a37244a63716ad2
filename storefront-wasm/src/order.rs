//! Whether an order still waits for its payment, from BigCommerce's own answer.

/// True if an order with this storefront status is unpaid.
///
/// BigCommerce's internal checkout API writes the same names behind `ORDER_STATUS_`. The standard checkout makes an
/// unpaid order *Awaiting Payment*; a custom checkout may make it *Pending* or *Incomplete*.
pub fn is_unpaid(status: &str) -> bool {
    let name = status.strip_prefix("ORDER_STATUS_").unwrap_or(status);
    matches!(name, "AWAITING_PAYMENT" | "PENDING" | "INCOMPLETE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpaid_by_any_of_its_names() {
        for status in ["AWAITING_PAYMENT", "PENDING", "INCOMPLETE", "ORDER_STATUS_AWAITING_PAYMENT"] {
            assert!(is_unpaid(status), "{status}");
        }
        for status in ["AWAITING_FULFILLMENT", "COMPLETED", "CANCELLED", "Awaiting Payment", ""] {
            assert!(!is_unpaid(status), "{status}");
        }
    }
}
