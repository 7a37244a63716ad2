//! The text of URLs, queries and forms. What reaches us was already normalised by the browser and by workerd, and what
//! we compose we compose from checked parts, so no URL is parsed as a whole.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// One decoded `key=value` of a query or a form.
pub type Pair = (String, String);

/// The pairs of a query string or of an `application/x-www-form-urlencoded` body, in their order. A key without `=`
/// has an empty value.
pub fn pairs(text: &str) -> Vec<Pair> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The query of an absolute or relative URL, without `?` and fragment; empty if there is none.
pub fn query_of(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or("");
    url.split_once('?').map_or("", |(_, query)| query)
}

/// The first value of `key`.
pub fn value<'a>(pairs: &'a [Pair], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

/// Every value of `key`, as a group of checkboxes sends them.
pub fn values<'a>(pairs: &'a [Pair], key: &str) -> Vec<&'a str> {
    pairs.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect()
}

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The pairs as `key=value&…`, encoded. A space is `%20`, which every server reads; `+` would be one in a form only.
pub fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(k, v)| [&encode(k), "=", &encode(v)].concat()).collect::<Vec<_>>().join("&")
}

/// `scheme://host[:port]` of an absolute http(s) URL, in lower case, without a default port. Two URLs are of one
/// origin exactly when these are equal. None: not http(s), with user info, or with a host that is not plain ASCII.
///
/// ```text
/// HTTPS://Shop.Example:443/x?y#z         https://shop.example
/// https://good.example\@evil.example     https://good.example     as browsers read it
/// https://a@b.example                    None
/// ```
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#', '\\']).next()?.to_ascii_lowercase();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority.as_str(), None),
    };
    let default_port = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let port = port.filter(|p| *p != default_port);
    (is_host(host) && port.is_none_or(is_port)).then(|| match port {
        Some(port) => [&scheme, "://", host, ":", port].concat(),
        None => [&scheme, "://", host].concat(),
    })
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
}

fn is_port(port: &str) -> bool {
    port.len() <= 5 && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

/// True if the URL's host is this machine: `localhost`, a name under it, or 127.0.0.0/8.
pub fn is_loopback(url: &str) -> bool {
    let Some(origin) = origin_of(url) else { return false };
    let host = origin.split("://").nth(1).and_then(|h| h.split(':').next()).unwrap_or("");
    let ip =
        host.strip_prefix("127.").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    host == "localhost" || host.ends_with(".localhost") || ip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_survives_the_round_trip() {
        let text = form(&[("label", "コンビニ & カード=1"), ("a b", "+%")]);
        let back = pairs(&text);
        assert_eq!(value(&back, "label"), Some("コンビニ & カード=1"));
        assert_eq!(value(&back, "a b"), Some("+%"));
    }

    #[test]
    fn a_key_without_a_value_is_there_and_bytes_that_are_no_text_are_marked() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(pairs("a&b=&&c=%ff"), [pair("a", ""), pair("b", ""), pair("c", "\u{fffd}")]);
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        let decoded = |text: &str| pairs(&["a=", text].concat());
        for (text, read) in [("100%", "100%"), ("%zz%4", "%zz%4"), ("store_v2_orders+x", "store_v2_orders x")]
        {
            assert_eq!(decoded(text), [("a".to_owned(), read.to_owned())]);
        }
    }

    #[test]
    fn an_origin_is_not_fooled() {
        assert_eq!(origin_of("HTTPS://Shop.Example:443/x?y#z").as_deref(), Some("https://shop.example"));
        assert_eq!(origin_of("http://shop.localhost:8790/a").as_deref(), Some("http://shop.localhost:8790"));
        for bad in [
            "javascript://x",
            "https://a@b.example",
            "https://",
            "//x",
            "https://ex ample",
            "https://a:b:c",
            "https://a:x",
        ] {
            assert_eq!(origin_of(bad), None, "{bad}");
        }
        assert_eq!(origin_of("https://good.example\\@evil.example").as_deref(), Some("https://good.example"));
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for here in ["http://127.0.0.1:8790/x", "http://pay.localhost:1", "http://localhost"] {
            assert!(is_loopback(here), "{here}");
        }
        for real in ["https://komoju.com", "https://localhost.example", "https://127.example.com", "nonsense"]
        {
            assert!(!is_loopback(real), "{real}");
        }
    }
}
