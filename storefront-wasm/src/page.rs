//! What a path says: which page this is, and what a request was for.
//!
//! Pure, so the tests run on the host. The browser takes addresses apart; only paths and ids arrive here. Written on
//! bytes, because `str`'s search functions would be larger than the rest of this file.

const CONFIRMATION: &[u8] = b"checkout/order-confirmation";
/// Where BigCommerce's storefront API is, on every storefront and below every locale's folder.
const API: &[u8] = b"/api/storefront/";

/// The most bytes between `orderId` and its value: quote, colon, a space or two, quote.
const LONGEST_GAP: usize = 6;

/// What the page's own code asked BigCommerce for, if it concerns us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Order(u32),
    Settings,
}

/// An order confirmation page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Confirmation {
    /// The order, if the path ends with its id.
    pub order: Option<u32>,
}

/// Recognises an order confirmation page: `/checkout/order-confirmation` or `/embedded-checkout/…`, also below a
/// locale's folder, with or without an order id at the end. None: another page.
pub fn confirmation(path: &str) -> Option<Confirmation> {
    match after(path.as_bytes(), CONFIRMATION)? {
        [] => Some(Confirmation { order: None }),
        [b'/', id @ ..] => Some(Confirmation { order: Some(number(id)?) }),
        _ => None,
    }
}

/// What a request to this path is for: `/api/storefront/orders/{id}`, its older name `/api/storefront/order/{id}`, or
/// `checkout-settings`. None: anything else.
pub fn asked(path: &str) -> Option<Asked> {
    let call = after(path.as_bytes(), API)?;
    if call == b"checkout-settings" {
        return Some(Asked::Settings);
    }
    let rest = call.strip_prefix(b"order")?;
    let id = rest.strip_prefix(b"s").unwrap_or(rest).strip_prefix(b"/")?;
    number(id).map(Asked::Order)
}

/// An order id, never 0. None: not a plain number, or too large.
pub fn order_id(digits: &str) -> Option<u32> {
    number(digits.as_bytes())
}

/// The only number in a text such as "Your order number is 566". None: there is no number, or more than one.
pub fn only_number(text: &str) -> Option<u32> {
    let mut numbers =
        text.as_bytes().split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let first = numbers.next()?;
    if numbers.next().is_some() { None } else { number(first) }
}

/// The order with which a page's inline script starts BigCommerce's confirmation page:
/// `app.renderOrderConfirmation({"orderId":"566",…})`.
pub fn loaders_order(script: &str) -> Option<u32> {
    let started = after(script.as_bytes(), b"renderOrderConfirmation(")?;
    let named = after(started, b"orderId")?;
    let from = named.iter().position(u8::is_ascii_alphanumeric).filter(|at| *at <= LONGEST_GAP)?;
    let digits = named.get(from..)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    number(digits.get(..end)?)
}

/// True if a text holds nothing but the characters of our tokens.
pub fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(fits)
}

/// True for the query of a link from an e-mail, which may be days old.
pub fn is_permalink(query: &str) -> bool {
    after(query.as_bytes(), b"orderToken=").is_some()
}

/// True if a comma list (`instore,cod`) has `item`.
pub fn lists(list: &str, item: &str) -> bool {
    list.as_bytes().split(|byte| *byte == b',').any(|it| it == item.as_bytes())
}

/// What follows the first `mark` in `text`, without a slash at the end.
fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(mark.len()).position(|it| it == mark)?;
    let rest = text.get(at + mark.len()..)?;
    Some(rest.strip_suffix(b"/").unwrap_or(rest))
}

/// A plain decimal number above 0.
fn number(digits: &[u8]) -> Option<u32> {
    let mut number: u32 = 0;
    for byte in digits {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number = number.checked_mul(10)?.checked_add(u32::from(digit))?;
    }
    Some(number).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confirmation_pages_and_no_others() {
        for path in [
            "/checkout/order-confirmation",
            "/checkout/order-confirmation/",
            "/embedded-checkout/order-confirmation",
            "/ja/checkout/order-confirmation",
        ] {
            assert_eq!(confirmation(path), Some(Confirmation { order: None }), "{path}");
        }
        for path in [
            "/",
            "/checkout",
            "/checkout/7f0c",
            "/order-confirmation",
            "/checkout/order-confirmation/4711/print",
            "/checkout/order-confirmation/99999999999",
            "/checkout/order-confirmations",
            "/blog/checkout-order-confirmation",
        ] {
            assert_eq!(confirmation(path), None, "{path}");
        }
    }

    #[test]
    fn order_id_at_the_end_of_the_path() {
        for path in ["/checkout/order-confirmation/4711", "/ja/checkout/order-confirmation/4711/"] {
            assert_eq!(confirmation(path), Some(Confirmation { order: Some(4711) }), "{path}");
        }
    }

    #[test]
    fn order_calls_in_every_spelling() {
        for path in [
            "/api/storefront/orders/4711",
            "/api/storefront/orders/4711/",
            "/api/storefront/order/4711",
            "/ja/api/storefront/orders/4711",
        ] {
            assert_eq!(asked(path), Some(Asked::Order(4711)), "{path}");
        }
        assert_eq!(asked("/api/storefront/checkout-settings"), Some(Asked::Settings));
    }

    #[test]
    fn other_calls_are_not_ours_to_hear() {
        for path in [
            "/api/storefront/orders/regenerate-permalink",
            "/api/storefront/orders/4711/emails",
            "/api/storefront/orders/",
            "/api/storefront/orders",
            "/api/storefront/orders/0",
            "/api/storefront/carts/4711",
            "/api/storefront/checkout-settings/4711",
            "/internalapi/v1/checkout/order",
            "",
        ] {
            assert_eq!(asked(path), None, "{path}");
        }
    }

    #[test]
    fn order_ids_are_plain_numbers() {
        assert_eq!(order_id("4711"), Some(4711));
        for odd in ["", "0", "-1", "4711x", "4 711", "99999999999"] {
            assert_eq!(order_id(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_order_number_is_read_from_a_sentence_that_has_no_other() {
        for text in ["Your order number is 566", "ご注文番号：566", "566", "566 ."] {
            assert_eq!(only_number(text), Some(566), "{text}");
        }
        for text in ["", "Your order number is", "Order 566 of 2 parcels", "0", "99999999999"] {
            assert_eq!(only_number(text), None, "{text}");
        }
    }

    #[test]
    fn an_order_number_is_read_from_what_the_loader_was_started_with() {
        for script in [
            "loader.loadFiles().then(function(app){app.renderOrderConfirmation({orderId:'1836',containerId:'a'})})",
            r#"x(1); app.renderOrderConfirmation({"containerId":"a","orderId":"1836"});"#,
            "app.renderOrderConfirmation({ orderId : 1836 });",
        ] {
            assert_eq!(loaders_order(script), Some(1836), "{script}");
        }
        for script in [
            "",
            "orderId: 1836",
            "renderOrderConfirmation()",
            "renderOrderConfirmation({orderId: window.id, items: 1836})",
            "renderOrderConfirmation({orderId: ''})",
            "renderOrderConfirmation({orderId:",
        ] {
            assert_eq!(loaders_order(script), None, "{script}");
        }
    }

    #[test]
    fn only_a_tokens_own_characters_make_a_token() {
        assert!(is_token("s1.WzE3OTUsIl0.q8-_aZ"));
        for text in ["", "a b", "a/../b", "a?x=1", "a%2F", "日本", "a#b", "a&b"] {
            assert!(!is_token(text), "{text}");
        }
    }

    #[test]
    fn permalinks() {
        assert!(is_permalink("?orderToken=eyJh") && is_permalink("?a=1&orderToken=eyJh"));
        assert!(!is_permalink("?t=1") && !is_permalink(""));
    }

    #[test]
    fn methods_are_matched_whole() {
        assert!(lists("instore,cod", "cod") && lists("instore,cod", "instore"));
        assert!(!lists("instore,cod", "in") && !lists("instore", ""));
    }
}
