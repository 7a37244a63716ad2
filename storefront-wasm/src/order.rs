//! Which orders are ours: decided from BigCommerce's own answer, by ids that a merchant cannot rename.

/// Whether an order with this storefront status still waits for its payment.
///
/// BigCommerce's internal checkout API writes the same names behind `ORDER_STATUS_`. An order placed by a custom
/// checkout may be *Pending* or *Incomplete* where the standard one makes it *Awaiting Payment*.
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
