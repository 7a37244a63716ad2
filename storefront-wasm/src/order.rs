//! Which orders are ours: decided from BigCommerce's own answer, by ids that a merchant cannot rename.

/// Whether an order with this storefront status still waits for its payment.
///
/// BigCommerce's internal checkout API writes the same names behind `ORDER_STATUS_`. An order placed by a custom
/// checkout may be *Pending* or *Incomplete* where the standard one makes it *Awaiting Payment*.
pub fn is_unpaid(status: &str) -> bool {
    let name = status.strip_prefix("ORDER_STATUS_").unwrap_or(status);
    matches!(name, "AWAITING_PAYMENT" | "PENDING" | "INCOMPLETE")
}

/// Whether a value is something to be typed in at a till or a bank (a receipt or confirmation number), and so
/// worth large letters: capitals, digits and dashes only, at least four of them digits.
pub fn is_code(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'-'))
        && value.bytes().filter(u8::is_ascii_digit).count() >= 4
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

    #[test]
    fn numbers_for_the_till_stand_out_and_dates_do_not() {
        for code in ["52814093", "4471-209-8830", "KB20-7731"] {
            assert!(is_code(code), "{code}");
        }
        for words in ["2031年4月2日 23:59", "Apr 2, 2031, 11:59 PM", "Lawson", "¥1,200", "A-12", ""] {
            assert!(!is_code(words), "{words}");
        }
    }
}
