//! To which pages a shopper may be sent back: order confirmation pages on a site of the order's own channel. Anything
//! else would let a stranger use us to send shoppers to a page of theirs.

/// Whether `page` is an order confirmation page on one of `origins` (`https://shop.example`, no trailing slash).
///
/// BigCommerce has these forms. Any query is accepted (and dropped, see [`without_query`]); a fragment is not,
/// because we add one of our own.
///
/// ```text
/// /checkout/order-confirmation
/// /embedded-checkout/order-confirmation
/// /ja/checkout/order-confirmation              under a folder of its language
/// /checkout/order-confirmation/118             with the order's number, for a buy-now cart
/// ```
pub fn is_confirmation_page(page: &str, origins: &[String]) -> bool {
    let sane = page.len() <= 2_000 && page.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
    let path = origins.iter().find_map(|origin| page.strip_prefix(origin.as_str()));
    match path {
        Some(path) if sane => is_confirmation_path(path.split('?').next().unwrap_or(path)),
        _ => false,
    }
}

/// A page as we keep it. A permalink has a token in its query that opens the order to
/// whoever has it, so we keep no query.
pub fn without_query(page: &str) -> &str {
    page.split('?').next().unwrap_or(page)
}

/// `path` has no query; a slash at its end does not matter.
fn is_confirmation_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let mut parts: Vec<&str> = rest.split('/').collect();
    if parts.last() == Some(&"") {
        parts.pop();
    }
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 2 && parts.last().is_some_and(|p| number(p)) {
        parts.pop();
    }
    match parts.as_slice() {
        [checkout, page] => is_checkout(checkout) && *page == "order-confirmation",
        [locale, checkout, page] => {
            is_locale(locale) && is_checkout(checkout) && *page == "order-confirmation"
        }
        _ => false,
    }
}

fn is_checkout(part: &str) -> bool {
    part == "checkout" || part == "embedded-checkout"
}

fn is_locale(part: &str) -> bool {
    (2..=7).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(page: &str) -> bool {
        is_confirmation_page(
            page,
            &["https://shop.example".to_owned(), "https://checkout.shop.example".to_owned()],
        )
    }

    #[test]
    fn confirmation_pages_of_the_shop_are_accepted() {
        for page in [
            "https://shop.example/checkout/order-confirmation",
            "https://shop.example/checkout/order-confirmation/",
            "https://checkout.shop.example/embedded-checkout/order-confirmation",
            "https://shop.example/ja/checkout/order-confirmation",
            "https://shop.example/checkout/order-confirmation/118?t=abc",
        ] {
            assert!(ours(page), "{page}");
        }
    }

    #[test]
    fn a_page_is_kept_without_its_query() {
        let bare = "https://shop.example/checkout/order-confirmation/118";
        for query in ["", "?", "?t=abc", "?t=abc&x=?y"] {
            assert_eq!(without_query(&[bare, query].concat()), bare);
        }
    }

    #[test]
    fn every_other_page_is_refused() {
        for page in [
            "https://evil.example/checkout/order-confirmation",
            "https://shop.example.evil.example/checkout/order-confirmation",
            "https://shop.example@evil.example/checkout/order-confirmation",
            "https://shop.example:444/checkout/order-confirmation",
            "http://shop.example/checkout/order-confirmation",
            "https://shop.example/account.php",
            "https://shop.example/checkout/order-confirmation/../../evil",
            "https://shop.example/x/y/checkout/order-confirmation",
            "https://shop.example/checkout/order-confirmation#frag",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!ours(page), "{page}");
        }
    }
}
