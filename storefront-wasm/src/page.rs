//! What an address says: which page this is, which order a request was for, what the script's own address asks.
//!
//! Pure, so that the host tests it. Addresses are never decoded: everything read from them here is made of
//! letters, digits, `-`, `_`, `.`, `~` and commas. Written on bytes, because `str`'s searchers are larger than all
//! the rest of this file.

/// Where BigCommerce's storefront API lives, on every storefront and under every locale's folder.
const API: &[u8] = b"/api/storefront/";

/// What the page's own code asked BigCommerce for, as far as it concerns us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Order(u32),
    Settings,
}

/// Whether `path` is an order confirmation page: `/checkout/order-confirmation`, `/embedded-checkout/…`,
/// below a locale's folder, with or without the order id at its end.
pub fn is_confirmation(path: &str) -> bool {
    let mut path = trimmed(path.as_bytes());
    if order_at_the_end(path).is_some() {
        path = trimmed(split_last(path).0);
    }
    let (above, last) = split_last(path);
    let (_, folder) = split_last(trimmed(above));
    last == b"order-confirmation" && (folder == b"checkout" || folder == b"embedded-checkout")
}

/// The order id at the end of a confirmation page's path, where it has one.
pub fn order_in_path(path: &str) -> Option<u32> {
    order_at_the_end(trimmed(path.as_bytes()))
}

/// What a request to `url` is for, if it goes to this storefront's API.
///
/// `/api/storefront/orders/{id}`, its older name `/api/storefront/order/{id}`, and `checkout-settings`.
pub fn asked(url: &str, origin: &str) -> Option<Asked> {
    let path = on_this_site(url.as_bytes(), origin.as_bytes())?;
    let end = path.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(path.len());
    let path = trimmed(path.get(..end)?);
    let at = position(path, API)?;
    let call = path.get(at + API.len()..)?;
    if call == b"checkout-settings" {
        return Some(Asked::Settings);
    }
    let id = call.strip_prefix(b"orders/").or_else(|| call.strip_prefix(b"order/"))?;
    number(id).map(Asked::Order)
}

/// Whether `url` lies on `origin`: the script follows no other address.
pub fn lies_on(url: &str, origin: &str) -> bool {
    !origin.is_empty() && below(url.as_bytes(), origin.as_bytes()).is_some()
}

/// Whether the query is that of a link from an e-mail, which may be days old.
pub fn is_permalink(query: &str) -> bool {
    position(query.as_bytes(), b"orderToken=").is_some()
}

/// Whether a comma list (`instore,cod`) has `item`.
pub fn lists(list: &str, item: &str) -> bool {
    list.as_bytes().split(|byte| *byte == b',').any(|it| it == item.as_bytes())
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|it| it == part)
}

/// The part of `url` behind the page's own origin; `None` where it leads to another one.
fn on_this_site<'a>(url: &'a [u8], origin: &[u8]) -> Option<&'a [u8]> {
    if url.starts_with(b"//") {
        let scheme = origin.iter().position(|byte| *byte == b'/')?;
        return below(url, origin.get(scheme..)?);
    }
    let first = url.iter().find(|byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    if first == Some(&b':') { below(url, origin) } else { Some(url) }
}

/// What of `url` follows `base`, if it lies below it and not merely begins with the same letters.
fn below<'a>(url: &'a [u8], base: &[u8]) -> Option<&'a [u8]> {
    url.strip_prefix(base).filter(|rest| rest.first() == Some(&b'/'))
}

fn order_at_the_end(path: &[u8]) -> Option<u32> {
    number(split_last(path).1)
}

fn trimmed(path: &[u8]) -> &[u8] {
    path.strip_suffix(b"/").unwrap_or(path)
}

/// A path's last part, and what comes before it, slash included.
fn split_last(path: &[u8]) -> (&[u8], &[u8]) {
    let start = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    path.split_at_checked(start).unwrap_or((path, &[]))
}

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

    const SHOP: &str = "https://shop.example";

    #[test]
    fn confirmation_pages_and_no_others() {
        for path in [
            "/checkout/order-confirmation",
            "/checkout/order-confirmation/",
            "/checkout/order-confirmation/4711/",
            "/checkout/order-confirmation/4711",
            "/embedded-checkout/order-confirmation",
            "/ja/checkout/order-confirmation",
        ] {
            assert!(is_confirmation(path), "{path}");
        }
        for path in [
            "/",
            "/checkout",
            "/checkout/7f0c",
            "/order-confirmation",
            "/checkout/order-confirmation/4711/print",
            "/checkout/order-confirmations",
            "/blog/checkout-order-confirmation",
        ] {
            assert!(!is_confirmation(path), "{path}");
        }
    }

    #[test]
    fn order_id_at_the_end_of_the_path() {
        assert_eq!(order_in_path("/checkout/order-confirmation/4711/"), Some(4711));
        assert_eq!(order_in_path("/checkout/order-confirmation"), None);
        assert_eq!(order_in_path("/checkout/order-confirmation/99999999999"), None);
    }

    #[test]
    fn order_calls_in_every_spelling() {
        for url in [
            "/api/storefront/orders/4711?include=payments%2ClineItems.physicalItems",
            "/api/storefront/order/4711",
            "/ja/api/storefront/orders/4711/",
            "../api/storefront/orders/4711",
            "https://shop.example/api/storefront/orders/4711#x",
            "//shop.example/api/storefront/orders/4711",
        ] {
            assert_eq!(asked(url, SHOP), Some(Asked::Order(4711)), "{url}");
        }
        assert_eq!(asked("/api/storefront/checkout-settings?checkoutId=", SHOP), Some(Asked::Settings));
    }

    #[test]
    fn other_calls_are_not_ours_to_hear() {
        for url in [
            "/api/storefront/orders/regenerate-permalink",
            "/api/storefront/orders/4711/emails",
            "/api/storefront/orders/",
            "/api/storefront/carts/4711",
            "/internalapi/v1/checkout/order",
            "https://elsewhere.example/api/storefront/orders/4711",
            "https://shop.example.evil.example/api/storefront/orders/4711",
            "//elsewhere.example/api/storefront/orders/4711",
            "/search?q=/api/storefront/orders/4711",
            "data:text/plain,/api/storefront/orders/4711",
            "",
        ] {
            assert_eq!(asked(url, SHOP), None, "{url}");
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
        assert!(!lists("instore,cod", "in") && !lists("", "cod"));
    }

    #[test]
    fn only_the_apps_own_addresses_are_followed() {
        assert!(lies_on("https://app.example/go/t", "https://app.example"));
        assert!(!lies_on("https://app.example.evil.example/go/t", "https://app.example"));
        assert!(!lies_on("https://app.example@evil.example/", "https://app.example"));
        assert!(!lies_on("javascript:alert(1)", "https://app.example"));
        assert!(!lies_on("/go/t", ""));
    }
}
