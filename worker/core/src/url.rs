//! The text of URLs, queries and forms, without a URL library. What reaches us was already normalised by the browser
//! and by workerd, and what we compose we compose from checked parts.

/// One decoded `key=value` of a query or a form.
pub type Pair = (String, String);

/// The pairs of a query string or of an `application/x-www-form-urlencoded` body, in their order. A key without `=`
/// has an empty value.
pub fn pairs(text: &str) -> Vec<Pair> {
    text.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn pair(part: &str) -> Pair {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    (decode(key), decode(value))
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

/// Percent-decodes; `+` is a space. A broken escape stays as it is, and bytes that are not UTF-8 become U+FFFD.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let (byte, width) = decode_at(bytes, at);
        out.push(byte);
        at += width;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The byte that is written at this place, and in how many bytes.
fn decode_at(bytes: &[u8], at: usize) -> (u8, usize) {
    let hex =
        |i: usize| bytes.get(i).and_then(|b| (*b as char).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    match (bytes[at], hex(at + 1), hex(at + 2)) {
        (b'%', Some(high), Some(low)) => (high << 4 | low, 3),
        (b'+', _, _) => (b' ', 1),
        (byte, _, _) => (byte, 1),
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => {
                out.push('%');
                out.push(hex_digit(byte >> 4));
                out.push(hex_digit(byte & 15));
            }
        }
    }
    out
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(nibble.into(), 16).map_or('0', |c| c.to_ascii_uppercase())
}

/// The pairs as `key=value&…`, encoded.
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
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("store_v2_orders+x"), "store_v2_orders x");
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
