//! What a request brings: query, headers, body, and the network that it comes from.

use crate::fetch::read_at_most;
use crate::problem::Problem;
use domain::texts::locale::Locale;
use domain::url::{Pair, pairs, query_of};
use std::net::IpAddr;
use worker::Request;

/// The decoded query of a request.
pub fn query(request: &Request) -> Vec<Pair> {
    pairs(query_of(&request.inner().url()))
}

/// A header's text; empty if it is absent.
pub fn header(request: &Request, name: &str) -> String {
    request.headers().get(name).ok().flatten().unwrap_or_default()
}

/// The reader's language, of those that are offered: the one that is named, else the one that the browser likes best.
/// None: neither is among them.
pub fn language(request: &Request, named: Option<&str>, offered: &[Locale]) -> Option<Locale> {
    let named = named.and_then(|tag| Locale::among(offered, tag));
    named.or_else(|| Locale::among(offered, &header(request, "accept-language")))
}

/// A request's body. Errors: 413 if it is longer than `most` bytes, 400 if it breaks off.
pub async fn body(request: &mut Request, most: usize) -> Result<Vec<u8>, Problem> {
    let too_large =
        || Problem::new(413, "body_too_large", "Body too large", format!("At most {most} bytes."));
    let said = request.headers().get("content-length").ok().flatten().and_then(|n| n.parse::<usize>().ok());
    let broken =
        |_| Problem::new(400, "malformed_body", "The body broke off", "The body could not be read whole.");
    match said {
        Some(said) if said > most => Err(too_large()),
        // A body that comes with its length, and not in chunks, is no longer than that: it can be taken in one piece.
        Some(_) if header(request, "transfer-encoding").is_empty() => {
            let bytes = request.bytes().await.map_err(broken)?;
            if bytes.len() > most { Err(too_large()) } else { Ok(bytes) }
        }
        _ => {
            let Some(stream) = request.inner().body() else { return Ok(Vec::new()) };
            read_at_most(&stream, most).await.map_err(broken)?.ok_or_else(too_large)
        }
    }
}

/// The network of an address, for counting requests: an IPv4 address itself, or the first 64 bits of an IPv6 address,
/// because one household or phone owns all addresses below them. Text that is not an address stays as it is.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_household_is_one_network() {
        let network = |address| network_of(address);
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:DB8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network(""), "");
    }
}
