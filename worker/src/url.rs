//! Text of URLs, queries and forms, without a URL library: the browser and workerd have already normalised what
//! reaches us, and what we compose we compose from checked parts.

use crate::http::read_at_most;
use crate::problem::Problem;
use std::net::IpAddr;
use worker::Request;

/// One decoded `key=value` of a query or a form.
pub type Pair = (String, String);

/// The pairs of a query string or of an `application/x-www-form-urlencoded` body, in order.
pub fn pairs(text: &str) -> Vec<Pair> {
    text.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn pair(part: &str) -> Pair {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    (decode(key), decode(value))
}

/// The query of an absolute or relative URL, without `?` and fragment; empty where there is none.
pub fn query_of(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or("");
    url.split_once('?').map_or("", |(_, query)| query)
}

/// The first value of `key`.
pub fn value<'a>(pairs: &'a [Pair], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

/// Every value of `key`, as sent by a group of checkboxes.
pub fn values<'a>(pairs: &'a [Pair], key: &str) -> Vec<&'a str> {
    pairs.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect()
}

/// Percent-decodes, `+` as a space; bytes that are no UTF-8 become U+FFFD.
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

/// `key=value&…`, encoded.
pub fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(k, v)| [&encode(k), "=", &encode(v)].concat()).collect::<Vec<_>>().join("&")
}

/// Text for HTML, inside an element or a double-quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A header's text; "" where it is absent.
pub fn header(request: &Request, name: &str) -> String {
    request.headers().get(name).ok().flatten().unwrap_or_default()
}

/// A request's body. Errors: 413 over `most` bytes, 400 where it breaks off.
pub async fn body(request: &mut Request, most: usize) -> Result<Vec<u8>, Problem> {
    let too_large =
        || Problem::new(413, "body_too_large", "Body too large", format!("At most {most} bytes."));
    let said = request.headers().get("content-length").ok().flatten().and_then(|n| n.parse::<usize>().ok());
    if said.is_some_and(|said| said > most) {
        return Err(too_large());
    }
    let Some(stream) = request.inner().body() else { return Ok(Vec::new()) };
    let broken =
        |_| Problem::new(400, "malformed_body", "The body broke off", "The body could not be read whole.");
    read_at_most(&stream, most).await.map_err(broken)?.ok_or_else(too_large)
}

/// What stands for the network that an address is in, where addresses are counted: an IPv4 address, or the first 64 bits
/// of an IPv6 one, for a household or a phone has all the rest. What is no address stays as it is.
pub fn network_of(address: &str) -> String {
    match address.trim().parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Err(_) => address.trim().to_owned(),
    }
}

/// `scheme://host[:port]` of an absolute http(s) URL, lower-cased, default ports dropped: two URLs are of one
/// origin exactly when these are equal. None: not http(s), user info, or a host that is not plain.
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

/// Whether the URL's host is this machine: `localhost`, a name under it, or 127.0.0.0/8.
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
    fn an_ipv6_household_is_one_network() {
        let network = |address| network_of(address);
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:DB8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network(""), "");
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
